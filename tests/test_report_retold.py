"""Sentences that stand in English in an answer or in the catalogue are told again in German: all of the shipped ones."""

from __future__ import annotations

import re
from datetime import date

import pytest
from tests.test_cli_german import ENGLISH

from stargauge import api
from stargauge.catalogue.load import load_catalogue
from stargauge.quantity.spoken import speaking
from stargauge.report.compute.compute import _rate_note
from stargauge.report.power.facility import weather_note
from stargauge.report.retold import retold

#: English words that notes of the catalogue have, beside those of the word list.
WORDS = ENGLISH | {"away", "station", "same", "mean", "only", "best", "weights", "accelerators", "weather"}


def _english(text: str) -> set[str]:
    return WORDS & set(re.findall(r"[A-Za-zÄÖÜäöü]+", re.sub(r"\b[\w]+-[\w-]+\b", "", text))) - {"Station"}


def test_a_form_is_filled_in_again_with_numbers_as_the_language_writes_them() -> None:
    note = "dew point worked out from the relative humidity in {number} hours"
    assert retold(note.format(number="12,345"), note) == note.format(number="12,345")
    with speaking("de"):
        assert retold(note.format(number="12,345"), "no pressure in {number} hours: that of the elevation", note) == (
            "Taupunkt in 12’345 Stunden aus der relativen Feuchte berechnet"
        )
        assert retold("something else", note) == "something else"


def test_every_weather_note_of_the_catalogue_has_german() -> None:
    rows = [row for row in load_catalogue().known(date(2026, 11, 22)).rows_of("place") if row.attribute == "weather" and row.statement.note]
    assert len(rows) > 20
    for row in rows:
        note = f"weather of {row.statement.value}: {row.statement.note}"
        assert weather_note(note) == note
        with speaking("de"):
            assert not _english(weather_note(note)), weather_note(note)


def test_every_rate_note_of_the_catalogue_has_german() -> None:
    rows = load_catalogue().known(date(2026, 11, 22)).rows_of("rate")
    notes = {note for row in rows for note in (row.statement.note, f"{row.statement.note}; reckoned now")}
    assert notes
    for note in notes:
        assert _rate_note(note) == note
        with speaking("de"):
            assert not _english(_rate_note(note)), _rate_note(note)


def test_what_moves_is_said_in_the_language_asked_for() -> None:
    asked = {"as_of": "2026-11-22", "draws": 256}
    english, german = (api.drivers("meta-hyperion", "hyperion-jobs/builders", **asked, language=one).to_dict() for one in ("en", "de"))  # type: ignore[arg-type]
    assert english["method"].startswith("Total:") and german["method"].startswith("Gesamteffekt:")
    (one,), (other,) = english["rows"], german["rows"]
    assert other["says"].startswith("die Höchstzahl") and one["probability"] == other["probability"]
    assert [driver["share"] for driver in one["moved"]["drivers"]] == [driver["share"] for driver in other["moved"]["drivers"]]
    assert {"Lohnanteil an den Baukosten"} <= {driver["says"] for driver in other["moved"]["drivers"]}


def test_an_unknown_language_is_a_fault() -> None:
    from stargauge.quantity.errors import InputError

    for ask in (lambda: api.drivers("meta-hyperion", language="xx"), lambda: api.system(["meta-hyperion"], language="xx")):
        with pytest.raises(InputError, match="xx"):
            ask()
