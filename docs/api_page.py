"""The page of the HTTP API, made from the application: every address with every parameter and status."""

from __future__ import annotations

from collections import Counter
from typing import Any

from generated import code, entry, plain, table
from limits_page import shown

from stargauge.web.app import create_app

HEAD = """# HTTP API

`stargauge serve` answers under `/api`; [how to run it, and who can ask](serve.md). Every address is read with `GET`, and every answer is
JSON unless it says otherwise: the same that the command prints with `--json` for the same programme, day, seed and draws; what its parts
are: [answers as JSON](answers.md). This page is made from the application; the same as OpenAPI 3.1:
<a href="schemas/openapi.json">openapi.json</a>, or `/api/openapi.json` of a running server.
"""
#: A parameter that so many addresses take in the same form is described once.
COMMON = 6
Parameter = dict[str, Any]


def routes() -> dict[str, dict[str, Any]]:
    """What the application says of each address."""
    return {path: one["get"] for path, one in create_app().openapi()["paths"].items()}


def schema() -> dict[str, Any]:
    """The application as OpenAPI."""
    return create_app().openapi()


def _form(parameter: Parameter) -> str:
    """The form of a value: its type, choices, bounds, default."""
    made = parameter["schema"]
    inner = made.get("items", made)
    kind = inner.get("format", inner.get("type", "text")).replace("string", "text")
    told = [kind]
    if "enum" in inner:
        told = ["one of " + ", ".join(map(str, inner["enum"]))]
    if "minimum" in inner:
        told.append(f"{inner['minimum']:,g} to {_most(inner)}")
    if "maxLength" in inner:
        told.append(f"at most {inner['maxLength']} characters")
    if "maxItems" in made:
        told.append("once" if made["maxItems"] == 1 else f"up to {made['maxItems']} times")
    if made.get("default") not in (None, "", []):
        told.append(f"default {str(made['default']).lower()}")
    return ", ".join(told) + (", needed" if parameter.get("required") else "")


def _most(made: dict[str, Any]) -> str:
    """The most that a number may be."""
    if "exclusiveMaximum" in made:
        return f"below {made['exclusiveMaximum']:,g}"
    most = made.get("maximum", "any")
    return shown(most) if isinstance(most, int | float) and most == int(most) else str(most)


def _item(parameter: Parameter) -> str:
    said = parameter.get("description", "").replace("<", "&lt;")
    return entry(code(parameter["name"]), f"{said} ({plain(_form(parameter))})".strip())


def _key(parameter: Parameter) -> str:
    return repr((parameter["name"], sorted(parameter["schema"].items(), key=str), parameter.get("description")))


def _schemas(schema: dict[str, Any]) -> list[str]:
    """The names of the schemas of an answer."""
    return [one["$ref"].rpartition("/")[2] for one in schema.get("anyOf", [schema]) if "$ref" in one]


def _section(path: str, made: dict[str, Any], common: set[str]) -> str:
    taken = made.get("parameters", [])
    own = [one for one in taken if _key(one) not in common]
    shared = [one["name"] for one in taken if _key(one) in common]
    said = " ".join((made.get("description") or made.get("summary", "")).split())
    content = made["responses"]["200"].get("content", {})
    media = [kind for kind in content if kind != "application/json"]
    parts = [f"### {path.removeprefix('/api')}\n", f"{said}\n", *map(_item, own)]
    if named := _schemas(content.get("application/json", {}).get("schema", {})):
        parts.append(f"Schema: {' or '.join(f'[{name}](answers.md#{name})' for name in named)}.\n")
    if media:
        parts.append(f"Answers as {', '.join(map(code, media))}.\n")
    if shared:
        parts.append(f"Also [common parameters](#common-parameters): {', '.join(map(code, shared))}.\n")
    return "\n".join(parts)


def page() -> str:
    """The whole page."""
    made = routes()
    every = [one for route in made.values() for one in route.get("parameters", [])]
    common = {key for key, times in Counter(map(_key, every)).items() if times >= COMMON}
    once = {_key(one): one for one in every if _key(one) in common}
    statuses = {code_: one["description"] for route in made.values() for code_, one in route["responses"].items() if code_ != "200"}
    parts = [HEAD, "## Common parameters\n", *map(_item, once.values())]
    parts += ["## When there is no answer\n", 'All faults come at once: `{"errors": [{"message", "path", "file", "line", "column"}]}`.\n']
    parts += [table(("status", "when"), ([code(number), " ".join(statuses[number].split())] for number in sorted(statuses)))]
    of_programme = {path: one for path, one in made.items() if path.startswith("/api/programmes")}
    parts += ["## Of a programme\n", *(_section(path, one, common) for path, one in of_programme.items())]
    parts += ["## Of no programme\n", *(_section(path, one, common) for path, one in made.items() if path not in of_programme)]
    return "\n".join(parts)
