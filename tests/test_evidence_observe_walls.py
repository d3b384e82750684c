"""Walls in the place of a page that was seen before, bare and within the menus of their host: never there, never edited."""

from __future__ import annotations

import pytest

pytest.importorskip("httpx")
pytest.importorskip("selectolax")
pytest.importorskip("warcio")

from tests.evidence_doubles import MemoryArchive, answer
from tests.evidence_walls import LAST_WALLS, LATER_WALLS, WALLS, Wall

from stargauge.evidence.observe.looking import Round, check
from stargauge.evidence.observe.outcomes import Looked
from stargauge.evidence.observe.probes import Probe
from stargauge.evidence.observe.records import history
from stargauge.evidence.observe.targets import Target

URL, OTHER = "https://site.example/2025/story", "https://site.example/2025/other"
MENU = "Home\nNews\nEconomy and business\nSport\nContact us\nSearch this site for more"
FOOT = "© 2025 Site Example Ltd. All rights reserved.\nTerms of use and privacy notice\nFollow us on all our channels"
STORY = (
    "Who pays for the data centres",
    "The company announced on Tuesday that it would spend 100 billion dollars on new sites.",
    "Banks said on Wednesday that no loan had been asked for so far.",
    "The ministry had no comment on the matter when it was asked by this paper.",
    "Analysts doubt that the sum can be raised in so short a time.",
    "The partners hold far less than that, according to their own books.",
    "A spokesman said that more would be told in spring.",
)
Shown = tuple[int, str, str]


def framed(*lines: str) -> str:
    return "\n".join((MENU, *lines, FOOT))


def looked_at(*shown: Shown, control: bool = True) -> tuple[list[str], str]:
    """The outcomes of looks that gave this, and the state after them."""
    archive, target = MemoryArchive(), Target(URL, controls=(OTHER,) if control else ())
    page = {"Content-Type": "text/html"}
    outcomes = []
    for number, (status, title, text) in enumerate(shown):

        def ask(probe: Probe, url: str, now: Shown = (status, title, text)) -> Looked:
            if url == URL:
                return answer(url, now[0], now[2], title=now[1], headers=page)
            if url == OTHER:
                return answer(
                    url, 200, framed("Another story about boats on the lake and how they are built."), title="Boats", headers=page
                )
            return answer(url, 404, "Nothing here.", title="Not found", headers=page)

        made = check(archive, Round(f"r{number}", ask), target, Probe(lambda url: answer(url)), history(archive, URL), ())
        outcomes.append(made.about["outcome"])
    return outcomes, history(archive, URL).standing.state


PAGE: Shown = (200, "Who pays", framed(*STORY))


@pytest.mark.parametrize("wall", [*WALLS, *LATER_WALLS, *LAST_WALLS], ids=lambda wall: wall[0])
def test_a_wall_in_the_place_of_a_page_is_neither_there_nor_edited_nor_counted(wall: Wall) -> None:
    _, status, title, text, _ = wall
    for shown in (text, framed(text)):
        outcomes, _ = looked_at(PAGE, (status, title, shown))
        assert outcomes[1] not in ("ok", "content_differs", "http_404", "soft_404", "tombstone")
        outcomes, state = looked_at(PAGE, (status, title, shown), control=False)
        assert outcomes[1] not in ("ok", "content_differs")
        if status == 200:
            for control in (True, False):
                outcomes, state = looked_at((status, title, shown), PAGE, PAGE, control=control)
                assert "content_differs" not in outcomes and state not in ("edited", "not_found")


@pytest.mark.parametrize(
    "lines",
    [
        (STORY[0], STORY[1].replace("100", "500"), *STORY[2:]), STORY[:3], (*STORY, "A correction was added later by the desk."),
        (*STORY[:4], "Entirely other words follow here now.", "And more of these new words too."),
    ],
)  # fmt: skip
def test_an_edit_is_still_told_as_one(lines: tuple[str, ...]) -> None:
    assert looked_at(PAGE, (200, "Who pays", framed(*lines))) == (["ok", "content_differs"], "edited")


def test_the_beginning_of_a_page_before_an_offer_is_a_paywall() -> None:
    stub = framed(*STORY[:2], "This is an exclusive story for our members. Join now")
    assert looked_at(PAGE, (200, "Who pays", stub)) == (["ok", "paywall"], "restricted")
