"""One side of a comparison as text: `PROGRAMME[@DATE][+LAID]...`, what is laid over it being a scenario or INPUT=VALUE."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from stargauge.programme.load import shipped
from stargauge.programme.schema import Programme
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say

_NAME = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*\Z")


@dataclass(frozen=True)
class Asked:
    """A programme (name, file, folder, or one already loaded), a knowledge date, and what is laid over it in order.

    `laid`: scenarios and `INPUT=VALUE` as text, or an input and its value as a pair, which is never taken for a file. `called`: what
    stands for the programme in the text of this side; its name, file or folder where left out.
    """

    programme: str | Path | Programme = ""
    as_of: date | None = None
    laid: tuple[str | tuple[str, str], ...] = ()
    called: str = ""

    def __str__(self) -> str:
        name = self.called or (self.programme.name if isinstance(self.programme, Programme) else str(self.programme))
        return name + (f"@{self.as_of}" if self.as_of else "") + "".join(f"+{text}" for text in self.texts)

    @property
    def texts(self) -> tuple[str, ...]:
        """What is laid over it, each as text."""
        return tuple(one if isinstance(one, str) else "=".join(one) for one in self.laid)

    @property
    def scenarios(self) -> tuple[str, ...]:
        """The scenarios laid over it: names that the programme gives them, or files."""
        return tuple(one for one in self.laid if isinstance(one, str) and not _is_setting(one))

    @property
    def settings(self) -> dict[str, str]:
        """The single inputs laid over it."""
        pairs = (one.split("=", 1) if isinstance(one, str) else one for one in self.laid if not isinstance(one, str) or _is_setting(one))
        return {name.strip(): value.strip() for name, value in pairs}


def sides(first: str | Path | Programme | Asked, second: str | Path | Programme | Asked) -> tuple[Asked, Asked]:
    """Both sides of a comparison. A second side that names no programme is the first with the date replaced and more laid over it.

    Raises InputError with the faults of both.
    """
    faults = list[Fault]()
    a, b = _read(first, faults), _read(second, faults)
    if not a.programme and not faults:
        faults.append(Fault(say('"{first}" names no programme; expected {form}', first=first, form=_form())))
    if faults:
        raise InputError(faults)
    return a, b if b.programme else replace(a, as_of=b.as_of or a.as_of, laid=(*a.laid, *b.laid))


def _form() -> str:
    return say("PROGRAMME[@DATE][+SCENARIO or +INPUT=VALUE]..., such as stargate@2025-01-22 or stargate+slow.yaml")


def _read(side: str | Path | Programme | Asked, faults: list[Fault]) -> Asked:
    if not isinstance(side, str):
        return side if isinstance(side, Asked) else Asked(side)
    if not side.strip():
        faults.append(Fault(say('got "{side}"; expected {form}', side=side, form=_form())))
        return Asked()
    if side in shipped() or Path(side).exists():
        return Asked(side)
    whole, *laid = side.split("+")
    name, at, day = whole.rpartition("@")
    name, day = (name, day) if at else (whole, "")
    found = Asked(name.strip(), _day(day.strip(), side, faults) if at else None, tuple(text.strip() for text in laid))
    for text in found.texts:
        _check(text, side, faults)
    if name and name not in shipped() and not Path(name).exists():
        near = did_you_mean(name, shipped())
        faults.append(
            Fault(
                say(
                    '"{side}": no programme, file or folder "{name}"{near} (shipped: {shipped})',
                    side=side,
                    name=name,
                    near=near,
                    shipped=", ".join(shipped()),
                )
            )
        )
    return found


def _day(text: str, side: str, faults: list[Fault]) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        faults.append(Fault(say('"{side}": got the knowledge date "{text}"; expected a day such as 2025-01-22', side=side, text=text)))
        return None


def _check(text: str, side: str, faults: list[Fault]) -> None:
    """Whether what is laid over a side is a file that is there, may be a scenario's name, or is INPUT=VALUE."""
    if _is_setting(text):
        name, _, value = text.partition("=")
        if not name.strip() or not value.strip():
            faults.append(Fault(say('"{side}": got "+{text}"; expected +INPUT=VALUE, such as +load_factor=0.8', side=side, text=text)))
    elif not text:
        faults.append(Fault(say('"{side}": nothing after "+"; expected a scenario or INPUT=VALUE', side=side)))
    elif not Path(text).exists() and not _NAME.match(text):
        folder = Path(text).parent
        near = did_you_mean(Path(text).name, [path.name for path in folder.iterdir()] if folder.is_dir() else [])
        faults.append(Fault(say('"{side}": no scenario file "{text}"{near}', side=side, text=text, near=near)))


def _is_setting(text: str) -> bool:
    return "=" in text and not Path(text).exists()
