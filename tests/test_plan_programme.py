"""A plan of a whole programme: what is asked, the overlay that holds it, the promise that the ordinary run keeps, and the answer."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from tests.programme_files import small

from stargauge import api
from stargauge.plan.build_order.asked import (
    MOST,
    USUAL,
    announced,
    contradictions,
    probability_of,
    reading_of,
    target_of,
    wanted,
)
from stargauge.plan.build_order.case.case import Choice, kept_in
from stargauge.plan.build_order.case.days import Days
from stargauge.plan.build_order.case.decisions import chips_for
from stargauge.plan.build_order.case.prepare import Aim, BuildAsked, Prepared, prepare
from stargauge.plan.build_order.orders.sought import odds_in
from stargauge.plan.build_order.solver.solve import solve
from stargauge.plan.build_order.told.answer import day_levels
from stargauge.plan.build_order.told.figures import fastest
from stargauge.plan.build_order.told.overlay import About, plan_overlay, source_id, written
from stargauge.plan.build_order.told.promise import Reckoned, World, asking, by_month, floors, reckoned
from stargauge.programme.known import Known
from stargauge.programme.overlay import overlay as laid_over
from stargauge.quantity.errors import InputError

DAY = "2026-05-31"


@pytest.fixture(scope="module")
def now() -> Known:
    """The small programme as known after its first hall was looked at."""
    return api.known(small(), DAY)


# --- what is asked ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reading", "amount"),
    [
        ("0.3 GW by 2029-12-31", "power_facility[operational] >= 0.3 GW by 2029-12-31", 0.3e9),
        ("300 MW by 2029", "power_facility[operational] >= 300 MW by 2029-12-31", 0.3e9),
        ("200 MW IT at north by 2028-Q2", "power_it[operational, north] >= 200 MW by 2028-06-30", 0.2e9),
        ("2 million H100e by 2030-02", "compute_h100e >= 2 million by 2030-02-28", 2e6),
        ("power_it[operational, north] >= 0.2 GW by 2028-06-15", "power_it[operational, north] >= 0.2 GW by 2028-06-30", 0.2e9),
    ],
)
def test_short_forms_are_readings_of_the_claim_language(now: Known, text: str, reading: str, amount: float) -> None:
    made = target_of(text, 0.9, now)
    assert (made.text, made.amount, made.probability) == (reading, pytest.approx(amount), 0.9)
    assert reading_of(made, now).threshold.value == pytest.approx(amount) and made.day == date.fromisoformat(reading[-10:])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("10 GWh by 2029", "an energy; expected a power"),
        ("10 GW", "expected an amount by a day"),
        ("10 by 2029", "without a unit"),
        ("10 GW by 2024", "is past on 2026-05-31; expected a day from then to 2030-12-31"),
        ("10 GW by 2040", "beyond the programme's clock"),
        ("10 GW at nort by 2029", 'did you mean "north"'),
        ("power_facility[announced] >= 1 GW by 2029-12-31", "possible are power_facility[operational], power_it[operational]"),
        ("capital_deployed >= 5 bn USD by 2029-12-31", "no plan can be made for"),
        ("power_it[operational] <= 1 GW by 2029-12-31", "at least an amount"),
        ("power_it[operational, unsited] >= 1 GW by 2029-12-31", "without a site"),
        ("IT by 2029", "without an amount"),
    ],
)
def test_what_no_plan_can_be_made_for_says_what_can(now: Known, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said.replace("[", r"\[").replace("]", r"\]")):
        target_of(text, 0.8, now)


def test_every_fault_is_told_at_once(now: Known) -> None:
    with pytest.raises(InputError) as caught:
        wanted(
            now, target=["5 GW by 2020", "1 GW by 2029", "0.5 GW by 2030"], claim="first-hal", probability="120 %", goal="cheap",
            powers=["gas"], chips=["gb200"], start_from="2020-01-01",
        )  # fmt: skip
    paths = [fault.path for fault in caught.value.faults]
    assert sorted(paths) == sorted(["target", "target", "claim", "probability", "goal", "powers", "chips", "start_from"])
    assert 'did you mean "first-hall"' in str(caught.value) and "leave out the later one" in str(caught.value)


def test_a_claim_is_asked_for_by_its_reading(now: Known) -> None:
    with pytest.raises(InputError, match="is past"):
        wanted(now, claim="first-hall")
    earlier = api.known(small(), "2025-06-30")
    made = wanted(earlier, claim="first-hall/as said")
    assert made.targets[0].text == "power_it[operational, north] >= 100 MW by 2026-03-31" and not made.announced
    with pytest.raises(InputError, match='did you mean "as said"'):
        wanted(earlier, claim="first-hall/as sad")


def test_without_a_target_the_announcement_is_one(now: Known) -> None:
    said = announced(now)
    assert said is not None and said.amount == pytest.approx(140e6)  # one hall has a stated facility power and a promised day
    made = wanted(now)
    assert made.announced and made.targets[0].probability == USUAL and made.targets[0].amount == pytest.approx(said.amount)
    assert made.targets[0].day >= now.as_of


def test_only_the_goal_capacity_looks_for_an_amount(now: Known) -> None:
    made = wanted(now, target="IT by 2029", goal="capacity")
    assert made.open_amount and made.targets[0].amount == 0.0
    assert not wanted(now, target="200 MW IT by 2029", goal="capacity").open_amount


def test_probabilities(now: Known) -> None:
    assert probability_of("90 %") == probability_of(0.9) == pytest.approx(0.9) and probability_of(None) == USUAL
    assert probability_of(MOST) == MOST
    for wrong in ("0", "100 %", "1.5", "-3 %", "much"):
        with pytest.raises(InputError, match="expected a probability"):
            probability_of(wrong)


def test_contradictions(now: Known) -> None:
    first, then = (target_of(text, 0.8, now) for text in ("300 MW by 2029", "200 MW by 2029"))
    assert [text.count("two targets") for text in contradictions([first, then])] == [1]
    assert list(contradictions([first, target_of("200 MW IT by 2030", 0.8, now)])) == []


def test_the_newest_accelerators_come_last(now: Known) -> None:
    chips = chips_for(now)
    assert 0 < len(chips) <= 4 and chips.index("gb200-nvl72") < chips.index("gb300-nvl72")


# --- the overlay, and what the ordinary run makes of it ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def prepared(now: Known) -> Prepared:
    """What is decided at the small programme, on the grid or engines."""
    aim = Aim(target_of("300 MW at north by 2029", 0.5, now), "power_facility", ("north",))
    return prepare(small(), now, BuildAsked((aim,), ("grid", "gas-engine"), ("gb300-nvl72",), worlds=20, draws=256))


def about(prepared: Prepared, now: Known) -> About:
    return About(now, "cost", prepared.case.targets, 0, prepared.lots, {one.id: one for one in prepared.grounds})


def on_grid(prepared: Prepared, count: int) -> tuple[Choice, ...]:
    """The first buildings on the grid, one start after the other."""
    power = prepared.case.powers.index("grid")
    return tuple(Choice(place, power, 0, 3 * place) for place in range(count))


def test_an_overlay_says_designed_values_that_the_programme_takes(prepared: Prepared, now: Known) -> None:
    made = plan_overlay(prepared.case, on_grid(prepared, 2), about(prepared, now))
    laid = laid_over(small(), made)
    phases = laid.sites["north"].phases
    assert list(phases) == ["hall-1", "hall-2", "plan-1"] and str(phases["hall-2"].hardware[0].value) == "gb300-nvl72"
    view = api.known(laid, DAY)
    assert view.kind(phases["plan-1"].it_power[0]) == view.kind(phases["hall-2"].milestones.under_construction[0]) == "designed"
    assert laid.claims["stargauge-plan-1"].readings["as planned"] == prepared.case.targets[0].text
    assert laid.sources["plan"].publisher == "A"  # the programme's own source of that name is left alone


def test_what_is_not_built_never_runs(prepared: Prepared, now: Known) -> None:
    world = World(small(), now, prepared.case.targets)
    run = world.run(plan_overlay(prepared.case, (), about(prepared, now)), 256, 1)
    assert np.isinf(run.phases["north/hall-2"].days).all() and np.isfinite(run.phases["north/hall-1"].days).any()
    assert (by_month(run.series[world.address]) <= by_month(world.run(None, 256, 1).series[world.address]) + 1.0).all()


def test_the_source_of_a_plan_has_a_name_of_its_own(now: Known) -> None:
    taken = api.known(small(("sources:\n", "sources:\n  stargauge-plan: {publisher: D, title: Other, date: 2025-01-02}\n")), DAY)
    assert (source_id(now), source_id(taken)) == ("stargauge-plan", "stargauge-plan-2")


def test_a_saved_plan_is_read_as_a_scenario(prepared: Prepared, now: Known, tmp_path: Path) -> None:
    made = plan_overlay(prepared.case, on_grid(prepared, 3), about(prepared, now))
    file = tmp_path / "plan.yaml"
    file.write_text(written(made, about(prepared, now), "small.yaml", "stargauge plan small.yaml"), encoding="utf-8")
    assert file.read_text(encoding="utf-8").startswith("# A plan for Small")
    world = World(small(), now, prepared.case.targets)
    laid = api.known(api.load(small(), file), DAY)
    assert World(small(), laid, prepared.case.targets).run(None, 256, 3).probabilities == world.run(made, 256, 3).probabilities


def test_a_building_runs_as_its_option_says_or_later(prepared: Prepared, now: Known) -> None:
    chosen = on_grid(prepared, 3)
    run = World(small(), now, prepared.case.targets).run(plan_overlay(prepared.case, chosen, about(prepared, now)), 256, prepared.seed)
    options = prepared.operation(chosen)
    for place, one in enumerate(chosen):
        really = run.phases[prepared.case.buildings[one.building].id].days
        both = np.isfinite(really) & np.isfinite(options[:, place])
        late = really[both] - options[:, place][both]
        assert late.min() > -5.0 and (place > 0 or np.median(late) < 1.0)  # the first one waits for no crew


def test_buildings_held_to_their_days_keep_what_the_run_keeps(prepared: Prepared, now: Known) -> None:
    case, chosen = prepared.case, on_grid(prepared, 3)
    run = World(small(), now, case.targets).run(plan_overlay(case, chosen, about(prepared, now)), 256, prepared.seed)
    free = prepared.held(np.full((len(case.buildings), 256), -np.inf))
    held = prepared.held(floors(prepared, prepared, chosen))
    assert (free.case.there == case.there).all() and (held.case.there <= case.there).all()
    alone, together = (float((made.reached(chosen)[0] >= 300e6).mean()) for made in (prepared, held))
    really = float(run.truth[0].mean())
    assert alone >= really - 0.02  # no crew is waited for there
    assert together == pytest.approx(really, abs=0.02) and odds_in(prepared, chosen)[0] == pytest.approx(really, abs=0.02)


def test_later_days_are_kept_more_often(prepared: Prepared, now: Known) -> None:
    world = World(small(), now, prepared.case.targets)
    idle = by_month(world.run(plan_overlay(prepared.case, (), about(prepared, now)), 256, prepared.seed).series[world.address])
    days, chosen = Days(prepared, now.months, (idle,)), fastest(prepared)
    odds = [
        float(prepared.case.weights[kept_in(case, chosen)[0]].sum())
        for case in (days.at(prepared.case, 0, date(year, 12, 31)) for year in (2027, 2028, 2029, 2030))
    ]
    assert odds == sorted(odds) and odds[2] == float(prepared.case.weights[kept_in(prepared.case, chosen)[0]].sum())


def test_orders_are_asked_for_until_the_draws_keep_about_what_is_asked(prepared: Prepared) -> None:
    asked = np.array([0.5])
    pool = list[Reckoned]()
    rounds, program, nothing = reckoned(prepared, asked, lambda case, last: solve(case, gap=0.03, time_limit=4.0), pool)
    assert nothing is None and program is pool[0].order and rounds == len(pool) > 0
    assert [one.odds.tolist() for one in pool] == [odds_in(prepared, one.order.chosen).tolist() for one in pool]
    assert min(abs(float(one.odds[0]) - 0.5) for one in pool if one.odds[0] >= 0.5) < 0.15


def test_other_probabilities(prepared: Prepared) -> None:
    assert asking(prepared.case, [0.9]).targets[0].probability == 0.9


def test_days_that_never_come_are_told_as_none() -> None:
    made = day_levels(np.array([date(2029, 3, 1).toordinal()] * 3 + [np.inf] * 2, dtype=np.float64))
    assert made == {"p10": "2029-03-01", "p50": "2029-03-01", "p90": None}
