"""Leases and cloud contracts as promises: what capacity they are for, how late it comes, who may leave, who no longer pays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.instruments import places_of
from stargauge.quantity.quantity import STAGES, quantity
from stargauge.quantity.schedule.cohort import first_come, served, shares

Array = NDArray[np.float64]

_OPERATIONAL = STAGES.index("operational")
_LEASE, _CLOUD = places_of("lease"), places_of("contract")


@quantity("d", "draw line")
def contract_term(line_term: Array, line_kind: Array, lease_term_usual: Array, cloud_term_usual: Array) -> Array:
    """Term of each lease and cloud contract from the operation of each phase: as stated, else the usual one of its kind.

    Axes: draw, line. Units: d. Absent (NaN) for other commitments.
    """
    usual = np.where(np.isin(line_kind, _LEASE), lease_term_usual[:, None], np.nan)
    usual = np.where(np.isin(line_kind, _CLOUD), cloud_term_usual[:, None], usual)
    return np.where(np.isnan(usual) | np.isnan(line_term), usual, line_term)


@quantity("W", "draw phase line", adds="phase")
def contract_power(
    stage_date: Array, phase_it_power: Array, phase_site: Array, line_serves: Array, line_kind: Array, line_power: Array, life_end: Array
) -> Array:
    """IT power of each phase that is under each lease and each cloud contract when it runs.

    Lines of one kind share a site by their stated power, else in equal parts; a line takes what comes first until it is full   (1)

    Axes: draw, phase, line. Units: W. Zero for other commitments. A lease and a cloud contract on the same phase do not compete: one is for
    the building, the other for the equipment in it.
    """
    runs, place = stage_date[:, _OPERATIONAL], phase_site.astype(np.int64)
    out = np.zeros((*phase_it_power.shape, len(line_kind)))
    for kinds in (_LEASE, _CLOUD):
        serves = np.where(np.isin(line_kind, kinds), line_serves, 0.0)
        part = shares(serves, line_power)[place]
        phase, line = np.nonzero(part)
        if len(line):
            power = phase_it_power[:, phase] * part[phase, line]
            most = np.where(np.isnan(line_power), np.inf, line_power)
            out[:, phase, line] = power * first_come(runs[:, phase], power, line, most, life_end)
    return out


@quantity("1", "draw site line")
def contract_share_of_site(contract_power: Array, phase_site: Array, line_kind: Array, line_serves: Array) -> Array:
    """Part of each lease in the power that is let at a site, and of each cloud contract in the power under such contracts there.

    sum over phases of P(line) / sum over phases and lines of its kind of P         (1)

    So who pays which part of what a lender there counts as secured, at equal prices per power. Axes: draw, site, line. Units: 1. Zero where
    nothing there is under contract, and for other commitments. Leaves out: different prices at one site, what nobody stated a lease for.
    """
    at = (phase_site[:, None] == np.arange(len(line_serves))).astype(np.float64)
    power = np.einsum("dpl,ps->dsl", np.nan_to_num(contract_power), at)
    out = np.zeros_like(power)
    for kinds in (_LEASE, _CLOUD):
        of = np.isin(line_kind, kinds)
        whole = power[:, :, of].sum(axis=2, keepdims=True)
        out[:, :, of] = power[:, :, of] / np.where(whole > 0.0, whole, 1.0)
    return np.asarray(out)


@quantity("d", "draw party")
def customer_default_date(customer_default_rate: Array, customer_default_deviate: Array, known_date: Array) -> Array:
    """Day on which each party no longer pays what it owes; infinity where it never comes to that.

    t = known - ln(1 - u) / rate                                                     (1)

    Nobody has defaulted by the knowledge date, or the programme would say so. Axes: draw, party. Units: d. The rates are assumptions.
    Leaves out: rates that rise with the cycle, and one default that brings another (`contagion` stands apart).
    """
    waits = -np.log1p(-customer_default_deviate) * 365.25
    rate = np.where(customer_default_rate > 0.0, customer_default_rate, 1.0)
    return np.where(customer_default_rate > 0.0, known_date + waits / rate, np.inf)


@quantity("d", "draw line")
def contract_default_date(customer_default_date: Array, line_from: Array, line_guarantor: Array, line_kind: Array) -> Array:
    """Day on which nobody pays a lease or cloud contract any more: its customer has defaulted, and its guarantor where it has one.

    max(default of the customer, default of the guarantor)                           (1)

    Axes: draw, line. Units: d. Infinity for other commitments. Leaves out: what is recovered, and a buyer who takes the contract over.
    """
    customer = customer_default_date[:, line_from.astype(np.int64)]
    guarantor = customer_default_date[:, np.maximum(line_guarantor, 0.0).astype(np.int64)]
    until = np.where(line_guarantor >= 0.0, np.maximum(customer, guarantor), customer)
    return np.where(np.isin(line_kind, (*_LEASE, *_CLOUD)), until, np.inf)


@quantity("d", "draw line")
def contract_late_days(planned_date: Array, stage_date: Array, phase_site: Array, line_serves: Array, line_kind: Array) -> Array:
    """Days by which the last phase of a lease or contract comes after its planned day; infinity where a planned phase never comes.

    Axes: draw, line. Units: d. Absent (NaN) for other commitments and where no phase has a plan.
    """
    late = np.maximum(stage_date[:, _OPERATIONAL] - planned_date[:, _OPERATIONAL], 0.0)
    out = np.full((len(late), len(line_kind)), np.nan)
    for line in np.flatnonzero(np.isin(line_kind, (*_LEASE, *_CLOUD))):
        served = line_serves[phase_site.astype(np.int64), line] > 0.5
        most = np.where(np.isnan(late[:, served]), -1.0, late[:, served]).max(axis=1, initial=-1.0)
        out[:, line] = np.where(most < 0.0, np.nan, most)
    return out


@quantity("d", "draw site line")
def contract_left_date(
    planned_date: Array, stage_date: Array, phase_site: Array, line_serves: Array, line_kind: Array, line_outside_date: Array,
    delivery_grace: Array, termination_chance: Array, termination_deviate: Array, known_date: Array,
) -> Array:  # fmt: skip
    """Day on which the customer of a lease or contract leaves a site because capacity is not delivered; infinity where he does not.

    outside date = as stated, else planned date of the phase + grace; the first missed at the site, if the right is used: u < chance   (1)

    He leaves for what is not delivered at the site by then; what runs stays under contract. One deviate per line: who leaves one site
    leaves every late one. A right unused at the knowledge date may be used from then on. Axes: draw, site, line. Units: d.
    Source: outside dates as stated; grace and chance are assumptions. Leaves out: a price lowered instead, rights for other reasons.
    """
    place = phase_site.astype(np.int64)
    phase, line = served(np.where(np.isin(line_kind, (*_LEASE, *_CLOUD)), line_serves, 0.0), phase_site)
    plan = planned_date[:, _OPERATIONAL][:, phase] + delivery_grace[:, None]
    stated, runs = line_outside_date[:, line], stage_date[:, _OPERATIONAL][:, phase]
    due = np.maximum(np.where(np.isnan(stated), plan, stated), known_date)
    missed = np.where((runs > due) & (termination_deviate < termination_chance[:, None])[:, line], due, np.inf)
    out = np.full((len(runs), *line_serves.shape), np.inf)
    for part, (site, of_line) in enumerate(zip(place[phase], line, strict=True)):
        np.minimum(out[:, site, of_line], missed[:, part], out=out[:, site, of_line])
    return out


@quantity("d", "draw line")
def contract_terminated_date(contract_left_date: Array) -> Array:
    """Day on which the customer of a lease or contract first leaves a site for want of delivery; infinity where he does not.

    Axes: draw, line. Units: d.
    """
    return np.asarray(contract_left_date.min(axis=1))


@quantity("1", "draw line month", rises=True)
def contract_terminated(contract_terminated_date: Array, month_end: Array) -> Array:
    """1 where the customer of a lease or contract has left for want of delivery by the end of a month, 0 where not.

    Its mean over draws is the probability of termination. Axes: draw, line, month. Units: 1.
    """
    return np.asarray((contract_terminated_date[:, :, None] <= month_end).astype(np.float64))


@quantity("1", "draw line month", rises=True)
def contract_defaulted(contract_default_date: Array, month_end: Array) -> Array:
    """1 where nobody pays a lease or contract any more by the end of a month (customer and guarantor in default), 0 where not.

    Axes: draw, line, month. Units: 1.
    """
    return np.asarray((contract_default_date[:, :, None] <= month_end).astype(np.float64))
