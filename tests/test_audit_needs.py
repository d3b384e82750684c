"""What would have to be true: found on one half and scored on the other, said in words that are scored as they are said."""

from __future__ import annotations

import json
from dataclasses import replace
from inspect import signature
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cli_runs import ask
from tests.programme_files import small
from tests.test_packaging_files import run_page, run_python

from stargauge import api
from stargauge.api import answers
from stargauge.api.runs import DRAWS
from stargauge.audit.needs.discovery import Halves, Score, discovered, restated, restated_together, rounded_number, single, strongest
from stargauge.audit.needs.needs import too_few
from stargauge.audit.needs.needs_answer import CHANGES, Needs, ReadingNeeds, Region, density_said
from stargauge.audit.needs.needs_look import COLLECTOR
from stargauge.audit.run import COLLECTOR as AUDIT
from stargauge.audit.run import judge_of
from stargauge.audit.wording.sentence import Names
from stargauge.audit.wording.telling import Told, collected, phase_named, respects_of, values_of
from stargauge.audit.wording.words import forbidden
from stargauge.engine.simulate import axes_of, simulate, world_of
from stargauge.quantity.dates import from_day
from stargauge.quantity.effects.prim import Dimension
from stargauge.quantity.errors import InputError
from stargauge.report.claims.needs import render_needs
from stargauge.report.claims.needs_chart import ranges_needed, spoken_ranges, trade_off
from stargauge.report.drawing import canvas

AS_OF = "2026-11-22"
#: What no sentence may name: where in its range something falls, and which fit a world uses.
DEVIATES = ("chance", "deviate", "slip_", "slip ", "redating", "pace", "refit", "sample", "pick")


@pytest.fixture(scope="module")
def found() -> Needs:
    """Every reading of Stargate's claims on jobs at Saline and in all."""
    claims = ("saline-jobs", "jobs-100k", "softbank-lt10", "lordstown-2026")
    parts = [api.needs("stargate", claim, as_of=AS_OF, draws=2048, most=2048) for claim in claims]
    return replace(parts[0], readings=tuple(one for part in parts for one in part.readings))


def one(found: Needs, key: str) -> ReadingNeeds:
    return next(made for made in found.readings if made.key == key)


def plain(at: int, end: float, upper: bool) -> tuple[float, ...]:
    """Ends as numbers of two and three figures."""
    return rounded_number(end)


# --- finding and scoring ----------------------------------------------------------------------------------------------------------


def halves(seed: int, count: int = 4096, flip: bool = False) -> Halves:
    """A truth that hangs on two of five columns; `flip`: turned round in the half that scores."""
    chance = np.random.default_rng(seed)
    columns = [Dimension(chance.random(count)) for _ in range(5)]
    truth = (columns[1].values > 0.5) & (columns[3].values < 0.4) & (chance.random(count) < 0.97)
    if flip:
        truth = np.where((np.arange(count) // 256) % 2 == 1, ~truth, truth)
    return Halves.of(columns, truth, 256)


@pytest.mark.parametrize("seed", range(4))
def test_the_half_that_scores_has_no_say_in_what_is_found(seed: int) -> None:
    first, second = (discovered(halves(seed, flip=flip), plain)[0] for flip in (False, True))
    assert first is not None
    assert second is not None
    assert (first.box.ranges, first.found, first.quasi_p) == (second.box.ranges, second.found, second.quasi_p)
    assert first.scored.density > 0.9 > 0.2 > second.scored.density  # type: ignore[operator]


@pytest.mark.parametrize("seed", range(4))
def test_the_two_columns_that_matter_are_found_and_no_others(seed: int) -> None:
    box = discovered(halves(seed), plain)[0]
    assert box is not None
    assert box.box.restricted == (1, 3)
    assert box.scored.coverage > 0.8  # type: ignore[operator]


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000))
def test_what_is_scored_is_what_is_said(seed: int) -> None:
    """The score is that of the rounded ends, counted anew."""
    world = halves(seed)
    box = discovered(world, plain)[0]
    assert box is not None
    inside = ~world.finding
    for at, (low, high) in box.box.ranges.items():
        inside &= (world.dimensions[at].values >= low) & (world.dimensions[at].values <= high)
        assert all(np.isinf(end) or end == float(f"{end:.3g}") for end in (low, high))
    assert (box.scored.inside, box.scored.held_inside) == (int(inside.sum()), int((inside & world.truth).sum()))


