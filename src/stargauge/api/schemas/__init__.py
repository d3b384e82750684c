"""The JSON Schema (2020-12) of each answer: the shape that answers have, in a file of its own, and in words what each part of it is.

A shape is inferred from recorded answers of every command and address; `tests/answer_schemas.py` makes it and holds every answer that a
test sees against it. Words are written by hand, once for a name, and for a name within a part where it means something else there.
"""

from __future__ import annotations

import json
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"


@cache
def words() -> dict[str, dict[str, Any]]:
    """What is said of answers and of their parts: `answers` by name, `parts` by `NAME`, `PART.NAME` or `ANSWER/PART.NAME`."""
    return tomllib.loads((files(__package__) / "words.toml").read_text(encoding="utf-8"))


def names() -> tuple[str, ...]:
    """The names of all answers that have a schema."""
    return tuple(words()["answers"])


@cache
def _shape(name: str) -> str:
    return (files(__package__) / "shapes" / f"{name}.json").read_text(encoding="utf-8")


def answer_schema(name: str) -> Schema:
    """The JSON Schema of an answer, by its name. Raises KeyError where there is no such answer."""
    about = words()["answers"][name]
    shape: Schema = json.loads(_shape(name))
    defs = {part: _told(one, name, part) for part, one in shape.pop("$defs", {}).items()}
    head = {"$schema": DIALECT, "title": about["title"], "description": f"The answer of `{'`, `'.join(about['asked'])}`."}
    return {**head, **_told(shape, name, ""), **({"$defs": defs} if defs else {})}


def answer_content(*wanted: str) -> dict[str, Any]:
    """What OpenAPI says of an address that sends an answer: its schema by its name; of several, one of them."""
    of = [{"$ref": f"#/components/schemas/{name}"} for name in wanted]
    return {"application/json": {"schema": of[0] if len(of) == 1 else {"anyOf": of}}}


def components(*wanted: str) -> dict[str, Schema]:
    """Schemas of answers as OpenAPI keeps them: each under its name, its shared parts beside it."""
    made: dict[str, Schema] = {}
    for name in wanted:
        schema = answer_schema(name)
        schema.pop("$schema")
        parts = schema.pop("$defs", {})
        for part, one in {"": schema, **parts}.items():
            made[_component(name, part)] = _moved(one, name)
    return made


def _component(name: str, part: str) -> str:
    return f"{name}.{part}" if part else name


def _moved(schema: Any, name: str) -> Any:
    """A schema whose references lead to the components of its answer."""
    if isinstance(schema, list):
        return [_moved(one, name) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        part = schema["$ref"].removeprefix("#").removeprefix("/$defs/")
        return {**schema, "$ref": f"#/components/schemas/{_component(name, part)}"}
    return {key: _moved(one, name) for key, one in schema.items()}


def _told(schema: Any, answer: str, part: str) -> Any:
    """A shape with what each of its parts is."""
    if isinstance(schema, list):
        return [_told(one, answer, part) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _told(one, answer, part) for key, one in schema.items() if key != "properties"}
    if "properties" in schema:
        made["properties"] = {
            name: {"description": said(answer, part, name), **_told(one, answer, name)} for name, one in schema["properties"].items()
        }
    return made


def said(answer: str, part: str, name: str) -> str:
    """What a part of an answer is. Raises KeyError where nothing is written of it."""
    parts = words()["parts"]
    inner = part.rstrip("0123456789")  # a shared part of which there are several forms
    found = next((key for key in (f"{answer}/{inner}.{name}", f"{inner}.{name}", f"{answer}/{name}", name) if key in parts), None)
    if found is None:
        raise KeyError(f"{answer}/{inner}.{name}")
    return str(parts[found])
