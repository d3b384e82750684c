"""The cheapest supply of a site in words and tables: the same in a terminal and on a page."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, Protocol

from stargauge.report.locale import notation, say
from stargauge.report.terminal import PLAIN, Style, labelled, table, wrapped
from stargauge.report.wording import counted, day_text, figures, show

Data = Mapping[str, Any]
#: Parts of the answer that say more than this a year are worth a word, USD.
_WORTH = 1000.0
_MWH, _KM2 = 1e-6, 1e6
#: What costs less than this is as good as nothing, USD/Wh.
_LITTLE = 1e-8
ASSUMED = "stargauge-assumption"
STATED = "stated-"


class Rows(NamedTuple):
    """A table: its title, the heads of its columns, its rows, and what a reader should know."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    note: str = ""


def render_power(data: Data, style: Style = PLAIN, report: str | None = None) -> str:
    """The answer of `stargauge power`: one sentence, what is built, limits, other mixes, the test, what it rests on, where to look next."""
    lines = [style.bold(line) for line in wrapped(sentence(data), style.width)]
    lines += wrapped(beside(data), style.width) if beside(data) else []
    lines += [style.soft(line) for line in wrapped(about(data), style.width)]
    widths = ((17, "w"), (8, "r"), (10, "r"), (9, "r"), (6, "r"), (7, "r"), (11, "w"))
    lines += _block(plants(data), widths, style)
    lines += _block(prices(data), ((22, "w"), (14, "r"), (20, "w"), (18, "w")), style)
    if data["stated"]:
        lines += _block(stated(data), ((15, "w"), (17, "r"), (12, "w"), (30, "w")), style)
    lines += ["", *map(style.bold, wrapped(say("Limits, and what each costs"), style.width))]
    for name, text in limits(data):
        lines += labelled(name, text, style, indent=0, label_width=11)
    if data["stages"]:
        lines += _block(stages(data), ((25, "w"), (28, "w"), (8, "r"), (13, "r")), style)
    if data["mixes"]:
        lines += _block(mixes(data), ((16, "w"), (7, "r"), (7, "r"), (6, "r"), (9, "r"), (25, "w")), style)
    lines += ["", *map(style.bold, wrapped(say("Emissions and water of a year"), style.width))]
    for name, text in footprint(data):
        lines += labelled(name, text, style, indent=0, label_width=18)
    lines += ["", *map(style.bold, wrapped(say("Put to the test"), style.width)), *wrapped(trial(data), style.width)]
    lines += ["", *map(style.bold, wrapped(say("What it rests on"), style.width))]
    for text in rests_on(data):
        lines += wrapped(text, style.width)
    return style.finish([*lines, "", *_next(data, report)])


def _block(made: Rows, widths: Sequence[tuple[int, str]], style: Style) -> list[str]:
    columns = [(head, width, side) for head, (width, side) in zip(made.head, widths, strict=True)]
    lines = ["", *map(style.bold, wrapped(made.title, style.width)), *table(columns, made.rows, style)]
    return [*lines, *(style.soft(line) for line in wrapped(made.note, style.width))]


def _next(data: Data, report: str | None) -> list[str]:
    asked = str(data["programme"].get("asked_as") or "")
    lines = [f"The site's dates   stargauge schedule {shlex.quote(asked)}"] if asked else []
    lines += ["All numbers        add --json"]
    lines += ["Nothing there yet  add --greenfield"] if any(one["used"] for one in data["stated"]) else []
    lines += [] if data["start"] else ["By a day           add --by 2028-06"]
    lines += [] if any(one["name"] == "carbon" for one in data["limits"]) else ["With less CO2e     add --emissions '200 kg/MWh'"]
    return [*lines, f"Report             {report}" if report else "Weeks as charts    add --report power.html"]


# --- one sentence -----------------------------------------------------------------------------------------------------------------


def sentence(data: Data) -> str:
    """The answer in one sentence; what it does not keep in the test goes before it."""
    return _not_kept(data) + say(
        "To carry {load} at {site} {how} costs {cost} in money of the catalogue’s years: {supply}; tested on {years} {which}: {hours} "
        "short a year; {bound}.",
        load=load_text(data), site=data["site"], how=_how(data), cost=_cost(data), supply=supply_text(data),
        years=counted(len(data["test"]["years"]), "weather year"), hours=span(data["test"]["shortfall_hours"], " h"), which=_which(data),
        bound=_bound(data),
    )  # fmt: skip


def _not_kept(data: Data) -> str:
    """That a supply does not pass its test or breaks a limit in it, how often and by how much; nothing where it keeps all."""
    test, texts = data["test"], []
    if not test["passed"]:
        texts.append(say(
            "Does not pass its test: {missing} of the energy missing in nine of ten tests at most, where {allowed} may be.",
            missing=share_text(test["missing"]["p90"]), allowed=share_text(test["allowed"]["value"]),
        ))  # fmt: skip
    asked = {one["name"]: one["asked"] for one in data["limits"]}
    told: dict[str, Callable[[float], str]] = {
        "carbon": lambda value: say("{number} kg of CO2e per MWh", number=_close(value / 1e-3)),
        "fuel": lambda value: say("{energy} of gas", energy=f"{_close(value / 1e9)} GWh"),
    }
    names = {"carbon": say("CO2e"), "fuel": say("gas")}
    for name, share in test["beyond_limit"].items():
        if share["value"] > 0.0:
            texts.append(say(
                "Breaks the limit on {what} in {often}: {most} in nine of ten tests at most, where {allowed} may be.", what=names[name],
                often=_often(share["value"], test["draws"]), most=told[name](test[name]["p90"]), allowed=told[name](asked[name]),
            ))  # fmt: skip
    return "".join(f"{text} " for text in texts)


