"""New entries put into the text of a programme file: comments, order and layout of what stands there stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.programme.positions import Document, Trail, parse_document
from stargauge.programme.proposals import yaml_of
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say


def with_entries(text: str, section: str, entries: Mapping[str, Any], file: str = "", root: Trail = ()) -> str:
    """The text with entries added at the end of a section. `root`: the section that the whole file is, if it is one.

    Raises InputError where the text has faults of its form, an entry is there already, the section is written within braces, or the result
    would not hold exactly what was there and the entries.
    """
    before = parse_document(text, file, root)
    held = before.data if root else (before.data or {}).get(section)
    if twice := [name for name in entries if isinstance(held, dict) and name in held]:
        raise InputError(Fault(say('"{twice}" stands there already', twice=twice[0]), section, file))
    made = _put(text, section, entries, before, held, file, root)
    after = parse_document(made, file, root)
    whole = {**(held or {}), **parse_document(yaml_of(entries)).data}
    wanted = whole if root else {**(before.data or {}), section: whole}
    if after.data != wanted:
        raise InputError(Fault(say("could not be added without changing what stands there; add it by hand"), section, file))
    return made


def _put(text: str, section: str, entries: Mapping[str, Any], before: Document, held: Any, file: str, root: Trail) -> str:
    lines = text.splitlines()
    if root:
        kept = _trimmed(lines)
        return _joined([*kept, *_entries(entries, 0), *lines[len(kept) :]])
    key = before.place((section,), at_key=True) if isinstance(before.data, dict) and section in before.data else None
    if key is None:
        return _joined([*"\n".join(lines).rstrip().splitlines(), "", f"{section}:", *_entries(entries, 2)])
    if held and not isinstance(held, dict):
        raise InputError(Fault(say("expected entries by id"), section, file, *key))
    indent = 2
    if held:
        first = before.place((section, next(iter(held))), at_key=True)
        if first is None or first[0] <= key[0]:
            raise InputError(Fault(say("is written within braces; give each entry a line of its own first"), section, file, *key))
        indent = first[1] - 1
    elif lines[key[0] - 1].split(":", 1)[1].split("#")[0].strip():
        raise InputError(Fault(say("is written within braces; leave it empty or give each entry a line of its own"), section, file, *key))
    others = [place[0] for name in before.data if (place := before.place((name,), at_key=True)) and place[0] > key[0]]
    end = min(others, default=len(lines) + 1) - 1
    body = lines[key[0] : end]
    kept = _trimmed(body)
    return _joined([*lines[: key[0]], *kept, *_entries(entries, indent), *body[len(kept) :], *lines[end:]])


def _entries(entries: Mapping[str, Any], indent: int) -> list[str]:
    return [f"{' ' * indent}{line}" if line else line for line in yaml_of(entries).splitlines()]


def _trimmed(lines: list[str]) -> list[str]:
    """Without the blank lines and the comments at the margin that end it: these belong to what follows."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    return lines[:end]


def _joined(lines: list[str]) -> str:
    return "\n".join([*lines, ""])
