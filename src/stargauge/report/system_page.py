"""Several programmes as one, as one self-contained HTML page: the sentence, the map, the table by region and year, what is shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.drawing import pictured
from stargauge.report.html import environment, shared
from stargauge.report.site_map import map_of, on_map, site_map, spoken_map
from stargauge.report.system import (
    HEADS,
    HOW_READ,
    REGION_NOTE,
    by_label,
    days_parts,
    merged_text,
    pool_text,
    run_text,
    silent_text,
    span_parts,
    unit_of,
)
from stargauge.report.wording import day_text, number_text, plain_number

Data = Mapping[str, Any]
#: A row of a table: its name, and of each cell the middle and the range.
Row = tuple[str, list[tuple[str, str]]]


def render_system_page(data: Data, version: str = "") -> str:
    """The page of a `stargauge system` answer."""
    from markupsafe import Markup

    from stargauge import __version__

    pages = environment()
    return str(
        pages.get_template("system.html.j2").render(
            shared({}, {}), a=data, s=system_section(data), version=version or __version__,
            style=Markup(pages.loader.get_source(pages, "style.css")[0]),
        )
    )  # fmt: skip


def system_section(data: Data) -> dict[str, Any]:
    """What a page shows of the system, in words."""
    factor, unit = unit_of(data)
    notes = [REGION_NOTE] if "grid" in data["by"] else []
    notes += [text for text in (silent_text(data), HOW_READ) if text]
    return {
        "run": run_text(data), "unit": unit, "years": [str(year) for year in page_years(data)], "stages": by_stage(data, factor),
        "notes": notes, "maps": maps(data), "merged": [merged_text(one, factor, unit) for one in data["merged"]],
        "alike": [f"{' and '.join(one['sites'])}: {', '.join(one['differs']) or 'no more is stated'}" for one in data["alike"]],
        "pools": [(pool["name"], pool_text(pool)) for pool in data["pools"]], "effect": effect_rows(data, factor),
        "later": later_rows(data), "off_map": off_map(data),
    }  # fmt: skip


def page_years(data: Data) -> list[int]:
    """The years of the tables: from the one before the knowledge date on."""
    years = sorted({row["year"] for row in data["rows"]})
    return [year for year in years if year >= int(str(data["as_of"])[:4]) - 1] or years


def by_stage(data: Data, factor: float) -> list[tuple[str, list[Row]]]:
    """A table per stage: a row for each region or whatever rows are told apart by, a cell per year."""
    labels = {
        label: {(row["year"], row["stage"]): row["power"] for row in rows if row["year"] in page_years(data)}
        for label, rows in by_label(data).items()
    }
    made = []
    for stage, head in HEADS.items():
        rows = [(label, [span_parts(found.get((year, stage)), factor) for year in page_years(data)]) for label, found in labels.items()]
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
    head = ["Region or site", "Sites", f"Asked for, {unit}", f"Runs, {unit}"]
    rows, plain = [], []
    for one in sorted(marks, key=lambda mark: -(mark["planned"]["p50"] or 0.0)):
        named = [one["name"], ", ".join(one["sites"])]
        rows.append([*named, number_text(one["planned"]["p50"], factor), number_text(one["runs"]["p50"], factor)])
        plain.append([*named, plain_number(one["planned"]["p50"], factor), plain_number(one["runs"]["p50"], factor)])
    table = {"head": head, "rows": rows, "file": {"head": head, "rows": plain}}
    return pictured(name, spoken_map(marks), (site_map(marks), site_map(marks, narrow=True)), table)


def off_map(data: Data) -> str:
    """What the map shows, of which day, and what is not on it."""
    off = [one["name"] for one in data["marks"] if not one["place"]]
    text = f"Ring: facility power asked for by {day_text(data['as_of'])}. Disc: what of it runs by the end of that month, P50. To scale. "
    text += "A region is marked amid its sites, by their power; a site without a region by itself."
    return f"{text} Place not stated: {', '.join(off)}." if off else text