def _close(value: float) -> str:
    """A number to five figures: what is just above a limit reads apart from it."""
    return notation().number(f"{value:,.5g}")


def _often(share: float, draws: int) -> str:
    """In what part of the tests something is so."""
    return say("the one test") if draws == 1 else say("{share} of the tests", share=share_text(share))


def _cost(data: Data) -> str:
    """The cost as tested, at drawn prices and as planned, each with what it is; of a staged supply, tested at its end, the plan leads."""
    tested, planned = data["test"]["cost"]["p50"], data["cost"]["mean"]
    others = [_range(data)] if data["cost"]["range"] is not None else []
    if data["start"]:
        others.append(say("{cost} as tested, once all of it is there", cost=figures(tested / _MWH)))
        return say("{cost} as planned, over all its years ({others})", cost=money(planned), others="; ".join(others))
    others.append(say("{cost} as planned", cost=figures(planned / _MWH)))
    return say("{cost} as tested, with what was really burnt and bought ({others})", cost=money(tested), others="; ".join(others))


def _range(data: Data) -> str:
    """The cost at drawn prices."""
    low, high = (figures(data["cost"]["range"][name] / _MWH) for name in ("p10", "p90"))
    if low == high:
        return say("one quoted price, no range known")
    return say("{low} to {high} over the ranges of prices, these sizes kept", low=low, high=high)


def _bound(data: Data) -> str:
    """What is proven, and how far the plan may be from it; also with the reserve that the test takes, where that is more."""
    cost = data["cost"]
    if cost.get("bound_with_reserve") and money(cost["bound_with_reserve"]) != money(cost["at_least"]):
        return say(
            "no plan that keeps the limits, tested or not, can cost less than {least}, and none with the reserve that the test takes less "
            "than {reserve}, so this one, as planned, is at most {above} and {near} dearer than the cheapest there can be",
            least=money(cost["at_least"]), reserve=money(cost["bound_with_reserve"]), above=share_text(cost["above_least"]),
            near=share_text(cost["above_reserve"]),
        )  # fmt: skip
    return say(
        "no plan that keeps the limits, tested or not, can cost less than {least}, so this one, as planned, is at most {above} dearer than "
        "the cheapest there can be", least=money(data["cost"]["at_least"]), above=share_text(data["cost"]["above_least"]),
    )  # fmt: skip


def title(data: Data) -> str:
    """The title: the cost that leads, and how far from the least there can be it is at most."""
    cost, above = (data["cost"]["mean"] if data["start"] else data["test"]["cost"]["p50"]), share_text(data["cost"]["above_least"])
    return say("The cheapest supply found for {site}: {cost}, as planned at most {above} above the least there can be",
               site=data["site"], cost=money(cost), above=above)  # fmt: skip


def beside(data: Data) -> str:
    """What has to be known beside the cost: that the grid is free to hold; nothing where there is a tariff, or no grid."""
    if data["tariff"] or not _has_grid(data):
        return ""
    return say(
        "The grid is taken at one price in all hours, free to hold, with no charge for capacity: give what it costs there with --tariff."
    )


def _has_grid(data: Data) -> bool:
    return any(one["name"] == "grid" and one["size"] for one in data["plants"])


def _which(data: Data) -> str:
    """Whether the years of the test are others than those it was sized on, and what of a staged supply is tested."""
    years = say("that it was sized on, for want of others") if data["test"]["same_weather"] else say("it was not sized on")
    return years + (say(", as it stands once all of it is there") if data["start"] else "")


def load_text(data: Data) -> str:
    """What is carried: facility power, mean and, where it differs, peak."""
    mean, peak = show(data["load"]["mean"], "W"), show(data["load"]["peak"], "W")
    if mean == peak:
        return say("{mean} (facility, mean)", mean=mean)
    return say("{mean} (facility, mean; peak {peak})", mean=mean, peak=peak)


def _how(data: Data) -> str:
    asked = next((one["asked"] for one in data["limits"] if one["name"] == "shortfall"), 0.0)
    start = say(" from {day} on", day=day_text(data["start"])) if data["start"] else ""
    if asked:
        return say("around the clock but for {share} of the energy", share=share_text(asked)) + start
    return say("around the clock") + start


