"""One question: a programme, a knowledge date and all else that makes its answer the same again; as an address and as a key."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import quote, urlencode

from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say

LANGUAGES = ("en", "de")
DRAWS, MOST_DRAWS, MOST_LAID = 1024, 16_384, 24
#: Days that can be asked about, and how they are written.
FIRST_DAY, LAST_DAY, DAY_WRITTEN = date(1900, 1, 1), date(2199, 12, 31), r"\d{4}-\d{2}-\d{2}"
#: How many characters one input that is set, one claim that is given, and any other parameter may have.
LONGEST_SET, LONGEST = 200, 300
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
        faults.append(
            Fault(
                say(
                    'lang: there is no language "{language}"{near} (one of {languages})',
                    language=language,
                    near=did_you_mean(language, LANGUAGES),
                    languages=", ".join(LANGUAGES),
                )
            )
        )
    laid = tuple(sorted({part.strip() for part in query.get("set") or () if part.strip()}))
    faults += [
        Fault(say('set: got "{part}"; expected INPUT=VALUE such as overrun_factor=1', part=part[:LONGEST_SET]))
        for part in laid
        if "=" not in part
    ]
    given = tuple(dict.fromkeys(part.strip() for part in query.get("given") or () if part.strip()))
    faults += [
        Fault(say("{name}: {number} are too many; at most {most}", name=name, number=len(parts), most=MOST_LAID))
        for name, parts in (("set", laid), ("given", given))
        if len(parts) > MOST_LAID
    ]
    faults += [
        Fault(say("{name}: one has {number:,} characters; expected at most {most:,}", name=name, number=len(part), most=most))
        for name, parts, most in (("set", laid, LONGEST_SET), ("given", given, LONGEST), ("scenario", (one("scenario"),), LONGEST))
        for part in parts if len(part) > most
    ]  # fmt: skip
    scenario = one("scenario")
    if scenario and not _NAME.fullmatch(scenario):  # no path: an address reads no files
        faults.append(
            Fault(say('scenario: got "{scenario}"; expected the name of one that the programme has', scenario=scenario[:LONGEST]))
        )
    if faults:
        raise InputError(faults)
    return Asked(programme, as_of, draws, seed, scenario, laid, given, language)


def _day(text: str, faults: list[Fault]) -> date | None:
    if not text:
        return None
    try:
        return day_of("as_of", text)
    except InputError as error:
        faults += error.faults
        return None


def day_of(name: str, text: str) -> date:
    """The day that a parameter says. Raises InputError for one that is written otherwise, is none, or lies where no programme does."""
    try:
        if not re.fullmatch(DAY_WRITTEN, text, re.ASCII):
            raise ValueError
        return within(name, date.fromisoformat(text))
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        raise InputError(say('{name}: got "{text}"; expected a day such as 2025-01-22', name=name, text=text[:LONGEST])) from None


def within(name: str, day: date) -> date:
    """A day that can be asked about. Raises InputError for any other."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise InputError(
            say(
                "{name}: got {day}; expected a day from {first_day} to {last_day}",
                name=name,
                day=day,
                first_day=FIRST_DAY,
                last_day=LAST_DAY,
            )
        )
    return day


def too_long(parameters: Mapping[str, str]) -> list[Fault]:
    """A fault for every parameter that has more characters than one may have; a field with several inputs has room for all."""
    most = {name: LONGEST_SET * MOST_LAID if name.endswith("_set") else LONGEST for name in parameters}
    return [
        Fault(say("{name}: has {number:,} characters; expected at most {most:,}", name=name, number=len(text), most=most[name]))
        for name, text in parameters.items() if len(text) > most[name]
    ]  # fmt: skip


def _whole(name: str, text: str, default: int, least: int, most: int, faults: list[Fault]) -> int:
    if not text:
        return default
    try:
        number = int(text.replace("_", "").replace(",", ""))
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        faults.append(
            Fault(
                say(
                    '{name}: got "{text}"; expected a whole number from {least:,} to {most:,}', name=name, text=text, least=least, most=most
                )
            )
        )
        return default
    return number
