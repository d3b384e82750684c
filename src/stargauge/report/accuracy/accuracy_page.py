"""How good the dates and odds are, as the report and the documentation show it: scores in words, charts, cases, what was left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from stargauge.report.accuracy.accuracy_chart import outcomes_in_forecasts, reliability
from stargauge.report.accuracy.accuracy_words import reason_text
from stargauge.report.drawing.canvas import HALF_NARROW, HALF_WIDE
from stargauge.report.drawing.drawing import figure
from stargauge.report.locale import notation, say, words
from stargauge.report.wording import day_text, percent, stage_text

Data = Mapping[str, Any]
#: How a score is shown.
Show = Callable[[Any], str]


def head() -> tuple[str, ...]:
    """The columns of the scores."""
    return say("Score"), say("Value"), say("5 to 95 %"), say("Cases")


def accuracy_page(told: Data | None) -> dict[str, Any] | None:
    """What the section shows; nothing where no scores are shipped."""
    if not told:
        return None
    return {
        "finding": finding(told), "measured": measured_by(told), "fits": told["fits"], "head": head(),
        "groups": score_groups(told),
        "charts": _charts(told), "tables": _tables(told["cases"]), "left_out": left_out(told["cases"]["unscored"]), "rule": told["rule"],
        "sites": told["backtest"]["sites"], "claims": told["backtest"]["brier_claims"],
    }  # fmt: skip


def finding(told: Data) -> str:
    """The scores in one sentence: a comparison is only called better or worse where its whole interval is."""
    dates, against = told["backtest"], "crps_skill_vs_announcement"
    records, here = told["records"], told["records"]["built_here"]
    closeness = (say("closer"), say("less close"), say("neither clearly closer nor less close"))
    every, like, own = (_compared(one["intervals"][against], *closeness) for one in (records, here, dates))
    better = _compared(
        dates["brier_gain_interval"], say("better than"), say("worse than"), say("neither clearly better nor worse than")
    )  # fmt: skip
    return say(
        "{share} of {cases} dates forecast beforehand fell within P10 to P90; against believing the announcement the forecasts were "
        "{every} on {plans} planned projects of all kinds, {like} on the {here} data centres and AI campuses among them, and {own} on the "
        "{planned} cases of the shipped programmes that had one; odds on {readings} settled readings scored {better} the base rate.",
        share=_share(dates["coverage_p10_p90"]), cases=dates["cases"], every=every, plans=records["n"], like=like, here=here["n"], own=own,
        planned=dates["cases_with_plan"], readings=dates["brier_cases"], better=better,
    )  # fmt: skip


def _compared(span: Sequence[float | None], better: str, worse: str, unclear: str) -> str:
    low, high = span
    if low is not None and low > 0.0:
        return better
    return worse if high is not None and high < 0.0 else unclear


def measured_by(told: Data) -> str:
    """When, on what and with which values it was measured."""
    of = {
        "day": day_text(told["made_on"]), "version": told["version"], "programmes": told["programmes"],
        "draws": words().count(told["draws"]), "seed": told["seed"], "inputs": told["made_from"],
    }  # fmt: skip
    if told["fits"]:
        return say(
            "Measured on {day} by version {version}: {programmes} shipped programmes, {draws} draws, seed {seed}, inputs {inputs}.", **of
        )
    return say(
        "Measured for other inputs on {day} by version {version}: {programmes} shipped programmes, {draws} draws, seed {seed}, "
        "inputs {inputs}.", **of,
    )  # fmt: skip


def score_groups(told: Data) -> list[dict[str, Any]]:
    """The scores in groups, each row as texts in the columns of `head`."""
    dates, records, builds = told["backtest"], told["records"], told["builds"]
    sites = say("{cases} at {sites} sites", cases=dates["cases"], sites=dates["sites"])
    planned = say("{cases} at {sites} sites", cases=dates["cases_with_plan"], sites=dates["sites_with_plan"])
    looks = say("milestones of their sites, forecast 30 to 365 days before")
    built = say(
        "start of work to operation; {reached} run, {open} go on; without their owner's builds", reached=builds["reached"],
        open=builds["open"],
    )  # fmt: skip
    true = say("{some} of {all} readings came true", some=dates["came_true"], all=dates["brier_cases"])
    return [
        {"title": say("Dates on the shipped programmes"), "note": looks, "rows": _date_rows(dates, sites, planned)},
        _planned_group(say("Dates on planned data centres and AI campuses"), records["built_here"]),
        _planned_group(say("The same, reached only"), records["built_here_reached"]),
        _planned_group(say("Dates on planned projects of all kinds"), records),
        {"title": say("Building times where nothing is planned"), "note": built, "rows": _build_rows(builds)},
        {"title": say("Odds on the day a claim was made"), "note": true, "rows": _odds_rows(dates)},
    ]


def _planned_group(title: str, records: Data) -> dict[str, Any]:
    owners = say("{plans} plans of {owners} owners", plans=records["n"], owners=records["owners"])
    known = say("{reached} reached, {open} open; without their owner's records", reached=records["reached"], open=records["open"])
    return {"title": title, "note": known, "rows": _date_rows(records, owners, owners)}


def _odds_rows(summary: Data) -> list[list[str]]:
    cases = say("{readings} readings of {claims} claims", readings=summary["brier_cases"], claims=summary["brier_claims"])
    return [
        [say("Brier score"), _score(summary["brier"]), _span(summary["brier_interval"], _score), cases],
        [say("Brier score of the base rate"), _score(summary["brier_base_rate"]), "–", cases],
        [say("Brier score below the base rate"), _score(summary["brier_gain"]), _span(summary["brier_gain_interval"], _score), cases],
        [say("log score"), _score(summary["log_score"]), "–", cases],
        [say("log score of the base rate"), _score(summary["log_score_base_rate"]), "–", cases],
    ]


def _date_rows(summary: Data, cases: str, planned: str) -> list[list[str]]:
    rows: Iterable[tuple[str, str, Show, str]] = (
        (say("outcomes within P10 to P90"), "coverage_p10_p90", _share, cases),
        (say("CRPS, days"), "crps_days", _days, cases),
        (say("CRPS below believing the announcement"), "crps_skill_vs_announcement", _share, planned),
        (say("CRPS below announcement + median slip"), "crps_skill_vs_median_slip", _share, planned),
    )
    return [[called, show(summary[key]), _span(summary["intervals"][key], show), count] for called, key, show, count in rows]


def _build_rows(summary: Data) -> list[list[str]]:
    count = say("{builds} builds of {owners} owners", builds=summary["n"], owners=summary["owners"])
    rows: Iterable[tuple[str, str, Show]] = (
        (say("outcomes within P10 to P90"), "coverage_p10_p90", _share), (say("CRPS, days"), "crps_days", _days),
        (say("CRPS below the median of other owners' builds of the kind"), "crps_skill_vs_median", _share),
    )  # fmt: skip
    return [[called, show(summary[key]), _span(summary["intervals"][key], show), count] for called, key, show in rows]


def kind_rows(told: Data) -> tuple[tuple[str, ...], list[list[str]]]:
    """The scores on planned projects by kind of project: columns and rows."""
    rows = [
        [kind.replace("_", " ").replace("ai ", "AI "), str(part["n"]), _share(part["coverage_p10_p90"]), _days(part["crps_days"]),
         _share(part["crps_skill_vs_announcement"])]
        for kind, part in told["records"]["by_kind"].items()
    ]  # fmt: skip
    return (say("Kind"), say("Plans"), say("Within P10 to P90"), say("CRPS, days"), say("CRPS below believing the announcement")), rows


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f} %".replace("-", "−")


def _days(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def _score(value: float | None) -> str:
    return "–" if value is None else notation().number(f"{value:.3f}".replace("-", "−"))


def _span(span: Sequence[float | None], show: Show) -> str:
    """An interval, its unit once; nothing where there are too few clusters to draw again."""
    if span[0] is None or span[1] is None:
        return "–"
    return say("{low} to {high}", low=show(span[0]).removesuffix(" %"), high=show(span[1]))


def _charts(told: Data) -> list[dict[str, Any]]:
    dates, records = told["backtest"], told["records"]
    made = [
        _outcomes("accuracy-dates", say("Shipped programmes"), dates["places"], told["cases"]["dates"]),
        _outcomes("accuracy-records", say("Planned projects"), records["places"], [r for r in told["cases"]["records"] if r["actual"]]),
    ]
    title = say(
        "{some} of {all} readings came true; the odds given add up to {expected}", some=dates["came_true"], all=dates["brier_cases"],
        expected=notation().number(f"{dates['expected_true']:.1f}"),
    )  # fmt: skip
    each = (
        say("odds {odds}: {some} of {all} came true", odds=_bin(one), some=one["came_true"], all=one["cases"])
        for one in dates["reliability"]
    )
    said = f"{title}. {'; '.join(each)}."
    table = {
        "head": [say("Odds given"), say("Readings"), say("Mean odds"), say("Came true")],
        "rows": [[_bin(one), str(one["cases"]), _share(one["said"]), str(one["came_true"])] for one in dates["reliability"]],
    }
    specs = [reliability(dates["reliability"], paper) for paper in (HALF_WIDE, HALF_NARROW)]
    sub = say("Share of readings that came true over the odds given on the day they were said; area by number of readings")
    made.append({**figure("accuracy-odds", said, specs, table), "title": title, "sub": sub})
    return made


def _outcomes(name: str, what: str, counts: Sequence[int], cases: Sequence[Data]) -> dict[str, Any]:
    """The chart of where outcomes fell, its finding counted on the cases."""
    inside, early = sum(case["inside"] is True for case in cases), sum(counts[:5])
    told: dict[str, Any] = {"inside": inside, "cases": len(cases), "early": early}
    title = say("{what}: {inside} of {cases} outcomes fell within P10 to P90, {early} before P50", what=what, **told)
    table = {
        "head": [say("Part of the forecast"), say("Outcomes")],
        "rows": [
            [say("{low} to {high}", low=f"P{10 * index}", high=f"P{10 * index + 10}"), str(count)] for index, count in enumerate(counts)
        ],
    }
    said = say("{title}. By tenths of the forecast, from the earliest: {counts}.", title=title, counts=", ".join(map(str, counts)))
    specs = [outcomes_in_forecasts(counts, paper) for paper in (HALF_WIDE, HALF_NARROW)]
    sub = (
        say("Where the outcome fell in its forecast, by tenths")
        if name == "accuracy-dates"
        else say("Where the outcome fell in its forecast, by tenths; open projects have none yet")
    )
    return {**figure(name, said, specs, table), "title": title, "sub": sub}


def _bin(one: Data) -> str:
    return say("{low} to {high}", low=f"{100 * one['from']:.0f}", high=f"{100 * one['to']:.0f} %")


def _tables(cases: Data) -> list[dict[str, Any]]:
    """Every case: dates, readings, planned projects."""
    dates = [
        [f"{c['phase']}, {stage_text(c['stage'])}", day_text(c["as_of"]), day_text(c["p10"]), day_text(c["p50"]),
         day_text(c["p90"]), day_text(c["outcome"]), day_text(c["announced"]) or say("none"), _days(c["crps_days"])]
        for c in cases["dates"]
    ]  # fmt: skip
    claims = [
        [f"{c['claim']}, {c['reading']}", day_text(c["as_of"]), percent(c["probability"]),
         say("came true") if c["happened"] else say("did not"), c["settled_by"] or "–"]
        for c in cases["claims"]
    ]  # fmt: skip
    records = [
        [f"{c['project']}, {c['milestone']}", day_text(c["plan"]), day_text(c["p10"]), day_text(c["p50"]), day_text(c["p90"]),
         day_text(c["actual"]) or say("not by {day}", day=day_text(c["not_before"])), _days(c["crps_days"])]
        for c in cases["records"]
    ]  # fmt: skip
    return [
        {"title": say("The {number} dates forecast", number=len(dates)),
         "about": say("Forecast from what was known on a day; the outcome as dated now"),
         "rows": dates,
         "head": [say("Phase, stage"), say("Known on"), "P10", "P50", "P90", say("Outcome"), say("Announced by then"), say("CRPS, days")]},
        {"title": say("The {number} readings", number=len(claims)), "about": say("Odds from what was known on the day the claim was made"),
         "rows": claims,
         "head": [say("Claim, reading"), say("Said on"), say("Odds"), say("Outcome"), say("Settled by")]},
        {"title": say("The {number} planned projects", number=len(records)),
         "about": say("Forecast from the plan, without its owner's records"), "rows": records,
         "head": [say("Project, milestone"), say("Planned"), "P10", "P50", "P90", say("Outcome"), say("CRPS, days")]},
    ]  # fmt: skip


def missed(told: Data) -> dict[str, Any]:
    """The cases in which the forecast was wrong: dates outside P10 to P90, readings whose outcome had the smaller odds."""
    cases, (dates, claims, _) = told["cases"], _tables(told["cases"])
    wrong = [row for case, row in zip(cases["dates"], dates["rows"], strict=True) if case["inside"] is not True]
    other = [row for case, row in zip(cases["claims"], claims["rows"], strict=True) if case["happened"] is not (case["probability"] >= 0.5)]
    sentence = say(
        "{wrong} of {dates} dates fell outside P10 to P90 (one in five is what that range allows), and of {readings} readings {other} "
        "went the way that had the smaller odds.",
        wrong=len(wrong), dates=len(dates["rows"]), readings=len(claims["rows"]), other=len(other),
    )  # fmt: skip
    return {"sentence": sentence, "dates": {**dates, "rows": wrong}, "claims": {**claims, "rows": other}}


def left_out(unscored: Sequence[Data]) -> list[tuple[str, list[str]]]:
    """What was looked at and not scored, by reason, the commonest first."""
    reasons: dict[str, list[str]] = {}
    for one in unscored:
        reasons.setdefault(reason_text(one["reason"]), []).append(f"{one['programme']}: {one['what']}")
    return sorted(reasons.items(), key=lambda pair: -len(pair[1]))