def supply_text(data: Data) -> str:
    """What is built: numbers of units where there are, powers, and what a battery holds."""
    parts = [_plant_text(one) for one in data["plants"] if one["size"] and not _there(one)]
    parts += [
        say("a battery of {power} / {energy}", power=show(one["size"], "W"), energy=show(one["energy_size"], "Wh"))
        for one in data["batteries"] if one["size"] and not _there(one)
    ]  # fmt: skip
    there = [say("{power} of {source}", power=show(one["size"], "W"), source=kind_text(one["name"]))
             for one in (*data["plants"], *data["batteries"]) if one["size"] and _there(one)]  # fmt: skip
    if not there:
        return ", ".join(parts) or say("nothing")
    already = say("what is there already ({there})", there=", ".join(there))
    return say("{built}, beside {already}", built=", ".join(parts), already=already) if parts else already


def _there(one: Data) -> bool:
    """Whether something is there already, as the programme states."""
    return str(one["name"]).startswith(STATED)


def kind_text(name: str) -> str:
    """What is there already, by its kind."""
    told = {"gas": say("gas plants"), "fuel-cell": say("fuel cells"), "solar": say("sun"), "wind": say("wind"),
            "battery": say("battery"), "nuclear": say("nuclear power")}  # fmt: skip
    return told.get(name.removeprefix(STATED), name)


def _plant_text(one: Data) -> str:
    if one["units"]:
        return say("{number} of {size}", number=_units_text(one["name"], one["units"]), size=show(one["unit_size"], "W"))
    power = show(one["size"], "W")
    told = {
        "grid": say("{power} from the grid", power=power), "solar": say("{power} of sun", power=power),
        "wind": say("{power} of wind", power=power), "nuclear": say("{power} of nuclear power", power=power),
        "fuel-cell": say("{power} of fuel cells", power=power), "rented-generator": say("{power} of rented generators", power=power),
    }  # fmt: skip
    return told.get(one["name"], f"{power} {source_text(one['name'])}")


def _units_text(name: str, number: int) -> str:
    if name == "gas-engine":
        return counted(number, "gas engine")
    if name == "gas-turbine":
        return counted(number, "gas turbine")
    if name == "combined-cycle":
        return counted(number, "combined cycle")
    return f"{figures(number)} {source_text(name)}"


def source_text(name: str) -> str:
    """What may be built, in words; what is there already says so."""
    if name.startswith(STATED):
        return say("{source} (there already)", source=kind_text(name))
    told = {
        "grid": say("grid"), "gas-engine": say("gas engines"), "gas-turbine": say("gas turbines"), "combined-cycle": say("combined cycles"),
        "fuel-cell": say("fuel cells"), "solar": say("sun"), "wind": say("wind"), "nuclear": say("nuclear power"),
        "battery": say("battery"), "rented-generator": say("rented generators"), "natural-gas": say("natural gas"),
        "default": say("everything"),
    }  # fmt: skip
    return told.get(name, name)


def about(data: Data) -> str:
    """One line of what was asked: programme, day, load, weather, years."""
    parts = [data["programme"]["name"], say("known on {day}", day=day_text(data["as_of"])), _load_from(data), _weather(data)]
    return ", ".join(parts) + "." + "".join(f" {note[:1].upper()}{note[1:]}." for note in data["weather"]["notes"])


def _load_from(data: Data) -> str:
    load = data["load"]
    if load["kind"] == "asked":
        return say("load as asked, the same in every hour")
    design = load["design"] if load["design_stated"] else say("{design}, our assumption", design=load["design"])
    if data["start"]:
        return say("load: the median of {address} in each month, by the hour as its hall ({design}) takes it in the weather",
                   address=load["address"], design=design)  # fmt: skip
    return say("load: the median of {address} in each month of {year}, the year in which most runs, by the hour as its hall ({design}) "
               "takes it in the weather", address=load["address"], year=load["year"], design=design)  # fmt: skip


def _weather(data: Data) -> str:
    name, years = data["weather"]["name"], counted(data["years"], "year")
    if data["weather"]["kind"] == "file":
        return say("sized on {years} of the weather file {name}", years=years, name=name)
    return say("sized on {years} of synthetic weather after the climate of {name}", years=years, name=name)


# --- tables -----------------------------------------------------------------------------------------------------------------------


def plants(data: Data) -> Rows:
    """What is built, what it gives and costs, and from when it could be there."""
    costs = data["cost"]["parts"]
    rows = [
        (_capital(source_text(one["name"])), show(one["size"], "W"),
         f"{figures(one['units'])} × {show(one['unit_size'], 'W')}" if one["units"] else "–", show(one["energy"], "Wh"),
         share_text(one["share"]), _cost_part(costs.get(one["name"])), ready_text(one))
        for one in data["plants"] if one["size"]
    ]  # fmt: skip
    rows += [
        (_capital(source_text(one["name"])), show(one["size"], "W"), show(one["energy_size"], "Wh"), show(one["energy"], "Wh"), "–",
         _cost_part(costs.get(one["name"])), ready_text(one))
        for one in data["batteries"] if one["size"]
    ]  # fmt: skip
    head = (say("Source"), say("Size"), say("Units"), say("A year"), say("Share"), say("USD/MWh"), say("There from"))
    note = [say("USD/MWh: part of the cost of a unit of the load. Of a battery: its energy, and what it gives.")]
    if any(_there(one) for one in (*data["plants"], *data["batteries"])):
        note.append(say("What is there already costs no capital."))
    if levels := data["cost"]["range"]:
        note.append(_drawn({name: levels[name] / _MWH for name in _LEVELS}))
    if data["cost"]["demand_charge"] >= _LITTLE:
        note.append(say("Of that of the grid {cost} are for the highest hours of months.", cost=money(data["cost"]["demand_charge"])))
    if unused := [source_text(one["name"]) for one in (*data["plants"], *data["batteries"]) if not one["size"]]:
        note.append(say("Looked at and not taken: {names}.", names=", ".join(unused)))
    if any(one["name"] == "wind" for one in data["plants"]) and data["weather"]["kind"] != "file":
        note.append(say("Wind is that of an airport at 10 m, told for the height of a hub: a wind farm nearby would give more."))
    return Rows(say("What is built"), head, rows, " ".join(note))


