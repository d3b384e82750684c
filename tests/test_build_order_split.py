"""Training and inference from one fleet, and how sites are cooled: by the model's own numbers, on the shipped programme and a small one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from tests.real_worlds import known_of

from stargauge import api
from stargauge.catalogue.load import load_catalogue
from stargauge.plan.build_order.case.case import Choice, reached
from stargauge.plan.build_order.case.cooling import cooling_of, designs_of
from stargauge.plan.build_order.case.limits import read_limits
from stargauge.plan.build_order.case.prepare import BuildAsked, prepare
from stargauge.plan.build_order.case.reach import by_world
from stargauge.plan.build_order.case.split import Need, need_of, split_of
from stargauge.plan.build_order.case.takes import begun_known
from stargauge.plan.build_order.case.worlds import read
from stargauge.programme.known import Known, known
from stargauge.programme.load import load
from stargauge.programme.overlay import overlay
from stargauge.quantity.dates import month_label
from stargauge.quantity.errors import InputError

RUNS, DEMAND = "training_runs_per_year[frontier] >= {} by 2029-12-31", "inference_demand_covered >= {} by 2029-12-31"


def needs_of(runs: float, demand: float, probability: float, now: Known) -> tuple[Need, Need]:
    """A need of training and one of inference by the end of 2029."""
    return need_of(RUNS.format(runs), probability, now), need_of(DEMAND.format(demand), probability, now)


def holds(planned: Known, needs: tuple[Need, ...], draws: int) -> tuple[tuple[float, ...], float]:
    """In which share of the draws of the full simulation each need is met, and all of them at once; `planned`: with plan and share laid."""
    addresses = [f"{need.name}[{need.model}]" if need.model else need.name for need in needs]
    got = read(planned, (), draws, 0, addresses)
    months = planned.axes["month"]
    met = np.array(
        [got[address][:, months.index(month_label(need.day))] >= need.amount for address, need in zip(addresses, needs, strict=True)]
    )
    return tuple(met.mean(axis=1).tolist()), float(met.all(axis=0).mean())


@pytest.mark.parametrize("probability", [0.5, 0.8])
def test_what_a_split_says_is_what_the_simulation_says(probability: float) -> None:
    """With the share laid as an assumption, the programme as it stands meets the needs in the very draws that the split says."""
    now = known_of()
    needs = needs_of(40.0, 12.0, probability, now)
    made = split_of(needs, now, now.axes["chip"], draws=512)
    laid = known(overlay(api.load("stargate"), {"assumptions": made.assumption}), now.catalogue.catalogue, now.as_of)
    each, both = holds(laid, needs, draws=512)
    assert each == pytest.approx(tuple((made.begun >= 1.0).mean(axis=1)))
    assert both == pytest.approx((made.begun >= 1.0).all(axis=0).mean())
    assert 0.0 < both < 1.0


def test_the_share_is_the_best_of_all() -> None:
    """Where what stands is enough or not, no other share meets both needs in more draws by much, and asking for more serving raises it."""
    now = known_of()
    few, many = (split_of(needs_of(40.0, demand, 0.5, now), now, now.axes["chip"], draws=256) for demand in (4.0, 24.0))
    assert few.inference_share < many.inference_share
    assert set(many.to_dict()) == {"inference_share", "training_share", "text"}


def test_needs_become_targets_of_a_case() -> None:
    """Each need is a target of amount one; a world's gain is the mean of IT power times what accelerators give."""
    now, programme = known_of(), api.load("stargate")
    chips = now.axes["chip"][-2:]
    split = split_of(needs_of(150.0, 20.0, 0.6, now), begun_known(programme, now), chips, draws=256)
    asked = BuildAsked(
        split.aims, draws=256, worlds=10, further=False, powers=("grid", "gas-engine"), chips=chips, last=date(2027, 6, 30)
    )  # fmt: skip
    made = prepare(programme, now, asked)
    case = made.case
    assert [target.amount for target in case.targets] == [1.0, 1.0]
    nothing = reached(case, ())
    assert nothing == pytest.approx(by_world(split.begun, made.group))
    options = [Choice(*place) for place in np.argwhere(case.allowed & (np.arange(len(case.months)) == 0))]
    first = next(one for one in options if one.chip == len(case.chips) - 1)
    assert (reached(case, (first,)) >= nothing).all()
    expected = made.all_worlds.it_power[:, first.building] * split.per_power[:, :, first.chip]
    assert case.gains[:, first.building, first.chip] == pytest.approx(by_world(expected, made.group))


def test_faults_of_needs() -> None:
    """What is no need, no day, and one of each."""
    now = known_of()
    with pytest.raises(InputError, match="no need of training or inference"):
        need_of("power_it[operational] >= 1 GW by 2029-12-31", 0.8, now)
    with pytest.raises(InputError, match="needs a day from 2026-11-22"):
        need_of("inference_demand_covered >= 1 by 2025-12-31", 0.8, now)
    runs, demand = needs_of(1.0, 1.0, 0.8, now)
    with pytest.raises(InputError, match="of inference there is none"):
        split_of((runs,), now, now.axes["chip"])
    with pytest.raises(InputError, match="of training there is none"):
        split_of((demand,), now, now.axes["chip"])


SMALL = """\
name: Cool
price_year: 2025
start: 2025-01
horizon: 2029-12
sources: {plan: {publisher: A, title: Plan, date: 2025-01-20, grade: A}}
parties: {a: {name: A}}
sites:
  begun:
    place: abilene-tx
    cooling: evaporative
    phases:
      one: {it_power: {value: 100 MW, source: plan}, milestones: {under_construction: {value: 2025-01-10, source: plan, status: observed}}}
  unsaid:
    place: abilene-tx
    phases:
      one: {it_power: {value: 100 MW, source: plan}, milestones: {under_construction: {value: 2025-01-10, source: plan, status: observed}}}
  free:
    place: abilene-tx
    phases: {one: {it_power: {value: 100 MW, source: plan}}}
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file: Path = tmp_path_factory.mktemp("cooling") / "cool.yaml"
    file.write_text(SMALL, encoding="utf-8")
    return file


def test_cooling_is_that_of_least_energy_within_its_water(small: Path) -> None:
    """Where work has begun the design stays; elsewhere the least energy of all; a limit of water that none keeps takes the least."""
    programme = load(small)
    now = known(programme, load_catalogue(), date(2026, 11, 22))
    begun, unsaid, free = cooling_of(programme, now, ("begun", "unsaid", "free"))
    assert (begun.id, begun.kind) == ("evaporative", "stated")
    assert (unsaid.id, unsaid.kind) == ("closed-loop-chiller", "assumed")  # as the model takes it
    assert free.kind == "designed" and free.chosen.energy == min(one.energy for one in free.designs)
    assert {one.id for one in free.designs} == set(designs_of(now)) >= {"closed-loop-chiller", "dry-cooler", "evaporative"}
    by = {one.id: one for one in free.designs}
    assert by["evaporative"].wue > 10 * by["dry-cooler"].wue and all(1.05 < one.pue < 1.3 for one in free.designs)
    assert by["evaporative"].water == pytest.approx(by["evaporative"].wue / by["dry-cooler"].wue * by["dry-cooler"].water)
    dry = cooling_of(programme, now, ("free",), read_limits({"water": ["free=1 L/yr"]}, now))[0]
    least = min(one.water for one in dry.designs)
    assert not any(one.keeps for one in dry.designs)
    assert dry.chosen.energy == min(one.energy for one in dry.designs if one.water == pytest.approx(least))
