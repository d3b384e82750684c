"""How good the forecasts are, for the terminal: the backtest, a validation on own projects, and the fit they rest on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.locale import notation, say
from stargauge.report.money.money_tables import bn
from stargauge.report.terminal import Style, table, wrapped
from stargauge.report.wording import day_text, score_text, share_text

_KINDS = {"loan": "loans to sites", "cash": "statements of cash"}
_NAMES = (
    ("coverage_p10_p90", "P10-P90 held the outcome", True),
    ("crps_days", "CRPS, days", False),
    ("crps_skill_vs_announcement", "better than the announcement", True),
    ("crps_skill_vs_median_slip", "better than announcement + median", True),
    ("crps_skill_vs_median", "better than the median of others", True),
)


def render_validation(data: Mapping[str, Any], style: Style) -> str:
    """The scores on a user's projects, by kind, and each project with its forecast."""
    summary = data["summary"]
    if not summary["n"]:
        head = "No project could be scored."
    else:
        skill = summary["crps_skill_vs_announcement"]
        inside = f"{share_text(summary['coverage_p10_p90'])} of outcomes fell within P10 to P90"
        inside = inside if summary["reached"] else "No outcome is known yet"
        head = f"{inside}; CRPS {summary['crps_days']:.0f} days, {_against(skill)} believing the announcement."
    who = f"{_count(summary['n'], 'plan')} of {_count(summary['owners'], 'owner')}"
    counts = f"{who}: {summary['reached']} reached, {summary['open']} open (these count through the last look)"
    lines = [*(style.bold(line) for line in wrapped(head, style.width)), *wrapped(counts, style.width), ""]
    lines += _scores(summary, style)
    kinds = [("kind", 16, "l"), ("plans", 5, "r"), ("inside", 7, "r"), ("CRPS", 6, "r"), ("announced", 9, "r"), ("+ median", 8, "r")]
    rows = [
        [kind, str(part["n"]), share_text(part["coverage_p10_p90"]), f"{part['crps_days']:.0f}", f"{part['crps_announcement_days']:.0f}",
         f"{part['crps_median_slip_days']:.0f}"]
        for kind, part in summary["by_kind"].items()
    ]  # fmt: skip
    lines += ["", *table(kinds, rows, style), ""] if rows else []
    lines += _projects(data["rows"], style)
    lines += [f"not scored: {row['id']}: {row['reason']}" for row in data["left_out"]]
    lines += [line for note in data["notes"] for line in wrapped(note, style.width)]
    lines += ["", *wrapped("Each plan was forecast from the catalogue's records without those of its owner. All rows: --json", style.width)]
    return style.finish(lines)


def render_build_validation(data: Mapping[str, Any], style: Style) -> str:
    """The scores of building times on a user's builds, and each build with its forecast, days from the start of work."""
    summary = data["summary"]
    head = "No build could be scored."
    if summary["n"]:
        skill = summary["crps_skill_vs_median"]
        inside = f"{share_text(summary['coverage_p10_p90'])} of builds took as long as P10 to P90 said"
        inside = inside if summary["reached"] else "None of the builds runs yet"
        head = f"{inside}; CRPS {summary['crps_days']:.0f} days, {_against(skill)} the median of other owners' builds."
    who = f"{_count(summary['n'], 'build')} of {_count(summary['owners'], 'owner')}"
    counts = f"{who}: {summary['reached']} run, {summary['open']} go on (these count through the last look)"
    lines = [*(style.bold(line) for line in wrapped(head, style.width)), *wrapped(counts, style.width), ""]
    lines += _scores(summary, style)
    columns = [("site", 22, "w"), ("kind", 9, "l"), ("P10", 6, "r"), ("P50", 6, "r"), ("P90", 6, "r"), ("days taken", 18, "l")]
    rows = [
        [row["site"], row["kind"], *(f"{row[level]:.0f}" for level in ("p10", "p50", "p90")),
         f"{row['days']:.0f}" if row["operational"] else f"more than {row['days']:.0f}"]
        for row in data["rows"]
    ]  # fmt: skip
    lines += ["", *table(columns, rows, style)] if rows else []
    lines += [f"not scored: {row['id']}: {row['reason']}" for row in data["left_out"]]
    lines += ["", *wrapped("Each build was forecast from the catalogue's builds without those of its owner. All rows: --json", style.width)]
    return style.finish(lines)