def _drawn(levels: Data) -> str:
    """What the whole costs at drawn prices; that there is one price alone where none has a range."""
    if figures(levels["p10"]) == figures(levels["p90"]):
        return say("The whole costs {cost} USD/MWh: one quoted price, no range known.", cost=figures(levels["p50"]))
    return say(
        "The whole costs {range} USD/MWh (P50, P10 to P90) with every price drawn from its range in the catalogue, gas and what follows "
        "it included; sizes are kept. A price without a range is drawn as it is.", range=span(levels),
    )  # fmt: skip


def prices(data: Data) -> Rows:
    """The prices that decide: of fuel, of the grid, of what is built, and the discount rate; with year and source, and how old."""
    first = _first_year(data)
    rows = [(_capital(price_name(one)), value_of(one), _year(one, first), _source(one)) for one in data["basis"] if _decides(one, data)]
    if data["tariff"] and _has_grid(data):
        rows.insert(0, (_capital(source_text("grid")), say("by tariff"), "–", str(data["tariff"])))
    head = (say("Of what"), say("Value"), say("Year"), say("Source"))
    note = say("Of heat where it is gas. The first year of the plan is {year}; no price is carried forward to it.", year=first)
    return Rows(say("Prices that decide"), head, rows, note)


def _decides(one: Data, data: Data) -> bool:
    """Whether a number behind the offers is a price of what is built."""
    of, what = one["of"], one["what"]
    built = {made["name"] for made in (*data["plants"], *data["batteries"]) if made["size"]}
    if of == "natural-gas":
        return what == "price" and any(made["size"] and made["source"] == "gas" for made in data["plants"])
    if of.startswith("grid-"):
        return what in ("price", "delivery_adder") and not data["tariff"] and _has_grid(data)
    if what == "discount_rate":
        return any(name in _BUILT for name in built)
    return of in built and what in ("capex", "capex_energy", "lcoe", "price")


#: What is built and paid by its capital, at the discount rate.
_BUILT = ("gas-engine", "gas-turbine", "combined-cycle", "solar", "battery")


def price_name(one: Data) -> str:
    """What a price is of, in words."""
    if one["of"].startswith("grid-"):
        return say("grid, delivery") if one["what"] == "delivery_adder" else say("grid, wholesale")
    if one["what"] == "discount_rate":
        return what_text("discount_rate")
    return f"{source_text(one['of'])}, {what_text(one['what'])}"


def _first_year(data: Data) -> int:
    """The first year of the plan: that of the day, of the load, else of the knowledge date."""
    return int(data["load"]["year"] or 0) if data["load"]["year"] and not data["start"] else int(str(data["start"] or data["as_of"])[:4])


def _year(one: Data, first: int) -> str:
    """The year that a price is of, and its age where that is before the plan begins."""
    year = one.get("year")
    if year is None:
        return "–"
    return say("{year}, {age} before", year=year, age=counted(first - year, "year")) if year < first else str(year)


def _source(one: Data) -> str:
    """Who says a number."""
    return say("our assumption") if one["source"] == ASSUMED else f"{one['source'] or say('your own value')} {one['grade']}".strip()


def stated(data: Data) -> Rows:
    """What the programme states of plants at the site: size, day, who says so, and whether it is planned with."""
    rows = [
        (_capital(kind_text(one["name"])), _stated_size(one), day_text(one["ready"]) if one["ready"] else "–", _stated_by(one))
        for one in data["stated"]
    ]  # fmt: skip
    head = (say("Source"), say("Size"), say("There from"), say("Who says so"))
    note = say("As the programme states it; taken as there from that day, from the start where none is stated.")
    return Rows(say("What is there already"), head, rows, note)


def _stated_size(one: Data) -> str:
    held = one["energy_size"]
    return show(one["size"], "W") + (f" / {show(held, 'Wh')}" if held else "")


def _stated_by(one: Data) -> str:
    said = f"{one['source'] or say('your own value')} {one['grade']}".strip()
    status = _STATUS.get(one["status"], str)(one["status"])
    backup = say("backup: stands by in the test, not planned with") if one["stands_by"] else say("backup: neither planned nor tested with")
    return f"{said}, {status}" + ("" if one["used"] else f"; {backup}")


