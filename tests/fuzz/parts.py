"""All parts, by name."""

from __future__ import annotations

from tests.fuzz.part import Part


def all_parts() -> tuple[Part, ...]:
    """Every part that can be tried here."""
    from tests.fuzz import grammars, http, readers

    return (*grammars.PARTS, *readers.PARTS, *http.PARTS)
