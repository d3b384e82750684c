"""The table of sites and one site in depth: what the run gives, in the words and drawings of the report."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from stargauge import api
from stargauge.audit.sites.sites import all_runs
from stargauge.quantity.errors import InputError
from stargauge.report.deck import deck
from stargauge.report.sites import site_page
from stargauge.report.sites.phases_chart import phases_svg, phases_table, runs_text, span_of, spoken_phases
from stargauge.report.sites.site_table import sites_section, sites_table, state_of, title

DAY = "2026-11-01"


@pytest.fixture(scope="module")
def abroad() -> dict[str, Any]:
    """A programme with a site under way, one paused and one given up."""
    return api.check("stargate-abroad", as_of=DAY, draws=256, charts=True, depths=False).to_dict(charts=True, explanations=False)


@pytest.fixture(scope="module")
def campus() -> Any:
    """A site of which part runs."""
    return api.site("prometheus", "meta-prometheus", as_of=DAY, draws=256)


def test_check_report_and_python_have_the_same_sites(abroad: dict[str, Any]) -> None:
    alone = api.sites("stargate-abroad", as_of=DAY, draws=256).to_dict()
    assert alone["sites"] == abroad["sites"] and alone["whole"] == abroad["sites_together"]
    assert [site["id"] for site in alone["sites"]] == ["uae", "norway", "uk"]


def test_a_site_has_the_numbers_of_its_addresses(abroad: dict[str, Any]) -> None:
    site = abroad["sites"][0]
    run = api.simulate("stargate-abroad", quantities=["power_facility[announced, uae]"], as_of=DAY, draws=256)
    series = run["power_facility[announced, uae]"].at(run.known.as_of)
    assert site["planned"]["p50"] == pytest.approx(float(series.quantiles((0.5,))[0.5]))
    assert site["planned"]["address"] == "power_facility[announced, uae]"


def test_sites_say_how_far_they_have_come(abroad: dict[str, Any]) -> None:
    uae, norway, uk = abroad["sites"]
    assert [state_of(one) for one in (uae, norway, uk)] == [
        "1 of 2 phases being built, 1 not begun", "given up on 15 Apr 2026", "paused, 9 Apr 2026",
    ]  # fmt: skip
    assert title(abroad["sites"]) == "Two sites; none of them is known to run"
    made = sites_section(abroad)
    assert made is not None and made["sub"].endswith(
        "Given up: Stargate Norway. Not drawn, with no power announced now: Stargate UK. Paused: Stargate UK."
    )
    assert [row["name"] for row in made["rows"]] == ["Stargate UAE", "Stargate UK", "Stargate Norway"]


def test_the_map_has_its_table_as_twin(abroad: dict[str, Any]) -> None:
    made = sites_section(abroad)
    assert made is not None and [row[0] for row in made["map"]["table"]["rows"]] == [row["name"] for row in made["rows"]]
    assert 'role="img"' in made["map"]["wide"] and "Stargate UAE" in made["map"]["wide"] and "var(--announced)" in made["map"]["narrow"]
    assert sites_table(abroad["sites"])["head"][4] == "Runs, GW"


def test_no_site_no_section() -> None:
    assert sites_section({"sites": []}) is None


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "0.5 of 1 announced GW at Abilene runs; complete by Dec 2026 (Oct 2026–Jun 2027)"),
        ({"runs": {"p50": None}}, "Nothing of 1 announced GW at Abilene is known to run; complete by Dec 2026 (Oct 2026–Jun 2027)"),
        ({"runs": {"p50": 1e9}}, "All of 1 announced GW at Abilene runs"),
        ({"planned": {"p50": 0.0}, "runs": {"p50": 0.0}}, "How large Abilene is to be is not on record"),
        ({"given_up": "2026-03-06"}, "Abilene was given up on 6 Mar 2026"),
        ({"paused": "2026-04-09"}, "Work at Abilene is paused, on record since 9 Apr 2026"),
        (
            {"complete": {"p10": "2029-01-01", "p50": None, "p90": None}},
            "0.5 of 1 announced GW at Abilene runs; in most worlds it is never complete",
        ),
    ],
)  # fmt: skip
def test_one_sentence_for_every_state(changes: dict[str, Any], text: str) -> None:
    plain = {
        "name": "Abilene", "given_up": None, "paused": None, "runs": {"p50": 0.5e9}, "planned": {"p50": 1e9},
        "complete": {"p10": "2026-10-15", "p50": "2026-12-26", "p90": "2027-06-17"},
    }  # fmt: skip
    assert site_page.sentence({**plain, **changes}) == text


def test_all_runs_where_what_runs_is_as_good_as_what_was_announced() -> None:
    told = [all_runs({"runs": {"p50": runs}, "planned": {"p50": planned}}) for runs, planned in ((98, 100), (97, 100), (0, 0), (None, 5))]
    assert told == [True, False, False, False]


@pytest.mark.parametrize(
    ("reached", "text"),
    [
        ({"operational": 4, "under_construction": 4}, "4 of 8 phases run, 4 being built"),
        ({"energised": 3, "announced": 5}, "3 of 8 phases with power, 5 not begun"),
        ({"announced": 8}, "8 of 8 phases not begun"),
    ],
)
def test_states_are_counted(reached: dict[str, int], text: str) -> None:
    stages = dict.fromkeys(("announced", "under_construction", "energised", "operational"), 0) | reached
    assert state_of({"given_up": None, "paused": None, "phases": 8, "reached": stages}) == text


def test_phases_have_record_or_expectation(campus: Any) -> None:
    data = campus.to_dict()
    for phase in data["phases"]:
        dates = []
        for stage in phase["stages"].values():
            assert (stage["observed"] is None) != (stage["expected"] is None)
            dates.append(stage["expected"]["p50"] if stage["expected"] else str(stage["observed"]["value"])[:10])
        assert dates == sorted(dates), phase["id"]
    first, last = span_of(data)
    assert (first.month, first.day, last.month, last.day) == (1, 1, 1, 1) and first.year <= 2025 < last.year


def test_energy_is_balanced_in_every_draw(campus: Any) -> None:
    run, hours = campus.energy, None
    load = run["power_load[prometheus]"].values
    given = sum(run[f"supply_energy[{source}, prometheus]"].values for source in campus.to_dict()["energy"][0]["sources"])
    short = run["supply_shortfall[prometheus]"].values
    with np.errstate(invalid="ignore", divide="ignore"):
        hours = (given + short) / load
    found = hours[np.isfinite(hours)]
    assert len(found) and np.all((found > 671.9) & (found < 744.1))


def test_the_year_is_the_sum_of_its_months(campus: Any) -> None:
    year = campus.to_dict()["energy"][-1]
    months = [at for at, label in enumerate(campus.energy.world.axes["month"]) if label.startswith(year["year"])]
    summed = campus.energy["supply_energy[grid, prometheus]"].values[:, months].sum(axis=1)
    assert year["sources"]["grid"]["p50"] == pytest.approx(float(np.median(summed)))
    assert 1.0 < campus.to_dict()["pue"]["year"]["p50"] <= campus.to_dict()["pue"]["hottest"]["p50"] < 2.5


def test_statements_have_file_line_and_source(campus: Any) -> None:
    data = campus.to_dict()
    assert data["statements"] and all(said["file"] and said["line"] and said["source"] in data["sources"] for said in data["statements"])
    groups = site_page.fact_groups(data)
    assert sum(len(rows) for _, rows in groups) == len(data["statements"]) and groups[0][0] == "The whole site"


def test_the_drawing_of_phases_is_told_in_words_and_table(campus: Any) -> None:
    data = campus.to_dict()
    wide, narrow = phases_svg(data), phases_svg(data, narrow=True)
    assert 'width="1120"' in wide and 'width="358"' in narrow
    told = spoken_phases(data)
    for phase in data["phases"]:
        when = runs_text(phase)[0]
        assert phase["name"] in wide and when in narrow and f"{phase['name']}: {when}" in told
    table = phases_table(data["phases"])
    assert [row[0] for row in table["rows"]] == [phase["name"] for phase in data["phases"]]
    assert {len(row) for row in table["rows"]} == {len(table["head"])}
    assert table["rows"][1][0] == "Buildings 2–6"


@pytest.mark.parametrize(
    ("stage", "more", "told"),
    [
        ({"observed": {"value": "2025-09-26"}, "expected": None}, {}, ("runs, 26 Sep 2025", "on record")),
        ({"observed": None, "expected": None}, {"given_up": {"value": "2026-03-06"}}, ("given up", "6 Mar 2026")),
        ({"observed": None, "expected": None}, {}, ("not expected to run", "")),
        (
            {"observed": None, "expected": {"p10": "2028-03-01", "p50": "2029-07-01", "p90": None, "never": 0.12}}, {},
            ("Jul 2029", "Mar 2028–never; never 12 %"),
        ),
    ],
)  # fmt: skip
def test_when_a_phase_runs(stage: dict[str, Any], more: dict[str, Any], told: tuple[str, str]) -> None:
    assert runs_text({"stages": {"operational": stage}, "given_up": None, "paused": None, **more}) == told


def test_a_site_that_there_is_not_is_named_with_the_nearest() -> None:
    with pytest.raises(InputError, match='there is no site "promethius"'):
        api.site("promethius", "meta-prometheus", as_of=DAY, draws=256)


def test_what_is_given_holds_for_the_site() -> None:
    every = api.site("prometheus", "meta-prometheus", as_of=DAY, draws=256).to_dict()
    given = api.site("prometheus", "meta-prometheus", as_of=DAY, draws=256, given=["prometheus-2026/as said"]).to_dict()
    assert given["given"] and given["site"]["complete"]["p90"] <= every["site"]["complete"]["p90"]


def test_the_deck_counts_every_claim_once(abroad: dict[str, Any]) -> None:
    text = deck(abroad)
    counts = [int(word) for word in text.replace(":", " ").replace(",", " ").split() if word.isdigit()]
    assert counts[0] == len(abroad["claims"]) == sum(counts[1:])


def test_too_little_known_names_the_first_day() -> None:
    with pytest.raises(api.RecordTooThin) as told:
        api.sites("meta-prometheus", as_of="2025-01-01", draws=256)
    assert told.value.first == api.first_known(api.load("meta-prometheus"))
    assert "the first is known from 2025-07-14" in str(told.value)