def render_money_backtest(data: Mapping[str, Any], style: Style) -> str:
    """How many recorded sums fell within their forecasts, and each with its forecast."""
    scores = [(_KINDS[kind], score) for kind, score in data["scores"].items() if score["n"]]
    told = "; ".join(f"{score['inside']} of {score['n']} {words} fell within P10 to P90" for words, score in scores)
    lines = [style.bold(line) for line in wrapped(f"{told[0].upper()}{told[1:]}." if told else "No sum could be scored.", style.width)]
    for words, score in scores:
        kept = score["error_unchanged"]
        beside = f"; had it been believed to stay as it was, {bn(kept)}" if kept is not None else ""
        lines += wrapped(
            f"{words[0].upper()}{words[1:]}: the middle forecast was off by {bn(score['error'])} on average{beside}.", style.width
        )
    columns = [
        ("whose", 24, "w"),
        ("known on", 11, "l"),
        ("P10", 8, "r"),
        ("P50", 8, "r"),
        ("P90", 8, "r"),
        ("stated", 8, "r"),
        ("within", 6, "l"),
    ]
    rows = [
        [f"{row['of']}, {row['kind']}", day_text(row["as_of"]), *(bn(row[level]) for level in ("p10", "p50", "p90")), bn(row["amount"]),
         "yes" if row["inside"] else "no"]
        for row in data["cases"] if row["inside"] is not None
    ]  # fmt: skip
    lines += ["", *table(columns, rows, style)] if rows else []
    left = [row for row in data["cases"] if row["inside"] is None]
    lines += [
        line for row in left for line in wrapped(f"not scored: {row['of']}, {row['kind']}, {bn(row['amount'])}: {row['why']}", style.width)
    ]
    rule = (
        "USD, nominal. Loans: what lenders would give, as known on the day before the first loan was public, against all that are stated "
        f"today. Cash: from {data['lead']} days before the day it speaks for, with no money that nobody had announced by then. So few "
        "cases show little. All of it: --json"
    )
    return style.finish([*lines, "", *wrapped(rule, style.width)])


def _projects(rows: Sequence[Mapping[str, Any]], style: Style) -> list[str]:
    columns = [("project", 24, "w"), ("P10", 10, "l"), ("P50", 10, "l"), ("P90", 10, "l"), ("outcome", 18, "w")]
    made = [[row["project"], row["p10"], row["p50"], row["p90"], row["actual"] or f"not by {row['not_before']}"] for row in rows]
    return table(columns, made, style)


def _scores(summary: Mapping[str, Any], style: Style) -> list[str]:
    rows = []
    for name, words, share in _NAMES:
        if name not in summary:
            continue
        low, high = summary["intervals"][name]
        show = share_text if share else _days
        rows.append([words, show(summary[name]), f"{show(low)} to {show(high)}"])
    return table([("score", 34, "l"), ("value", 8, "r"), ("5 to 95 %", 18, "r")], rows, style)


