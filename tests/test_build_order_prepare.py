"""The case of a programme: against the ordinary model's own run, and what it rests on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from tests.build_order_programmes import TODAY, aim, undecided

from stargauge.catalogue.load import load_catalogue
from stargauge.plan.build_order.case.case import Choice, faults_of, kept_in, reached
from stargauge.plan.build_order.case.choices import overlay_of, supply_of
from stargauge.plan.build_order.case.decisions import Laid, decisions_of
from stargauge.plan.build_order.case.prepare import BuildAsked, Prepared, UnderWay, prepare
from stargauge.plan.build_order.case.worlds import days_of, read, ready_at, running_of, starts_at
from stargauge.programme.known import known
from stargauge.programme.load import load
from stargauge.programme.overlay import overlay
from stargauge.quantity.errors import InputError
from stargauge.quantity.quantity import STAGES

DRAWS, BY = 512, date(2029, 12, 31)
_OPERATIONAL = STAGES.index("operational")


def _asked(**changes: object) -> BuildAsked:
    return replace(BuildAsked((aim(500e6, BY),), draws=DRAWS), **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def made() -> Prepared:
    """The small programme, prepared."""
    return prepare(*undecided(), _asked())


@pytest.fixture(scope="module")
def stargate() -> Prepared:
    """Stargate, prepared on fewer draws."""
    programme = load("stargate")
    return prepare(programme, known(programme, load_catalogue(), TODAY), BuildAsked((aim(10e9, BY),), draws=256))


def _places(made: Prepared, building: str, power: str, start: int) -> tuple[int, int, int, int]:
    case = made.case
    return [one.id for one in case.buildings].index(building), case.powers.index(power), 0, start


# --- the case ---------------------------------------------------------------------------------------------------------------------


def test_a_case_holds_what_is_decided_in_arrays_that_fit(made: Prepared) -> None:
    case = made.case
    shape = (len(case.buildings), len(case.powers), len(case.chips), len(case.months))
    assert case.sites == ("north", "south") and case.buildings[0].id == "north/hall-2"
    assert case.allowed.shape == case.cost.shape == shape
    assert case.there.shape == (1, *shape, 50) and case.gains.shape == (1, shape[0], shape[2], 50)
    assert case.fixed.shape == (1, 50) and case.weights.sum() == pytest.approx(1.0)
    assert case.months[0] == date(2026, 12, 31) and case.months[-1] == BY
    assert made.under_way == (UnderWay("north/hall-1", date(2026, 1, 31)),)
    assert not case.there[:, ~case.allowed].any() and np.isfinite(case.cost).all() and (case.cost[case.allowed] > 0.0).all()


def test_what_there_is_in_time_never_comes_back_with_a_later_start(made: Prepared, stargate: Prepared) -> None:
    for one in (made, stargate):
        designed = one.case.there[:, :, : one.case.powers.index("file")]
        assert not (np.diff(designed, axis=4) > 0.0).any()


def test_dates_are_those_of_the_model_where_nothing_waits_for_others(made: Prepared) -> None:
    """One overlay with all at once: hall and power to the day, operation where neither a crew nor the queue binds."""
    programme, now = undecided()
    laid, at = Laid(programme, now, decisions_of(now), {}), made.all_worlds
    for power in ("grid", "gas-engine", "bridge", "stated"):
        for start in (0, 8, 36):
            base = laid.at(made.case.months[start], power)
            got = read(base, ("hall_ready", "stage_date", "accelerators_ready", "crew_ready"), DRAWS, 0)
            place = made.case.powers.index(power)
            here = np.flatnonzero(made.case.allowed[:, place].any(axis=(1, 2)))
            phases = [base.axes["phase"].index(made.lots[one].id) for one in here]
            planned = days_of(made.case.months)[[start]]
            ready, real = ready_at(at, starts_at(at, planned))[:, here, place, 0], got["hall_ready"][:, phases]
            assert ready == pytest.approx(real, abs=1e-3)
            runs = running_of(at, here, np.full(len(here), place), np.zeros(len(here), dtype=int), np.full(len(here), planned[0]))
            real_runs = got["stage_date"][:, _OPERATIONAL][:, phases]
            free = (got["accelerators_ready"][:, phases] <= real + 1e-3) & (got["crew_ready"][:, phases] <= real + 1e-3)
            assert free.mean() > 0.2 and (np.isfinite(runs) == np.isfinite(real_runs)).all()
            both = free & np.isfinite(runs)
            assert runs[both] == pytest.approx(real_runs[both], abs=1e-3)


def test_starts_between_the_knots_are_those_of_the_model_within_days(made: Prepared) -> None:
    programme, now = undecided()
    laid = Laid(programme, now, decisions_of(now), {})
    for start in (3, 12, 27):
        base = laid.at(made.case.months[start])
        real = read(base, ("build_start",), DRAWS, 0)["build_start"][:, [base.axes["phase"].index(lot.id) for lot in made.lots]]
        off = np.abs(starts_at(made.all_worlds, days_of(made.case.months)[[start]])[:, :, 0] - real)
        assert off.mean() < 0.5 and off.max() < 40.0


def test_a_plan_with_its_queues_runs_as_the_model_has_it(made: Prepared) -> None:
    """The whole of a plan as an overlay: what a target has in each draw, crews and the queue for accelerators included."""
    programme, now = undecided()
    case = made.case
    chosen = tuple(Choice(*_places(made, name, power, start)) for name, power, start in (
        ("north/hall-2", "gas-engine", 2), ("north/hall-3", "gas-engine", 8), ("south/hall-1", "grid", 0)
    ))  # fmt: skip
    built = [case.buildings[one.building].id for one in chosen]
    sizes = {one.id: one.it_power for one in case.buildings}
    supply = {ground.id: supply_of(ground, power, 280e6) for ground, power in zip(made.grounds, ("gas-engine", "grid"), strict=True)}
    starts = {name: case.months[one.start] for name, one in zip(built, chosen, strict=True)}
    starts |= {lot.id: case.months[-1] for lot in made.lots if lot.id not in built}
    patch = overlay_of(now, made.lots, starts, sizes, supply, {})
    for lot in made.lots:
        if lot.id not in built:
            gone = {"cancelled": {"value": "2026-11-22", "status": "cancelled", "source": "plan"}}
            patch["sites"][lot.site]["phases"][lot.phase]["milestones"] |= gone
    after = known(overlay(programme, patch), load_catalogue(), TODAY)
    got = read(after, ("stage_date",), DRAWS, 0, ["power_facility[operational]"])
    real = got["stage_date"][:, _OPERATIONAL][:, [after.axes["phase"].index(name) for name in built]]
    runs = made.operation(chosen, queues=True)
    assert (np.isfinite(runs) == np.isfinite(real)).mean() > 0.995
    both = np.isfinite(runs) & np.isfinite(real)
    off = np.abs(runs[both] - real[both])
    assert np.median(off) < 1.0 and off.mean() < 10.0
    total = got["power_facility[operational]"][:, after.axes["month"].index("2029-12")]
    assert made.reached(chosen, queues=True)[0].mean() == pytest.approx(total.mean(), rel=0.02)


def test_no_building_runs_before_the_day_it_is_held_to(made: Prepared) -> None:
    floors = np.full((len(made.lots), DRAWS), -np.inf)
    floors[1] = made.case.targets[0].day.toordinal() + 1.0
    after = made.held(floors)
    file = made.case.powers.index("file")
    assert not after.case.there[:, 1, :file].any() and (after.case.there[:, 1, file] == made.case.there[:, 1, file]).all()
    assert (after.case.there[:, 0] == made.case.there[:, 0]).all()
    assert (made.held(np.full_like(floors, -np.inf)).case.there == made.case.there).all()


def test_another_day_of_a_target_is_as_if_it_had_been_asked(made: Prepared) -> None:
    other = prepare(*undecided(), _asked(aims=(aim(500e6, date(2029, 6, 30)),), last=BY))
    alone = replace(made, group=other.group)
    assert (alone.there(0, date(2029, 6, 30)) == other.case.there[0]).all()


def test_worlds_hold_means_of_their_draws(made: Prepared) -> None:
    got = prepare(*undecided(), _asked(worlds=32))
    assert (np.bincount(got.group) == DRAWS // 32).all() and got.case.there.dtype == np.float64
    assert (got.case.there >= 0.0).all() and (got.case.there[:, :, : got.case.powers.index("file")] <= 1.0).all()
    chosen = tuple(Choice(*_places(got, name, "grid", start)) for name, start in (("north/hall-2", 0), ("north/hall-3", 6)))
    assert reached(got.case, chosen)[0].mean() == pytest.approx(got.reached(chosen)[0].mean(), rel=0.01)
    assert (got.case.cost == made.case.cost).all()


def test_the_worlds_keep_what_all_draws_keep_within_a_few_points(stargate: Prepared) -> None:
    case, chance = stargate.case, np.random.default_rng(5)
    off = []
    for _ in range(40):
        chosen, amount = list[Choice](), float(chance.uniform(5e9, 9e9))
        for places in case.by_site:
            power = int(chance.choice(np.flatnonzero(case.allowed[places[0]].any(axis=(1, 2)))))
            some = places[: int(chance.integers(0, len(places) + 1))]
            chosen += [Choice(place, power, 0, 3 * step) for step, place in enumerate(some) if case.allowed[place, power, 0, 3 * step]]
        every = (stargate.reached(chosen)[0] >= amount).mean()
        off.append(float(case.weights[_kept_with(stargate, tuple(chosen), amount)].sum()) - every)
    assert np.sqrt(np.mean(np.square(off))) < 0.05


def _kept_with(made: Prepared, chosen: tuple[Choice, ...], amount: float) -> np.ndarray:
    """The worlds of the case in which another amount of its target is kept."""
    target = made.case.targets[0]._replace(amount=amount)
    return kept_in(replace(made.case, targets=(target,)), chosen)[0]


def test_stargates_decided_buildings_are_known_and_every_first_one_may_be_built(stargate: Prepared) -> None:
    case = stargate.case
    ids = [one.id for one in case.buildings]
    assert "shackelford/building-4" in ids and "shackelford/building-3" not in ids and "abilene/building-8" not in ids
    assert not any(one.startswith("abilene-expansion") for one in ids)
    assert any(one.further for one in case.buildings) and all(case.allowed[places[0]].any() for places in case.by_site)
    total = np.median(stargate.fixed[0])
    assert 3e9 < total < 6e9


def test_a_case_is_solved_by_a_plan_without_faults(made: Prepared) -> None:
    chosen = tuple(Choice(*_places(made, name, power, start)) for name, power, start in (
        ("north/hall-2", "gas-engine", 0), ("north/hall-3", "gas-engine", 12), ("south/hall-1", "stated", 0)
    ))  # fmt: skip
    assert faults_of(replace(made.case, targets=(made.case.targets[0]._replace(probability=0.0),)), chosen) == []


# --- targets ----------------------------------------------------------------------------------------------------------------------


def test_targets_of_every_kind_and_of_sites_have_their_own_gains() -> None:
    aims = (aim(1e8, BY, "power_it"), aim(1e8, BY, "power_facility", "south"), aim(1e5, BY, "compute_h100e"))
    chips = ("h100-sxm", "vr-nvl72")
    got = prepare(*undecided(), _asked(aims=aims, draws=256, worlds=20, powers=("grid", "stated"), further=False, chips=chips))
    case = got.case
    assert [one.id for one in case.buildings] == ["north/hall-2", "north/hall-3", "south/hall-1"] and case.powers == ("stated", "grid")
    assert case.gains[0, 0] == pytest.approx(case.gains[0, 0, :1].repeat(len(case.chips), axis=0))
    assert (case.gains[1, :2] == 0.0).all() and case.gains[1, 2, 0].mean() == pytest.approx(280e6, rel=0.05)
    newest, oldest = case.gains[2, 0, -1].mean(), case.gains[2, 0, 0].mean()
    assert newest > 1.5 * oldest > 0.0
    assert oldest == pytest.approx(0.95 * 100e6 / 1390.0, rel=0.05)  # H100 themselves
    assert (case.fixed[2] >= 0.0).all()


def test_nothing_is_asked_for_that_there_is_not() -> None:
    with pytest.raises(InputError) as caught:
        prepare(*undecided(), _asked(aims=(aim(1.0, BY, "jobs_direct"), aim(1.0, BY, "power_it", "nroth")), powers=("gas-motor",)))
    text = str(caught.value)
    assert 'no target of "jobs_direct"' in text and "north" in text and "gas-engine" in text
    with pytest.raises(InputError, match="gb300-nvl72"):
        prepare(*undecided(), _asked(chips=("gb300-nvl7",)))
    with pytest.raises(InputError, match="needs a target"):
        prepare(*undecided(), _asked(aims=()))


# --- what it rests on -------------------------------------------------------------------------------------------------------------


def test_every_number_says_where_it_is_from_or_that_it_is_assumed(made: Prepared) -> None:
    assert len({(one.of, one.what) for one in made.basis}) == len(made.basis)
    for one in made.basis:
        assert one.source or one.kind in ("assumed", "computed"), one
        assert one.grade == "D" or one.kind == "computed" or one.source != "stargauge-assumption", one
    assert any(one.what == "further buildings" for one in made.basis)


def test_waits_are_those_of_the_power(made: Prepared) -> None:
    wait = made.waits
    assert wait["north", "gas-engine"].p50 < wait["north", "gas-turbine"].p50
    assert wait["north", "bridge"].p50 <= wait["north", "gas-engine"].p50 <= wait["north", "grid"].p90
    assert all(one.p10 <= one.p50 <= one.p90 for one in wait.values())


def test_the_same_is_prepared_again(made: Prepared) -> None:
    again = prepare(*undecided(), _asked())
    assert (again.chosen == made.chosen).all() and (again.case.cost == made.case.cost).all() and (again.case.there == made.case.there).all()


def test_progress_is_told_run_by_run() -> None:
    told = list[tuple[int, int]]()
    prepare(*undecided(), _asked(draws=256, worlds=10, powers=("grid",)), lambda done, of: told.append((done, of)))
    assert [done for done, _ in told] == list(range(1, told[-1][1] + 1))


def test_a_day_long_past_is_planned_from_as_well() -> None:
    """What the file says of dates since then does not stand against the starts of a plan."""
    programme = load("meta-hyperion")
    before = known(programme, load_catalogue(), date(2025, 6, 30))
    got = prepare(programme, before, BuildAsked((aim(1e9, BY),), draws=256, worlds=10))
    assert got.case.buildings and got.case.months[0] == date(2025, 7, 31)
