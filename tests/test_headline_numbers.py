"""Forty headline numbers as last reviewed: a change of the model shows in the diff of one file."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.headline_numbers import Headline, headlines, reviewed


@pytest.fixture(scope="module")
def made() -> Sequence[Headline]:
    return list(headlines())


def test_there_are_forty_numbers_on_two_knowledge_dates(made: Sequence[Headline]) -> None:
    assert len(made) == len({row[:3] for row in made}) == 40
    assert {row.as_of for row in made} == {"2026-11-22", "2025-01-23"}


def test_every_number_is_the_reviewed_one(made: Sequence[Headline]) -> None:
    """Where they differ on purpose: `python -m tests.headline_numbers` writes the file anew, and the diff is reviewed."""
    assert [row[:4] for row in made] == [row[:4] for row in reviewed()]
    for new, old in zip(made, reviewed(), strict=True):
        assert new[4:] == pytest.approx(old[4:], rel=1e-9, abs=0.0), f"{new.address} at {new.date}, known on {new.as_of}"


def test_numbers_are_ordered_and_vary(made: Sequence[Headline]) -> None:
    assert all(row.p10 <= row.p50 <= row.p90 for row in made)
    assert sum(row.p10 < row.p90 for row in made) >= 34