def test_noise_has_no_ranges_that_reach_the_target() -> None:
    chance = np.random.default_rng(5)
    world = Halves.of([Dimension(chance.random(4096)) for _ in range(20)], chance.random(4096) < 0.3, 256)
    box = discovered(world, plain)[0]
    assert box is None or box.scored.density < 0.5  # type: ignore[operator]
    assert single(world, plain, 0.5) is None


@pytest.mark.parametrize("target", [0.5, 0.6])
def test_the_change_that_asks_least_keeps_most_worlds(target: float) -> None:
    """Of two columns that both make it likely, the one of which a wider range does is taken."""
    chance = np.random.default_rng(2)
    wide, narrow = chance.random(8192), chance.random(8192)
    truth = chance.random(8192) < np.where(wide > 0.6, 0.7, np.where(narrow > 0.95, 0.8, 0.05))
    found = single(Halves.of([Dimension(narrow), Dimension(wide)], truth, 256), plain, target)
    assert found is not None
    assert found.box.restricted == (1,)
    assert found.box.ranges[1][0] == pytest.approx(0.6 if target == 0.6 else 0.45, abs=0.1)


def test_a_change_that_falls_short_on_the_other_half_gives_way_to_the_next_that_holds_there() -> None:
    """The wide column makes it likely by chance on the finding half alone: the next one does on both."""
    chance = np.random.default_rng(7)
    wide, narrow = chance.random(8192), chance.random(8192)
    finding = Halves.of([Dimension(wide)], np.zeros(8192, dtype=bool), 256).finding
    truth = chance.random(8192) < np.where((wide > 0.6) & finding, 0.55, np.where(narrow > 0.8, 0.9, 0.1))
    found = single(Halves.of([Dimension(wide), Dimension(narrow)], truth, 256), plain, 0.5)
    assert found is not None
    assert found.box.restricted == (1,)
    assert found.scored.density is not None and found.scored.density >= 0.5
    assert single(Halves.of([Dimension(wide)], truth, 256), plain, 0.5) is None


@pytest.mark.parametrize("seed", range(8))
def test_a_change_that_just_falls_short_gets_a_little_narrower(seed: int) -> None:
    """The widest range that is likely enough where it was found is about as often too wide as not on the other half."""
    chance = np.random.default_rng(seed)
    column = chance.random(16384)
    found = single(Halves.of([Dimension(column)], chance.random(16384) < column, 256), plain, 0.6)
    assert found is not None
    assert found.scored.density is not None and found.scored.density >= 0.6
    assert found.box.ranges[0][0] == pytest.approx(0.2, abs=0.15)


def test_where_no_change_is_enough_the_strongest_is_told() -> None:
    chance = np.random.default_rng(3)
    column = chance.random(8192)
    world = Halves.of([Dimension(chance.random(8192)), Dimension(column)], chance.random(8192) < 0.3 * column, 256)
    assert single(world, plain, 0.5) is None
    found = strongest(world, plain)
    assert found is not None
    assert found.box.restricted == (1,)


def test_a_choice_can_be_the_change() -> None:
    chance = np.random.default_rng(4)
    kind = chance.integers(0, 3, 4096).astype(float)
    truth = chance.random(4096) < np.where(kind == 1, 0.95, 0.1)
    found = single(Halves.of([Dimension(kind, 3)], truth, 256), plain, 0.9)
    assert found is not None
    assert found.box.kept == {0: frozenset({1})}


def test_what_says_the_same_again_is_told_from_what_does_not() -> None:
    chance = np.random.default_rng(6)
    values = chance.random(2000)
    assert restated(Dimension(-values), values > 0.3)
    assert not restated(Dimension(values + 0.3 * chance.random(2000)), values > 0.3)
    assert not restated(Dimension(np.ones(2000)), values > 0.3)


@settings(max_examples=60, deadline=None)
@given(st.floats(1e-9, 1e12), st.sampled_from([1.0, 1e-6, 1e9, -1.0]))
def test_rounded_ends_enclose_the_number(value: float, factor: float) -> None:
    ends = rounded_number(value * np.sign(factor), abs(factor))
    signed = value * np.sign(factor)
    assert min(ends) <= signed * (1 + 1e-9 * np.sign(signed))
    assert max(ends) >= signed * (1 - 1e-9 * np.sign(signed))
    assert all(end == pytest.approx(float(f"{end / abs(factor):.3g}") * abs(factor), rel=1e-9) for end in ends)


# --- readings ---------------------------------------------------------------------------------------------------------------------


