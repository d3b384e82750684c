"""The page of the schemas of answers, made from them: each answer with who gives it, its parts, and its file."""

from __future__ import annotations

from typing import Any

from generated import code, plain, table

from stargauge.api import schemas

HEAD = """# Answers as JSON

What commands print with `--json` and [the HTTP API](http-api.md) sends, each with its JSON Schema (2020-12): every part is named and told,
and there are no others. The same schemas stand in the document of the API (`/api/openapi.json`), and in Python:

```python
from stargauge.api import schemas

schemas.answer_schema("check")
```

Numbers are in SI units, with `unit` beside them where they can have several; money is in USD. A part that is not always there is marked *at
times*. Shapes are those of recorded answers, [and every answer that a test sees is held against them](decisions/schemas-of-answers.md).
"""
Schema = dict[str, Any]


def file_of(name: str) -> str:
    """Where the schema of an answer lies in the site."""
    return f"schemas/answers/{name}.schema.json"


def _at(schema: Schema, whole: Schema) -> Schema:
    """A schema in full, where it is a reference."""
    found = next((one for one in schema.get("anyOf", ()) if "$ref" in one), schema)
    if "$ref" not in found:
        return found
    part = found["$ref"].removeprefix("#").removeprefix("/$defs/")
    return whole["$defs"][part] if part else whole  # type: ignore[no-any-return]


def kind(schema: Schema, whole: Schema) -> str:
    """What stands there, in a few words."""
    if "type" not in schema and "anyOf" not in schema and "$ref" not in schema:
        return "anything"
    found = _at(schema, whole)
    kinds = [found["type"]] if isinstance(found["type"], str) else found["type"]
    told = [_word(one, found) for one in kinds if one != "null"]
    nothing = "null" in kinds or any(one.get("type") == "null" for one in schema.get("anyOf", ()))
    return ", ".join([*told, *(["null"] if nothing else [])])


def _word(one: str, schema: Schema) -> str:
    if one == "array":
        inner = schema.get("items", {})
        return "list of objects" if "$ref" in inner or inner.get("type") == "object" else "list"
    if one == "object" and "properties" not in schema:
        return "object by name" if isinstance(schema.get("additionalProperties"), dict) else "object"
    return "day" if one == "string" and schema.get("format") == "date" else {"string": "text"}.get(one, one)


def _row(name: str, schema: Schema, whole: Schema) -> list[str]:
    at_times = "" if name in whole.get("required", ()) else ", *at times*"
    return [code(name), f"{kind(schema, whole)}{at_times}", plain(schema.get("description", ""))]


def _section(name: str, whole: Schema) -> str:
    asked = ", ".join(code(one) for one in schemas.words()["answers"][name]["asked"])
    rows = _at(whole["items"], whole) if whole.get("type") == "array" else whole
    each = "A list; of each of its items:\n\n" if rows is not whole else ""
    parts = table(("part", "what stands there", "what it is"), (_row(key, one, rows | {"$defs": whole.get("$defs", {})} )
                  for key, one in rows.get("properties", {}).items())) if "properties" in rows else "By the name of each.\n"  # fmt: skip
    link = f'Asked for by {asked}. Schema: <a href="{file_of(name)}">{name}.schema.json</a>\n'
    return f"## {name}\n\n**{plain(whole['title'])}.** {link}\n{each}{parts}"


def page() -> str:
    """The whole page."""
    made = {name: schemas.answer_schema(name) for name in schemas.names()}
    listed = table(("answer", "what it is"), ([f"[{name}](#{name})", plain(one["title"])] for name, one in made.items()))
    return "\n".join([HEAD, listed, *(_section(name, one) for name, one in made.items())])
