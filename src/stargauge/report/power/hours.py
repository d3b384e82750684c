"""A site's supply hour by hour in words and tables: the same in a terminal and on a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stargauge.audit.hours.accounts import GASES
from stargauge.quantity.power.hourly import MONTH_ENDS
from stargauge.quantity.weather.weather import YEAR_HOURS
from stargauge.report.locale import notation, say, words
from stargauge.report.power.power_words import Rows
from stargauge.report.terminal import PLAIN, Style, labelled, table, wrapped
from stargauge.report.wording import counted, figures, show

Data = Mapping[str, Any]

PARTS = ("bought", "gas", "upkeep", "connection", "demand_charge")
_EVERY = 3
_LABEL = 13
_WIDTHS = {
    "sources": ((13, "l"), (16, "l"), (9, "r"), (9, "r"), (9, "r"), (7, "r")),
    "months": ((6, "l"), (8, "r"), (5, "r"), (8, "r"), (8, "r"), (8, "r"), (8, "r"), (9, "r")),
    "clock": ((15, "l"), (9, "r"), (9, "r"), (9, "r"), (13, "r")),
    "runs": ((18, "w"), (8, "l"), (8, "r"), (9, "r"), (10, "r"), (9, "r")),
    "beside": ((18, "l"), (12, "r"), (12, "r"), (10, "r")),
}  # fmt: skip


def render_hours(data: Data, style: Style = PLAIN, report: str | None = None) -> str:
    """The year first, then sources, cost, greenhouse gas and water, months, hours of the day, tokens and runs, and the months beside."""
    lines = [*(style.bold(line) for line in wrapped(sentence(data), style.width)), *map(style.soft, wrapped(about(data), style.width))]
    lines += _block("sources", sources(data), style)
    lines.append("")
    for label, text in told(data):
        lines += labelled(label, text, style, indent=0, label_width=_LABEL)
    lines += _block("months", months(data), style)
    lines += _block("clock", clock(data, _EVERY), style)
    lines += _block("runs", runs(data), style) if data["training_runs"] else []
    lines += [*_block("beside", beside(data), style), ""]
    for text in (*notes(data), basis(data)):
        lines += wrapped(text, style.width)
    page = report or say("add {option}", option="--report hours.html")
    return style.finish([*lines, "", f"{say('All figures'):<13}--json", f"{say('Page'):<13}{page}"])


def _block(name: str, made: Rows, style: Style) -> list[str]:
    columns = [(head, width, side) for head, (width, side) in zip(made.head, _WIDTHS[name], strict=True)]
    return ["", *table(columns, made.rows, style), *(style.soft(line) for line in wrapped(made.note, style.width))]


# --- numbers ------------------------------------------------------------------------------------------------------------------------


def level(of: Mapping[str, float] | None, unit: str, key: str = "p50") -> str:
    """One level with its unit; a dash where there is none."""
    return "–" if of is None else show(of[key], unit)


def spread(of: Mapping[str, float] | None, unit: str) -> str:
    """The middle, and from where to where."""
    if of is None:
        return say("not given")
    low, middle, high = (show(of[key], unit, of["p50"] or None) for key in ("p10", "p50", "p90"))
    return middle if low == middle == high else say("{middle} ({low} to {high})", middle=middle, low=low, high=high)


def _ratio(of: Mapping[str, float] | None) -> str:
    """The middle of a PUE, to two places, so that months stand under one another."""
    return "–" if of is None else notation().number(f"{of['p50']:.2f}")


def _short(water: str) -> str:
    return water.replace(" million ", "m ").replace(" bn ", "bn ")


def month_name(number: int) -> str:
    """A month in short."""
    spoken = words()
    return spoken.short_months[number - 1] if spoken.short_months else spoken.months[number - 1][:3]


def hour_text(hour: int) -> str:
    """An hour of a year of 365 days: its day and the hours of the clock."""
    return say("{date}, {start}:00 to {end}:00", date=day_text(hour), start=hour % 24, end=hour % 24 + 1)


def day_text(hour: int) -> str:
    """The day of an hour of a year of 365 days."""
    month = next(place for place, end in enumerate(MONTH_ENDS) if hour < end)
    first = MONTH_ENDS[month - 1] if month else 0
    return say("{day} {month}", day=(hour - first) // 24 + 1, month=words().months[month])


# --- words --------------------------------------------------------------------------------------------------------------------------


def sentence(data: Data) -> str:
    """The answer in one sentence."""
    year, gas = data["year"], data["emissions"]
    return say(
        "{site} in {year}: {energy} at the meter, PUE {pue}; {carbon} CO2e in scopes 1 and 2; {cost}.",
        site=data["site"], year=data["year_asked"], energy=spread(year["meter"], "Wh"), pue=spread(year["pue"], "1"),
        carbon=spread(gas["per_energy"], "g/Wh"), cost=spread(data["cost"]["total"], "USD/Wh"),
    )  # fmt: skip


def title(data: Data) -> str:
    """The head of a page."""
    return say("{site} in {year}, hour by hour", site=data["site"], year=data["year_asked"])


def about(data: Data) -> str:
    """What it was made with: draws, weather, cooling, load, factors."""
    weather = data["weather"]
    years = counted(weather["years"], "year")
    kind = say("{years} of synthetic weather", years=years) if weather["kind"] == "synthetic" else say("{years} of a file", years=years)
    design = say("as the programme file has it") if data["design_stated"] else say("assumed or asked for")
    factors = say(" Factors of the grid: {file}.", file=data["factors"]) if data["factors"] else ""
    return say(
        "{draws} of the model, each in one weather year: {place}, {kind}. Cooling: {cooling}, {design}. Load: {profile}, an assumption, "
        "with the mean of each draw in every month.{factors}",
        draws=counted(data["draws"], "draw"), place=weather["name"], kind=kind, cooling=data["design"], design=design,
        profile=_profile(data["profile"]), factors=factors,
    )  # fmt: skip


def _profile(name: str) -> str:
    known = {"mixed": say("mixed"), "training": say("training"), "inference": say("inference"), "flat": say("flat")}
    return known[name]


def source_name(name: str) -> str:
    """A source of the programme, in words."""
    known = {
        "grid": say("grid"), "gas": say("gas"), "fuel_cell": say("fuel cells"), "solar": say("sun"), "wind": say("wind"),
        "nuclear": say("nuclear power"), "battery": say("battery"),
    }  # fmt: skip
    return known[name]


def told(data: Data) -> Iterator[tuple[str, str]]:
    """What is missing, the highest hour, cost, greenhouse gas, water, a million tokens: each with its label."""
    year, water = data["year"], data["water"]
    yield say("Missing"), missing(data)
    yield say("Highest hour"), say("{peak}; of the grid, mean of the months {billed}.", peak=spread(year["peak"], "W"),
                                   billed=spread(year["billed_peak"], "W"))  # fmt: skip
    yield say("Cost"), cost(data)
    for name in GASES:
        if data["emissions"][name] is not None:
            yield "CO2e", gas_text(name, spread(data["emissions"][name], "g"))
    yield say("Water"), say("{site} at the site, {upstream} at the power plants that feed it.", site=spread(water["site"], "L"),
                            upstream=spread(water["upstream"], "L"))  # fmt: skip
    if (tokens := data["per_million_tokens"]) is not None:
        gas = tokens["emissions"]
        yield say("1m tokens"), say(
            "{energy}; {one} and {two} CO2e (scopes 1, 2); {site} and {upstream} of water (site, power plants).",
            energy=spread(tokens["meter"], "Wh"), one=level(gas["scope1"], "g"), two=level(gas["scope2"], "g"),
            site=level(tokens["water_site"], "L"), upstream=level(tokens["water_upstream"], "L"),
        )  # fmt: skip


def missing(data: Data) -> str:
    """What is missing, with the hour and the amount of the worst."""
    year, worst = data["year"], data["shortage_worst"]
    if worst is None:
        return say("nothing: supply meets the load in every hour of every draw.")
    return say(
        "{hours} a year, {energy}; some in {draws} of {all}. In the worst draw {total} in {count}, first on {first}; most on {when}: "
        "{amount}. How often units and the grid fail is assumed.",
        hours=spread(year["shortfall_hours"], "h"), energy=spread(year["shortfall"], "Wh"), draws=figures(worst["draws"]),
        all=counted(data["draws"], "draw"), total=show(worst["energy"], "Wh"), count=counted(worst["hours"], "hour"),
        first=hour_text(worst["first_hour"]), when=hour_text(worst["worst_hour"]), amount=show(worst["worst"], "W"),
    )  # fmt: skip


def cost(data: Data) -> str:
    """The parts of the cost."""
    named = {"bought": say("energy bought"), "gas": say("gas"), "upkeep": say("upkeep of plants"),
             "connection": say("capacity and fixed charges"), "demand_charge": say("charge for the highest hour")}  # fmt: skip
    parts = ", ".join(f"{named[name]} {level(data['cost'][name], 'USD/Wh')}" for name in PARTS if data["cost"][name] is not None)
    return parts + ("." if data["cost"]["demand_charge"] is not None else say("; no tariff is stated for the highest hour."))


def gas_text(name: str, amount: str) -> str:
    """What a sum of greenhouse gas is."""
    if name == "scope1":
        return say("{amount} burnt on site (scope 1).", amount=amount)
    if name == "scope2":
        return say("{amount} of the grid, by location (scope 2).", amount=amount)
    if name == "upstream_gas":
        return say("{amount} of gas before it is burnt (scope 3).", amount=amount)
    return say("{amount} of what more load makes run; beside scope 2, never added.", amount=amount)


def notes(data: Data) -> Iterator[str]:
    """What must be said beside the figures."""
    known = {
        "grid_unstated": say("The programme’s file puts no number on the grid connection: it is taken as large as what is energised."),
        "no_backup": say("While the connection is out, only sources of the programme’s file carry the site: uninterruptible supply and "
                         "generators that it does not name are not counted."),
        "tariff": say("The grid is paid for by the tariff {file} in the hours, and at the programme’s price in its own months.",
                      file=data["tariff"] or ""),
        "leap_day": say("A year here has 365 days: 29 February is left out, and the months beside are scaled."),
        "other_design": say("The programme’s own months are of another design of cooling than the hours."),
        "weather_solar": say("The weather lacks wind or sun: modules are taken as in still air, or as giving their usual share in every "
                             "hour."),
        "weather_wind": say("The weather has no wind: wind power gives its usual share of capacity in every hour."),
    }  # fmt: skip
    yield from (known[note["what"]] for note in data["notes"])
    late = [(row, int(row["from_hour"]["p50"])) for row in data["supply"] if row["from_hour"]["p50"] > 0.0]
    if late:
        yield say("Not there from the first day of the year on: {sources}.", sources=", ".join(_late(row, hour) for row, hour in late))


def _late(row: Data, hour: int) -> str:
    """A source that is not there from the first day on, and from when it is."""
    name = source_name(row["source"])
    return (
        say("{source} (after this year)", source=name)
        if hour >= YEAR_HOURS
        else say("{source} (from {day})", source=name, day=day_text(hour))
    )


def basis(data: Data) -> str:
    """What the figures rest on."""
    return say(
        "P10 to P90 over the draws. Load profile, part load, failures and most factors of water are assumptions of grade D (catalogue: "
        "energy, facility). Per energy, token and run: over what was served. Money of {year}, without capital.",
        year=data["price_year"] or say("the price year"),
    )  # fmt: skip


# --- tables -------------------------------------------------------------------------------------------------------------------------


def sources(data: Data) -> Rows:
    """What each source gives."""
    stated, roles = (
        {row["source"]: row for row in data["supply"]},
        {"prime": say("prime"), "alone": say("alone"), "backup": say("backup"), "storage": say("storage")},
    )
    rows = []
    for row in data["sources"]:
        said = stated[row["source"]]
        rows.append((
            source_name(row["source"]), roles[said["role"]] + ("" if said["stated"] else say(", unstated")), level(said["capacity"], "W"),
            level(row["energy"], "Wh"), level(row["fuel"], "Wh"), level(row["starts"], "1"),
        ))  # fmt: skip
    return Rows(say("What each source gives"), (say("source"), say("role"), say("size"), say("gives"), say("gas"), say("starts")), rows)


def months(data: Data) -> Rows:
    """The months of the year."""
    head = (say("month"), say("meter"), "PUE", say("highest"), say("missing"), say("scope 1"), say("scope 2"), say("water"))
    rows = [
        (month_name(row["month"]), level(row["meter"], "Wh"), _ratio(row["pue"]), level(row["peak"], "W"),
         level(row["shortfall"], "Wh"), level(row["emissions"]["scope1"], "g"), level(row["emissions"]["scope2"], "g"),
         _short(level(row["water_site"], "L")))
        for row in data["months"]
    ]  # fmt: skip
    return Rows(say("By month"), head, rows)


def clock(data: Data, every: int = 1) -> Rows:
    """The hours of the day, over the year."""
    head = (say("hour of the day"), say("mean"), say("scope 1"), say("scope 2"), say("water at site"))
    rows = [
        (f"{row['hour']:02d}:00", level(row["mean_power"], "W"), level(row["emissions"]["scope1"], "g"),
         level(row["emissions"]["scope2"], "g"), _short(level(row["water_site"], "L")))
        for row in data["clock"] if row["hour"] % every == 0
    ]  # fmt: skip
    return Rows(say("By hour of the day, over the year"), head, rows)


def runs(data: Data) -> Rows:
    """A training run of each model, in the month that emits least and in the one that emits most."""
    head = (say("a training run of"), say("begun in"), say("lasts"), say("meter"), say("scope 1+2"), say("water"))
    rows = []
    for run in data["training_runs"]:
        by_month, ends = {row["month"]: row for row in run["months"]}, run["emissions"]
        if ends is None:
            rows.append((run["model"], "–", say("too long"), "–", "–", "–"))
            continue
        for which in dict.fromkeys((ends["best"], ends["worst"])):
            row = by_month[which]
            rows.append((run["model"], month_name(which), level(row["hours"], "h"), level(row["meter"], "Wh"), level(row["scopes"], "g"),
                         _short(level(row["water"], "L"))))  # fmt: skip
    return Rows(say("A training run, in its best and its worst month for CO2e"), head, rows)


def beside(data: Data) -> Rows:
    """The hours held against the programme's own months."""
    named = {
        "pue": "PUE", "meter": say("at the meter"), "shortfall": say("missing"), "water_hall": say("water of the hall"),
        "cost": say("cost"), "scope1": say("scope 1"), "scope2": say("scope 2"),
    }  # fmt: skip
    rows = []
    for name, row in data["beside_months"].items():
        if name in named:
            ratio = row["ratio"]
            both = [_ratio(row[of]) if name == "pue" else _short(level(row[of], row["unit"])) for of in ("months", "hours")]
            rows.append((named[name], *both, "–" if ratio is None else figures(ratio["p50"])))
    why = say(
        "The programme’s own months balance supply over a month: the load is even, the weather is one typical year, neither the grid nor "
        "more units than usual fail at once, and plants that stand by cost nothing. Draws and the rule of the hall are the same for both."
    )
    return Rows(say("Beside the programme’s own months"), (say("beside"), say("by month"), say("by hour"), say("hour/month")), rows, why)