def test_a_reading_has_ranges_under_which_it_holds(found: Needs) -> None:
    made = one(found, "saline-jobs/permanent")
    assert made.holds is not None
    assert any(condition.of == "permanent_jobs_per_power[saline]" for condition in made.holds.conditions)
    assert made.says.startswith(("True in 9", "True in about 9")) or made.says.startswith("No set of up to four ranges")
    for condition in made.holds.conditions:
        assert condition.says in made.says


def scored(inside: int, held: int) -> Score:
    return Score(2048, inside, held, max(held, 400))


def region(inside: int, held: int, target: float = 0.9) -> Region:
    return Region((), scored(inside, held), scored(inside, held), target)


@pytest.mark.parametrize(
    ("inside", "held", "reaches", "about", "said"),
    [
        (1000, 920, True, False, "92 %"),
        (1000, 896, False, False, "89 % (88 to 91 %)"),  # never rounded up to the target
        (30, 28, False, True, "about 93 % (82 to 98 %)"),  # on few worlds
        (19, 19, False, False, "> 99 % (88 to 100 %)"),  # on fewer than twenty
    ],
)
def test_ninety_percent_is_said_where_it_is_reached(inside: int, held: int, reaches: bool, about: bool, said: str) -> None:
    made = region(inside, held)
    assert (made.reaches, made.about) == (reaches, about)
    assert density_said(made) == said


def test_whether_to_draw_more_is_decided_where_the_ranges_were_found(found: Needs) -> None:
    made = one(found, "saline-jobs/permanent")
    assert made.holds is not None
    good, bad = Score(1024, 500, 480, 600), Score(1024, 500, 300, 600)
    assert not too_few(replace(made, why="", holds=replace(made.holds, found=good, scored=bad)))
    assert too_few(replace(made, why="", holds=replace(made.holds, found=bad, scored=good)))


def test_no_date_that_has_passed_is_asked_for() -> None:
    for name in ("lordstown-2026", "shackelford-h2-2026"):
        for made in api.needs("stargate", name, as_of=AS_OF, draws=2048, most=2048).readings:
            for part in (made.holds, made.fails, made.even, made.single, made.strongest):
                for condition in part.conditions if part else ():
                    ends = [end for end in (condition.low, condition.high) if end is not None]
                    assert condition.kind != "date" or all(str(from_day(end)) >= "2026-11-30" for end in ends)


def test_that_all_of_its_sites_run_in_time_is_no_condition_of_how_much_runs() -> None:
    made = api.needs("stargate", "oracle-sites-55gw/as said", as_of=AS_OF, draws=4096, most=4096).readings[0]
    said = {condition.of: condition.high for condition in made.holds.conditions} if made.holds else {}
    sites = {f"site_complete_date[{site}]" for site in ("shackelford", "dona-ana", "port-washington")}
    assert not sites <= set(said)


def test_ranges_that_hold_where_it_holds_and_nowhere_else_say_it_again() -> None:
    assert restated_together(Score(1000, 100, 98, 100))
    assert not restated_together(Score(1000, 100, 98, 200))
    assert not restated_together(Score(1000, 200, 98, 100))


def test_a_change_reaches_its_share_on_the_other_half_or_it_is_said_that_none_does(found: Needs) -> None:
    asked = [made for made in found.readings if made.why in ("", "nothing tells")]
    for made in asked:
        assert all(part.reaches or part.about for part in (made.even, made.single) if part)
        assert (made.single is None) <= (made.unreached is not None or made.strongest is not None)
        told = made.to_dict()["unreached"]
        assert told is None or told["says"] in " ".join(render_needs({**found.to_dict(), "readings": [made.to_dict()]}, each=True).split())
    assert {0.5, 0.9} <= {made.unreached for made in asked}


def test_ranges_that_cover_less_than_a_tenth_are_not_printed(found: Needs) -> None:
    for made in found.readings:
        for part in (made.holds, made.fails):
            assert part is None or (part.scored.coverage or 0.0) >= 0.1


def test_the_table_says_on_how_many_draws_its_odds_stand(found: Needs) -> None:
    assert f"`audit` has {DRAWS:,}" in " ".join(render_needs(found.to_dict()).split())
    assert inspect_defaults(api.needs) == tuple(vars(answers)[name] for name in ("NEEDS_DRAWS", "MOST_DRAWS"))


def inspect_defaults(of: Any) -> tuple[int, int]:
    """The draws that `needs` begins with and ends at."""
    parameters = signature(of).parameters
    return parameters["draws"].default, parameters["most"].default


