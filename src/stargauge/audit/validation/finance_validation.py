"""Reference cases of finance, labour and schedule recomputed by our own functions, number by number."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from stargauge.audit.validation.finance_cases import FORMS, form_of
from stargauge.audit.validation.finance_form import Case, Form, TaxTable
from stargauge.audit.wording.languages import written
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.problems import problem
from stargauge.quantity.spoken import say

_LARGEST = 20 * 2**20
_NEEDED = ("id", "inputs", "expected", "abs_tol")
_KNOWN = (*_NEEDED, "topic", "source", "note")


@dataclass(frozen=True)
class Vector:
    """A reference case as a file states it."""

    id: str
    topic: str
    inputs: Mapping[str, Any]
    expected: Mapping[str, Any]
    tolerance: float


@dataclass(frozen=True)
class Check:
    """One value of a case: its place in `expected`, what the file says, what we find, and how far apart they are where both are numbers."""

    name: str
    expected: Any
    got: Any
    difference: float | None
    passed: bool


@dataclass(frozen=True)
class Recomputed:
    """A case with its checks, and why it did not pass where it did not."""

    vector: Vector
    form: str
    checks: tuple[Check, ...]
    reason: str

    @property
    def passed(self) -> bool:
        """Whether every value of it agrees."""
        return not self.reason

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "id": self.vector.id, "topic": self.vector.topic, "form": self.form, "abs_tol": self.vector.tolerance, "passed": self.passed,
            "reason": self.reason, "differing": sum(not one.passed for one in self.checks),
            "largest_difference": max((abs(one.difference) for one in self.checks if one.difference is not None), default=None),
            "checks": [asdict(one) for one in self.checks],
        }  # fmt: skip


@dataclass(frozen=True)
class FinanceValidation:
    """All cases of a file."""

    rows: tuple[Recomputed, ...]

    def to_dict(self) -> dict[str, Any]:
        """`{summary, rows}`: the form of JSON, Python and the command line."""
        failed = sum(not row.passed for row in self.rows)
        checks = sum(len(row.checks) for row in self.rows)
        return {"summary": {"n": len(self.rows), "failed": failed, "checks": checks}, "rows": [row.to_dict() for row in self.rows]}


# --- the file ---------------------------------------------------------------------------------------------------------------------


def read_vectors(file: Path) -> tuple[Vector, ...]:
    """The cases of a JSON file: a list, or an object with the list `vectors`. Raises InputError with every fault."""
    if not file.is_file():
        raise InputError(say('no file "{file}"', file=file))
    if file.stat().st_size > _LARGEST:
        raise InputError(say('"{file}" is larger than {largest} MB; split it', file=file, largest=_LARGEST // 2**20))
    try:
        read = json.loads(file.read_text(encoding="utf-8-sig"), parse_constant=_no_number, object_pairs_hook=_once)
    except UnicodeDecodeError as error:
        raise InputError(Fault(say("is not text in UTF-8: {error}", error=error), file=str(file))) from None
    except json.JSONDecodeError as error:
        raise InputError(
            Fault(say("is not JSON: {msg}", msg=problem(error)), file=str(file), line=error.lineno, column=error.colno)
        ) from None
    except RecursionError:
        raise InputError(Fault(say("lists and objects within one another are too deep"), file=str(file))) from None
    except _NotStated as error:
        raise InputError(Fault(str(error), file=str(file))) from None
    listed = read.get("vectors") if isinstance(read, dict) else read
    if not isinstance(listed, list):
        near = did_you_mean("vectors", read) if isinstance(read, dict) else ""
        raise InputError(Fault(say('expected a list of cases, or an object with the list "vectors"{near}', near=near), file=str(file)))
    if not listed:
        raise InputError(Fault(say("holds no cases"), file=str(file)))
    faults = [Fault(message, path, str(file)) for place, one in enumerate(listed) for path, message in _faults(place, one)]
    if faults:
        raise InputError(faults)
    return tuple(Vector(str(one["id"]), str(one.get("topic", "")), one["inputs"], one["expected"], float(one["abs_tol"])) for one in listed)


class _NotStated(ValueError):
    """A value that JSON does not have, or that stands twice."""


def _no_number(text: str) -> float:
    raise _NotStated(say("{text} is not a number of JSON; write null where there is none", text=text))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise _NotStated(say('the key "{key}" stands twice in one object', key=twice[0]))
    return dict(pairs)


def _faults(place: int, one: Any) -> Iterator[tuple[str, str]]:
    """What is wrong with the form of one case: its path and what was expected."""
    path = f"vectors[{place}]"
    if not isinstance(one, dict):
        yield path, say("expected an object with {keys}; got {value}", keys=", ".join(_NEEDED), value=json.dumps(one)[:60])
        return
    for name in _NEEDED:
        if name not in one:
            yield path, say('no "{name}"{near}', name=name, near=did_you_mean(name, [key for key in one if key not in _KNOWN]))
    for name in ("inputs", "expected"):
        if not isinstance(one.get(name, {}), dict):
            yield f"{path}.{name}", say("expected an object; got {value}", value=json.dumps(one[name])[:60])
    if isinstance(one.get("expected"), dict) and not one["expected"]:
        yield f"{path}.expected", say("holds nothing to compare")
    limit = one.get("abs_tol", 0.0)
    if isinstance(limit, bool) or not isinstance(limit, (int, float)) or not isfinite(limit) or limit < 0.0:
        yield f"{path}.abs_tol", say("expected a number not below 0; got {value}", value=json.dumps(limit)[:60])


# --- the comparison ---------------------------------------------------------------------------------------------------------------


def validate_finance(vectors: Sequence[Vector], tax_table: TaxTable) -> FinanceValidation:
    """Every case recomputed by the form that fits its topic and inputs, and compared value by value within its tolerance.

    `tax_table`: shares of the cost by convention and year of a recovery period. A case of no known form, and one whose inputs cannot be
    used, did not pass, with the reason.
    """
    return FinanceValidation(tuple(_recomputed(vector, tax_table) for vector in vectors))


def _recomputed(vector: Vector, tax_table: TaxTable) -> Recomputed:
    form = form_of(vector.topic, vector.inputs, vector.expected)
    if form is None:
        return Recomputed(vector, "", (), _unknown(vector))
    try:
        with np.errstate(all="ignore"):
            got = _plain(form.make(Case(vector.inputs, vector.expected, tax_table)))
    except (ValueError, TypeError, KeyError, IndexError, ArithmeticError, AttributeError, InputError, np.linalg.LinAlgError) as error:
        return Recomputed(vector, form.name, (), say("could not be recomputed: {why}", why=_told(error)))
    checks = tuple(_checks("", vector.expected, got, vector.tolerance))
    if foreign := [name for name in vector.expected if name not in got]:
        near = did_you_mean(foreign[0], got)
        return Recomputed(vector, form.name, checks, say("{name} is not a result of this form{near}", name=foreign[0], near=near))
    off = [check for check in checks if not check.passed]
    return Recomputed(vector, form.name, checks, _reason(off, len(checks), vector.tolerance) if off else "")


def _told(error: Exception) -> str:
    return say("the inputs lack {names}", names=error) if isinstance(error, KeyError) else str(error)


def _unknown(vector: Vector) -> str:
    """Why no form fits: the nearest form that lacks inputs, else all there are."""

    def common(form: Form) -> tuple[int, int]:
        return form.covers(vector.expected), len(set(form.needs) & set(vector.inputs))

    near = max(FORMS, key=common)
    lacking = [name for name in near.needs if name not in vector.inputs]
    if min(common(near)) > 0 and lacking:
        return say('looks like the form "{form}", but its inputs lack {names}', form=near.name, names=", ".join(lacking))
    return say("no known form has these inputs and results; known forms: {names}", names=", ".join(form.name for form in FORMS))


def _reason(off: Sequence[Check], checks: int, tolerance: float) -> str:
    apart = [check for check in off if check.difference is not None]
    worst = max(apart, key=lambda check: abs(check.difference or 0.0)) if apart else off[0]
    if worst.difference is None:
        what = say("{name}: expected {expected}, got {got}", name=worst.name, expected=_short(worst.expected), got=_short(worst.got))
    else:
        told = {"off": written(f"{worst.difference:.6g}"), "tolerance": written(f"{tolerance:g}")}
        what = say("{name} is off by {off} (tolerance {tolerance})", name=worst.name, **told)
    return say("{off} of {all} values differ; {what}", off=len(off), all=checks, what=what)


def _short(value: Any) -> str:
    text = say("nothing") if value is None else json.dumps(value)
    return text if len(text) <= 40 else text[:39] + "…"


def _plain(value: Any) -> Any:
    """Arrays and numbers as JSON has them; what is not a number is None."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, (np.integer, np.floating)):
        value = value.item()
    return None if isinstance(value, float) and not isfinite(value) else value


def _checks(name: str, expected: Any, got: Any, tolerance: float) -> Iterator[Check]:
    """The checks of a value: each part of an object or list by its own name, numbers within the tolerance, all else equal."""
    if isinstance(expected, Mapping):
        for key, one in expected.items():
            inner = got.get(key) if isinstance(got, Mapping) else None
            yield from _checks(f"{name}.{key}" if name else str(key), one, inner, tolerance)
    elif isinstance(expected, list) and isinstance(got, list) and len(got) == len(expected):
        for place, one in enumerate(expected):
            yield from _checks(f"{name}[{place}]", one, got[place], tolerance)
    elif _is_number(expected) and _is_number(got):
        difference = float(got) - float(expected)
        yield Check(name, expected, got, difference, abs(difference) <= tolerance)
    else:
        yield Check(name, expected, got, None, type(expected) is type(got) and expected == got)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