_STATUS = {
    "observed": lambda _: say("observed"), "reported": lambda _: say("reported"), "planned": lambda _: say("planned"),
    "projected": lambda _: say("projected"), "estimated": lambda _: say("estimated"),
}  # fmt: skip


def stages(data: Data) -> Rows:
    """What is there in each stage, and what is short in it by the test."""
    rows = [
        (stage_name(one), _capital(_stage_text(one)),
         figures(one["shortfall_hours"]["p90"]), share_text(one["missing"]["p90"]) + ("" if one["passed"] else f", {say('too much')}"))
        for one in data["stages"]
    ]  # fmt: skip
    head = (say("Period"), say("What is there"), say("h short"), say("Missing"))
    note = say("Each stage run by rule in its own hours, of a stage longer than a year its last year: hours short and share of the energy "
               "missing in nine of ten tests at most.")  # fmt: skip
    return Rows(say("Stage by stage"), head, rows, note)


def stage_name(one: Data) -> str:
    """From when to when a stage is."""
    return say("{low} to {high}", low=day_text(one["from"]), high=day_text(one["until"]))


def _stage_text(one: Data) -> str:
    sizes = {part["name"]: part["size"] for part in one["there"]}
    held = {f"{part['name']} energy": part["energy_size"] for part in one["there"] if part["energy_size"]}
    return sizes_text({**sizes, **held}) or say("nothing")


def footprint(data: Data) -> list[tuple[str, str]]:
    """CO2e and water of a year: each scope by itself, and what the catalogue has no figure for."""
    told = {"1": say("scope 1, on site"), "2": say("scope 2, grid")}
    rows = [(told[one["scope"]], f"{show(one['value'], 'g')} {say('CO2e')}") for one in data["scopes"]["carbon"]]
    if (gas := data["scopes"].get("gas_upstream")) and gas["value"]:
        rows.append((say("scope 3, gas"), say("{amount} CO2e before the gas is burnt: in no other figure here, and in no limit.",
                                              amount=show(gas["value"], "g"))))  # fmt: skip
    places = {"hall": say("water of the hall"), "plants": say("of plants on site"), "upstream": say("of power bought")}
    rows += [(places[one["of"]], show(one["value"], "L")) for one in data["scopes"]["water"]]
    if absent := [source_text(name) for name in data["scopes"]["absent"]]:
        rows.append((say("not known"), say("Water of {names}: the catalogue has no figure.", names=", ".join(absent))))
    return rows


def ready_text(one: Data) -> str:
    """The day something could be there if ordered today, and whether that is in time."""
    if one["ready"] is None:
        return "–"
    return f"{day_text(one['ready'])}, {say('late')}" if one["in_time"] is False else day_text(one["ready"])


def _cost_part(cost: float | None) -> str:
    return "–" if cost is None else _little(cost / _MWH)


def fields() -> list[tuple[str, str, str]]:
    """The fields in which limits are asked for: name, label, an example."""
    return [
        ("load", say("Load, in every hour"), "500 MW"), ("shortfall", say("Energy that may be missing"), "0.1 %"),
        ("emissions", say("CO2e at most"), "200 kg/MWh"), ("land", say("Land at most"), "2000 acres"),
        ("gas", say("Gas a year at most"), "5 TWh"), ("years", say("Years of weather"), "1"),
    ]  # fmt: skip


class Relief(Protocol):
    """What one limit would have to be."""

    @property
    def limit(self) -> str: ...
    @property
    def needed(self) -> float | None: ...


class Lack(Protocol):
    """The first hour that nothing carries."""

    @property
    def day(self) -> date: ...
    @property
    def hour(self) -> int: ...
    @property
    def missing(self) -> float: ...


def impossible(reliefs: Sequence[Relief], asked: Data, ready: Mapping[str, date] | None = None, lack: Lack | None = None) -> str:
    """Why there is no supply, about what each limit that was asked for would have to be for one, what is there when and what is missing."""
    return ". ".join([_no_way(reliefs, asked), *_not_yet(ready or {}, lack)])


def _not_yet(ready: Mapping[str, date], lack: Lack | None) -> list[str]:
    texts = []
    if ready:
        days = [say("{source} not before {day}", source=source_text(name), day=day_text(str(day))) for name, day in ready.items()]
        texts.append(_capital(", ".join(days)))
    if lack is not None:
        texts.append(say("From {day}, {hour} o’clock on {power} are missing", day=day_text(str(lack.day)), hour=lack.hour,
                         power=show(lack.missing, "W")))  # fmt: skip
    return texts


def _no_way(reliefs: Sequence[Relief], asked: Data) -> str:
    told = {
        "shortfall": lambda value: say("{share} of the energy missing", share=share_text(value)),
        "carbon": lambda value: say("{number} kg of CO2e per MWh", number=figures(value / 1e-3)),
        "land": lambda value: say("{area} of land", area=area(value)),
        "fuel": lambda value: say("{energy} of gas", energy=show(value, "Wh")),
    }  # fmt: skip
    names = {"carbon": "emissions", "land": "land", "fuel": "gas"}
    ways = [told[one.limit](one.needed) for one in reliefs
            if one.needed is not None and (one.limit == "shortfall" or (one.limit in names and asked.get(names[one.limit])))]  # fmt: skip
    if not ways:
        return say("no supply of what may be built keeps all limits, and no single limit that gives way would be enough")
    return say(
        "no supply of what may be built keeps all limits; any one of these would do, about, all else kept: {ways}", ways="; ".join(ways)
    )


