"""Names, amounts and sentences of a plan of building that its terminal text, its page and its charts share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.quantity import units
from stargauge.quantity.units import parse_number
from stargauge.report.locale import notation, say
from stargauge.report.wording import chip_name, counted, day_text, percent, show

Data = Mapping[str, Any]
#: A comparison in the claim language: its quantity and its labels; and what a short form calls a quantity.
_ADDRESS = re.compile(r"\s*([a-z0-9_]+)(?:\[([^\]]*)\])?\s*[<>=]")
_WHOLE = re.compile(r".+ >= (.+) by (\d{4}-\d\d-\d\d)")
_BASES = {"IT": "power_it", "H100e": "compute_h100e"}
#: A gap to the bound below this is told as none.
_NONE = 5e-4


def sentence(data: Data) -> str:
    """The answer in one sentence: what is asked, whether it can be had, and for what."""
    if data["status"] == "nothing to decide":
        return say(
            "There is nothing to decide: work on all that is known of {name} has begun or was given up. "
            "{targets} as the file stands: {stated}.",
            name=name_of(data), targets=targets_text(data), stated=shares_text(data, "as_stated"),
        )  # fmt: skip
    asked = say("{targets} with {share}", targets=targets_text(data), share=asked_text(data))
    if data["status"] == "impossible":
        return say("{asked}: no, {why}.", asked=asked, why=_why_not(data))
    return (f"{_not_as_announced(data)}; " if data["conflict"] else "") + _had(data, asked)


def _had(data: Data, asked: str) -> str:
    """That what is asked can be had, or how nearly."""
    if not built_sites(data):
        if data["kept"]:
            return say("{asked}: yes, with what is under way alone.", asked=asked)
        return say("{asked}: not quite, {share} with what is under way alone.", asked=asked, share=shares_text(data, "simulated"))
    cost, sites = _cost_for(data), counted(len(built_sites(data)), "site")
    if data["kept"]:
        return say("{asked}: yes, for {cost} at {sites}.", asked=asked, cost=cost, sites=sites)
    return say("{asked}: not quite, {share} for {cost} at {sites}.", asked=asked, share=shares_text(data, "simulated"), cost=cost,
               sites=sites)  # fmt: skip


def _not_as_announced(data: Data) -> str:
    """That the announcement cannot be had, and by which day, where a plan was made for a later one."""
    targets = [str(one["name"]) for one in data["conflict"]["smallest"] if one["kind"] == "target"]
    found = re.search(r" by (\d{4}-\d\d-\d\d)$", targets[0]) if targets else None
    return say("Not by {day} as announced", day=day_text(found[1])) if found else say("Not as announced")


def planned(data: Data) -> bool:
    """Whether there is a plan: where the announcement cannot be had, one may be made for a later day."""
    return bool(data["status"] == "planned")


def name_of(data: Data) -> str:
    """What the programme is called."""
    return str(data["programme"]["name"])


def built_sites(data: Data) -> list[Data]:
    """The sites where something is to be built."""
    return [one for one in data["sites"] if one["buildings"]]


def _cost_for(data: Data) -> str:
    """What it costs, with what was looked for."""
    cost = cost_text(data)
    told = {
        "capacity": say("{cost}, the most that was found,", cost=cost), "emissions": say("{cost}, with the least CO2e,", cost=cost),
        "wait": say("{cost}, with work begun as late as can be,", cost=cost),
    }  # fmt: skip
    return told.get(data["goal"], cost)


def cost_text(data: Data) -> str:
    """What the plan costs: its capital with the price year, `312 bn USD of capital (prices of 2025, not discounted)`."""
    made = data["cost"]
    return say("{cost} of capital (prices of {year}, not discounted)", cost=show(made["capital"], made["unit"]), year=made["price_year"])


def _why_not(data: Data) -> str:
    conflict = data["conflict"]
    if not conflict or len(conflict["smallest"]) < 2:
        return say("nothing that may be built keeps it") if not_proven(data) == "" else say("no plan was found that keeps it")
    return say("these cannot be kept together: {parts}", parts="; ".join(part_text(one) for one in conflict["smallest"]))


def ways_out(data: Data) -> list[str]:
    """What would do if it gave way, each by itself and then all at once, where there is no plan."""
    conflict = data["conflict"]
    if data["status"] != "impossible" or not conflict:
        return []
    alone, together = (list(map(relaxation_text, conflict.get(name) or ())) for name in ("relaxations", "together"))
    helps = {(one["kind"], one["name"]) for one in conflict["relaxations"]}
    beside = [one for one in conflict["smallest"] if one["kind"] != "target" and (one["kind"], one["name"]) not in helps]
    useless = [say("{what}: no way out alone, as something else stands in the way too", what=part_text(one)) for one in beside]
    return [*alone, *useless, *([say("all at once: {changes}", changes="; ".join(together))] if together else [])]


def not_proven(data: Data) -> str:
    """That looking was cut short, where it was: a plan may exist that was not found."""
    if not data["conflict"] or data["conflict"].get("proven", True):
        return ""
    return say("That there is none is not proven: none was found, but one may exist.")


# -- targets -------------------------------------------------------------------------------------------------------------------------


def targets_text(data: Data) -> str:
    """What has to be there and by when."""
    return _and([target_text(one) for one in data["targets"]])


def target_text(one: Data) -> str:
    """One target: amount, basis, site and day."""
    quantity, labels = asked_of(one["text"])
    amount = say("{amount} {what}", amount=show(one["amount"], one["unit"]).removesuffix(" 1"), what=basis_text(quantity))
    place = say("{amount} at {places}", amount=amount, places=_and(labels)) if labels else amount
    return say("{amount} by {day}", amount=place, day=day_text(one["by"]))


def asked_of(text: str) -> tuple[str, list[str]]:
    """The quantity of a target and the sites it is narrowed to, from its text in the claim language or in short."""
    if found := _ADDRESS.match(text):
        return found[1], [label for part in (found[2] or "").split(",") if (label := part.strip()) not in ("", "operational")]
    base = next((quantity for word, quantity in _BASES.items() if re.search(rf"\b{word}\b", text)), "power_facility")
    place = re.search(r"\bat (.+?) by\b", text)
    return base, [part.strip() for part in place[1].split(",")] if place else []


def basis_text(quantity: str) -> str:
    """What an amount is of."""
    told = {"power_facility": say("of facility power"), "power_it": say("of IT power"), "compute_h100e": say("in H100 equivalents")}
    return told.get(quantity, quantity.replace("_", " "))


def asked_text(data: Data) -> str:
    """The probability asked for; of several that differ, each."""
    return shares_text(data, "asked")


def shares_text(data: Data, key: str) -> str:
    """A probability of the targets; where they differ, each in their order."""
    return _and(list(dict.fromkeys(percent(one[key]) for one in data["targets"])))


def about(data: Data) -> str:
    """Of what, known when, and from which draws."""
    return say("A plan for {name}, known on {day}; {draws}, seed {seed}.", name=name_of(data), day=day_text(data["as_of"]),
               draws=counted(data["draws"], "draw"), seed=data["seed"])  # fmt: skip


def method_text(data: Data) -> str:
    """How near the plan is to the best one, and how it was found."""
    made = data["method"]
    counts = {"options": counted(made["options"], "option"), "rounds": counted(made["rounds"], "round"), "gap": share_text(made["gap"])}
    if data["goal"] == "capacity":
        found = say(
            "The most that was found; a larger amount may exist. Searched in every draw, among {options} of building, site, power, chip "
            "and month.", **counts,
        )  # fmt: skip
        return f"{found} {_solved(data)}".strip()
    found = say(
        "{goal}. Searched in every draw, among {options} of building, site, power, chip and month; {rounds} of searching and simulating.",
        goal=goal_text(data["goal"]), **counts,
    )  # fmt: skip
    bound = say("If no queue held anything up, the best plan would take {gap} less.", **counts)
    if made["gap"] < _NONE:
        bound = say("No plan is better, even if no queue held anything up.")
    return f"{found} {bound} {_solved(data)}".strip()


def _solved(data: Data) -> str:
    """How near to its optimum the program was solved from which the search began, and whether its work ended first."""
    program = data["method"]["program"]
    if not program:
        return ""
    told = say("The program with {worlds} that stand for the draws, from which the search began, is solved to within {gap} of its optimum.",
               worlds=counted(data["worlds"], "world"), gap=share_text(program["gap"]))  # fmt: skip
    return f"{told} {say('Its work ended first.')}" if program["ended"] else told


def goal_text(goal: str) -> str:
    """What is looked for."""
    told = {"cost": say("Least cost"), "capacity": say("Most capacity"), "emissions": say("Least CO2e"), "wait": say("Latest start")}
    return told.get(goal, goal)


# -- sentences of the answer ---------------------------------------------------------------------------------------------------------


def said_text(one: Data) -> str:
    """A sentence of the answer in the language that is spoken: its words, and each of its values as people read it."""
    return say(str(one["words"]), **{name: _value(made["value"], str(made["unit"])) for name, made in one["values"].items()})


def _value(value: Any, unit: str) -> str:
    if unit in ("names", "powers", "chips"):
        return _and([{"powers": power_text, "chips": chip_name}.get(unit, str)(one) for one in value])
    if unit == "share":
        return percent(value)
    return day_text(value) if unit == "date" else str(value) if unit == "name" else show(float(value), unit)


# -- what is chosen ------------------------------------------------------------------------------------------------------------------

#: What may feed a site, by the names under which it is asked for.
POWERS = ("grid", "gas-engine", "gas-turbine", "combined-cycle", "fuel-cell", "bridge", "stated")


def power_text(name: str) -> str:
    """What feeds a site."""
    told = {
        "grid": say("grid"), "gas-engine": say("gas engines"), "gas-turbine": say("gas turbines"), "combined-cycle": say("combined cycles"),
        "fuel-cell": say("fuel cells"), "bridge": say("rented generators until the grid is there"),
        "stated": say("the power that the file states"),
        "file": say("as in the file, dates too"),
    }  # fmt: skip
    return told.get(name, name)


def cooling_text(name: str) -> str:
    """How a site is cooled."""
    told = {
        "closed-loop-chiller": say("closed loop with chillers"), "dry-cooler": say("dry coolers"), "adiabatic": say("adiabatic coolers"),
        "evaporative": say("evaporative towers"), "air-economiser": say("outside air"),
    }  # fmt: skip
    return told.get(name, name.replace("-", " "))


def building_text(one: Data) -> str:
    """A building; one beyond those of the file says so."""
    name = str(one["id"]).rpartition("/")[2]
    return say("{building} (new)", building=name) if one.get("further") else name


def start_text(one: Data) -> str:
    """When work on a building begins; words where that is as the file has it."""
    return day_text(str(one["start"])[:7]) if one["start"] else say("as in the file")


def chips_text(buildings: Sequence[Data]) -> str:
    """The chips of some buildings, each once."""
    return ", ".join(dict.fromkeys(chip_text(one["chip"]) for one in buildings if one["chip"])) or "–"


def chip_text(name: str) -> str:
    """An accelerator; words where it is left as the file has it."""
    return say("as in the file") if name == "as in the file" else chip_name(name)


# -- amounts -------------------------------------------------------------------------------------------------------------------------


def amount_text(value: Any, unit: str) -> str:
    """A value with its unit, a day as a day, a text as it is."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return day_text(value)
    if unit == "months":
        return counted(int(value), "month")
    if unit == "1" and 0.0 <= value <= 1.0:
        return percent(value)
    return show(float(value), unit or "1").removesuffix(" 1")


