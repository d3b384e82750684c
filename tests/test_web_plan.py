"""The plan of a programme in the browser and under the API: a form, the answer when asked for, the plan as a file, faults in words."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from tests.plan_answer import impossible_answer, plan_answer
from tests.programme_files import SMALL

pytest.importorskip("fastapi", reason="the web extra is not installed")

import stargauge.web.pages  # noqa: F401 - enters the pages
from stargauge import api
from stargauge.quantity.errors import Fault, InputError
from stargauge.report.plan.plan_words import sentence
from stargauge.web.asked import Asked
from stargauge.web.plan_asked import LIMITS, asked_plan, command, of_api, parameters_of
from stargauge.web.routes import PAGES, arguments_of
from stargauge.web.view import KEPT, View
from stargauge.web.work import Job, Made, do

DAY = date(2026, 9, 30)
FIELDS = {
    "amount": "7 GW",
    "by": "2030-12-31",
    "probability": "90 %",
    "goal": "cost",
    "money": "300 bn USD",
    "use-grid": "1",
    "use-bridge": "1",
}


@dataclass
class Answer:
    """What `api.plan` gives, with data made by hand: planning itself takes a minute, and is tested with the command."""

    data: dict[str, Any] = field(default_factory=plan_answer)

    @property
    def overlay(self) -> dict[str, Any] | None:
        return self.data["overlay"] if self.data["status"] == "planned" else None

    def to_dict(self) -> dict[str, Any]:
        return self.data

    def text(self, command: str = "") -> str:
        return f"# made by: {command}\nsources: {{}}\n"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was asked of `api.plan`, which answers with a plan made by hand."""
    made: list[dict[str, Any]] = []

    def plan(_: Any, **more: Any) -> Answer:
        made.append(more)
        return Answer()

    monkeypatch.setattr(api, "plan", plan, raising=False)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    KEPT.clear()
    return tmp_path


def made(folder: Path, name: str, language: str = "en", **asks: str) -> Made:
    path = {"plan": "plan", "answer": "plan/answer", "file": "plan/file"}[name]
    taken = arguments_of(PAGES[f"plan.{name}"], {}, asks)
    return do(Job("page", f"plan.{name}", Asked("small", DAY, 512, language=language), f"/p/small/{path}", taken, folder))


def page(folder: Path, name: str, language: str = "en", **asks: str) -> str:
    found = made(folder, name, language, **asks)
    assert not found.faults, found.faults
    return found.body.decode().replace("\u00a0", " ")


# -- the form ------------------------------------------------------------------------------------------------------------------------


def test_the_form_comes_at_once_and_asks_when_told_to(folder: Path, asked: list[dict[str, Any]]) -> None:
    text = page(folder, "plan")
    assert '<form class="fields" method="get" action="/p/small/plan/answer" data-long>' in text and "data-now" not in text
    assert '<a href="/p/small/plan?as_of=2026-09-30&amp;draws=512" aria-current="page">Plan</a>' in text
    assert asked == [] and not PAGES["plan.plan"].slow and PAGES["plan.answer"].slow and PAGES["plan.file"].slow
    assert len(re.findall(r'<input type="checkbox" name="use-', text)) == 8 and " checked" not in text


def test_an_address_that_asks_something_fills_the_form_and_asks_at_once(folder: Path, asked: list[dict[str, Any]]) -> None:
    text = page(folder, "plan", **FIELDS)
    assert 'name="amount" value="7 GW"' in text and 'name="use-grid" value="1" checked' in text and 'name="use-stated" value="1">' in text
    assert "amount=7+GW&amp;by=2030-12-31" in text and "data-long data-now>Find the plan as asked" in text


def test_a_form_is_what_python_is_asked() -> None:
    assert asked_plan(FIELDS) == {"target": "7 GW by 2030-12-31", "probability": "90 %", "goal": "cost", "money": ["300 bn USD"],
                                  "powers": ["grid", "bridge"]}  # fmt: skip
    assert asked_plan({"amount": " ", "goal": "wait", "use-grid": "0"}) == {"goal": "wait"}
    assert asked_plan({"by": "2030-12-31", "goal": "capacity"}) == {"goal": "capacity", "target": "by 2030-12-31"}
    for half in ({"amount": "7 GW"}, {"by": "2030-12-31"}):
        with pytest.raises(InputError, match="needs"):
            asked_plan(half)