def limits(data: Data) -> list[tuple[str, str]]:
    """Each limit: its name, what was asked, and in words what a little more of it would save."""
    return [*(_TOLD[one["name"]](one) for one in data["limits"] if one["name"] in _TOLD), *_waits(data)]


def _waits(data: Data) -> list[tuple[str, str]]:
    """What it costs that something is not there from the start, the dearest first; nothing where nothing is waited for."""
    every = data.get("waits") or ()
    waits = sorted((one for one in every if one["costs"]["value"] is not None), key=lambda one: (-one["costs"]["value"], one["name"]))
    lost = [source_text(one["name"]) for one in every if one["costs"]["value"] is None]
    told = [
        say("{name} until {day} costs {cost}", name=source_text(one["name"]), day=day_text(one["until"]), cost=money(one["costs"]["value"]))
        for one in waits if one["costs"]["value"] >= _LITTLE
    ]  # fmt: skip
    free = [source_text(one["name"]) for one in waits if one["costs"]["value"] < _LITTLE]
    texts = []
    if told:
        texts.append(say("To wait for {waits}, each alone against a supply that has it from the start.", waits="; ".join(told)))
    if free:
        texts.append(say("To wait for {names} costs nothing.", names=", ".join(free)))
    if lost:
        texts.append(say("What it costs to wait for {names} was not found.", names=", ".join(lost)))
    return [(say("time"), " ".join(texts))] if texts else []


def _shortfall(one: Data) -> tuple[str, str]:
    if not one["asked"]:
        return say("shortfall"), say("No energy of the load may be missing in the plan.")
    asked = say("At most {share} of the energy may be missing.", share=share_text(one["asked"]))
    return say("shortfall"), f"{asked} {_saves(one, 1e-3, say('Another 0.1 % allowed to be missing'))}"


def _carbon(one: Data) -> tuple[str, str]:
    asked = say("At most {number} kg of CO2e per MWh of the load.", number=figures(one["asked"] / 1e-3))
    asked += " " + say("Left out of it: what gas emits before it is burnt.")
    return say("CO2e"), f"{asked} {_saves(one, 1e-3, say('One more kg/MWh of CO2e allowed'))}"


def _land(one: Data) -> tuple[str, str]:
    asked = say("At most {area} of land.", area=area(one["asked"]))
    return say("land"), f"{asked} {_saves(one, _KM2, say('One more km² allowed'))}"


def _fuel(one: Data) -> tuple[str, str]:
    asked = say("At most {energy} of gas burnt a year.", energy=show(one["asked"], "Wh"))
    return say("gas"), f"{asked} {_saves(one, 1e9, say('One more GWh of gas a year allowed'))}"


def _firm(one: Data) -> tuple[str, str]:
    asked = say(
        "At least {power} of plants that run as wanted: with fewer the test is not passed.",
        power=show(one["asked"], "W"),
    )
    saved = one["saves"]["value"] * 1e6
    return say("reserve"), f"{asked} {_saves(one, 1e6, say('One MW less of it'))}" if saved >= _WORTH else asked


_TOLD = {"shortfall": _shortfall, "carbon": _carbon, "land": _land, "fuel": _fuel, "firm": _firm}


def _saves(one: Data, step: float, more: str) -> str:
    """What a step more of a limit saves a year; that it does not bind where that is nothing."""
    saved = one["saves"]["value"] * step
    if saved < _WORTH:
        return say("It costs nothing: the plan would be the same without it.")
    return say("{more} would save at most {money} a year.", more=more, money=show(saved, "USD"))


def mixes(data: Data) -> Rows:
    """This supply beside other mixes: what each costs, emits and takes up, and what is missing in the same test."""
    own = (say("this supply"), figures(data["cost"]["mean"] / _MWH), figures(data["carbon"]["per_load"] / 1e-3),
           figures(data["land"]["value"] / _KM2), share_text(data["test"]["missing"]["p90"]), _capital(supply_text(data)))  # fmt: skip
    head = (say("Mix"), say("USD/MWh"), say("kg/MWh"), say("km²"), say("Missing"), say("What is built"))
    note = say(
        "CO2e in kg per MWh of load. Land where the catalogue has a figure (sun). Missing: of the energy in the same test, in nine of ten "
        "cases at most. Units that a mix takes to pass it are in its sizes and cost; the rest of it is not sized again beside them."
    )
    rows = [own, *(_mix(one) for one in data["mixes"])]
    return Rows(say("Other mixes under the same limits"), head, rows, note)


