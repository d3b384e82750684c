"""Answers as a notebook shows them: small tables of HTML that need no style and no script, and charts.

Every text is escaped: what stands in a programme file is shown and never run. Charts are the specifications of the report; Altair takes
them where it is installed, JupyterLab and its like draw them as they are, and whatever shows pictures has the drawing.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import singledispatch
from importlib.util import find_spec
from typing import Any

from stargauge.api.answers import Check
from stargauge.audit.run import ClaimVerdict, Verdicts
from stargauge.audit.series_data import fan_of, row_of
from stargauge.audit.summary import Days
from stargauge.engine.result import Result
from stargauge.engine.series import Series
from stargauge.plan.build_order.told.answer import ProgrammePlan
from stargauge.programme.known import Known
from stargauge.programme.schema import Programme
from stargauge.quantity.dates import month_label
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.units import unit
from stargauge.report.drawing.canvas import HUES, Paper, Spec
from stargauge.report.drawing.charts import over_time, spoken
from stargauge.report.drawing.drawing import svg
from stargauge.report.locale import language, notation, say, speaking
from stargauge.report.plan import plan_tables, plan_words
from stargauge.report.plan.plan_curves import capacity_chart
from stargauge.report.power.power_words import Rows
from stargauge.report.wording import (
    MARKS,
    counted,
    day_text,
    finding,
    has_odds,
    percent,
    percent_range,
    shape,
    status_text,
)

#: So many rows of a table are shown; the rest is counted.
MOST_ROWS = 60
#: What JupyterLab and other notebooks draw themselves, and the grammar that it is written in.
VEGA_LITE = "application/vnd.vegalite.v5+json"
#: Wide enough beside the plot for names of quantities, and before it for thousands.
_PAPER = Paper(540, 320, 64, 48, 216, 30)
_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"


# --- tables -----------------------------------------------------------------------------------------------------------------------


@singledispatch
def html_of(value: Any) -> str:
    """An answer as HTML for a notebook. Raises TypeError for what has no such form."""
    raise TypeError(f"{type(value).__name__} has no form for a notebook")


@html_of.register
def _programme(value: Programme) -> str:
    statements = list(value.statements())
    commitments = [name for party in value.parties.values() for name in party.commitments]
    phases = [name for site in value.sites.values() for name in site.phases]
    counts = (
        (say("Sites"), value.sites), (say("Phases"), phases), (say("Pledges without a site"), value.unsited),
        (say("Parties"), value.parties), (say("Commitments"), commitments), (say("Claims"), value.claims),
        (say("Statements"), statements), (say("Sources"), value.sources),
    )  # fmt: skip
    rows = [(name, f"{len(held):,}") for name, held in counts if held]
    clock = [(value.start.start, value.horizon.end)] if value.start is not None and value.horizon is not None else []
    facts = [f"{day_text(month_label(first))} – {day_text(month_label(last))}" for first, last in clock]
    facts += [say("money in prices of {year}", year=value.price_year)] if value.price_year else []
    facts += [say("with {what}", what=", ".join(value.supposed))] if value.supposed else []
    return _page([_table(Rows(value.name, (say("What"), say("How many")), rows, value.about), 1)], facts)


@html_of.register
def _known(value: Known) -> str:
    rows = []
    for site in value.sites:
        held = [phase for phase in value.phases if phase.site == site.id]
        seen = value.observed_through(site.id)
        name = site.spec.name if site.spec is not None else say("Pledges without a site")
        rows.append((name or site.id, f"{len(held):,}", day_text(seen) if seen else "–"))
    head = (say("Site"), say("Phases"), say("Newest evidence"))
    statements = counted(len(list(value.programme.statements())), "statement")
    return _page([_table(Rows(value.programme.name, head, rows))], [_as_of(value.as_of), statements])


@html_of.register
def _result(value: Result) -> str:
    when = Days.of(value.known).ahead if value.known is not None else None
    month = month_label(when) if when is not None else (value.world.axes.get("month") or ("",))[-1]
    made = [row_of(_at(one, when), {month}) for one in value.series.values()]
    rows = [
        (row["address"], finding(row["says"]), _unit(row["unit"]), day_text(month) if value[row["address"]].months else "",
         row["p10"][0], row["p50"][0], row["p90"][0])
        for row in made
    ]  # fmt: skip
    head = (say("Quantity"), say("What it is"), say("Unit"), say("End of"), "P10", "P50", "P90")
    lower = ", ".join(row["address"] for row in made if row["absent"])
    note = say("A lower bound, as parts of it are not known: {what}.", what=lower) if lower else ""
    title = value.programme.name if value.programme is not None else value.world.programme
    day = [_as_of(value.known.as_of)] if value.known is not None else []
    facts = [*day, *_drawn(value.draws, value.seed), say("fingerprint {hash}", hash=value.fingerprint[:12])]
    given = [say("given {what}", what="; ".join(part.text for part in value.conditions.parts))] if value.conditions is not None else []
    return _page([_table(Rows(title, head, rows, note), numbers=3)], [*facts, *given])


def _at(one: Series, when: date | None) -> Series:
    """A series at the day that is shown, where its draws were kept at some days only."""
    return one.at(when) if when is not None and one.kept_at is not None and one.counts is None else one


@html_of.register
def _series(value: Series) -> str:
    ends = {month for month in value.months if month.endswith("-12")} | set(value.months[-1:])
    row = row_of(value, ends)
    named = [(day_text(when),) if when else () for when in row["dates"]]
    rows = [(*name, *cells) for name, *cells in zip(named, row["p10"], row["p50"], row["p90"], strict=True)]
    rows = [tuple(part for one in cells for part in (one if isinstance(one, tuple) else (one,))) for cells in rows]
    head = (*((say("End of"),) if value.months else ()), "P10", "P50", "P90")
    note = say("A lower bound, as parts of it are not known: {what}.", what=", ".join(row["absent"])) if row["absent"] else ""
    title = ", ".join(part for part in (value.address, _unit(row["unit"])) if part)
    draws = len(value.exact.values) if value.exact is not None else value.counts.draws if value.counts is not None else 0
    return _page([_table(Rows(title, head, rows, note), numbers=3)], [finding(value.says), counted(draws, "draw")])


@html_of.register
def _verdicts(value: Verdicts) -> str:
    with speaking(value[0].language if value else "en"):
        return _page([_claims(value.programme, value)], [_as_of(value.as_of), *_drawn(value.draws, value.seed)])


@html_of.register
def _verdict(value: ClaimVerdict) -> str:
    with speaking(value.language):
        rows = [
            (one.title or one.name, one.sentence, _status(one.status), _odds(one.status, one.probability, one.model_range), one.answer)
            for one in value.readings
        ]
        head = (say("Reading"), say("What it asks"), say("Outcome"), say("Odds"), say("Answer"))
        title = f"{value.id}: {value.says}"
        facts = [f"{value.speaker}, {day_text(value.said)}", *([value.cutoffs] if value.ours else [])]
        return _page([_table(Rows(title, head, rows, value.sentence))], facts)


@html_of.register
def _check(value: Check) -> str:
    with speaking(value.language):
        facts = [_as_of(value.known.as_of), *_drawn(value.result.draws, value.result.seed)]
        headline = str(value.summary["headline"])
        return _page([f"<p><strong>{_text(headline)}</strong></p>", _claims(value.programme.name, value.verdicts)], facts)


@html_of.register
def _plan(value: ProgrammePlan) -> str:
    data = value.to_dict()
    tables = [_table(make(data)) for make in (plan_tables.promises, plan_tables.sites, plan_tables.buildings) if make(data).rows]
    facts = [value.name, _as_of(value.known.as_of), *_drawn(value.draws, value.seed), counted(value.worlds, "world")]
    return _page(tables, [*facts, *map(plan_words.said_text, data["notes"])])


def _claims(title: str, verdicts: Sequence[ClaimVerdict]) -> str:
    """A line per claim: who said it, the outcome, the odds of a reading with that outcome, and the answer in a sentence."""
    rows = []
    for verdict in verdicts:
        told = next((one for one in verdict.readings if one.status == verdict.status and one.probability is not None), None)
        odds = _odds(told.status, told.probability, told.model_range) if told is not None else "–"
        rows.append((verdict.id, f"{verdict.speaker}, {day_text(verdict.said)}", _status(verdict.status), odds, verdict.sentence))
    head = (say("Claim"), say("Said by"), say("Outcome"), say("Odds"), say("Answer"))
    note = say("Odds are a statement about the model and its inputs, not about anyone's honesty.")
    return _table(Rows(title, head, rows, note if rows else ""))


def _status(status: str) -> str:
    return f"{MARKS[shape(status)]} {status_text(status)}"


def _odds(status: str, probability: float | None, model_range: Any) -> str:
    if probability is None or not has_odds(status):
        return "–"
    span = percent_range(model_range)
    return f"{percent(probability)}{f' ({span})' if span else ''}"


def _unit(name: str) -> str:
    return "" if name in ("", "1") else notation().unit(name)


def _as_of(day: date) -> str:
    return say("known on {day}", day=day_text(day))


def _drawn(draws: int, seed: int) -> list[str]:
    return [counted(draws, "draw"), say("seed {number}", number=seed)]


def _text(text: object) -> str:
    return html.escape(str(text), quote=True)


def _table(rows: Rows, numbers: int = 0) -> str:
    """A table whose first column names its rows; the last `numbers` columns hold numbers."""
    wide = len(rows.head)
    sides = ["right" if place >= wide - numbers else "left" for place in range(wide)]
    heads = "".join(f'<th scope="col" style="text-align:{side}">{_text(head)}</th>' for head, side in zip(rows.head, sides, strict=True))
    lines = []
    for row in rows.rows[:MOST_ROWS]:
        first, *rest = (_text(cell) for cell in row)
        cells = "".join(f'<td style="text-align:{side}">{cell}</td>' for cell, side in zip(rest, sides[1:], strict=True))
        lines.append(f'<tr><th scope="row" style="text-align:{sides[0]}">{first}</th>{cells}</tr>')
    more = len(rows.rows) - MOST_ROWS
    notes = [rows.note] if rows.note else []
    notes += [say("{count} more rows", count=more)] if more > 0 else []
    caption = f'<caption style="caption-side:top;text-align:left"><strong>{_text(rows.title)}</strong></caption>'
    return f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table>{_paragraphs(notes)}"


def _paragraphs(texts: Iterable[str]) -> str:
    return "".join(f"<p>{_text(text)}</p>" for text in texts)


def _page(parts: Iterable[str], facts: Iterable[str]) -> str:
    """The parts of an answer with the facts of its run below, in one box that scrolls where it is too wide."""
    below = " · ".join(fact for fact in facts if fact)
    return f'<div lang="{language()}" style="overflow-x:auto">{"".join(parts)}{_paragraphs([below] if below else [])}</div>'


# --- charts -----------------------------------------------------------------------------------------------------------------------


class Chart:
    """A chart where there is no Altair: the specification, and the drawing for whatever does not draw it."""

    def __init__(self, spec: Spec, says: str) -> None:
        self.spec, self.says = spec, says

    def to_dict(self) -> Spec:
        """The Vega-Lite specification."""
        return self.spec

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        drawn = svg(self.spec).replace("<svg ", f'<svg role="img" aria-label="{_text(self.says)}" style="background:{HUES["paper"]}" ', 1)
        return {VEGA_LITE: {**self.spec, "$schema": _SCHEMA}, "image/svg+xml": drawn, "text/plain": self.says}


@singledispatch
def chart_of(value: Any, *addresses: str) -> Any:
    """The chart of an answer. Raises TypeError for what has none."""
    raise TypeError(f"{type(value).__name__} has no chart")


@chart_of.register
def _series_chart(value: Series, *addresses: str) -> Any:
    if not value.months:
        raise InputError(say("{address} has no months; a chart shows months", address=value.address))
    return _over_time({value.address: fan_of(value)}, None)


@chart_of.register
def _result_chart(value: Result, *addresses: str) -> Any:
    timed = [name for name, one in value.series.items() if one.months]
    wanted = list(dict.fromkeys(addresses or (name for name in timed if _alike(value, name, timed[0]))))
    if not wanted:
        raise InputError(say("nothing here has months; a chart shows months: ask for an address such as power_facility[operational]"))
    faults = [Fault(say("{name} has no months; a chart shows months", name=name)) for name in wanted if not value[name].months]
    faults += [
        Fault(say("{name} is in {unit}, {other} in {other_unit}; a chart shows one kind of unit",
                  name=name, unit=value[name].unit, other=wanted[0], other_unit=value[wanted[0]].unit))
        for name in wanted[1:] if not _alike(value, name, wanted[0])
    ]  # fmt: skip
    if faults:
        raise InputError(faults)
    days = Days.of(value.known) if value.known is not None else None
    fans = {name: fan_of(one) for name, one in value.over_months(*wanted).items()}
    return _over_time(fans, str(days.evidence) if days is not None and days.looked else None)


def _alike(result: Result, one: str, other: str) -> bool:
    return unit(result[one].unit).dimension == unit(result[other].unit).dimension


@chart_of.register
def _check_chart(value: Check, *addresses: str) -> Any:
    with speaking(value.language):
        line = value.summary["lines"]["capacity"]
        found = value.result.over_months(*(entry["address"] for entry in line["series"]))
        quantities = {name: fan_of(one) for name, one in found.items()}
        return _made(over_time(line, quantities, value.summary["newest_evidence"]), spoken(line, quantities))


@chart_of.register
def _plan_chart(value: ProgrammePlan, *addresses: str) -> Any:
    data = value.to_dict()
    return _made(capacity_chart(data), str(plan_tables.promises(data).title))


def _over_time(quantities: Mapping[str, Mapping[str, Any]], evidence: str | None) -> Any:
    """Fans of some addresses, each in the hue of its stage."""
    series = [
        {"address": name, "role": "fan", "label": name.partition("[")[0], "note": name.partition("[")[2].rstrip("]"), "hue": _stage(name)}
        for name in quantities
    ]
    line = {"title": ", ".join(quantities), "series": series}
    return _made(over_time(line, quantities, evidence, _PAPER), spoken(line, quantities))


def _stage(address: str) -> str:
    named = address.partition("[")[2].rstrip("]").replace("under_construction", "construction").split(", ")
    return next((one for one in named if one in HUES), "need")


def _made(spec: Spec, says: str) -> Any:
    """Altair's chart of a specification where it is installed, else one of ours."""
    whole = {**spec, "description": says, "background": HUES["paper"], "config": {**spec["config"], "aria": True}}
    return Chart(whole, says) if find_spec("altair") is None else _of_altair(Chart(whole, says))


def _of_altair(ours: Chart) -> Any:
    """A chart as Altair's, which shows itself as ours does.

    Altair's own way of showing fetches scripts from the network; who chose another renderer of Altair has that one.
    """
    import altair

    from_dict: Callable[[Spec], Any] = altair.Chart.from_dict
    made = from_dict(ours.spec)
    kind, as_made = type(made), made.to_dict()

    def bundle(self: Any, include: Any = None, exclude: Any = None) -> Any:
        if altair.renderers.active != "default":
            return kind._repr_mimebundle_(self, include, exclude)
        now = self.to_dict()
        if now == as_made:
            return ours._repr_mimebundle_()
        return {VEGA_LITE: {**now, "$schema": _SCHEMA}, "text/plain": str(now.get("description", ours.says))}

    shown: Any = type(kind.__name__, (kind,), {"_repr_mimebundle_": bundle})
    return shown.from_dict(ours.spec)
