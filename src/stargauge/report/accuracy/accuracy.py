"""How good the forecasts are, for the terminal: the backtest, a validation on own projects, and the fit they rest on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.accuracy.accuracy_words import kind_text, reason_text
from stargauge.report.locale import language, notation, say, written
from stargauge.report.money.money_tables import bn
from stargauge.report.terminal import Style, table, wrapped
from stargauge.report.wording import counted, day_text, iso_day, score_text, share_text, stage_text


def _names() -> tuple[tuple[str, str, bool], ...]:
    """The scores by their keys: what each is called, and whether it is a share."""
    return (
        ("coverage_p10_p90", say("P10-P90 held the outcome"), True),
        ("crps_days", say("CRPS, days"), False),
        ("crps_skill_vs_announcement", say("better than the announcement"), True),
        ("crps_skill_vs_median_slip", say("better than announcement + median"), True),
        ("crps_skill_vs_median", say("better than the median of others"), True),
    )


def render_validation(data: Mapping[str, Any], style: Style) -> str:
    """The scores on a user's projects, by kind, and each project with its forecast."""
    summary = data["summary"]
    if not summary["n"]:
        head = say("No project could be scored.")
    else:
        inside = say("{share} of outcomes fell within P10 to P90", share=share_text(summary["coverage_p10_p90"]))
        inside = inside if summary["reached"] else say("No outcome is known yet")
        head = _against_announcement(inside, summary)
    counts = say(
        "{plans} of {owners}: {reached} reached, {open} open (these count through the last look)", plans=counted(summary["n"], "plan"),
        owners=counted(summary["owners"], "owner"), reached=summary["reached"], open=summary["open"],
    )  # fmt: skip
    lines = [*(style.bold(line) for line in wrapped(head, style.width)), *wrapped(counts, style.width), ""]
    lines += _scores(summary, style)
    kinds = [
        (say("kind"), 16, "w"), (say("plans"), 5, "r"), (say("inside", "a share"), 7, "r"), ("CRPS", 6, "r"),
        (say("announced", "a score"), 9, "r"), (say("+ median"), 8, "r"),
    ]  # fmt: skip
    rows = [
        [kind_text(kind), str(part["n"]), share_text(part["coverage_p10_p90"]), f"{part['crps_days']:.0f}",
         f"{part['crps_announcement_days']:.0f}", f"{part['crps_median_slip_days']:.0f}"]
        for kind, part in summary["by_kind"].items()
    ]  # fmt: skip
    lines += ["", *table(kinds, rows, style), ""] if rows else []
    lines += _projects(data["rows"], style)
    lines += [_not_scored(row["id"], row["reason"]) for row in data["left_out"]]
    lines += [line for note in data["notes"] for line in wrapped(note, style.width)]
    rule = say("Each plan was forecast from the catalogue's records without those of its owner. All rows: --json")
    return style.finish([*lines, "", *wrapped(rule, style.width)])


def render_build_validation(data: Mapping[str, Any], style: Style) -> str:
    """The scores of building times on a user's builds, and each build with its forecast, days from the start of work."""
    summary = data["summary"]
    head = say("No build could be scored.")
    if summary["n"]:
        inside = say("{share} of builds took as long as P10 to P90 said", share=share_text(summary["coverage_p10_p90"]))
        inside = inside if summary["reached"] else say("None of the builds runs yet")
        head = _against_others(inside, summary)
    counts = say(
        "{builds} of {owners}: {reached} run, {open} go on (these count through the last look)", builds=counted(summary["n"], "build"),
        owners=counted(summary["owners"], "owner"), reached=summary["reached"], open=summary["open"],
    )  # fmt: skip
    lines = [*(style.bold(line) for line in wrapped(head, style.width)), *wrapped(counts, style.width), ""]
    lines += _scores(summary, style)
    columns = [
        (say("site"), 22, "w"), (say("kind"), 11 if language() == "de" else 9, "l"), ("P10", 6, "r"), ("P50", 6, "r"), ("P90", 6, "r"),
        (say("days taken"), 18, "l"),
    ]  # fmt: skip
    rows = [
        [row["site"], _build_kind(row["kind"]), *(f"{row[level]:.0f}" for level in ("p10", "p50", "p90")),
         f"{row['days']:.0f}" if row["operational"] else say("more than {days}", days=f"{row['days']:.0f}")]
        for row in data["rows"]
    ]  # fmt: skip
    lines += ["", *table(columns, rows, style)] if rows else []
    lines += [_not_scored(row["id"], row["reason"]) for row in data["left_out"]]
    rule = say("Each build was forecast from the catalogue's builds without those of its owner. All rows: --json")
    return style.finish([*lines, "", *wrapped(rule, style.width)])


