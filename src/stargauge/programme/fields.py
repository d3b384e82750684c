"""Fields of the programme file: what each one is, in which unit, and how stated values become statements.

A stated field takes a bare value (an assumption), one mapping, or a list of mappings with value, dates, source, status and grade.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    SkipValidation,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from stargauge.programme.currencies import Rates, currency_of, in_usd
from stargauge.programme.positions import Flaw, Section, Trail, unknown_key, written
from stargauge.quantity.dates import Window, day, parse_window
from stargauge.quantity.distribution import Distribution, parse_value
from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.spoken import say
from stargauge.quantity.statement import STATUSES, Grade, Source, Statement
from stargauge.quantity.units import convert, split_number, unit

GRADES: tuple[str, ...] = get_args(Grade)
STATEMENT_KEYS: dict[str, str] = {
    "value": "the value, with its unit",
    "as_of": "the date or period it speaks for; left out: when it was published",
    "published": "when it was published; left out: the date of its source",
    "source": "the id of its source under `sources`",
    "status": "planned, projected, reported (left out; of a designed source planned), estimated, observed or cancelled",
    "grade": "A primary, B press or tracker, C secondary, D weak; left out: that of its source",
    "note": "what a reader should know, in your own words",
    "assumption": "the reason, where there is no source",
    "capture": "the id of the capture that holds it, in an evidence folder; left out: that of its source",
}

#: Units of the fields that hold no number.
DATE, TEXT, RECORD = "date", "text", "record"

When = Literal["", "whole", "always"]


@dataclass(frozen=True)
class Spec:
    """What a stated field holds: a unit of the model, or a date, a text, or a record of any kind; `keyed` where it is a mapping of them."""

    unit: str
    choices: tuple[str, ...] = ()
    keyed: bool = False


@dataclass
class Reader:
    """What reading a file needs and gathers: sources by id, rates of currencies, faults, and whether only a part of a programme is read."""

    sources: Mapping[str, Source] = field(default_factory=dict)
    rates: Rates = field(default_factory=dict)
    partial: bool = False
    flaws: list[Flaw] = field(default_factory=list)

    def fault(self, trail: Trail, message: str, at_key: bool = False) -> None:
        """Note a fault and go on."""
        self.flaws.append(Flaw(trail, message, at_key))

    def is_partial(self, trail: Trail) -> bool:
        """Whether the part at a trail may leave out what a whole programme needs."""
        return self.partial or trail[:1] in (("alternatives",), ("scenarios",))


# --- kinds of fields --------------------------------------------------------------------------------------------------------------

_STATED_SCHEMA = {"x-stated": True}
Stated = Annotated[tuple[Statement, ...], SkipValidation, WithJsonSchema(_STATED_SCHEMA)]


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _lines(value: Any) -> Any:
    return [_text(item) for item in value] if isinstance(value, list) else value if isinstance(value, tuple) else [_text(value)]


def _window(value: Any) -> Window | None:
    if value is None or isinstance(value, Window):
        return value
    return parse_window(value if isinstance(value, int) and not isinstance(value, bool) else str(value))


def _moment(value: Any) -> str:
    text = str(value)
    parse_window(text)
    return text


def capture_id(value: Any) -> str:
    """The id of a capture in an evidence folder, such as C-17, or `none`. Raises InputError for anything else."""
    if not isinstance(value, str) or not re.fullmatch(r"none|C-\d{1,15}", value):
        raise InputError(say("got {given}; expected the id of a capture, such as C-17, or none", given=got(value)))
    return value


def _plain_value(value: Any) -> Any:
    if isinstance(value, (str, int, float)):
        return value
    raise InputError(say("expected one value with its unit, such as 1.25 or 3..5 GW"))


_MOMENT_SCHEMA = {"type": ["string", "integer"], "examples": ["2025-01-21T23:47:45Z", "2025-01-21"]}
_DATE_SCHEMA = {"type": ["string", "integer"], "examples": ["2026-11-01", "2026-11", "2026-Q4", "2026"]}
Text = Annotated[str, BeforeValidator(_text), WithJsonSchema({"type": ["string", "number"]})]
_LINES_SCHEMA = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
_PLAIN_SCHEMA = {"type": ["string", "number", "boolean"], "examples": ["3..5 GW", 0.85]}
Lines = Annotated[tuple[str, ...], BeforeValidator(_lines), WithJsonSchema(_LINES_SCHEMA)]
Date = Annotated[Window | None, PlainValidator(_window), WithJsonSchema(_DATE_SCHEMA)]
Moment = Annotated[str, PlainValidator(_moment), WithJsonSchema(_MOMENT_SCHEMA)]
CAPTURE_SCHEMA = {"type": "string", "pattern": r"^(none|C-\d{1,15})$", "examples": ["C-17"]}
Capture = Annotated[str, PlainValidator(capture_id), WithJsonSchema(CAPTURE_SCHEMA)]
PlainValue = Annotated[str | int | float, PlainValidator(_plain_value), WithJsonSchema(_PLAIN_SCHEMA)]


def stated(unit_name: str, description: str, *, example: Any = None, choices: Sequence[str] = (), keyed: bool = False) -> Any:
    """Declare a stated field: its unit, what it is, an example; `keyed` for a mapping of such fields."""
    extra: dict[str, Any] = {"unit": unit_name, "stated": True, "keyed": keyed}
    if choices:
        extra["choices"] = list(choices)
    examples = None if example is None else [example]
    default: dict[str, Any] = {"default_factory": dict} if keyed else {"default": ()}
    return Field(description=description, examples=examples, json_schema_extra=extra, **default)


def plain(default: Any, description: str, *, required: When = "", example: Any = None) -> Any:
    """Declare a field that is no statement; `required`: in a whole programme, or always."""
    made: dict[str, Any] = {"default_factory": default} if callable(default) else {"default": default}
    return Field(description=description, examples=None if example is None else [example], json_schema_extra={"required": required}, **made)


class Part(BaseModel):
    """A mapping of the programme file. Faults go to the reader of the file, so that all of them come at once."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    specs: ClassVar[dict[str, Spec]] = {}
    required: ClassVar[dict[str, When]] = {}
    called: ClassVar[str] = "the programme"

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Gather from the fields which are stated and which must be there."""
        super().__pydantic_init_subclass__(**kwargs)
        cls.specs, cls.required = {}, {}
        for name, info in cls.model_fields.items():
            extra = info.json_schema_extra
            if not isinstance(extra, dict):
                continue
            if extra.get("stated"):
                listed = extra.get("choices")
                choices = tuple(map(str, listed)) if isinstance(listed, list) else ()
                cls.specs[name] = Spec(str(extra["unit"]), choices, bool(extra["keyed"]))
            elif extra.get("required"):
                cls.required[name] = "always" if extra["required"] == "always" else "whole"

    @model_validator(mode="before")
    @classmethod
    def _from_file(cls, data: Any, info: ValidationInfo) -> Any:
        if not isinstance(data, Section) or not isinstance(info.context, Reader):
            return data
        return cls._finish(cls._read(data, info.context))

    @classmethod
    def _finish(cls, values: dict[str, Any]) -> dict[str, Any]:
        return values

    @classmethod
    def _is_fragment(cls, section: Section) -> bool:
        """Whether it is no whole though it stands alone, so that nothing has to be there."""
        return False

    @classmethod
    def _read(cls, section: Section, reader: Reader) -> dict[str, Any]:
        values: dict[str, Any] = {}
        trail = section.trail
        for key, value in section.items():
            if key not in cls.model_fields:
                reader.flaws.append(unknown_key(trail, key, cls.model_fields, say(cls.called)))
            elif value is None:
                continue
            elif (spec := cls.specs.get(key)) is None:
                values[key] = value
            elif spec.keyed:
                values[key] = _keyed(value, spec, (*trail, key), reader)
            else:
                values[key] = read_stated(value, spec, (*trail, key), reader)
        partial = reader.is_partial(trail) or cls._is_fragment(section)
        misspelt = "".join(did_you_mean(key, cls.model_fields) for key in section if key not in cls.model_fields)
        for key, when in cls.required.items():
            if section.get(key) is None and (when == "always" or not partial) and did_you_mean(key, [key]) not in misspelt:
                what = say(cls.model_fields[key].description or "")
                reader.fault((*trail, key), say('{called} needs "{key}": {what}', called=say(cls.called), key=key, what=what), at_key=True)
        return values


# --- from stated values to statements ---------------------------------------------------------------------------------------------


def _keyed(value: Any, spec: Spec, trail: Trail, reader: Reader) -> dict[str, tuple[Statement, ...]]:
    if not isinstance(value, dict):
        reader.fault(trail, say("got {given}; expected keys, each with a value or statements", given=got(value)))
        return {}
    return {key: read_stated(item, spec, (*trail, key), reader) for key, item in value.items() if item is not None}


def read_stated(raw: Any, spec: Spec, trail: Trail, reader: Reader) -> tuple[Statement, ...]:
    """Statements of a stated field: from a bare value, a mapping, or a list of either. Faulty ones are noted and left out."""
    if isinstance(raw, list):
        if not raw:
            reader.fault(trail, say("got an empty list; expected statements, or leave the key out"))
        found = (_statement(item, spec, (*trail, index), reader) for index, item in enumerate(raw))
    else:
        found = (_statement(item, spec, trail, reader) for item in (raw,))
    return tuple(statement for statement in found if statement is not None)


def _statement(raw: Any, spec: Spec, trail: Trail, reader: Reader) -> Statement | None:
    if isinstance(raw, dict):
        return _dated(raw, spec, trail, reader)
    try:
        value, unit_name, exchanged = _value(raw, spec, reader, None)
    except InputError as error:
        reader.fault(trail, str(error))
        return None
    return Statement(value, unit_name, note=exchanged, path=written(trail), text=str(raw))


def _value(raw: Any, spec: Spec, reader: Reader, when: Window | None) -> tuple[Any, str, str]:
    """A value, its unit and, for money in another currency, at which rate it became USD."""
    if raw is None or isinstance(raw, (list, dict)):
        raise InputError(say("got {given}; expected a value", given=got(raw)))
    if code := currency_of(raw, spec.unit):
        value, exchanged = in_usd(raw, spec.unit, code, reader.rates, when)
        return value, spec.unit, exchanged
    return *_parsed(raw, spec), ""


@lru_cache(maxsize=8192, typed=True)
def _parsed(raw: str | int | float | bool, spec: Spec) -> tuple[Any, str]:
    if spec.unit == DATE:
        return parse_window(str(raw)), DATE
    if spec.unit == RECORD:
        return _record(raw)
    if spec.unit == TEXT:
        text = str(raw)
        if spec.choices and text not in spec.choices:
            raise InputError(
                say(
                    'got "{text}"; expected one of {choices}{near}',
                    text=text,
                    choices=", ".join(spec.choices),
                    near=did_you_mean(text, spec.choices),
                )
            )
        return text, TEXT
    return parse_value(raw, spec.unit), spec.unit


@lru_cache(maxsize=4096, typed=True)
def _when(raw: str | int) -> Window:
    return parse_window(str(raw))


_DAY = re.compile(r"^\d{4}-(\d{2}|Q[1-4]|H[12])(-\d{2})?(T[0-9:.]+(Z|[-+]\d{2}:?\d{2})?)?\Z")
_KEPT = (("W", "W"), ("Wh", "Wh"), ("USD", "USD"), ("d", "d"), ("g", "g"), ("L", "L"), ("job", "job"), ("1", "1"), ("FLOP/s", "FLOP/s"),
         ("token", "token"), ("m2", "m2"), ("USD/W", "USD/W"), ("USD/Wh", "USD/Wh"), ("L/Wh", "L/Wh"), ("g/Wh", "g/Wh"), ("job/W", "job/W"),
         ("m", "m"), ("token/d", "token/d"), ("K", "K"), ("degC", "degC"))  # fmt: skip


@lru_cache(maxsize=1)
def _kept_units() -> dict[tuple[tuple[str, int], ...], str]:
    return {unit(name).dimension: kept for name, kept in _KEPT}


def _record(raw: str | int | float | bool) -> tuple[Any, str]:
    """A record's value and unit: true or false, a number in the model's unit of its kind, a date, else the text."""
    if isinstance(raw, bool):
        return raw, ""
    if not isinstance(raw, str):
        return parse_value(raw, "1"), "1"
    if _DAY.match(raw):
        return parse_window(raw), DATE
    try:
        kept = _record_unit(raw)
        return parse_value(raw, kept), kept
    except InputError:
        return raw, TEXT


def _record_unit(raw: str) -> str:
    last = raw.rsplit("..", 1)[-1]
    inside = re.search(r"[=({]\s*([^=,(){}:]+)[,):}]", raw)
    given = split_number((inside.group(1) if inside else last).strip())[1] or "1"
    kept = _kept_units().get(unit(given).dimension, given)
    convert(1.0, given, kept)
    return kept


def _dated(raw: Mapping[str, Any], spec: Spec, trail: Trail, reader: Reader) -> Statement | None:
    """One mapping as a statement; None where it has a fault, and every fault of it is noted."""
    before = len(reader.flaws)
    for key in raw:
        if key not in STATEMENT_KEYS:
            reader.flaws.append(unknown_key(trail, key, STATEMENT_KEYS, say("a statement")))
    if "value" not in raw:
        if len(reader.flaws) == before:
            reader.fault(trail, say('has no "value"'))
        return None
    given = raw["value"]
    when = _speaks_for(raw, reader)
    value, unit_name, exchanged = _caught(lambda: _value(given, spec, reader, when), (*trail, "value"), reader) or ("", "", "")
    source_id = _word(raw, "source", trail, reader)
    reason = _word(raw, "assumption", trail, reader)
    if not source_id and not reason and len(reader.flaws) == before:
        reader.fault(trail, say('says neither who said it nor why it is assumed; give "source: ID" or "assumption: REASON"'))
    source = reader.sources.get(source_id)
    published = _date_in(raw, "published", trail, reader) or (source.published if source else None)
    status = _one_of(raw, "status", STATUSES, trail, reader) or ("planned" if source and source.designed else "reported")
    grade = _one_of(raw, "grade", GRADES, trail, reader) or (source.grade if source else None)
    as_of = _date_in(raw, "as_of", trail, reader) or published
    own = _caught(lambda: capture_id(raw["capture"]), (*trail, "capture"), reader) if raw.get("capture") is not None else ""
    capture = own or (source.capture if source else "")
    told = _word(raw, "note", trail, reader)
    note = "; ".join(filter(None, (reason, "" if exchanged in told else exchanged, told)))
    if len(reader.flaws) > before:
        return None
    return Statement(
        value, unit_name, as_of, published, source_id, status, grade, note, written(trail), str(given),  # type: ignore[arg-type]
        capture if capture != "none" else "",
    )  # fmt: skip


def _speaks_for(raw: Mapping[str, Any], reader: Reader) -> Window | None:
    """The window a statement speaks for, for the choice of a rate; its faults are noted where the dates are read."""
    source = reader.sources.get(str(raw.get("source")))
    for key in ("as_of", "published"):
        if isinstance(raw.get(key), (str, int)):
            try:
                return _when(raw[key])
            except InputError:
                continue
    return source.published if source else None


def _caught(make: Callable[[], Any], trail: Trail, reader: Reader) -> Any:
    try:
        return make()
    except InputError as error:
        reader.fault(trail, str(error))
        return None


def _word(raw: Mapping[str, Any], key: str, trail: Trail, reader: Reader) -> str:
    value = raw.get(key)
    if value is None:
        return ""
    if isinstance(value, (dict, list, bool)):
        reader.fault((*trail, key), say("got {given}; expected text", given=got(value)))
        return ""
    return str(value)


def _date_in(raw: Mapping[str, Any], key: str, trail: Trail, reader: Reader) -> Window | None:
    value = raw.get(key)
    if value is None:
        return None
    if isinstance(value, (dict, list, bool, float)):
        reader.fault((*trail, key), say("got {given}; expected a date such as 2026-11-01, 2026-11 or 2026", given=got(value)))
        return None
    found: Window | None = _caught(lambda: _when(value), (*trail, key), reader)
    return found


def _one_of(raw: Mapping[str, Any], key: str, words: Sequence[str], trail: Trail, reader: Reader) -> str:
    value = _word(raw, key, trail, reader)
    if value and value not in words:
        reader.fault(
            (*trail, key),
            say('got "{value}"; expected one of {words}{near}', value=value, words=", ".join(words), near=did_you_mean(value, words)),
        )
        return ""
    return value


def redated(statement: Statement, like: Statement) -> Statement:
    """A bare statement that counts as published with another one, by the same source."""
    return replace(statement, as_of=like.as_of, published=like.published, source=like.source, grade=like.grade, capture=like.capture)


def got(value: Any) -> str:
    """What came, in the words of an error."""
    words = {type(None): say("nothing"), list: say("a list"), Section: say("keys below it"), dict: say("keys below it")}
    return words.get(type(value)) or (str(value).lower() if isinstance(value, bool) else say('"{value}"', value=str(value)))


def place_of(trail: Trail, statement: Statement) -> Trail:
    """The trail of one statement of a field: with its place in the list where the file has a list."""
    inner = statement.path.removeprefix(written(trail))
    return (*trail, int(inner[1:-1])) if inner.startswith("[") else trail


def median(value: Any) -> float | None:
    """The number a value stands for when two are compared: itself or its median; None for dates and texts."""
    if isinstance(value, Distribution):
        return value.quantile(0.5)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def assumed_value(raw: str | int | float, unit: str, path: str) -> float | Distribution:
    """The value of an assumption in the unit of its input; a date as a day count. Raises InputError at its path."""
    try:
        if unit == "d" and isinstance(raw, str) and raw[:4].isdigit() and (raw[4:5] == "-" or len(raw) == 4):
            window = parse_window(raw)
            return day(window.start) if window.start == window.end else Distribution("uniform", (day(window.start), day(window.end)))
        return parse_value(raw, unit)
    except InputError as error:
        raise InputError([replace(fault, path=f"{path}.value") for fault in error.faults]) from None
