"""The cheapest supply on a site's page: asked for with a button, in both languages, its charts as files; why where there is none."""

from __future__ import annotations

import re
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.programme_files import SMALL

pytest.importorskip("scipy", reason="the plan extra is not installed")
pytest.importorskip("fastapi", reason="the web extra is not installed")

import stargauge.web.pages  # noqa: F401 - enters the pages
from stargauge import api
from stargauge.quantity.errors import InputError
from stargauge.web.asked import Asked
from stargauge.web.routes import PAGES
from stargauge.web.view import KEPT
from stargauge.web.work import Job, do

DAY = date(2026, 9, 30)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the small programme; a plan of one source, so that it takes seconds."""
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    monkeypatch.setattr(api, "power", partial(api.power, load_at="100 MW", sources=["gas-turbine"], mixes=False))
    KEPT.clear()
    return tmp_path


def page(folder: Path, name: str, path: str, language: str = "en", site: str = "north", **asks: str) -> str:
    made = do(Job("page", name, Asked("small", DAY, 256, language=language), f"/p/small/{path}", {"site": site, **asks}, folder))
    assert not made.faults, made.faults
    return made.body.decode().replace("\u00a0", " ")


def test_a_site_leads_to_its_cheapest_supply(folder: Path) -> None:
    text = page(folder, "sites.site", "sites/north")
    assert re.search(r'<a class="button" href="/p/small/sites/north/power\?[^"]*" data-long>Find the cheapest supply</a>', text)
    assert PAGES["sites.site_power"].slow


def test_it_stands_on_a_page_of_its_own_in_both_languages(folder: Path) -> None:
    said = {"en": ("What is built", "Put to the test", "5 gas turbines of 50 MW"),
            "de": ("Was gebaut wird", "Auf die Probe gestellt", "5 Gasturbinen zu 50 MW")}  # fmt: skip
    for language, words in said.items():
        text = page(folder, "sites.site_power", "sites/north/power", language)
        assert [word for word in words if word not in text] == []
        assert re.search(r'href="/p/small/sites/north/power/figures/power-worst\.csv\?', text)
        assert text.count("<h1") == 1 and text.count('id="power-typical"') == 1


def test_where_none_can_be_sized_it_says_why(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object, **__: object) -> None:
        raise InputError("nothing is expected to run")

    monkeypatch.setattr(api, "power", none)
    assert "None can be sized: nothing is expected to run" in page(folder, "sites.site_power", "sites/north/power")


def test_a_form_asks_for_load_limits_and_sources(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, object]] = []
    power = api.power

    def kept(*arguments: Any, **more: Any) -> Any:
        asked.append(more)
        return power(*arguments, **more)

    monkeypatch.setattr(api, "power", kept)
    fields = {"load": "60 MW", "emissions": "600 kg/MWh", "shortfall": "0.1 %", "sources": "gas-engine, gas-turbine", "greenfield": "1"}
    text = page(folder, "sites.site_power", "sites/north/power", **fields)
    (given,) = asked
    assert (given["load_at"], given["emissions"], given["sources"]) == ("60 MW", "600 kg/MWh", ["gas-engine", "gas-turbine"])
    assert given["shortfall"] == pytest.approx(0.001) and given["greenfield"] is True and given["draws"] == 256 and "by" not in given
    assert 'name="load" value="60 MW"' in text and 'name="greenfield" value="1" checked' in text
    assert "At most 600 kg of CO2e per MWh" in text and "Draws: 256 histories of failures, seed 0." in text
    assert 'name="emissions" value=""' in page(folder, "sites.site", "sites/north")


def test_a_tick_may_be_named_as_not_set(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, object]] = []

    def none(*_: object, **more: object) -> None:
        asked.append(more)
        raise InputError("none")

    monkeypatch.setattr(api, "power", none)
    text = page(folder, "sites.site_power", "sites/north/power", greenfield="0")
    assert asked[0]["greenfield"] is False and 'name="greenfield" value="1">' in text


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"greenfield": "perhaps"}, "expected 1 or 0"),
        ({"by": "2027-01-01"}, "Gas turbines not before"),
        ({"emissions": "50 kg/MWh"}, "any one of these would do, about, all else kept: "),
        ({"load": "much"}, "None can be sized: "),
        ({"years": "9"}, "got &#34;9&#34; years; expected 1 to 3"),
    ],
)
def test_what_cannot_be_is_said_above_the_form(folder: Path, fields: dict[str, str], told: str) -> None:
    text = page(folder, "sites.site_power", "sites/north/power", **fields)
    assert told in text and "<details open>" in text
