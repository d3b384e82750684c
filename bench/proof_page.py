"""The page of the proof and its pictures, from the figures as they were kept."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from bench.figure import Figure
from bench.proof_parts import PARTS, PEERS, VALIDATIONS, WHY

PAPER = "#fbfaf7"
_HEAD = """# Proof of quality

Every validation, and every ratio to a tool of others, by one command:

```text
make proof                          # all, some minutes on two idle cores
make proof ONLY="finance pysam"     # some: the others stay as they were, each with its date
```

Validations are the same on every machine. Ratios are of one run on one machine: the same task by both, each alone in a process, one thread,
answers compared before times; peaks of memory hold what each loads. Goals are those that tests hold or pages promise. Where none was
written, P10 to P90 should hold seven in ten, a skill should be above nothing, the worst group within the goal of all (P10 to P90: half),
and ours no slower than the other tool. All figures: [JSON](_static/proof-of-quality.json). Speeds without a peer: `make bench`.
"""


def write_page(made: Mapping[str, Any], folder: Path) -> None:
    """Write the page and its pictures into the folder of the documentation."""
    from stargauge.report.drawing.drawing import svg

    (folder / "proof-of-quality.md").write_text(page(made), encoding="utf-8", newline="\n")
    for name, spec in pictures(made).items():
        (folder / "_static" / name).write_text(svg({**spec, "background": PAPER}), encoding="utf-8", newline="\n")


def page(made: Mapping[str, Any]) -> str:
    """The text: what is not reached first, then the validations, then the ratios."""
    parts = [_HEAD, "\n".join(_missed(made))]
    drawn = pictures(made)
    for title, group, picture, alt in (
        (
            "Validations",
            VALIDATIONS,
            "proof-intervals.svg",
            "Share of measured outcomes within P10 to P90, by part, beside the 80 % that is meant",
        ),
        ("Beside tools of others", PEERS, "proof-ratios.svg", "How many times the work per CPU-second of a tool of others, by task"),
    ):
        parts.append(
            f"## {title}\n" + (f"\n![{alt}](_static/{picture})\n\n*Hollow: the goal is not reached.*\n" if picture in drawn else "")
        )
        parts += [_section(name, made[name]) for name in group if name in made]
    return "\n".join(parts)


def figures(part: Mapping[str, Any]) -> Iterator[Figure]:
    """The figures of a part as it was kept."""
    for one in part["figures"]:
        yield Figure(**{**one, "value": float("nan") if one["value"] is None else one["value"]})


def _missed(made: Mapping[str, Any]) -> Iterator[str]:
    """The first section: what could not run, and each goal that is not reached with its reason."""
    asked = [(name, one) for name, part in made.items() for one in figures(part) if _has_goal(one)]
    missed = [(name, one) for name, one in asked if not one.reached]
    yield "## What is not reached\n"
    yield _wrapped(f"{len(asked) - len(missed)} of {len(asked)} goals in {len(made)} parts are reached, {len(missed)} are not.") + "\n"
    yield from (f"- **{PARTS[name].title}** could not run in full: {part['failed']}.\n" for name, part in made.items() if part["failed"])
    if left := [part.title for name, part in PARTS.items() if name not in made]:
        yield _wrapped(f"Not run: {'; '.join(left)}.") + "\n"
    rows = [(PARTS[n].title, one.name, value(one), goal(one), WHY.get((n, one.name), "Not known yet.")) for n, one in missed]
    yield _table(("part", "figure", "measured", "goal", "why"), rows)


def _section(name: str, part: Mapping[str, Any]) -> str:
    told = PARTS[name]
    where = f", {part['machine']}" if name in PEERS else ""
    lines = [f"### {told.title}\n", _wrapped(told.what), "", _wrapped(f"Data: {told.data}"), ""]
    lines += [
        _wrapped(
            f"Measured on {date.fromisoformat(part['on']):%-d %b %Y} in {part['seconds']:.0f} s{where}. Again: `make proof ONLY={name}`."
        ),
        "",
    ]
    if part["failed"]:
        lines += [f"**Could not run in full:** {part['failed']}.", ""]
    rows = [(one.name, value(one), goal(one), _reached(one), one.note) for one in figures(part)]
    return "\n".join([*lines, _table(("figure", "measured", "goal", "state", "note"), rows)])


def value(one: Figure) -> str:
    """A figure with its unit, to three digits."""
    return _number(one.value) + (f" {one.unit}" if one.unit not in ("", "1") else "")


def goal(one: Figure) -> str:
    """The goal of a figure."""
    if one.at_least is not None and one.at_most is not None:
        return f"{_number(one.at_least)} to {_number(one.at_most)}"
    return f"≥ {_number(one.at_least)}" if one.at_least is not None else f"≤ {_number(one.at_most)}" if one.at_most is not None else "–"


def _number(value: float) -> str:
    if value != value:
        return "none"
    if value == 0 or 0.001 <= abs(value) < 1e7:
        digits = f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
        return digits.replace("-", "−")
    return f"{value:.2g}".replace("-", "−")


def _has_goal(one: Figure) -> bool:
    return one.at_least is not None or one.at_most is not None


def _reached(one: Figure) -> str:
    return "–" if not _has_goal(one) else "reached" if one.reached else "**not reached**"


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 138, break_long_words=False, break_on_hyphens=False)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    made = [[cell.replace("|", "\\|") or " " for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in (list(head), ["---"] * len(head), *made)) + "\n" if made else ""


# --- pictures ---------------------------------------------------------------------------------------------------------------------


#: Words for ratios of benches that have another name there.
_ALONE = {"ratio to the peer": "called once per draw", "ratio to the EMA Workbench": "PRIM"}


def pictures(made: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The specifications: shares within P10 to P90, and ratios to tools of others; those of which there is a figure."""
    named = [(name, one) for name, part in made.items() for one in figures(part) if one.value == one.value]
    inside = [_row(name, one) for name, one in named if "within P10 to P90" in one.name and "worst" not in one.name]
    ratios = [_row(name, one) for name, one in named if name in PEERS and "ratio" in one.name]
    drawn = {}
    if inside:
        drawn["proof-intervals.svg"] = _dots(inside, "outcomes within P10 to P90, %", 80.0, {"domain": [0, 100]}, [0, 20, 40, 60, 80, 100])
    if ratios:
        drawn["proof-ratios.svg"] = _dots(
            ratios, "times the work per CPU-second of the other tool", 1.0, {"type": "log"}, [0.1, 1, 10, 100, 1000]
        )
    return drawn


