"""Several programmes as one, as one self-contained HTML page: the sentence, the map, the table by region and year, what is shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.drawing import pictured
from stargauge.report.html import environment, shared
from stargauge.report.site_map import on_map, site_map, spoken_map
from stargauge.report.system import (
    HEADS,
    HOW_READ,
    REGION_NOTE,
    by_label,
    days_text,
    merged_text,
    pool_text,
    run_text,
    silent_text,
    span_text,
    unit_of,
)
from stargauge.report.wording import day_text, number_text, plain_number

Data = Mapping[str, Any]


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
        "run": run_text(data), "unit": unit, "heads": list(HEADS.values()), "blocks": blocks(data, factor),
        "notes": notes, "map": map_figure(data), "merged": [merged_text(one, factor, unit) for one in data["merged"]],
        "alike": [f"{' and '.join(one['sites'])}: {', '.join(one['differs']) or 'no more is stated'}" for one in data["alike"]],
        "pools": [(pool["name"], pool_text(pool)) for pool in data["pools"]], "effect": effect_rows(data, factor),
        "later": later_rows(data), "off_map": off_map(data),
    }  # fmt: skip


def blocks(data: Data, factor: float) -> list[dict[str, Any]]:
    """The table in blocks: what it is about, and its rows by year, each a cell per stage."""
    made = []
    for label, rows in by_label(data).items():
        years = sorted({row["year"] for row in rows})
        found = {(row["year"], row["stage"]): row for row in rows}
        lines = [(str(year), [span_text(found[year, stage]["power"], factor) for stage in HEADS]) for year in years]
        made.append({"label": label, "rows": lines})
    return made


def effect_rows(data: Data, factor: float) -> list[tuple[str, list[str]]]:
    """Power that runs without limits, each alone before the pools, all sharing, and the difference, by year; none where nothing moves."""
    rows = [row for row in (data["effect"] or {}).get("less", ()) if row["stage"] == "operational"]
    if all(row["no_pool"] == row["shared"] for row in rows):
        return []
    return [(str(row["year"]), [span_text(row[name], factor) for name in ("no_pool", "alone", "shared", "less")]) for row in rows]


def later_rows(data: Data) -> list[tuple[str, list[str]]]:
    """Days later by programme: alone before the pools, all sharing, for sharing."""
    rows = [row for row in (data["effect"] or {}).get("later", ()) if row["shared"]["p90"]]
    return [(row["programme"], [days_text(row[name]) for name in ("alone", "shared", "later")]) for row in rows]


def map_figure(data: Data) -> dict[str, Any] | None:
    """The map with the table of its numbers; none where no site has a place."""
    sites: Sequence[Data] = data["sites"]
    if not on_map(sites):
        return None
    factor, unit = unit_of(data)
    head = ["Site", "Programme", "Grid region", f"Asked for, {unit}", f"Runs, {unit}"]
    rows, plain = [], []
    for one in sorted(sites, key=lambda site: -(site["planned"]["p50"] or 0.0)):
        named = [one["name"], one["programme"], one["grid"]]
        rows.append([*named, number_text(one["planned"]["p50"], factor), number_text(one["runs"]["p50"], factor)])
        plain.append([*named, plain_number(one["planned"]["p50"], factor), plain_number(one["runs"]["p50"], factor)])
    table = {"head": head, "rows": rows, "file": {"head": head, "rows": plain}}
    return pictured("system-map", spoken_map(sites), (site_map(sites), site_map(sites, narrow=True)), table)


def off_map(data: Data) -> str:
    """What the map shows, of which day, and what is not on it."""
    off = [one["name"] for one in data["sites"] if not one["place"]]
    text = f"Ring: facility power asked for by {day_text(data['as_of'])}. Disc: what of it runs by the end of that month, P50. To scale."
    return f"{text} Place not stated: {', '.join(off)}." if off else text
