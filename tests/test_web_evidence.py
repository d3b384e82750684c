"""Evidence in the browser: what it holds, captured content that cannot act, bundles that are checked and not stored."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.web_folder import HOSTILE, PAGE, ask, filled, flaws, told
from tests.web_server import Browser, violations

pytest.importorskip("cryptography", reason="signatures need the extra `evidence`")

TARGET = "/evidence/target?of=https%3A%2F%2Fgrower.example%2Fplan"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(tmp_path_factory.mktemp("evidence"))


def shown(folder: Path, page: str, **arguments: str) -> str:
    made = ask(folder, f"evidence.{page}", "/evidence", **arguments)
    assert not made.faults, told(made)
    return made.body.decode()


def checked(folder: Path, content: bytes, key: str = "", name: str = "C-1.zip") -> Any:
    return ask(folder, "evidence.verified", "/evidence/verify", body={"bundle": (name, content), "key": key})


@pytest.mark.slow
@pytest.mark.parametrize("path", [TARGET, "/evidence/entry/C-1/receipt", "/evidence/diff?a=C-1&b=C-3", "/evidence?programme=mine"])
def test_pages_are_accessible_and_fit_a_phone(desk: tuple[str, Path], browser: Browser, path: str) -> None:
    with browser.page(f"{desk[0]}{path}") as (page, seen):
        assert flaws(page) == []
        assert page.title() != "taken over"
        seen.clean()


def test_a_captured_page_is_sealed_off(desk: tuple[str, Path], browser: Browser) -> None:
    with browser.page(f"{desk[0]}/evidence?programme=mine") as (page, seen):
        assert flaws(page) == []
        seen.clean()
        page.goto(f"{desk[0]}/evidence/entry/C-1")
        assert violations(page) == []
        page.get_by_text("Show body in a sealed frame").click()
        frame = page.frame_locator("iframe.sealed")
        assert frame.locator("h1").inner_text() == "The plan"
        assert page.get_attribute("iframe.sealed", "sandbox") == ""
        assert page.title() != "taken over" and page.frames[1].evaluate("self.origin") == "null"
        assert seen.left == []


def test_a_bundle_is_checked_by_dropping_it(desk: tuple[str, Path], browser: Browser, tmp_path: Path) -> None:
    address, folder = desk
    content = ask(folder, "evidence.bundle", "/evidence/entry/C-1/bundle", entry="C-1").body
    before = sorted(folder.rglob("*"))
    drop = """bytes => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([new Uint8Array(bytes)], 'C-1.zip'));
      document.querySelector('form.drop').dispatchEvent(new DragEvent('drop', {dataTransfer, cancelable: true, bubbles: true}));
    }"""
    with browser.page(f"{address}/evidence/verify") as (page, seen):
        page.evaluate(drop, 5 * 2**20)
        assert page.get_by_role("alert").is_visible() and "command line" in page.inner_text("[role=alert]")
        page.evaluate(drop, list(content))
        page.wait_for_selector("ul.checks")
        assert "It holds: C-1" in page.inner_text("h1") and "signed by a key that you trust" in page.inner_text("ul.checks")
        assert flaws(page) == []
        seen.clean()
    assert sorted(folder.rglob("*")) == before


def test_a_captured_page_is_never_a_page_of_ours(folder: Path) -> None:
    made = ask(folder, "evidence.frame", "/evidence/entry/C-1/frame/body", entry="C-1", name="body")
    policy = made.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox;") and "default-src 'none'" in policy and "allow-" not in policy
    assert "is not shown in a frame" in told(ask(folder, "evidence.frame", "/x", entry="C-1", name="../body"))


@pytest.mark.parametrize(
    "text",
    [
        "<link rel=preconnect href=//x>", "<li<link>nk rel=preconnect>", "<META http-equiv=refresh>", "<base href=//x>",
        "a<script>x()</script>b", "a<scr<script></script>ipt>x()", "a<SCRIPT>x()",
    ],
)  # fmt: skip
def test_nothing_that_acts_is_left_of_a_captured_page(text: str) -> None:
    from stargauge.web.pages.evidence import inert

    assert not re.search(r"<(script|link|meta|base)\b", inert(text), re.IGNORECASE)
    assert inert("<p>a</p><script>x()</script><p>b</p>") == "<p>a</p><p>b</p>"
    # letters that grow when made small move no offset
    assert inert(f"{'İ' * 40}<p>a</p><SCRIPT src=x>x()</Script ><p>b</p>") == f"{'İ' * 40}<p>a</p><p>b</p>"


def test_captured_words_are_text_on_every_page(folder: Path) -> None:
    pages = [
        shown(folder, "evidence", programme="", start=""), shown(folder, "target", of=PAGE), shown(folder, "entry", entry="C-1"),
        shown(folder, "diff", a="C-1", b="C-3"), shown(folder, "receipt", entry="C-1"),
    ]  # fmt: skip
    assert any("&lt;script&gt;" in page for page in pages)
    assert all("<script>document" not in page and "onerror=alert(1)>" not in page for page in pages)
    assert HOSTILE not in "".join(pages)


def test_a_target_tells_its_states_controls_and_captures(folder: Path) -> None:
    text = shown(folder, "target", of=PAGE)
    assert "control: ok" in text and "https://grower.example/other" in text and "Not found, not enough to say more" in text
    assert "/evidence/diff?a=C-1&amp;b=C-3" in text and "C-3" in text and "O-4" in text
    diff = shown(folder, "diff", a="C-1", b="C-3")
    assert "<del>" in diff and "800 MW by 2027" in diff and "A new line" in diff
    assert "holds no text to compare" in told(ask(folder, "evidence.diff", "/evidence/diff", a="K-0", b="C-1"))


def test_a_programme_shows_what_it_has_no_capture_of(folder: Path) -> None:
    text = shown(folder, "evidence", programme="mine", start="")
    assert "Not shown: no capture" in text and "It cites no capture" in text
    (folder / "citing.yaml").write_text((folder / "mine.yaml").read_text().replace("grade: A}", "grade: A, capture: C-1}", 1))
    text = shown(folder, "evidence", programme="citing", start="")
    assert '<a href="/evidence/entry/C-1">C-1</a>' in text and "Captured 2026-06-01" in text
    assert 'did you mean "mine"' in told(ask(folder, "evidence.evidence", "/evidence", programme="mina", start=""))


def test_without_a_folder_the_page_says_how_to_make_one(tmp_path: Path) -> None:
    made = ask(tmp_path, "evidence.evidence", "/evidence", programme="stargate", start="")
    assert b"stargauge evidence init" in made.body and b"Not shown: no capture" in made.body
    assert "shows no evidence folder" in told(ask(tmp_path, "evidence.entry", "/evidence/entry/C-1", entry="C-1"))


def test_an_altered_bundle_does_not_hold(folder: Path) -> None:
    content = ask(folder, "evidence.bundle", "/x", entry="C-1").body
    assert b"It holds: C-1" in checked(folder, content).body
    altered = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(altered, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"The plan", b"The plot") if name.endswith("/text") else old.read(name))
    made = checked(folder, altered.getvalue())
    assert made.status == 400 and b"It does not hold" in made.body and b"was altered" in made.body


def test_with_another_key_it_does_not_hold_and_without_any_that_is_said(folder: Path, tmp_path: Path) -> None:
    content = ask(folder, "evidence.bundle", "/x", entry="C-1").body
    other = filled(tmp_path)
    assert b"It does not hold" in checked(other, content).body
    (tmp_path / "none").mkdir()
    assert b"the key came with the file" in checked(tmp_path / "none", content).body


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04" + b"\0" * 100, b"\xff" * 1000])
def test_what_is_no_bundle_is_told(folder: Path, content: bytes) -> None:
    made = checked(folder, content, name=f"{HOSTILE}.zip")
    assert made.status == 400 and b"no bundle of evidence" in made.body and b"<img src" not in made.body


def test_a_key_that_is_none_is_told(folder: Path) -> None:
    content = ask(folder, "evidence.bundle", "/x", entry="C-1").body
    made = checked(folder, content, key="no key <b>")
    assert made.status == 400 and b"&lt;b&gt;" in made.body


def test_a_bundle_that_unpacks_to_too_much_is_refused_unread(folder: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bundle.json", b"\0" * (33 * 2**20))
    assert len(held.getvalue()) < 4 * 2**20
    assert b"are checked: stargauge evidence verify" in checked(folder, held.getvalue()).body


def test_a_bundle_too_large_for_a_form_is_sent_to_the_command_line(desk: tuple[str, Path]) -> None:
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    with pytest.raises(HTTPError) as refused:
        urlopen(Request(f"{desk[0]}/evidence/verify", b"", {"Content-Length": str(5 * 2**20)}, method="POST"))
    assert refused.value.code == 413 and b"stargauge evidence verify FILE" in refused.value.read()