def _not_scored(what: str, reason: str) -> str:
    return say("not scored: {what}: {reason}", what=what, reason=reason_text(reason))


def _build_kind(kind: str) -> str:
    return {"new": say("new", "a build"), "retrofit": say("retrofit"), "expansion": say("expansion")}.get(kind, kind)


def render_money_backtest(data: Mapping[str, Any], style: Style) -> str:
    """How many recorded sums fell within their forecasts, and each with its forecast."""
    scores = [(kind, score) for kind, score in data["scores"].items() if score["n"]]
    told = "; ".join(_fell_within(kind, score) for kind, score in scores)
    head = f"{told[0].upper()}{told[1:]}." if told else say("No sum could be scored.")
    lines = [style.bold(line) for line in wrapped(head, style.width)]
    for kind, score in scores:
        lines += wrapped(_off_by(kind, score), style.width)
    columns = [
        (say("whose"), 24 if language() == "en" else 23, "w"), (say("known on"), 11 if language() == "en" else 12, "l"), ("P10", 8, "r"),
        ("P50", 8, "r"), ("P90", 8, "r"), (say("stated", "a sum"), 8, "r"), (say("within"), 6, "l"),
    ]  # fmt: skip
    rows = [
        [_sum(row), day_text(row["as_of"]) if language() == "en" else iso_day(row["as_of"]),
         *(_in_column(row[level]) for level in ("p10", "p50", "p90", "amount")),
         say("yes") if row["inside"] else say("no")]
        for row in data["cases"] if row["inside"] is not None
    ]  # fmt: skip
    lines += ["", *table(columns, rows, style)] if rows else []
    left = [row for row in data["cases"] if row["inside"] is None]
    lines += [line for row in left for line in wrapped(_not_scored(f"{_sum(row)}, {bn(row['amount'])}", row["why"]), style.width)]
    rule = say(
        "USD, nominal. Loans: what lenders would give, as known on the day before the first loan was public, against all that are stated "
        "today. Cash: from {days} days before the day it speaks for, with no money that nobody had announced by then. So few "
        "cases show little. All of it: --json",
        days=data["lead"],
    )
    return style.finish([*lines, "", *wrapped(rule, style.width)])


def _in_column(value: float | None) -> str:
    """An amount in bn; the head of the column names the unit where it is a long word."""
    return bn(value) if language() == "en" else bn(value).removesuffix(f" {notation().unit('bn')}")


def _fell_within(kind: str, score: Mapping[str, Any]) -> str:
    if kind == "loan":
        return say("{inside} of {count} loans to sites fell within P10 to P90", inside=score["inside"], count=score["n"])
    return say("{inside} of {count} statements of cash fell within P10 to P90", inside=score["inside"], count=score["n"])


