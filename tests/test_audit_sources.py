"""Each source left out in turn: known small programmes in which a verdict hangs on one source, on two, or on two with one root."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.cli_runs import ask
from tests.programme_files import changed, small
from tests.test_packaging_files import ROOT, run_page

from stargauge import api
from stargauge.audit.sources.sources import ALIKE
from stargauge.audit.sources.sources_answer import CATALOGUE, PROGRAMME, Change, Dropped, Sources
from stargauge.audit.wording.words import forbidden
from stargauge.catalogue.load import load_catalogue
from stargauge.programme.schema import Programme
from stargauge.quantity.errors import InputError
from stargauge.report.why.sources import render_sources

NOW = "2026-11-22"
RECORD = "power_it[operational, north]: {value: 100 MW, as_of: 2026-04-10, status: estimated, source: tracker}"
READ = '    readings: {as said: "power_it[operational, north] >= 100 MW by 2026-03-31"}'
#: The claim is about a record alone: what the sources say under it decides, and nothing else.
BY_RECORD = (READ, '    readings: {as said: "record(capex) >= 80 bn USD"}')


def capex(*said: tuple[str, str]) -> Programme:
    """The small programme with a claim on capital spending that these sources have, each with its value; of later ones for an earlier month
    where it is another."""
    rows = ", ".join(
        f"{{value: {value} bn USD, as_of: 2026-{3 - (place if value != said[0][1] else 0):02}, published: 2026-04-30, source: {name}}}"
        for place, (name, value) in enumerate(said)
    )
    return small(BY_RECORD, (RECORD, f"{RECORD}\n  capex: [{rows}]"))


def dropped(made: Programme, claim: str | None = None, **options: Any) -> dict[str, Dropped]:
    found = api.sources(made, claim, as_of=NOW, draws=256, workers=1, **options)
    return {one.source: one for one in found.dropped if one.kind == PROGRAMME}


def flips_of(made: Programme) -> dict[str, Change]:
    return {name: one.flips[0] for name, one in dropped(made).items() if one.flips}


@pytest.fixture(scope="module")
def plain() -> Sources:
    """The small programme as it is: its claim is decided by the tracker's record."""
    return api.sources(small(), as_of=NOW, draws=256, workers=1)


# --- one, two, and two with one root ----------------------------------------------------------------------------------------------


def test_a_verdict_that_hangs_on_exactly_one_source() -> None:
    found = flips_of(capex(("tracker", "88")))
    assert list(found) == ["tracker"]
    assert (found["tracker"].status, found["tracker"].without) == ("met", "not shown: no record")
    assert found["tracker"].on == ("capex: 88 bn USD",)
    assert not found["tracker"].seconded and not found["tracker"].seconds


def test_a_verdict_with_two_independent_sources_hangs_on_neither() -> None:
    made = api.sources(capex(("tracker", "88"), ("plan", "88")), as_of=NOW, draws=256, workers=1)
    assert made.hanging == {}
    assert made.sentence().startswith("No verdict of 1 hangs on one source alone")


def test_two_sources_with_one_root_are_one() -> None:
    made = dropped(capex(("plan", "88"), ("copy", "88")))
    assert "copy" not in made
    assert set(made["plan"].members) == {"plan", "copy"}
    assert [(change.status, change.without) for change in made["plan"].flips] == [("met", "not shown: no record")]
    assert not made["plan"].flips[0].seconded  # the copy says the same, but from the same root


def test_a_second_source_that_says_something_else_is_no_second() -> None:
    found = flips_of(capex(("tracker", "88"), ("plan", "60")))
    assert {name: (one.status, one.without) for name, one in found.items()} == {"tracker": ("met", "not met")}
    assert [second.same for second in found["tracker"].seconds] == [False] and not found["tracker"].seconded


def test_a_second_source_that_says_the_same_is_named_though_the_verdict_hangs_on_the_first() -> None:
    """The other source has almost the same value, on the other side of the number claimed."""
    found = flips_of(capex(("tracker", "81"), ("plan", "79.5")))
    assert found["tracker"].seconded
    second = found["tracker"].seconds[0]
    assert (second.source, second.publisher, second.grade, second.same) == ("plan", "A", "A", True)
    assert second.says == "capex: 79.5 bn USD"


# --- the model's inputs -----------------------------------------------------------------------------------------------------------


