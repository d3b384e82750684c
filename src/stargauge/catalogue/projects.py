"""A user's own projects, planned and actual: a CSV file with the columns of the plan-to-actual records."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

from stargauge.catalogue.records import FitRecord
from stargauge.catalogue.tables import cells_of
from stargauge.quantity.dates import Window, day, parse_window
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say

NEEDED = ("project", "kind", "milestone", "plan_date", "plan_published", "actual_date", "outcome", "as_known_at")
KNOWN = (*NEEDED, "id", "region", "plan_precision", "actual_precision", "selection_frame", "plan_vintage_no", "grade")
#: The years that dates may lie in.
EARLIEST, LATEST = 1900, 2200
OUTCOMES = ("reached", "censored", "cancelled")
#: Half the width in days of a date of which only a precision is known.
_HALF = {"day": 0, "month": 15, "quarter": 45, "half": 91, "year": 182}


def read_projects(file: Path) -> tuple[FitRecord, ...]:
    """The records of a file, in its order. Raises InputError with every fault, its line, what was expected and how to fix it."""
    faults: list[Fault] = []
    records = [record for line, cells in cells_of(file, NEEDED, KNOWN) if (record := _record(file, line, cells, faults)) is not None]
    if faults:
        raise InputError(faults)
    if not records:
        raise InputError(say('"{file}" has no rows; expected one line per planned milestone', file=file))
    return tuple(records)


def _record(file: Path, line: int, cells: Mapping[str, str], faults: list[Fault]) -> FitRecord | None:
    """One row as a record; None and faults where it has any."""
    wrong = list(_faults(cells))
    plan, published, actual, known = (_read(cells, name, wrong) for name in ("plan_date", "plan_published", "actual_date", "as_known_at"))
    if not wrong:
        wrong = list(_contradictions(cells, plan, published, actual, known))
    if wrong:
        faults += [Fault(text, cells.get("id") or cells.get("project", ""), str(file), line, 1) for text in wrong]
        return None
    lead = plan.middle - published.middle if plan and published else None
    assert known is not None or actual is not None
    seen = (known or actual).end  # type: ignore[union-attr]
    slip = actual.middle - plan.middle if actual and plan else None
    project = _slug(cells["project"])
    return FitRecord(
        cells.get("id") or str(line), project, owner_of(project), _slug(cells["kind"]), "", _slug(cells.get("selection_frame", "")),
        cells["milestone"], plan, plan.middle if plan else None, published.middle if published else None, actual,
        actual.middle if actual else None, seen, cells["outcome"], slip, None, max(lead, 0.0) if lead is not None else None, None,
        int(cells.get("plan_vintage_no") or 1), str(file.name), cells.get("grade") or "C",
    )  # fmt: skip


def owner_of(project: str) -> str:
    """Whose project it is: what stands before the first point, without a number at its end."""
    return re.sub(r"-\d+$", "", project.partition(".")[0])


def _slug(text: str) -> str:
    return re.sub(r"[^\w.]+|_+", "-", text.lower()).strip("-")


def _faults(cells: Mapping[str, str]) -> Iterator[str]:
    for name in ("project", "kind", "milestone"):
        if not cells.get(name):
            yield say('"{name}" is empty; expected a text', name=name)
    outcome = cells.get("outcome", "")
    if outcome not in OUTCOMES:
        yield say(
            'outcome is "{outcome}"{near}; expected one of {outcomes}',
            outcome=outcome,
            near=did_you_mean(outcome, OUTCOMES),
            outcomes=", ".join(OUTCOMES),
        )
    number = cells.get("plan_vintage_no", "")
    if number and not (number.isascii() and number.isdigit()):
        yield say('plan_vintage_no is "{number}"; expected a whole number, 1 for the first plan', number=number)
    for name in ("plan_precision", "actual_precision"):
        given = cells.get(name, "")
        if given and given not in _HALF:
            yield say(
                '{name} is "{given}"{near}; expected one of {half}',
                name=name,
                given=given,
                near=did_you_mean(given, _HALF),
                half=", ".join(_HALF),
            )


def _read(cells: Mapping[str, str], name: str, wrong: list[str]) -> Window | None:
    """A date with its precision; None where it is empty."""
    text = cells.get(name, "")
    if not text:
        return None
    try:
        window = parse_window(re.split(r"\s", text)[0])
    except (InputError, ValueError):
        wrong.append(say('{name} is "{text}"; expected a date such as 2026-11-01, 2026-Q4 or 2026', name=name, text=text))
        return None
    half = _HALF.get(cells.get(name.replace("_date", "_precision"), ""), 0)
    if window.start == window.end and half:
        return Window(window.start - timedelta(days=half), window.end + timedelta(days=half))
    return window


def _contradictions(
    cells: Mapping[str, str], plan: Window | None, published: Window | None, actual: Window | None, known: Window | None
) -> Iterator[str]:
    outcome = cells["outcome"]
    if outcome == "reached" and actual is None:
        yield say("outcome is reached, but actual_date is empty; give the date or make it censored")
    if outcome != "reached" and actual is not None:
        yield say("outcome is {outcome}, but actual_date is {actual}; an outcome with a date is reached", outcome=outcome, actual=actual)
    if outcome != "reached" and known is None:
        yield say("outcome is {outcome}, but as_known_at is empty; expected the day of the last look", outcome=outcome)
    for name, window in (("plan_date", plan), ("plan_published", published), ("actual_date", actual), ("as_known_at", known)):
        if window and not EARLIEST <= window.start.year <= window.end.year <= LATEST:
            yield say(
                "{name} is {window}; expected a date between {earliest} and {latest}",
                name=name,
                window=window,
                earliest=EARLIEST,
                latest=LATEST,
            )
    if actual and known and known.end < actual.start:
        yield say("the outcome ({actual}) lies after the last look ({known})", actual=actual, known=known)
    if plan and published and plan.end < published.start:
        yield say("the plan ({plan}) lies before its own publication ({published}); was it an outcome?", plan=plan, published=published)
    if actual and published and day(actual.end) < day(published.start):
        yield say("the outcome ({actual}) lies before the plan was published ({published})", actual=actual, published=published)