def _off_by(kind: str, score: Mapping[str, Any]) -> str:
    """By how much the middle forecasts were off, beside what believing that nothing changes would have been."""
    off, kept = bn(score["error"]), score["error_unchanged"]
    if kind == "loan":
        return say("Loans to sites: the middle forecast was off by {error} on average.", error=off)
    if kept is None:
        return say("Statements of cash: the middle forecast was off by {error} on average.", error=off)
    return say(
        "Statements of cash: the middle forecast was off by {error} on average; had it been believed to stay as it was, {kept}.", error=off,
        kept=bn(kept),
    )  # fmt: skip


def _sum(row: Mapping[str, Any]) -> str:
    return f"{row['of']}, {say('loan') if row['kind'] == 'loan' else say('cash')}"


def _projects(rows: Sequence[Mapping[str, Any]], style: Style) -> list[str]:
    columns = [(say("project"), 24, "w"), ("P10", 10, "l"), ("P50", 10, "l"), ("P90", 10, "l"), (say("outcome"), 18, "w")]
    made = [[row["project"], *(iso_day(row[level]) for level in ("p10", "p50", "p90")), _ended(row)] for row in rows]
    return table(columns, made, style)


def _ended(row: Mapping[str, Any]) -> str:
    return iso_day(row["actual"]) if row["actual"] else say("not by {day}", day=iso_day(row["not_before"]))


def _scores(summary: Mapping[str, Any], style: Style) -> list[str]:
    rows = []
    for name, called, share in _names():
        if name not in summary:
            continue
        low, high = summary["intervals"][name]
        show = share_text if share else _days
        rows.append([called, show(summary[name]), say("{low} to {high}", low=show(low), high=show(high))])
    return table([(say("score"), 34, "l"), (say("value"), 8, "r"), (say("5 to 95 %"), 18, "r")], rows, style)