def levels_text(levels: Data | None, unit: str) -> str:
    """P50 with P10 to P90 where they differ."""
    if not levels or levels["p50"] is None:
        return "–"
    middle = show(levels["p50"], unit)
    low, high = (show(levels[name], unit, levels["p50"]) for name in ("p10", "p90"))
    return middle if low == high else say("{middle} ({low} to {high})", middle=middle, low=figures_of(low), high=high)


def figures_of(shown: str) -> str:
    """The number of a value that is shown with its unit."""
    return shown.split(" ")[0]


def dates_text(levels: Data | None) -> str:
    """The middle month of a date with P10 and P90."""
    if not levels or not levels["p50"]:
        return say("never")
    low, middle, high = (day_text(str(levels[name])[:7]) if levels[name] else say("never") for name in ("p10", "p50", "p90"))
    return middle if low == high else say("{middle} ({low} to {high})", low=low, middle=middle, high=high)


def share_text(share: float) -> str:
    """A share in per cent, with its decimals where it is small."""
    return units.share_text(share, notation())


def money_text(value: Any, unit: str = "USD") -> str:
    """An amount of money, or of what else is made least; a dash where there is none."""
    return "–" if value is None else show(float(value), unit)


# -- limits, insisting, conflicts ----------------------------------------------------------------------------------------------------


