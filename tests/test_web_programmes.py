"""The list of programmes, new and uploaded files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.web_folder import FAULTY, HOSTILE, ask, filled, flaws, told
from tests.web_server import Browser

from stargauge.programme.template import starter
from stargauge.quantity.errors import InputError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return filled(tmp_path, evidence=False)


def test_programmes_are_listed_begun_and_brought_without_scripts(desk: tuple[str, Path], browser: Browser) -> None:
    address, folder = desk
    with browser.page(f"{address}/", scripts=False) as (page, seen):
        rows = page.locator(".programmes tbody tr").all_inner_texts()
        assert any("Stargate" in row and "Show sizes" in row for row in rows) and any("Faulty" in row for row in rows)
        page.fill("#new-name", "Plain Campus")
        page.get_by_role("button", name="Start from the commented example").click()
        assert "Added to your folder" in page.inner_text("main") and page.url.endswith("/p/plain-campus/edit?saved=new")
        page.goto(f"{address}/")
        page.set_input_files("#new-file", {"name": "plain.yaml", "mimeType": "text/yaml", "buffer": starter("Plain").encode()})
        page.get_by_role("button", name="Upload").click()
        assert page.url.endswith("/p/plain/edit?saved=new")
        seen.clean()
    assert (folder / "Plain-Campus.yaml").read_text(encoding="utf-8") == starter("Plain Campus")
    for name in ("Plain-Campus.yaml", "plain.yaml"):
        (folder / name).unlink()


@pytest.mark.slow
def test_programmes_are_listed_begun_and_brought(desk: tuple[str, Path], browser: Browser) -> None:
    address, folder = desk
    with browser.page(f"{address}/") as (page, seen):
        assert flaws(page) == []
        rows = page.locator(".programmes tbody tr").all_inner_texts()
        assert any("Stargate" in row and "GW" in row for row in rows)
        assert any("Faulty" in row and "errors: see where" in row for row in rows)
        page.fill("#new-name", "Grower Campus")
        page.get_by_role("button", name="Start from the commented example").click()
        page.wait_for_url("**/p/grower-campus/edit?saved=new")
        assert "Added to your folder" in page.inner_text("main")
        page.go_back()
        page.set_input_files("#new-file", {"name": "brought.yaml", "mimeType": "text/yaml", "buffer": starter("Brought").encode()})
        page.get_by_role("button", name="Upload").click()
        page.wait_for_url("**/p/brought/edit?saved=new")
        seen.clean()
    assert (folder / "Grower-Campus.yaml").read_text(encoding="utf-8") == starter("Grower Campus")
    for name in ("Grower-Campus.yaml", "brought.yaml"):
        (folder / name).unlink()


@pytest.mark.parametrize("name", ["../../outside.yaml", "..\\..\\outside.yaml", "/etc/outside.yaml", ".outside.yaml", "a\0b/outside.yaml"])
def test_an_upload_stays_in_the_folder_whatever_its_name(folder: Path, name: str) -> None:
    before = set(folder.parent.rglob("*"))
    made = ask(folder, "programmes.upload", "/programmes/upload", body={"file": (name, b"name: Brought\n")})
    assert made.status == 303, told(made)
    assert {path.name for path in set(folder.parent.rglob("*")) - before} == {"outside.yaml"}
    assert (folder / "outside.yaml").read_bytes() == b"name: Brought\n"


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("mine.yaml", b"name: Other\n", "already; nothing was saved"),
        ("a.txt", b"name: Other\n", "ends in .yaml"),
        ("a.yaml", b"\xff\xfe", "not UTF-8"),
        ("a.yaml", b"other: 1\n", "names no programme"),
        ("a.yaml", b"name: x\n" + b"#" * 2_000_001, "at most 2,000,000"),
        ("...yaml", b"name: x\n", "expected letters or digits"),
        ("evidence.yaml/..", b"name: x\n", "expected letters or digits"),
    ],
)
def test_an_upload_that_cannot_be_kept_leaves_the_folder_as_it_was(folder: Path, name: str, content: bytes, why: str) -> None:
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    made = ask(folder, "programmes.upload", "/programmes/upload", body={"file": (name, content)})
    assert why in told(made)
    assert {path: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_a_file_is_replaced_only_where_that_is_said(folder: Path) -> None:
    made = ask(folder, "programmes.upload", "/programmes/upload", body={"file": ("mine.yaml", b"name: Other\n"), "replace": "yes"})
    assert made.status == 303 and (folder / "mine.yaml").read_bytes() == b"name: Other\n"


def test_a_link_out_of_the_folder_is_never_written_through(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "theirs.yaml"
    outside.write_text("name: Theirs\n")
    (folder / "theirs.yaml").symlink_to(outside)
    assert "theirs" not in ask(folder, "programmes.programmes", "/").body.decode()
    made = ask(folder, "programmes.upload", "/programmes/upload", body={"file": ("theirs.yaml", b"name: x\n"), "replace": "yes"})
    assert "a folder or a link" in told(made) and outside.read_text() == "name: Theirs\n"


@pytest.mark.parametrize("name", ["", "a\nb", "///", "  "])
def test_a_new_programme_needs_a_name(folder: Path, name: str) -> None:
    before = set(folder.iterdir())
    assert ask(folder, "programmes.new", "/programmes/new", body={"name": name}).faults
    assert set(folder.iterdir()) == before


def test_names_in_files_are_text_on_the_page(folder: Path) -> None:
    (folder / "hostile.yaml").write_text(f'name: "{HOSTILE}"\nabout: {HOSTILE}\n', encoding="utf-8")
    for page, path in (("programmes.programmes", "/"), ("programmes.row", "/p/hostile/row")):
        text = ask(folder, page, path, at="hostile").body.decode()
        assert "&lt;script&gt;" in text and "<script>document" not in text and "<img" not in text


def test_a_faulty_file_is_listed_with_its_number_of_errors(folder: Path) -> None:
    assert (folder / "faulty.yaml").read_text() == FAULTY
    assert "errors: see where" in ask(folder, "programmes.row", "/p/faulty/row", at="faulty").body.decode()


def test_only_programmes_are_replaced(folder: Path) -> None:
    (folder / "compose.yaml").write_bytes(b"services: {}\n")
    made = ask(folder, "programmes.upload", "/programmes/upload", body={"file": ("compose.yaml", b"name: Other\n"), "replace": "yes"})
    assert "no programme" in told(made)
    assert (folder / "compose.yaml").read_bytes() == b"services: {}\n"


def test_a_full_folder_takes_no_more_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stargauge.web.library.MOST_FILES", sum(1 for _ in folder.iterdir()))
    before = {path.name for path in folder.iterdir()}
    body = {"file": ("more.yaml", b"name: More\n")}
    assert "nothing was saved" in told(ask(folder, "programmes.upload", "/programmes/upload", body=body))
    assert {path.name for path in folder.iterdir()} == before


def test_a_folder_is_looked_through_once_while_nothing_comes_or_goes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from stargauge.web import library

    looks = list[Path | None]()
    own = library._own
    monkeypatch.setattr(library, "_own", lambda folder: looks.append(folder) or own(folder))
    monkeypatch.setattr(library, "LOOKED_FOR", 1e9)
    os.utime(folder, (1e9, 1e9))  # settled long ago
    first = library.shelf("mine", folder)
    (folder / "mine.yaml").write_bytes(b"name: Longer than before\n")
    assert library.shelf("mine", folder).stamp != first.stamp  # its own state is looked at each time
    assert len(looks) == 1
    (folder / "newer.yaml").write_bytes(b"name: Newer\n")
    assert library.shelf("newer", folder).own
    (folder / "newer.yaml").unlink()
    with pytest.raises(InputError, match="no programme"):
        library.shelf("newer", folder)