def _days(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


def _against_announcement(inside: str, summary: Mapping[str, Any]) -> str:
    """How often outcomes fell within their range, and how close the forecasts came beside believing what was announced."""
    skill, told = summary["crps_skill_vs_announcement"], {"inside": inside, "days": f"{summary['crps_days']:.0f}"}
    if skill is None:
        return say("{inside}; CRPS {days} days, no comparison with believing the announcement.", **told)
    share = f"{100 * abs(skill):.0f} %"
    if skill >= 0:
        return say("{inside}; CRPS {days} days, {share} below that of believing the announcement.", share=share, **told)
    return say("{inside}; CRPS {days} days, {share} above that of believing the announcement.", share=share, **told)


def _against_others(inside: str, summary: Mapping[str, Any]) -> str:
    """The same of building times, beside the median of the builds of others."""
    skill, told = summary["crps_skill_vs_median"], {"inside": inside, "days": f"{summary['crps_days']:.0f}"}
    if skill is None:
        return say("{inside}; CRPS {days} days, no comparison with the median of other owners' builds.", **told)
    share = f"{100 * abs(skill):.0f} %"
    if skill >= 0:
        return say("{inside}; CRPS {days} days, {share} below that of the median of other owners' builds.", share=share, **told)
    return say("{inside}; CRPS {days} days, {share} above that of the median of other owners' builds.", share=share, **told)


def render_backtest(data: Mapping[str, Any], style: Style) -> str:
    """Dates and odds replayed: the scores, the reliability of odds, each case, and what was left out and why."""
    summary = data["summary"]
    lines = [style.bold(line) for line in wrapped(_backtest_head(summary), style.width)]
    dates = say(
        "dates: {cases} cases at {sites} sites, {planned} with an announced date", cases=summary["cases"], sites=summary["sites"],
        planned=summary["cases_with_plan"],
    )  # fmt: skip
    lines += ["", *wrapped(dates, style.width), *_scores(summary, style)]
    claims = say(
        "claims: {readings} readings of {claims} claims, {true} came true", readings=summary["brier_cases"], claims=summary["brier_claims"],
        true=summary["came_true"],
    )  # fmt: skip
    rows = [
        [say("Brier score"), score_text(summary["brier"]), score_text(summary["brier_base_rate"])],
        [say("log score"), score_text(summary["log_score"]), score_text(summary["log_score_base_rate"])],
    ]
    columns = [(say("score"), 34, "l"), (say("ours", "a score"), 8, "r"), (say("base rate of the others"), 24, "r")]
    lines += ["", *wrapped(claims, style.width), *table(columns, rows, style)]
    lines += ["", *_reliability(summary["reliability"], style)]
    lines += ["", *_cases(data["cases"], style), ""]
    reasons = Counter(one["reason"] for one in data["unscored"])
    left = "; ".join(say("{count} {reason}", "left out", count=count, reason=reason_text(one)) for one, count in reasons.most_common())
    lines += wrapped(say("Left out: {reasons}.", reasons=left), style.width)
    rule = say(
        "Plans and builds of a programme's own owner trained none of its forecasts; single catalogue values that name sites scored here "
        "(time from announcement to start, power of a building) did. A few sites of one boom: this cannot tell how the forecasts do in "
        "other years, or for sites that nobody tracks. The rule and every case: --json"
    )
    return style.finish([*lines, *wrapped(rule, style.width)])


def _backtest_head(summary: Mapping[str, Any]) -> str:
    dates = say("No date could be forecast")
    if summary["cases"]:
        dates = say("{share} of dates fell within P10 to P90", share=share_text(summary["coverage_p10_p90"]))
    if not summary["brier_cases"]:
        return say("{dates}; no odds could be scored.", dates=dates)
    told = {"dates": dates, "score": written(f"{summary['brier']:.2f}"), "base": written(f"{summary['brier_base_rate']:.2f}")}
    if summary["brier"] < summary["brier_base_rate"]:
        return say("{dates}; odds scored {score} (Brier), better than the base rate's {base}.", **told)
    return say("{dates}; odds scored {score} (Brier), worse than the base rate's {base}.", **told)


def _reliability(bins: Sequence[Mapping[str, Any]], style: Style) -> list[str]:
    rows = [
        [say("{low} to {high}", low=f"{100 * one['from']:.0f}", high=share_text(one["to"])), str(one["cases"]), share_text(one["said"]),
         str(one["came_true"])]
        for one in bins
    ]  # fmt: skip
    columns = [
        (say("odds given"), 14 if language() == "en" else 26, "l"), (say("readings"), 8, "r"),
        (say("mean odds"), 9 if language() == "en" else 24, "r"), (say("came true"), 9 if language() == "en" else 11, "r"),
    ]  # fmt: skip
    return table(columns, rows, style)


def _cases(cases: Sequence[Mapping[str, Any]], style: Style) -> list[str]:
    dates = [case for case in cases if case["kind"] == "milestone"]
    claims = [case for case in cases if case["kind"] == "claim"]
    columns = [
        (say("phase, stage"), 27, "w"), (say("known on", "a day"), 10, "l"), ("P10", 10, "l"), ("P90", 10, "l"), (say("outcome"), 14, "w"),
    ]  # fmt: skip
    rows = [
        [f"{c['phase']} {_stage(c['stage'])}", iso_day(c["as_of"]), iso_day(c["p10"]), iso_day(c["p90"]), iso_day(c["outcome"])]
        for c in dates
    ]
    said = [
        [f"{c['claim']}, {c['reading']}", iso_day(c["as_of"]), share_text(c["probability"]),
         say("came true") if c["happened"] else say("did not")]
        for c in claims
    ]  # fmt: skip
    lines = table(columns, rows, style) if rows else []
    if not said:
        return lines
    columns = [
        (say("claim, reading"), 38 if language() == "en" else 36, "w"), (say("said on"), 10, "l"), (say("odds"), 6, "r"),
        (say("outcome"), 10 if language() == "en" else 18, "l"),
    ]  # fmt: skip
    return [*lines, "", *table(columns, said, style)]


def _stage(stage: str) -> str:
    return stage_text(stage) if language() != "en" else stage.replace("_", " ")


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
