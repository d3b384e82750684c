"""Schemas of answers: every answer that a test sees is held against its own, and a recorded set of them makes the shapes anew.

`STARGAUGE_ANSWERS=DIR pytest ...` keeps the answers that tests see in a folder, `python -m tests.answers_asked DIR` those of the questions
there; `python -m tests.answer_schemas DIR...` writes the shapes that they have.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from stargauge.api import schemas

SHAPES = Path(schemas.__file__).parent / "shapes"
#: Objects whose names are data, such as sites by their ids: where they stand, `/` between the names of parts, `*` for one of another such.
BY_NAME = frozenset((Path(__file__).parent / "data" / "answers_by_name.txt").read_text(encoding="utf-8").split())
#: Objects that are told elsewhere: a part of a programme file, which has its own schema; what an entry of the log says, by its kind; of
#: what a report shows, the answers of other commands, and what only its page reads.
OPEN = frozenset((
    "plan/overlay", "import/patch", "evidence-show/about", "evidence-list/about", "evidence-add/about", "evidence-verify/entries/about",
    "evidence-verify/later/about", "evidence-history/entries/about", "evidence-capture/captures/about",
    *(f"check-report/{part}" for part in (
        "accuracy", "cells", "definitions", "finance", "funds", "lineage", "needs", "odds", "schedule", "sites_together", "together",
    )),
))  # fmt: skip
#: Parts that hold others of the same shape as a part above them.
AGAIN = {"explain/needs": "explain", "explain-reading/compares/why/needs": "explain-reading/compares/why"}
_KINDS = {type(None): "null", bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
#: What is nothing wherever nothing is known of it, whether or not a recorded answer shows it.
UNKNOWN = frozenset((
    "p10", "p25", "p50", "p75", "p90", "probability", "newest_evidence", "observed_through", "bias", "mape", "mape_dense", "mape_moe",
    "median_ape", "mae", "mae_constant", "mean_abs_error", "worst_abs_error", "median_factor", "worst_factor", "skill_vs_constant",
    "jobs_per_direct",
))  # fmt: skip
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


# --- which answer it is -------------------------------------------------------------------------------------------------------------------


def answer_of(asked: Sequence[str], data: Any) -> str | None:
    """The name of the schema of what a command answers; None for what is itself a schema."""
    command = asked[0]
    if command == "check" and isinstance(data, dict):
        return "check-report" if "lineage" in data else "check-drafts" if "lines" not in data else "check"
    if command == "explain":
        kind = "names" if "--list" in asked else "changed" if "--since" in asked else "explain"
        return "explain-reading" if kind == "explain" and "claim" in data else kind
    if command in ("validate", "evidence", "draft"):
        return f"{command}-{asked[1]}" if command != "draft" else command
    also = {
        "audit": "check", "schema": None, "catalogue": "catalogue-kinds" if isinstance(data, dict) else "catalogue",
        "backtest": "backtest-money" if "--money" in asked else "backtest",
        "calibrate": "calibrate-schedule" if "schedule" in asked else "calibrate-gpu",
    }  # fmt: skip
    return also.get(command, command)


# --- held against it ----------------------------------------------------------------------------------------------------------------------


@cache
def validator(name: str) -> jsonschema.Draft202012Validator:
    """What holds an answer against its schema."""
    schema = schemas.answer_schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def faults(name: str, data: Any) -> list[str]:
    """Where an answer is not as its schema says, the first few."""
    found = validator(name).iter_errors(data)
    return [f"{name}: {one.json_path}: {one.message[:300]}" for one, _ in zip(found, range(8), strict=False)]


def hold(asked: Sequence[str], text: str) -> None:
    """Hold what a command printed against the schema of that answer, where it is one; keep it where answers are recorded."""
    if "--json" not in asked or not text.lstrip().startswith(("{", "[")):
        return
    for data in _answers(text):
        name = answer_of(asked, data)
        if name is None:
            continue
        if folder := os.environ.get("STARGAUGE_ANSWERS"):
            keep(Path(folder), asked, data)
        else:
            assert not (wrong := faults(name, data)), wrong


def _answers(text: str) -> Iterator[Any]:
    """The answers in what was printed: one, or one in each line where a command goes on."""
    try:
        yield json.loads(text)
    except ValueError:
        yield from map(json.loads, text.splitlines())


def keep(folder: Path, asked: Sequence[str], data: Any, name: str = "") -> None:
    """Keep an answer with what was asked, and its name where that does not follow from it."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"name": name, "asked": list(asked), "answer": data})
    (folder / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.json").write_text(text, encoding="utf-8")


# --- the shapes of recorded answers -------------------------------------------------------------------------------------------------------


@dataclass
class Shape:
    """What all values at one place have in common."""

    kinds: set[str] = field(default_factory=set)
    days: bool = True
    objects: int = 0
    parts: dict[str, Shape] = field(default_factory=dict)
    there: Counter[str] = field(default_factory=Counter)
    items: Shape | None = None
    named: Shape | None = None
    again: str = ""

    def take(self, value: Any, place: str, above: dict[str, Shape]) -> None:
        """Widen by one more value."""
        self.kinds.add(_KINDS[type(value)])
        if isinstance(value, str):
            self.days = self.days and _DAY.fullmatch(value) is not None
        elif isinstance(value, list):
            self.items = self.items or Shape()
            for one in value:
                self.items.take(one, place, above)
        elif isinstance(value, dict) and place in OPEN:
            pass
        elif isinstance(value, dict) and place in BY_NAME:
            self.named = self.named or Shape()
            for one in value.values():
                self.named.take(one, f"{place}/*", above)
        elif isinstance(value, dict):
            self._take_parts(value, place, {**above, place: self})

    def _take_parts(self, value: dict[str, Any], place: str, above: dict[str, Shape]) -> None:
        self.objects += 1
        self.there.update(value.keys())
        for name, one in value.items():
            below = f"{place}/{name}"
            part = self.parts.setdefault(name, Shape())
            if below not in AGAIN:
                part.take(one, below, above)
                continue
            part.again = AGAIN[below]
            part.kinds.add(_KINDS[type(one)])
            for inner in one:
                above[part.again].take(inner, part.again, above)

    def schema(self) -> dict[str, Any]:
        """As JSON Schema, without words."""
        measured = {"null"} if "number" in self.kinds else set()  # a number of which nothing is known is nothing, seen or not
        kinds = sorted((self.kinds | measured) - ({"integer"} if measured else set()))
        if kinds in ([], ["null"]):  # of what else may stand there nothing was seen
            return {}
        made: dict[str, Any] = {"type": kinds[0] if len(kinds) == 1 else kinds}
        if "string" in kinds and self.days:
            made["format"] = "date"
        if self.again:
            made["items"] = {"again": self.again}
        elif self.items is not None and self.items.kinds:
            made["items"] = self.items.schema()
        if self.named is not None:
            made["additionalProperties"] = self.named.schema()
        elif self.objects:
            made["properties"] = {name: _part(name, self.parts[name]) for name in sorted(self.parts)}
            made["required"] = [name for name in sorted(self.parts) if self.there[name] == self.objects]
            made["additionalProperties"] = False
        return made


def _part(name: str, shape: Shape) -> dict[str, Any]:
    """A part of an object, which may be nothing where nothing is known."""
    if name in UNKNOWN and shape.kinds <= {"number", "integer", "string", "null"}:
        shape.kinds.add("null")
    return shape.schema()


def shape_of(name: str, answers: Iterable[Any]) -> dict[str, Any]:
    """The shape that answers of one name have, with what occurs several times in it as a part of its own."""
    found = Shape()
    for one in answers:
        found.take(one, name, {})
    return _shared(name, found.schema())


def _shared(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A shape whose equal objects of several parts stand once, each named by the first place where it stands."""
    counted: Counter[str] = Counter()
    named: dict[str, str] = {}

    def count(one: Any, part: str) -> None:
        if isinstance(one, dict):
            if len(one.get("properties", ())) >= 3:
                key = _key(one)
                counted[key] += 1
                named.setdefault(key, part)
                if counted[key] > 1:
                    return
            for inner, value in one.get("properties", {}).items():
                count(value, inner)
            for inner in ("items", "additionalProperties"):
                count(one.get(inner), part)

    count(schema, "")
    again = {place: place.rpartition("/")[2] if "/" in place else "" for place in set(AGAIN.values())}
    wanted = {key for key, times in counted.items() if times > 1 and named[key]}
    defs: dict[str, Any] = {}
    titles: dict[str, str] = {}

    def title(key: str) -> str:
        if key not in titles:
            taken = [one.rstrip("0123456789") for one in titles.values()].count(named[key])
            titles[key] = f"{named[key]}{taken + 1 if taken else ''}"
        return titles[key]

    def put(one: Any, place: str, top: bool = False) -> Any:
        if not isinstance(one, dict):
            return one
        if "again" in one:
            part = again[one["again"]]
            return {"$ref": f"#/$defs/{part}" if part else "#"}
        key = _key(one)
        alone = place in again and place != name
        if not top and (key in wanted or alone) and one.get("properties"):
            if alone:
                named[key] = again[place]
            if title(key) not in defs:
                defs[title(key)] = {}
                defs[title(key)] = put(one, place, top=True)
            return _referred(one, title(key))
        made = dict(one)
        if "properties" in made:
            made["properties"] = {inner: put(value, f"{place}/{inner}") for inner, value in made["properties"].items()}
        for inner, below in (("items", place), ("additionalProperties", f"{place}/*")):
            if inner in made:
                made[inner] = put(made[inner], below)
        return made

    made = put(schema, name, top=True)
    return {**made, **({"$defs": defs} if defs else {})}


def _referred(one: dict[str, Any], part: str) -> dict[str, Any]:
    """A reference to a shared part, which may also be nothing where nothing stands there at times."""
    kinds = one["type"] if isinstance(one["type"], list) else [one["type"]]
    others = [kind for kind in kinds if kind != "object"]
    there = {"$ref": f"#/$defs/{part}"}
    return {"anyOf": [there, {"type": others[0] if len(others) == 1 else others}]} if others else there


def _key(one: dict[str, Any]) -> str:
    """What makes two objects the same: their parts."""
    return json.dumps([one.get("properties"), one.get("required")], sort_keys=True)


def recorded(folders: Iterable[Path]) -> dict[str, list[Any]]:
    """The answers in folders by the name of their schema."""
    found: dict[str, list[Any]] = defaultdict(list)
    for path in sorted(path for folder in folders for path in folder.glob("*.json")):
        made = json.loads(path.read_text(encoding="utf-8"))
        if name := made.get("name") or answer_of(made["asked"], made["answer"]):
            found[name].append(made["answer"])
    return found


def main(folders: Sequence[str]) -> None:
    """Write the shapes of the answers in folders."""
    SHAPES.mkdir(exist_ok=True)
    for name, answers in sorted(recorded(map(Path, folders)).items()):
        text = json.dumps(shape_of(name, answers), indent=1) + "\n"
        (SHAPES / f"{name}.json").write_text(text, encoding="utf-8")
        print(f"{name}: {len(answers)} answers, {len(text):,} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