def _mix(one: Data) -> tuple[str, ...]:
    if not one["possible"]:
        return (mix_text(one["name"]), "–", "–", "–", "–", mix_why(one))
    cost, co2e, land = one["cost"]["mean"], one["carbon"]["value"], one["land"]["value"]
    missing = share_text(one["test"]["missing"]["p90"]) if one["test"] else "–"
    sizes = _capital(sizes_text(one["sizes"]))
    return (mix_name(one), figures(cost / _MWH), figures(co2e / 1e-3), figures(land / _KM2), missing, sizes)


def mix_why(one: Data) -> str:
    """Why there is no such mix."""
    if str(one["why"]).startswith("not found"):
        return say("not found")
    return say("not offered") if str(one["why"]).startswith("none of") else say("none that keeps the limits")


def mix_name(one: Data) -> str:
    """The name of a mix; of grid and peaker, where the grid gives less than the rest, what it is instead."""
    shares = one.get("shares") or {}
    others = {source: share for source, share in shares.items() if source != "grid"}
    if one["name"] != "grid and peaker" or not others or shares.get("grid", 0.0) >= sum(others.values()):
        return mix_text(one["name"])
    return say("grid and {source}", source=source_text(max(others, key=lambda source: others[source])))


def mix_text(name: str) -> str:
    """The name of a mix in the language that is spoken."""
    told = {
        "gas only": say("gas only"), "44 % sun": say("44 % sun"), "90 % sun": say("90 % sun"), "grid and peaker": say("grid and peaker"),
    }  # fmt: skip
    return told.get(name, name)


def sizes_text(sizes: Data) -> str:
    """Sizes by name in words; what a battery holds stands with its power."""
    parts = []
    for name, size in sizes.items():
        if not name.endswith(" energy"):
            held = sizes.get(f"{name} energy")
            parts.append(f"{source_text(name)} {show(size, 'W')}" + (f" / {show(held, 'Wh')}" if held else ""))
    return ", ".join(parts)


# --- test and basis ---------------------------------------------------------------------------------------------------------------


def trial(data: Data) -> str:
    """What came of the test, in words."""
    made = data["test"]
    text = say(
        "Run by rule, without knowing the weather ahead, in {draws} over {years} {which}: {hours} a year without enough; "
        "{missing} of the energy missing; {worst} lacking in the worst hour; {cost} USD/MWh with what was really burnt and bought.",
        draws=counted(made["draws"], "history of failures", "histories of failures"), which=_which(data),
        years=counted(len(made["years"]), "weather year"), hours=span(made["shortfall_hours"], " h"),
        missing=f"{span({name: 100.0 * made['missing'][name] for name in _LEVELS})} %",
        worst=span({name: made["worst"][name] / 1e6 for name in _LEVELS}, " MW"),
        cost=span({name: made["cost"][name] / _MWH for name in _LEVELS}),
    )  # fmt: skip
    text += _of_cost(made) + _beyond(made) + _stood_by(made) + _taken_for_granted(data)
    failed = "" if made["passed"] else " " + say("What could be added of what is offered does not make it pass.")
    return f"{text} {say('P50, and P10 to P90 where they differ.')}{failed}"


def _of_cost(made: Data) -> str:
    """What of the cost of the test sizing leaves out, and what is for highest hours; nothing where it is as good as nothing."""
    told = {
        "part_load": say("fuel at part load"), "starts": say("starts"), "demand_charge": say("the highest hours of months"),
    }  # fmt: skip
    parts = [
        f"{what} {_little(made['of_cost'][name]['p50'] / _MWH)}" for name, what in told.items() if made["of_cost"][name]["p50"] >= _LITTLE
    ]
    return " " + say("Of that: {parts} USD/MWh.", parts=", ".join(parts)) if parts else ""


def _stood_by(made: Data) -> str:
    """What the site's own backup gave in the test."""
    parts = [say("{size} of {kind}: {energy} a year", size=show(one["size"], "W"), kind=kind_text(one["name"]), energy=_given(one))
             for one in made["backups"]]  # fmt: skip
    return " " + say("The site’s own backup stood by: {parts}.", parts=", ".join(parts)) if parts else ""


def _given(one: Data) -> str:
    return span({name: one[name] / 1e9 for name in _LEVELS}, " GWh")


def _beyond(made: Data) -> str:
    """In how many histories a limit that the plan keeps is not kept by rule."""
    told = {"carbon": say("CO2e"), "fuel": say("gas")}
    parts = [
        say("the limit on {what} in {often}", what=what, often=_often(made["beyond_limit"][name]["value"], made["draws"]))
        for name, what in told.items() if name in made["beyond_limit"]
    ]  # fmt: skip
    return " " + say("By rule more is burnt than {parts}.", parts=", ".join(parts)) if parts else ""


def _taken_for_granted(data: Data) -> str:
    """What the test takes the grid to be, where a supply has one."""
    return " " + say("The grid is one connection that fails as a whole now and then.") if _has_grid(data) else ""


_LEVELS = ("p10", "p50", "p90")


def span(levels: Data, unit: str = "") -> str:
    """P50 with P10 to P90 where they differ."""
    low, middle, high = (figures(levels[name]) for name in _LEVELS)
    return f"{middle}{unit}" if low == high else f"{middle}{unit} ({say('{low} to {high}', low=low, high=high)})"


