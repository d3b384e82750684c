"""Names, amounts and short texts of a supply that its sentences and tables share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from stargauge.report.locale import say
from stargauge.report.wording import counted, day_text, figures, show

Data = Mapping[str, Any]
MWH, KM2 = 1e-6, 1e6
#: What costs less than this is as good as nothing, USD/Wh.
LITTLE = 1e-8
ASSUMED = "stargauge-assumption"
STATED = "stated-"


class Rows(NamedTuple):
    """A table: its title, the heads of its columns, its rows, and what a reader should know."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    note: str = ""


def often(share: float, draws: int) -> str:
    """In what part of the tests something is so."""
    return say("the one test") if draws == 1 else say("{share} of the tests", share=share_text(share))


def has_grid(data: Data) -> bool:
    """Whether any of the supply is a connection to the grid."""
    return any(one["name"] == "grid" and one["size"] for one in data["plants"])


def which(data: Data) -> str:
    """Whether the years of the test are others than those it was sized on, and what of a staged supply is tested."""
    years = say("that it was sized on, for want of others") if data["test"]["same_weather"] else say("it was not sized on")
    return years + (say(", as it stands once all of it is there") if data["start"] else "")


def supply_text(data: Data) -> str:
    """What is built: numbers of units where there are, powers, and what a battery holds."""
    parts = [_plant_text(one) for one in data["plants"] if one["size"] and not already_there(one)]
    parts += [
        say("a battery of {power} / {energy}", power=show(one["size"], "W"), energy=show(one["energy_size"], "Wh"))
        for one in data["batteries"] if one["size"] and not already_there(one)
    ]  # fmt: skip
    there = [say("{power} of {source}", power=show(one["size"], "W"), source=kind_text(one["name"]))
             for one in (*data["plants"], *data["batteries"]) if one["size"] and already_there(one)]  # fmt: skip
    if not there:
        return ", ".join(parts) or say("nothing")
    already = say("what is there already ({there})", there=", ".join(there))
    return say("{built}, beside {already}", built=", ".join(parts), already=already) if parts else already


def already_there(one: Data) -> bool:
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


def price_name(one: Data) -> str:
    """What a price is of, in words."""
    if one["of"].startswith("grid-"):
        return say("grid, delivery") if one["what"] == "delivery_adder" else say("grid, wholesale")
    if one["what"] == "discount_rate":
        return what_text("discount_rate")
    return f"{source_text(one['of'])}, {what_text(one['what'])}"


def stage_name(one: Data) -> str:
    """From when to when a stage is."""
    return say("{low} to {high}", low=day_text(one["from"]), high=day_text(one["until"]))


def ready_text(one: Data) -> str:
    """The day something could be there if ordered today, and whether that is in time."""
    if one["ready"] is None:
        return "–"
    return f"{day_text(one['ready'])}, {say('late')}" if one["in_time"] is False else day_text(one["ready"])


def cost_part(cost: float | None) -> str:
    """A part of the cost of energy, in USD per MWh; a dash where it is not told."""
    return "–" if cost is None else little(cost / MWH)


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


LEVELS = ("p10", "p50", "p90")


def span(levels: Data, unit: str = "") -> str:
    """P50 with P10 to P90 where they differ."""
    low, middle, high = (figures(levels[name]) for name in LEVELS)
    return f"{middle}{unit}" if low == high else f"{middle}{unit} ({say('{low} to {high}', low=low, high=high)})"


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


def money(cost: float) -> str:
    """A cost per energy: `80.1 USD/MWh`."""
    return show(cost, "USD/Wh")


def area(value: float) -> str:
    """Land: `8.1 km²`."""
    return f"{figures(value / KM2)} km²"


def share_text(share: float) -> str:
    """A share in per cent."""
    return f"{little(100.0 * share)} %"


def little(value: float) -> str:
    """A number of three figures; what is above nothing and below a hundredth says so."""
    return f"< {figures(0.01)}" if 0.0 < value < 0.01 else figures(value)