def test_nothing_says_the_reading_again_and_no_deviate_is_said(found: Needs) -> None:
    for made in found.readings:
        address = made.expression.split(" >")[0].split(" <")[0]
        assert all(not name.startswith(address) for name in made.told)
        assert "slip_programme" not in made.told
        regions = [getattr(made, name) for name in ("holds", "fails", *CHANGES)]
        said = " ".join(condition.says for region in regions if region for condition in region.conditions)
        assert not [word for word in DEVIATES if word in said]


def test_the_words_keep_the_rules(found: Needs) -> None:
    for made in found.readings:
        assert forbidden(made.says) == ()
        data = made.to_dict()
        assert all(forbidden(data[name]["says"]) == () for name in CHANGES if data[name])


@pytest.mark.parametrize(
    ("key", "why"), [("jobs-100k/as said", "settled"), ("softbank-lt10/as said", "no odds"), ("softbank-lt10/cash", "settled")]
)
def test_what_has_no_odds_gets_no_number(found: Needs, key: str, why: str) -> None:
    made = one(found, key)
    assert (made.why, made.holds, made.draws) == (why, None, 0)
    assert made.answer in made.says
    data = made.to_dict()
    assert data["probability"] is data["draws"] is data["held"] is None
    assert "worlds in which it holds" not in made.says.removeprefix(made.answer) or "no worlds" in made.says


def test_a_printed_box_has_its_density_in_other_draws(found: Needs) -> None:
    """Conditions as printed, in the worlds of another seed: within the intervals of both samples."""
    for key in ("saline-jobs/permanent", "saline-jobs/construction", "jobs-100k/economy-wide"):
        made = one(found, key)
        assert made.holds is not None
        truth, inside = fresh(made)
        density, low, high = truth[inside].mean(), *made.holds.scored.density_within
        error = np.sqrt(density * (1 - density) / inside.sum())
        assert low - 2 * error <= density <= high + 2 * error
        coverage, (low, high) = inside[truth].mean(), made.holds.scored.coverage_within
        error = np.sqrt(coverage * (1 - coverage) / truth.sum())
        assert low - 2 * error <= coverage <= high + 2 * error


def fresh(made: ReadingNeeds, seed: int = 7) -> tuple[Any, Any]:
    """Truth of a reading, and whether its conditions hold, in the worlds of another seed."""
    programme = api.load("stargate")
    now = api.known(programme, AS_OF)
    asked = next(q for q in api.asked_of(now, programme) if q.key == made.key)
    judge = judge_of([asked], now)
    names = sorted({address.name for address in judge.addresses})
    respects = respects_of(asked.reading, world_of(now, names, seed), Names(axes_of(now)))
    told = Told(collected([respects]))
    result = simulate(now, [], draws=2048, seed=seed, collectors={AUDIT: judge, COLLECTOR: told})
    drawn = result.sample(names)
    values = dict(zip([one.name for one in respects], values_of(respects, told, result.collected[COLLECTOR], drawn), strict=True))
    inside = np.ones(2048, dtype=bool)
    assert made.holds is not None
    for condition in made.holds.conditions:
        column = values[condition.of]
        assert column is not None
        if condition.kind == "choice":
            inside &= np.isin(column, [condition.of_options.index(option) for option in condition.options])
        inside &= column >= (-np.inf if condition.low is None else condition.low)
        inside &= column <= (np.inf if condition.high is None else condition.high)
    return result.collected[AUDIT][0].truth, inside


def test_a_reading_that_holds_nearly_always_is_asked_when_it_fails() -> None:
    changes = ("100 MW by 2026-03-31", "90 MW by 2027-12-31"), ("power_it[operational, north]: {value: 100 MW", "power_load: {value: 1 W")
    made = api.needs(small(*changes), as_of="2025-06-30", draws=4096, most=4096).readings[0]
    assert (made.why, made.holds) == ("always", None)
    assert made.says.startswith("Holds in ")
    assert made.fails is not None
    assert "It fails in" in made.says
    assert made.fails.scored.held < 2048 - made.held * 0.4


def test_too_few_worlds_say_so() -> None:
    made = api.needs("stargate", "invest-500bn-4y/as said", as_of=AS_OF, draws=512, most=512).readings[0]
    assert made.why in ("too few", "never")
    assert made.holds is None
    assert f"of {made.draws:,} worlds" in made.says


def test_a_reading_that_holds_in_few_worlds_gets_more_of_them() -> None:
    made = api.needs("stargate", "jobs-100k/by 2029", as_of=AS_OF, draws=256, most=1024).readings[0]
    assert made.draws == 1024


