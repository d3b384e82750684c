"""The page of the programme file, made from its schema: every key with its type, unit and an example."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from generated import code, entry, plain, table

import stargauge.programme.load as load
from stargauge.programme.fields import STATEMENT_KEYS, Part
from stargauge.programme.schema import Option, Programme, Scenario
from stargauge.quantity import units

TEMPLATE = Path(load.__file__).with_name("template.yaml")
HEAD = """# The programme file

A programme is one YAML file, or a folder with a file for each of its first keys. `stargauge new NAME` writes a commented one that passes;
`stargauge check FILE` names every fault with line and column. This page is made from the schema; for editors, the same as JSON Schema
(2020-12): <a href="schemas/programme.schema.json">programme.schema.json</a>, or `stargauge schema`.

Only facts and assumptions stand in a file. A verdict never does: it is computed.

## How a value is written

| form | example | read as |
| --- | --- | --- |
| a number with its unit | `1.2 GW`, `40 bn USD`, `$40 bn`, `40 Mrd. USD`, `6_400 jobs` | itself |
| a range | `3..5 GW` | P10 to P90: lognormal where both ends are above zero, else normal |
| a distribution | `lognormal(p10=3 GW, p90=5 GW)`, `normal(mean=8, sd=1)`, `triangular(low=1, mode=2, high=4)`, `uniform` | itself |
| a choice | `choice({4: 0.7, 8: 0.3})` | one of the values, with these weights |
| a date | `2026-11-01`, `2026-11`, `2026-Q4`, `2026-H2`, `2026`, `2026-10-01..2027-03-31` | a day, or any day of that window |
| money in another currency | `EUR 40 million` | USD at the rate under `currencies` for that date |

A bare value is an assumption, and shows as one. A statement says who said it, and when; a list of statements is what was said over time,
and a run takes the newest that was known on its day:

```yaml
it_power:
  - {value: 100 MW, status: planned, source: announcement}
  - {value: 105 MW, status: estimated, published: 2026-05-23, source: tracker}
```

## A statement
"""
#: What stands in place of an id in the path of a mapping.
_ID = "ID"


def parts() -> dict[type[Part], list[str]]:
    """Every kind of mapping of the file with the paths at which it stands, in the order in which a reader meets them."""
    found: dict[type[Part], list[str]] = {Programme: [""]}
    for kind, path in _below(Programme, ""):
        found.setdefault(kind, []).append(path)
    return found


def _below(kind: type[Part], path: str) -> Iterator[tuple[type[Part], str]]:
    for name, info in kind.model_fields.items():
        for inner, keyed in _parts_in(info.annotation, ""):
            here = f"{path}.{name}{keyed}".lstrip(".")
            yield inner, here
            if inner not in (Option, Scenario):
                yield from _below(inner, here)


def _parts_in(annotation: Any, keyed: str) -> Iterator[tuple[type[Part], str]]:
    if isinstance(annotation, type) and issubclass(annotation, Part):
        yield annotation, keyed
    arguments = get_args(annotation)
    if getattr(annotation, "__origin__", None) is dict:
        yield from _parts_in(arguments[1], f"{keyed}.{_ID}")
    else:
        for one in arguments:
            yield from _parts_in(one, keyed)


def keys(kind: type[Part]) -> Iterator[str]:
    """The keys of a kind of mapping, each with what it is, what it holds and an example."""
    shown: dict[str, Any] = load.json_schema()["$defs"].get(kind.__name__) or load.json_schema()
    for name, info in kind.model_fields.items():
        said = info.description or ""
        needed = "; needed" if name in kind.required else ""
        example = f", such as {code(_yaml(info.examples[0]))}" if info.examples else ""
        holds = _holds(kind, name, shown["properties"][name])
        yield entry(code(name), f"{said[:1].upper()}{said[1:]}. *{holds[:1].upper()}{holds[1:]}{example}{needed}.*")


def _yaml(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _holds(kind: type[Part], name: str, shown: dict[str, Any]) -> str:
    """What a key holds, in a few words."""
    if spec := kind.specs.get(name):
        what = {"date": "date", "text": "text", "record": "any value", "1": "number"}.get(spec.unit, "")
        told = ("one of " + ", ".join(map(code, spec.choices))) if spec.choices else what or f"value in {code(spec.unit)}"
        return f"{told}, stated{', by key' if spec.keyed else ''}"
    inner = [(one, keyed) for one, keyed in _parts_in(kind.model_fields[name].annotation, "")]
    if inner:
        one, keyed = inner[0]
        return f"[{_title(one)}](#{_slug(one)}){', by id and option' * (keyed.count(_ID) > 1)}"
    if choices := shown.get("enum"):
        return "one of " + ", ".join(map(code, choices))
    if shown.get("additionalProperties"):
        return "texts, by key"
    return _plain(shown)


def _plain(shown: dict[str, Any]) -> str:
    """What a key holds that takes no statement, from its schema."""
    types = {"integer": "whole number", "number": "number", "boolean": "`true` or `false`", "string": "text"}
    if "anyOf" in shown:
        integer = any(one.get("type") == "integer" for one in shown["anyOf"])
        return "whole number" if integer else "text, or a list of texts"
    if isinstance(shown.get("type"), list):
        return {"integer": "date", "boolean": "value with its unit"}.get(shown["type"][-1], "text")
    return types[shown["type"]]


def _title(kind: type[Part]) -> str:
    return kind.called[:1].upper() + kind.called[1:]


def _slug(kind: type[Part]) -> str:
    return kind.called.lower().replace(" ", "-")


def _section(kind: type[Part], paths: list[str]) -> str:
    where = "The file itself." if paths == [""] else "At " + ", ".join(map(code, paths)) + "."
    said = " ".join((kind.__doc__ or "").split())
    return f"## {_title(kind)}\n\n{said} {where}\n\n" + "\n".join(keys(kind))


def _unit_rows() -> Iterator[list[str]]:
    """The symbols of units by what they measure."""
    by: dict[str, list[str]] = {}
    for symbol in units._BASE:
        by.setdefault(units.unit(symbol).kind.split(", e.g.")[0], []).append(symbol)
    for kind, symbols in by.items():
        yield [plain(kind), ", ".join(map(code, symbols))]


def page() -> str:
    """The whole page."""
    statement = table(("key", "what it is"), ([code(key), said] for key, said in STATEMENT_KEYS.items()))
    note = "Every value marked *stated* below takes a bare value, one statement, or a list of statements.\n"
    made = [HEAD, statement, note, *(_section(kind, paths) for kind, paths in parts().items())]
    prefixes = ", ".join(map(code, units._PREFIX))
    amounts = ", ".join(map(code, units._MAGNITUDE))
    made += ["## Units\n", table(("measures", "symbols"), _unit_rows())]
    made += [f"Before a symbol of power, energy, mass, computing, data or length may stand {prefixes}."]
    made += [f"Between a number and its unit may stand {amounts}.\n"]
    made += ["A unit over another is written with `/`: `USD/kW/month`, `M USD/MW`, `L/kWh`.\n"]
    made += ["## A whole file\n", "What `stargauge new` writes:\n", f"```yaml\n{TEMPLATE.read_text(encoding='utf-8')}```\n"]
    return "\n".join(made)
