"""Money of a plan of building as tables: who brings what in which year, of how much that it has, and what lenders give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.quantity.units import scale_of
from stargauge.report.locale import notation, say
from stargauge.report.plan.plan_words import money_text
from stargauge.report.power.power_words import Rows
from stargauge.report.wording import figures, percent

Data = Mapping[str, Any]


def money(data: Data, most: int | None = None) -> Rows | None:
    """Who brings what in which year, of the first so many, what each has for it in all, and who would have to find more."""
    made = data["money"]
    if not made or not made["years"]:
        return None
    factor, unit = scale_of(max(made["capital"], default=0.0), made["unit"])

    def row(name: str, values: Sequence[Any], *means: str) -> tuple[str, ...]:
        return (name, *(_sum(value, factor) for value in values[:most]), *means)

    def whole(name: str, key: str) -> tuple[str, ...]:
        return row(name, made[key], _sum(made["in_all"][key], factor), "–", "–")

    rows = [whole(say("All that is built"), "capital"), whole(say("Lenders"), "lenders")]
    rows += [row(str(one["name"]), one["funds"], *means_text(one, factor)) for one in made["parties"]]
    rows += [whole(say("Nobody"), "nobody")] if any(made.get("nobody") or ()) else []
    head = (say("Who"), *map(str, made["years"][:most]), say("In all"), say("Has for it"), say("Lacks"))
    return Rows(say("Money"), head, rows, money_note(data, unit))


def lenders(data: Data) -> Rows | None:
    """What lenders give of the buildings of each site, and the most that they would."""
    made = data["money"]
    if not made or not made.get("sites"):
        return None
    rows = [
        (str(one["site"]), money_text(one["capital"], made["unit"]), money_text(one["lenders"], made["unit"]), percent(one["loan_to_cost"]),
         percent(one["most"]), say(str(one["limit"])))
        for one in made["sites"]
    ]  # fmt: skip
    head = (say("Site"), say("Buildings"), say("Lenders"), say("Share"), say("At most"), say("Limit"))
    return Rows(say("What lenders give"), head, rows)


def means_text(one: Data, factor: float) -> tuple[str, str, str]:
    """What is asked of a party in all, what it has for it until the end of the last year, and what it lacks."""
    asked = _sum(one["funds_so_far"][-1] if one["funds_so_far"] else None, factor)
    if not one["knowable"] or not one["available"]:
        return asked, say("not known"), "–"
    lacks = say("{money} by {year}", money=_sum(one["over"], factor), year=one["over_by"]) if one.get("over") else "–"
    return asked, _sum(one["available"][-1], factor), lacks


def money_note(data: Data, unit: str) -> str:
    """What the columns of money mean."""
    made = data["money"]
    note = [say("In {unit} of the day, by the year in which it is spent.", unit=notation().unit(unit))]
    note += [_means_note(made)] if any(one["knowable"] for one in made["parties"]) else []
    if unknown := [str(one["name"]) for one in made["parties"] if not one["knowable"]]:
        note.append(say("Not known, as no accounts are published: what {names} can bring.", names=", ".join(unknown)))
    return " ".join(note)


def means_kind(made: Data) -> str:
    """What the means of a party are, by their kind."""
    kinds = {"cash": say("its cash"), "committed": say("its cash and what is committed to it"), "announced": say("what is announced"),
             "financeable": say("its cash and what it can borrow"),
             "liquidity": say("its cash and what it can borrow, as long as its cash lasts")}  # fmt: skip
    return kinds.get(str(made.get("means")), str(made.get("means") or ""))


def _means_note(made: Data) -> str:
    """What a party has, by which means, and whether it had to keep within that."""
    kind = means_kind(made)
    if made.get("limited"):
        return say("Has for it: {means}, less what is taken by what is under way; each party keeps within that.", means=kind)
    return say("Has for it: {means}, less what is taken by what is under way. It was not asked to keep within that; lacks: what it would "
               "have to find beyond it.", means=kind)  # fmt: skip


def spent(data: Data) -> Rows:
    """The twin of the chart of money: by year all that is built, and what lenders give of it."""
    made = data["money"]
    factor, unit = scale_of(max(made["capital"], default=0.0), made["unit"])
    rows = [
        (str(year), _sum(made["capital"][place], factor), _sum(made["lenders"][place], factor)) for place, year in enumerate(made["years"])
    ]
    head = (say("Year"), say("All that is built, {unit}", unit=notation().unit(unit)), say("Lenders, {unit}", unit=notation().unit(unit)))
    return Rows(say("Money"), head, rows)


def _sum(value: Any, factor: float) -> str:
    return "–" if value is None else figures(float(value) / factor)
