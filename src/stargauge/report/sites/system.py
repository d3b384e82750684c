"""Several programmes as one, as plain text: one sentence, power by region and year, what counts once, what is shared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stargauge.audit.sites.pools import pools_text
from stargauge.quantity.units import scale_of
from stargauge.report.locale import language, notation, say
from stargauge.report.retold import retold
from stargauge.report.terminal import PLAIN, Style, in_language, known_text, labelled, table, wrapped
from stargauge.report.wording import counted, day_text, percent

Row = Mapping[str, Any]

#: The stages in their order.
STAGES = ("announced", "contracted", "energised", "operational")
#: Years shown of a long table.
_YEARS = 5


def render_system(data: Mapping[str, Any], style: Style = PLAIN, every: bool = False, report: str | None = None) -> str:
    """The answer of `stargauge system`."""
    lines = [*map(style.bold, wrapped(str(data["sentence"]), style.width)), *_run_line(data, style)]
    for part in (_tables(data, style, every), _notes(data), _merged(data, style), _pools(data, style), _effect(data, style, every),
                 _left_out(data, style), _next(data, every, report)):  # fmt: skip
        lines += ["", *part] if part else []
    return style.finish(lines)


def _run_line(data: Mapping[str, Any], style: Style) -> list[str]:
    return [style.soft(line) for line in wrapped(run_text(data), style.width)]


def run_text(data: Mapping[str, Any]) -> str:
    """What was run, and what all the power is."""
    many = counted(len(data["programmes"]), "programme")
    return f"{many}, {known_text(data)}, {counted(data['draws'], 'draw')}. {say('All power is facility power, at the meter.')}"


def unit_of(data: Mapping[str, Any]) -> tuple[float, str]:
    """The unit of power in which the whole reads best, and how many watts it is."""
    return scale_of(max((row["power"]["p50"] or 0.0 for row in data["total"]), default=0.0), "W")


def span_text(levels: Mapping[str, Any] | None, factor: float) -> str:
    """`12.3 (9.1-15)`: the middle and P10 to P90; the middle alone where all are the same, a dash where nobody stated it."""
    return _spanned(*span_parts(levels, factor))


def span_parts(levels: Mapping[str, Any] | None, factor: float) -> tuple[str, str]:
    """The middle, and P10 to P90 where they differ."""
    if levels is None or levels["p50"] is None:
        return "–", ""
    low, middle, high = (figure_text(levels[name], factor) for name in ("p10", "p50", "p90"))
    return middle, "" if low == high else f"{low}–{high}"


def days_text(levels: Mapping[str, Any]) -> str:
    """The same of days, in whole ones."""
    return _spanned(*days_parts(levels))


def days_parts(levels: Mapping[str, Any]) -> tuple[str, str]:
    """The middle of days, and P10 to P90 where they differ."""
    low, middle, high = (notation().number(f"{levels[name] or 0.0:,.0f}") for name in ("p10", "p50", "p90"))
    return middle, "" if low == high else f"{low}–{high}"


def _spanned(middle: str, span: str) -> str:
    return f"{middle} ({span})" if span else middle


def figure_text(value: float | None, factor: float) -> str:
    """A number of a table in few figures: two decimals below one, one below a hundred."""
    if value is None:
        return "–"
    size = value / factor
    places = 0 if abs(size) >= 99.95 or size == 0.0 else 1 if abs(size) >= 0.995 else 2
    return notation().number(f"{size:,.{places}f}").replace("-", "−")


def shown_years(data: Mapping[str, Any], every: bool) -> list[int]:
    """The years of the rows; of a long clock those from the knowledge date on."""
    years = sorted({row["year"] for row in data["total"]})
    first = int(str(data["as_of"])[:4])
    near = [year for year in years if first <= year < first + _YEARS]
    return years if every or not near else near


def label_of(row: Row, by: Sequence[str], names: Mapping[str, Any]) -> str:
    """What a row is about, without its year: `erct (ERCOT All), stargate`."""
    told = (key_text(str(row[word]), names if word == "grid" else {}) for word in by if word != "year")
    return ", ".join(told) or say("all together")


def key_text(key: str, names: Mapping[str, Any]) -> str:
    """A region with its name, a country, a programme or a site as it is, in words what is not known of it."""
    told = {
        "region not stated": say("region not stated"), "country not stated": say("country not stated"), "unsited": say("unsited"),
    }  # fmt: skip
    return told.get(key) or (f"{key} ({names[key]['name']})" if key in names else key)


def heads() -> dict[str, str]:
    """What each stage is called in a table."""
    return {
        "announced": say("asked for"), "contracted": say("contracted"), "energised": say("energised"), "operational": say("operational"),
    }  # fmt: skip


def by_label(data: Mapping[str, Any]) -> dict[str, list[Row]]:
    """The rows by what they are about, the sum of all last."""
    found: dict[str, list[Row]] = {}
    for row in data["rows"]:
        found.setdefault(label_of(row, data["by"], data["grid_names"]), []).append(row)
    return {**found, say("all together"): list(data["total"])}


def _tables(data: Mapping[str, Any], style: Style, every: bool) -> list[str]:
    factor, unit = unit_of(data)
    years = shown_years(data, every)
    yearly = "year" in data["by"] and len(years) > 1
    told = {**heads(), "energised": say("energised", "column")}
    columns = [(unit, 7, "l"), *((head, 17 if stage == "contracted" else 16, "r") for stage, head in told.items())]
    lines = table(columns, [], style, fit=False)
    for label, rows in by_label(data).items():
        lines += [style.bold(line) for line in wrapped(label, style.width)]
        shown = years if yearly else sorted({row["year"] for row in rows})[:1]
        cells = [(f"  {year}", *(_cell(rows, year, stage, factor) for stage in STAGES)) for year in shown]
        lines += table(columns, cells, style, fit=False)[1:]
    return lines


def _cell(rows: Iterable[Row], year: int, stage: str, factor: float) -> str:
    found = next((row for row in rows if row["year"] == year and row["stage"] == stage), None)
    return _spanned(*row_parts(found, factor))


def row_parts(row: Row | None, factor: float) -> tuple[str, str]:
    """The middle and P10 to P90 of a row; `≥` before what is a lower bound, as a part of it is not stated."""
    middle, span = span_parts(row["power"] if row else None, factor)
    bound = row is not None and row["not_stated"] and row["power"]["p50"] is not None
    return f"≥{middle}" if bound else middle, span


def _notes(data: Mapping[str, Any]) -> list[str]:
    return [line for text in notes(data) for line in wrapped(text, 80)]


def notes(data: Mapping[str, Any]) -> list[str]:
    """How the table is read."""
    regions = say("Grid regions: eGRID subregions, as the catalogue places each site.") if "grid" in data["by"] else ""
    how = say(
        "Each figure: P50 (P10–P90) at year’s end. Asked for: as announced, newest size. The others hold all that has reached at least "
        "that stage. Programmes are drawn apart, so what moves all of them at once is not in the ranges of sums."
    )
    return [text for text in (regions, silent_text(data), how) if text]


def silent_text(data: Mapping[str, Any]) -> str:
    """Of how many sites nobody stated a contract, so that what is contracted is a lower bound."""
    row = next((row for row in data["total"] if row["stage"] == "contracted" and row["not_stated"]), None)
    if row is None:
        return ""
    return say(
        "–: nobody stated it. ≥: at least that, not stated of all. Nobody stated a contract of {count} of {all} sites and pledges.",
        count=len(row["not_stated"]), all=row["sites"],
    )  # fmt: skip


def _merged(data: Mapping[str, Any], style: Style) -> list[str]:
    lines = [style.bold(say("Counted once"))] if data["merged"] else wrapped(none_twice(), style.width)
    factor, unit = unit_of(data)
    for one in data["merged"]:
        lines += labelled("", merged_text(one, factor, unit), style, indent=2, label_width=0)
    if data["alike"]:
        lines.append(style.bold(say("Counted as two, though at one place")))
        for one in data["alike"]:
            lines += labelled("", alike_text(one), style, indent=2, label_width=0)
    for one in data["strange_regions"]:
        told = {"grid": one["grid"], "near": retold(one["near"], '; did you mean "{name}"?'), "sites": ", ".join(one["sites"])}
        text = say('"{grid}" is no grid region of the catalogue{near} ({sites})', **told)
        lines += labelled("", text, style, indent=0, label_width=0)
    for one in data["named_elsewhere"]:
        text = say("{site} is said to be {other}, which is not among these programmes.", site=one["site"], other=one["same_as"])
        lines += labelled("", text, style, indent=2, label_width=0)
    return lines


def none_twice() -> str:
    """That no site was found in two files."""
    return say("No site was found in two of the files: each counts once.")


def merged_text(one: Row, factor: float, unit: str) -> str:
    """Which sites are one, on what ground, and how much is not counted twice for it."""
    kinds = {"statement": say("statement"), "place, name and owner": say("place, name and owner")}
    grounds = "; ".join(
        f"{kinds.get(ground['ground'], ground['ground'])} ({retold(ground['says'], 'at {place}')})" for ground in one["grounds"]
    )
    less = one["not_counted_twice"]
    return say(
        "{sites}, by {grounds}. The larger in each world counts; {power} asked for by the end of {year} is not counted twice.",
        sites=" = ".join(one["sites"]), grounds=grounds, power=f"{span_text(less['power'], factor)} {notation().unit(unit)}",
        year=less["year"],
    )  # fmt: skip


def alike_text(one: Row) -> str:
    """Sites of one place that count as two, and in what they differ."""
    told = {"other name": say("other name"), "other owner": say("other owner"), "owner not stated": say("owner not stated")}
    differs = [told.get(text, text) for text in one["differs"]]
    return say(
        "{sites}: {differs}", sites=say("{one} and {other}", one=one["sites"][0], other=one["sites"][1]),
        differs=", ".join(differs) or say("no more is stated"),
    )  # fmt: skip


def supply_text(pool: Row) -> str:
    """What a pool gives: its figure with where it is from, or that there is none."""
    if pool["supply"] is None:
        return say("no figure, so no limit")
    power = _with_unit(pool["supply"])
    if pool["kind"] == "given":
        return say("{power} a year, given", power=power)
    return say("{power} a year, source: {source}", power=power, source=pool["source"])


def _with_unit(levels: Mapping[str, Any]) -> str:
    factor, unit = scale_of(levels["p50"] or 0.0, "W")
    return f"{span_text(levels, factor)} {notation().unit(unit)}"


def busiest(pool: Row) -> Row | None:
    """The year in which most is asked of a pool."""
    return max(pool["asked"], key=lambda row: row["power"]["p50"] or 0.0, default=None)


def _pools(data: Mapping[str, Any], style: Style) -> list[str]:
    lines = [style.bold(say("Shared supply"))]
    width = max((len(pools_text([pool["name"]])) for pool in data["pools"]), default=0) + 2
    for pool in data["pools"]:
        lines += labelled(pools_text([pool["name"]]), pool_text(pool), style, indent=2, label_width=width)
    return lines


def pool_text(pool: Row) -> str:
    """A pool in words: its figure, what is asked of it, whether anybody waits."""
    where = say("the world") if pool["scope"] == "world" else say("the United States")
    parts = [
        say("{figure} ({what}, {where}; drawn on by {who})", figure=supply_text(pool), what=say(pool["says"]), where=where,
            who=say(pool["drawn_by"]))
    ]  # fmt: skip
    most = busiest(pool)
    if most:
        parts.append(say("most is asked of it in {year}: {power}", year=most["year"], power=_with_unit(most["power"])))
    else:
        parts.append(say("nothing is asked of it"))
    if pool["binds"]:
        parts.append(say("somebody waits for it in {share} of worlds", share=percent(pool["binds"])))
    elif pool["binds"] is not None:
        parts.append(say("nobody waits for it in any world"))
    note = say(pool["note"]) if pool["kind"] == "catalogue" and pool["note"] else ""
    return f"{'; '.join(parts)}. {note[:1].upper()}{note[1:]}." if note else f"{'; '.join(parts)}."


def _effect(data: Mapping[str, Any], style: Style, every: bool) -> list[str]:
    effect = data["effect"]
    if effect is None:
        return []
    factor, unit = unit_of(data)
    if not any(row["no_pool"] != row["shared"] for row in effect["less"]):
        return wrapped(say("Nothing comes later when all share {pools}.", pools=pools_text(effect["pools"])), style.width)
    title = say("What runs when all share {pools}, against each alone with the whole of it", pools=pools_text(effect["pools"]))
    lines = [style.bold(line) for line in wrapped(title, style.width)]
    columns = [
        (unit, 8, "l"), (say("no limit"), 16, "r"), (say("each alone"), 16, "r"), (say("all share"), 16, "r"),
        (say("less for sharing"), 16, "r"),
    ]  # fmt: skip
    years = shown_years(data, every)
    rows = [row for row in effect["less"] if row["stage"] == "operational" and row["year"] in years]
    cells = ("no_pool", "alone", "shared", "less")
    lines += table(columns, [(str(row["year"]), *(span_text(row[name], factor) for name in cells)) for row in rows], style)
    columns = [(say("days later"), 26, "w"), (say("each alone"), 16, "r"), (say("all share"), 16, "r"), (say("for sharing"), 16, "r")]
    rows = [row for row in effect["later"] if row["shared"]["p90"]]
    told = [(row["programme"], *(days_text(row[name]) for name in ("alone", "shared", "later"))) for row in rows]
    return [*lines, "", *table(columns, told, style), *wrapped(waits_text(), style.width)]


def waits_text() -> str:
    """What days later are a mean of."""
    return say("Days: mean over the power a programme still waits for.")


def _left_out(data: Mapping[str, Any], style: Style) -> list[str]:
    lines = []
    for one in data["left_out"]:
        lines += labelled("", say("Left out: {file}: {why}.", file=one["file"], why=left_out_text(one)), style, indent=0, label_width=0)
    return lines


def left_out_text(one: Row) -> str:
    """Why a file is left out."""
    return retold(
        one["why"], "names no programme at its top level", "holds drafts of claims, and nothing to run",
        "record too thin: no phase or pledge of {name} was published by {day}; the first is known from {first}",
    )  # fmt: skip


def by_text(words: Sequence[str]) -> str:
    """By what rows are told apart."""
    told = {
        "grid": say("grid", "by"), "country": say("country", "by"), "programme": say("programme", "by"), "site": say("site", "by"),
        "year": say("year", "by"), "stage": say("stage", "by"),
    }  # fmt: skip
    return ", ".join(told[word] for word in words)


def cited_day(data: Mapping[str, Any]) -> str:
    """The knowledge date as a citation has it."""
    return str(data["as_of"]) if language() == "en" else day_text(data["as_of"])


def _next(data: Mapping[str, Any], every: bool, report: str | None) -> list[str]:
    first = data["programmes"][0]["asked_as"]
    told = [(say("One programme"), in_language(f"stargauge check {first}"))]
    told += [] if every else [(say("Every year"), say("add {option}", option="--all"))]
    told += [] if data["effect"] else [(say("Competition"), say("add {option}", option="--pool 'transformers=2 GW/yr'"))]
    page = (say("Report"), report) if report else (say("Map and table"), say("add {option}", option="--report system.html"))
    return [f"{label:<16}{text}" for label, text in (*told, page)]
