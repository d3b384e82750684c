"""What is done of a run, kept in a folder, so that the same run goes on where it stopped: one file a part, arrays and JSON, no code."""

from __future__ import annotations

import json
import os
import re
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.errors import InputError, system_text
from stargauge.quantity.spoken import say

ABOUT, FORM = "parts.json", "form"
_NAMED = re.compile(r"(\d+)\.npz")
#: The kinds of objects that a part may be made of, by name.
_KINDS: dict[str, type] = {}
Kind = TypeVar("Kind", bound=type)
Arrays = list[NDArray[Any]]


def keepable(kind: Kind) -> Kind:
    """Say of a dataclass or NamedTuple of arrays and plain data that parts may hold it."""
    _KINDS[kind.__name__] = kind
    return kind


class Parts:
    """A folder with the parts of one request: of its first run, and of those that follow from it.

    Raises InputError where the folder holds something else, or parts of another request, and where it cannot be written to.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self._begun = False

    def of(self, key: str) -> PartsOfRun:
        """The parts of a run by its content key. The first run asked for tells whose the folder is."""
        if not self._begun:
            self._expect_own(key)
            self._begun = True
        place = self.folder / key[:32]
        try:
            place.mkdir(exist_ok=True)
        except OSError as error:
            raise InputError(say("cannot write to {folder}: {why}", folder=self.folder, why=system_text(error))) from None
        return PartsOfRun(place)

    def _expect_own(self, key: str) -> None:
        about = self.folder / ABOUT
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            first = json.loads(about.read_text("utf-8")) if about.exists() else None
            if first is None and not any(self.folder.iterdir()):
                _write(about, json.dumps({"first": key}).encode())
                return
        except OSError as error:
            raise InputError(say("cannot keep parts in {folder}: {why}", folder=self.folder, why=system_text(error))) from None
        except ValueError:
            first = None
        if not isinstance(first, dict) or "first" not in first:
            raise InputError(
                say("{folder} holds something else and was not touched; choose an empty folder, or a new one", folder=self.folder)
            )
        if first["first"] != key:
            raise InputError(
                say(
                    "{folder} keeps the parts of another run: of another programme, day, seed, number of draws, question or "
                    "version; ask for that again, or choose another folder",
                    folder=self.folder,
                )
            )


@dataclass(frozen=True)
class PartsOfRun:
    """The parts of one run, by their place."""

    folder: Path

    def places(self) -> frozenset[int]:
        """The places that are done."""
        found = (_NAMED.fullmatch(path.name) for path in self.folder.iterdir())
        return frozenset(int(name[1]) for name in found if name)

    def get(self, place: int) -> Any:
        """What was kept. Raises InputError where it cannot be read."""
        path = self._path(place)
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
                form = json.loads(held[FORM].tobytes())
                return _made(form, held)
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
            raise InputError(say("{path} cannot be read; delete it, and it is computed again", path=path)) from None

    def put(self, place: int, value: Any) -> None:
        """Keep a part; it is there whole or not at all."""
        arrays: Arrays = []
        form = np.frombuffer(json.dumps(_form(value, arrays)).encode(), dtype=np.uint8)
        path = self._path(place)
        try:
            handle, made = tempfile.mkstemp(prefix=".part-", dir=self.folder)
            try:
                with open(handle, "wb") as file:
                    np.savez(file, **{FORM: form}, **{f"a{number}": array for number, array in enumerate(arrays)})  # type: ignore[arg-type]
                os.replace(made, path)
            except BaseException:
                os.unlink(made)
                raise
        except OSError as error:
            raise InputError(say("cannot keep a part in {folder}: {why}", folder=self.folder, why=system_text(error))) from None

    def _path(self, place: int) -> Path:
        return self.folder / f"{place:06d}.npz"


def _write(path: Path, data: bytes) -> None:
    made = path.with_name(f".{path.name}-{os.getpid()}")
    made.write_bytes(data)
    os.replace(made, path)


def _form(value: Any, arrays: Arrays) -> Any:
    """A part as plain data, its arrays by number."""
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if value is None or isinstance(value, bool | int | float | str):
        return {"plain": value}
    if type(value).__name__ in _KINDS:
        names = [one.name for one in fields(value)] if is_dataclass(value) else value._fields
        return {"kind": type(value).__name__, "of": {name: _form(getattr(value, name), arrays) for name in names}}
    if isinstance(value, tuple | list):
        return {type(value).__name__: [_form(one, arrays) for one in value]}
    if isinstance(value, dict):
        return {"dict": [[name, _form(one, arrays)] for name, one in value.items()]}
    raise TypeError(f"a part cannot hold a {type(value).__name__}: say of its class that it is keepable")


def _made(form: Any, arrays: Mapping[str, Any]) -> Any:
    """A part from plain data."""
    match form:
        case {"array": number}:
            return arrays[f"a{int(number)}"]
        case {"plain": value}:
            return value
        case {"kind": name, "of": members}:
            return _KINDS[name](**{member: _made(one, arrays) for member, one in members.items()})
        case {"tuple": members}:
            return tuple(_made(one, arrays) for one in members)
        case {"list": members}:
            return [_made(one, arrays) for one in members]
        case {"dict": pairs}:
            return {name: _made(one, arrays) for name, one in pairs}
    raise ValueError(f"no such form: {form!r}")
