"""Jobs by every definition as plain text: the counts, the sites, cross-checks, and what each claim needs to be true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.quantity.units import convert
from stargauge.report.locale import say, words
from stargauge.report.terminal import PLAIN, Style, command_for, known_text, table, to_copy, wrapped
from stargauge.report.wording import bare, counted, day_text, figures, percent, range_text

#: The columns of the table of sites.
_OF_SITES = ("jobs_permanent", "jobs_construction_onsite", "jobs_construction_peak_so_far", "jobs_direct", "jobs_total")


def _per_dollar() -> str:
    return say(
        "Jobs per dollar, as EPI and BEA have them, count all construction, houses and roads too; at a data centre machines take most of a "
        "dollar of building. So this route, and their rows below, stand above the first one; no world uses it."
    )


def _honest() -> str:
    return say(
        "Gross: jobs that would have been elsewhere are not taken off. Rows are never added up. Region: by place of work, P50; what stays "
        "of suppliers and spending is an assumption (local_share). Inside, above, below: of P10 to P90; announced and counted jobs are no "
        "input to the sites they stand beside. The likeliest definitions of a claim come first."
    )


def render_jobs(data: Mapping[str, Any], style: Style = PLAIN) -> str:
    """Answer, counts, sites, routes, cross-checks, claims, where next."""
    lines = [style.bold(one) for one in wrapped(headline(data), style.width)]
    told = f"{data['name']}{_at(data)}, {day_text(data['date'][:7])}, {known_text(data)}, {counted(data['draws'], 'draw')}."
    lines += [*wrapped(told, style.width), "", *_definitions(data, style)]
    for part in (_sites(data, style), _routes(data, style), _claims(data, style), _checks(data, style)):
        lines += ["", *part] if part else []
    site = f"[{data['site']}]" if data["site"] else ""
    why = to_copy(f"{say('Why?'):<8}", command_for(data["asked_as"], f"jobs_direct{site}"), style)
    return style.finish([*lines, "", *wrapped(_honest(), style.width), *why])


def headline(data: Mapping[str, Any]) -> str:
    """One sentence: what is counted decides how many jobs there are."""
    by_name = {row["address"]: row for row in data["definitions"]}
    direct, total, posts = (by_name[name] for name in ("jobs_direct", "jobs_total", "jobs_permanent"))
    if direct["p50"] is None:
        return say("Direct jobs{place} in {month} cannot be counted: no size is stated.", place=_at(data), month=day_text(data["date"][:7]))
    return say(
        "{direct} direct jobs{place} in {month} (P10 to P90: {around}), {total} ({about}) with suppliers and spending; {posts} ({near}) "
        "permanent posts.",
        direct=bare(direct, "p50"), place=_at(data), month=day_text(data["date"][:7]), around=range_text(direct),
        total=bare(total, "p50"), about=range_text(total), posts=bare(posts, "p50"), near=range_text(posts),
    )  # fmt: skip


def _at(data: Mapping[str, Any]) -> str:
    return f" {say('at {site}', site=data['site_name'])}" if data["site"] else ""


def _definitions(data: Mapping[str, Any], style: Style) -> list[str]:
    rows = [
        [words().definitions.get(row["address"], row["label"]), say(row["says"]),
         bare(row, "p10", "p10"), bare(row, "p50"), bare(row, "p90", "p90"),
         percent_of(row["region"])] for row in data["definitions"]
    ]  # fmt: skip
    columns = [
        (say("what counts"), 19, "w"), (say("which is"), 24, "w"), *((name, 7, "r") for name in ("P10", "P50", "P90")),
        (say("region"), 6, "r"),
    ]  # fmt: skip
    return table(columns, rows, style)


def percent_of(region: Mapping[str, Any] | None) -> str:
    """The share of jobs in the region in the middle draw; `all` where none is elsewhere."""
    if region is None:
        return "–"
    return say("all") if region["p10"] >= 1.0 else percent(region["p50"])


def _sites(data: Mapping[str, Any], style: Style) -> list[str]:
    rows = []
    for site in data["sites"]:
        by_name = {row["address"]: row for row in site["definitions"]}
        rows.append([site["name"] if site["id"] != "unsited" else say("no site yet"), *(bare(by_name[name], "p50") for name in _OF_SITES)])
    if len(rows) < 2:
        return []
    titles = (say("posts", "jobs"), say("builders"), say("peak"), say("direct"), say("all kinds"))
    return table([(say("P50 at each site"), 25, "w"), *((title, 9, "r") for title in titles)], rows, style)


def _routes(data: Mapping[str, Any], style: Style) -> list[str]:
    """The second route beside the first; nothing where nothing was built by then."""
    rows = [
        [say(route["what"]), *(f"{bare(made, 'p50')} ({range_text(made)})" for made in (route["by_power_and_pay"], route["by_spending"]))]
        for route in data["routes"]
        if route["by_spending"]["p50"] > 0.0
    ]
    columns = [(say("two routes, not averaged"), 24, "w"), (say("by power and pay"), 25, "w"), (say("by dollars spent"), 27, "w")]
    told = wrapped(_per_dollar(), style.width)
    return [*table(columns, rows, style), *told] if rows else []


def _claims(data: Mapping[str, Any], style: Style) -> list[str]:
    lines: list[str] = []
    for one in data["claims"]:
        lines += wrapped(f"{style.bold(one['claim'])}: {one['sentence']}", style.width, "", "  ")
    return [style.bold(say("What claims need to be true")), *lines] if lines else []


def _checks(data: Mapping[str, Any], style: Style) -> list[str]:
    """Figures of others beside the model's range; those that count what the model does not are only named by their number."""
    compared = [row for row in data["checks"] if row["standing"] != "no counterpart"]
    rows = [[f"{row['where']}: {say(row['what'])}", *_values(row), _standing(row["standing"]), row["grade"]] for row in compared]
    columns = [
        (say("counted, announced, found"), 34, "w"), (say("figure"), 10, "r"), (say("model P10-P90"), 16, "r"), (say("is"), 8, "l"),
        ("g", 1, "l"),
    ]  # fmt: skip
    apart = len(data["checks"]) - len(compared)
    more = say("{number} more have no counterpart in the model.", number=apart) if apart else ""
    told = wrapped(f"{more} {say('Sources and notes: --json. g is the grade of the source.')}".strip(), style.width)
    return [*table(columns, rows, style), *told] if rows else []


def _standing(standing: str) -> str:
    """Where a figure lies: inside, above or below the range."""
    return {"inside": say("inside", "a range"), "above": say("above"), "below": say("below")}.get(standing, standing)


def _values(row: Mapping[str, Any]) -> Sequence[str]:
    """The figure and the range in a unit in which both can be read."""
    unit = {"job/USD": "job/M USD", "job/W": "job/MW"}.get(row["unit"], row["unit"])
    factor = convert(1.0, row["unit"], unit) if unit != row["unit"] else 1.0
    value, low, high = (figures(row[name] * factor) for name in ("value", "p10", "p90"))
    return (value, f"{low}–{high}")