def test_the_sentence_counts_the_rows_that_a_second_source_says_too() -> None:
    seconded = api.sources(capex(("tracker", "81"), ("plan", "79.5")), as_of=NOW, draws=256, workers=1)
    flips = [change for one in seconded.own for change in one.flips]
    assert seconded.cases == (len(flips), sum(change.seconded for change in flips)) and seconded.cases[1] >= 1
    assert "an independent second source says the same as it" in seconded.sentence()
    alone = api.sources(capex(("tracker", "88")), as_of=NOW, draws=256, workers=1)
    assert alone.cases == (1, 0) and "For no source on which a verdict hangs" in alone.sentence()
    assert "decide an outcome: 1" in " ".join(render_sources(alone.to_dict()).split())


def test_what_is_left_out_is_as_if_it_had_never_been_said() -> None:
    """A file that does not have the statements of a source at all gives the verdicts that leaving it out gives."""
    asked = (
        (READ, '    readings: {as said: "power_it[operational, north] >= 100 MW by 2027-06-30"}'), (f"  {RECORD}\n", ""),
        ("it_power: {value: 110 MW, status: estimated, source: tracker}", "it_power: {value: 110 MW, status: planned, source: plan}"),
    )  # fmt: skip
    unsaid = [(f", {{value: {said}, status: estimated, source: tracker}}]", "]") for said in ("103 MW", "2026-02")]
    change = dropped(small(*asked))["tracker"].changes[0]
    other = api.audit(small(*asked, *unsaid), as_of=NOW, draws=256)[0].readings[0]
    assert other.probability is not None and change.probability is not None
    assert change.probability_without == other.probability != change.probability
    assert change.points == change.probability - other.probability


def test_what_of_a_source_decides_by_itself_is_found_where_one_claim_is_asked_for() -> None:
    made = small((READ, '    readings: {as said: "funding_available[cash, bank] >= 20 bn USD on 2025-03-31"}'))
    whole, closely = (dropped(made, claim)["plan"].flips[0] for claim in (None, "first-hall"))
    assert (closely.status, closely.without) == (whole.status, whole.without) == ("passed, record silent", "record too thin")
    assert closely.alone and not whole.alone
    assert closely.on == ("bank cash: 24.3 bn USD",)


def test_without_any_phase_left_nothing_can_be_run_and_that_is_said() -> None:
    only = small(
        (", {value: 103 MW, status: estimated, source: tracker}]", "]"), (", {value: 2026-02, status: estimated, source: tracker}]", "]"),
        ("      hall-2:\n        it_power: {value: 110 MW, status: estimated, source: tracker}\n", ""),
    )  # fmt: skip
    made = dropped(only)
    assert made["plan"].cannot == "no phase or pledge is left, so nothing can be run without it"
    assert made["plan"].changes == ()
    text = render_sources(api.sources(only, as_of=NOW, draws=256, workers=1).to_dict())
    assert "nothing can be run" in " ".join(text.split())


def test_every_shipped_programme_can_be_taken_apart() -> None:
    for name in ("xai-colossus-1", "meta-hyperion"):
        made = api.sources(name, as_of=NOW, draws=256, workers=1)
        assert len(made.own) >= 2 and len(made.verdicts) == sum(len(c.readings) for c in api.load(name).claims.values())
        json.dumps(made.to_dict(), allow_nan=False)


def test_a_programme_without_claims_has_nothing_to_judge_and_leaves_nothing_out() -> None:
    made = api.sources("anthropic-new-carlisle", as_of=NOW, draws=256)
    assert made.dropped == () and made.verdicts == {}
    assert made.sentence() == "This programme file holds no claims, so there is nothing to judge."
    assert made.sentence() in render_sources(made.to_dict())


# --- the catalogue ----------------------------------------------------------------------------------------------------------------


def test_the_next_best_row_stands_in_and_where_there_is_none_nothing_can_be_run() -> None:
    values = load_catalogue().known(api.known(small(), NOW).as_of)
    first = values.estimate("funding", "default", "leverage").statements[0]
    without = values.held_without(frozenset({first.source}))
    assert without.has("funding", "default", "leverage")
    second = without.estimate("funding", "default", "leverage").statements[0]
    assert second.source != first.source
    alone = values.estimate("labour", "construction", "workers_per_power").statements[0].source
    assert not values.held_without(frozenset({alone})).has("labour", "construction", "workers_per_power")


def test_a_value_that_is_not_left_out_is_the_same() -> None:
    values = load_catalogue().known(api.known(small(), NOW).as_of)
    without = values.held_without(frozenset({"no-such-source"}))
    assert without.estimate("funding", "default", "leverage") == values.estimate("funding", "default", "leverage")


