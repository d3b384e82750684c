"""Several programmes as one, as one self-contained HTML page: the sentence, the map, the table by region and year, what is shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.audit.sites.pools import pools_text
from stargauge.quantity.units import scale_of
from stargauge.report.drawing.drawing import pictured
from stargauge.report.html import environment, shared
from stargauge.report.locale import language, notation, say, speaking
from stargauge.report.sites.site_map import map_of, on_map, site_map, spoken_map
from stargauge.report.sites.system import (
    alike_text,
    busiest,
    by_label,
    by_text,
    cited_day,
    days_parts,
    heads,
    key_text,
    left_out_text,
    merged_text,
    none_twice,
    notes,
    pool_text,
    row_parts,
    run_text,
    span_parts,
    span_text,
    unit_of,
)
from stargauge.report.wording import day_text, number_text, percent, plain_number, range_text, value_text

Data = Mapping[str, Any]
#: A row of a table: its name, and of each cell the middle and the range.
Row = tuple[str, list[tuple[str, str]]]


def render_system_page(data: Data, spoken: str = "en", version: str = "") -> str:
    """The page of a `stargauge system` answer."""
    from markupsafe import Markup

    from stargauge import __version__

    pages = environment()
    with speaking(spoken):
        return str(
            pages.get_template("system.html.j2").render(
                shared({}, {}), a=data, s=system_section(data), language=language(), version=version or __version__,
                style=Markup(pages.loader.get_source(pages, "style.css")[0]),
            )
        )  # fmt: skip


def system_section(data: Data) -> dict[str, Any]:
    """What a page shows of the system, in words."""
    factor, unit = unit_of(data)
    return {
        "run": run_text(data), "unit": unit, "years": [str(year) for year in page_years(data)], "stages": by_stage(data, factor),
        "notes": notes(data), "maps": maps(data), "merged": [merged_text(one, factor, unit) for one in data["merged"]] or [none_twice()],
        "alike": [alike_text(one) for one in data["alike"]], "effect_text": effect_text(data),
        "pools": [(pools_text([pool["name"]]), pool_text(pool)) for pool in data["pools"]], "effect": effect_rows(data, factor),
        "later": later_rows(data), "by": by_text(data["by"] or ("stage",)), "cited_day": cited_day(data),
        "left_out": [(one["file"], left_out_text(one)) for one in data["left_out"]],
        "rows_of": by_text([word for word in data["by"] if word != "year"]) or say("All"),
        "off_map": off_map(data), "supply": supply_rows(data), "now": at_a_glance(data),
    }  # fmt: skip


def page_years(data: Data) -> list[int]:
    """The years of the tables: from the one before the knowledge date on."""
    years = sorted({row["year"] for row in data["rows"]})
    return [year for year in years if year >= int(str(data["as_of"])[:4]) - 1] or years


def by_stage(data: Data, factor: float) -> list[tuple[str, list[Row]]]:
    """A table per stage: a row for each region or whatever rows are told apart by, a cell per year."""
    labels = {
        label: {(row["year"], row["stage"]): row for row in rows if row["year"] in page_years(data)}
        for label, rows in by_label(data).items()
    }
    made = []
    for stage, head in heads().items():
        rows = [(label, [row_parts(found.get((year, stage)), factor) for year in page_years(data)]) for label, found in labels.items()]
        made.append((head, rows))
    return made


def effect_rows(data: Data, factor: float) -> list[Row]:
    """Power that runs without limits, each alone before the pools, all sharing, and the difference, by year; none where nothing moves."""
    rows = [row for row in (data["effect"] or {}).get("less", ()) if row["stage"] == "operational" and row["year"] in page_years(data)]
    if all(row["no_pool"] == row["shared"] for row in rows):
        return []
    return [(str(row["year"]), [span_parts(row[name], factor) for name in ("no_pool", "alone", "shared", "less")]) for row in rows]


def later_rows(data: Data) -> list[Row]:
    """Days later by programme: alone before the pools, all sharing, for sharing."""
    rows = [row for row in (data["effect"] or {}).get("later", ()) if row["shared"]["p90"]]
    return [(row["programme"], [days_parts(row[name]) for name in ("alone", "shared", "later")]) for row in rows]


def maps(data: Data) -> list[dict[str, Any]]:
    """A map of the regions of the United States and one of what lies elsewhere, each with the table of its numbers."""
    shown = on_map(data["marks"])
    inside = [one for one in shown if map_of([one]) == "united_states"]
    parts = (("system-us", inside), ("system-world", [one for one in shown if one not in inside]))
    return [_map(name, marks, data) for name, marks in parts if marks]


def _map(name: str, marks: Sequence[Data], data: Data) -> dict[str, Any]:
    factor, unit = unit_of(data)
    named_unit = notation().unit(unit)
    head = [say("Region or site"), say("Sites"), f"{say('Demand')}, {named_unit}", f"{say('Runs')}, {named_unit}"]
    rows, plain = [], []
    for one in sorted(marks, key=lambda mark: -(mark["planned"]["p50"] or 0.0)):
        named = [key_text(one["name"], data["grid_names"]), ", ".join(one["sites"])]
        rows.append([*named, number_text(one["planned"]["p50"], factor), number_text(one["runs"]["p50"], factor)])
        plain.append([*named, plain_number(one["planned"]["p50"], factor), plain_number(one["runs"]["p50"], factor)])
    table = {"head": head, "rows": rows, "file": {"head": head, "rows": plain}}
    return pictured(name, spoken_map(marks), (site_map(marks), site_map(marks, narrow=True)), table)


def off_map(data: Data) -> str:
    """What the map shows, of which day, and what is not on it."""
    off = [one["name"] for one in data["marks"] if not one["place"]]
    when = next((one["planned"]["date"] for one in data["marks"]), data["as_of"])
    text = say(
        "Ring: facility power asked for by {day}. Disc: what of it runs by then, P50. Area to scale. A region is marked amid its sites, by "
        "their power; a site without a region by itself.", day=day_text(when),
    )  # fmt: skip
    return f"{text} {say('Place not stated: {names}.', names=', '.join(off))}" if off else text


def of_year(data: Data, year: int) -> dict[str, Any]:
    """The answer with the marks of another year on its map."""
    return {**data, "marks": data["marks_of"][year], "year": year}


def at_a_glance(data: Data) -> dict[str, str]:
    """Power asked for and expected to run at the end of the year that is told."""
    rows = {row["stage"]: row for row in data["total"] if row["year"] == data["year"]}
    told = [{**row["power"], "unit": row["unit"]} for row in (rows["announced"], rows["operational"])]
    return {"asked": value_text(told[0]), "runs": value_text(told[1]), "range": range_text(told[1])}


def supply_rows(data: Data) -> list[tuple[str, ...]]:
    """Each pool: who draws on it, its figure per year, the most that is asked of it in one, and whether somebody waits for it."""
    rows = list[tuple[str, ...]]()
    for pool in data["pools"]:
        most = busiest(pool)
        figure = say("no figure") if pool["supply"] is None else _with_unit(pool["supply"])
        asked = say("{power} in {year}", power=_with_unit(most["power"]), year=most["year"]) if most else "–"
        rows.append((_pool_name(pool["name"]), _drawn_by(pool["name"]), figure, asked, _waits(pool)))
    return rows


def _pool_name(name: str) -> str:
    return {"transformers": say("transformers"), "turbines": say("gas turbines"), "queue": say("grid connections")}[name]


def _drawn_by(name: str) -> str:
    return {
        "transformers": say("sites in the United States that wait for the grid"),
        "turbines": say("sites with gas turbines of their own that run all year"),
        "queue": say("sites in the United States, as far as the grid feeds them"),
    }[name]  # fmt: skip


def _waits(pool: Data) -> str:
    if pool["binds"] is None:
        return say("no limit, so nobody")
    return say("in {share} of worlds", share=percent(pool["binds"])) if pool["binds"] else say("nobody in any world")


def effect_text(data: Data) -> str:
    """What sharing the pools that have a figure does, in one sentence; empty where none has."""
    effect = data["effect"]
    if effect is None:
        return ""
    names = ", ".join(map(_pool_name, effect["pools"]))
    less = next(row for row in effect["less"] if row["stage"] == "operational" and row["year"] == data["year"])
    if not effect_rows(data, 1.0):
        return say("Nothing comes later when all share: {pools}.", pools=names)
    return say(
        "When all share ({pools}), {power} less runs by the end of {year} than if each programme had the whole of it.", pools=names,
        power=_with_unit(less["less"]), year=data["year"],
    )  # fmt: skip


def _with_unit(power: Data) -> str:
    factor, unit = scale_of(power["p50"] or power["p90"] or 0.0, "W")
    return f"{span_text(power, factor)} {notation().unit(unit)}"
