"""What a page sees: the question, the answers it may ask for, the templates, and the figures it drew. Lives in a worker process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode

from stargauge import __version__
from stargauge.web.asked import Asked
from stargauge.web.days import days_of, events_of
from stargauge.web.library import Shelf, shelf, shelves

if TYPE_CHECKING:
    from stargauge.api import Check
    from stargauge.audit.odds import OddsOverTime
    from stargauge.programme.known import Known
    from stargauge.programme.schema import Programme

#: How many answers a worker keeps: each holds the draws of a run.
MOST_ANSWERS = 24
Progress = Callable[[int, int], None]


class Kept:
    """The answers a worker made last, by what they are an answer to."""

    def __init__(self, most: int = MOST_ANSWERS) -> None:
        self.most = most
        self._held: OrderedDict[Any, Any] = OrderedDict()

    def get(self, key: Any, make: Callable[[], Any]) -> Any:
        """The answer under a key, made now where it is not held; those used longest ago leave."""
        if key not in self._held:
            self._held[key] = make()
        self._held.move_to_end(key)
        while len(self._held) > self.most:
            self._held.popitem(last=False)
        return self._held[key]


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
        return KEPT.get((what, self.asked, self.shelf.stamp, self.evidence, *more), make)

    @property
    def programme(self) -> Programme:
        """The programme with the scenario and the inputs laid over it."""
        from stargauge import api

        asked = self.asked
        return self.kept("programme", lambda: api.load(self._source(), asked.scenario or None, asked.settings or None))  # type: ignore[no-any-return]

    def _source(self) -> str | Path:
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
            return api.check(
                self.programme, as_of=asked.day, draws=asked.draws, seed=asked.seed, charts=True, depths=False, evidence=self.evidence,
                progress=self.progress, language=asked.language, given=asked.given or None,
            )  # fmt: skip

        return self.kept("check", make)  # type: ignore[no-any-return]

    @property
    def answer(self) -> dict[str, Any]:
        """The check as plain data, as the report and JSON have it."""
        return self.kept("answer", lambda: self.check.to_dict(charts=True, explanations=False))  # type: ignore[no-any-return]

    @property
    def run(self) -> dict[str, Any]:
        """How a function of the API is asked this question: `api.money(view.programme, **view.run)`."""
        asked = self.asked
        return {"as_of": asked.day, "draws": asked.draws, "seed": asked.seed, "given": asked.given or None, "progress": self.progress}

    def odds(self, claim: str, movers: bool = True) -> OddsOverTime:
        """The odds of a claim over time, up to the day, with what moved them unless that is left out."""
        from stargauge import api

        asked = self.asked

        def make() -> OddsOverTime:
            return api.odds(self.programme, claim, end=asked.day, every="quarter", draws=min(asked.draws, 512), seed=asked.seed,
                            progress=self.progress, movers=movers)  # fmt: skip

        return self.kept("odds", make, claim, movers)  # type: ignore[no-any-return]

    # -- addresses -----------------------------------------------------------------------------------------------------------------
    def link(self, rest: str = "", **changes: Any) -> str:
        """The address of another page of the programme, with the same question; `changes` to it such as `as_of`."""
        return self.asked.but(**changes).address(rest)

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
        return self.kept_of_files("days", lambda: days_of(self._whole))  # type: ignore[no-any-return]

    @property
    def events(self) -> list[tuple[date, str]]:
        """A few days worth going to: the first, those on which most came in, today."""
        return self.kept_of_files("events", lambda: events_of(self._whole))  # type: ignore[no-any-return]

    @property
    def _whole(self) -> Programme:
        from stargauge import api

        return api.load(self._source())

    def kept_of_files(self, what: str, make: Callable[[], Any]) -> Any:
        """Something made of the programme's files alone, whatever is asked of it."""
        return KEPT.get((what, self.asked.programme, self.shelf.stamp, date.today()), make)

    @property
    def rest_of_query(self) -> list[tuple[str, str]]:
        """What is asked besides the day, as fields of a form."""
        return [pair for pair in parse_qsl(self.asked.query()) if pair[0] != "as_of"]

    # -- writing -------------------------------------------------------------------------------------------------------------------
    def draw(self, name: str, label: str, specs: Any, table: Mapping[str, Any], why: str | None = None) -> dict[str, Any]:
        """A chart of this page: as `report.drawing.figure`, and to be had as a file."""
        from stargauge.report.drawing import figure

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