#: What a target can give way in; and kinds of limits as the answer names them where it is about all of a kind.
_OF_TARGETS = ("amount", "day", "probability")
#: Kinds of limits.
LIMITS = ("money", "party", "emissions", "water", "land", "grid", "gas", "pool", "crew", "chips")
_KINDS = {
    "party": "what a party can pay",
    "grid": "grid capacity",
    "pool": "what a market makes in a year",
    "chips": "accelerators to be had",
}


def kind_text(kind: str) -> str:
    """What a limit is of."""
    told = {
        "money": say("money"), "party": say("what a party can pay"), "emissions": say("CO2e"), "water": say("water"), "land": say("land"),
        "grid": say("grid capacity"), "gas": say("gas"), "pool": say("what a market makes in a year"), "crew": say("crews"),
        "chips": say("accelerators to be had"), "target": say("target"), "amount": say("the amount asked for"),
        "day": say("the day asked for"), "probability": say("the probability asked for"), "least": say("least of a site"),
        "spacing": say("time between two starts at a site"),
        "options": say("what is left out"), "option": say("what is left out"),
    }  # fmt: skip
    return told.get(kind, kind.replace("_", " "))


def limit_text(one: Data) -> str:
    """The name of a limit: what it is of, and which."""
    name = str(one.get("name") or "")
    if not name or one["kind"] in _OF_TARGETS or name in (one["kind"], _KINDS.get(one["kind"])):
        return kind_text(one["kind"])
    if one["kind"] == "party":
        return say("what {name} can pay", name=name)
    if one["kind"] == "target" and (found := _WHOLE.fullmatch(name)):
        unit = "1" if asked_of(name)[0] == "compute_h100e" else "W"
        return target_text({"text": name, "amount": parse_number(found[1], unit), "unit": unit, "by": found[2]})
    return f"{kind_text(one['kind'])} ({say(name)})"


