"""Proof for a third party: a bundle made from a folder of evidence is checked without it; what was altered, left out or forged shows."""

from __future__ import annotations

import io
import os
import shlex
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.stamping_authority import Authority

from stargauge.evidence import bundle as bundles
from stargauge.evidence import stamping
from stargauge.evidence.bundle import Bundle
from stargauge.evidence.log.note import Signer, Verifier
from stargauge.evidence.proving import check
from stargauge.evidence.workspace import Workspace
from stargauge.quantity.errors import InputError
from stargauge.report.evidence.receipt import receipt, render_html, render_text, words_of_receipt

pytest.importorskip("cryptography")

PAGE = b"<p>The orchard will bear 100 pears.</p>"
URL = "https://orchard.example/pears"
ABOUT = {"method": "web", "status": 200, "final_url": URL, "source_terms": "web"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Workspace.init(tmp_path / "evidence", name="orchard.example/desk") as made:
        made.add("capture", URL, ABOUT, {"body": PAGE, "text": b"The orchard will bear 100 pears."})
        for number in range(6):
            made.add("observation", URL, {"outcome": "ok", "round": number})
    return tmp_path / "evidence"


def made_bundle(folder: Path, *indices: int, later: tuple[int, ...] = ()) -> Bundle:
    with Workspace.open(folder) as workspace:
        return stamping.bundle_of(workspace, indices or (1,), later)


def keys_of(folder: Path) -> list[Verifier]:
    with Workspace.open(folder, write=False) as workspace:
        return workspace.verifiers()


def test_a_bundle_shows_what_was_captured_without_the_folder(folder: Path) -> None:
    raw, keys = bundles.packed(made_bundle(folder)), keys_of(folder)
    shutil.rmtree(folder)
    shown = check(bundles.opened(raw), keys)
    (one,) = shown.entries
    assert (one.id, one.target, one.about) == ("C-1", URL, ABOUT)
    assert one.contents["body"].read() == PAGE and shown.checkpoint.size == 8 and not shown.doubts and not one.stamps


def test_the_same_bundle_has_the_same_bytes(folder: Path) -> None:
    assert bundles.packed(made_bundle(folder)) == bundles.packed(made_bundle(folder))


def test_with_its_own_key_alone_it_says_so(folder: Path) -> None:
    shown = check(bundles.opened(bundles.packed(made_bundle(folder))))
    assert shown.own_key and "compare it" in shown.doubts[0]


def test_a_foreign_key_is_refused(folder: Path) -> None:
    foreign = Signer.new("orchard.example/desk").verifier
    with pytest.raises(InputError, match="expected a signature by a known key"):
        check(made_bundle(folder), [foreign])


def test_an_old_key_is_followed_to_the_new_one(folder: Path) -> None:
    old = keys_of(folder)
    with Workspace.open(folder) as workspace:
        workspace.rotate_key()
        workspace.add("observation", URL, {"outcome": "ok"})
        workspace.rotate_key()
        workspace.add("observation", URL, {"outcome": "ok"})
    raw = bundles.packed(made_bundle(folder))
    shown = check(bundles.opened(raw), old)
    assert shown.signers == (keys_of(folder)[-1],) and not shown.doubts
    made = bundles.opened(raw)
    forged = replace(made, changes=(replace(made.changes[0], growth=made.changes[1].growth), made.changes[1]))
    with pytest.raises(InputError, match="cannot be followed"):
        check(forged, old)


def changed(bundle: Bundle, **parts: Any) -> Bundle:
    return replace(bundle, entries=(replace(bundle.entries[0], **parts), *bundle.entries[1:]))


def test_everything_that_was_altered_is_told_at_once(folder: Path) -> None:
    made, keys = made_bundle(folder), keys_of(folder)
    first = made.entries[0]
    body = replace(first.contents["body"], held=PAGE.replace(b"100", b"900"))
    wrong = changed(made, target="https://other.example", about={"status": 404}, contents={**first.contents, "body": body})
    with pytest.raises(InputError) as told:
        check(wrong, keys)
    assert [fault.path for fault in told.value.faults] == ["C-1"] * 3
    assert "another target" in str(told.value) and "something else" in str(told.value) and "body was altered" in str(told.value)


def test_an_entry_that_the_log_never_had_is_refused(folder: Path) -> None:
    made, other = made_bundle(folder), made_bundle(folder, 2)
    moved = replace(made, entries=(replace(made.entries[0], leaf=other.entries[0].leaf),))
    with pytest.raises(InputError, match="its proof is for entry 1 of the log"):
        check(moved, keys_of(folder))


@pytest.mark.parametrize("drop", ["checkpoint", "bundle.json", "keys.pub", "entries/1/leaf.json", "entries/1/proof.tlog-proof"])
def test_a_missing_part_is_named(folder: Path, drop: str) -> None:
    with pytest.raises(InputError, match=f'the file "{drop}" is missing'):
        bundles.opened(without(bundles.packed(made_bundle(folder)), drop))


def without(raw: bytes, drop: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            if name != drop:
                new.writestr(name, old.read(name))
    return out.getvalue()


def test_contents_may_be_kept_back_and_the_rest_still_holds(folder: Path) -> None:
    (one,) = check(bundles.opened(without(bundles.packed(made_bundle(folder)), "entries/1/contents/body")), keys_of(folder)).entries
    assert one.missing == ("body",) and one.contents["text"].held


def test_no_flipped_byte_is_passed_over(folder: Path) -> None:
    """Whatever single byte of the file is changed: it is refused, or it shows the very same entry."""
    raw, keys = bundles.packed(made_bundle(folder)), keys_of(folder)
    whole = check(bundles.opened(raw), keys)
    for place in range(0, len(raw), 7):
        try:
            shown = check(bundles.opened(raw[:place] + bytes([raw[place] ^ 4]) + raw[place + 1 :]), keys)
        except InputError:
            continue
        kept = [name for name in shown.entries[0].contents if name not in shown.entries[0].missing]
        assert shown.entries[0].leaf == whole.entries[0].leaf and shown.entries[0].about == whole.entries[0].about
        assert all(shown.entries[0].contents[name].read() == whole.entries[0].contents[name].read() for name in kept)


@pytest.mark.parametrize("raw", [b"", b"PK", b"not a zip", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_bundle_is_refused(raw: bytes) -> None:
    with pytest.raises(InputError, match="no bundle of evidence"):
        bundles.opened(raw)


def test_a_bomb_is_refused_unread(folder: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        for number in range(bundles.MOST_FILES + 1):
            bomb.writestr(str(number), b"")
    with pytest.raises(InputError, match="expected at most"):
        bundles.opened(out.getvalue())


def test_after_an_erasure_the_entry_still_shows(folder: Path) -> None:
    with Workspace.open(folder) as workspace:
        workspace.erase(workspace.find("C-1"), "asked for by its author", about=False)
    (one,) = check(made_bundle(folder), keys_of(folder)).entries
    assert one.missing == ("body", "text") and one.contents["body"].salt == "" and one.target == URL


@pytest.mark.parametrize("name", ["entries/1/contents/page.html", "../../evil.txt", "extra.txt", "anchors/1/stamp-1.tsr"])
def test_what_a_bundle_does_not_name_is_refused(folder: Path, name: str) -> None:
    out = io.BytesIO(bundles.packed(made_bundle(folder)))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, b"slipped in")
    with pytest.raises(InputError, match="holds what it does not name"):
        bundles.opened(out.getvalue())


@pytest.mark.parametrize(
    ("was", "becomes"),
    [('"index": 1,', '"index": 1e999,'), ('"index": 1,', '"index": -1,'), ('"index": 1,', '"index": true,'), ('"size": 39', '"size": "x"'),
     ('"sha256": "', '"sha256": "zz'), ('"target_salt": "', '"target_salt": "x'), ('"anchors": []', '"anchors": [{"stamps": 1e9}]'),
     ('"contents": {', '"contents": [{'), ('"about": {', '"about": [{')],
)  # fmt: skip
def test_nonsense_in_its_words_is_told_as_such(folder: Path, was: str, becomes: str) -> None:
    raw, out = bundles.packed(made_bundle(folder)), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, text.decode().replace(was, becomes).encode() if name == "bundle.json" else text)
    with pytest.raises(InputError):
        check(bundles.opened(out.getvalue()), keys_of(folder))


def test_thousands_of_later_checks_fit(folder: Path) -> None:
    from stargauge.evidence.items import Item

    with Workspace.open(folder) as workspace:
        workspace.add_many([Item("observation", URL, {"outcome": "ok", "round": n}) for n in range(5000)])
    raw = bundles.packed(made_bundle(folder, later=tuple(range(2, 5008))))
    shown = check(bundles.opened(raw), keys_of(folder))
    assert len(shown.later) == 5006 and shown.later[-1].id == "O-5007" and [one.id for one in shown.entries] == ["C-1"]


def test_a_forged_later_check_is_refused(folder: Path) -> None:
    made = made_bundle(folder, later=(2, 3))
    forged = replace(made, later=(replace(made.later[0], about={"outcome": "http_404", "round": 0}), made.later[1]))
    with pytest.raises(InputError, match="it says something else") as told:
        check(bundles.opened(bundles.packed(forged)), keys_of(folder))
    assert told.value.faults[0].path == "O-2"


def test_a_huge_content_that_the_log_does_not_hold_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, other = made_bundle(folder), made_bundle(folder, 2)
    first = made.entries[0]
    wrong = replace(made, entries=(replace(first, leaf=first.leaf.replace('"capture"', '"verdict"'), proof=other.entries[0].proof),))
    raw = bundles.opened(bundles.packed(wrong))
    monkeypatch.setattr(bundles.Member, "chunks", lambda _: pytest.fail("it was read"))
    with pytest.raises(InputError, match="the log does not hold it"):
        check(raw, keys_of(folder))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    pytest.importorskip("rfc3161_client")
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the authority")
    return Authority(tmp_path_factory.mktemp("authority"))


def stamp(folder: Path, authority: Authority) -> int:
    with Workspace.open(folder) as workspace:
        return stamping.add(workspace, authority.answer(stamping.request(workspace)))[0]


def test_a_stamp_made_before_the_log_grew_still_covers_the_entry(folder: Path, authority: Authority) -> None:
    assert stamp(folder, authority) == 8
    with Workspace.open(folder) as workspace:
        for number in range(300):
            workspace.add("observation", URL, {"outcome": "ok", "round": number})
    shown = check(bundles.opened(bundles.packed(made_bundle(folder, 1, 200))), keys_of(folder), [authority.root.read_bytes()])
    assert shown.checkpoint.size == 308
    assert [one.trusted for one in shown.entries[0].stamps] == [True] and not shown.entries[1].stamps and not shown.doubts


def test_a_stamp_covers_only_what_was_added_before_it(folder: Path, authority: Authority) -> None:
    stamp(folder, authority)
    with Workspace.open(folder) as workspace:
        workspace.add("observation", URL, {"outcome": "ok"})
    shown = check(made_bundle(folder, 1, later=(2, 8)), keys_of(folder), [authority.root.read_bytes()])
    assert shown.entries[0].trusted and shown.later[0].trusted and not shown.later[1].stamps


def test_an_authority_that_the_reader_does_not_know_is_a_doubt_beside_one_that_he_knows(
    folder: Path, authority: Authority, tmp_path: Path
) -> None:
    stamp(folder, authority)
    with Workspace.open(folder) as workspace:
        stamping.add(workspace, Authority(tmp_path / "other").answer(stamping.request(workspace)))
    shown = check(made_bundle(folder), keys_of(folder), [authority.root.read_bytes()])
    assert [one.trusted for one in shown.entries[0].stamps] == [True, False]
    assert "not signed under the root certificates given" in shown.doubts[0]


def test_a_clock_that_was_ahead_is_a_doubt(tmp_path: Path, authority: Authority) -> None:
    from datetime import UTC, datetime

    with Workspace.init(tmp_path / "evidence", name="orchard.example/desk", clock=lambda: datetime(2099, 1, 1, tzinfo=UTC)) as made:
        made.add("capture", URL, ABOUT, {"body": PAGE})
    stamp(tmp_path / "evidence", authority)
    shown = check(made_bundle(tmp_path / "evidence"), keys_of(tmp_path / "evidence"), [authority.root.read_bytes()])
    assert any("clock was ahead" in doubt for doubt in shown.doubts)


def test_openssl_accepts_the_stamp_as_the_bundle_holds_it(folder: Path, authority: Authority, tmp_path: Path) -> None:
    stamp(folder, authority)
    with zipfile.ZipFile(io.BytesIO(bundles.packed(made_bundle(folder)))) as archive:
        note, token = archive.read("anchors/1/checkpoint"), archive.read("anchors/1/stamp-1.tsr")
    assert authority.accepts(token, note)


def test_a_stamp_over_something_else_is_not_kept(folder: Path, authority: Authority) -> None:
    from stargauge.evidence import timestamp

    with Workspace.open(folder) as workspace:
        stamping.request(workspace)
        with pytest.raises(InputError, match="over no checkpoint that was asked for"):
            stamping.add(workspace, authority.answer(timestamp.request(b"something else")))
        assert stamping.stamped(workspace) == []


def test_a_log_rewritten_after_a_stamp_shows(folder: Path, authority: Authority, tmp_path: Path) -> None:
    stamp(folder, authority)
    with Workspace.init(tmp_path / "other", name="orchard.example/desk") as other:
        for number in range(9):
            other.add("observation", URL, {"round": number})
    shutil.copytree(folder / "stamps", tmp_path / "other" / "stamps")
    with pytest.raises(InputError, match="not the beginning of the log"):
        made_bundle(tmp_path / "other")


def test_it_is_checked_by_a_program_without_the_folder(folder: Path, tmp_path: Path) -> None:
    """In another process, elsewhere, with the file and the key alone."""
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "c-1.zip").write_bytes(bundles.packed(made_bundle(folder)))
    key = keys_of(folder)[-1].text
    shutil.rmtree(folder)
    text = (
        "import sys; from stargauge.evidence import bundle, proving; from stargauge.evidence.log.note import Verifier; "
        "print(proving.check(bundle.opened(open('c-1.zip', 'rb').read()), [Verifier.of(sys.argv[1])]).entries[0].id)"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", text, key], cwd=tmp_path / "away", env=env, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "C-1", done.stderr


# --- the receipt ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_receipt_says_what_the_file_shows_and_what_not(folder: Path, authority: Authority, language: str) -> None:
    pytest.importorskip("jinja2")
    stamp(folder, authority)
    shown = check(made_bundle(folder), keys_of(folder), [authority.root.read_bytes()])
    made = receipt(shown, "c-1.zip", language)
    text, page = render_text(made), render_html(made)
    for part in (
        URL,
        "orchard.example/desk",
        "Orchard Stamps",
        "stargauge evidence verify c-1.zip",
        shown.entries[0].contents["body"].sha256,
    ):
        assert part in text and part in page
    assert {"en": "What it does not show", "de": "Was sie nicht belegt"}[language] in text
    for word in ("lie", "fake", "debunked", "manipulated", "censored", "gefälscht", "gelogen"):
        assert f" {word}" not in text.lower()


def test_a_receipt_in_another_language_is_refused(folder: Path) -> None:
    with pytest.raises(InputError, match=r"there is no receipt in \"fr\""):
        receipt(check(made_bundle(folder)), "x.zip", "fr")


@pytest.mark.parametrize("language", ["en", "de"])
def test_without_a_stamp_that_was_checked_no_time_is_shown(folder: Path, authority: Authority, language: str) -> None:
    words = words_of_receipt(language)

    def texts() -> tuple[str, str]:
        shown = check(made_bundle(folder), keys_of(folder))
        made = receipt(shown, "c-1.zip", language)
        return made.lead, render_text(made)

    lead, text = texts()
    assert lead.endswith(words["lead_no_time"]) and words["not_when"] in text and words["not_before"] not in text
    stamp(folder, authority)
    lead, text = texts()
    assert lead.endswith(words["lead_no_time"]) and words["not_when"] in text and words["stamped_doubt"] in text
    assert words["proves_then_untrusted"].split("{")[0] in text and words["proves_then"].rsplit("}", 1)[1] not in text


def test_a_name_that_is_a_command_is_quoted(tmp_path: Path) -> None:
    with Workspace.init(tmp_path / "evidence", name="a.example/x';id>pwned;'") as made:
        made.add("capture", URL, ABOUT, {"body": PAGE})
    shown = check(made_bundle(tmp_path / "evidence"), keys_of(tmp_path / "evidence"))
    for _, command in receipt(shown, "many one.zip").checks:
        words = shlex.split(command)
        assert words[:4] == ["stargauge", "evidence", "verify", "many one.zip"] and len(words) == 6


def test_how_it_came_is_never_guessed(tmp_path: Path) -> None:
    """Whoever takes away what a capture says of itself does not turn a file handed in into one that was fetched."""
    with Workspace.init(tmp_path / "evidence", name="orchard.example/desk") as made:
        made.add("capture", URL, {"source_terms": "user_supplied"}, {"file": b"x"})
    bundle = changed(made_bundle(tmp_path / "evidence"), about=None, about_salt="")
    shown = check(bundles.opened(bundles.packed(bundle)), keys_of(tmp_path / "evidence"))
    text = render_text(receipt(shown, "x.zip"))
    assert "may have been handed in by a person" in text and "the server sent" not in text
    assert any("kept back or was erased" in doubt for doubt in shown.doubts)


def test_what_was_found_later_is_told_in_a_line(folder: Path) -> None:
    about = {"version": 1, "thing": "page", "url": URL, "method": "web", "vantage": "local", "beside": []}
    with Workspace.open(folder) as workspace:
        at = [
            workspace.add("observation", URL, {**about, "round": f"r{n}", "outcome": "ok", "time": f"2026-12-0{n}T10:00:00Z"}).index
            for n in (1, 2)
        ]
    shown = check(made_bundle(folder, later=tuple(at)), keys_of(folder))
    assert "still there at 2 of 2 checks" in render_text(receipt(shown, "x.zip"))
    assert "2 Einträge" in render_text(receipt(shown, "x.zip", "de"))


def test_what_others_wrote_is_never_markup(tmp_path: Path) -> None:
    pytest.importorskip("jinja2")
    with Workspace.init(tmp_path / "evidence", name="orchard.example/desk") as made:
        made.add("capture", "https://x.example/<script>alert(1)</script>\x1b[31m", {"method": "<b>\u202e"}, {"body": b""})
    page = render_html(receipt(check(made_bundle(tmp_path / "evidence")), "x.zip"))
    assert "<script" not in page and "<b>\u202e" not in page and "\x1b" not in page and "\u202e" not in page


def test_what_a_person_handed_in_says_so(tmp_path: Path) -> None:
    with Workspace.init(tmp_path / "evidence", name="orchard.example/desk") as made:
        made.add("capture", URL, {"source_terms": "user_supplied"}, {"file": b"x"})
    text = render_text(receipt(check(made_bundle(tmp_path / "evidence")), "x.zip"))
    assert "handed in by a person" in text and "the server sent" not in text
