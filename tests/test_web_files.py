"""Files written by pages: each whole or not at all, with its rights, and never one over the other."""

from __future__ import annotations

import os
import stat
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from tests.web_folder import ask, filled, told

from stargauge.quantity.errors import InputError
from stargauge.web import files


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def mask() -> Any:
    """A mask of the user that lets nobody else read."""
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.mark.skipif(os.name == "nt", reason="rights of this kind")
def test_a_saved_file_keeps_its_rights_and_a_new_one_has_those_of_the_user(tmp_path: Path, mask: None) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("name: a\n", encoding="utf-8")
    for mode in (0o600, 0o640):
        path.chmod(mode)
        files.save(path, f"name: {mode}\n", files.mark_of(files.text_of(path)))
        assert rights(path) == mode
    files.create(tmp_path, "mine.yaml", b"name: b\n", instead=True)
    assert rights(path) == 0o640
    assert rights(files.create(tmp_path, "new.yaml", b"name: b\n")) == 0o600
    made = files.create_folder(tmp_path / "folder", {"programme.yaml": b"name: b\n"})
    assert (rights(made), rights(made / "programme.yaml")) == (0o700, 0o600)


def test_where_one_file_cannot_take_its_place_every_file_is_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [tmp_path / name for name in ("a.yaml", "b.yaml")]
    for path in paths:
        path.write_text(f"name: {path.stem}\n", encoding="utf-8")
    replace = os.replace

    def refuses(source: Path, target: Path) -> None:
        if Path(target).name == "b.yaml":
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuses)
    with pytest.raises(InputError, match="No space left"):
        files.save_all(dict.fromkeys(paths, "name: other\n"))
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == {"a.yaml": "name: a\n", "b.yaml": "name: b\n"}


def test_of_two_that_save_at_once_one_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("fcntl", reason="folders are locked so only there")
    path = tmp_path / "mine.yaml"
    path.write_text("name: a\n", encoding="utf-8")
    mark, mark_of, told_of = files.mark_of("name: a\n"), files.mark_of, list[str]()

    def slow(text: str) -> str:
        made = mark_of(text)
        time.sleep(0.05)  # between look and save, where the other one could come in
        return made

    def save(text: str) -> None:
        try:
            files.save(path, text, mark)
        except InputError as error:
            told_of.append(str(error))

    monkeypatch.setattr(files, "mark_of", slow)
    both = [threading.Thread(target=save, args=(f"name: {number}\n",)) for number in range(4)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(told_of) == 3 and all("has changed since you opened it" in text for text in told_of)
    assert [one.name for one in tmp_path.iterdir()] == ["mine.yaml"]


def test_a_file_changed_while_an_article_was_put_in_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("name: theirs\n", encoding="utf-8")
    with pytest.raises(InputError, match="has changed since"):
        files.save_all({path: "name: ours\n"}, {path: files.mark_of("name: before\n")})
    assert path.read_text(encoding="utf-8") == "name: theirs\n"


def test_a_new_file_stands_where_there_are_no_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(source: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", none)
    assert files.create(tmp_path, "new.yaml", b"name: a\n").read_bytes() == b"name: a\n"
    with pytest.raises(InputError, match="already; nothing was saved"):
        files.create(tmp_path, "new.yaml", b"name: b\n")
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == {"new.yaml": b"name: a\n"}


def test_only_programmes_are_replaced(tmp_path: Path) -> None:
    folder = filled(tmp_path, evidence=False)
    other = folder / "compose.yaml"
    other.write_text("services: {}\n", encoding="utf-8")
    body = {"file": ("compose.yaml", b"name: Mine\n"), "replace": "yes"}
    assert "no programme, so it is not replaced" in told(ask(folder, "programmes.upload", "/programmes/upload", body=body))
    assert other.read_text(encoding="utf-8") == "services: {}\n"


def test_a_full_folder_takes_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stargauge.web.library.MOST_FILES", 2)
    folder = filled(tmp_path, evidence=False)
    with pytest.raises(InputError, match="holds 2 files already"):
        files.create(folder, "third.yaml", b"name: Third\n")
    with pytest.raises(InputError, match="holds 2 files already"):
        files.create_folder(folder / "third", {"programme.yaml": b"name: Third\n"})
    assert files.create(folder, "mine.yaml", b"name: Mine\n", instead=True).read_bytes() == b"name: Mine\n"
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize("language", ["en", "de"])
def test_who_writes_in_a_language_goes_on_in_it(tmp_path: Path, language: str) -> None:
    folder = filled(tmp_path, evidence=False)
    text = (folder / "mine.yaml").read_text(encoding="utf-8")
    made = [
        ask(folder, "edit.copy", "/p/stargate/edit/copy", at="stargate", body={"name": "copied"}, language=language),
        ask(folder, "programmes.new", "/programmes/new", body={"name": "New"}, language=language),
        ask(folder, "edit.check_or_save", "/p/mine/edit", language=language,
            body={"text": f"{text}# mine\n", "act": "save", "mark": files.mark_of(text)}),
    ]  # fmt: skip
    assert [one.status for one in made] == [303, 303, 303], [told(one) for one in made]
    assert {one.headers["Location"].endswith("&lang=de") for one in made} == {language == "de"}
    page = ask(folder, "programmes.programmes", "/", language=language).body.decode()
    assert ('action="/programmes/new?lang=de"' in page, 'href="/evidence?lang=de"' in page) == (language == "de",) * 2


def test_a_claim_that_there_is_not_is_told_alike_wherever_it_is_asked_for(tmp_path: Path) -> None:
    from stargauge import api

    folder = filled(tmp_path, evidence=False)
    page = ask(folder, "claims.claim", "/p/mine/claims/powre", claim="powre")
    with pytest.raises(InputError) as exported:
        api.export("csv", folder / "mine.yaml", claim="powre")
    assert told(page) == str(exported.value) and 'there is no claim "powre"' in told(page)


def test_an_export_is_sent_as_what_it_is(tmp_path: Path) -> None:
    from stargauge import api

    folder = filled(tmp_path, evidence=False)
    claim = next(iter(api.load(folder / "mine.yaml").claims))
    asked = {"claim": claim, "publisher": "", "url": "", "publisher_url": "", "forecasts": ""}
    made = ask(folder, "claims.export", f"/p/mine/claims/{claim}/export/csv", form="csv", **asked)
    assert made.media == "text/csv; charset=utf-8" and list(made.headers) == ["Content-Disposition"], told(made)


def test_numbers_of_a_figure_are_no_formulas() -> None:
    from stargauge.report.drawing.drawing import csv_text

    rows = [["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3"], ["-3.2", "+5 %", "-1,234.5", "-2.1 GW"], ["–", "a = b", "", "'x"]]
    assert csv_text({"head": ["=h", "b", "c", "d"], "rows": rows}).splitlines() == [
        "'=h,b,c,d", "'=1+1,'+cmd|' /C calc'!A0,'@SUM(A1),'-2+3", '-3.2,+5 %,"-1,234.5",-2.1 GW', "–,a = b,,'x",
    ]  # fmt: skip
