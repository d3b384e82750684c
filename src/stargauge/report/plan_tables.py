"""The tables of a plan of building: sites, buildings, money, what binds, what insisting costs, what can wait, what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.quantity.units import scale_of
from stargauge.report.locale import notation, say
from stargauge.report.plan_facts import assumption_text, fact_text, insist_name, insist_text, instead_text, kind_of_value
from stargauge.report.plan_words import (
    amount_text,
    building_text,
    chip_text,
    chips_text,
    cooling_text,
    dates_text,
    levels_text,
    limit_text,
    money_text,
    part_text,
    planned,
    power_text,
    price_text,
    relaxation_text,
    target_text,
    told,
)
from stargauge.report.power_words import ASSUMED, Rows, value_of
from stargauge.report.wording import counted, day_text, figures, percent, show

Data = Mapping[str, Any]


def promises(data: Data) -> Rows:
    """Each target: asked, promised, simulated, and the file as it stands."""
    rows = [
        (target_text(one), percent(one["asked"]), percent(one["promised"]), _simulated(one), percent(one["as_stated"]))
        for one in data["targets"]
    ]
    head = (say("Target"), say("Asked for"), say("Promised"), say("Simulated"), say("File as it stands"))
    note = say("Promised: on the draws that chose the plan. Simulated: on draws that it has not seen, with their standard error.")
    return Rows(say("The promise"), head, rows, note)


def _simulated(one: Data) -> str:
    if one["simulated"] is None or one["error"] is None:
        return percent(one["simulated"])
    return f"{percent(one['simulated'])} ± {figures(round(100.0 * one['error'], 1))}"


def sites(data: Data) -> Rows:
    """Each site: what feeds and cools it, how long that takes, chips, and how much is built."""
    rows = [
        (_name(one), _power(one), levels_text(one["power"]["wait"], "d") if one["power"] else "–", _cooling(one),
         chips_text(one["buildings"]), _built(one))
        for one in data["sites"]
    ]  # fmt: skip
    head = (say("Site"), say("Fed by"), say("Wait for it"), say("Cooling"), say("Chips"), say("Buildings"))
    note = say("Power is facility power, at the meter. Wait: P50, with P10 to P90. Water is that of a kilowatt-hour of the racks.")
    return Rows(say("Sites"), head, rows, note)


def _name(one: Data) -> str:
    return str(one["name"] or one["id"])


def _power(one: Data) -> str:
    made = one["power"]
    return say("{source}, {capacity}", source=power_text(made["id"]), capacity=show(made["capacity"], made["unit"])) if made else "–"


def _cooling(one: Data) -> str:
    made = one["cooling"]
    if not made:
        return "–"
    water = show(made["water"], made["unit"]) if made["water"] is not None else "–"
    return say("{design}, PUE {pue}, {water}", design=cooling_text(made["id"]), pue=figures(made["pue"]), water=water)


def _built(one: Data) -> str:
    """How many are built, under way, and left out."""
    parts = [counted(len(one["buildings"]), "building")] if one["buildings"] else []
    further = [building for building in one["buildings"] if building["further"]]
    parts += [say("of them further: {count}", count=len(further))] if further else []
    parts += [say("under way: {count}", count=len(one["under_way"]))] if one["under_way"] else []
    parts += [say("not built: {count}", count=len(one["not_built"]))] if one["not_built"] else []
    return "; ".join(parts) or "–"


def buildings(data: Data) -> Rows:
    """The twin of the chart of buildings: what is under way, and what is decided."""
    rows: list[tuple[str, ...]] = []
    for site in data["sites"]:
        name = _name(site)
        rows += [(name, building_text(one), "–", say("under way"), "–", dates_text(one["operational"]), show(one["it_power"], "W"), "–")
                 for one in site["under_way"]]  # fmt: skip
        rows += [
            (name, building_text(one), chip_text(one["chip"]), day_text(one["start"]), _latest(one), dates_text(one["operational"]),
             show(one["it_power"], "W"), money_text(one["cost"]))
            for one in site["buildings"]
        ]  # fmt: skip
    head = (say("Site"), say("Building"), say("Chip"), say("Work begins"), say("At the latest"), say("Runs"), say("IT power"), say("Cost"))
    return Rows(say("Buildings"), head, rows, say("Runs: P50, with P10 to P90. At the latest: all else kept."))


def _latest(one: Data) -> str:
    if not one["latest"]:
        return "–"
    if not one["slack"]:
        return day_text(one["latest"])
    return say("{day} ({months} later)", day=day_text(one["latest"]), months=counted(int(one["slack"]), "month"))


def capacity(data: Data) -> Rows:
    """Capacity by month, with the plan and as the file stands."""
    made = data["capacity"]
    stated = made["as_stated"]
    factor, unit = scale_of(top_of(made), made["unit"])
    rows = [
        (day_text(month[:7]), _of(made if planned(data) else None, place, factor), _of(stated, place, factor))
        for place, month in enumerate(map(str, made["months"]))
    ]
    head = (say("Month"), say("Plan, {unit}", unit=notation().unit(unit)), say("File as it stands, {unit}", unit=notation().unit(unit)))
    return Rows(say("Capacity"), head, rows)


def top_of(made: Data) -> float:
    """The largest capacity shown."""
    stated = made["as_stated"] or {}
    return float(max((*made["p90"], *(stated.get("p90") or ())), default=0.0)) or 1.0


def _of(levels: Data | None, place: int, factor: float) -> str:
    if not levels:
        return "–"
    low, middle, high = (figures(levels[name][place] / factor) for name in ("p10", "p50", "p90"))
    return middle if low == high else say("{middle} ({low} to {high})", low=low, middle=middle, high=high)


def frontier(data: Data) -> Rows:
    """What each day and probability costs, the plan among them, and where nothing can be had: by day, then by probability as measured."""
    told = planned(data)  # what is asked is the plan then, and told as it was promised
    points = [(str(one["by"]), one["probability"], money_text(one["cost"]) if one["possible"] else _why_none(one),
               say("asked") if one["asked"] else "") for one in data["frontier"] if not (told and one["asked"])]  # fmt: skip
    if told:
        target, cost = data["targets"][0], data["cost"]
        points.append((str(target["by"]), target["promised"], money_text(cost["total"], cost["unit"]), say("this plan")))
    rows = [(day_text(by), percent(odds), shown, note) for by, odds, shown, note in sorted(points, key=lambda one: one[:2])]
    note = say("With: the probability, as measured, of the cheapest plan found for the row; where there is none, the one asked for. "
               "Cost: present value.")  # fmt: skip
    return Rows(say("Cost against time"), (say("By the day"), say("With"), say("Cost"), say("Note")), rows, note)


def _why_none(one: Data) -> str:
    """That something cannot be had; where that is not proven, only that no plan was found."""
    return say("not possible") if one.get("proven", True) else say("none found")


def money(data: Data) -> Rows | None:
    """Who brings what in which year, and below it what is left to it by then as far as that is known."""
    made = data["money"]
    if not made or not made["years"]:
        return None
    factor, unit = scale_of(max(made["capital"], default=0.0), made["unit"])
    rows: list[tuple[str, ...]] = [
        (say("All that is built"), *_sums(made["capital"], factor), "–"), (say("Lenders"), *_sums(made["lenders"], factor), "–"),
    ]  # fmt: skip
    for one in made["parties"]:
        rows.append((str(one["name"]), *_sums(one["funds"], factor), percent(one["share"])))
        if one["knowable"]:
            rows.append((say("{party}: asked of it so far", party=one["name"]), *_sums(one["funds_so_far"], factor), "–"))
            rows.append((say("{party}: left to it by then", party=one["name"]), *_sums(one["available"], factor), "–"))
    if any(made.get("nobody") or ()):
        rows.append((say("Nobody"), *_sums(made["nobody"], factor), "–"))
    note = [
        say("In {unit} of the day, by the year in which it is spent; what is left to a party is all it has until the end of that year.",
            unit=notation().unit(unit))
    ]  # fmt: skip
    if made.get("limited") is False and any(one["knowable"] for one in made["parties"]):
        note.append(say("No means were asked to be kept: a party may be asked for more than is left to it."))
    if unknown := [str(one["name"]) for one in made["parties"] if not one["knowable"]]:
        note.append(say("Not knowable, as no accounts are published: what {names} can bring.", names=", ".join(unknown)))
    return Rows(say("Money"), (say("Who"), *map(str, made["years"]), say("Share")), rows, " ".join(note))


def spent(data: Data) -> Rows:
    """The twin of the chart of money: by year all that is built, and what lenders give of it."""
    made = data["money"]
    factor, unit = scale_of(max(made["capital"], default=0.0), made["unit"])
    rows = [
        (str(year), _sum(made["capital"][place], factor), _sum(made["lenders"][place], factor)) for place, year in enumerate(made["years"])
    ]
    head = (say("Year"), say("All that is built, {unit}", unit=notation().unit(unit)), say("Lenders, {unit}", unit=notation().unit(unit)))
    return Rows(say("Money"), head, rows)


def _sums(values: Sequence[Any], factor: float) -> list[str]:
    return [_sum(value, factor) for value in values]


def _sum(value: Any, factor: float) -> str:
    return "–" if value is None else figures(float(value) / factor)


def cost(data: Data) -> Rows:
    """Of what the cost is made."""
    made = data["cost"]
    rows = [(cost_part(one["name"]), money_text(one["value"], made["unit"])) for one in made["parts"]]
    note = say("Present value of all until {day}, less what is still worth something then, in prices of {year}.",
               day=day_text(made["until"]), year=made["price_year"])  # fmt: skip
    if made["capital_per_power"]:
        note += " " + say("Capital: {capital}, {each} of {base} power.", capital=money_text(made["capital"], made["unit"]),
                          each=show(made["capital_per_power"], f"{made['unit']}/W"), base=made["base"])  # fmt: skip
    return Rows(say("What it costs"), (say("Part"), say("Cost")), rows, note)


def cost_part(name: str) -> str:
    """A part of the cost in words."""
    names = {
        "construction": say("buildings"), "generation": say("plants for power"), "equipment": say("chips and equipment"),
        "energy": say("energy"), "upkeep": say("upkeep"), "staff": say("staff"),
        "worth at the end": say("less what is still worth something"),
    }  # fmt: skip
    return names.get(name, name.replace("_", " "))


def binding(data: Data) -> Rows:
    """What holds the plan back, and what a little more of it would save."""
    rows = [(limit_text(one), money_text(one["price"], one["unit"]), told(one, price_text(one))) for one in data["binding"]]
    return Rows(say("What binds, and its price"), (say("Limit"), say("Saves"), say("In words")), rows)


def insist(data: Data) -> Rows:
    """What it costs to insist on a part of the announcement, and what would be had instead."""
    rows = [(insist_name(one), insist_text(one), instead_text(one["instead"])) for one in data["insist"]]
    return Rows(say("What insisting costs"), (say("Insisting on"), say("Costs"), say("Instead")), rows)


def waiting(data: Data) -> Rows:
    """Which starts can wait until when, and the facts on which that hangs."""
    rows = [
        (str(one["building"]).replace("/", ", "), day_text(one["start"]), day_text(one["latest"]) if one["latest"] else "–",
         ", ".join(map(fact_text, one["hangs_on"])) or "–")
        for one in data["waiting"]["decisions"]
    ]  # fmt: skip
    return Rows(say("What can wait"), (say("Building"), say("Work begins"), say("At the latest"), say("Hangs on")), rows)


def information(data: Data) -> Rows:
    """What knowing a fact before deciding would be worth."""
    rows = [
        (fact_text(one["fact"]), money_text(one["worth"], one["unit"]), day_text(one["known_by"]) if one["known_by"] else "–")
        for one in data["waiting"]["information"]
    ]
    note = say("Worth: by how much the plan would be cheaper if this were known before work begins, every target kept as often as now.")
    return Rows(say("What knowing beforehand is worth"), (say("Fact"), say("Worth"), say("Known by")), rows, note)


def delays(data: Data) -> Rows | None:
    """What it costs if no work begins for some months; nothing where that was not looked at."""
    rows = [(counted(int(one["months"]), "month"), _dearer(one)) for one in data["waiting"].get("delays") or []]
    return Rows(say("What waiting with everything costs"), (say("No work begins for"), say("Costs")), rows) if rows else None


def _dearer(one: Data) -> str:
    return say("{more} more", more=money_text(one["difference"])) if one["possible"] else say("not possible")


def together(data: Data) -> list[str]:
    """What would do if all gave way at once, each as little as can be."""
    return [relaxation_text(one) for one in data["conflict"].get("together") or []]


def smallest(data: Data) -> list[str]:
    """The smallest set that cannot be kept together, each in words."""
    return [part_text(one) for one in data["conflict"]["smallest"]]


def relaxations(data: Data) -> Rows:
    """What alone would do if it gave way."""
    rows = [
        (limit_text(one), amount_text(one["from"], str(one["unit"] or "1")), amount_text(one["to"], str(one["unit"] or "1")))
        for one in data["conflict"]["relaxations"]
    ]  # fmt: skip
    return Rows(say("What would do if it gave way"), (say("What"), say("Asked for"), say("Would do")), rows)


def assumptions(data: Data) -> Rows:
    """What the plan rests on: value, source and grade; what has no source says that it is assumed."""
    rows = [
        (assumption_text(str(one["name"])), value_of(one), kind_of_value(str(one["kind"])),
         _source(one), str(one["note"] or ""))
        for one in data["assumptions"]
    ]  # fmt: skip
    return Rows(say("What it rests on"), (say("What"), say("Value"), say("Kind"), say("Source"), say("Note")), rows)


def _source(one: Data) -> str:
    source = str(one["source"] or "")
    if one["kind"] == "computed" and not source:
        return say("computed by the model")
    named = say("assumption") if source in ("", ASSUMED) else source
    return f"{named} ({one['grade']})" if one["grade"] else named