def test_the_same_bits_for_any_number_of_workers() -> None:
    ways = [api.needs("stargate", "saline-jobs/permanent", as_of=AS_OF, draws=1024, most=1024, workers=count).to_dict() for count in (1, 2)]
    assert ways[0] == ways[1]


def test_a_claim_that_there_is_not_is_named_with_the_nearest() -> None:
    with pytest.raises(InputError, match="saline-jobs"):
        api.needs("stargate", "saline-job")
    with pytest.raises(InputError, match="permanent"):
        api.needs("stargate", "saline-jobs/permanant")


def test_a_claim_without_anything_to_run_is_answered_too() -> None:
    programme = small(("power_it[operational, north] >= 100 MW by 2026-03-31", "not testable: it is an opinion"))
    made = api.needs(programme, as_of="2025-06-30", draws=256, most=256).readings[0]
    assert made.why == "no odds"
    assert "an opinion" in made.says


@pytest.mark.parametrize(
    ("label", "words"), [("prometheus/buildings-7-19", "buildings 7–19"), ("north/hall-1", "hall 1"), ("abilene/building-5", "building 5")]
)
def test_a_phase_is_called_as_people_call_it(label: str, words: str) -> None:
    assert phase_named(label) == words


# --- faces ------------------------------------------------------------------------------------------------------------------------


def test_the_command_says_it_first_and_keeps_to_80_columns(capsys: pytest.CaptureFixture[str], found: Needs) -> None:
    asked = ("needs", "stargate", "--claim", "saline-jobs", "--as-of", AS_OF, "--draws", "1024")
    answer = ask(capsys, *asked)
    assert answer.code == 0, answer.err
    lines = answer.out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith(("True in", "No set of", "Holds in"))
    assert "not used to find them" in " ".join(answer.out.split())


def test_json_is_what_python_gives(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("needs", "stargate", "--claim", "saline-jobs/permanent", "--as-of", AS_OF, "--draws", "1024", "--json")
    answer = ask(capsys, *asked)
    assert answer.code == 0, answer.err
    made = api.needs("stargate", "saline-jobs/permanent", as_of=AS_OF, draws=1024)
    assert json.loads(answer.out) == json.loads(json.dumps(made.to_dict()))


def test_an_unknown_claim_is_a_fault_of_the_input(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "needs", "--claim", "saline-job")
    assert answer.code == 2
    assert 'did you mean "saline-jobs"' in answer.told


def test_the_table_of_all_names_every_reading_with_odds(found: Needs) -> None:
    text = render_needs(found.to_dict())
    assert max(map(len, text.splitlines())) <= 80
    flat = " ".join(text.split())
    assert "settled, not testable or without odds" in flat
    assert flat.startswith("Readings with odds: ")


def test_where_no_reading_has_odds_the_answer_says_so(found: Needs) -> None:
    settled = replace(found, readings=tuple(made for made in found.readings if made.why == "settled"))
    assert render_needs(settled.to_dict()).startswith("No reading has odds")


def test_along_the_trade_off_density_rises_as_coverage_falls(found: Needs) -> None:
    for made in found.readings:
        points = made.trajectory
        assert all(a["coverage"] > b["coverage"] and a["density"] < b["density"] for a, b in pairwise(points))


@pytest.mark.parametrize("paper", [canvas.ROWS_WIDE, canvas.ROWS_NARROW])
def test_the_pictures_are_valid_and_say_what_is_said(found: Needs, paper: canvas.Paper) -> None:
    data = one(found, "jobs-100k/economy-wide").to_dict()
    spec = ranges_needed(data["holds"], paper)
    lines = [row["text"] for layer in spec["layer"] for row in layer["data"]["values"] if isinstance(row.get("text"), list)]
    words = " ".join(" ".join(part) for part in lines)
    for condition in data["holds"]["conditions"]:
        assert condition["says"] in words
        assert condition["says"] in spoken_ranges(data["holds"])
    altair = pytest.importorskip("altair")
    altair.LayerChart.from_dict(spec)
    altair.LayerChart.from_dict(trade_off(data, canvas.ODDS_WIDE))


@pytest.mark.slow
def test_the_page_works_as_it_stands(tmp_path: Path) -> None:
    assert run_page("docs/needs.md", tmp_path) == 3
    left = run_python("docs/needs.md")
    assert left["made"].holds.conditions  # type: ignore[attr-defined]