def test_the_form_asks_all_that_the_command_line_does(folder: Path) -> None:
    """Each of its fields has a place, what was asked is kept in it, and the same goes to Python and to the command."""
    limits = {name: f"{name}-1; SITE={name}-2;" for name in LIMITS}
    asks = {**FIELDS, **limits, "means": "committed", "start_from": "2027-03-01", "chips": "gb300-nvl72, vr-nvl72", "no_further": "1"}
    made = asked_plan(asks)
    assert {name: made[name] for name in LIMITS} == {name: [f"{name}-1", f"SITE={name}-2"] for name in LIMITS}
    assert made["means"] == "committed" and made["chips"] == ["gb300-nvl72", "vr-nvl72"] and made["further"] is False
    text = command(View(Asked("small", DAY)), made)
    given = ["--means committed", "--start-from 2027-03-01", "--chips gb300-nvl72,vr-nvl72", "--no-further", "--powers grid,bridge"]
    given += [f"--{name} SITE={name}-2" for name in LIMITS]
    assert [one for one in given if one not in text] == []
    shown = page(folder, "plan", **{**asks, "means": "cash"})
    assert [name for name in limits if f'name="{name}" value="{name}-1; SITE={name}-2;"' not in shown] == []
    assert "<details open><summary>More limits" in shown and '<option value="cash" selected>its cash' in shown
    assert 'name="no_further" value="1" checked' in shown and 'name="start_from" value="2027-03-01"' in shown
    assert "<details><summary>More limits" in page(folder, "plan") and "further" not in asked_plan(FIELDS)
    taken = {"target", "claim", "probability", "goal", "means", "carbon_price", "powers", "chips", "further", "start_from", *LIMITS}
    assert {*asked_plan({**asks, "claim": "a", "carbon_price": "1 USD/t"})} == taken


# -- the answer ----------------------------------------------------------------------------------------------------------------------


def test_the_answer_stands_on_a_page_of_its_own_in_both_languages(folder: Path, asked: list[dict[str, Any]]) -> None:
    for language, words in {
        "en": ("Buildings over time", sentence(plan_answer())),
        "de": ("Gebäude über die Zeit", "Was warten kann"),
    }.items():
        text = page(folder, "answer", language, **FIELDS)
        assert [word for word in words if word not in text] == []
        assert text.count("<h1") == 1 and text.count('id="plan-gantt"') == 1
        assert re.search(r'href="/p/small/plan/answer/figures/plan-gantt\.csv\?[^"]*amount=7', text)
        assert re.search(r'href="/p/small/plan/file\?[^"]*amount=7\+GW[^"]*" download', text)
    assert asked[0]["target"] == "7 GW by 2030-12-31" and asked[0]["powers"] == ["grid", "bridge"]
    assert (asked[0]["as_of"], asked[0]["draws"], asked[0]["seed"]) == (DAY, 512, 0)


def test_figures_are_files(folder: Path, asked: list[dict[str, Any]]) -> None:
    for figure in ("plan-gantt", "plan-capacity", "plan-frontier", "plan-money"):
        for ending, start in (("csv", b""), ("svg", b"<svg")):
            taken = arguments_of(PAGES["plan.answer"], {}, FIELDS)
            found = do(
                Job("figure", "plan.answer", Asked("small", DAY, 512), "/p/small/plan/answer", taken, folder, figure=figure, ending=ending)
            )
            assert not found.faults and found.body.startswith(start) and len(found.body) > 100, (figure, ending)


def test_where_nothing_can_be_had_the_page_says_why(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "plan", lambda *_, **__: Answer(impossible_answer()), raising=False)
    text = page(folder, "answer")
    assert "cannot be kept together" in text and "What would do if it gave way" in text and "plan/file" not in text


