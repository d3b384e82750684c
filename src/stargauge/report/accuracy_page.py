"""How good the dates and odds are, as the report and the documentation show it: scores in words, charts, cases, what was left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from stargauge.report.accuracy_chart import outcomes_in_forecasts, reliability
from stargauge.report.canvas import HALF_NARROW, HALF_WIDE
from stargauge.report.drawing import figure
from stargauge.report.wording import day_text, percent

Data = Mapping[str, Any]
#: How a score is shown.
Show = Callable[[Any], str]
HEAD = ("Score", "Value", "5 to 95 %", "Cases")


def accuracy_page(told: Data | None) -> dict[str, Any] | None:
    """What the section shows; nothing where no scores are shipped."""
    if not told:
        return None
    return {
        "finding": finding(told), "measured": measured_by(told), "fits": told["fits"], "head": HEAD,
        "groups": score_groups(told),
        "charts": _charts(told), "tables": _tables(told["cases"]), "left_out": left_out(told["cases"]["unscored"]), "rule": told["rule"],
        "sites": told["backtest"]["sites"], "claims": told["backtest"]["brier_claims"],
    }  # fmt: skip


def finding(told: Data) -> str:
    """The scores in one sentence: a comparison is only called better or worse where its whole interval is."""
    dates, against = told["backtest"], "crps_skill_vs_announcement"
    records, here = told["records"], told["records"]["built_here"]
    words = ("closer", "less close", "neither clearly closer nor less close")
    every, like, own = (_compared(one["intervals"][against], *words) for one in (records, here, dates))
    better = _compared(dates["brier_gain_interval"], "better than", "worse than", "neither clearly better nor worse than")
    return (
        f"{_share(dates['coverage_p10_p90'])} of {dates['cases']} dates forecast beforehand fell within P10 to P90; against believing the "
        f"announcement the forecasts were {every} on {records['n']} planned projects of all kinds, {like} on the {here['n']} data centres "
        f"and AI campuses among them, and {own} on the {dates['cases_with_plan']} cases of the shipped programmes that had one; odds on "
        f"{dates['brier_cases']} settled readings scored {better} the base rate."
    )


def _compared(span: Sequence[float | None], better: str, worse: str, unclear: str) -> str:
    low, high = span
    if low is not None and low > 0.0:
        return better
    return worse if high is not None and high < 0.0 else unclear


def measured_by(told: Data) -> str:
    """When, on what and with which values it was measured."""
    made = f"{day_text(told['made_on'])} by version {told['version']}"
    how = f"{told['programmes']} shipped programmes, {told['draws']:,} draws, seed {told['seed']}, inputs {told['made_from']}"
    return f"{'Measured' if told['fits'] else 'Measured for other inputs'} on {made}: {how}."


def score_groups(told: Data) -> list[dict[str, Any]]:
    """The scores in groups, each row as texts in the columns of HEAD."""
    dates, records, builds = told["backtest"], told["records"], told["builds"]
    sites = f"{dates['cases']} at {dates['sites']} sites"
    planned = f"{dates['cases_with_plan']} at {dates['sites_with_plan']} sites"
    looks = "milestones of their sites, forecast 30 to 365 days before"
    built = f"start of work to operation; {builds['reached']} run, {builds['open']} go on; without their owner's builds"
    true = f"{dates['came_true']} of {dates['brier_cases']} readings came true"
    return [
        {"title": "Dates on the shipped programmes", "note": looks, "rows": _date_rows(dates, sites, planned)},
        _planned_group("Dates on planned data centres and AI campuses", records["built_here"]),
        _planned_group("The same, reached only", records["built_here_reached"]),
        _planned_group("Dates on planned projects of all kinds", records),
        {"title": "Building times where nothing is planned", "note": built, "rows": _build_rows(builds)},
        {"title": "Odds on the day a claim was made", "note": true, "rows": _odds_rows(dates)},
    ]


def _planned_group(title: str, records: Data) -> dict[str, Any]:
    owners = f"{records['n']} plans of {records['owners']} owners"
    known = f"{records['reached']} reached, {records['open']} open; without their owner's records"
    return {"title": title, "note": known, "rows": _date_rows(records, owners, owners)}


def _odds_rows(summary: Data) -> list[list[str]]:
    cases = f"{summary['brier_cases']} readings of {summary['brier_claims']} claims"
    return [
        ["Brier score", _score(summary["brier"]), _span(summary["brier_interval"], _score), cases],
        ["Brier score of the base rate", _score(summary["brier_base_rate"]), "–", cases],
        ["Brier score below the base rate", _score(summary["brier_gain"]), _span(summary["brier_gain_interval"], _score), cases],
        ["log score", _score(summary["log_score"]), "–", cases],
        ["log score of the base rate", _score(summary["log_score_base_rate"]), "–", cases],
    ]


def _date_rows(summary: Data, cases: str, planned: str) -> list[list[str]]:
    rows: Iterable[tuple[str, str, Show, str]] = (
        ("outcomes within P10 to P90", "coverage_p10_p90", _share, cases),
        ("CRPS, days", "crps_days", _days, cases),
        ("CRPS below believing the announcement", "crps_skill_vs_announcement", _share, planned),
        ("CRPS below announcement + median slip", "crps_skill_vs_median_slip", _share, planned),
    )
    return [[words, show(summary[key]), _span(summary["intervals"][key], show), count] for words, key, show, count in rows]


def _build_rows(summary: Data) -> list[list[str]]:
    count = f"{summary['n']} builds of {summary['owners']} owners"
    rows: Iterable[tuple[str, str, Show]] = (
        ("outcomes within P10 to P90", "coverage_p10_p90", _share), ("CRPS, days", "crps_days", _days),
        ("CRPS below the median of other owners' builds of the kind", "crps_skill_vs_median", _share),
    )  # fmt: skip
    return [[words, show(summary[key]), _span(summary["intervals"][key], show), count] for words, key, show in rows]


def kind_rows(told: Data) -> tuple[tuple[str, ...], list[list[str]]]:
    """The scores on planned projects by kind of project: columns and rows."""
    rows = [
        [kind.replace("_", " ").replace("ai ", "AI "), str(part["n"]), _share(part["coverage_p10_p90"]), _days(part["crps_days"]),
         _share(part["crps_skill_vs_announcement"])]
        for kind, part in told["records"]["by_kind"].items()
    ]  # fmt: skip
    return ("Kind", "Plans", "Within P10 to P90", "CRPS, days", "CRPS below believing the announcement"), rows


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f} %".replace("-", "−")


def _days(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def _score(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}".replace("-", "−")


def _span(span: Sequence[float | None], show: Show) -> str:
    """An interval, its unit once; nothing where there are too few clusters to draw again."""
    if span[0] is None or span[1] is None:
        return "–"
    return f"{show(span[0]).removesuffix(' %')} to {show(span[1])}"


def _charts(told: Data) -> list[dict[str, Any]]:
    dates, records = told["backtest"], told["records"]
    made = [
        _outcomes("accuracy-dates", "shipped programmes", dates["places"], told["cases"]["dates"]),
        _outcomes("accuracy-records", "planned projects", records["places"], [r for r in told["cases"]["records"] if r["actual"]]),
    ]
    title = f"{dates['came_true']} of {dates['brier_cases']} readings came true; the odds given add up to {dates['expected_true']:.1f}"
    said = f"{title}. " + "; ".join(f"odds {_bin(b)}: {b['came_true']} of {b['cases']} came true" for b in dates["reliability"]) + "."
    table = {
        "head": ["Odds given", "Readings", "Mean odds", "Came true"],
        "rows": [[_bin(one), str(one["cases"]), _share(one["said"]), str(one["came_true"])] for one in dates["reliability"]],
    }
    specs = [reliability(dates["reliability"], paper) for paper in (HALF_WIDE, HALF_NARROW)]
    sub = "Share of readings that came true over the odds given on the day they were said; area by number of readings"
    made.append({**figure("accuracy-odds", said, specs, table), "title": title, "sub": sub})
    return made


def _outcomes(name: str, what: str, counts: Sequence[int], cases: Sequence[Data]) -> dict[str, Any]:
    """The chart of where outcomes fell, its finding counted on the cases."""
    inside, early = sum(case["inside"] is True for case in cases), sum(counts[:5])
    title = f"{what.capitalize()}: {inside} of {len(cases)} outcomes fell within P10 to P90, {early} before P50"
    table = {
        "head": ["Part of the forecast", "Outcomes"],
        "rows": [[f"P{10 * index} to P{10 * index + 10}", str(count)] for index, count in enumerate(counts)],
    }
    said = f"{title}. By tenths of the forecast, from the earliest: {', '.join(map(str, counts))}."
    specs = [outcomes_in_forecasts(counts, paper) for paper in (HALF_WIDE, HALF_NARROW)]
    sub = "Where the outcome fell in its forecast, by tenths" + ("" if name == "accuracy-dates" else "; open projects have none yet")
    return {**figure(name, said, specs, table), "title": title, "sub": sub}


def _bin(one: Data) -> str:
    return f"{100 * one['from']:.0f} to {100 * one['to']:.0f} %"


def _tables(cases: Data) -> list[dict[str, Any]]:
    """Every case: dates, readings, planned projects."""
    dates = [
        [f"{c['phase']}, {c['stage'].replace('_', ' ')}", day_text(c["as_of"]), day_text(c["p10"]), day_text(c["p50"]),
         day_text(c["p90"]), day_text(c["outcome"]), day_text(c["announced"]) or "none", _days(c["crps_days"])]
        for c in cases["dates"]
    ]  # fmt: skip
    claims = [
        [f"{c['claim']}, {c['reading']}", day_text(c["as_of"]), percent(c["probability"]), "came true" if c["happened"] else "did not",
         c["settled_by"] or "–"]
        for c in cases["claims"]
    ]  # fmt: skip
    records = [
        [f"{c['project']}, {c['milestone']}", day_text(c["plan"]), day_text(c["p10"]), day_text(c["p50"]), day_text(c["p90"]),
         day_text(c["actual"]) or f"not by {day_text(c['not_before'])}", _days(c["crps_days"])]
        for c in cases["records"]
    ]  # fmt: skip
    return [
        {"title": f"The {len(dates)} dates forecast", "about": "Forecast from what was known on a day; the outcome as dated now",
         "rows": dates,
         "head": ["Phase, stage", "Known on", "P10", "P50", "P90", "Outcome", "Announced by then", "CRPS, days"]},
        {"title": f"The {len(claims)} readings", "about": "Odds from what was known on the day the claim was made", "rows": claims,
         "head": ["Claim, reading", "Said on", "Odds", "Outcome", "Settled by"]},
        {"title": f"The {len(records)} planned projects", "about": "Forecast from the plan, without its owner's records", "rows": records,
         "head": ["Project, milestone", "Planned", "P10", "P50", "P90", "Outcome", "CRPS, days"]},
    ]  # fmt: skip


def missed(told: Data) -> dict[str, Any]:
    """The cases in which the forecast was wrong: dates outside P10 to P90, readings whose outcome had the smaller odds."""
    cases, (dates, claims, _) = told["cases"], _tables(told["cases"])
    wrong = [row for case, row in zip(cases["dates"], dates["rows"], strict=True) if case["inside"] is not True]
    other = [row for case, row in zip(cases["claims"], claims["rows"], strict=True) if case["happened"] is not (case["probability"] >= 0.5)]
    sentence = (
        f"{len(wrong)} of {len(dates['rows'])} dates fell outside P10 to P90 (one in five is what that range allows), and of "
        f"{len(claims['rows'])} readings {len(other)} went the way that had the smaller odds."
    )
    return {"sentence": sentence, "dates": {**dates, "rows": wrong}, "claims": {**claims, "rows": other}}


def left_out(unscored: Sequence[Data]) -> list[tuple[str, list[str]]]:
    """What was looked at and not scored, by reason, the commonest first."""
    reasons: dict[str, list[str]] = {}
    for one in unscored:
        reasons.setdefault(one["reason"], []).append(f"{one['programme']}: {one['what']}")
    return sorted(reasons.items(), key=lambda pair: -len(pair[1]))
