"""The answer in short: one headline, what was said against the record and what to expect, and a line each for capacity, money and jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from stargauge.audit.claims.language import Comparison, parse
from stargauge.audit.claims.verdict import OPEN, ReadingVerdict
from stargauge.audit.run import ClaimVerdict, texts_of
from stargauge.audit.wording.answer import counting, with_counted
from stargauge.audit.wording.claim_words import claim_words, comparison_of, month_words, reading_words, threshold_of, weight_of
from stargauge.audit.wording.languages import words_of
from stargauge.audit.wording.messages import ENGLISH, Messages
from stargauge.audit.wording.sentence import Names
from stargauge.audit.wording.words import percent, sentence_case
from stargauge.engine.result import Result
from stargauge.engine.simulate import model_graph
from stargauge.quantity.address import parse_address
from stargauge.quantity.dates import month_end
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.quantity import FIXED_AXES, STAGES
from stargauge.quantity.statement import Statement
from stargauge.quantity.units import figures, scale_of, show

RUNS, ANNOUNCED, BUILDING = "power_facility[operational]", "power_facility[announced]", "power_facility[under_construction]"
CAPITAL, NEED, HAVE, GAP = "capital_deployed", "funding_need", "funding_available[committed]", "funding_gap"
DIRECT, TOTAL, PEAK, PERMANENT = "jobs_direct", "jobs_total", "jobs_construction_peak", "jobs_permanent"
#: What the answer in the terminal needs from a run, besides the readings.
HEADLINES: tuple[str, ...] = (RUNS, ANNOUNCED, CAPITAL, NEED, HAVE, GAP, DIRECT, TOTAL, PEAK, PERMANENT)
#: What the report shows besides.
PROMISED = "power_facility_promised"
FANS: tuple[str, ...] = (*(f"power_facility[{stage}]" for stage in STAGES), PROMISED, "capital_promised")
UNSITED = "unsited"
_LEVELS = (0.1, 0.5, 0.9)
#: From this share on, what runs is all of what was announced: closer than any estimate of it.
ALMOST = 0.98


def sited(known: Any, stage: str) -> str:
    """The address of facility power at named sites: pledges without a site are shown apart."""
    sites = [site.id for site in known.sites if site.id != UNSITED]
    return f"power_facility[{', '.join([stage, *(sites if len(sites) < len(known.sites) else [])])}]"


def headlines(known: Any) -> tuple[str, ...]:
    """The addresses that the answer needs from a run, besides the readings."""
    apart = [f"power_facility[announced, {UNSITED}]"] if any(site.id == UNSITED for site in known.sites) else []
    return tuple(dict.fromkeys((*HEADLINES, sited(known, "operational"), sited(known, "announced"), *apart)))


def exists(known: Any, address: str) -> bool:
    """Whether an address has labels on the day: a programme without parties has no funding to show, one without pledges no `unsited`."""
    asked = parse_address(address)
    axes = {axis: known.axes.get(axis, FIXED_AXES.get(axis, ())) for axis in model_graph().quantities[asked.name].axes if axis != "draw"}
    return all(axes.values()) and all(any(label in labels for labels in axes.values()) for label in asked.labels)


@dataclass(frozen=True)
class Topic:
    """One row of said against record against expected: which quantity, which address stands for it."""

    name: str
    quantities: tuple[str, ...]
    address: str


TOPICS = (
    Topic("power", ("power_facility", "power_it"), RUNS),
    Topic("money", ("capital_deployed",), CAPITAL),
    Topic("jobs", ("jobs_direct", "jobs_total", "jobs_construction_onsite", "jobs_permanent"), DIRECT),
)


@dataclass(frozen=True)
class Days:
    """The dates an answer speaks of: the knowledge date and the newest evidence on the clock, and the date it looks ahead to.

    `looked`: whether anybody has looked at a site at all; where not, `evidence` is the knowledge date and nothing is known to run.
    """

    as_of: date
    evidence: date
    ahead: date
    looked: bool = True

    @classmethod
    def of(cls, known: Any) -> Days:
        """From what is known: two years ahead at year's end, within the programme's clock."""
        first, last = known.months[0].replace(day=1), known.months[-1]
        seen = [day for day in (known.observed_through(site.id) for site in known.sites) if day]
        as_of = min(max(known.as_of, first), last)
        evidence = min(max([*seen], default=as_of), as_of)
        return cls(as_of, max(evidence, first), min(date(as_of.year + 2, 12, 31), last), bool(seen))


def dates_of(known: Any) -> tuple[date, ...]:
    """The dates at which a run must keep its draws for the summary."""
    days = Days.of(known)
    return tuple(dict.fromkeys((days.as_of, days.evidence, days.ahead, month_end(days.ahead))))


def summarise(result: Result, known: Any, verdicts: Sequence[ClaimVerdict], words: Messages = ENGLISH) -> dict[str, Any]:
    """Headline, said against record against expected, and the lines, as plain data; every number in the unit it names.

    `words`: the language in which it is said.
    """
    days = Days.of(known)
    said = {topic.name: announced(topic, known, verdicts, words) for topic in TOPICS}
    lines = {
        "capacity": _capacity(result, known, days, words), "money": _money(result, known, days, said["money"], words),
        "jobs": _jobs(result, known, verdicts, days, said["jobs"], words),
    }  # fmt: skip
    return {
        "newest_evidence": str(days.evidence) if days.looked else None,
        "headline": headline(result, known, verdicts, days, words),
        "said_record_expected": [_glance(topic, result, known, verdicts, days, said[topic.name], words) for topic in TOPICS],
        "lines": lines,
    }


def _levels(result: Result, address: str, when: date) -> tuple[float, float, float]:
    """P10, P50, P90 of an address at a month's end."""
    series = result[address]
    found = series.quantiles(_LEVELS) if series.counts is not None else series.at(when).quantiles(_LEVELS)
    timed = series.counts is not None and "month" in series.axes
    place = result.world.frame.month(when) if timed else ()
    low, middle, high = (float(np.asarray(found[level])[place]) for level in _LEVELS)
    return low, middle, high


