"""Programmes by name, file or folder; the JSON Schema of the file format."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from stargauge.programme.fields import CAPTURE_SCHEMA, STATEMENT_KEYS
from stargauge.programme.overlay import overlay as lay_over
from stargauge.programme.positions import Document, bytes_of, read_document
from stargauge.programme.read import read_programme
from stargauge.programme.schema import Programme
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say
from stargauge.quantity.statement import STATUSES

SHIPPED = Path(__file__).parent / "programmes"
ENDINGS = (".yaml", ".yml")
WHOLE = "programme"


def shipped() -> dict[str, Path]:
    """The programmes that come with Stargauge, by name."""
    if not SHIPPED.is_dir():
        return {}
    found = {path.stem: path for path in sorted(SHIPPED.iterdir()) if path.suffix in ENDINGS or (path.is_dir() and _files(path))}
    return dict(sorted(found.items()))


def load(name_or_path: str | Path, overlay: Path | dict[str, Any] | None = None) -> Programme:
    """A programme by shipped name, file or folder, with a scenario laid over it. Raises InputError with every fault of its files."""
    path = _find(name_or_path)
    try:
        held = tuple((file, bytes_of(file)) for file in (_files(path) if path.is_dir() else [path]))
    except InputError:
        held = ()  # what cannot be read is said with all other faults
    programme = _made(path, held)
    return lay_over(programme, overlay) if overlay is not None else programme


@lru_cache(maxsize=16)
def _made(path: Path, held: tuple[tuple[Path, bytes], ...]) -> Programme:
    """A programme from what its files hold: parsed and checked once for as long as they hold the same, as nothing changes a programme."""
    return read_programme(_documents(path, dict(held)))


def documents(name_or_path: str | Path) -> list[Document]:
    """The files of a programme as plain data. Raises InputError where they cannot be read."""
    return _documents(_find(name_or_path))


def _find(name_or_path: str | Path) -> Path:
    known = shipped()
    if str(name_or_path) in known:
        return known[str(name_or_path)]
    path = Path(name_or_path)
    if path.exists():
        return path
    near = did_you_mean(str(name_or_path), known)
    raise InputError(
        say(
            'no programme, file or folder "{name_or_path}"{near} (shipped: {known})',
            name_or_path=name_or_path,
            near=near,
            known=", ".join(known) or say("none", "programmes"),
        )
    )


def asked_as(programme: Programme) -> str:
    """What a programme is asked for by: its shipped name, else its file or folder; its name where it came from neither."""
    first = next((document for document in programme.documents if document.file), None)
    if first is None or not first.text:
        return programme.name
    file = Path(first.file)
    whole = file.parent if first.root or any(document.root for document in programme.documents) else file
    return next((name for name, path in shipped().items() if path in (file, file.parent)), str(whole))


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix in ENDINGS)


def _documents(path: Path, held: Mapping[Path, bytes] | None = None) -> list[Document]:
    """The files of a programme: one, or those of a folder, each holding the section of its name and `programme.yaml` the rest.

    `held`: what is in them, where that was read already.
    """
    held = held or {}
    if path in held or not path.is_dir():
        return [read_document(path, raw=held.get(path))]
    files = list(held or _files(path))
    if not files:
        raise InputError(
            Fault(
                say("holds no programme; expected {whole}.yaml and one file per section, such as sites.yaml", whole=WHOLE), file=str(path)
            )
        )
    documents, faults = list[Document](), list[Fault]()
    for file in files:
        if file.stem != WHOLE and file.stem not in Programme.model_fields:
            near = did_you_mean(file.stem, [WHOLE, *Programme.model_fields])
            faults.append(Fault(say('"{stem}" is no section of a programme{near}', stem=file.stem, near=near), file=str(file)))
            continue
        try:
            documents.append(read_document(file, () if file.stem == WHOLE else (file.stem,), held.get(file)))
        except InputError as error:
            faults += error.faults
    faults += _said_twice(documents)
    if faults:
        raise InputError(faults)
    return documents


def _said_twice(documents: list[Document]) -> list[Fault]:
    whole = next((document for document in documents if not document.root), None)
    inside = whole.data if whole and isinstance(whole.data, dict) else {}
    twice = [document for document in documents if document.root and document.root[0] in inside]
    return [
        Fault(say('the section "{root}" also stands in {whole}.yaml; keep one', root=d.root[0], whole=WHOLE), str(d.root[0]), d.file, 1, 1)
        for d in twice
    ]


# --- JSON Schema ------------------------------------------------------------------------------------------------------------------


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a programme file, from the fields of the schema, for editors."""
    made = Programme.model_json_schema()
    definitions: dict[str, Any] = made.pop("$defs")
    for model in (made, *definitions.values()):
        _tidy(model)
    definitions["statement"] = _statement_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Stargauge programme", **_without(made, "title"),
        "$defs": dict(sorted(definitions.items())),
    }  # fmt: skip


def _without(mapping: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if key not in keys}


def _tidy(model: dict[str, Any]) -> None:
    """Turn our marks into the words of JSON Schema: what is required, and what a stated field takes."""
    properties: dict[str, Any] = model.get("properties", {})
    required = [name for name, field in properties.items() if field.pop("required", "") in ("whole", "always")]
    if required:
        model["required"] = required
    for name, field in properties.items():
        field.pop("title", None)
        if field.get("default") in ("", None, [], 0):
            field.pop("default", None)
        if field.pop("stated", False):
            properties[name] = _stated_schema(field)


def _stated_schema(field: dict[str, Any]) -> dict[str, Any]:
    unit, keyed, choices = field.get("unit", ""), field.get("keyed"), field.get("choices")
    types = ["string", "number", "boolean"] if unit == "record" else ["string", "number"]
    bare: dict[str, Any] = {"enum": choices} if choices else {"type": types}
    forms = {"anyOf": [bare, {"$ref": "#/$defs/statement"}, {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/statement"}}]}
    said = field.get("description", "")
    said += f" ({'unit: ' + unit})" if unit not in ("date", "text", "record", "1") else ""
    shown = {"description": said, **({"examples": field["examples"]} if "examples" in field else {})}
    return {**shown, "type": "object", "additionalProperties": forms} if keyed else {**shown, **forms}


def _statement_schema() -> dict[str, Any]:
    dates = {"type": ["string", "integer"], "pattern": r"^\d{4}", "examples": ["2026-11-01", "2026-11", "2026-Q4", "2026"]}
    kinds: dict[str, dict[str, Any]] = {
        "value": {"type": ["string", "number", "boolean"], "examples": ["1.2 GW", "3..5 GW", "2026-Q4", "lognormal(p10=3 GW, p90=5 GW)"]},
        "as_of": dates, "published": dates, "status": {"enum": list(STATUSES)}, "grade": {"enum": ["A", "B", "C", "D"]},
        "capture": CAPTURE_SCHEMA,
    }  # fmt: skip
    words = {"type": ["string", "number"]}
    return {
        "title": "Statement", "description": "one dated, sourced value", "type": "object", "additionalProperties": False,
        "required": ["value"], "anyOf": [{"required": ["source"]}, {"required": ["assumption"]}],
        "properties": {key: {"description": said, **kinds.get(key, words)} for key, said in STATEMENT_KEYS.items()},
    }  # fmt: skip