def part_text(one: Data) -> str:
    """A part of a conflict in words."""
    return said_text(one) if "words" in one else limit_text(one)


def relaxation_text(one: Data) -> str:
    """What gives way and how far, and what the plan costs then."""
    told = eased_text(one)
    if one.get("cost") is None:
        return told
    if one["cost"] == 0.0:  # nothing is built for it
        return say("{change} (with what is under way alone)", change=told)
    return say("{change} (present value {money})", change=told, money=money_text(one["cost"]))


def eased_text(one: Data) -> str:
    """How far a target or a limit gives way, or what has to be allowed too."""
    if "words" in one:
        return said_text(one)
    unit = str(one.get("unit") or "1")
    old, new = amount_text(one["from"], unit), amount_text(one["to"], unit)
    return {
        "amount": say("{new} instead of {old}", new=new, old=old), "day": say("by {new} instead of {old}", new=new, old=old),
        "probability": say("with {new} instead of {old}", new=new, old=old),
    }.get(one["kind"]) or say("{what}: {new} instead of {old}", what=limit_text(one), new=new, old=old)  # fmt: skip


def saves_text(one: Data) -> str:
    """What a little more of a limit saves."""
    if not one["price"]:
        return say("nothing")
    money = money_text(one["price"], one["unit"])
    return money if one.get("certain", True) else say("{money}, no more than the search may be off", money=money)


def step_text(one: Data) -> str:
    """By how much a target or a limit gives way for its price: `1 month later`."""
    number, _, unit = str(one["per"]).partition(" ")
    if one["kind"] == "day":
        return say("{step} later", step=counted(int(number), "month"))
    if one["kind"] == "probability":
        return say("{step} less", step=counted(int(number), "point"))
    step = f"{notation().number(number)} {notation().unit(unit)}" if unit else notation().number(number)
    return say("{step} less", step=step) if one["kind"] in ("amount", "least") else say("{step} more", step=step)


def _and(parts: Sequence[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return say("{first} and {last}", first=", ".join(parts[:-1]), last=parts[-1])


# -- how to save it ------------------------------------------------------------------------------------------------------------------


def commands(data: Data) -> list[tuple[str, str]]:
    """What saves the plan as a file, and what puts that file to the test."""
    asked = str(data["programme"]["asked_as"])
    return [(say("Save the plan"), f"stargauge plan {asked} … --save plan.yaml"),
            (say("Check it like any scenario"), f"stargauge check {asked} --as-of {data['as_of']} --scenario plan.yaml"),
            (say("All numbers"), f"stargauge plan {asked} … --json")]  # fmt: skip