def _in_scale(values: Sequence[float], unit: str, words: Messages = ENGLISH) -> tuple[list[str], str]:
    biggest = max((abs(v) for v in values if v == v), default=0.0)
    factor, name = scale_of(biggest, unit)
    return [figures(v / factor, notation=words.notation) if v == v else words.texts["unknown"] for v in values], words.notation.unit(name)


def headline(result: Result, known: Any, verdicts: Sequence[ClaimVerdict], days: Days, words: Messages = ENGLISH) -> str:
    """One sentence that could be printed as it is: what runs of what was announced, and the odds of the largest open promise."""
    runs, said = _known_to_run(result, known, days), _levels(result, sited(known, "announced"), days.as_of)[1]
    running = _running(runs[1], words)
    first = _runs_of(runs, said, words) if said > 0 else words.say("no_size", day=words.day(days.as_of), running=running)
    open_ones = [(v, r) for v in verdicts for r in v.readings if r.status == OPEN and r.probability is not None]
    chosen = max(open_ones, key=lambda pair: weight_of(pair[1]), default=None)
    if chosen is None:
        return first + "."
    reading = chosen[1]
    promise = reading_words(reading, names_of(known), words) if words is ENGLISH else _in_a_sentence(reading, words)
    return f"{first}. {promise}: {reading.likelihood} ({percent(reading.probability or 0.0, words)})."


def _in_a_sentence(reading: ReadingVerdict, words: Messages) -> str:
    """A reading as a sentence, without how its date is read."""
    remark = words.say("said_date", day=words.day(reading.deadline)) if reading.deadline else ""
    return sentence_case(reading.sentence.replace(remark, "") if remark else reading.sentence)


def _known_to_run(result: Result, known: Any, days: Days) -> tuple[float, float, float]:
    """What runs at named sites at the newest evidence; nothing where nobody has looked: a plan is no evidence."""
    return _levels(result, sited(known, "operational"), days.evidence) if days.looked else (0.0, 0.0, 0.0)


def sizes(result: Result, known: Any, days: Days) -> dict[str, float | None]:
    """Facility power that was announced for named sites and that is known to run there, in watts, as the headline has them.

    None where a programme has no site.
    """
    if not all(exists(known, sited(known, stage)) for stage in ("announced", "operational")):
        return {"announced": None, "running": None}
    return {
        "announced": _levels(result, sited(known, "announced"), days.as_of)[1], "running": _known_to_run(result, known, days)[1],
    }  # fmt: skip


