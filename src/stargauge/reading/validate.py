"""Reading scored on sentences whose quantities, dates and statements a person has marked: spans exact, then what they mean."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.problems import problem
from stargauge.quantity.spoken import say
from stargauge.reading.drafting import LANGUAGES, Draft, can_read, draft
from stargauge.reading.found import plain

_LARGEST = 50 * 2**20
#: What has to agree besides the span before a value counts as right.
_VALUES = ("value", "unit", "min", "max", "scale")
_DATES = ("date_from", "date_to", "relation")


@dataclass(frozen=True)
class Case:
    """A marked sentence."""

    id: str
    language: str | None
    published: str | None
    text: str
    quantities: tuple[Mapping[str, Any], ...]
    dates: tuple[Mapping[str, Any], ...]
    statements: tuple[Mapping[str, Any], ...]
    never: tuple[str, ...]


@dataclass(frozen=True)
class Scored:
    """A sentence as it was read beside how it is marked."""

    case: Case
    found: Draft

    @property
    def _got(self) -> dict[tuple[int, int], dict[str, Any]]:
        return {(one.start, one.end): plain(one) for one in self.found.quantities}

    @property
    def matched(self) -> list[tuple[Mapping[str, Any], dict[str, Any]]]:
        """Marked quantities whose span was found, with what was found."""
        got = self._got
        return [(one, got[span]) for one in self.case.quantities if (span := (one["start"], one["end"])) in got]

    @property
    def missed(self) -> list[str]:
        """Marked quantities whose span was not found."""
        got = self._got
        return [str(one["text"]) for one in self.case.quantities if (one["start"], one["end"]) not in got]

    @property
    def extra(self) -> list[dict[str, Any]]:
        """Quantities that nobody marked."""
        marked = {(one["start"], one["end"]) for one in self.case.quantities}
        return [one for span, one in self._got.items() if span not in marked]

    @property
    def wrong(self) -> list[str]:
        """Quantities with a value or unit that is not the marked one, wherever they overlap it, and those that should never be one."""
        out = [f"{got['text']}: {_shown(got)}, expected {_shown(one)}" for one, got in self.matched if not _agree(one, got, _VALUES)]
        for got in self.extra:
            near = [one for one in self.case.quantities if one["start"] < got["end"] and got["start"] < one["end"]]
            if near and not any(_agree(one, got, _VALUES) for one in near):
                out.append(f"{got['text']}: {_shown(got)}, expected {_shown(near[0])}")
            elif not near and any(self._is_never(got, word) for word in self.case.never):
                out.append(f"{got['text']}: {_shown(got)}, expected none")
        return out

    def _is_never(self, got: Mapping[str, Any], word: str) -> bool:
        at = self.case.text.find(word)
        return at >= 0 and at < got["end"] and got["start"] < at + len(word)

    def right(self, name: str) -> int:
        """How many of the matched quantities agree in one more thing, such as the bound."""
        return sum(one.get(name) == got.get(name) for one, got in self.matched)

    @property
    def dates_right(self) -> int:
        """Marked dates found with their span, days and relation."""
        got = {(one.start, one.end): plain(one) for one in self.found.dates}
        return sum((one["start"], one["end"]) in got and _agree(one, got[one["start"], one["end"]], _DATES) for one in self.case.dates)

    @property
    def statements_right(self) -> int:
        """Marked statements found with their span, speaker and form."""
        got = {(one.start, one.end): one for one in self.found.statements}
        spans = [(one, got.get((one["start"], one["end"]))) for one in self.case.statements]
        return sum(one is not None and one.speaker == said["speaker"] and one.form == said["form"] for said, one in spans)

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "id": self.case.id, "text": self.case.text, "marked": len(self.case.quantities), "found": len(self.matched),
            "missed": self.missed, "extra": [one["text"] for one in self.extra], "wrong": self.wrong,
            "bound": self.right("bound"), "modality": self.right("modality"),
            "dates": [self.dates_right, len(self.case.dates)], "statements": [self.statements_right, len(self.case.statements)],
            "passed": not (self.missed or self.extra or self.wrong),
        }  # fmt: skip


@dataclass(frozen=True)
class ReadingValidation:
    """All sentences of a file."""

    rows: tuple[Scored, ...]

    def to_dict(self) -> dict[str, Any]:
        """`{summary, rows}`: the form of JSON, Python and the command line. F1 is over spans of quantities, exact to the character."""
        matched = sum(len(row.matched) for row in self.rows)
        missed, extra = sum(len(row.missed) for row in self.rows), sum(len(row.extra) for row in self.rows)
        dates, statements = sum(len(row.case.dates) for row in self.rows), sum(len(row.case.statements) for row in self.rows)
        return {
            "summary": {
                "n": len(self.rows), "f1": _share(2 * matched, 2 * matched + missed + extra),
                "precision": _share(matched, matched + extra), "recall": _share(matched, matched + missed),
                "wrong_values": sum(len(row.wrong) for row in self.rows),
                "bound": _share(sum(row.right("bound") for row in self.rows), matched),
                "modality": _share(sum(row.right("modality") for row in self.rows), matched),
                "dates": _share(sum(row.dates_right for row in self.rows), dates),
                "statements": _share(sum(row.statements_right for row in self.rows), statements),
                "quantities": matched + missed,
            },
            "rows": [row.to_dict() for row in self.rows],
        }  # fmt: skip


def validate_reading(file: Path) -> ReadingValidation:
    """Read every sentence of a JSONL file and score it. Raises InputError with every fault of the file."""
    return ReadingValidation(tuple(Scored(one, draft(one.text, one.language, one.published)) for one in read_cases(file)))


def read_cases(file: Path) -> list[Case]:
    """The marked sentences of a JSONL file. Raises InputError with every fault."""
    try:
        if file.stat().st_size > _LARGEST:
            raise InputError(Fault(say("the file has more than {largest:,} bytes; split it", largest=_LARGEST), file=str(file)))
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = problem(error) if isinstance(error, OSError) else say("it is not UTF-8")
        raise InputError(Fault(say("cannot be read: {why}", why=why), file=str(file))) from None
    out, faults = list[Case](), list[Fault]()
    for n, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            out.append(_case(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            faults.append(Fault(_told(error), file=str(file), line=n))
    if not out and not faults:
        faults.append(Fault(say("holds no sentences; expected one JSON object a line, with id, lang, text and expect"), file=str(file)))
    if faults:
        raise InputError(faults)
    return out


def _told(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return say("is not JSON: {msg}", msg=problem(error))
    if isinstance(error, KeyError):
        return say("needs {key}", key=error)
    return str(error) or say('expected an object with "id", "lang", "text" and "expect"')


def _case(row: Mapping[str, Any]) -> Case:
    text, expect = row["text"], row["expect"]
    language = row.get("lang")
    if language is not None and not can_read(language):
        raise ValueError(
            say('got the language "{language}"; expected one of {languages}', language=language, languages=", ".join(LANGUAGES))
        )
    marked = {name: tuple(expect.get(name, ())) for name in ("quantities", "dates", "statements")}
    for one in _all(marked.values()):
        if text[one["start"] : one["end"]] != one["text"]:
            raise ValueError(
                say(
                    '"{text}" does not stand at {start} to {end}: there is "{found}"',
                    text=one["text"],
                    start=one["start"],
                    end=one["end"],
                    found=text[one["start"] : one["end"]],
                )
            )
    return Case(
        str(row["id"]), language, row.get("published"), text, marked["quantities"], marked["dates"], marked["statements"],
        tuple(row.get("not_quantities", ())),
    )  # fmt: skip


def _all(groups: Any) -> Iterator[Mapping[str, Any]]:
    for group in groups:
        yield from group


def _agree(one: Mapping[str, Any], got: Mapping[str, Any], names: Sequence[str]) -> bool:
    return all(_same(one.get(name), got.get(name)) for name in names)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return abs(one - other) <= 1e-9 * max(abs(one), abs(other))
    return bool(one == other)


def _shown(one: Mapping[str, Any]) -> str:
    value = one.get("value")
    if value is None and one.get("min") is not None:
        value = f"{one['min']}..{one['max']}"
    if value is None and one.get("scale") is not None:
        value = f"of the order of {one['scale']:g}"
    return f"{value} {one.get('unit') or ''}".strip()


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
