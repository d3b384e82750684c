"""Jobs by every definition: definitions in plain words, cross-checks, what a claim on jobs needs to be true; the command says the same."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.cli_runs import ask
from tests.real_worlds import TINY

import stargauge
from stargauge import api
from stargauge.audit.claims.language import Comparison, parse
from stargauge.audit.jobs.job_checks import ABOVE, APART, BELOW, INSIDE, MEASURES, Compared
from stargauge.audit.jobs.job_claims import numbers_of
from stargauge.audit.jobs.job_definitions import COUNTS, DEFINITIONS
from stargauge.audit.wording.words import forbidden, shown
from stargauge.catalogue.load import load_catalogue
from stargauge.engine.simulate import model_graph

DAY = "2026-11-22"
RUN = ("--as-of", DAY, "--draws", "256", "--seed", "3")


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    return api.jobs("stargate", when="2029-01-20", as_of=DAY).to_dict()


@pytest.fixture(scope="module")
def checked() -> api.Check:
    return api.check("stargate", as_of=DAY)


def row(told: dict[str, Any], name: str) -> dict[str, Any]:
    return dict(next(one for one in told["definitions"] if one["address"] == name))


def claim(told: dict[str, Any], name: str, deadline: str) -> dict[str, Any]:
    return dict(next(one for one in told["claims"] if one["claim"] == name and one["deadline"] == deadline))


# --- definitions ----------------------------------------------------------------------------------------------------------------------


def test_every_definition_is_an_address_that_a_claim_can_name() -> None:
    quantities = model_graph().quantities
    for one in DEFINITIONS:
        made = quantities[one.name]
        assert made.unit == "job" and made.axes == ("draw", "site", "month") and "site" in made.adds and not made.flow
        assert isinstance(parse(f"{one.name} >= 100 by 2029-01-20"), Comparison)
        assert one.at_sites == "" or one.at_sites in quantities
        assert one.says[:1].islower() and not one.says.endswith(".") and one.basis


def test_wider_definitions_are_larger_and_quantiles_in_order(told: dict[str, Any]) -> None:
    for one in told["definitions"]:
        assert 0.0 <= one["p10"] <= one["p50"] <= one["p90"]
        assert one["region"] is None or 0.0 < one["region"]["p10"] <= one["region"]["p90"] <= 1.0 + 1e-9
    for level in ("p10", "p50", "p90"):
        ladder = ("jobs_permanent", "jobs_direct", "jobs_with_suppliers", "jobs_total")
        values = [row(told, name)[level] for name in (*ladder, "jobs_total_years_so_far")]
        assert values == sorted(values)
        assert row(told, "jobs_direct")[level] <= row(told, "jobs_total_local")[level] <= row(told, "jobs_total")[level]
        assert row(told, "jobs_construction_peak_so_far")[level] >= row(told, "jobs_construction_onsite")[level]


def test_the_counts_are_those_of_the_model_and_sites_are_told_apart(told: dict[str, Any]) -> None:
    result = api.simulate("stargate", quantities=["jobs_total", "jobs_direct[abilene]"], as_of=DAY)
    for address, where in (("jobs_total", told), ("jobs_direct[abilene]", told["sites"][0])):
        found = result[address].at(date(2029, 1, 20)).quantiles((0.1, 0.5, 0.9))
        made = row(where, address.partition("[")[0])
        assert [made["p10"], made["p50"], made["p90"]] == pytest.approx([float(value) for value in found.values()])
    assert told["sites"][0]["id"] == "abilene" and told["sites"][-1]["id"] == "unsited"
    alone = api.jobs("stargate", when="2029-01-20", as_of=DAY, site="abilene").to_dict()
    assert alone["definitions"] == told["sites"][0]["definitions"] and alone["sites"] == []
    assert all(one["sites"] == ["abilene"] or "abilene" in one["sites"] for one in alone["claims"])


def test_all_of_what_stays_at_home_is_counted_there_and_a_lower_share_lowers_it() -> None:
    at = {
        share: api.jobs(api.load("stargate", settings={"local_share": share}), when="2029-01-20", as_of=DAY, draws=256).to_dict()
        for share in ("0", "0.5", "1")
    }
    local, total = ({share: row(one, name)["p50"] for share, one in at.items()} for name in ("jobs_total_local", "jobs_total"))
    assert local["0"] < local["0.5"] < local["1"] == pytest.approx(total["1"]) and len(set(total.values())) == 1
    assert local["0"] == pytest.approx(row(at["0"], "jobs_direct")["p50"])
    assert row(at["0"], "jobs_indirect")["region"] == {"p10": 0.0, "p50": 0.0, "p90": 0.0}


def test_the_two_routes_stand_side_by_side(told: dict[str, Any]) -> None:
    """Jobs per dollar of all construction give more job-years than power and pay at data centres: said, not averaged."""
    result = api.simulate("stargate", quantities=["jobs_construction_years_so_far", "jobs_direct_years_by_spending"], as_of=DAY)
    first = told["routes"][0]
    for address, name in (("jobs_construction_years_so_far", "by_power_and_pay"), ("jobs_direct_years_by_spending", "by_spending")):
        found = result[address].at(date(2029, 1, 20)).quantiles((0.5,))[0.5]
        assert first[name]["p50"] == pytest.approx(float(found))
    assert first["by_spending"]["p10"] > first["by_power_and_pay"]["p90"]


# --- cross-checks ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "levels", "standing"),
    [(5.0, (1.0, 2.0, 9.0), INSIDE), (0.5, (1.0, 2.0, 9.0), BELOW), (9.5, (1.0, 2.0, 9.0), ABOVE), (9.1, (1.0, 2.0, 9.0), INSIDE),
     (5.0, None, APART)],
)  # fmt: skip
def test_a_figure_lies_inside_above_or_below_the_range(value: float, levels: tuple[float, float, float] | None, standing: str) -> None:
    assert Compared("study", "", "", value, "1", levels, "", "", "A", "", "").standing == standing


#: Rows of `jobs.csv`, where each stands here, and on which side of the model's range it lies.
FACTS = {
    "JB01": ("Abilene, 2025", "builders at the peak", INSIDE), "JB02": ("Abilene", "permanent posts", INSIDE),
    "JB03": ("Abilene, 2021", "permanent posts", BELOW), "JB04": ("Abilene, 2024", "permanent posts", BELOW),
    "JB05": ("Abilene", "permanent posts", ABOVE), "JB06": ("Abilene, 2026", "permanent posts", INSIDE),
    "JB07": ("Shackelford County, 2025", "builders at the peak", INSIDE), "JB08": ("Santa Teresa", "builders at the peak", INSIDE),
    "JB09": ("Santa Teresa, 2026", "builders at the peak", INSIDE), "JB10": ("Santa Teresa", "permanent posts", INSIDE),
    "JB11": ("Santa Teresa, 2026", "permanent posts", INSIDE), "JB12": ("Saline Township", "builders at the peak", INSIDE),
    "JB13": ("Saline Township", "permanent posts", INSIDE), "JB15": ("Port Washington, 2025", "builders at the peak", INSIDE),
    "JB16": ("Port Washington, 2025", "permanent posts", INSIDE),
    "JB21": ("Amazon North West Indiana", "permanent posts", APART), "JB23": ("Fairwater Wisconsin", "", APART),
    "JB24": ("Amazon Virginia", "permanent posts", APART), "JB25": ("JLARC, as cited, 2024", "permanent posts per building", BELOW),
    "JB26": ("JLARC, as cited, 2024", "builders at the peak of one large site", APART), "JB27": ("JLARC, as cited, 2024", "", APART),
    "JB29": ("US Chamber of Commerce, 2017", "", APART), "JB30": ("US Chamber of Commerce, 2017", "", APART),
    "JB31": ("PwC, 2021", "jobs in all per permanent post", INSIDE),
    "JB33": ("Business Insider, 2023", "jobs in all of the country", APART),
    "JB38": ("InsideNoVa, 2021", "jobs at suppliers per job of building", ABOVE),
}  # fmt: skip


def test_figures_of_others_stand_beside_the_model_with_source_and_grade(shared: Path, told: dict[str, Any]) -> None:
    rows = {line.split(",")[0]: line for line in (shared / "facts" / "jobs.csv").read_text(encoding="utf-8").splitlines()}
    for fact, (where, what, standing) in FACTS.items():
        value = float(rows[fact].split(",")[3])
        near = [one for one in told["checks"] if one["value"] == pytest.approx(value) and one["where"] == where]
        found = [one for one in near if what in ("", one["what"]) and one["standing"] == standing]
        assert found, (
            fact,
            where,
            value,
            [(one["where"], one["what"], one["standing"]) for one in told["checks"] if one["value"] == value],
        )
        assert found[0]["source"] and found[0]["publisher"] and found[0]["grade"] in "ABCD" and found[0]["published"]


def test_heads_counted_at_abilene_are_inside_the_range_of_their_month(told: dict[str, Any]) -> None:
    counted = [one for one in told["checks"] if one["kind"] == "counted" and one["what"] == "builders, mean of a month"]
    assert [(one["value"], one["standing"]) for one in counted] == [(2000.0, INSIDE), (3000.0, INSIDE), (6400.0, INSIDE)]


def test_hyperion_lies_inside(told: dict[str, Any]) -> None:
    made = api.jobs("meta-hyperion", as_of=DAY).to_dict()
    own = {one["what"]: (one["value"], one["standing"]) for one in made["checks"] if one["where"].startswith("Hyperion")}
    assert own == {"builders at the peak": (5000.0, INSIDE), "permanent posts": (500.0, INSIDE)}


def test_every_study_has_a_measure_or_says_that_there_is_none(told: dict[str, Any]) -> None:
    studies = [entry for entry in load_catalogue().known(date(2026, 11, 22)).rows_of("labour") if entry.name.startswith("study-")]
    shown_ones = [one for one in told["checks"] if one["kind"] == "study"]
    assert {entry.statement.source for entry in studies} <= {one["source"] for one in shown_ones}
    assert {one["what"] for one in shown_ones if one["standing"] != APART} <= {measure.what for measure in MEASURES.values()}


def test_only_what_was_published_by_the_day_is_compared() -> None:
    made = api.jobs("stargate", as_of="2025-01-23", draws=256).to_dict()
    assert all(one["published"] <= "2025-01-23" for one in made["checks"])
    assert {one["where"].partition(",")[0] for one in made["checks"]} >= {"Abilene"} and len(made["checks"]) > 5


# --- what a claim needs ---------------------------------------------------------------------------------------------------------------


def test_definitions_that_make_a_claim_true_come_first_and_agree_with_the_odds_of_its_readings(checked: api.Check) -> None:
    verdicts = {verdict.id: verdict for verdict in checked.verdicts}
    assert {one.number.claim for one in checked.jobs} >= {"jobs-100k", "jobs-hundreds-k", "onsite-25000", "saline-jobs"}
    for one in checked.jobs:
        odds = [made.probability for made in one.definitions]
        assert odds == sorted(odds, reverse=True) and len(odds) == len(COUNTS)
        by_name = {made.definition.name: made for made in one.definitions}
        for reading in verdicts[one.number.claim].readings:
            said = parse(reading.expression)
            asked = isinstance(said, Comparison) and said.time is not None and said.time.end == one.number.time.end
            if asked and reading.status == "open" and said.address.labels == one.number.sites:  # type: ignore[union-attr]
                found = by_name[said.address.name].probability  # type: ignore[union-attr]
                assert shown(found) == pytest.approx(reading.probability or 0.0), (one.number.claim, reading.name)


def test_every_sentence_agrees_with_its_odds(told: dict[str, Any]) -> None:
    for one in told["claims"]:
        by_name = {made["name"]: made for made in one["definitions"]}
        sentence, likely = one["sentence"], [made for made in one["definitions"] if made["probability"] >= 0.5]
        read = [by_name[name] for name in one["read_as"]]
        if any(made["probability"] >= 0.5 for made in read):
            assert "as likely as not or better as read" in sentence
        elif likely:
            named = sentence.partition("where what counts is ")[2].partition(").")[0]
            assert named and any(made["label"] in named for made in likely)
            assert not [made["label"] for made in one["definitions"] if made not in likely and f"{made['label']} (" in named]
        else:
            assert "no definition makes it as likely as not" in sentence and one["definitions"][0]["label"] in sentence
        needed, direct = one["jobs_per_direct"], by_name["jobs_direct"]["p50"]
        assert needed == pytest.approx(one["number"] / direct)
        assert ("in all per direct one" in sentence) == (needed > 1.0)
        assert ("more than any of them" in sentence) == (needed > one["published_jobs_per_direct"][1])
        assert forbidden(sentence) == ()


def test_a_hundred_thousand_by_2029_needs_suppliers_and_spending(told: dict[str, Any]) -> None:
    made = claim(told, "jobs-100k", "2029-01-20")
    assert made["read_as"] == ["jobs_direct", "jobs_total"] and made["published_jobs_per_direct"] == [2.3051, 7.8]
    assert 1.0 < made["jobs_per_direct"] < 7.8
    assert re.search(r"takes [\d.]+ jobs in all per direct one; published studies run from 2\.3 to 7\.8\.$", made["sentence"])
    at_once = claim(told, "jobs-100k", "2025-12-31")
    assert at_once["jobs_per_direct"] > 7.8 and "more than any of them." in at_once["sentence"]
    assert at_once["sentence"].endswith("The deadline has passed and the record decides; this is what the model makes of it.")
    assert "passed" not in made["sentence"]


def test_numbers_are_asked_once_whatever_the_definition(checked: api.Check) -> None:
    asked = api.asked_of(checked.known, checked.programme)
    numbers = numbers_of(asked, checked.known.months[-1])
    keys = [(one.claim, one.threshold, one.sites, one.time) for one in numbers]
    assert len(keys) == len(set(keys))
    assert all(one.claim != "planned-8gw-450bn" for one in numbers)


def test_where_nobody_works_no_ratio_reaches_it(tmp_path: Path) -> None:
    text = TINY.read_text(encoding="utf-8")
    claims = (
        "\nclaims:\n  none-yet:\n    speaker: x\n    said: 2025-01-22\n    says: jobs\n    source: own\n    readings:\n"
        '      as said: "jobs_direct >= 1_000_000 by 2025-02-28"\n'
    )
    assert "\nclaims:" in text  # the claims of the file are replaced by one
    kept = re.sub(r"\nclaims:\n(?:[ #].*\n|\n)*", claims, text)
    source = re.search(r"\nsources:\n  ([\w-]+):", kept)
    assert source is not None
    file = tmp_path / "tiny.yaml"
    file.write_text(kept.replace("source: own", f"source: {source[1]}"), encoding="utf-8")
    made = api.jobs(file, as_of=DAY, draws=256).to_dict()["claims"]
    assert len(made) == 1 and np.isfinite(made[0]["number"])
    if made[0]["jobs_per_direct"] is None:
        assert "no ratio of jobs in all to direct ones reaches it" in made[0]["sentence"]
    else:
        assert made[0]["jobs_per_direct"] > 7.8 and "more than any of them" in made[0]["sentence"]


# --- the answer, the report and the command ---------------------------------------------------------------------------------------------


def test_the_answer_of_check_holds_the_sentences_and_the_report_shows_them(checked: api.Check) -> None:
    from stargauge.report.html import render_report

    data = json.loads(json.dumps(checked.to_dict()))
    with_jobs = {one["id"]: one["jobs"] for one in data["claims"] if "jobs" in one}
    assert {name for name in with_jobs} == {one.number.claim for one in checked.jobs}
    page = render_report(data)
    for numbers in with_jobs.values():
        for one in numbers:
            first = one["sentence"].partition(":")[0]
            assert first in page.replace("\u00a0", " ")
    assert page.count("What counts as a job</h3>") == len(checked.jobs)


def test_python_and_the_command_give_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "jobs", "--json", "--date", "2029-01-20", "--site", "saline", *RUN)
    made = stargauge.jobs("stargate", as_of=DAY, draws=256, seed=3, when="2029-01-20", site="saline").to_dict()
    assert answer.code == 0 and answer.err == "" and json.loads(answer.out) == json.loads(json.dumps(made, allow_nan=False))


@pytest.mark.parametrize("name", [str(TINY), *sorted(api.shipped())])
def test_every_programme_is_told_in_80_plain_columns(capsys: pytest.CaptureFixture[str], name: str) -> None:
    answer = ask(capsys, "jobs", name, "--ascii", *RUN)
    assert answer.code == 0 and answer.out.isascii() and max(map(len, answer.out.splitlines())) <= 80
    assert "nan" not in answer.out.lower().split() and "None" not in answer.out and "inf" not in answer.out.split()
    assert "what counts" in answer.out and "Why?    stargauge explain 'jobs_direct'" in answer.out


def test_many_draws_and_workers_change_no_bit() -> None:
    one, two = (api.jobs(TINY, as_of=DAY, draws=1024, workers=workers).to_dict() for workers in (1, 2))
    assert one == two


def test_a_wrong_date_and_a_wrong_site_are_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "jobs", "--date", "2060-01-01", "--site", "abilen", *RUN)
    assert answer.code == 2 and answer.out == ""
    assert "2 errors" in answer.told and "2025-01-01 to 2032-12-31" in answer.told and 'did you mean "abilene"?' in answer.told


def test_a_site_that_has_no_size_yet_has_no_number(capsys: pytest.CaptureFixture[str]) -> None:
    early = ("jobs", "stargate", "--as-of", "2026-01-31", "--draws", "256")
    answer = ask(capsys, *early, "--json")
    assert answer.code == 0, answer.told
    site = next(one for one in json.loads(answer.out)["sites"] if one["id"] == "dona-ana")
    assert [site["definitions"][0][level] for level in ("p10", "p50", "p90")] == [None, None, None]
    told, data = ask(capsys, *early, "--site", "dona-ana"), ask(capsys, *early, "--site", "dona-ana", "--json")
    assert told.code == data.code == 0
    assert told.out.startswith("Direct jobs at Santa Teresa in Dec 2028 cannot be counted: no size is stated.")