def _runs_of(runs: Sequence[float], said: float, words: Messages = ENGLISH) -> str:
    """`0.59 of 9.8 announced GW runs`; where all of it does, what runs is an estimate and stands with its P10 and P90."""
    low, middle, high = runs
    factor, unit = scale_of(said, "W")
    told = words.notation
    whole, size = figures(said / factor, 2, told), show(said, "W", notation=told)
    if middle <= 0:
        return words.say("none_runs", said=whole, unit=unit)
    if middle < ALMOST * said:
        return words.say("some_runs", runs=figures(middle / factor, 2, told), said=whole, unit=unit)
    if middle * ALMOST <= said:
        ends = {"low": figures(low / factor, notation=told), "high": figures(high / factor, notation=told)}
        return words.say("all_runs", said=size, unit=unit, **ends)
    (p10, p50, p90), name = _in_scale(runs, "W", words)
    return words.say("more_runs", runs=p50, unit=name, low=p10, high=p90, said=size)


def _running(runs: float, words: Messages) -> str:
    return words.say("runs", size=show(runs, "W", notation=words.notation)) if runs > 0 else words.texts["nothing_runs"]


def names_of(known: Any) -> dict[str, str]:
    """What sites and parties are called, up to the first comma or bracket."""
    views = [view for view in (*known.sites, *known.parties) if view.spec is not None]
    return {view.id: (view.spec.name or view.id).split(",")[0].split(" (")[0] for view in views}


def spoken_names(known: Any, language: str) -> Names | None:
    """What things are called in another language than English, of which the model book has the words."""
    if language == "en":
        return None
    axes = {axis: tuple(labels) for axis, labels in known.axes.items()}
    return Names(axes, model_graph().quantities, names_of(known), words_of(language), texts_of(known.programme, language))


def _about(topic: Topic, verdicts: Sequence[ClaimVerdict]) -> list[ReadingVerdict]:
    """The claims about a topic, each as it was said (its first reading); what is only announced, contracted or financed is no power."""
    found = []
    for verdict in verdicts:
        comparison = comparison_of(verdict.readings[0])
        if comparison is not None and comparison.address.name in topic.quantities and not set(comparison.address.labels) & set(STAGES[:3]):
            found.append(verdict.readings[0])
    return found


#: What sites say of themselves, by topic: the field, and the key of what it counts.
_AT_SITES = {
    "money": (("capital", ""),),
    "jobs": (("jobs_permanent", "noun_jobs_permanent"), ("jobs_construction_peak", "builders_at_peak")),
}


def _told(known: Any, statements: Sequence[Statement]) -> tuple[float, str] | None:
    """The newest figure that a plan or a report gives, with its unit; what others estimate is no announcement."""
    own = [statement for statement in statements if statement.status in ("planned", "reported")]
    if not own:
        return None
    value = known.estimate(own).value
    return (value.quantile(0.5) if isinstance(value, Distribution) else float(value)), own[0].unit


def announced(topic: Topic, known: Any, verdicts: Sequence[ClaimVerdict], words: Messages = ENGLISH) -> str:
    """What was announced about a topic: the first and the largest claim, and what sites say, added up; empty where nothing was."""
    claimed = [c for reading in _about(topic, verdicts) if (c := comparison_of(reading)) and not {*c.address.labels} - {*STAGES}]
    chosen = dict.fromkeys(claim_words(c, words) for c in (claimed[0], max(claimed, key=threshold_of))) if claimed else ()
    parts = [words.texts["needs_and"].join(chosen)] if chosen else []
    for name, counts in _AT_SITES.get(topic.name, ()):
        told = {site.id: said for site in known.sites if site.spec is not None and (said := _told(known, getattr(site.spec, name)))}
        if told:
            total, named = sum(value for value, _ in told.values()), next(iter(told.values()))[1]
            every = sum(site.spec is not None for site in known.sites)
            counted = f"{figures(total, notation=words.notation)} {words.texts[counts]}" if counts else ""
            amount = counted or show(total, named, notation=words.notation)
            if len(told) == 1:
                parts.append(words.say("told_at", amount=amount, site=names_of(known)[next(iter(told))]))
            else:
                parts.append(words.say("told_at_sites", amount=amount, some=len(told), all=every))
    return "; ".join(parts)


