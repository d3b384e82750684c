"""Editing a programme file in the browser, with and without scripts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.web_folder import HOSTILE, ask, filled, flaws, told
from tests.web_server import Browser, violations

from stargauge.programme.template import starter
from stargauge.web.files import mark_of

MINE = starter("Mine")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return filled(tmp_path, evidence=False)


def send(folder: Path, text: str, act: str = "check", mark: str = "", page: str = "edit.check_or_save", **more: Any) -> Any:
    return ask(folder, page, "/p/mine/edit", body={"text": text, "act": act, "mark": mark or mark_of(MINE), **more})


def test_keys_are_completed_errors_found_and_the_result_follows_before_anything_is_saved(
    desk: tuple[str, Path], browser: Browser
) -> None:  # fmt: skip
    address, folder = desk
    with browser.page(f"{address}/p/mine/edit") as (page, seen):
        page.click("#text")
        page.evaluate("() => { const field = document.querySelector('#text'); field.setSelectionRange(0, 0); }")
        page.keyboard.press("Control+Space")
        page.wait_for_selector("#suggestions li")
        page.keyboard.press("ArrowUp")
        assert page.inner_text("#suggestions [aria-selected=true]").startswith("scenarios")
        assert violations(page) == []
        page.keyboard.press("Escape")
        page.keyboard.type("lang")
        page.wait_for_selector("#suggestions li")
        assert page.locator("#suggestions li").all_inner_texts()[0].startswith("language")
        page.keyboard.press("Tab")
        page.keyboard.press("Control+Space")
        page.wait_for_selector("#suggestions li")
        assert [one.strip() for one in page.locator("#suggestions li").all_inner_texts()] == ["en", "de"]
        page.keyboard.press("Escape")
        page.keyboard.type("klingon\n")
        page.wait_for_selector("#faults li:has-text('klingon') button.at")
        assert "language" in page.inner_text("#faults")
        assert page.locator(".gutter .wrong").all_inner_texts() == ["1"]
        page.click("#faults button.at")
        assert page.evaluate("() => document.activeElement.id") == "text"
        page.keyboard.type("en")
        page.wait_for_selector("#tried .deck")
        assert "announced" in page.inner_text("#tried .deck") and "The claims" in page.inner_text("#tried")
        assert flaws(page) == []
        page.click("#text")
        page.keyboard.type("x")
        assert page.get_by_text("Of an earlier state of the text.").is_visible()
        seen.clean()
    assert (folder / "mine.yaml").read_text(encoding="utf-8") == MINE


#: A text with a bar where the cursor stands, and what is offered there first.
OFFERED = (
    ("sites:\n  s1:\n    it_power:\n      - value: 1 GW\n        status: o|", "observed"),
    ("sites:\n  s1:\n    it_power:\n    - {value: 1 GW, st|}", "status"),
    ("parties:\n  p1:\n    commitments:\n      c1:\n        {to: s1, kind: loan,\n         st|}", "stage"),
    ("sites:\n  s1: {milestones: {operational: 2025}, pl|}", "place"),
    ("sources:\n  first: {publisher: A}\nsites:\n  s1: {it_power: {value: 1 GW, source: |}}", "first"),
    ("sites:\n  s1:\n    # note: {not open\n\n    coo|", "cooling"),
    ('about: "a: b"\nattribution:\n- x\nlan|', "language"),
    ("alternatives:\n  a:\n    o:\n      si|", "sites"),
    ("sites: # he|", ""),
    ('about: "hello: na|"', ""),
)


def test_what_fits_is_offered_where_the_cursor_stands(desk: tuple[str, Path], browser: Browser) -> None:
    with browser.page(f"{desk[0]}/p/mine/edit") as (page, seen):
        page.click("#text")
        page.keyboard.press("Control+Space")
        page.wait_for_selector("#suggestions li")
        for text, first in OFFERED:
            page.evaluate(
                """text => { const field = document.querySelector('#text'), at = text.indexOf('|');
                field.value = text.replace('|', ''); field.setSelectionRange(at, at); field.click(); }""",
                text,
            )
            page.keyboard.press("Control+Space")
            page.wait_for_timeout(50)
            shown = page.locator("#suggestions:not([hidden]) li b").all_inner_texts()
            assert (text, (shown or [""])[0]) == (text, first)
        seen.clean()


def test_it_saves_without_scripts(desk: tuple[str, Path], browser: Browser) -> None:
    address, folder = desk
    (folder / "saved.yaml").write_text("name: Saved\n", encoding="utf-8")
    with browser.page(f"{address}/p/saved/edit", scripts=False) as (page, _):
        page.fill("#text", f"name: Saved\nabout: {HOSTILE}\n")
        page.get_by_role("button", name="Check").click()
        assert "errors; nothing was run" in page.inner_text("main")
        assert (folder / "saved.yaml").read_text(encoding="utf-8") == "name: Saved\n"
        page.get_by_role("button", name="Save").click()
        assert "Saved." in page.inner_text("main") and "cannot be run" in page.inner_text("main")
        assert page.locator("main img").count() == 0
    assert (folder / "saved.yaml").read_text(encoding="utf-8") == f"name: Saved\nabout: {HOSTILE}\n"
    (folder / "saved.yaml").unlink()


def test_a_text_with_faults_is_shown_with_their_places_and_not_saved(folder: Path) -> None:
    made = send(folder, MINE.replace("price_year: 2025", "price_yeer: 2025"))
    text = made.body.decode()
    assert "price_yeer" in text and "did you mean" in text and 'data-file="mine.yaml"' in text and "/tmp" not in text
    assert (folder / "mine.yaml").read_text(encoding="utf-8") == MINE


def test_what_changed_under_the_editor_is_not_overwritten(folder: Path) -> None:
    (folder / "mine.yaml").write_text(MINE + "# by somebody else\n", encoding="utf-8")
    made = send(folder, MINE + "# mine\n", "save")
    assert made.status == 409 and b"has changed since you opened it" in made.body and b"# mine" in made.body
    assert (folder / "mine.yaml").read_text(encoding="utf-8") == MINE + "# by somebody else\n"
    assert {path.name for path in folder.iterdir()} == {"mine.yaml", "faulty.yaml"}


def test_a_saved_text_is_the_text_with_plain_line_ends(folder: Path) -> None:
    made = send(folder, (MINE + "# mine").replace("\n", "\r\n"), "save")
    assert made.status == 303
    assert (folder / "mine.yaml").read_bytes() == (MINE + "# mine\n").encode()


@pytest.mark.parametrize("file", ["../mine.yaml", "/etc/passwd", "..", "evidence/x.yaml", "faulty.yaml", "mine.yaml/../faulty.yaml"])
def test_no_other_file_can_be_read_or_written(folder: Path, file: str) -> None:
    assert "has no file" in told(ask(folder, "edit.edit", "/p/mine/edit", file=file, saved=""))
    assert "has no file" in told(send(folder, "name: x\n", "save", file=file))


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
        "x: " + "[" * 5_000,
        "!!python/object/apply:os.system [echo]\n",
        "\n".join(f"{'  ' * depth}k{depth}:" for depth in range(200)),
        "name: [\n",
        "\0",
        "a: " + "9" * 10_000,
    ],
)
def test_hostile_yaml_is_a_list_of_faults(folder: Path, text: str) -> None:
    made = send(folder, text)
    assert made.status == 200 and b'class="faults"' in made.body
    assert send(folder, text, page="edit.run").faults


def test_a_text_that_is_too_long_is_refused(folder: Path) -> None:
    assert "at most 2,000,000" in told(send(folder, "#" * 2_000_001, "save"))
    assert (folder / "mine.yaml").read_text(encoding="utf-8") == MINE


def test_the_result_of_a_text_is_that_of_the_file_once_saved(folder: Path) -> None:
    from stargauge import api
    from stargauge.report.html import environment

    text = MINE.replace("about: One", "about: Our one")
    made = send(folder, text, page="edit.run").body.decode()
    headline = api.check(folder / "mine.yaml", as_of="2026-11-01", depths=False).to_dict(explanations=False)["headline"]
    assert str(environment().from_string("{{ x }}").render(x=headline)) in made


def test_shipped_files_are_shown_and_copied_and_never_written(folder: Path) -> None:
    shown = ask(folder, "edit.edit", "/p/stargate/edit", at="stargate", file="", saved="").body.decode()
    assert "Copy into my folder" in shown and "<textarea" not in shown
    body = {"text": "name: x\n", "act": "save", "file": "programme.yaml"}
    assert "comes with Stargauge" in told(ask(folder, "edit.check_or_save", "/p/stargate/edit", at="stargate", body=body))
    made = ask(folder, "edit.copy", "/p/stargate/edit/copy", at="stargate", body={"name": "../copied"})
    assert made.headers["Location"].startswith("/p/copied/edit")
    assert (folder / "copied" / "sites.yaml").is_file()
    assert "already" in told(ask(folder, "edit.copy", "/p/stargate/edit/copy", at="stargate", body={"name": "copied"}))
    sites = ask(folder, "edit.edit", "/p/copied/edit", at="copied", file="sites.yaml", saved="").body.decode()
    assert 'name="file" value="sites.yaml"' in sites and "No error." in sites


def test_a_file_is_had_as_it_is(folder: Path) -> None:
    made = ask(folder, "edit.file", "/p/mine/file", file="")
    assert made.body == (folder / "mine.yaml").read_bytes() and 'filename="mine.yaml"' in made.headers["Content-Disposition"]
    assert "has no file" in told(ask(folder, "edit.file", "/p/mine/file", file="../mine.yaml"))


def test_the_schema_is_that_of_the_command_line(folder: Path) -> None:
    from stargauge.programme.load import json_schema

    made = ask(folder, "edit.schema", "/schema")
    assert made.media == "application/schema+json" and json.loads(made.body) == json_schema()