def _count(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"


def _days(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


def _against(skill: float | None) -> str:
    if skill is None:
        return "no comparison with"
    return f"{100 * abs(skill):.0f} % {'below' if skill >= 0 else 'above'} that of"


def render_backtest(data: Mapping[str, Any], style: Style) -> str:
    """Dates and odds replayed: the scores, the reliability of odds, each case, and what was left out and why."""
    summary = data["summary"]
    lines = [style.bold(line) for line in wrapped(_backtest_head(summary), style.width)]
    lines += ["", f"dates: {summary['cases']} cases at {summary['sites']} sites, {summary['cases_with_plan']} with an announced date"]
    lines += _scores(summary, style)
    lines += ["", f"claims: {summary['brier_cases']} readings of {summary['brier_claims']} claims, {summary['came_true']} came true"]
    rows = [
        ["Brier score", score_text(summary["brier"]), score_text(summary["brier_base_rate"])],
        ["log score", score_text(summary["log_score"]), score_text(summary["log_score_base_rate"])],
    ]
    lines += table([("score", 34, "l"), ("ours", 8, "r"), ("base rate of the others", 24, "r")], rows, style)
    lines += ["", *_reliability(summary["reliability"], style)]
    lines += ["", *_cases(data["cases"], style), ""]
    reasons = Counter(one["reason"] for one in data["unscored"])
    lines += wrapped("Left out: " + "; ".join(f"{count} {reason}" for reason, count in reasons.most_common()) + ".", style.width)
    lines += wrapped(
        "Plans and builds of a programme's own owner trained none of its forecasts; single catalogue values that name sites scored here "
        "(time from announcement to start, power of a building) did. A few sites of one boom: this cannot tell how the forecasts do in "
        "other years, or for sites that nobody tracks. The rule and every case: --json",
        style.width,
    )
    return style.finish(lines)


def _backtest_head(summary: Mapping[str, Any]) -> str:
    dates = "No date could be forecast"
    if summary["cases"]:
        dates = f"{share_text(summary['coverage_p10_p90'])} of dates fell within P10 to P90"
    if not summary["brier_cases"]:
        return f"{dates}; no odds could be scored."
    better = "better" if summary["brier"] < summary["brier_base_rate"] else "worse"
    return f"{dates}; odds scored {summary['brier']:.2f} (Brier), {better} than the base rate's {summary['brier_base_rate']:.2f}."


def _reliability(bins: Sequence[Mapping[str, Any]], style: Style) -> list[str]:
    rows = [
        [f"{100 * one['from']:.0f} to {100 * one['to']:.0f} %", str(one["cases"]), share_text(one["said"]), str(one["came_true"])]
        for one in bins
    ]
    return table([("odds given", 14, "l"), ("readings", 8, "r"), ("mean odds", 9, "r"), ("came true", 9, "r")], rows, style)


def _cases(cases: Sequence[Mapping[str, Any]], style: Style) -> list[str]:
    dates = [case for case in cases if case["kind"] == "milestone"]
    claims = [case for case in cases if case["kind"] == "claim"]
    columns = [("phase, stage", 27, "w"), ("known on", 10, "l"), ("P10", 10, "l"), ("P90", 10, "l"), ("outcome", 14, "w")]
    rows = [[f"{c['phase']} {c['stage'].replace('_', ' ')}", c["as_of"], c["p10"], c["p90"], c["outcome"]] for c in dates]
    said = [
        [f"{c['claim']}, {c['reading']}", c["as_of"], share_text(c["probability"]), "came true" if c["happened"] else "did not"]
        for c in claims
    ]
    lines = table(columns, rows, style) if rows else []
    return (
        [*lines, "", *table([("claim, reading", 38, "w"), ("said on", 10, "l"), ("odds", 6, "r"), ("outcome", 10, "l")], said, style)]
        if said
        else lines
    )


def render_calibration(data: Mapping[str, Any], style: Style) -> str:
    """The fitted coefficients of the slip of plans and of building times."""
    head = say(
        "Slips fitted to {records} records ({reached} reached, {open} open) known on {day}.", records=data["records"],
        reached=data["reached"], open=data["open"], day=day_text(data["edition"]),
    )  # fmt: skip
    note = say(
        "ln((taken + offset) / (planned + offset)) = location + effects; kinds, milestones and sources are differences to "
        "the operation of a data centre as its builder plans it."
    )
    refits = say("Refits: {names}.", names=", ".join(data["refits"]))
    lines = [*_coefficients(head, data["coefficients"], note, style), *wrapped(refits, style.width), ""]
    builds = data["builds"]
    head = say(
        "Building times fitted to {records} builds of {owners} owners ({reached} run, {open} go on) as seen by {day}.",
        records=builds["records"], owners=builds["owners"], reached=builds["reached"], open=builds["open"],
        day=day_text(builds["edition"]),
    )  # fmt: skip
    note = say(
        "ln(years from start of work to operation) = usual + effects; power left: the logarithm of the share of lead times of power that "
        "is left when work starts."
    )
    return style.finish([*lines, *_coefficients(head, builds["coefficients"], note, style)])


def _coefficients(head: str, coefficients: Sequence[Mapping[str, Any]], note: str, style: Style) -> list[str]:
    names = _coefficient_names()
    rows = [
        [names.get(one["name"], one["name"].replace("_", " ")), *(_three_figures(one[level]) for level in ("p10", "p50", "p90"))]
        for one in coefficients
    ]
    lines = [*(style.bold(line) for line in wrapped(head, style.width)), ""]
    columns = [(say("coefficient"), 18, "l"), ("P10", 9, "r"), ("P50", 9, "r"), ("P90", 9, "r")]
    return [*lines, *table(columns, rows, style), "", *wrapped(note, style.width)]


def _three_figures(value: float) -> str:
    text = f"{value:.3g}"
    return notation().number(text)


def _coefficient_names() -> dict[str, str]:
    """What the coefficients of slips and building times are called."""
    return {
        "location": say("location", "coefficient"), "ai_campus": say("ai campus", "coefficient"),
        "nuclear": say("nuclear", "coefficient"), "power_and_grid": say("power and grid", "coefficient"),
        "fab": say("fab", "coefficient"), "other": say("other", "coefficient"), "window": say("window", "coefficient"),
        "replan": say("replan", "coefficient"), "tracker": say("tracker", "coefficient"), "start": say("start", "coefficient"),
        "power": say("power", "coefficient"), "offset": say("offset", "coefficient"), "spread": say("spread", "coefficient"),
        "spread_owner": say("spread owner", "coefficient"), "spread_project": say("spread project", "coefficient"),
        "usual": say("usual", "coefficient"), "retrofit": say("retrofit", "coefficient"), "expansion": say("expansion", "coefficient"),
        "size": say("size", "coefficient"), "campus": say("campus", "coefficient"), "since_2024": say("since 2024", "coefficient"),
        "power_left": say("power left", "coefficient"), "power_left_spread": say("power left spread", "coefficient"),
    }  # fmt: skip