def test_faults_are_told_without_the_dashes_of_options(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(*_: Any, **__: Any) -> None:
        raise InputError(
            [Fault("got 120 %; expected 1 % to 99 %, see --with-probability", "with-probability"), Fault("no power sun", "powers")]
        )

    monkeypatch.setattr(api, "plan", faulty, raising=False)
    text = page(folder, "answer", probability="120 %")
    assert 'role="alert"' in text and "<details open>" in text and "see with-probability" in text and "No power sun" in text
    assert 'name="probability" value="120 %"' in text and "--" not in re.sub(r"<[^>]+>", "", text)
    assert "An amount needs the day by which it is asked" in page(folder, "answer", amount="7 GW")


def test_the_plan_is_a_file_with_the_command_that_makes_it(folder: Path, asked: list[dict[str, Any]]) -> None:
    found = made(folder, "file", **FIELDS)
    assert found.media.startswith("application/yaml") and found.headers["Content-Disposition"] == 'attachment; filename="small-plan.yaml"'
    assert found.body.decode().startswith(
        "# made by: stargauge plan small --as-of 2026-09-30 --draws 512 --seed 0 --target '7 GW by 2030-12-31' --with-probability '90 %' "
        "--goal cost --money '300 bn USD' --powers grid,bridge\n"
    )


def test_there_is_no_file_of_a_plan_that_there_is_not(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "plan", lambda *_, **__: Answer(impossible_answer()), raising=False)
    assert "there is no plan to save" in made(folder, "file").faults[0].message


def test_the_command_is_that_of_the_page() -> None:
    view = View(Asked("small", DAY, scenario="late", laid=("overrun_factor=1.2",)))
    assert command(view, {"claim": "a/b"}) == (
        "stargauge plan small --as-of 2026-09-30 --draws 1024 --seed 0 --scenario late --set overrun_factor=1.2 --claim a/b"
    )


def test_page_file_and_api_say_what_python_says(folder: Path) -> None:
    pytest.importorskip("stargauge.api.plan", reason="the function that plans is not there")
    pytest.importorskip("highspy", reason="the plan extra is not installed")
    asks = {"amount": "150 MW", "by": "2030-06-30", "use-grid": "1"}
    said = api.plan(folder / "small.yaml", target="150 MW by 2030-06-30", goal="cost", powers=["grid"], as_of=DAY, draws=512).to_dict()
    text = page(folder, "answer", goal="cost", **asks)
    assert sentence(said) in unescape(text) and "Capacity against time" in text
    found = answered(folder, target=("150 MW by 2030-06-30",), power=("grid",))
    assert json.loads(found.body) == json.loads(json.dumps(said))
    if said["overlay"]:
        assert made(folder, "file", goal="cost", **asks).body.decode().startswith("# A plan for Small")


# -- the API -------------------------------------------------------------------------------------------------------------------------

#: Every parameter of the API as it stands where it is left out.
NOTHING: dict[str, Any] = {
    **dict.fromkeys(("target", "claim", "power", "chip", *LIMITS), ()),
    "probability": None, "goal": "cost", "means": None, "carbon_price": None, "further": True, "start_from": None, "worlds": 50,
}  # fmt: skip


def answered(folder: Path, **parameters: Any) -> Made:
    return do(Job("answer", "plan", Asked("small", DAY, 512), arguments={**NOTHING, **parameters}, folder=folder))


def test_the_api_gives_what_the_command_prints(folder: Path, asked: list[dict[str, Any]]) -> None:
    found = answered(folder, target=("7 GW by 2030-12-31",), power=("grid",), pool=("transformers=2 GW/yr",), worlds=20)
    assert json.loads(found.body) == json.loads(json.dumps(plan_answer()))
    assert asked[0]["target"] == ["7 GW by 2030-12-31"] and asked[0]["powers"] == ["grid"] and asked[0]["money"] is None
    assert asked[0]["pool"] == ["transformers=2 GW/yr"] and asked[0]["worlds"] == 20 and "power" not in asked[0]


def test_wrong_values_are_told_at_their_parameters(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(*_: Any, **__: Any) -> None:
        raise InputError([Fault("no power sun", "powers"), Fault("got 0", "with-probability"), Fault("too soon", "--start-from")])

    monkeypatch.setattr(api, "plan", faulty, raising=False)
    found = answered(folder, power=("sun",))
    assert found.status == 422
    assert [(one.path, one.message) for one in found.faults] == [
        ("power", "no power sun"),
        ("probability", "got 0"),
        ("start_from", "too soon"),
    ]


def test_a_claim_that_there_is_not_is_not_found(folder: Path, asked: list[dict[str, Any]]) -> None:
    found = answered(folder, claim=("first-hal",))
    assert found.status == 404 and "first-hall" in found.faults[0].message and asked == []


def test_faults_of_a_file_stay_what_they_are() -> None:
    assert parameters_of(InputError([Fault("wrong", "sites.north", "small.yaml", 3, 1)]))[0].line == 3


def test_the_api_asks_everything_that_python_takes() -> None:
    others = {"target", "claim", "probability", "goal", "means", "carbon_price", "powers", "chips", "further", "start_from", "worlds"}
    assert {*of_api(NOTHING)} == {*others, *LIMITS}
