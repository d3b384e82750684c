"""`stargauge drivers`: one run, every open reading and headline number, or one in full; what is settled gets words and no number."""

from __future__ import annotations

import json
from datetime import date

import pytest
from tests.real_worlds import TINY

from stargauge import api
from stargauge.cli import main
from stargauge.quantity.errors import InputError

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def stargate():
    return api.drivers(as_of=DAY)


def test_every_open_reading_and_headline_number_has_drivers_and_groups(stargate):
    data = stargate.to_dict()
    moving = [row for row in data["rows"] if row["moved"]]
    assert {"reading", "quantity"} == {row["kind"] for row in moving} and len(moving) > 30
    for row in moving:
        moved = row["moved"]
        assert [one["group"] for one in moved["groups"]] == ["dates", "money", "chips", "power", "labour", "definitions", "other"]
        assert all(one["share"] >= one["within"] > 0.0 for one in moved["drivers"])
        assert all(1.0 >= one["share_at_most"] >= min(1.0, one["share"]) for one in (*moved["drivers"], *moved["groups"]))
        assert [one["share"] for one in moved["drivers"]] == sorted((one["share"] for one in moved["drivers"]), reverse=True)
        assert 0.0 <= moved["resolved"]["share"] <= 1.0 and moved["rest"] == pytest.approx(1.0 - moved["resolved"]["share"], abs=2e-4)
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert sum(data["leading"].values()) <= len(moving)


def test_what_is_settled_or_cannot_be_tested_has_words_and_no_number(stargate):
    told = {row.name: row for row in stargate.rows}
    for name, start in (("deploy-100bn-now/as said", "Settled"), ("altman-wrong/as said", "No number can be given")):
        row = told[name]
        assert row.moved is None and row.probability is None and row.levels is None and row.nothing.startswith(start)
    assert told["power_facility[announced]"].moved is None and "every draw" in told["power_facility[announced]"].nothing


def test_a_number_has_its_value_at_the_ends_of_each_input_and_no_odds():
    row = api.drivers(TINY, address="lcoc[gb200-nvl72, north]", as_of=DAY).rows[0]
    assert row.levels[0] < row.levels[1] < row.levels[2] and row.when is None
    first = row.moved.drivers[0]
    assert first.odds_p10 is None and first.low != first.high
    price = next(one for one in row.moved.drivers if one.input == "equipment_unit_cost")
    assert price.low < row.levels[1] < price.high


def test_drivers_of_a_claim_are_those_that_the_audit_names_first():
    rows = {row.name: row for row in api.drivers(claim="saline-jobs", as_of=DAY).rows}
    assert set(rows) == {"saline-jobs/permanent", "saline-jobs/construction"}
    assert rows["saline-jobs/permanent"].moved.drivers[0].input == "permanent_jobs_per_power"
    assert dict(rows["saline-jobs/construction"].moved.groups)["definitions"].value > 0.5


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"claim": "saline-job"}, 'there is no claim "saline-job"; did you mean "saline-jobs"'),
        ({"claim": "saline-jobs/perm"}, 'has no reading "perm"'),
        ({"claim": "saline-jobs", "address": "jobs_direct"}, "expected one of them"),
        ({"claim": "saline-jobs", "when": "2028-12-31"}, "--date is that of an address"),
        ({"address": "jobs_direct", "when": "soon"}, 'got "soon"'),
        ({"address": "job_direct"}, "jobs_direct"),
        ({"claim": "ten-gw-apr26", "as_of": date(2025, 1, 22)}, "was made on"),
    ],
)
def test_faults_say_what_was_expected(asked, told):
    with pytest.raises(InputError) as found:
        api.drivers(**{"as_of": DAY, **asked})
    assert told.lower() in str(found.value).lower()


def test_the_terminal_says_one_sentence_first_then_a_table_then_where_to_look(capsys):
    assert main(["drivers", "--claim", "jobs-100k/economy-wide", "--as-of", str(DAY), "--ascii"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Odds ") and "definitions" in lines[0]
    assert any("pick:labour_method" in line and "+" not in line for line in lines) and any(line.startswith("groups") for line in lines)
    assert lines[-1].startswith("Over time  stargauge odds --claim jobs-100k/economy-wide")
    assert max(map(len, lines)) <= 80 and all(line.isascii() for line in lines)


@pytest.mark.parametrize("name", ["jobs-hundreds-k/as said", "abilene-400k/any generation"])
def test_drivers_of_every_reading_are_told_where_a_claim_is_given(name):
    """In the worlds kept the reading that is given holds in all and may turn on nothing; a choice may be one thing in all."""
    every = api.drivers(as_of=DAY, draws=256, given=name)
    given = next(row for row in every.rows if row.name == name)
    assert given.moved is None and "taken to hold" in given.nothing
    assert any(row.moved is not None and row.moved.chosen and row.moved.drivers for row in every.rows)


@pytest.mark.slow
def test_every_open_reading_can_be_given_with_drivers():
    open_ones = [
        f"{verdict.id}/{reading.name}" for verdict in api.audit(as_of=DAY, draws=256) for reading in verdict.readings
        if reading.status == "open" and reading.probability is not None
    ]  # fmt: skip
    told = 0
    for name in open_ones:
        try:
            found = api.drivers(as_of=DAY, draws=256, given=name)
        except InputError as refused:
            assert "worlds" in str(refused), name  # it holds in too few
            continue
        told += 1
        assert json.loads(json.dumps(found.to_dict(), allow_nan=False)) == found.to_dict()
        assert api.explain("jobs_total", when=date(2029, 1, 31), as_of=DAY, draws=256, given=name).to_dict()
        if told <= 2:  # these take far longer, and ask the same of the same draws, or of the first of them
            assert len(list(api.audit(as_of=DAY, draws=256, given=name))) > 10
            assert api.check(as_of=DAY, draws=64, given=name, charts=True).to_dict(charts=True)
    assert told > 10


def test_the_terminal_tells_at_least_and_at_most(capsys):
    assert main(["drivers", "--claim", "jobs-100k/economy-wide", "--as-of", str(DAY)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "(at least " in told and "at least at most alone Shapley" in told
    assert "not an interval of the true total" in told and "sensitivity --variance" in told


def test_a_settled_claim_is_said_to_be_settled(capsys):
    assert main(["drivers", "--claim", "deploy-100bn-now", "--as-of", str(DAY)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("Settled, so nothing moves it.") and "%" not in told.splitlines()[0]


def test_the_table_of_all_fits_the_terminal_and_the_json_is_the_same_answer(capsys, stargate):
    from stargauge.report.terminal import PLAIN
    from stargauge.report.why.drivers import render_drivers

    text = render_drivers(stargate.to_dict(), PLAIN)
    assert text.startswith("What moves most, of ") and max(map(len, text.splitlines())) <= 80
    assert "not testable:" in text and "the same in every draw: power_facility[announced]" in text
    assert main(["drivers", str(TINY), "--address", "jobs_direct", "--date", "2027-05-31", "--as-of", str(DAY), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data == api.drivers(TINY, address="jobs_direct", when="2027-05-31", as_of=DAY).to_dict()