def _glance(
    topic: Topic, result: Result, known: Any, verdicts: Sequence[ClaimVerdict], days: Days, told: str, words: Messages
) -> dict[str, Any]:  # fmt: skip
    readings = _about(topic, verdicts)
    passed = [r for r in readings if r.settled_by] or [r for r in readings if r.status != OPEN] or readings
    shown = max(passed, key=lambda r: threshold_of(c) if (c := comparison_of(r)) else 0.0, default=None)
    row: dict[str, Any] = {"what": topic.name, "why": topic.address}
    if shown is not None:
        short = reading_words(shown, names_of(known), words)
        row |= {"said": short, "said_short": short, "outcome": shown.status}
        deciding = [entry for entry in shown.record if entry.get("decides")] or list(shown.record)
        if deciding:
            row |= {"record": str(deciding[-1].get("text") or deciding[-1].get("value")), "grade": deciding[-1].get("grade")}
        elif value := _computed(shown, words):
            row |= {"record": value}
    elif topic.name == "power" and (size := _levels(result, sited(known, "announced"), days.as_of)[1]) > 0:
        runs = _known_to_run(result, known, days)[1]
        estimate = words.say("glance_estimated", size=show(runs, "W", notation=words.notation))
        row |= {"said": words.say("glance_announced", size=show(size, "W", notation=words.notation))}
        row |= {"record": estimate if runs > 0 else words.texts["glance_none"]}
    elif told:
        row |= {"said": told}
    ahead = days.ahead
    values = _levels(result, topic.address, ahead)
    factor, name = scale_of(max(abs(v) for v in values), result[topic.address].unit)
    month = month_words(ahead, words)
    label = f"{words.notation.unit(name)} {month}" if topic.name != "jobs" else words.say("glance_direct", month=month)
    note = words.say("glance_direct", month=month) if topic.name == "jobs" else month
    return row | {"expected_label": label, "expected_note": note, "unit": name,
                  **{f"p{level}": v / factor for level, v in zip((10, 50, 90), values, strict=True)}}  # fmt: skip


def _computed(reading: ReadingVerdict, words: Messages) -> str:
    """What arithmetic alone makes of a reading that it settled, in the middle draw; empty where it did not."""
    if reading.settled_by != "arithmetic" or reading.margin is None:
        return ""
    parsed, unit = parse(reading.expression), reading.margin.unit
    if not isinstance(parsed, Comparison) or parsed.share or parsed.op == "==":
        return words.texts["only_computed"]
    value = threshold_of(parsed) + reading.margin.p50 * (1.0 if parsed.op in (">=", ">") else -1.0)
    told = show(value, unit, notation=words.notation)
    return words.say("glance_computed", value=with_counted(told, value, counting(parsed), words) if unit == "1" else told)


def _span(values: Sequence[float], unit: str, words: Messages) -> str:
    """`5.1 GW (P10 3.3, P90 7.4)`."""
    (low, middle, high), name = _in_scale(values, unit, words)
    return f"{middle} {name} (P10 {low}, P90 {high})"


def _capacity(result: Result, known: Any, days: Days, words: Messages) -> dict[str, Any]:
    ahead, said = _levels(result, RUNS, days.ahead), _levels(result, sited(known, "announced"), days.as_of)[1]
    runs = _known_to_run(result, known, days)
    pledged = f"power_facility[announced, {UNSITED}]"
    apart = _levels(result, pledged, days.as_of)[1] if pledged in result.series else 0.0
    seen = words.say("capacity_seen", day=words.day(days.evidence)) if days.looked else words.texts["capacity_unseen"]
    text = words.say(
        "capacity_text", span=_span(ahead, "W", words), month=month_words(days.ahead, words),
        said=show(said, "W", notation=words.notation), running=_running(runs[1], words), seen=seen,
        apart=words.say("capacity_apart", size=show(apart, "W", notation=words.notation)) if apart > 0 else "",
    )  # fmt: skip
    newest = words.say("capacity_newest", day=words.day(days.evidence)) if days.looked else words.texts["capacity_none"]
    series = [
        {"address": PROMISED, "role": "announced", "hue": "announced", "label": words.texts["line_promised"]},
        {"address": BUILDING, "role": "fan", "hue": "under_construction", "label": words.texts["line_building"]},
        {"address": RUNS, "role": "fan", "hue": "operational", "label": words.texts["line_operational"]},
    ]
    return {
        "title": _runs_of(runs, said, words) if said > 0 else words.texts["capacity_title"],
        "sub": f"{words.texts['capacity_sub']} {newest}",
        "text": text, "why": RUNS, "series": series,
    }  # fmt: skip


