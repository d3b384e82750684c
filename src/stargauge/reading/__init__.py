"""Reading articles by rules: quotations, speakers, amounts, dates and hedges with their places in the text. A person confirms."""

from __future__ import annotations

from typing import Any


def draft(text: str, language: str | None = None, published: Any = None, blocks: bool = False) -> Any:
    """What a text says, as a draft for a person to confirm: see `stargauge.reading.drafting.draft`."""
    from stargauge.reading.drafting import draft as made

    return made(text, language, published, blocks)


__all__ = ["draft"]
