"""The numbers of a plan beside its dates: what it costs and of what, how it was found, power and cooling of each site, what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.plan.build_order.case.case import BuildCase, BuildOrder, Choice, value_of
from stargauge.plan.build_order.case.choices import FILE, GAS_POWERS
from stargauge.plan.build_order.case.cooling import SiteCooling
from stargauge.plan.build_order.case.prepare import Prepared
from stargauge.plan.build_order.told.said import IN_WORDS
from stargauge.programme.known import Known

Array = NDArray[np.float64]
Data = dict[str, Any]

#: How the plant of a power is paid: as capital, or in the price of its energy (a contract, a rent).
_PAID = {**dict.fromkeys(GAS_POWERS, "capital"), **dict.fromkeys(("fuel-cell", "bridge"), "in the price of energy")}


def method_data(case: BuildCase, order: BuildOrder, rounds: int, program: BuildOrder | None = None) -> Data:
    """How the plan was found: its value, how far it is above the bound of the program in which no queue holds anything up, asked for the
    same, which is an optimistic case, and what was counted on the way.

    `program`: how that was solved: its value, proven bound, the gap between these, and what ended its work before, if anything did.
    """
    steps = dict(order.steps)
    return {
        "value": order.value, "bound": order.bound, "gap": _gap(order), "options": int(case.allowed.sum()),
        "columns": int(steps.get("columns", 0)), "rounds": rounds, "programs": int(steps.get("programs", 0)),
        "program": None if program is None else {
            "value": program.value, "bound": program.bound, "gap": _gap(program),
            "ended": [name for name in ("work limit reached", "time limit reached") if name in dict(program.steps)],
        },
    }  # fmt: skip


def _gap(order: BuildOrder) -> float:
    """How far an order is above its bound, as a share of its value."""
    return (order.value - order.bound) / max(abs(order.value), 1.0)


def cost_data(prepared: Prepared, order: BuildOrder, now: Known) -> Data:
    """Present value in all and by part, USD of the price year, capital, not discounted, in all and per W of IT power, and g CO2e.

    `without_residual`: the present value with nothing taken off for what is still worth something at the end; `left`: how much that is of
    each part. `as_filed`: what the programme as it stands comes to, also where no site may be left as it is.
    """
    case = prepared.case
    comes_to = _comes_to(prepared, order.chosen)
    left = {name: value_of(case, order.chosen, made) for name, made in prepared.costs.left.items()}
    power = sum(case.buildings[one.building].it_power for one in order.chosen)
    return {
        **comes_to, "without_residual": comes_to["total"] + sum(left.values()), "unit": "USD", "price_year": now.programme.price_year,
        "until": str(now.months[-1]),
        "parts": [
            {"name": name, "value": value_of(case, order.chosen, made), "left": left.get(name, 0.0)}
            for name, made in prepared.costs.parts.items()
        ],
        "capital_per_power": comes_to["capital"] / power if power else None, "base": "IT",
        "as_filed": prepared.stands._asdict() if prepared.stands else None,
    }  # fmt: skip


def _comes_to(prepared: Prepared, chosen: tuple[Choice, ...]) -> dict[str, float]:
    uses = prepared.uses
    return {
        "total": value_of(prepared.case, chosen), "capital": float(sum(uses.capital[one].sum() for one in chosen)),
        "emissions": value_of(prepared.case, chosen, uses.emissions),
    }  # fmt: skip


def building_costs(case: BuildCase, chosen: Sequence[Choice]) -> dict[str, float]:
    """Present value by building, USD."""
    return {case.buildings[one.building].id: float(case.cost[one]) for one in chosen}


def site_data(prepared: Prepared, order: BuildOrder, cooling: Sequence[SiteCooling]) -> dict[str, Data]:
    """Power, with its size and the wait for it, and cooling of each site on which something is built."""
    case, designs = prepared.case, {one.site: one for one in cooling}
    out: dict[str, Data] = {}
    for site, places in enumerate(case.by_site):
        here = [one for one in order.chosen if one.building in places]
        if not here:
            continue
        name, power = case.sites[site], case.powers[here[0].power]
        wait = prepared.waits.get((name, power))
        out[name] = {
            "power": {
                "id": power, "text": IN_WORDS[power], "capacity": sum(case.buildings[one.building].facility_power for one in here),
                "unit": "W", "base": "facility", "wait": dict(wait._asdict()) if wait else None,
                "kind": "stated" if power in ("stated", FILE) else "designed", "plant_paid": _PAID.get(power),
            },
            "cooling": _cooling(designs[name], prepared, here) if name in designs and power != FILE else None,
        }  # fmt: skip
    return out


def _cooling(made: SiteCooling, prepared: Prepared, here: Sequence[Choice]) -> Data:
    """A design with its yearly PUE, and the ratio of facility to IT power by which the buildings are sized: peak and margin, as stated."""
    buildings = [prepared.case.buildings[one.building] for one in here]
    ratio = sum(one.facility_power for one in buildings) / sum(one.it_power for one in buildings)
    return {"id": made.id, "pue": made.chosen.pue, "ratio": ratio, "water": made.chosen.wue, "unit": "L/Wh", "kind": made.kind}


def assumptions(prepared: Prepared) -> list[Data]:
    """The numbers that the plan rests on, each once: name, value, unit, what kind, from where, how good."""
    rows = {(one.of, one.what): one for one in prepared.basis}
    return [
        {"name": f"{one.of}: {one.what}", "value": one.value, "unit": one.unit, "kind": one.kind, "source": one.source, "grade": one.grade,
         "note": one.note}
        for one in rows.values()
    ]  # fmt: skip


def fastest(prepared: Prepared) -> tuple[Choice, ...]:
    """Everything as early as it can be: at each site the power that is there soonest, the newest accelerators, start after start."""
    case, out = prepared.case, list[Choice]()
    span = np.nanmedian(np.where(np.isnan(prepared.all_worlds.span), np.inf, prepared.all_worlds.span), axis=0)  # (building, power)
    for site, places in enumerate(case.by_site):
        if not places:
            continue
        carried = case.allowed[list(places)].any(axis=(2, 3)).sum(axis=0)
        power = min(range(len(case.powers)), key=lambda one, at=places[0], most=carried: (-int(most[one]), span[at, one]))  # type: ignore[misc]
        earliest, gap = 0, case.spacing[site] if case.spacing else 0
        for building in places:
            options = [(start, -chip) for chip, start in np.argwhere(case.allowed[building, power]) if start >= earliest]
            if not options:
                break
            start, chip = min(options)
            out.append(Choice(building, power, -chip, int(start)))
            earliest = int(start) + gap
    return tuple(out)
