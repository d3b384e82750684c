"""The cheapest supply of a site in words and tables: the same in a terminal and on a page."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence

from stargauge.report.locale import notation, say
from stargauge.report.power.facility import weather_note
from stargauge.report.power.power_limits import limits
from stargauge.report.power.power_tables import footprint, mixes, plants, prices, stages, stated
from stargauge.report.power.power_words import (
    ASSUMED,
    LEVELS,
    LITTLE,
    MWH,
    Data,
    Rows,
    has_grid,
    kind_text,
    little,
    money,
    often,
    share_text,
    source_text,
    span,
    supply_text,
    value_of,
    what_text,
    which,
)
from stargauge.report.terminal import PLAIN, Style, labelled, table, wrapped
from stargauge.report.wording import counted, day_text, figures, show


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
    lines = [f"{say('The dates'):<19}stargauge schedule {shlex.quote(asked)}"] if asked else []
    told = [(say("All numbers"), "--json")]
    told += [(say("Nothing there yet"), "--greenfield")] if any(one["used"] for one in data["stated"]) else []
    told += [] if data["start"] else [(say("By a day"), "--by 2028-06")]
    told += [] if any(one["name"] == "carbon" for one in data["limits"]) else [(say("With less CO2e"), "--emissions '200 kg/MWh'")]
    told += [] if report else [(say("Weeks as charts"), "--report power.html")]
    lines += [f"{label:<19}{say('add {option}', option=option)}" for label, option in told]
    return [*lines, *([f"{say('Report'):<19}{report}"] if report else [])]


def sentence(data: Data) -> str:
    """The answer in one sentence; what it does not keep in the test goes before it."""
    return _not_kept(data) + say(
        "To carry {load} at {site} {how} costs {cost} in money of the catalogue’s years: {supply}; tested on {years} {which}: {hours} "
        "short a year; {bound}.",
        load=load_text(data), site=data["site"], how=_how(data), cost=_cost(data), supply=supply_text(data),
        years=counted(len(data["test"]["years"]), "weather year"), hours=span(data["test"]["shortfall_hours"], " h"), which=which(data),
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
                often=often(share["value"], test["draws"]), most=told[name](test[name]["p90"]), allowed=told[name](asked[name]),
            ))  # fmt: skip
    return "".join(f"{text} " for text in texts)


def _close(value: float) -> str:
    """A number to five figures: what is just above a limit reads apart from it."""
    return notation().number(f"{value:,.5g}")


def _cost(data: Data) -> str:
    """The cost as tested, at drawn prices and as planned, each with what it is; of a staged supply, tested at its end, the plan leads."""
    tested, planned = data["test"]["cost"]["p50"], data["cost"]["mean"]
    others = [_range(data)] if data["cost"]["range"] is not None else []
    if data["start"]:
        others.append(say("{cost} as tested, once all of it is there", cost=figures(tested / MWH)))
        return say("{cost} as planned, over all its years ({others})", cost=money(planned), others="; ".join(others))
    others.append(say("{cost} as planned", cost=figures(planned / MWH)))
    return say("{cost} as tested, with what was really burnt and bought ({others})", cost=money(tested), others="; ".join(others))


def _range(data: Data) -> str:
    """The cost at drawn prices."""
    low, high = (figures(data["cost"]["range"][name] / MWH) for name in ("p10", "p90"))
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
    if data["tariff"] or not has_grid(data):
        return ""
    return say(
        "The grid is taken at one price in all hours, free to hold, with no charge for capacity: give what it costs there with --tariff."
    )


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


def about(data: Data) -> str:
    """One line of what was asked: programme, day, load, weather, years."""
    parts = [data["programme"]["name"], say("known on {day}", day=day_text(data["as_of"])), _load_from(data), _weather(data)]
    return ", ".join(parts) + "." + "".join(f" {note[:1].upper()}{note[1:]}." for note in map(weather_note, data["weather"]["notes"]))


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


def trial(data: Data) -> str:
    """What came of the test, in words."""
    made = data["test"]
    text = say(
        "Run by rule, without knowing the weather ahead, in {draws} over {years} {which}: {hours} a year without enough; "
        "{missing} of the energy missing; {worst} lacking in the worst hour; {cost} USD/MWh with what was really burnt and bought.",
        draws=counted(made["draws"], "history of failures", "histories of failures"), which=which(data),
        years=counted(len(made["years"]), "weather year"), hours=span(made["shortfall_hours"], " h"),
        missing=f"{span({name: 100.0 * made['missing'][name] for name in LEVELS})} %",
        worst=span({name: made["worst"][name] / 1e6 for name in LEVELS}, " MW"),
        cost=span({name: made["cost"][name] / MWH for name in LEVELS}),
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
        f"{what} {little(made['of_cost'][name]['p50'] / MWH)}" for name, what in told.items() if made["of_cost"][name]["p50"] >= LITTLE
    ]
    return " " + say("Of that: {parts} USD/MWh.", parts=", ".join(parts)) if parts else ""


def _stood_by(made: Data) -> str:
    """What the site's own backup gave in the test."""
    parts = [say("{size} of {kind}: {energy} a year", size=show(one["size"], "W"), kind=kind_text(one["name"]), energy=_given(one))
             for one in made["backups"]]  # fmt: skip
    return " " + say("The site’s own backup stood by: {parts}.", parts=", ".join(parts)) if parts else ""


def _given(one: Data) -> str:
    return span({name: one[name] / 1e9 for name in LEVELS}, " GWh")


def _beyond(made: Data) -> str:
    """In how many histories a limit that the plan keeps is not kept by rule."""
    told = {"carbon": say("CO2e"), "fuel": say("gas")}
    parts = [
        say("the limit on {what} in {often}", what=what, often=often(made["beyond_limit"][name]["value"], made["draws"]))
        for name, what in told.items() if name in made["beyond_limit"]
    ]  # fmt: skip
    return " " + say("By rule more is burnt than {parts}.", parts=", ".join(parts)) if parts else ""


def _taken_for_granted(data: Data) -> str:
    """What the test takes the grid to be, where a supply has one."""
    return " " + say("The grid is one connection that fails as a whole now and then.") if has_grid(data) else ""


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