def test_sources_of_the_catalogue_stand_apart_and_our_assumptions_stay(plain: Sources) -> None:
    data = plain.to_dict()
    assert {one["kind"] for one in data["catalogue"]} == {CATALOGUE}
    assert {one["kind"] for one in data["dropped"]} == {PROGRAMME}
    assert "stargauge-assumption" not in {one["source"] for one in data["catalogue"]}
    assert data["assumed"] >= 1
    assert all(one["cannot"].startswith("cannot be run without it") for one in data["catalogue"] if one["cannot"])


# --- the answer -------------------------------------------------------------------------------------------------------------------


def test_the_verdicts_are_those_of_the_audit() -> None:
    made = api.sources("xai-colossus-1", as_of="2025-01-23", draws=256, workers=1)
    judged = {(v.id, r.name): r for v in api.audit("xai-colossus-1", as_of="2025-01-23", draws=256) for r in v.readings}
    assert set(made.verdicts) == set(judged)
    for key, verdict in made.verdicts.items():
        assert verdict.status == judged[key].status
        assert (verdict.odds and verdict.odds.probability) == judged[key].probability


def test_the_same_from_any_number_of_workers() -> None:
    one, two = (api.sources(capex(("tracker", "88")), as_of=NOW, draws=256, workers=count).to_dict() for count in (1, 2))
    assert one == two


def test_what_decides_most_comes_first(plain: Sources) -> None:
    ranks = [(-len(one.flips), -one.most, -len(one.changes)) for one in plain.dropped]
    assert ranks == sorted(ranks)
    for one in plain.dropped:
        flips = [change.flips for change in one.changes]
        assert flips == sorted(flips, reverse=True)


def test_one_reading_alone() -> None:
    two = small((READ, '    readings: {here: "record(post-visible)", gone: "not record(post-visible)"}'))
    assert list(api.sources(two, "first-hall/gone", as_of=NOW, draws=256, workers=1).verdicts) == [("first-hall", "gone")]
    for wrong, told in (("softbank", "is none of this programme"), ("softbank-lt10/cahs", 'did you mean "cash"')):
        with pytest.raises(InputError, match=told):
            api.sources("stargate", wrong, as_of=NOW, draws=256)
    with pytest.raises(InputError, match="had not been made by then"):
        api.sources("stargate", "ten-gw-apr26", as_of="2025-06-01", draws=256)


def test_an_opinion_never_hangs_on_a_source() -> None:
    made = api.sources(small((READ, '    readings: {as said: "not testable: an opinion"}')), as_of=NOW, draws=256, workers=1)
    assert made.hanging == {} and all(not one.changes for one in made.own)
    assert made.sentence().endswith("It cannot be tested, so no source decides it.")
    assert [one["probability"] for one in made.to_dict()["readings"]] == [None]


def test_progress_counts_the_sources() -> None:
    seen: list[tuple[int, int]] = []
    made = api.sources(small(), as_of=NOW, draws=256, workers=1, progress=lambda done, count: seen.append((done, count)))
    assert seen == [(n, len(made.dropped)) for n in range(1, len(made.dropped) + 1)]


def test_no_text_says_what_must_not_be_said(plain: Sources) -> None:
    many = api.sources(capex(("tracker", "88")), as_of=NOW, draws=256, workers=1)
    for made in (plain, many, replace(many, claim="first-hall")):
        text = render_sources(made.to_dict(), every=True)
        assert forbidden(text) == () and forbidden(made.sentence()) == ()
        assert "{" not in text and " nan" not in text
        assert max(map(len, text.splitlines())) <= 80


def test_the_command_line_shows_what_python_gives(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    spent = "capex: {value: 88 bn USD, as_of: 2026-03, published: 2026-04-30, source: tracker}"
    file.write_text(changed(BY_RECORD, (RECORD, f"{RECORD}\n  {spent}")), encoding="utf-8")
    asked = (str(file), "--claim", "first-hall", "--as-of", NOW, "--draws", "256", "--workers", "1")
    answer = ask(capsys, "sources", *asked, "--json")
    assert answer.code == 0
    made = api.sources(file, "first-hall", as_of=NOW, draws=256, workers=1).to_dict()
    assert json.loads(answer.out) == json.loads(json.dumps(made))
    told = " ".join(ask(capsys, "sources", *asked).out.split())
    assert "1 verdict of 1 hangs on one source" in told and "as said, B: capex: 88 bn USD" in told
    assert ask(capsys, "sources", str(file), "--claim", "first-hal").code == 2


@pytest.mark.slow
def test_the_page_on_sources_works_as_it_stands(tmp_path: Path) -> None:
    assert run_page("docs/sources.md", tmp_path) == 2
    page = (ROOT / "docs/sources.md").read_text(encoding="utf-8")
    assert f"within {ALIKE:.0%}".replace("%", " %") in page
