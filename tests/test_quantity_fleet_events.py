"""The simulator of a fleet: against the renewal form, Erlang's loss formula, and a plain loop over a heap; and its books."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fleet_heap import heap_fleet

from stargauge.quantity.compute.checkpoints import Recovery, best_interval, goodput, recovery_time, time_by_part
from stargauge.quantity.compute.failures import Cause, erlang_blocking, wait_for_spare
from stargauge.quantity.compute.fleet_events import (
    CHECKPOINT,
    DETECTION,
    PLANNED,
    RELOAD,
    WAITING,
    WORK,
    FleetRun,
    JobRun,
    Spares,
    run_fleet,
)

HOUR, DAY = 3600.0, 86_400.0
CAUSES = (Cause("accelerator", 0.6, True), Cause("network", 0.15, True), Cause("software", 0.25, False))
FULL = JobRun(
    between=2.0 * HOUR, interval=900.0, stall=20.0, detection=240.0, reload=400.0, background=150.0, planned=1800.0, planned_chance=0.02,
    healthy=0.5 * DAY, slow_spell=2.0 * HOUR, slowdown=0.15,
)  # fmt: skip


def _near(made: np.ndarray[Any, Any], told: float, ends: float = 0.0) -> None:
    """The mean of histories agrees with a number within four standard errors, and what the ends of the time may change."""
    error = made.std(ddof=1) / np.sqrt(made.size)
    assert abs(made.mean() - told) <= 4.0 * error + ends, (made.mean(), told, error)


def _formula(job: JobRun) -> float:
    recovery = Recovery(np.asarray(job.detection), np.asarray(job.reload))
    return float(goodput(np.asarray(job.between), np.asarray(job.interval), np.asarray(job.stall), recovery, np.asarray(job.background)))


# --- closed forms -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "job",
    [
        JobRun(3.0 * HOUR, 2500.0, 60.0, 0.0, 600.0),
        JobRun(3.0 * HOUR, 2500.0, 60.0, 300.0, 300.0),
        JobRun(3.0 * HOUR, 2500.0, 5.0, 300.0, 300.0, background=1200.0),
        JobRun(600.0, 300.0, 30.0, 120.0, 500.0),
        JobRun(900.0, 200.0, 0.0, 0.0, 0.0, background=190.0),
    ],
)
def test_the_mean_is_the_renewal_form(job: JobRun) -> None:
    """Exponential failures, spares never short: the share of time that becomes safe work, within Monte Carlo error."""
    horizon = 300.0 * float(np.asarray(job.between))
    run = run_fleet([job], CAUSES, horizon, 800, 7)
    _near(run.goodput[0], _formula(job), float(np.asarray(job.interval)) / horizon)


def test_time_by_part_is_the_formulas_too() -> None:
    job = JobRun(2.0 * HOUR, 1800.0, 60.0, 200.0, 500.0)
    run = run_fleet([job], CAUSES, 800.0 * HOUR, 800, 3)
    told = time_by_part(np.array(7200.0), np.array(1800.0), np.array(60.0), Recovery(np.array(200.0), np.array(500.0)))
    assert sum(float(part) for part in told) == pytest.approx(1.0)
    share, ends = run.phase[:, 0] / run.horizon, 500.0 / run.horizon
    _near(share[DETECTION], float(told.standing), ends)
    _near(share[RELOAD], float(told.reload), ends)
    _near(share[WORK] + share[CHECKPOINT], float(told.kept + told.checkpoints + told.redone), ends)
    assert share[PLANNED].max() == share[WAITING].max() == 0.0


def test_waiting_for_a_spare_is_erlangs_loss_formula() -> None:
    """S spares, repairs with T on average, no other time lost: the job waits as S + 1 servers are all taken."""
    between, repair, spares = 4.0 * HOUR, 12.0 * HOUR, 3
    job = JobRun(between, 8.0 * HOUR, 0.0, 0.0, 0.0)
    run = run_fleet([job], (Cause("node", 1.0, True),), 200.0 * DAY, 600, 11, Spares(spares, repair))
    told = float(erlang_blocking(np.array(repair / between), np.array(spares + 1)))
    _near(run.phase[WAITING, 0] / run.horizon, told, repair / run.horizon)
    assert told == pytest.approx(0.2061, abs=1e-4)  # B(4, 3) of the tables


def test_waiting_beside_detection_and_reload() -> None:
    """The load is that of a cycle without waiting; near, since no node fails while a job stands still."""
    between, repair = 4.0 * HOUR, 20.0 * HOUR
    job, recovery = JobRun(between, 8.0 * HOUR, 0.0, 600.0, 900.0), Recovery(np.array(600.0), np.array(900.0))
    run = run_fleet([job], CAUSES, 200.0 * DAY, 600, 5, Spares(2, repair))
    wait = wait_for_spare(np.array(between), recovery, 0.75, np.array(repair), np.array(2))
    told = recovery_time(np.array(between), recovery._replace(standing=wait)) - recovery_time(
        np.array(between), recovery._replace(standing=np.array(0.0))
    )
    cycle = between + recovery_time(np.array(between), recovery._replace(standing=recovery.standing + wait))
    assert (run.phase[WAITING, 0] / run.horizon).mean() == pytest.approx(float(told / cycle), rel=0.015)


@pytest.mark.parametrize(("load", "servers", "share"), [(1.0, 1, 0.5), (1.0, 2, 0.2), (3.0, 4, 0.2061), (10.0, 10, 0.2146), (5.0, 0, 1.0)])
def test_erlangs_table(load: float, servers: int, share: float) -> None:
    assert float(erlang_blocking(np.array(load), np.array(servers))) == pytest.approx(share, abs=5e-5)


def test_slow_nodes_take_their_share_of_work() -> None:
    """In the long run a job is slow for spell / (healthy + spell) of its time, whatever else happens."""
    job = JobRun(2.0 * HOUR, 1500.0, 20.0, 200.0, 300.0, healthy=DAY, slow_spell=0.25 * DAY, slowdown=0.2)
    run = run_fleet([job], CAUSES, 60.0 * DAY, 600, 2)
    _near(run.goodput[0], _formula(job) * (1.0 - 0.2 * 0.2), 1500.0 / run.horizon)


def test_planned_stops_after_checkpoints() -> None:
    """A chance after each checkpoint: planned time per safe interval is chance times length."""
    job = JobRun(2.0 * HOUR, 1500.0, 20.0, 200.0, 300.0, planned=HOUR, planned_chance=0.05)
    run = run_fleet([job], CAUSES, 60.0 * DAY, 600, 2)
    each = 1500.0 / _formula(job)
    _near(run.goodput[0], 1500.0 / (each + 0.05 * HOUR), HOUR / run.horizon)


# --- against a plain loop -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("jobs", "spares"),
    [([FULL], None), ([FULL], 2.0), ([FULL, FULL._replace(between=HOUR, interval=400.0, background=0.0, slowdown=0.0)], 3.0)],
    ids=["no-limit", "spares", "two-jobs"],
)
def test_a_plain_loop_over_a_heap_gives_the_same(jobs: list[JobRun], spares: float | None) -> None:
    """Everything at once: same distributions, other code and other random numbers; means and spreads of what matters agree."""
    horizon, histories, repair = 4.0 * DAY, 400, 20.0 * HOUR
    ours = run_fleet(jobs, CAUSES, horizon, histories, 1, Spares(spares, repair))
    theirs = [heap_fleet(jobs, list(CAUSES), horizon, 10_000 + seed, spares, repair) for seed in range(histories)]
    for number in range(len(jobs)):
        said = [one.jobs[number] for one in theirs]
        pairs = [
            (ours.kept[number], [job.safe for job in said]), (ours.lost[number], [job.lost for job in said]),
            (ours.slowed[number], [job.slowed for job in said]),
            *((ours.phase[at, number], [job.time.get(name, 0.0) for job in said])
              for at, name in enumerate(("work", "checkpoint", "planned", "detection", "waiting", "reload"))),
            *((ours.stops[at, number], [float(job.stops.get(cause.name, 0)) for job in said]) for at, cause in enumerate(CAUSES)),
        ]  # fmt: skip
        for mine, other in pairs:
            other = np.asarray(other)
            error = np.sqrt((mine.var(ddof=1) + other.var(ddof=1)) / histories)
            assert abs(mine.mean() - other.mean()) <= 4.5 * error + 1e-9
            if error:
                assert 0.75 < mine.std() / other.std() < 1.33
    assert ours.events / histories == pytest.approx(np.mean([one.events for one in theirs]), rel=0.03)


# --- books --------------------------------------------------------------------------------------------------------------------------


def _books(run: FleetRun, jobs: int) -> None:
    for job in range(jobs):
        np.testing.assert_allclose(run.phase[:, job].sum(axis=0), run.horizon, rtol=1e-9)
        work = run.kept[job] + run.lost[job] + run.slowed[job] + run.unsafe[job]
        np.testing.assert_allclose(run.phase[WORK, job], work, rtol=1e-8, atol=1e-6)
        down = run.phase[[DETECTION, WAITING, RELOAD], job].sum(axis=0) + run.lost[job]
        np.testing.assert_allclose(run.down[:, job].sum(axis=0), down, rtol=1e-8, atol=1e-5)
    for values in (run.kept, run.lost, run.slowed, run.unsafe, run.phase, run.down, run.stops):
        assert values.min() >= -1e-6


@settings(max_examples=25, deadline=None)
@given(
    st.floats(200.0, 1e5), st.floats(50.0, 5000.0), st.floats(0.0, 200.0), st.floats(0.0, 900.0), st.floats(0.0, 900.0),
    st.floats(0.0, 1.0), st.floats(0.0, 0.3), st.floats(0.0, 0.5), st.one_of(st.none(), st.integers(0, 3)), st.integers(1, 3),
    st.integers(0, 2**32),
)  # fmt: skip
def test_time_is_neither_made_nor_lost(
    between: float, interval: float, stall: float, detection: float, reload: float, behind: float, chance: float, slow: float,
    spares: int | None, jobs: int, seed: int,
) -> None:  # fmt: skip
    job = JobRun(between, interval, stall, detection, reload, behind * interval, 300.0, chance, 5000.0, 2000.0, slow)
    _books(run_fleet([job] * jobs, CAUSES, 40.0 * interval, 5, seed, Spares(spares, 3000.0)), jobs)


def test_the_same_seed_gives_the_same_bits_and_another_does_not() -> None:
    one, same, other = (run_fleet([FULL], CAUSES, 5.0 * DAY, 50, seed, Spares(2, DAY)) for seed in (4, 4, 5))
    for first, again in zip((one.kept, one.phase, one.stops, one.down), (same.kept, same.phase, same.stops, same.down), strict=True):
        np.testing.assert_array_equal(first, again)
    assert one.events == same.events and not np.array_equal(one.kept, other.kept)


def test_histories_may_differ_in_what_they_are_given() -> None:
    """Numbers per history: each history is a draw of ranges; one without failures keeps all but its checkpoints."""
    between = np.array([1e18, HOUR])
    run = run_fleet([JobRun(between, 1000.0, 10.0, 60.0, 60.0)], CAUSES, 101_000.0, 2, 0)
    assert run.kept[0, 0] == 100_000.0 and run.stops[:, 0, 0].sum() == 0.0
    assert run.kept[0, 1] < 100_000.0 and run.stops[:, 0, 1].sum() > 0.0


def test_the_best_interval_is_best_in_the_simulation_too() -> None:
    """Same random numbers, three intervals: neither half nor double keeps more."""
    between, stall = 2.0 * HOUR, 30.0
    best = float(best_interval(np.array(stall), np.array(between)))
    kept = [run_fleet([JobRun(between, best * f, stall, 60.0, 300.0)], CAUSES, 20.0 * DAY, 600, 9).goodput.mean() for f in (0.5, 1.0, 2.0)]
    assert kept[1] > kept[0] and kept[1] > kept[2]
