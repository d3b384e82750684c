"""What is given, before any answer that stands under it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.report.terminal import Style, wrapped


def render_given(answer: Mapping[str, Any], style: Style) -> str:
    """The condition of an answer, to stand before it: one sentence, and what to know of the worlds kept; nothing where nothing is given."""
    given = answer.get("given")
    if not given:
        return ""
    lines = [*map(style.bold, wrapped(f"{given['sentence']}:", style.width))]
    lines += [style.soft(line) for line in wrapped(given["note"], style.width)] if given["note"] else []
    return style.finish(lines)
