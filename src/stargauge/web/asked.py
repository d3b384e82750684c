"""One question: a programme, a knowledge date and all else that makes its answer the same again; as an address and as a key."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import quote, urlencode

from stargauge.quantity.errors import Fault, InputError, did_you_mean

LANGUAGES = ("en", "de")
DRAWS, MOST_DRAWS, MOST_LAID = 1024, 16_384, 24
#: How scenarios are named.
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Asked:
    """What is asked of a programme. Two that are equal have the same answer, while the programme's files stay as they are.

    `laid`: single inputs, `NAME=VALUE`; `scenario`: one that the programme has. `given`: claims that hold.
    """

    programme: str = "stargate"
    as_of: date | None = None
    draws: int = DRAWS
    seed: int = 0
    scenario: str = ""
    laid: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    language: str = "en"

    @property
    def day(self) -> date:
        """The knowledge date; today where none is asked for."""
        return self.as_of or date.today()

    @property
    def settings(self) -> dict[str, str]:
        """Single inputs by name."""
        return dict(part.split("=", 1) for part in self.laid)

    def but(self, **changes: object) -> Asked:
        """The same with some parts changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def query(self, pinned: bool = False) -> str:
        """The part of an address after `?`: what differs from the defaults. `pinned`: with the day, draws and seed in any case."""
        pairs: list[tuple[str, str]] = []
        if self.as_of or pinned:
            pairs.append(("as_of", str(self.day)))
        if pinned or self.draws != DRAWS:
            pairs.append(("draws", str(self.draws)))
        if pinned or self.seed:
            pairs.append(("seed", str(self.seed)))
        if self.scenario:
            pairs.append(("scenario", self.scenario))
        pairs += [("set", one) for one in self.laid] + [("given", one) for one in self.given]
        if self.language != "en":
            pairs.append(("lang", self.language))
        return urlencode(pairs)

    def address(self, rest: str = "", pinned: bool = False) -> str:
        """The address of one of the programme's pages that reproduces this question; `rest` such as `claims/jobs-100k`."""
        path = f"/p/{quote(self.programme)}{f'/{rest}' if rest else ''}"
        asked = self.query(pinned)
        return f"{path}?{asked}" if asked else path


def asked_of(programme: str, query: Mapping[str, Sequence[str]]) -> Asked:
    """The question that an address asks. Raises InputError with every fault; parameters that are no part of a question are let be."""
    faults: list[Fault] = []

    def one(name: str) -> str:
        values = query.get(name) or [""]
        return values[-1].strip()

    as_of = _day(one("as_of"), faults)
    draws = _whole("draws", one("draws"), DRAWS, 256, MOST_DRAWS, faults)
    seed = _whole("seed", one("seed"), 0, 0, 2**31 - 1, faults)
    language = one("lang") or "en"
    if language not in LANGUAGES:
        faults.append(Fault(f'lang: there is no language "{language}"{did_you_mean(language, LANGUAGES)} (one of {", ".join(LANGUAGES)})'))
    laid = tuple(sorted({part.strip() for part in query.get("set") or () if part.strip()}))
    faults += [Fault(f'set: got "{part}"; expected INPUT=VALUE such as overrun_factor=1') for part in laid if "=" not in part]
    given = tuple(dict.fromkeys(part.strip() for part in query.get("given") or () if part.strip()))
    faults += [
        Fault(f"{name}: {len(parts)} are too many; at most {MOST_LAID}")
        for name, parts in (("set", laid), ("given", given))
        if len(parts) > MOST_LAID
    ]
    scenario = one("scenario")
    if scenario and not _NAME.fullmatch(scenario):  # no path: an address reads no files
        faults.append(Fault(f'scenario: got "{scenario}"; expected the name of one that the programme has'))
    if faults:
        raise InputError(faults)
    return Asked(programme, as_of, draws, seed, scenario, laid, given, language)


def _day(text: str, faults: list[Fault]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        faults.append(Fault(f'as_of: got "{text}"; expected a day such as 2025-01-22'))
        return None


def _whole(name: str, text: str, default: int, least: int, most: int, faults: list[Fault]) -> int:
    if not text:
        return default
    try:
        number = int(text.replace("_", "").replace(",", ""))
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        faults.append(Fault(f'{name}: got "{text}"; expected a whole number from {least:,} to {most:,}'))
        return default
    return number
