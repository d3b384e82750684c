"""The tables of a plan of building: sites, buildings, money, what binds, what insisting costs, what can wait, what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.quantity.units import scale_of
from stargauge.report.locale import notation, say
from stargauge.report.plan.plan_facts import (
    assumption_text,
    fact_text,
    hangs_text,
    insist_name,
    insist_text,
    instead_text,
    kind_of_value,
)
from stargauge.report.plan.plan_opening import chance_text
from stargauge.report.plan.plan_words import (
    building_text,
    chip_text,
    chips_text,
    cooling_text,
    dates_text,
    eased_text,
    levels_text,
    limit_text,
    money_text,
    part_text,
    planned,
    power_text,
    relaxation_text,
    saves_text,
    start_text,
    step_text,
    target_text,
)
from stargauge.report.power.power_words import ASSUMED, Rows, value_of
from stargauge.report.wording import counted, day_text, figures, percent, show

Data = Mapping[str, Any]
#: Grams in a tonne: prices of CO2e are told by the tonne.
TONNE = 1e6


def promises(data: Data) -> Rows:
    """Each target: asked, promised, simulated, and the file as it stands."""
    rows = [
        (target_text(one), percent(one["asked"]), percent(one["promised"]), chance_text(one), percent(one["as_stated"]))
        for one in data["targets"]
    ]
    head = (say("Target"), say("Asked for"), say("Promised"), say("Simulated"), say("File as it stands"))
    note = say("Promised: on the draws that chose the plan. Simulated: on draws that it has not seen, with their standard error.")
    return Rows(say("The promise"), head, rows, note)


def sites(data: Data) -> Rows:
    """Each site: what feeds and cools it, how long that takes, chips, and how much is built."""
    rows = [
        (_name(one), _power(one), levels_text(one["power"]["wait"], "d") if one["power"] else "–", _cooling(one),
         chips_text(one["buildings"]), _built(one))
        for one in data["sites"]
    ]  # fmt: skip
    head = (say("Site"), say("Fed by"), say("Power after"), say("Cooling"), say("Chips"), say("Buildings"))
    note = say("Fed by: what may be drawn at the meter, as the file rates its buildings. Power after: days from the start of work, P50 "
               "(P10 to P90). PUE: power at the meter over that of the racks, in the mean of a year; buildings are sized for their peak, "
               "with a margin.")  # fmt: skip
    return Rows(say("Sites"), head, rows, note)


def _name(one: Data) -> str:
    return str(one["name"] or one["id"])


def _power(one: Data) -> str:
    made = one["power"]
    if not made:
        return "–"
    told = say("{source}, {capacity}", source=power_text(made["id"]), capacity=show(made["capacity"], made["unit"]))
    return say("{plant}, paid for in the price of energy", plant=told) if made.get("plant_paid") == "in the price of energy" else told


def _cooling(one: Data) -> str:
    made = one["cooling"]
    if not made:
        return "–"
    water = show(made["water"], made["unit"]) if made["water"] is not None else "–"
    told = {"design": cooling_text(made["id"]), "pue": figures(made["pue"]), "water": water}
    if made.get("ratio") is None:
        return say("{design}, PUE {pue}, {water}", **told)
    return say("{design}, PUE {pue} (sized for {ratio}), {water}", ratio=figures(made["ratio"]), **told)


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
        rows += [
            (name, building_text(one), "–", say("under way"), "–", dates_text(one["operational"]), "–", show(one["it_power"], "W"), "–")
            for one in site["under_way"]
        ]
        rows += [
            (name, building_text(one), chip_text(one["chip"]), start_text(one), _latest(one), dates_text(one["operational"]),
             in_time_text(one), show(one["it_power"], "W"), money_text(one["cost"]))
            for one in site["buildings"]
        ]  # fmt: skip
    head = (say("Site"), say("Building"), say("Chip"), say("Work begins"), say("At the latest"), say("Runs"), say("In time"),
            say("IT power"), say("Cost"))  # fmt: skip
    note = say("Runs: P50, with P10 to P90; never: in that draw not at all. In time: share of the draws in which it runs by {days}. At the "
               "latest: all else kept. Cost: present value.", days=asked_days(data))  # fmt: skip
    return Rows(say("Buildings"), head, rows, note)


def in_time_text(one: Data) -> str:
    """In what share of the draws a building runs by the day of each target, each once."""
    return ", ".join(dict.fromkeys(percent(share) for share in (one.get("in_time") or {}).values())) or "–"


def asked_days(data: Data) -> str:
    """The days of the targets."""
    return ", ".join(dict.fromkeys(day_text(one["by"]) for one in data["targets"]))


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
    """What each day and probability costs, the plan among them; where nothing was found, the most that was."""
    rows = [
        (day_text(one["by"]), percent(one["probability"]), money_text(one["capital"]), money_text(one["cost"]), _tonnes(one),
         _note(data, one))
        for one in data["frontier"]
    ]  # fmt: skip
    head = (say("By the day"), say("With"), say("Capital"), say("Present value"), say("CO2e"), say("Note"))
    note = say("The cheapest plan found for each day and probability. More time, or less probability, never costs more.")
    return Rows(say("Cost against time"), head, rows, note)


def _note(data: Data, one: Data) -> str:
    """Which row is the plan; where there is none, whether that is proven, and the most that was found."""
    if one["asked"] and planned(data):
        return say("this plan")
    if one["possible"]:
        return ""
    why = say("not possible") if one["proven"] else say("none found")
    return why if one["most"] is None else say("{why}; {share} at most", why=why, share=percent(one["most"]))


def _tonnes(one: Data) -> str:
    return "–" if one["emissions"] is None else show(one["emissions"], "g")


def emissions(data: Data) -> Rows:
    """What less CO2e costs: plans for the same target by a price on CO2e."""
    rows = [
        (carbon_price_text(one), _tonnes(one), money_text(one["capital"]), money_text(one["cost"]), say("this plan") if one["plan"] else "")
        for one in traded(data)
    ]
    head = (say("Price of CO2e"), say("CO2e"), say("Capital"), say("Present value"), say("Note"))
    note = say("The cheapest plan found for what is asked at each price of CO2e, which is not in the present value.")
    return Rows(say("Cost against emissions"), head, rows, note)


def traded(data: Data) -> list[Data]:
    """Plans that trade cost against CO2e, this one among them."""
    rows, cost = list(data["frontier_emissions"]), data["cost"]
    if any(one["plan"] for one in rows) or not cost or cost.get("emissions") is None:
        return rows
    mine = {"carbon_price": 0.0, "cost": cost["total"], "capital": cost["capital"], "emissions": cost["emissions"], "plan": True}
    return sorted([mine, *rows], key=lambda one: -one["emissions"])


def carbon_price_text(one: Data) -> str:
    """The price of CO2e for which a plan is the best; words at the ends."""
    price = one["carbon_price"]
    if price is None:
        return say("least CO2e")
    return say("{price} USD/t", price=figures(price * TONNE)) if price else say("none")


def cost(data: Data) -> Rows:
    """Of what the cost is made."""
    made = data["cost"]
    rows = [(cost_part(one["name"], made), money_text(one["value"], made["unit"])) for one in made["parts"] if one["value"]]
    rows.append((say("present value"), money_text(made["total"], made["unit"])))
    note = say("What is spent until {day} on what is decided, discounted, in prices of {year}.", day=day_text(made["until"]),
               year=made["price_year"])  # fmt: skip
    if made["capital_per_power"]:
        note += " " + say("Not discounted, the capital is {capital}, {each} of {base} power.", base=made["base"],
                          capital=money_text(made["capital"], made["unit"]),
                          each=show(made["capital_per_power"], f"{made['unit']}/W"))  # fmt: skip
    return Rows(say("What it costs"), (say("Part"), say("Cost")), rows, note)


def cost_part(name: str, made: Data) -> str:
    """A part of the cost in words."""
    names = {
        "construction": say("buildings"), "generation": say("plants for power"), "equipment": say("chips and equipment"),
        "energy": say("energy"), "upkeep": say("upkeep"), "staff": say("staff"), "carbon price": say("the price asked for CO2e"),
        "worth at the end": say("less what all of it is still worth after {day}", day=day_text(made["until"])),
    }  # fmt: skip
    return names.get(name, name.replace("_", " "))


def binding(data: Data) -> Rows:
    """What holds the plan back, and what a little more of it would save."""
    rows = [(limit_text(one), step_text(one), saves_text(one)) for one in data["binding"]]
    head = (say("What gives way"), say("By how much"), say("That saves"))
    return Rows(say("What binds, and its price"), head, rows, say("Saved: of the present value, with all else kept as asked."))


def insist(data: Data) -> Rows:
    """What it costs to insist on a part of the announcement, and what comes of it."""
    rows = [(insist_name(one), insist_text(one), instead_text(one)) for one in data["insist"]]
    head = (say("Insisting on"), say("Costs"), say("What comes of it"))
    return Rows(say("What insisting costs"), head, rows, say("Costs: present value above that of the plan."))


def waiting(data: Data) -> Rows:
    """Which starts can wait until when, and what for."""
    rows = [
        (str(one["building"]).replace("/", ", "), day_text(str(one["start"])[:7]),
         day_text(str(one["latest"])[:7]) if one["latest"] else "–", until_text(one))
        for one in data["waiting"]["decisions"]
    ]  # fmt: skip
    head = (say("Building"), say("Work begins"), say("At the latest"), say("Until what is known"))
    note = say("At the latest: all else as planned and every target kept. A start can wait until a fact is known that is there before it; "
               "worth: what deciding then saves against deciding now.")  # fmt: skip
    return Rows(say("What can wait"), head, rows, note)


def until_text(one: Data) -> str:
    """Until which fact a start can wait, and what that is worth; else what ends the waiting."""
    if until := one["until"]:
        told = say("{fact} ({day})", fact=fact_text(until), day=day_text(str(until["known_by"])[:7]))
        return say("{fact}: worth {money}", fact=told, money=money_text(until["worth"], until["unit"])) if until["worth"] else told
    return say("hangs on: {facts}", facts=", ".join(map(hangs_text, one["hangs_on"]))) if one["hangs_on"] else "–"


def information(data: Data) -> Rows:
    """What knowing a fact is worth: now, before anything is begun, and on the day on which it shows itself."""
    made = data["waiting"]
    rows = [
        (fact_text(one), day_text(str(one["known_by"])[:7]) if one["known_by"] else say("after the clock"),
         money_text(one["worth_now"], one["unit"]), money_text(one["worth_later"], one["unit"]) if one["worth_later"] else say("nothing"))
        for one in made["information"] if one["worth_now"]
    ]  # fmt: skip
    note = [say("Known now: before anything is begun. Then: on the day on which it shows itself; what begins before is the same whatever "
                "it will be. Saved in the mean of the draws, every target kept as often.")] if rows else []  # fmt: skip
    if (ceiling := made.get("ceiling")) and ceiling["worth"]:
        note.append(say("To know everything at once now: {money}.", money=money_text(ceiling["worth"], ceiling["unit"])))
    if ceiling and ceiling["worth"] is None:
        note.append(say("What knowing is worth cannot be told here: no order looked at keeps what is asked in both halves of the draws."))
    elif nothing := [one for one in made["information"] if not one["worth_now"]]:
        count = figures(len(nothing))
        note.append(say("To know any other of the facts that were looked at is worth nothing: {count}.", count=count) if rows
                    else say("None of the facts that were looked at is worth knowing: {count}.", count=count))  # fmt: skip
    head = (say("Fact"), say("Shows itself"), say("Known now saves"), say("Then saves"))
    return Rows(say("What knowing is worth"), head, rows, " ".join(note))


def delays(data: Data) -> Rows | None:
    """What it costs if no work begins for some months; nothing where that was not looked at."""
    rows = [(counted(int(one["months"]), "month"), _dearer(one)) for one in data["waiting"].get("delays") or []]
    return Rows(say("What waiting with everything costs"), (say("No work begins for"), say("Costs")), rows) if rows else None


def _dearer(one: Data) -> str:
    if not one["possible"]:
        return say("not possible")
    return say("{more} more", more=money_text(one["difference"])) if one["difference"] else say("nothing")


def together(data: Data) -> list[str]:
    """What would do if all gave way at once, each as little as can be."""
    return [relaxation_text(one) for one in data["conflict"].get("together") or []]


def smallest(data: Data) -> list[str]:
    """The smallest set that cannot be kept together, each in words."""
    return [part_text(one) for one in data["conflict"]["smallest"]]


def relaxations(data: Data) -> Rows:
    """What alone would do if it gave way, and what the plan costs then."""
    rows = [(eased_text(one), money_text(one.get("cost"))) for one in data["conflict"]["relaxations"]]
    return Rows(say("What would do if it gave way"), (say("Any one of these"), say("Present value then")), rows)


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
