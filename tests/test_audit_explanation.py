"""Explanations, whole: every leaf ends in a statement that stands in a file, a default with its source, or an assumption with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.programme_files import small

from stargauge import api
from stargauge.audit.sources.explanation import explained
from stargauge.audit.sources.places import Places
from stargauge.audit.wording.reasons import asked_reading
from stargauge.engine.assembly import Inputs
from stargauge.engine.held import Held
from stargauge.engine.lineage import explain
from stargauge.engine.rests import basis_of
from stargauge.engine.simulate import model_graph, simulate, world_of
from stargauge.programme.load import SHIPPED, shipped
from stargauge.quantity.errors import InputError
from stargauge.quantity.statement import OURS, Estimate
from stargauge.report.why.changed import render_changed

WHEN = date(2027, 12, 31)
INPUTS = [name for name, made in model_graph().quantities.items() if made.is_input]


def data_of(address: str, programme: Any = "stargate", when: date | None = WHEN, **asked: Any) -> dict[str, Any]:
    made = api.load(programme)
    node = api.explain(address, made, when=when, draws=256, **asked)
    return explained(node, api.known(made, asked.get("as_of"), asked.get("values")))


def inside(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield data
    for need in data.get("needs") or []:
        yield from inside(need)


def input_in(data: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in inside(data) if one["address"].startswith(name) and (one.get("basis") or one.get("needs")))


# --- every leaf -----------------------------------------------------------------------------------------------------------------------


def _faults(estimate: Estimate, places: Places, book: dict[str, Any]) -> Iterator[str]:
    """What of an estimate ends nowhere."""
    for said in estimate.statements:
        place = places.of(said)
        if said.source and (place is None or not place.line):
            yield f"{said.path} stands nowhere"
        if said.source and said.source not in book and not said.path.startswith("catalogue/fit-record/"):
            yield f"{said.source} is no source"
        if (not said.source or said.source == OURS) and not (said.note or estimate.note):
            yield f"{said.path} is an assumption without a reason"
    if not estimate.statements and not estimate.note:
        yield "nothing is said of it"


@pytest.mark.parametrize("as_of", [None, "2025-06-30"])
@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_leaf_ends_in_a_statement_in_a_file_a_default_or_an_assumption_with_a_reason(name: str, as_of: str | None) -> None:
    programme = api.load(name)
    try:
        now = api.known(programme, as_of)
    except InputError as error:  # nothing was known of it on that day
        assert "record too thin" in str(error)
        return
    book = {**now.catalogue.catalogue.sources, **now.programme.sources}
    places = Places(now.programme, now.catalogue.catalogue)
    held = Inputs(now, model_graph()).need(INPUTS)
    faults = {
        (made.quantity.name, fault) for made in held.values() for estimate in made.estimates for fault in _faults(estimate, places, book)
    }
    assert not faults
    assert {basis_of(estimate) for made in held.values() for estimate in made.estimates} >= {"default", "assumed", "chance", "structure"}


def test_a_statement_s_line_is_the_line_in_which_it_stands() -> None:
    data = data_of("power_facility[operational, abilene]")
    said = [one for node in inside(data) for one in node.get("statements") or [] if one["file"]]
    assert len(said) > 100
    for one in said:
        if one["file"].startswith("stargate/") and one["text"]:
            lines = (SHIPPED / one["file"]).read_text(encoding="utf-8").splitlines()
            assert one["text"].split(" ")[0] in "\n".join(lines[one["line"] - 1 : one["line"] + 2]), one
    assert {Path(one["file"]).suffix for one in said} == {".yaml", ".csv"}


def test_every_source_that_is_cited_is_told() -> None:
    data = data_of("jobs_total")
    cited = {one["source"] for node in inside(data) for one in node.get("statements") or [] if one["source"]}
    assert cited == set(data["sources"]) and all(source["publisher"] for source in data["sources"].values())


# --- sums and shares ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "along", "parts"),
    [
        ("power_facility[operational, abilene, milam]", "site", ["abilene", "milam"]),
        ("power_facility[announced]", "site", None),
        ("jobs_permanent", "site", None),
        ("funding_gap", "party", None),
        ("accelerators[abilene]", "chip", None),
    ],
)
def test_the_parts_of_a_sum_add_up(address: str, along: str, parts: list[str] | None) -> None:
    node = api.explain(address, when=WHEN, draws=512)
    assert node.parted == along and (parts is None or [row.label for row in node.parts] == parts)
    assert sum(row.mean for row in node.parts if row.mean == row.mean) == pytest.approx(node.rows[0].mean, rel=1e-12)


def test_what_is_no_sum_has_no_parts() -> None:
    assert not api.explain("power_facility[operational, abilene]", when=WHEN, draws=256).parts


def test_a_share_is_explained_by_its_part_and_its_whole() -> None:
    node = api.explain("share(power_facility[operational, abilene])", when=WHEN, draws=256)
    part, whole = (need.address for need in node.needs)
    assert (part, whole) == ("power_facility[operational, abilene]", "power_facility[operational]")
    result = api.simulate("stargate", quantities=[part, whole], draws=256)
    with np.errstate(invalid="ignore"):
        expected = result[part].at(WHEN).values / result[whole].at(WHEN).values
    assert node.rows[0].spread[1] == pytest.approx(float(np.nanmedian(expected)))
    assert node.unit == "1" and node.shares
    with pytest.raises(InputError, match="is the whole"):
        api.explain("share(power_facility[operational])", draws=256)


# --- kept draws -----------------------------------------------------------------------------------------------------------------------


def test_an_explanation_of_kept_draws_reads_these_alone() -> None:
    now = api.known(api.load("stargate"))
    world = world_of(now, ["power_facility"])
    result = api.simulate("stargate", quantities=["power_facility[operational]"], draws=1024)
    values = result["power_facility[operational]"].at(WHEN).values
    held = values > np.median(values)
    node = explain(replace(world, held=Held(held)), "power_facility[operational]", WHEN, 512)
    assert node.draws == held.sum() == 512
    assert node.rows[0].spread[1] == pytest.approx(float(np.median(values[held])))
    assert node.rests is not None and 0.0 < node.rests.resolved <= 1.0 and node.shares
    given = result.given(held)
    assert given.explain("power_facility[operational]", WHEN, 1024).rows == node.rows


# --- what a spread rests on -----------------------------------------------------------------------------------------------------------


def test_what_the_spread_rests_on_adds_up_to_what_is_resolved() -> None:
    rests = data_of("jobs_total", when=date(2029, 1, 20))["rests_on"]
    told = [rests[name] for name in ("stated", "default", "assumed", "designed", "chance", "choice")]
    assert sum(told) == pytest.approx(rests["resolved"]) and min(told) >= 0.0
    assert rests["choice"] > 0.05  # two ways of reckoning builders stand a factor of five apart
    assert sum(rests["by_grade"].values()) == pytest.approx(rests["stated"] + rests["default"])


def test_an_assumption_that_is_made_wide_is_what_the_spread_rests_on() -> None:
    programme = api.load("xai-colossus-1", settings={"load_factor": "uniform(low=0.2, high=0.9)"})
    node = api.explain("power_load", programme, when=WHEN, draws=1024)
    assert node.rests is not None and node.rests.by_basis["assumed"] > 0.5
    assert max(node.shares, key=lambda name: node.shares[name]) == "load_factor"
    assert node.rests.by_basis["assumed"] == pytest.approx(node.shares["load_factor"], abs=0.01)


# --- what was laid over ---------------------------------------------------------------------------------------------------------------


def test_an_input_that_a_scenario_changed_says_which_why_and_what_it_replaced() -> None:
    programme = api.load("stargate", "dear-power", {"discount_rate": "10 %"})
    data = data_of("lcoc[gb200-nvl72, abilene]", programme)
    price, rate = (input_in(data, name)["changed"] for name in ("source_price_stated", "discount_rate"))
    assert price["by"] == "dear-power" and price["reason"] == programme.scenarios["dear-power"].reason
    assert rate["by"] == "--set" and rate["from"]["value"] == "0.11"
    assert rate["from"]["statements"][0]["file"] == "catalogue/funding.csv" and rate["from"]["statements"][0]["line"] > 1
    said = input_in(data, "source_price_stated")["statements"][0]
    assert said["file"] == "stargate/scenarios.yaml" and said["line"]
    changed = {one["address"].partition("[")[0] for one in inside(data) if one.get("changed")}
    assert changed == {"source_price_stated", "discount_rate"}


def test_a_field_that_a_file_changed_says_the_statement_that_it_took_the_place_of(tmp_path: Path) -> None:
    over = tmp_path / "bigger.yaml"
    over.write_text("sites:\n  abilene:\n    phases:\n      building-1:\n        it_power: 106 MW\n", encoding="utf-8")
    data = data_of("power_it[operational, abilene]", api.load("stargate", over))
    cells = input_in(data, "phase_it_power_stated")["needs"]
    changed = [cell for cell in cells if cell.get("changed")]
    assert [cell["label"] for cell in changed] == ["abilene/building-1"] and changed[0]["changed"]["by"] == "bigger.yaml"
    before = changed[0]["changed"]["from"]["statements"][0]
    assert before["file"] == "stargate/sites.yaml" and before["source"]


def test_a_value_of_one_s_own_catalogue_says_its_file_and_the_default_that_it_replaced(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("kind,name,attribute,value,unit\nfacility,default,load_factor,0.5,1\n", encoding="utf-8")
    data = data_of("load_factor", "xai-colossus-1", when=None, values=api.catalogue(file))
    assert data["p50"] == 0.5 and data["basis"] == "assumed"
    assert data["changed"]["by"] == "mine.csv" and data["changed"]["from"]["statements"][0]["file"] == "catalogue/facility.csv"
    own = data["statements"][0]
    assert (own["file"], own["line"]) == (str(file), 2)


def test_a_cell_that_an_alternative_switches_tells_its_options_with_weights_and_who_says_each() -> None:
    data = data_of("power_facility[operational, abilene]")
    switched = [one for one in inside(data) if one.get("choices")]
    assert {one["pick"] for one in switched} & set(api.load("stargate").alternatives)
    for one in switched:
        assert sum(option["weight"] for option in one["choices"]) == pytest.approx(1.0)
    told = [
        said for one in switched for option in one["choices"] for said in option["statements"] if said["path"].startswith("alternatives.")
    ]
    assert told and all(said["file"] == "stargate/alternatives.yaml" and said["line"] for said in told)


def test_what_is_younger_than_the_knowledge_date_is_marked_in_the_shares_too() -> None:
    shares = [api.explain("lcoc[gb200-nvl72, abilene]", as_of=day, draws=512).rests for day in ("2025-01-22", "2026-11-22")]
    assert all(rests is not None for rests in shares)
    assert shares[0] is not None and shares[0].hindsight > 0.5 and shares[1] is not None and shares[1].hindsight == 0.0


# --- verdicts -------------------------------------------------------------------------------------------------------------------------


def test_an_open_reading_is_explained_by_what_it_compares() -> None:
    made = api.explain_reading("jobs-100k/economy-wide", draws=512)
    data = made.to_dict()
    (one,) = data["compares"]
    assert (one["address"], one["op"], one["threshold"]) == ("jobs_total", ">=", 100_000)
    assert made.true == one["holds"] and data["reading"]["probability"] == pytest.approx(made.true / 512)
    values = api.simulate("stargate", quantities=["jobs_total"], draws=512)["jobs_total"]
    assert one["value"]["p50"] >= one["why"]["p50"]  # the best until then is no less than what stands at the end
    assert one["why"]["p50"] == pytest.approx(values.at(date(2029, 1, 20)).quantiles((0.5,))[0.5])
    assert one["why"]["needs"] and data["settled"] is False and one["reads"] == "highest"
    assert made.reading.moved is not None
    for driver in made.reading.moved.drivers:  # the shares are those of the audit, of what is compared
        assert one["why"]["shares"][driver.input] == pytest.approx(driver.shapley, abs=1e-6)
    assert max(one["why"]["shares"], key=one["why"]["shares"].get) == made.reading.drivers[0].input


def test_a_settled_reading_is_explained_by_its_record() -> None:
    data = api.explain_reading("site-underway", draws=256).to_dict()
    deciding = [one for one in data["record"] if one["decides"]]
    assert data["settled"] and data["reading"]["settled_by"] == "record" and data["reading"]["probability"] is None
    assert deciding and all(one["file"] == "stargate/records.yaml" and one["line"] for one in deciding)
    assert data["true"] is None


def test_what_cannot_be_tested_says_why_and_no_number() -> None:
    data = api.explain_reading("leavitt-trust", draws=256).to_dict()
    assert data["true"] is None and data["compares"] == [] and "opinion" in data["reading"]["answer"]


def test_a_claim_of_several_readings_lists_them_and_one_reading_needs_no_name() -> None:
    programme = api.load("stargate")
    with pytest.raises(InputError, match='3 readings; name one: "jobs-100k/as said", "jobs-100k/by 2029", "jobs-100k/economy-wide"'):
        asked_reading(programme, "jobs-100k")
    with pytest.raises(InputError, match='did you mean "economy-wide"'):
        asked_reading(programme, "jobs-100k/economy")
    with pytest.raises(InputError, match="there is no claim"):
        asked_reading(programme, "jobs-100")
    assert asked_reading(programme, "site-underway") == ("site-underway", "as said")
    with pytest.raises(InputError, match="had not been made by 2025-01-21"):
        api.explain_reading("site-underway", as_of="2025-01-21")


@pytest.mark.parametrize("name", ["stargate", "meta-hyperion"])
def test_every_reading_can_be_explained(name: str) -> None:
    programme = api.load(name)
    for claim in list(programme.claims)[::9]:
        for reading in programme.claims[claim].readings:
            data = api.explain_reading(f"{claim}/{reading}", programme, draws=256).to_dict()
            numbers = data["reading"]["status"] not in ("not testable", "record too thin")
            assert numbers or (data["true"] is None and not data["compares"])


# --- what changed ---------------------------------------------------------------------------------------------------------------------


def test_effects_and_what_is_left_make_the_whole_change_of_a_number() -> None:
    made = api.what_changed("power_it[operational, north]", "2025-06-30", small(), when=date(2026, 6, 30), as_of="2026-06-30", draws=512)
    data = made.to_dict()
    for name, level in (("median", "p50"), ("mean", "mean")):
        assert sum(one[name] or 0.0 for one in data["news"]) == pytest.approx(data["now"][level] - data["then"][level], abs=1.0)
    assert [one["kind"] for one in data["news"]].count("time") == 1 and not any(one["rest"] for one in data["news"] if one["statements"])
    told = [one for one in data["news"] if one["statements"]]
    assert told and all(one["publisher"] == "B" and one["published"] == "2026-04-30" for one in told)
    assert [abs(one["mean"]) for one in told] == sorted((abs(one["mean"]) for one in told), reverse=True)


def test_what_came_in_is_told_in_another_language_with_the_same_effects() -> None:
    def changed(language: str) -> dict[str, Any]:
        when, day, address = date(2026, 6, 30), "2026-06-30", "power_it[operational, north]"
        made = api.what_changed(address, "2025-06-30", small(), when=when, as_of=day, draws=256, workers=1, language=language)
        return made.to_dict()

    english, german = changed("en"), changed("de")
    assert [one["mean"] for one in english["news"]] == [one["mean"] for one in german["news"]]
    assert [one["kind"] for one in english["news"]] == [one["kind"] for one in german["news"]]
    assert german["method"].startswith("Jedes allein") and "IT-Leistung" in german["subject"]
    told = [one["text"] for one in german["news"]]
    assert "verstrichene Zeit" in told and not set(told) & {one["text"] for one in english["news"]}


def test_the_same_for_any_number_of_workers() -> None:
    def changed(count: int) -> dict[str, Any]:
        when, day = date(2026, 6, 30), "2026-06-30"
        return api.what_changed("power_it[operational]", "2025-06-30", small(), when=when, as_of=day, draws=256, workers=count).to_dict()

    assert changed(1) == changed(2)


def test_what_changed_the_odds_of_a_reading_is_told_in_points() -> None:
    data = api.what_changed("hyperion-jobs/as said", "2026-01-15", "meta-hyperion", as_of="2026-11-22", draws=256, workers=1).to_dict()
    assert data["kind"] == "reading" and data["then"]["status"] == data["now"]["status"] == "open"
    change = data["now"]["probability"] - data["then"]["probability"]
    assert abs(change) > 0.1 and sum(one["odds"] or 0.0 for one in data["news"]) == pytest.approx(change, abs=0.006)
    assert data["whole"] and [one["text"] for one in data["news"]][-2:] == ["time passing", "several together"]
    said = [one for news in data["news"] for one in news["statements"]]
    assert said and all(one["file"] == "meta-hyperion.yaml" and one["line"] for one in said)


def test_time_passing_is_what_was_known_read_on_the_later_day() -> None:
    day, later, when, asked = date(2026, 6, 30), date(2026, 11, 22), date(2026, 9, 30), "power_it[operational, abilene]"
    programme, values = api.load("stargate"), api.catalogue()
    data = api.what_changed(asked, day, programme, when=when, as_of=later, draws=256).to_dict()
    old = replace(api.known(programme, day, values), as_of=later)
    then, aged = (simulate(view, [asked], draws=256)[asked].at(when).values.mean() for view in (api.known(programme, day, values), old))
    (passing,) = [one for one in data["news"] if one["kind"] == "time"]
    assert passing["mean"] == pytest.approx(aged - then, abs=1.0) and passing["mean"] != 0.0


@pytest.mark.slow
def test_of_a_day_without_odds_it_is_told_what_was_missing_and_what_supplied_it() -> None:
    data = api.what_changed("portwash-2028/power", "2025-10-31", as_of="2026-11-22", draws=256, workers=1).to_dict()
    assert not data["whole"] and data["then"]["missing"] == ["port-washington"] and data["now"]["probability"] is not None
    assert not any(one["rest"] or one["kind"] == "time" for one in data["news"])
    told = [one for one in data["news"] if one["odds"] is None] or data["supplied"]
    assert told and all(said["file"] for one in told for said in one["statements"])
    text = render_changed(data)
    assert "Absent then: port-washington." in " ".join(text.split()) and max(map(len, text.splitlines())) <= 80


def test_since_a_day_that_is_not_before_is_refused() -> None:
    with pytest.raises(InputError, match="--since: 2026-11-22 is not before 2026-11-22"):
        api.what_changed("jobs_total", "2026-11-22", as_of="2026-11-22")
