"""What a page sees: the question, the answers it may ask for, the templates, and the figures it drew. Lives in a worker process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from stargauge import __version__
from stargauge.quantity.errors import InputError
from stargauge.web.asked import Asked
from stargauge.web.days import days_of, events_of, first_day, text_of
from stargauge.web.library import Shelf, evidence_stamp, no_scenario, shelf, shelves

if TYPE_CHECKING:
    from stargauge.api import Check
    from stargauge.api.answers import Then
    from stargauge.audit.over_time.odds import OddsOverTime
    from stargauge.programme.known import Known
    from stargauge.programme.schema import Claim, Programme

#: How many draws the answers have in all that a worker keeps, and with how many an answer of the files alone counts.
MOST_DRAWS_KEPT, FEW = 24 * 1024, 128
#: With how many draws at most a part is made whose every draw takes long; it then says with how many.
MOST_LONG = 4096
#: How many threads of this worker make blocks of draws beside one another, with the same bits.
THREADS = 2
Progress = Callable[[int, int], None]


class Kept:
    """The answers a worker made last, by what they are an answer to; each weighs what it takes to hold it."""

    def __init__(self, most: int = MOST_DRAWS_KEPT) -> None:
        self.most = most
        self._held: OrderedDict[Any, tuple[Any, int]] = OrderedDict()
        self._weight = 0

    def holds(self, key: Any) -> bool:
        """Whether there is an answer under a key."""
        return key in self._held

    def clear(self) -> None:
        """Let go of all."""
        self._held.clear()
        self._weight = 0

    def get(self, key: Any, make: Callable[[], Any], weight: int = 1024) -> Any:
        """The answer under a key, made now where it is not held; those used longest ago leave."""
        if key not in self._held:
            made = make()
            self._held[key] = made, weight
            self._weight += weight
        self._held.move_to_end(key)
        while self._weight > self.most and len(self._held) > 1:
            self._weight -= self._held.popitem(last=False)[1][1]
        return self._held[key][0]


KEPT = Kept()


@dataclass
class View:
    """One request for one page. `figures`: what it drew, by name, so that each can be had as a file."""

    asked: Asked
    page: str = ""
    path: str = ""
    folder: Path | None = None
    evidence: Path | None = None
    progress: Progress | None = None
    fragment: bool = False
    body: Mapping[str, Any] = field(default_factory=dict)
    figures: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    #: What this page asks beyond a question, by name: part of its own address and of those of its figures.
    more: dict[str, str] = field(default_factory=dict)
    #: Whence its figures are, in one line, where they are of no programme.
    cite: str = ""

    # -- answers -------------------------------------------------------------------------------------------------------------------
    @property
    def shelf(self) -> Shelf:
        """Where the programme asked for lies."""
        return shelf(self.asked.programme, self.folder)

    def shelves(self) -> dict[str, Shelf]:
        """Every programme there is."""
        return shelves(self.folder)

    def kept(self, what: str, make: Callable[[], Any], *more: Any) -> Any:
        """Something made of this question, made once."""
        key = (what, self.asked, self.asked.day, self.shelf.stamp, self.evidence, evidence_stamp(self.evidence), *more)
        return KEPT.get(key, make, self.asked.draws)

    @property
    def programme(self) -> Programme:
        """The programme with the scenario and the inputs laid over it."""
        from stargauge import api

        asked = self.asked

        def make() -> Programme:
            return api.load(self.whole, self._scenario, asked.settings or None)

        return self.kept_of_files("programme", make, asked.scenario, asked.laid)  # type: ignore[no-any-return]

    def claim(self, name: str) -> Claim:
        """A claim of the programme. Raises InputError with the nearest where there is none."""
        from stargauge.api.programmes import claim_of

        return claim_of(self.programme, name)

    @property
    def _scenario(self) -> str | None:
        """The scenario asked for, by its name: an address of a page never names a file."""
        asked, names = self.asked.scenario, self.whole.scenarios
        if asked and asked not in names:
            raise InputError(no_scenario(self.whole.name, asked, tuple(names)))
        return asked or None

    @property
    def source(self) -> str | Path:
        """How the programme is asked for: its shipped name, or its file."""
        found = self.shelf
        return found.path if found.own else found.name

    @property
    def known(self) -> Known:
        """What is known of it on the day."""
        from stargauge import api

        return self.kept("known", lambda: api.known(self.programme, self.asked.day))  # type: ignore[no-any-return]

    @property
    def check(self) -> Check:
        """The verdicts, then and now, with the month series that charts draw; without the depths, which have pages of their own."""
        from stargauge import api

        asked = self.asked

        def make() -> Check:
            then = self._begun_then()
            return api.check(
                self.programme, as_of=asked.day, draws=asked.draws, seed=asked.seed, charts=True, depths=False, evidence=self.evidence,
                progress=self.progress, language=asked.language, given=asked.given or None, then=then, threads=THREADS,
            )  # fmt: skip

        return self.kept("check", make)  # type: ignore[no-any-return]

    @property
    def then(self) -> Then:
        """The verdicts as could be said on the day of the dispute; the same whatever the knowledge date after it."""
        from stargauge.api.answers import verdicts_then

        asked = self.asked
        return self.kept_of_files(  # type: ignore[no-any-return]
            "then", lambda: verdicts_then(self.programme, asked.day, draws=asked.draws, seed=asked.seed, language=asked.language),
            *self._then_key,
        )  # fmt: skip

    @property
    def _then_key(self) -> tuple[object, ...]:
        from stargauge.api.answers import dispute_day

        asked = self.asked
        return (asked.scenario, asked.laid, asked.draws, asked.seed, asked.language, dispute_day(self.programme, asked.day))

    def _begun_then(self) -> Callable[[], Then]:
        """The verdicts of that day, being made by another worker meanwhile where one is free; what came is kept here."""
        from stargauge.web.work import Job, beside

        key = self._then_key
        if key[-1] is None or self.asked.given or KEPT.holds(self._key_of_files("then", *key)):
            return lambda: self.then
        made = beside(Job("part", "then", self.asked, folder=self.folder, evidence=self.evidence))

        def fetched() -> Then:
            other = made()
            return self.then if other is None else self.kept_of_files("then", lambda: other, *key)

        return fetched

    @property
    def answer(self) -> dict[str, Any]:
        """The check as plain data, as the report and JSON have it."""
        return self.kept("answer", lambda: self.check.to_dict(charts=True, explanations=False))  # type: ignore[no-any-return]

    @property
    def run(self) -> dict[str, Any]:
        """How a function of the API is asked this question: `api.money(view.programme, **view.run)`."""
        asked = self.asked
        return {"as_of": asked.day, "draws": asked.draws, "seed": asked.seed, "given": asked.given or None, "progress": self.progress}

    @property
    def fewer(self) -> int:
        """The draws asked for, up to those with which a part whose every draw takes long still comes in time."""
        return min(self.asked.draws, MOST_LONG)

    def odds(self, claim: str, movers: bool = True) -> OddsOverTime:
        """The odds of a claim over time, up to the day, with what moved them unless that is left out."""
        from stargauge import api

        asked = self.asked

        def make() -> OddsOverTime:
            return api.odds(self.programme, claim, end=asked.day, every="quarter", draws=self.fewer, seed=asked.seed,
                            progress=self.progress, movers=movers, language=asked.language)  # fmt: skip

        return self.kept("odds", make, claim, movers)  # type: ignore[no-any-return]

    # -- addresses -----------------------------------------------------------------------------------------------------------------
    def link(self, rest: str = "", **changes: Any) -> str:
        """The address of another page of the programme, with the same question; `changes` to it such as `as_of`."""
        return self.asked.but(**changes).address(rest)

    @staticmethod
    def linked(address: str, more: Mapping[str, str]) -> str:
        """An address with further parameters, those without a value left out."""
        query = urlencode({key: value for key, value in more.items() if value})
        return address if not query else f"{address}{'&' if '?' in address else '?'}{query}"

    @property
    def named(self) -> dict[str, Any]:
        """What the frame of a page needs of an answer where it shows none: the programme by name."""
        from stargauge.programme.load import asked_as

        made = self.programme
        return {"programme": {"name": made.name, "about": made.about, "asked_as": asked_as(made)}}

    def lang(self, joint: str = "?") -> str:
        """What keeps the language in an address that asks no question: joined to it, nothing in English."""
        return "" if self.asked.language == "en" else f"{joint}lang={self.asked.language}"

    def go_to(self, address: str) -> str:
        """Send the reader on to another page, in his language; what a page that wrote something gives."""
        self.headers |= {"status": "303", "Location": f"{address}{self.lang('&' if '?' in address else '?')}"}
        return ""

    def here(self, pinned: bool = False, **changes: Any) -> str:
        """The address of this page; `pinned`: a permalink that reproduces it on any later day."""
        query = self._query(self.asked.but(**changes), pinned)
        return f"{quote(self.path)}{'?' if query else ''}{query}"

    def _query(self, asked: Asked, pinned: bool) -> str:
        """What stands behind `?` in an address of this page."""
        return "&".join(part for part in (asked.query(pinned), urlencode(self.more)) if part)

    def why(self, address: Any) -> str:
        """Where a number is explained; nothing where no number has that address."""
        return self.link(f"why/{quote(str(address), safe='')}") if address else ""

    def figure_link(self, name: str, ending: str) -> str:
        """The address of one figure of this page as a file."""
        query = self._query(self.asked, pinned=True)
        return f"{quote(self.path)}/figures/{quote(name)}.{ending}?{query}"

    # -- the knowledge date ----------------------------------------------------------------------------------------------------------
    @property
    def days(self) -> list[date]:
        """The days on which something came to be known of the programme, the ends of months between them, and today."""
        return self.kept_of_files("days", lambda: days_of(self.whole, self._first_day))  # type: ignore[no-any-return]

    @property
    def events(self) -> list[tuple[date, str]]:
        """A few days worth going to, each with what came in: the first, those on which most did, today."""
        made = self.kept_of_files("events", lambda: events_of(self.whole, self._first_day))
        return [(one.day, text_of(one)) for one in made]

    @property
    def _first_day(self) -> date:
        """The first day on which the programme can be spoken of."""
        return self.kept_of_files("first day", lambda: first_day(self.whole))  # type: ignore[no-any-return]

    @property
    def whole(self) -> Programme:
        """The programme as its files have it, with nothing laid over it."""
        from stargauge import api

        return self.kept_of_files("whole", lambda: api.load(self.source))  # type: ignore[no-any-return]

    def kept_of_files(self, what: str, make: Callable[[], Any], *more: Any) -> Any:
        """Something made of the programme's files, and of `more` alone, whatever else is asked of it."""
        return KEPT.get(self._key_of_files(what, *more), make, FEW)

    def _key_of_files(self, what: str, *more: Any) -> tuple[object, ...]:
        return (what, self.asked.programme, self.shelf.stamp, date.today(), *more)

    # -- writing -------------------------------------------------------------------------------------------------------------------
    def draw(self, name: str, label: str, specs: Any, table: Mapping[str, Any], why: str | None = None) -> dict[str, Any]:
        """A chart of this page: as `report.drawing.figure`, and to be had as a file."""
        from stargauge.report.drawing.drawing import figure

        return self.enter(figure(name, label, specs, table, why))

    def enter(self, figure: dict[str, Any]) -> dict[str, Any]:
        """A figure made already: its downloads lead to files."""
        name = str(figure["name"])
        files = {ending: self.figure_link(name, ending) for ending in ("png", "svg", "csv")}
        made = {**figure, "files": files, "link": f"{self.here(pinned=True)}#{name}"}
        self.figures[name] = made
        return made

    def render(self, template: str, **parts: Any) -> str:
        """A template of the pages filled in: with the question, links and words at hand, in a frame unless only a part is asked for."""
        from stargauge.report.html import shared
        from stargauge.report.locale import speaking

        with speaking(self.asked.language):
            context = {**shared(parts.get("a") or {}, {}), "why_link": self.why, "leads_to": self.why, "view": self,
                       "asked_for": self.asked, "version": __version__, **parts}  # fmt: skip
            text: str = templates().get_template(template).render(context)
        return text


@cache
def templates() -> Any:
    """The templates of the pages, with those of the report."""
    from stargauge.report.html import environment

    return environment("stargauge.web")
