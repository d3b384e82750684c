"""The same number wherever it stands: on parts that take long to make as on the others, in every language, and after a file changed."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.requests import Request
from tests.programme_files import SMALL

import stargauge.web.pages  # noqa: F401 - enters the pages
from stargauge import api
from stargauge.report.locale import speaking, words
from stargauge.report.wording import range_text
from stargauge.web import view as views
from stargauge.web.app import question
from stargauge.web.asked import Asked
from stargauge.web.failure import failure_page
from stargauge.web.library import sides_of
from stargauge.web.pages import compare
from stargauge.web.routes import PAGES
from stargauge.web.settings import Settings
from stargauge.web.view import View
from stargauge.web.work import Job, do

#: More draws than a part would take that saves time by taking few.
DAY, DRAWS = date(2025, 6, 1), 768
RUN: dict[str, Any] = {"as_of": DAY, "draws": DRAWS}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose name has the signs that a side of a comparison is written with; two programmes lie in it."""
    made = tmp_path_factory.mktemp("programmes") / "rev+f2@home"
    made.mkdir()
    for name in ("one", "two"):
        (made / f"{name}.yaml").write_text(SMALL, encoding="utf-8")
    return made


def _page(folder: Path, page: str, path: str, language: str = "en", **arguments: str) -> str:
    """A page as a worker makes it, without the spaces that do not break."""
    made = do(Job("page", page, Asked("one", DAY, DRAWS, language=language), f"/p/one/{path}", arguments, folder))
    assert not made.faults, made.faults
    return made.body.decode().replace("\u00a0", " ").replace("\u202f", " ")


def test_an_hour_costs_the_same_on_every_page(folder: Path) -> None:
    hour = api.cost(folder / "one.yaml", moves=False, workers=1, **RUN).to_dict()["hours"][0]
    told = range_text(hour["cost"], "–").split("–")  # P10 and P90: what few draws get wrong first
    for page, path, more in (("compute.cost", "compute/cost", {}), ("sites.site_cost", "sites/north/cost", {"site": "north"})):
        text = _page(folder, page, path, **more)
        assert [one for one in told if not re.search(rf"\b{re.escape(one)}\b", text)] == [], page


def test_odds_over_time_end_where_the_claim_stands(folder: Path) -> None:
    view = View(Asked("one", DAY, DRAWS), folder=folder)
    ((reading,),) = [one["readings"] for one in view.answer["claims"]]
    (series,) = view.odds("first-hall", movers=False).series
    assert 0 < reading["probability"] < 1
    assert series.points[-1].probability == reading["probability"]


def test_a_part_with_draws_of_its_own_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = "Made with 256 draws of its own, not with the 768 asked for."
    for page, path, more in (("money.finance", "money/finance", {}), ("claims.over_time", "over-time", {"claim": "first-hall"})):
        whole = _page(folder, page, path, **more)
        assert "768 draws, seed 0." in whole and "of its own" not in whole
    monkeypatch.setattr(views, "MOST_LONG", 256)
    for page, path, more in (("money.finance", "money/finance?", {}), ("claims.over_time", "over-time?", {"claim": "first-hall"})):
        views.KEPT._held.clear()
        fewer = _page(folder, page, path, **more)
        assert own in fewer and "256 draws, seed 0." in fewer, page


def test_how_to_cite_is_one_sentence_in_every_language(folder: Path) -> None:
    assert "Stargauge 0.1.0, programme Small, known on 1 Jun 2025, 768 draws, seed 0." in _page(folder, "compute.compute", "compute")
    german = _page(folder, "compute.compute", "compute", "de")
    assert "Stargauge 0.1.0, Programm Small, Wissensstand 1. Juni 2025, 768 Durchläufe, Startwert 0." in german
    facts = re.sub(r"<[^>]*>", "", _page(folder, "sites.site", "sites/north", "de", site="north"))
    assert "Anlagenleistung, angekündigt bis 1. Juni 2025" in facts and "Güte A Originaltext oder Eingabe, B Presse" in facts


def test_counts_are_written_as_the_language_does() -> None:
    assert [words().count(count) for count in (999, 1024, 16384)] == ["999", "1,024", "16,384"]
    with speaking("de"):
        assert [words().count(count) for count in (999, 1024, 16384)] == ["999", "1024", "16’384"]


def test_a_failure_has_its_title_in_the_language_asked_for() -> None:
    assert '<h1 class="mt">Diese Seite gibt es nicht</h1>' in failure_page((), 404, "/nix", "de")
    assert '<h1 class="mt">There is no such page</h1>' in failure_page((), 404, "/nix", "fr")


# -- comparisons -------------------------------------------------------------------------------------------------------------------------


def test_a_side_is_asked_in_parts_whatever_the_path_of_its_file(folder: Path) -> None:
    one, other = sides_of("one@2025-06-01", "+overrun_factor=1.3", folder)
    made = api.compare(one, other, draws=256).to_dict()
    assert [made[side]["laid"] for side in "ab"] == [[], ["overrun_factor=1.3"]]
    assert made["b"]["asked"] == "one.yaml@2025-06-01+overrun_factor=1.3"
    assert str(folder) not in str(made)


def test_page_and_api_understand_a_side_alike(folder: Path) -> None:
    view = View(Asked("one", DAY, 256), folder=folder)
    asked = dict.fromkeys(compare.ASKS, "") | {"b_programme": "two", "b_set": "equipment_unit_cost=30 USD/W  overrun_factor = 1.3"}
    page = tuple(side.asked(folder) for side in compare._sides(view, asked, True).values())
    assert page == sides_of("one@2025-06-01", "two@2025-06-01+equipment_unit_cost=30 USD/W+overrun_factor=1.3", folder)
    assert page[1].settings == {"equipment_unit_cost": "30 USD/W", "overrun_factor": "1.3"}


def test_only_the_scenarios_of_the_two_sides_are_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    monkeypatch.setattr(compare, "scenarios_of", lambda found: read.append(found.name) or ("slow",))
    _page(folder, "compare.compare", "compare", **dict.fromkeys(compare.ASKS, "") | {"b_programme": "two"})
    assert set(read) == {"one", "two"}


def test_a_comparison_is_kept_only_while_every_file_stays(folder: Path) -> None:
    def kept_under(page: str) -> str:
        app = SimpleNamespace(state=SimpleNamespace(settings=Settings(folder)))
        asked = {"type": "http", "app": app, "path_params": {"programme": "one"}, "query_string": b"b_programme=two", "headers": []}
        return question(Request(asked), PAGES[page])[1]

    pages = ("compare.compare", "compare.result", "compare.charts", "money.money")
    before = [kept_under(page) for page in pages]
    (folder / "two.yaml").write_text(SMALL.replace("24.3 bn USD", "12.1 bn USD") + "# changed\n", encoding="utf-8")
    assert [kept_under(page) == state for page, state in zip(pages, before, strict=True)] == [False, False, False, True]
