"""Proof for a third party: `stargauge evidence bundle`, `receipt` and `timestamp`. One function per command."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stargauge.audit.wording.languages import written
from stargauge.quantity.errors import system_text
from stargauge.quantity.spoken import say

if TYPE_CHECKING:
    from stargauge.evidence.log.note import Verifier
    from stargauge.evidence.proving import Proved, Shown


def bundle_(asked: argparse.Namespace) -> int:
    """`stargauge evidence bundle`."""
    from stargauge.cli.evidence import opened, print_answer
    from stargauge.cli.files import expect_writable, write_whole
    from stargauge.evidence.bundle import packed
    from stargauge.quantity.errors import Fault, InputError
    from stargauge.report.evidence.bundles import bundle_with_words, later_of

    faults: list[Fault] = []
    with opened(asked) as workspace:
        entries = []
        for name in asked.entry:
            try:
                entries.append(workspace.find(name))
            except InputError as error:
                faults += error.faults
        if faults:
            raise InputError(faults)
        target = Path(asked.write or f"{entries[0].id}.zip")
        expect_writable(target, "bundle", ".zip")
        named = [entry.index for entry in entries]
        later = [] if asked.alone else later_of(workspace, {entry.target for entry in entries}, min(named))
        made = bundle_with_words(workspace, named, later, target.name)
    write_whole(target, packed(made))
    names, stamps, key = [entry.id for entry in entries], sum(len(one.stamps) for one in made.anchors), made.keys[-1].text
    data = {"bundle": str(target), "entries": names, "later": len(later), "stamps": stamps, "public_key": key}
    note = "" if made.anchors else say("no stamp covers it: `stargauge evidence timestamp` has one made\n")
    held = say("{names} with {number} later checks", names=", ".join(names), number=len(later)) if later else ", ".join(names)
    print_answer(asked, data, say("written: {file} ({entries})\npublic key: {key}\n", file=target, entries=held, key=key) + note)
    return 0


def roots_of(files: list[str]) -> list[bytes]:
    """The texts of files with root certificates. Raises InputError naming all that cannot be read."""
    from stargauge.quantity.errors import Fault, InputError

    found, faults = [], []
    for name in files:
        try:
            found.append(Path(name).read_bytes())
        except OSError as error:
            faults.append(Fault(say("cannot be read: {why}", why=system_text(error)), "--roots", file=name))
    if faults:
        raise InputError(faults)
    return found


def _shown(asked: argparse.Namespace, path: Path, keys: list[Verifier]) -> Shown:
    """What a bundle shows, with the keys given, else those of the workspace where there is one, else its own."""
    from dataclasses import replace

    from stargauge.cli.evidence import folder_of, opened
    from stargauge.evidence.bundle import opened as opened_bundle
    from stargauge.evidence.proving import check
    from stargauge.quantity.errors import InputError

    made = opened_bundle(_bytes(path), str(path))
    if not keys and (folder_of(asked) / "evidence.sqlite").is_file():
        with opened(asked) as workspace:
            keys = workspace.verifiers()
    roots = roots_of(asked.roots)
    try:
        return check(made, keys, roots)
    except InputError as error:
        raise InputError([replace(fault, file=str(path)) for fault in error.faults]) from None


def _bytes(path: Path) -> bytes:
    from stargauge.evidence.bundle import MOST_CONTENT
    from stargauge.quantity.errors import Fault, InputError

    try:
        if path.stat().st_size > MOST_CONTENT:
            raise InputError(
                Fault(say("has more than {most_content:,} bytes; no bundle of ours is as large", most_content=MOST_CONTENT), file=str(path))
            )
        return path.read_bytes()
    except OSError as error:
        raise InputError(Fault(say("cannot be read: {why}", why=system_text(error)), file=str(path))) from None


def bundle_shown(asked: argparse.Namespace, path: Path, keys: list[Verifier]) -> dict[str, Any]:
    """What a bundle shows, as plain data."""
    shown = _shown(asked, path, keys)
    first = shown.entries[0]
    return {
        "what": str(path), "log": shown.checkpoint.origin, "size": shown.checkpoint.size, "root": shown.checkpoint.root.hex(),
        "index": first.leaf.index, "kind": first.leaf.kind, "time": f"{first.leaf.time:%Y-%m-%dT%H:%M:%SZ}",
        "entries": [_entry_data(one) for one in shown.entries], "later": [_entry_data(one) for one in shown.later],
        "doubts": list(shown.doubts), "signed_by": [key.text for key in shown.signers],
    }  # fmt: skip


def _entry_data(one: Proved) -> dict[str, Any]:
    from stargauge.evidence.observe.records import is_supplied

    stamps = [{"authority": stamp.authority, "time": f"{stamp.time:%Y-%m-%dT%H:%M:%SZ}", "trusted": stamp.trusted} for stamp in one.stamps]
    return {
        "id": one.id, "kind": one.leaf.kind, "time": f"{one.leaf.time:%Y-%m-%dT%H:%M:%SZ}", "target": one.target, "about": one.about,
        "user_supplied": is_supplied(one.about) if one.about is not None else None,
        "contents": [name for name in one.contents if name not in one.missing], "not_in_it": list(one.missing), "stamps": stamps,
    }  # fmt: skip


def receipt_(asked: argparse.Namespace) -> int:
    """`stargauge evidence receipt`."""
    from stargauge.cli.evidence import print_answer
    from stargauge.cli.files import expect_writable, write_whole
    from stargauge.evidence.outside import keys_of
    from stargauge.quantity.errors import InputError
    from stargauge.report.evidence.receipt import receipt, render_html, render_text

    target = Path(asked.write) if asked.write else None
    if target is not None:
        expect_writable(target, "receipt")
        if target.suffix not in (".html", ".pdf", ".txt"):
            raise InputError(say('got --write "{target}"; expected a file that ends in .html, .pdf or .txt', target=target))
    path = Path(asked.bundle)
    made = receipt(_shown(asked, path, keys_of(asked.key)), path.name, asked.spoken)
    data = {
        "language": made.language, "title": made.title, "lead": made.lead, "facts": [[label, list(texts)] for label, texts in made.facts],
        "shows": list(made.proves), "does_not_show": list(made.leaves_open), "checks": [list(one) for one in made.checks],
    }  # fmt: skip
    if target is None:
        print_answer(asked, data, render_text(made))
        return 0
    if target.suffix == ".pdf":
        from stargauge.report.drawing.pdf import printed

        write_whole(target, printed(render_html(made)))
    else:
        write_whole(target, render_html(made) if target.suffix == ".html" else render_text(made))
    print_answer(asked, {**data, "written": str(target)}, say("written: {file}\n", file=target))
    return 0


def timestamp_(asked: argparse.Namespace) -> int:
    """`stargauge evidence timestamp`."""
    from stargauge.cli.evidence import opened, print_answer
    from stargauge.cli.files import expect_writable, write_whole
    from stargauge.evidence import stamping
    from stargauge.quantity.errors import InputError

    asked_for = [name for name in ("authority", "request", "answer") if getattr(asked, name)]
    if len(asked_for) > 1:
        raise InputError(say("got {options}; expected one of them", options=say(" and ").join(f"--{one}" for one in asked_for)))
    if not asked_for:
        return _stamps(asked)
    roots = roots_of(asked.roots)
    if asked.request:
        expect_writable(Path(asked.request), "request", ".tsq")
        with opened(asked, write=True) as workspace:
            write_whole(Path(asked.request), stamping.request(workspace))
            size = workspace.checkpoint()[0].size
        text = say(
            "written: {file}, over {number} entries\nsend it as application/timestamp-query; add the answer with --answer FILE\n",
            file=asked.request, number=written(f"{size:,}"),
        )  # fmt: skip
        print_answer(asked, {"request": asked.request, "size": size}, text)
        return 0
    answer = _asked_now(asked) if asked.authority else _answer_in(asked.answer)
    with opened(asked, write=True) as workspace:
        size, stamp = stamping.add(workspace, answer, roots)
    data = {"size": size, "authority": stamp.authority, "time": f"{stamp.time:%Y-%m-%dT%H:%M:%SZ}", "trusted": stamp.trusted}
    doubt = "" if stamp.trusted else say("not checked against root certificates: --roots FILE\n")
    told = {"number": written(f"{size:,}"), "authority": stamp.authority, "time": f"{stamp.time:%Y-%m-%d %H:%M:%S}"}
    print_answer(asked, data, say("{number} entries stamped by {authority} at {time} UTC\n", **told) + doubt)
    return 0


def _asked_now(asked: argparse.Namespace) -> bytes:
    """The authority's answer; nobody else is kept from writing meanwhile."""
    from stargauge.cli.evidence import opened
    from stargauge.evidence.authority import answer_of
    from stargauge.evidence.stamping import request

    with opened(asked, write=True) as workspace:
        made = request(workspace)
    return answer_of(asked.authority, made)


