"""Accelerators: how many of which generation stand where, and what they could compute."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.quantity import DTYPES, STAGES, quantity
from stargauge.quantity.timeline import flow, steps, wearing

Array = NDArray[np.float64]

_ENERGISED, _OPERATIONAL = STAGES.index("energised"), STAGES.index("operational")
#: In how many equal parts the racks of a phase go live.
_PARTS = 4
_BF16 = DTYPES.index("bf16")


# --- one accelerator --------------------------------------------------------------------------------------------------------------


@quantity("FLOP/s", "draw dtype chip")
def accelerator_peak(accelerator_peak_stated: Array) -> Array:
    """Dense peak of one accelerator in each number format: as stated, else that of the next wider format (it computes in what it has).

    Axes: draw, dtype, chip. Units: FLOP/s. Source: makers' dense peaks in the catalogue.
    """
    out = accelerator_peak_stated.copy()
    for dtype in range(1, len(DTYPES)):
        out[:, dtype] = np.where(np.isnan(out[:, dtype]), out[:, dtype - 1], out[:, dtype])
    return out


# --- what is delivered to each phase ----------------------------------------------------------------------------------------------


def newest_shipping(dates: Array, ships_from: Array) -> Array:
    """Place on the chip axis of the newest generation shipping at each date; the oldest before all of them.

    dates: (draw, phase), ships_from: (draw, chip). Returns (draw, phase).
    """
    out = np.zeros(dates.shape)
    best = np.full(dates.shape, -np.inf)
    oldest = np.argmin(np.where(np.isnan(ships_from), np.inf, ships_from), axis=1)
    out[:] = oldest[:, None]
    for chip in range(ships_from.shape[1]):
        when = ships_from[:, chip][:, None]
        newer = (when <= dates) & (when > best)
        out = np.where(newer, chip, out)
        best = np.where(newer, when, best)
    return out


def _of_chip(values: Array, chip: Array) -> Array:
    """values (draw, chip) at the chip of each phase (draw, phase)."""
    return np.asarray(np.take_along_axis(values, chip.astype(np.int64), axis=1))


@quantity("d", "draw phase")
def installed_date(stage_date: Array) -> Array:
    """Day on which the accelerators of a phase all run: its operational date; infinity where it never runs. Axes: draw, phase. Units: d."""
    return np.asarray(np.nan_to_num(stage_date[:, _OPERATIONAL], nan=np.inf))


@quantity("1", "draw phase")
def phase_chip(phase_chip_stated: Array, installed_date: Array, delivery_lead: Array, chip_ships_from: Array) -> Array:
    """Generation of accelerator delivered to each phase (its place on the chip axis).

    As stated, else the newest that ships `delivery_lead` before the phase runs.                (1)

    Axes: draw, phase. Units: 1. Source: first shipments in the catalogue. Leaves out: mixed halls, customers who keep the older generation.
    """
    drawn = newest_shipping(installed_date - delivery_lead[:, None], chip_ships_from)
    return np.where(np.isnan(phase_chip_stated)[None, :], drawn, phase_chip_stated[None, :])


@quantity("1", "draw phase")
def phase_accelerators(
    phase_chips_stated: Array, phase_it_power: Array, phase_chip: Array, accelerator_it_power: Array, hall_filled: Array
) -> Array:
    """Accelerators of each phase when it is complete.

    n = as stated for the phase, else f P_IT / p[chip]                                        (1)

    f: share of the IT power that gets accelerators. Axes: draw, phase. Units: 1. Source: the programme; IT power per accelerator
    with its share of processors, network and storage from the catalogue. A number announced for a whole site is no input: it is what a
    claim is tested on.
    """
    from_power = hall_filled[:, None] * phase_it_power / _of_chip(accelerator_it_power, phase_chip)
    return np.where(np.isnan(phase_chips_stated), from_power, phase_chips_stated)


@quantity("d", "draw phase")
def refresh_date(installed_date: Array, accelerator_life: Array) -> Array:
    """Day on which the accelerators of a phase are replaced, at the end of their economic life. Axes: draw, phase. Units: d."""
    return installed_date + accelerator_life[:, None]


@quantity("1", "draw phase")
def refresh_chip(refresh_date: Array, delivery_lead: Array, chip_ships_from: Array) -> Array:
    """Generation that replaces the first one: the newest that ships then. Axes: draw, phase. Units: 1 (place on the chip axis)."""
    return newest_shipping(refresh_date - delivery_lead[:, None], chip_ships_from)


@quantity("1", "draw phase")
def refresh_accelerators(phase_accelerators: Array, phase_chip: Array, refresh_chip: Array, accelerator_it_power: Array) -> Array:
    """Accelerators after the refresh, at the same IT power: n' = n p[old] / p[new].

    Axes: draw, phase. Units: 1. Leaves out: a second refresh.
    """
    return phase_accelerators * _of_chip(accelerator_it_power, phase_chip) / _of_chip(accelerator_it_power, refresh_chip)


# --- what stands at each month end ------------------------------------------------------------------------------------------------


@quantity("d", "draw phase")
def rack_span(stage_date: Array, rack_installation: Array) -> Array:
    """Days before full operation over which the racks of a phase go live: as long as they take to be put in, but not before power is on.

    Axes: draw, phase. Units: d.
    """
    lit = stage_date[:, _OPERATIONAL] - stage_date[:, _ENERGISED]
    return np.fmin(rack_installation, np.where(np.isfinite(lit), np.maximum(lit, 0.0), 0.0))


@quantity("1", "draw chip site month", adds="chip site")
def accelerators(
    installed_date: Array, rack_span: Array, phase_chip: Array, phase_accelerators: Array, refresh_date: Array, refresh_chip: Array,
    refresh_accelerators: Array, accelerator_retirement: Array, chip_ships_from: Array, phase_site: Array, site_known_from: Array,
    month_end: Array,
) -> Array:  # fmt: skip
    """Accelerators installed and not retired, by generation, at the end of each month.

    N(t) = sum of n exp(-q (t - t_installed)) over deliveries with t_installed <= t < t_refresh             (1)

    q: share that fails and is not replaced, per day. The racks of a phase go live in four equal parts over `rack_span`, the last on its
    operational date; at the end of its economic life it is refreshed once. Axes: draw, chip, site, month. Units: 1. Source: sizes and dates
    of the schedule. Leaves out: a site that closes.
    """
    chips, sites, months = chip_ships_from.shape[1], len(site_known_from), len(month_end)
    rate, runs = accelerator_retirement[:, None], np.isfinite(installed_date)
    age = np.subtract(refresh_date, installed_date, out=np.zeros_like(installed_date), where=runs)
    lags = [rack_span * (1.0 - (part + 1) / _PARTS) for part in range(_PARTS)]
    parts = [installed_date - lag for lag in lags]
    earlier = np.mean([np.exp(-rate * (age + lag)) for lag in lags], axis=0)
    place = np.concatenate([phase_chip] * (_PARTS + 1) + [refresh_chip], axis=1)
    dates = np.concatenate([*parts, refresh_date, refresh_date], axis=1)
    weight = np.concatenate([phase_accelerators / _PARTS] * _PARTS + [-phase_accelerators * earlier, refresh_accelerators], axis=1)
    group = place * sites + np.tile(phase_site, _PARTS + 2)
    return wearing(dates, weight, accelerator_retirement, group, chips * sites, month_end).reshape(-1, chips, sites, months)


@quantity("1", "draw chip site month", adds="chip site")
def racks(accelerators: Array, accelerators_per_rack: Array) -> Array:
    """Racks that hold the accelerators: N / n_rack.

    Axes: draw, chip, site, month. Units: 1. Leaves out: switch, storage and management racks.
    """
    return accelerators / accelerators_per_rack[:, :, None, None]


@quantity("1", "draw phase")
def racks_per_week(rack_installation: Array, phase_accelerators: Array, phase_chip: Array, accelerators_per_rack: Array) -> Array:
    """Racks put into a phase in a week while it fills: 7 n / (n_rack days).

    Axes: draw, phase. Units: 1 (per week). Leaves out: switch, storage and management racks.
    """
    return 7.0 * phase_accelerators / (_of_chip(accelerators_per_rack, phase_chip) * rack_installation)


@quantity("W", "draw site month", adds="site")
def fleet_power_it(accelerators: Array, accelerator_it_power: Array) -> Array:
    """IT power of the accelerators installed, with their share of processors, network and storage: sum over chips of N p.

    Axes: draw, site, month. Units: W. What is provided for them; what is drawn is less (`load_factor`).
    """
    each = np.where(np.isnan(accelerator_it_power), 0.0, accelerator_it_power)
    return np.asarray(np.einsum("dcsm,dc->dsm", accelerators, each))


@quantity("W", "draw site month", adds="site")
def fleet_power_facility(fleet_power_it: Array, design_power_ratio: Array) -> Array:
    """Facility power, at the meter, of the accelerators installed: P_IT r, as `power_facility`. Axes: draw, site, month. Units: W."""
    return fleet_power_it * design_power_ratio[:, :, None]


@quantity("FLOP/s", "draw dtype site month", adds="site")
def compute_peak(accelerators: Array, accelerator_peak: Array) -> Array:
    """Dense peak of all accelerators in each number format: sum over chips of N peak.

    Axes: draw, dtype, site, month. Units: FLOP/s. Nothing runs at it: utilisation stands in training and inference.
    """
    draws, chips, sites, months = accelerators.shape
    return np.asarray(np.matmul(accelerator_peak, accelerators.reshape(draws, chips, sites * months)).reshape(draws, -1, sites, months))


@quantity("1", "draw site month", adds="site")
def compute_h100e(compute_peak: Array, h100_peak: Array) -> Array:
    """Computing power counted in H100: dense 16-bit peak over that of one H100.

    Axes: draw, site, month. Units: 1. Source: vendor peaks; Epoch AI counts the same way (110,000 GB200 = 277,918 within 0.1 %).
    """
    return compute_peak[:, _BF16] / h100_peak


@quantity("1", "draw site month", adds="site", flow=True)
def accelerators_delivered(
    installed_date: Array, phase_accelerators: Array, refresh_date: Array, refresh_accelerators: Array, phase_site: Array,
    site_known_from: Array, month_end: Array,
) -> Array:  # fmt: skip
    """Accelerators delivered within each month, first ones and refreshes.

    Axes: draw, site, month. Units: 1. The first month holds what came before.
    """
    sites = len(site_known_from)
    first = steps(installed_date, phase_accelerators, phase_site, sites, month_end)
    return flow(first + steps(refresh_date, refresh_accelerators, phase_site, sites, month_end))
