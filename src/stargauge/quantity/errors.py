"""The one exception for faults of the user's input: where, what was expected, what came, how to fix it.

A fault is told in the language that is spoken where it is made: `InputError(say('no site "{name}"', name=name))`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from stargauge.quantity.spoken import say, written

Made = TypeVar("Made")


@dataclass(frozen=True)
class Fault:
    """One fault of an input: its place (file, line, column and path where known) and what to do."""

    message: str
    path: str = ""
    file: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        place = f"{self.line}:{self.column}  " if self.line else ""
        return f"{place}{self.path + ': ' if self.path else ''}{self.message}"


class InputError(ValueError):
    """Faults of the input, all at once. The command line prints them and exits with code 2."""

    def __init__(self, faults: Sequence[Fault] | Fault | str) -> None:
        if isinstance(faults, str):
            faults = [Fault(faults)]
        elif isinstance(faults, Fault):
            faults = [faults]
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def kept(faults: list[Fault], make: Callable[[], Made], path: str = "") -> Made | None:
    """What is made, or None with its faults kept with the others, under the path or option that they are of."""
    try:
        return make()
    except InputError as error:
        faults += [fault if fault.path else Fault(fault.message, path) for fault in error.faults]
        return None


#: Texts of a system's own faults, as an OSError has them.
SYSTEM = (
    "No such file or directory", "Permission denied", "Is a directory", "Not a directory", "File exists", "No space left on device",
    "Read-only file system", "File name too long", "Too many levels of symbolic links", "Operation not permitted", "Address already in use",
    "Cannot assign requested address", "Input/output error", "Directory not empty",
)  # fmt: skip


def system_text(error: OSError) -> str:
    """What a system says of its own fault, in the language that is spoken."""
    return say(error.strerror) if error.strerror else str(error)


def counted(number: int, one: str, many: str = "") -> str:
    """A number of things in the language that is spoken: `1 input`, `3 inputs`."""
    return f"{written(number, ',')} {say(one if number == 1 else many or f'{one}s')}"


def begins_with_what_came(message: str) -> bool:
    """Whether a message says first what came, as all do that begin with `got`."""
    return message.startswith(say("got", "fault"))


def what_came(message: str) -> str:
    """A message without what it says was expected."""
    return message.partition(say("; expected", "fault"))[0]


def says_what_was_expected(message: str) -> bool:
    """Whether a message says what was expected."""
    return say("expected", "fault") in message


#: So many names are compared with one that is not known, and none that is longer: each comparison costs.
_COMPARED, _LONGEST = 5000, 200


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """'; did you mean "x"?' for the nearest known name, or an empty string."""
    if len(name) > _LONGEST:
        return ""
    near = difflib.get_close_matches(name, list(islice(known, _COMPARED)), n=1, cutoff=0.5)
    return say('; did you mean "{name}"?', name=near[0]) if near else ""