def _row(name: str, one: Figure) -> dict[str, Any]:
    """What stands beside the disc: the part, and the figure where the part has several."""
    told = _ALONE.get(one.name) or re.sub(r":? ?(ratio|(outcomes |measured |PUE )?within P10 to P90)", "", one.name).strip(" :")
    return {"what": f"{PARTS[name].title}: {told}" if told else PARTS[name].title, "value": round(one.value, 6), "reached": one.reached}


def _dots(rows: list[dict[str, Any]], title: str, line: float, scale: dict[str, Any], marks: list[float]) -> dict[str, Any]:
    """One disc a row, hollow where the goal is missed, and a line at what is meant."""
    from stargauge.report.drawing.canvas import FONT, HUES

    ink = HUES["ink"]
    look = {"labelColor": ink, "titleColor": ink, "titleFontWeight": "normal", "domain": False, "ticks": False}
    axis = {**look, "title": title, "values": marks, "gridOpacity": 0.3, "format": "~g"}
    x = {"field": "value", "type": "quantitative", "scale": scale, "axis": axis}
    y = {"field": "what", "type": "nominal", "sort": None, "axis": {**look, "title": None, "labelLimit": 380}}

    def layer(reached: bool) -> dict[str, Any]:
        mark = {
            "type": "point",
            "shape": "circle",
            "size": 70,
            "filled": reached,
            "color": HUES["operational"],
            "opacity": 1.0,
            "strokeWidth": 2,
        }
        return {"data": {"values": [row for row in rows if row["reached"] == reached]}, "mark": mark, "encoding": {"x": x, "y": y}}

    order = {"data": {"values": rows}, "mark": {"type": "point", "opacity": 0}, "encoding": {"x": x, "y": y}}
    meant = {"data": {"values": [{"value": line}]}, "mark": {"type": "rule", "strokeDash": [4, 3], "color": ink}, "encoding": {"x": x}}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json", "width": 380, "height": {"step": 22},
        "config": {"view": {"stroke": None}, "font": FONT, "axis": {"labelFontSize": 12, "titleFontSize": 12}},
        "layer": [order, meant, layer(True), layer(False)],
    }  # fmt: skip
