"""Scenarios: a part of a programme laid over it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stargauge.programme.alternatives import merge, options
from stargauge.programme.positions import expect_section, plain_document, read_document
from stargauge.programme.read import finish, read_part, sources_of
from stargauge.programme.schema import Programme

__all__ = ["options", "overlay"]


def overlay(programme: Programme, patch: Path | str | Mapping[str, Any], name: str = "overlay") -> Programme:
    """The programme with a partial file or mapping of the same schema laid over it.

    What the patch says about a field takes the place of what the programme says; the rest stays. Its values are assumptions unless they
    bring a source; `name`: what faults call a mapping. Raises InputError with every fault of the patch and of the result.
    """
    document = plain_document(dict(patch), name) if isinstance(patch, Mapping) else read_document(Path(patch))
    part, flaws = read_part(expect_section(document), sources_of(programme), programme.currencies, partial=True)
    laid = merge(programme, part).model_copy()
    finish(laid, flaws, (*programme.documents, document))
    return laid