def _money(result: Result, known: Any, days: Days, told: str, words: Messages) -> dict[str, Any]:
    spent, need, have, gap = (
        _levels(result, address, days.ahead) if address in result.series else (float("nan"),) * 3 for address in (CAPITAL, NEED, HAVE, GAP)
    )
    names = {party.id: party.spec.name or party.id for party in known.parties}
    absent = [names.get(label, label) for label in result[HAVE].absent] if HAVE in result.series else []
    few = words.say("names_others", names=", ".join(absent[:3]), count=len(absent) - 3) if len(absent) > 4 else ", ".join(absent)
    without = words.say("money_without", names=few) if absent else ""
    held = words.say(
        "money_gap" if gap[1] == gap[1] else "money_gap_unknown", need=show(need[1], "USD", notation=words.notation),
        gap=show(gap[1], "USD", notation=words.notation), without=f" ({without})" if without else "",
    )  # fmt: skip
    text = words.say(
        "money_text", span=_span(spent, "USD", words), month=month_words(days.ahead, words),
        told=words.say("money_told", told=told) if told else "", held=held if have[1] == have[1] else words.texts["money_unknown"],
    )  # fmt: skip
    series = [
        {"address": NEED, "role": "fan", "hue": "need", "label": words.texts["line_need"]},
        {"address": HAVE, "role": "fan", "hue": "contracted", "label": words.texts["line_have"], "note": without},
        {
            "address": GAP,
            "role": "fan",
            "hue": "financed",
            "label": words.texts["line_gap"],
            "note": words.texts["line_gap_note"],
        },
    ]
    return {
        "title": words.texts["money_title"], "sub": words.texts["money_sub"],
        "text": text, "why": GAP if GAP in result.series else CAPITAL, "series": series,
    }  # fmt: skip


#: Ways to count jobs.
JOBS = (PEAK, PERMANENT, DIRECT, TOTAL)


#: What sites say they counted, by the way to count that it stands beside.
_COUNTED = {PEAK: "jobs_construction_peak", PERMANENT: "jobs_permanent"}


def _stated(known: Any, address: str, words: Messages) -> list[dict[str, Any]]:
    """What was counted at single sites, the last of each: no count of the whole, and nothing that was only announced."""
    name, made = _COUNTED.get(address, ""), []
    for site in known.sites if name else ():
        told = getattr(site.spec, name, None) or known.programme.records.get(f"{name}[{site.id}]") or ()
        counted = [said for said in told if said.status in ("reported", "observed", "estimated")]
        if counted:
            last = counted[-1]
            value = last.value.quantile(0.5) if isinstance(last.value, Distribution) else float(last.value)
            when = last.as_of or last.published
            day = f", {words.short_date(when.end.year, when.end.month) if when.start == when.end else when.end.year}" if when else ""
            told = words.say("count_reported", count=figures(value, notation=words.notation), site=names_of(known)[site.id])
            made.append({"value": value, "text": f"{told}{day}"})
    return made


def jobs_counted(words: Messages = ENGLISH) -> tuple[tuple[str, str, str], ...]:
    """Ways to count jobs: the address, what it is called, what it counts."""
    return tuple((address, words.texts[f"count_{address}"], words.texts[f"count_{address} says"]) for address in JOBS)


def _jobs(result: Result, known: Any, verdicts: Sequence[ClaimVerdict], days: Days, told: str, words: Messages) -> dict[str, Any]:
    rows = []
    for address, label, says in jobs_counted(words):
        values = _levels(result, address, days.ahead)
        when = "" if address == PEAK else f", {month_words(days.ahead, words)}"
        rows.append({"label": label + when, "says": says, "address": address, "hue": "need", "unit": "jobs",
                     "stated": _stated(known, address, words),
                     **{f"p{level}": v for level, v in zip((10, 50, 90), values, strict=True)}})  # fmt: skip
    direct, total, peak = (_levels(result, address, days.ahead) for address in (DIRECT, TOTAL, PEAK))
    text = words.say(
        "jobs_text", direct=_span(direct, "job", words), month=month_words(days.ahead, words), total=_span(total, "job", words),
        peak=_span(peak, "job", words), told=words.say("jobs_told", told=told) if told else "",
    )  # fmt: skip
    said = [c for r in _about(TOPICS[2], verdicts) if (c := comparison_of(r)) and c.address.name in ("jobs_direct", "jobs_total")]
    first = said[0] if said else None
    line = None
    if first:
        claimed = claim_words(first, words, names_of(known))
        line = {"value": threshold_of(first), "label": words.texts["line_claimed"], "text": claimed}
    return {
        "title": words.texts["jobs_title"], "sub": words.texts["jobs_sub"],
        "text": text, "why": DIRECT, "rows": rows, **({"claim": line} if line else {}),
    }  # fmt: skip