def draws_text(data: Data) -> str:
    """On how many histories the test stands, and their seed."""
    if data["test"]["draws"] == 1:
        return say("Draws: 1 history of failures, seed {seed}.", seed=data["seed"])
    return say("Draws: {draws} histories of failures, seed {seed}.", draws=figures(data["test"]["draws"]), seed=data["seed"])


def rests_on(data: Data) -> list[str]:
    """What the numbers rest on: sources and how many numbers are from each, and every assumption by name."""
    assumed = [one for one in data["basis"] if one["source"] == ASSUMED]
    sources: dict[str, int] = {}
    for one in data["basis"]:
        if one["source"] != ASSUMED:
            sources[one["source"] or say("your own value")] = sources.get(one["source"] or say("your own value"), 0) + 1
    texts = []
    if sources:
        told = ", ".join(f"{name} ({number})" for name, number in sorted(sources.items(), key=lambda pair: (-pair[1], pair[0])))
        texts.append(say("Numbers from sources: {sources}.", sources=told))
    if assumed:
        texts.append(say("Assumptions of ours, grade D: {assumptions}.", assumptions="; ".join(_assumptions(assumed))))
    units = say("Medians of the catalogue; money is USD of the catalogue’s years, power is facility power, at the meter.")
    return [*texts, f"{units} {left_out()}"]


def left_out() -> str:
    """What the plan does not count."""
    return say(
        "The plan knows all weather ahead, the test does not. Wind, nuclear power and fuel cells are bought at contract prices of the "
        "catalogue. The racks take the same in every hour. Left out: the network within and to the site, soft costs of plants "
        "(engineering, permits, reserves), taxes and credits; in the plan, but not in the test: least load, ramps, part load, starts, "
        "failures."
    )


def _assumptions(rows: Sequence[Data]) -> list[str]:
    by: dict[str, list[str]] = {}
    for one in rows:
        by.setdefault(source_text(one["of"]), []).append(f"{what_text(one['what'])} {value_of(one)}")
    return [f"{of}: {', '.join(texts)}" for of, texts in by.items()]


def basis(data: Data) -> Rows:
    """Every number that the offers rest on, with its source; assumptions say so."""
    rows = [
        (_capital(source_text(one["of"])), what_text(one["what"]), value_of(one),
         say("assumption") if one["source"] == ASSUMED else f"{one['source'] or say('your own value')} {one['grade']}".strip(), one["note"])
        for one in data["basis"]
    ]  # fmt: skip
    head = (say("Of what"), say("What"), say("Value"), say("Source"), say("Note"))
    return Rows(say("The numbers that it rests on"), head, rows)


def value_of(one: Data) -> str:
    """The value of a number behind the plan with its unit."""
    return show(one["value"], one["unit"]).replace("m2", "m²").replace("m3", "m³").replace("*", "·").removesuffix(" 1")


def what_text(what: str) -> str:
    """What a number of the catalogue is, in words."""
    told = {
        "heat_rate": say("heat per energy"), "price": say("price"), "capex": say("capital cost"),
        "capex_energy": say("capital cost of what it holds"),
        "discount_rate": say("real discount rate"), "life": say("life"), "om_fixed": say("fixed upkeep"),
        "om_variable": say("upkeep by use"),
        "availability": say("availability"), "unit_size": say("unit size"), "co2e": say("CO2e"), "lead_time": say("lead time"),
        "connection_time": say("wait for a connection"), "efficiency": say("efficiency"), "delivery_adder": say("delivery"),
        "tracking_limit": say("turn of the tracker at most"), "ground_cover": say("cover of the ground"), "dc_ac_ratio": say("DC over AC"),
        "temperature_loss": say("loss by heat"), "heat_constant": say("heat loss, constant"), "heat_wind": say("heat loss, with wind"),
        "losses": say("losses"), "inverter": say("inverter"), "albedo": say("albedo"), "land": say("land"), "cut_in": say("wind to start"),
        "rated": say("wind for full power"), "cut_out": say("wind to stop"), "hub_height": say("hub height"), "shear": say("wind shear"),
        "capacity": say("size"), "water": say("water consumed"), "duration": say("hours held"),
        "lcoe": say("contract price"), "capacity_factor": say("mean output"), "time_to_repair": say("time to repair"),
        "minimum_load": say("least load"), "heat_half_load": say("heat at half load over that at full load"),
        "ramp": say("ramp"), "start_cost": say("cost of a start"),
    }  # fmt: skip
    return told.get(what, what.replace("_", " "))


# --- numbers ----------------------------------------------------------------------------------------------------------------------


def money(cost: float) -> str:
    """A cost per energy: `80.1 USD/MWh`."""
    return show(cost, "USD/Wh")


def area(value: float) -> str:
    """Land: `8.1 km²`."""
    return f"{figures(value / _KM2)} km²"


def share_text(share: float) -> str:
    """A share in per cent."""
    return f"{_little(100.0 * share)} %"


def _little(value: float) -> str:
    """A number of three figures; what is above nothing and below a hundredth says so."""
    return f"< {figures(0.01)}" if 0.0 < value < 0.01 else figures(value)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
