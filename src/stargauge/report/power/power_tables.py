"""The tables of a supply: what is built, prices, what is there, stages, emissions and water, mixes, what it rests on."""

from __future__ import annotations

from stargauge.audit.wording.words import sentence_case
from stargauge.report.locale import say
from stargauge.report.power.power_words import (
    ASSUMED,
    KM2,
    LEVELS,
    LITTLE,
    MWH,
    Data,
    Rows,
    already_there,
    cost_part,
    has_grid,
    kind_text,
    mix_name,
    mix_text,
    money,
    price_name,
    ready_text,
    share_text,
    sizes_text,
    source_text,
    span,
    stage_name,
    supply_text,
    value_of,
    what_text,
)
from stargauge.report.wording import counted, day_text, figures, show


def plants(data: Data) -> Rows:
    """What is built, what it gives and costs, and from when it could be there."""
    costs = data["cost"]["parts"]
    rows = [
        (sentence_case(source_text(one["name"])), show(one["size"], "W"),
         f"{figures(one['units'])} × {show(one['unit_size'], 'W')}" if one["units"] else "–", show(one["energy"], "Wh"),
         share_text(one["share"]), cost_part(costs.get(one["name"])), ready_text(one))
        for one in data["plants"] if one["size"]
    ]  # fmt: skip
    rows += [
        (sentence_case(source_text(one["name"])), show(one["size"], "W"), show(one["energy_size"], "Wh"), show(one["energy"], "Wh"), "–",
         cost_part(costs.get(one["name"])), ready_text(one))
        for one in data["batteries"] if one["size"]
    ]  # fmt: skip
    head = (say("Source"), say("Size"), say("Units"), say("A year"), say("Share"), say("USD/MWh"), say("There from"))
    note = [say("USD/MWh: part of the cost of a unit of the load. Of a battery: its energy, and what it gives.")]
    if any(already_there(one) for one in (*data["plants"], *data["batteries"])):
        note.append(say("What is there already costs no capital."))
    if levels := data["cost"]["range"]:
        note.append(_drawn({name: levels[name] / MWH for name in LEVELS}))
    if data["cost"]["demand_charge"] >= LITTLE:
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
    deciding = [one for one in data["basis"] if _decides(one, data)]
    rows = [(sentence_case(price_name(one)), value_of(one), _year(one, first), _source(one)) for one in deciding]
    if data["tariff"] and has_grid(data):
        rows.insert(0, (sentence_case(source_text("grid")), say("by tariff"), "–", str(data["tariff"])))
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
        return what in ("price", "delivery_adder") and not data["tariff"] and has_grid(data)
    if what == "discount_rate":
        return any(name in _BUILT for name in built)
    return of in built and what in ("capex", "capex_energy", "lcoe", "price")


#: What is built and paid by its capital, at the discount rate.
_BUILT = ("gas-engine", "gas-turbine", "combined-cycle", "solar", "battery")


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
        (sentence_case(kind_text(one["name"])), _stated_size(one), day_text(one["ready"]) if one["ready"] else "–", _stated_by(one))
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
        (stage_name(one), sentence_case(_stage_text(one)),
         figures(one["shortfall_hours"]["p90"]), share_text(one["missing"]["p90"]) + ("" if one["passed"] else f", {say('too much')}"))
        for one in data["stages"]
    ]  # fmt: skip
    head = (say("Period"), say("What is there"), say("h short"), say("Missing"))
    note = say("Each stage run by rule in its own hours, of a stage longer than a year its last year: hours short and share of the energy "
               "missing in nine of ten tests at most.")  # fmt: skip
    return Rows(say("Stage by stage"), head, rows, note)


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


def mixes(data: Data) -> Rows:
    """This supply beside other mixes: what each costs, emits and takes up, and what is missing in the same test."""
    own = (say("this supply"), figures(data["cost"]["mean"] / MWH), figures(data["carbon"]["per_load"] / 1e-3),
           figures(data["land"]["value"] / KM2), share_text(data["test"]["missing"]["p90"]), sentence_case(supply_text(data)))  # fmt: skip
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
    sizes = sentence_case(sizes_text(one["sizes"]))
    return (mix_name(one), figures(cost / MWH), figures(co2e / 1e-3), figures(land / KM2), missing, sizes)


def mix_why(one: Data) -> str:
    """Why there is no such mix."""
    if str(one["why"]).startswith("not found"):
        return say("not found")
    return say("not offered") if str(one["why"]).startswith("none of") else say("none that keeps the limits")


def basis(data: Data) -> Rows:
    """Every number that the offers rest on, with its source; assumptions say so."""
    rows = [
        (sentence_case(source_text(one["of"])), what_text(one["what"]), value_of(one),
         say("assumption") if one["source"] == ASSUMED else f"{one['source'] or say('your own value')} {one['grade']}".strip(), one["note"])
        for one in data["basis"]
    ]  # fmt: skip
    head = (say("Of what"), say("What"), say("Value"), say("Source"), say("Note"))
    return Rows(say("The numbers that it rests on"), head, rows)
