"""An article in the browser: read, decided, written into a programme file, whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.web_folder import HOSTILE, ask, filled, flaws
from tests.web_server import Browser, violations

from stargauge import api
from stargauge.programme.insertion import with_entries
from stargauge.programme.load import SHIPPED
from stargauge.quantity.errors import InputError

ARTICLE = f"""Plans of the grower

"We will invest 100 billion dollars in the campus by the end of 2029," said Ada Grower, chief executive of Grower Company. {HOSTILE}

The company said it expects 1.2 gigawatts to be running by mid-2026. About 5,000 jobs would be created.
"""
GIVEN = {"text": ARTICLE, "publisher": "Grower Gazette", "title": "Plans", "published": "2025-03-10", "url": "https://grower.example/plans"}
FIRST, SECOND = "d001-grower", "d002-company"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return filled(tmp_path, evidence=False)


def send(folder: Path, act: str, **more: str) -> Any:
    return ask(folder, "reading.read", "/reading", body={**GIVEN, "act": act, **more})


def state(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_an_article_is_read_confirmed_and_written(desk: tuple[str, Path], browser: Browser) -> None:
    address, folder = desk
    with browser.page(f"{address}/reading") as (page, seen):
        assert violations(page) == []
        page.fill("#article", ARTICLE)
        page.fill("#publisher", "Grower Gazette")
        page.fill("#published", "2025-03-10")
        page.get_by_role("button", name="Read", exact=True).click()
        page.wait_for_selector("fieldset.draft")
        assert "100 billion dollars" in page.inner_text(".article mark >> nth=0")
        assert flaws(page) == []
        page.check(f"[name='{FIRST}.step'][value=accept]")
        page.check(f"[name='{SECOND}.step'][value=reject]")
        page.fill("#name", "Read here.yaml")
        page.get_by_role("button", name="Write", exact=True).click()
        page.wait_for_url("**/p/read-here/edit?saved=new")
        assert "No error." in page.inner_text("#faults")
        seen.clean()
    made = yaml.safe_load((folder / "Read-here.yaml").read_text(encoding="utf-8"))
    assert list(made["claims"]) == [FIRST] and SECOND not in made["drafts"] and made["claims"][FIRST]["speaker"] == "Ada Grower"
    (folder / "Read-here.yaml").unlink()


def test_what_is_read_is_text_on_the_page(folder: Path) -> None:
    text = send(folder, "read").body.decode()
    assert "<mark>We will invest 100 billion dollars" in text and "&lt;script&gt;document" in text
    assert "<script>document" not in text and "<img src=x" not in text


def test_into_a_programme_with_its_comments_as_they_are(folder: Path) -> None:
    before = (folder / "mine.yaml").read_text(encoding="utf-8")
    made = send(folder, "write", into="mine", **{f"{FIRST}.step": "accept", f"{FIRST}.says": "It invests 100 bn by 2029"})
    assert made.status == 303, made.body.decode()
    after = (folder / "mine.yaml").read_text(encoding="utf-8")
    assert all(line in after.splitlines() for line in before.splitlines())
    programme = api.load(folder / "mine.yaml")
    claim = programme.claims[FIRST]
    assert (claim.says, claim.source) == ("It invests 100 bn by 2029", "grower-gazette-2025-03")
    assert programme.sources["grower-gazette-2025-03"].url == "https://grower.example/plans"
    assert SECOND in programme.drafts and FIRST not in programme.drafts
    again = send(folder, "write", into="mine", **{f"{FIRST}.step": "accept"})
    assert again.status == 303
    assert {FIRST, f"{FIRST}-2"} <= set(api.load(folder / "mine.yaml").claims)


def test_into_the_files_of_a_folder(folder: Path) -> None:
    from shutil import copytree

    from stargauge.programme.load import shipped

    copytree(shipped()["stargate"], folder / "own")
    assert send(folder, "write", into="own", **{f"{FIRST}.step": "accept"}).status == 303
    assert FIRST in (folder / "own" / "claims.yaml").read_text(encoding="utf-8")
    made = api.load(folder / "own")
    assert FIRST in made.claims and SECOND in made.drafts and "grower-gazette-2025-03" in made.sources


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"into": "stargate"}, "no programme"),
        ({"into": "../mine"}, "no programme"),
        ({"name": "mine.yaml"}, "already; nothing was saved"),
        ({"into": "mine", "published": ""} | {f"{FIRST}.step": "accept"}, "needs the day"),
        ({"into": "mine", f"{FIRST}.step": "accept", f"{FIRST}.reading0": "jobs of all kinds"}, "Nothing was written"),
        ({"into": "mine", f"{FIRST}.step": "accept", f"{FIRST}.reading0": "no_such_thing >= 1 by 2029"}, "more errors than before"),
        (
            {"into": "mine", **{f"d00{n}-{who}.step": "reject" for n, who in ((1, "grower"), (2, "company"), (3, "text"))}},
            "nothing to write",
        ),
    ],
)
def test_what_cannot_be_written_leaves_every_file_as_it_was(folder: Path, more: dict[str, str], why: str) -> None:
    before = state(folder)
    made = send(folder, "write", **more)
    assert made.status == 400 and why in made.body.decode()
    assert state(folder) == before


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"text": " \n"}, "the text is empty"), ({"text": "a" * 60_001}, "at most 60,000"), ({"language": "tlh"}, "got the language"),
        ({"published": "soon"}, "expected a day"), ({"text": "It will invest 100 billion dollars by 2029. " * 201}, "201 statements"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_and_kept_in_the_form(folder: Path, more: dict[str, str], why: str) -> None:
    text = send(folder, "read", **more).body.decode()
    assert why in text and 'value="Grower Gazette"' in text


def test_a_page_is_read_as_its_text(folder: Path) -> None:
    text = send(folder, "read", text=f"<!doctype html><body><p>{ARTICLE}</p><script>x()</script>").body.decode()
    assert "x()" not in text and "<mark>" in text and 'name="blocks" value="yes"' in text


# --- putting entries into a text -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("name: A\n", "name: A\n\nclaims:\n  new:\n    says: b\n"),
        ("name: A\n# end\n\n", "name: A\n# end\n\nclaims:\n  new:\n    says: b\n"),
        ("claims:\nname: A\n", "claims:\n  new:\n    says: b\nname: A\n"),
        ("claims:\n    old: {says: a}  # ours\n\n# next\nname: A\n",
         "claims:\n    old: {says: a}  # ours\n    new:\n      says: b\n\n# next\nname: A\n"),
        ("name: A\nclaims:\n  old:\n    says: |\n      a\n\n      b\n# end\n",
         "name: A\nclaims:\n  old:\n    says: |\n      a\n\n      b\n  new:\n    says: b\n# end\n"),
    ],
)  # fmt: skip
def test_an_entry_is_added_at_the_end_of_its_section(text: str, wanted: str) -> None:
    assert with_entries(text, "claims", {"new": {"says": "b"}}) == wanted


@pytest.mark.parametrize("path", sorted(path for path in SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
@pytest.mark.parametrize("section", ["sources", "sites", "drafts"])
def test_every_line_of_a_shipped_file_stays_in_its_order(path: Path, section: str) -> None:
    before = path.read_text(encoding="utf-8")
    after = with_entries(before, section, {"new": {"title": "a: b # c", "lines": "x\n\ny"}})
    left = iter(after.splitlines())
    assert all(line in left for line in before.splitlines())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("claims: {old: {says: a}}\n", "within braces"), ("claims: {}\n", "within braces"), ("claims:\n  new: {says: a}\n", "already"),
        ("claims: [a]\n", "entries by id"), ("claims:\n  old: {says: a\n", "not readable"),
    ],
)  # fmt: skip
def test_an_entry_is_not_added_where_the_text_would_change(text: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        with_entries(text, "claims", {"new": {"says": "b"}})
