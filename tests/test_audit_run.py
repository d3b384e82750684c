"""The audit of a real run of the engine on a toy world: verdicts, model range, drivers, conditioning, plain data."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest
from tests import engine_toy as toy

from stargauge.audit.claims.questions import questions
from stargauge.audit.claims.verdict import STATUSES
from stargauge.audit.drivers.what_moves import quantity_rows
from stargauge.audit.run import COLLECTOR, audit, judge_of
from stargauge.audit.wording.words import forbidden
from stargauge.engine.result import Result, gather
from stargauge.quantity.dates import parse_window
from stargauge.quantity.errors import InputError
from stargauge.quantity.statement import Statement

KEYS = {"name", "expression", "probability", "model_range", "error", "likelihood", "status", "margin", "drivers"}


def claim(**readings):
    names = {name.replace("_", " "): text for name, text in readings.items()}
    return SimpleNamespace(
        speaker="A grower", said="2030-01-02", says="We will bear fruit.", source="almanac", ours=("the date",), dispute=1, capture="none",
        readings=names,
    )  # fmt: skip


CLAIMS = {
    "open": claim(as_said="capacity[north, south] >= 210 W by 2030-08-31", weaker="capacity[north, south] >= 150 W by 2030-08-31"),
    "site": claim(as_said="capacity[north] >= 100 W by 2030-08-31"),
    "passed": claim(as_said="capacity[north] >= 100 W by 2030-02-28", impossible="capacity[north] >= 900 W by 2030-03-31"),
    "recorded": claim(as_said="capacity[south] >= 100 W by 2030-03-31"),
    "post": claim(as_said="record(post) and not record(fraud)", word="not testable: never defined"),
    "later": claim(as_said="capacity[east] >= 1 W by 2030-12-31"),
    "unknowable": claim(as_said="lacking[dan] <= 1 USD on 2030-12-31", sum="lacking <= 900 USD on 2030-12-31"),
    "money": claim(as_said="spending[north, south] >= 1_300 USD over 2030-01-01..2030-12-31"),
}


def said(value, as_of, unit="", source="almanac"):
    return Statement(value, unit, parse_window(as_of), parse_window(as_of), source, "observed", "B")


def known(as_of=date(2030, 4, 15)):
    records = {
        "capacity[south]": [said(20.0, "2030-03-31", "W")],
        "post": [said(True, "2030-01-02")],
        "fraud": [said(False, "2030-01-03")],
    }
    programme = SimpleNamespace(
        claims=CLAIMS, records=records, sources={"almanac": SimpleNamespace(publisher="Almanac", grade="B", root="", url="")},
        sites={"north": SimpleNamespace(name="The North")}, parties={},
    )  # fmt: skip
    return SimpleNamespace(programme=programme, as_of=as_of, sites=(), observed_through=lambda site: date(2030, 4, 1))


def run(draws=1024, as_of=date(2030, 4, 15)):
    world, now = toy.world(), known(as_of)
    asked = questions(CLAIMS, world.graph.quantities, world.axes, ids={"east"})
    made = gather(world, [], draws, collectors={COLLECTOR: judge_of(asked, now)})
    result = Result(world, draws, "sha", made.series, made.collected)
    return result, now, {verdict.id: verdict for verdict in audit(result, now, ids={"east"})}


@pytest.fixture(scope="module")
def ran():
    return run()


def test_every_status_is_one_of_the_list_and_odds_only_where_unsettled(ran):
    for verdict in ran[2].values():
        for reading in verdict.readings:
            assert reading.status in STATUSES
            assert (reading.likelihood is not None) == (
                reading.probability is not None and reading.status in ("open", "passed, record silent")
            )


def test_open_odds_have_range_error_margin_and_drivers(ran):
    reading = ran[2]["open"].readings[0]
    assert reading.status == "open" and 0.02 < reading.probability < 0.98
    low, high = reading.model_range
    assert low <= reading.probability <= high
    assert 0 < reading.error < 0.02 and reading.margin.unit == "W" and reading.margin.p10 < reading.margin.p90
    assert [driver.input for driver in reading.drivers] == ["pick:survey", "delay_own", "delay"]  # the survey decides the size of the south
    told = {driver.input: driver for driver in reading.moved.drivers}
    assert told["size"].share == pytest.approx(told["size"].alone, abs=0.01)  # within the options of the survey it acts by itself
    assert told["delay"].share > 2 * told["delay"].alone  # a delay counts by its scale, and only with the others
    assert "price" not in told  # it switches with the survey, but no power depends on it


def test_the_model_range_is_over_the_choices_behind_a_reading(ran):
    money, site = ran[2]["money"].readings[0], ran[2]["site"].readings[0]
    assert money.model_range[0] < money.probability < money.model_range[1]
    assert site.model_range is not None


def test_a_weaker_reading_is_not_less_likely(ran):
    first, weaker = ran[2]["open"].readings
    assert weaker.probability >= first.probability


def test_probability_is_the_share_of_true_draws_of_the_series(ran):
    result, _, verdicts = ran
    series = result["capacity[north]"]
    reached = series.values[:, : series.frame.month(date(2030, 8, 31)) + 1].max(axis=1) >= 100
    assert (result.truth["site/as said"] == reached).all()
    assert verdicts["site"].readings[0].probability == pytest.approx(min(max(reached.mean(), 0.02), 0.98))


def test_passed_deadlines_go_by_record_then_arithmetic_then_silence(ran):
    silent, impossible = ran[2]["passed"].readings
    assert (silent.status, impossible.status, impossible.settled_by) == ("passed, record silent", "not met", "arithmetic")
    recorded = ran[2]["recorded"].readings[0]
    assert (recorded.status, recorded.settled_by, recorded.probability) == ("not met", "record", None)
    assert recorded.answer == "Not met by 31 Mar 2030: 20 W recorded"
    assert recorded.margin.p50 == -80


def test_records_answer_without_a_probability(ran):
    post, word = ran[2]["post"].readings
    assert (post.status, post.probability, post.answer) == ("met", None, "Met: on record")
    assert word.status == "not testable" and ran[2]["post"].status == "depends on reading"


def test_what_is_missing_is_named(ran):
    assert ran[2]["later"].readings[0].status == "record too thin" and ran[2]["later"].readings[0].missing == ("east",)
    alone, total = ran[2]["unknowable"].readings
    assert (alone.status, alone.missing) == ("not testable", ("dan",))
    assert total.status == "not testable" and total.missing == ("dan",)


def test_no_generated_text_holds_a_forbidden_word(ran):
    for verdict in ran[2].values():
        for text in [verdict.sentence, verdict.cutoffs, *(part for r in verdict.readings for part in (r.sentence, r.answer))]:
            assert forbidden(text) == ()


def test_it_is_plain_data(ran):
    for verdict in ran[2].values():
        data = json.loads(json.dumps(verdict.to_dict(), allow_nan=False))
        assert {"id", "speaker", "said", "readings"} <= set(data)
        assert all(set(reading) >= KEYS for reading in data["readings"])
    assert ran[2]["open"].cutoffs == "Chosen by the editors of this programme file, not by the speaker: the date."


def test_given_a_claim_it_is_certain_and_what_it_needs_is_likelier(ran):
    result, now, before = ran
    conditioned = result.given(result.truth["open/as said"])
    after = {v.id: v for v in audit(conditioned, now, {name: CLAIMS[name] for name in ("open", "site")})}
    assert all(reading.moved is None or reading.moved.chosen for verdict in after.values() for reading in verdict.readings)
    assert after["open"].readings[0].probability == 0.98
    assert after["site"].readings[0].probability >= before["site"].readings[0].probability


def test_same_draws_same_verdicts_and_more_draws_keep_the_first():
    short, longer = run(512)[0], run(1024)[0]
    assert (longer.truth["open/as said"][:512] == short.truth["open/as said"]).all()
    assert np.isfinite(longer.margin["money/as said"]).all()


def test_a_fault_in_a_reading_names_claim_and_reading():
    world = toy.world()
    with pytest.raises(InputError, match=r"claims.bad.readings.as said.*capacty"):
        questions({"bad": claim(as_said="capacty >= 1 W by 2030-12-31")}, world.graph.quantities, world.axes)


def test_numbers_have_drivers_too_and_what_is_absent_in_some_draws_is_looked_at_in_the_others():
    """A party without accounts has nothing to look at; where a number is absent, the draws in which it is there are chosen draws."""
    addresses = ["lacking[dan]", "lacking[ann]", "opened[south/a]"]
    world = toy.world()
    result = Result(world, 1024, "sha", gather(world, addresses, 1024).series, {})
    nobody, ann, opened = quantity_rows(result, addresses, date(2030, 8, 31))
    assert nobody.moved is None and nobody.levels is None and nobody.nothing.startswith("Absent in every draw")
    assert ann.moved.drivers[0].input == "pick:survey" and ann.when == date(2030, 8, 31) and opened.when is None
    assert {driver.input for driver in opened.moved.drivers} == {"delay_own", "delay", "delay_scale"} and opened.unit == "d"
    kept = result.series["opened[south/a]"].exact
    some = np.where(np.arange(1024) % 3 == 0, np.nan, kept.values)
    result.series["opened[south/a]"] = replace(result.series["opened[south/a]"], exact=replace(kept, values=some))
    (part,) = quantity_rows(result, ["opened[south/a]"], date(2030, 8, 31))
    assert part.moved.chosen and part.moved.drivers[0].input == "delay_own"
    assert part.moved.resolved.value == pytest.approx(opened.moved.resolved.value, abs=0.1)