def _answer_in(file: str) -> bytes:
    from stargauge.evidence.timestamp import MOST_BYTES
    from stargauge.quantity.errors import Fault, InputError

    try:
        with open(file, "rb") as held:
            return held.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(Fault(say("cannot be read: {why}", why=system_text(error)), "--answer", file=file)) from None


def _stamps(asked: argparse.Namespace) -> int:
    """The stamps that are kept."""
    from stargauge.cli.evidence import opened, print_answer
    from stargauge.evidence import stamping, timestamp

    with opened(asked) as workspace:
        rows = []
        for size, path in stamping.stamped(workspace):
            stamp = timestamp.read(path.read_bytes(), (path.parent / "checkpoint").read_bytes(), roots_of(asked.roots))
            rows.append({"size": size, "authority": stamp.authority, "time": f"{stamp.time:%Y-%m-%dT%H:%M:%SZ}", "trusted": stamp.trusted})
        size = workspace.checkpoint()[0].size
    lines = [
        say("{number} entries by {authority} at {time}\n", number=written(f"{one['size']:,}"), authority=one["authority"], time=one["time"])
        for one in rows
    ]
    text = "".join(lines) or say("no stamp yet\n")
    print_answer(asked, {"size": size, "stamps": rows}, text + say("the log has {number} entries\n", number=written(f"{size:,}")))
    return 0
