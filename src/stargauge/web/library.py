"""Which programmes there are: those that come with Stargauge and those in the user's folder, by a short name that stands in an address."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say

if TYPE_CHECKING:
    from stargauge.programme.asked import Asked

ENDINGS = (".yaml", ".yml")
#: At most so many files of a folder are looked at, and none larger than so many bytes.
MOST_FILES, MOST_BYTES = 500, 8 * 2**20
#: For how many seconds what lies in a folder counts as known, and how many nanoseconds after a change that begins.
LOOKED_FOR, SETTLED = 1.0, 100_000_000
#: How a scenario is named, and how a single input is set.
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SETTING = re.compile(r"[a-z][a-z0-9_]*\s*(\[[^\]=]*\])?\s*=\s*[^=\s][^=]*")


@dataclass(frozen=True)
class Shelf:
    """One programme that can be asked for. `own`: it is the user's file and may be edited. `stamp` changes when its files do."""

    name: str
    path: Path
    own: bool
    stamp: str


def shelves(folder: Path | None) -> dict[str, Shelf]:
    """Every programme by the name it is asked for; a file of the user's with the name of a shipped one is called `my-NAME`."""
    return {name: one for name, listed in _listed(folder).items() if (one := _shelf(name, *listed)) is not None}


class NoProgramme(InputError):
    """There is no programme of a name."""


def shelf(name: str, folder: Path | None) -> Shelf:
    """The programme of a name. Raises InputError with the nearest name where there is none."""
    listed = _listed(folder)
    found = _shelf(name, *listed[name]) if name in listed else None
    if found is None:
        raise NoProgramme(
            say(
                'there is no programme "{name}"{near} (there are: {listed})',
                name=name,
                near=did_you_mean(name, listed),
                listed=", ".join(listed),
            )
        )
    return found


def room_in(folder: Path) -> None:
    """Raises InputError where a folder holds as many files as are looked at: what comes in addition would not be listed."""
    if sum(1 for _ in folder.iterdir()) >= MOST_FILES:
        raise InputError(
            say(
                "the folder holds {most:,} files already, of which no more are looked at; nothing was saved: remove some",
                most=MOST_FILES,
            )
        )


def _shelf(name: str, path: Path, own: bool) -> Shelf | None:
    """A programme with the state its files are in now; None where they are gone."""
    try:
        return Shelf(name, path, own, _stamp(path))
    except OSError:
        return None


#: What lay in a folder when last looked at: when that was, the folder's own time, and what was found.
_looked: dict[Path, tuple[float, int, dict[str, tuple[Path, bool]]]] = {}


def _listed(folder: Path | None) -> dict[str, tuple[Path, bool]]:
    """Every programme's path by its name, and whether it is the user's own.

    A folder is looked through again when something in it came or went, and after a second in any case. One that has changed just now is
    looked through every time: its time may not tell the next change from this one.
    """
    if folder is None:
        return _found(None)
    try:
        changed = folder.stat().st_mtime_ns
    except OSError:
        return _found(None)
    now, held = time.monotonic(), _looked.get(folder)
    if held is not None and now - held[0] < LOOKED_FOR and held[1] == changed:
        return held[2]
    made = _found(folder)
    if time.time_ns() - changed > SETTLED:
        _looked.clear()  # a server has one folder
        _looked[folder] = (now, changed, made)
    return made


def _found(folder: Path | None) -> dict[str, tuple[Path, bool]]:
    from stargauge.programme.load import shipped

    found = {name: (path, False) for name, path in shipped().items()}
    for path in _own(folder):
        plain = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "programme"
        name = plain if plain not in found else f"my-{plain}"
        if name not in found:
            found[name] = (path, True)
    return found


def evidence_stamp(folder: Path | None) -> str:
    """What changes when something is added to an evidence folder: the state of its newest checkpoint."""
    file = folder / "log" / "checkpoint" if folder is not None else None
    return _stamp(file) if file is not None and file.is_file() else ""


def _own(folder: Path | None) -> list[Path]:
    """The user's programme files: YAML files of the folder that have a name at their top, and folders of such parts; nothing is followed
    out of the folder."""
    if folder is None or not folder.is_dir():
        return []
    home = folder.resolve()
    made = []
    for path in sorted(folder.iterdir())[:MOST_FILES]:
        if path.name.startswith(".") or not path.resolve().is_relative_to(home):
            continue
        if _names_itself(path):
            made.append(path)
    return made


def _names_itself(path: Path) -> bool:
    if path.is_dir():
        return any(_is_programme(path / f"programme{ending}") for ending in ENDINGS)
    return path.suffix in ENDINGS and _is_programme(path)


