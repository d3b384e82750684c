"""A claim by definition of its words: rows that are readings agree with the audit, logic holds between rows, opinions have none."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cli_runs import ask
from tests.programme_files import small
from tests.test_packaging_files import ROOT, run_page

from stargauge import api
from stargauge.audit.claims.definitions import ClaimDefinitions, Definitions, Row
from stargauge.audit.claims.definitions_tried import setting_of, tried_of
from stargauge.audit.claims.language import parse
from stargauge.audit.claims.meanings import Setting, meant, most, names_a_date, possible, sense_of, words
from stargauge.audit.jobs.job_definitions import COUNTS, ELSEWHERE
from stargauge.audit.wording.messages import ENGLISH
from stargauge.audit.wording.words import forbidden
from stargauge.engine.simulate import axes_of, model_graph
from stargauge.quantity.errors import InputError
from stargauge.quantity.quantity import MEANS, STAGES
from stargauge.report.claims.meanings import SHOWN, render_definitions

NOW = "2026-11-22"
JOBS = {
    "narrow": "jobs_permanent[north] >= 5 by 2026-12-31", "wide": "jobs_total >= 5 by 2026-12-31", "opinion": "not testable: an opinion",
}  # fmt: skip


def with_claim(readings: dict[str, str], says: str = "There will be jobs at once.") -> Any:
    told = "\n".join(f'      {name}: "{text}"' for name, text in readings.items())
    old = '    readings: {as said: "power_it[operational, north] >= 100 MW by 2026-03-31"}'
    return small(("The first hall runs by March 2026.", says), (old, f"    readings:\n{told}"))


def of_small(readings: dict[str, str], says: str = "There will be jobs at once.", draws: int = 256) -> ClaimDefinitions:
    return api.definitions(with_claim(readings, says), as_of=NOW, draws=draws).claims[0]


@pytest.fixture(scope="module")
def stargate() -> Definitions:
    return api.definitions("stargate", as_of=NOW, draws=256)


@pytest.fixture(scope="module")
def setting() -> Setting:
    return setting_of(api.known(api.load("stargate"), NOW))


def rows_of(made: Definitions) -> Iterable[tuple[ClaimDefinitions, Row]]:
    return ((claim, row) for claim in made.claims for row in claim.rows)


def by_choice(claim: ClaimDefinitions, word: str, **others: str) -> dict[str, Row]:
    return {row.sense[word]: row for row in claim.rows if word in row.sense and others.items() <= row.sense.items()}


# --- the words --------------------------------------------------------------------------------------------------------------------


def test_every_meaning_exists_and_is_called_something(setting: Setting) -> None:
    for word in words():
        assert f"word_{word.id}" in ENGLISH.texts and f"word_{word.id} why" in ENGLISH.texts
        for choice in word.choices:
            fits = {"label": (*STAGES, *MEANS), "place": ("named", "everywhere")}.get(word.kind, tuple(setting.quantities))
            assert choice in fits, (word.id, choice)


def test_the_ways_to_count_jobs_are_those_that_jobs_and_check_use() -> None:
    assert next(word for word in words() if word.id == "jobs").choices == tuple(one.name for one in COUNTS)


def test_the_meanings_of_a_word_share_a_unit(setting: Setting) -> None:
    for word in words():
        assert len({setting.quantities[name].unit for name in word.quantities}) <= 1


@pytest.mark.parametrize(
    ("says", "named"),
    [
        ("They start at once.", False),
        ("Sie läuft bis Mitte 2026.", True),
        ("Sofort.", False),
        ("It runs by the middle of 2026.", True),
        ("500 bn USD over four years.", True),
        ("Soon.", False),
    ],
)
def test_deadlines_are_tried_only_where_a_claim_names_none(says: str, named: bool) -> None:
    assert names_a_date(says) is named


def test_a_reading_with_its_own_sense_is_itself(setting: Setting) -> None:
    for claim in api.load("stargate").claims.values():
        for text in claim.readings.values():
            reading = parse(str(text))
            sense = sense_of(reading, setting)
            again = meant(reading, sense, setting)
            assert sense_of(again, setting) == sense
            assert possible(reading, sense, setting)


# --- rows that are readings -------------------------------------------------------------------------------------------------------


def test_rows_that_the_file_reads_agree_with_the_audit(stargate: Definitions) -> None:
    judged = {v.id: {r.name: r for r in v.readings} for v in api.audit("stargate", as_of=NOW, draws=256)}
    seen = 0
    for claim, row in rows_of(stargate):
        for name in row.as_read:
            other = judged[claim.id][name]
            mine = row.verdict
            assert (mine.status, mine.probability, mine.model_range, mine.margin) == (
                other.status, other.probability, other.model_range, other.margin,
            ), (claim.id, name)  # fmt: skip
            assert mine.expression == other.expression
            seen += 1
    assert seen >= 40


def test_every_testable_reading_of_a_claim_with_rows_is_one_of_them(stargate: Definitions) -> None:
    claims = api.load("stargate").claims
    for claim in stargate.claims:
        if claim.rows:
            compared = {name for name, text in claims[claim.id].readings.items() if not str(text).startswith(("not testable", "record"))}
            assert compared == {name for row in claim.rows for name in row.as_read}


def test_the_number_of_jobs_by_definition_is_that_of_the_jobs_command(stargate: Definitions) -> None:
    """The same number, place and deadline by the same definition has the same odds in both answers."""
    answer = api.jobs("stargate", as_of=NOW, draws=256).to_dict()
    seen = 0
    for number in answer["claims"]:
        claim = next(one for one in stargate.claims if one.id == number["claim"])
        for row in claim.rows:
            same = [one for one in number["definitions"] if one["name"] == row.sense.get("jobs")]
            expression = row.verdict.expression.replace("_", "").replace(",", "")
            asked = row.as_read and number["deadline"] in expression and str(int(number["number"])) in expression
            if same and asked and row.verdict.status == "open":
                assert row.verdict.probability == same[0]["probability"]
                seen += 1
    assert seen >= 3


# --- the table --------------------------------------------------------------------------------------------------------------------


def test_what_holds_comes_first_then_odds_then_what_does_not() -> None:
    claim = of_small(JOBS)
    order = {"met": 0, "partly met": 1, "open": 2, "passed, record silent": 2, "not met": 3}
    places = [order.get(row.verdict.status, 4) for row in claim.rows]
    assert places == sorted(places) and len(set(places)) > 1
    odds = [row.verdict.probability or 0.0 for row in claim.rows if order.get(row.verdict.status) == 2]
    assert odds == sorted(odds, reverse=True)


def test_no_definition_stands_twice(stargate: Definitions) -> None:
    for claim in stargate.claims:
        texts = [row.verdict.expression for row in claim.rows]
        assert len(texts) == len(set(texts))


def test_a_limit_keeps_the_readings_and_what_is_nearest_to_them(setting: Setting) -> None:
    claim = api.load("stargate").claims["jobs-100k"]
    whole, few = tried_of(claim, setting), tried_of(claim, setting, limit=20)
    assert len(few.candidates) == 20 and few.combinations == whole.combinations == len(whole.candidates) > 100
    assert {name for one in few.candidates for name in one.as_read} == set(claim.readings)
    texts = {name: sense_of(parse(str(text)), setting) for name, text in claim.readings.items()}
    kept = {one.text for one in few.candidates}

    def away(sense: Any) -> int:
        return int(min(sum(sense[word] != mine[word] for word in sense) for mine in texts.values()))

    assert max(away(one.sense) for one in few.candidates) <= min(away(one.sense) for one in whole.candidates if one.text not in kept)


def test_a_number_that_differs_makes_no_common_rows() -> None:
    claim = of_small({"one": "power_it[operational] >= 1 GW by 2030-12-31", "other": "power_it[operational] >= 2 GW by 2030-12-31"})
    numbers = {row.verdict.expression.split(">= ")[1].split(" by")[0] for row in claim.rows}
    assert numbers == {"1 GW", "2 GW"}
    assert all(row.as_read in ((), ("one",), ("other",)) for row in claim.rows)
    assert {row.of: row.verdict.expression.split(">= ")[1][0] for row in claim.rows} == {("one",): "1", ("other",): "2"}
    data = {"one": True, "claims": [claim.to_dict()], "as_of": NOW}
    assert "of other" in render_definitions(data)


def test_what_a_word_decides_is_told_of_one_number_never_of_two() -> None:
    easy, hard = "power_it[operational] >= 1 MW by 2030-12-31", "power_it[operational] >= 90 GW by 2030-12-31"
    for word in of_small({"easy": easy, "hard": hard}).words:
        if word.word == "power":  # each number is as likely by any megawatt; only the two numbers differ
            assert word.swing < 0.05


def test_a_reading_of_several_parts_is_varied_in_all_of_them() -> None:
    both = "power_it[operational, north] >= 5 MW on 2026-12-31 and not power_it[operational] >= 90 GW on 2026-12-31"
    claim = of_small({"both": both, "either": f"record(post-visible) or ({both})"}, "The hall runs.")
    assert {row.sense["power"] for row in claim.rows} == {"power_load", "power_load_peak", "power_it", "power_facility"}
    for row in claim.rows:
        assert row.verdict.expression.count(f"{row.sense['power']}") == 2
        assert row.verdict.expression.startswith("record(post-visible) or (") == (row.verdict.expression.count("record") == 1)
    assert {row.as_read for row in claim.rows} == {(), ("both",), ("either",)}


def test_a_word_on_which_parts_of_a_reading_differ_is_not_varied() -> None:
    mixed = "power_it[operational, north] >= 5 MW on 2026-12-31 and power_facility[operational, north] >= 5 MW on 2026-12-31"
    claim = of_small({"both": mixed}, "The hall runs.")
    assert claim.rows and {frozenset(row.sense) for row in claim.rows} == {frozenset({"stage"})}


def test_what_a_word_decides_is_the_range_over_its_choices_with_the_others_as_read() -> None:
    claim = of_small({"as said": "power_it[operational, north] >= 150 MW by 2027-12-31"}, "150 MW soon.")
    base = next(row for row in claim.rows if row.as_read)
    for word in claim.words:
        others = {key: choice for key, choice in base.sense.items() if key != word.word}
        weights = [row.weight for row in by_choice(claim, word.word, **others).values() if row.weight is not None]
        assert (word.low, word.high) == (min(weights), max(weights))
    assert [word.swing for word in claim.words] == sorted((word.swing for word in claim.words), reverse=True)


def test_the_sentence_names_the_meaning_that_alone_makes_it_true() -> None:
    claim = of_small({"cash": "funding_available[cash, bank] >= 40 bn USD on 2025-03-31"}, "The bank has 40 billion.")
    assert claim.sentence.startswith("True only if in cash, committed, announced or financeable (having which money) is meant")
    assert "as read, not met (“cash”)" in claim.sentence
    holding = {row.sense["means"] for row in claim.rows if row.holds}
    assert holding == {"financeable"}


def test_where_some_definitions_cannot_be_told_nothing_is_said_of_them(stargate: Definitions) -> None:
    told = {claim.id: claim for claim in stargate.claims}
    for name in ("no-money", "seven-gw-400bn"):
        claim = told[name]
        assert any(row.holds is None for row in claim.rows)
        assert claim.sentence.startswith("Of those that can be told, true only if ")
        assert "Nothing can be said under" in claim.sentence
    for claim in stargate.claims:
        if claim.rows and all(row.holds is not None for row in claim.rows):
            assert "Of those that can be told" not in claim.sentence


def test_what_was_met_by_one_deadline_is_met_by_every_later_one(stargate: Definitions) -> None:
    seen = 0
    for claim, row in rows_of(stargate):
        if row.verdict.status != "met" or "deadline" not in row.sense or "not " in row.verdict.expression:
            continue
        for other in claim.rows:
            alike = {key: choice for key, choice in row.sense.items() if key != "deadline"}
            if (
                other.of == row.of and not other.as_read and other.sense.get("deadline", "") > row.sense["deadline"]
                and {key: choice for key, choice in other.sense.items() if key != "deadline"} == alike
            ):  # fmt: skip
                assert other.verdict.status == "met"
                assert other.verdict.expression.endswith(other.sense["deadline"])
                seen += 1
    assert seen >= 3


def test_the_draws_printed_are_those_made() -> None:
    assert api.definitions(with_claim(JOBS), as_of=NOW, draws=100).draws == 256


def test_a_programme_without_claims_is_told_from_one_whose_claims_come_later() -> None:
    none = api.definitions("anthropic-new-carlisle", as_of=NOW, draws=256)
    assert none.to_dict()["sentence"] == "This programme file holds no claims, so there is nothing to judge."
    early = api.definitions("stargate", as_of="2025-01-01", draws=256)
    assert early.claims or early.to_dict()["sentence"] == "No claim had been made by then, so there is nothing to judge."


def test_most_of_many_meanings_are_told_by_those_that_are_not_among_them(stargate: Definitions) -> None:
    told = next(claim.sentence for claim in stargate.claims if claim.id == "portwash-2028")
    assert "“permanent jobs”: More likely than not only if anything but permanent posts (which jobs) is meant" in told


def test_a_claim_on_records_an_opinion_and_a_claim_without_a_number_have_no_definitions(stargate: Definitions) -> None:
    plain = {claim.id: claim for claim in stargate.claims if not claim.rows}
    assert {"leavitt-trust", "nadella-80", "altman-praise", "reply-vanished", "umbrella"} <= set(plain)
    for claim in plain.values():
        assert claim.sentence == ENGLISH.texts["def_none"]
        assert claim.to_dict()["definitions"] == claim.combinations == 0 and not claim.words


def test_labels_that_no_word_stands_for_are_never_lost(stargate: Definitions) -> None:
    parties = {"softbank", "openai", "oracle", "mgx"}
    for claim, row in rows_of(stargate):
        if claim.id == "no-money":
            assert parties <= set(parse(row.verdict.expression).address.labels)  # type: ignore[union-attr]


def test_a_claim_that_was_not_made_yet_or_does_not_exist_is_said() -> None:
    with pytest.raises(InputError, match="had not been made by then"):
        api.definitions("stargate", "ten-gw-apr26", as_of="2025-06-01", draws=256)
    with pytest.raises(InputError, match='did you mean "jobs-100k"'):
        api.definitions("stargate", "jobs-100", as_of=NOW, draws=256)


def test_the_same_from_any_number_of_workers_and_twice() -> None:
    made = [api.definitions("stargate", "jobs-100k", as_of=NOW, draws=512, workers=count).to_dict() for count in (1, 2)]
    assert made[0] == made[1]


# --- logic ------------------------------------------------------------------------------------------------------------------------


def told(row: Row) -> float | None:
    """The share of draws, where the record has no part in it."""
    return row.weight if row.verdict.settled_by != "record" else None


def test_a_later_deadline_is_never_less_likely(stargate: Definitions) -> None:
    seen = 0
    for claim in stargate.claims:
        groups: dict[str, dict[str, float]] = {}
        for row in claim.rows:
            reading = parse(row.verdict.expression)
            if "deadline" in row.sense and ">=" in row.verdict.expression and (weight := told(row)) is not None:
                others = {key: choice for key, choice in row.sense.items() if key != "deadline"}
                number = str(getattr(reading, "threshold", ""))
                groups.setdefault(f"{others} {number}", {})[row.sense["deadline"]] = weight
        for found in groups.values():
            weights = [found[day] for day in sorted(found)]
            assert all(a <= b + 0.02 for a, b in pairwise(weights)), (claim.id, found)
            seen += len(weights) > 1
    assert seen >= 30


def test_a_wider_stage_is_never_less_likely_in_any_table(stargate: Definitions) -> None:
    seen = 0
    for claim, row in rows_of(stargate):
        for narrow, wide in WIDER:
            if row.sense.get("stage") != narrow or ">=" not in row.verdict.expression or told(row) is None:
                continue
            number = row.verdict.expression.split(">=")[1]
            same = {**row.sense, "stage": wide}
            for other in claim.rows:
                weight = told(other)
                if other.sense == same and other.verdict.expression.split(">=")[1] == number and weight is not None:
                    assert weight >= (told(row) or 0.0) - 0.02, (claim.id, row.sense, other.sense)
                    seen += 1
    assert seen >= 20


#: Pairs of stages of which the second is reached by whatever reached the first. What was announced is no wider one: its size is the newest
#: that was published, and more or less of it is built.
WIDER = [("operational", "energised"), ("energised", "under_construction"), ("operational", "under_construction")]


@given(
    which=st.sampled_from(WIDER), name=st.sampled_from(["power_it", "power_facility", "buildings"]),
    size=st.sampled_from([0.05, 0.2, 0.5, 1.0]), months=st.integers(0, 60), later=st.integers(1, 24),
    site=st.sampled_from(["", "abilene", "milam"]),
)  # fmt: skip
def test_a_wider_stage_and_a_later_deadline_are_never_less_likely(
    draws: Any, which: tuple[str, str], name: str, size: float, months: int, later: int, site: str
) -> None:
    narrow, wide = (draws(f"{name}[{stage}{f', {site}' if site else ''}]") for stage in which)
    threshold = size * float(narrow[:, -1].mean())
    first, last = min(months, narrow.shape[1] - 1), min(months + later, narrow.shape[1] - 1)
    reached = narrow[:, : first + 1].max(axis=1) >= threshold
    assert (reached <= (narrow[:, : last + 1].max(axis=1) >= threshold)).all()
    assert reached.mean() <= (wide[:, : first + 1].max(axis=1) >= threshold).mean() + 1e-12


@pytest.fixture(scope="module")
def draws() -> Any:
    """Values of an address over draws and months in the worlds of the shipped Stargate, made when first asked for."""
    result = api.simulate("stargate", quantities=["power_it[operational]"], as_of=NOW, draws=256)
    return lambda address: result[address].values


def test_more_means_are_never_less_money() -> None:
    claim = of_small({"cash": "funding_available[cash, bank] >= 30 bn USD on 2025-03-31"}, "The bank has 30 billion.")
    found = by_choice(claim, "means")
    weights = [found[means].weight for means in MEANS if found[means].weight is not None]
    assert len(weights) >= 3 and weights == sorted(weights)  # type: ignore[type-var]


# --- words ------------------------------------------------------------------------------------------------------------------------


def test_no_text_says_what_must_not_be_said(stargate: Definitions) -> None:
    for claim in stargate.claims:
        assert forbidden(claim.sentence, deadline_passed=True) == ()
        assert "{" not in claim.sentence
        json.dumps(claim.to_dict(), allow_nan=False)
    data = stargate.to_dict()
    assert forbidden(render_definitions(data), deadline_passed=True) == ()


def test_what_is_ours_is_marked(stargate: Definitions) -> None:
    for claim in stargate.to_dict()["claims"]:
        assert all(row["ours"] != bool(row["as_read"]) for row in claim["rows"])
        assert all(word["ours"] for word in claim["words"])
    assert "our choice" in render_definitions(stargate.to_dict())


def test_the_command_line_shows_what_python_gives(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "definitions", "--claim", "softbank-lt10", "--as-of", NOW, "--draws", "256", "--json")
    assert answer.code == 0
    data = json.loads(answer.out)
    assert data == json.loads(json.dumps(api.definitions("stargate", "softbank-lt10", as_of=NOW, draws=256).to_dict()))
    assert date.fromisoformat(data["as_of"]) == date(2026, 11, 22)


def test_the_terminal_keeps_to_80_columns_and_says_how_to_see_more(stargate: Definitions) -> None:
    data = stargate.to_dict()
    texts = [render_definitions(data), *(render_definitions({**data, "one": True, "claims": [claim]}) for claim in data["claims"])]
    assert max(len(line) for text in texts for line in text.splitlines()) <= 80
    assert "more: --all" in texts[1 + [claim["id"] for claim in data["claims"]].index("jobs-100k")]


def test_an_unknown_claim_is_a_fault_of_input(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "definitions", "--claim", "no-mony", "--as-of", NOW)
    assert answer.code == 2
    assert 'did you mean "no-money"' in answer.told


def test_axes_are_those_of_the_day() -> None:
    made = api.known(api.load("stargate"), "2025-01-23")
    assert setting_of(made).axes == axes_of(made)


@pytest.mark.slow
def test_the_page_on_definitions_works_as_it_stands(tmp_path: Path) -> None:
    assert run_page("docs/definitions.md", tmp_path) == 3
    page = (ROOT / "docs/definitions.md").read_text(encoding="utf-8")
    assert f"At most {most()} definitions" in page and f"shows the first {SHOWN} " in page
    assert all(ENGLISH.texts[f"word_{word.id}"] in page for word in words())


def test_jobs_at_suppliers_are_never_met_by_arithmetic() -> None:
    """A month after work began every draw may have enough of them: builders times a multiplier, which no look at the site shows."""
    (claim,) = (one for one in api.definitions("meta-hyperion", as_of=NOW, draws=256).claims if one.id == "hyperion-jobs")
    of_all = [row for row in claim.rows if row.sense.get("jobs") in ELSEWHERE]
    assert len(of_all) > 20 and {row.verdict.settled_by for row in of_all} == {None}
    assert {row.verdict.status for row in of_all} <= {"open", "passed, record silent"}


def test_what_is_elsewhere_is_all_that_a_multiplier_makes() -> None:
    made = model_graph().quantities

    def multiplied(name: str) -> bool:
        needs = made[name].needs if name in made and not made[name].is_input else ()
        return any("_multiplier_" in one or multiplied(one) for one in needs)

    by_spending = {"jobs_total_years_by_spending"}
    assert {name for name in made if name.startswith("jobs_") and multiplied(name)} == ELSEWHERE - by_spending
    assert made.keys() >= ELSEWHERE