def _is_programme(path: Path) -> bool:
    """Whether a file looks like a programme: it names one at its top level. Faulty files are listed too, so that they can be mended."""
    try:
        state = path.stat()
    except OSError:
        return False
    return state.st_size <= MOST_BYTES and _names_one(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=2 * MOST_FILES)
def _names_one(path: Path, changed: int, size: int) -> bool:
    """The same of a file as it was when last changed, so that a folder is not read anew for every request."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return re.search(r"(?m)^name\s*:", file.read(64 * 1024)) is not None
    except OSError:
        return False


def _stamp(path: Path) -> str:
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return "-".join(
        f"{state.st_mtime_ns:x}.{state.st_size:x}.{state.st_ino:x}" for state in (file.stat() for file in files if file.is_file())
    )


@dataclass(frozen=True)
class Side:
    """One side of a comparison as it is asked for: a programme and a scenario by their names, a day, single inputs; never a path.

    `of`: what its faults begin with, where a form has a field for each part.
    """

    programme: str
    day: date | None = None
    scenarios: tuple[str, ...] = ()
    laid: tuple[str, ...] = ()
    of: str = ""

    def faults(self, folder: Path | None) -> list[Fault]:
        """What cannot be asked of it: there is no such programme or scenario, or an input is set in no way."""
        of = self.of
        at = f"{of}_set: " if of else ""
        faults = [
            Fault(at + say('got "{part}"; expected INPUT=VALUE such as load_factor=0.8', part=part))
            for part in self.laid
            if not _SETTING.fullmatch(part)
        ]
        names: tuple[str, ...] | None = None
        try:
            found = shelf(self.programme, folder)
            names = scenarios_of(found) if self.scenarios else ()
        except InputError as error:
            faults += [
                replace(one, message=f"{of}_programme: {one.message}" if of and not one.line else one.message) for one in error.faults
            ]
        for part in self.scenarios:
            if part not in (names or ()) and (names is not None or not _NAME.fullmatch(part)):
                at = f"{of}_scenario: " if of else ""
                faults.append(Fault(at + no_scenario(self.programme, part, names or ())))
        return faults

    def asked(self, folder: Path | None) -> Asked:
        """The side as `compare` takes it, in parts: what signs the path of a file has does not matter."""
        from stargauge.programme.asked import Asked

        found = shelf(self.programme, folder)
        pairs = tuple((name.strip(), value.strip()) for name, _, value in (part.partition("=") for part in self.laid))
        return Asked(found.path if found.own else found.name, self.day, (*self.scenarios, *pairs), found.path.name if found.own else "")


def no_scenario(programme: str, name: str, names: Sequence[str]) -> str:
    """That a programme has no such scenario, with those that it has."""
    told = {"name": programme, "scenario": name, "near": did_you_mean(name, names), "names": ", ".join(names)}
    if not names:
        return say('{name} has no scenario "{scenario}" (all: none)', name=programme, scenario=name)
    return say('{name} has no scenario "{scenario}"{near} (all: {names})', **told)


def scenarios_of(found: Shelf) -> tuple[str, ...]:
    """The scenarios of a programme by their names. Raises InputError where its file is at fault."""
    from stargauge.programme.load import load

    return tuple(load(found.path if found.own else found.name).scenarios)


def sides_of(a: str, b: str, folder: Path | None) -> tuple[Asked, Asked]:
    """The two sides of a comparison, each `PROGRAMME[@DATE][+SCENARIO or +INPUT=VALUE]...`, the second perhaps without PROGRAMME: it is
    then the first with that day, or with more laid over it. Raises InputError with the faults of both.
    """
    faults = list[Fault]()
    first = _side(a, Side(""), faults)
    second = _side(b, first, faults)
    faults += [*first.faults(folder), *second.faults(folder)]
    if faults:
        raise InputError(list(dict.fromkeys(faults)))
    return first.asked(folder), second.asked(folder)


def _side(text: str, before: Side, faults: list[Fault]) -> Side:
    whole, *laid = (part.strip() for part in text.split("+"))
    name, at, day = (part.strip() for part in whole.partition("@"))
    known = None
    try:
        known = date.fromisoformat(day) if at else None
    except ValueError:
        faults.append(Fault(say('"{text}": got the knowledge date "{day}"; expected a day such as 2025-01-22', text=text, day=day)))
    if not name:
        known, laid = known or before.day, [*before.scenarios, *before.laid, *laid]
    scenarios, inputs = (tuple(part for part in laid if ("=" in part) is setting) for setting in (False, True))
    return Side(name or before.programme, known, scenarios, inputs)
