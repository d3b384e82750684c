"""`stargauge evidence`: keep what was said, prove that it was kept, and let others check it. One function per command."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stargauge.quantity.errors import system_text
from stargauge.quantity.spoken import say

if TYPE_CHECKING:
    from stargauge.evidence.archive import Entry
    from stargauge.evidence.workspace import Workspace

#: What the extra `evidence` brings.
EXTRAS = ("cryptography", "httpcore", "httpx", "selectolax", "warcio")


def evidence(asked: argparse.Namespace) -> int:
    """`stargauge evidence COMMAND`."""
    with extras_told():
        return int(asked.run(asked))


@contextmanager
def extras_told() -> Iterator[None]:
    """A part that is not installed is told with the command that installs it."""
    try:
        yield
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.partition(".")[0] not in EXTRAS:
            raise
        from stargauge.quantity.errors import InputError

        raise InputError(say("evidence needs {name}; install it with: pip install 'stargauge[evidence]'", name=missing.name)) from None


def folder_of(asked: argparse.Namespace) -> Path:
    """Where the evidence is kept."""
    return Path(asked.evidence or os.environ.get("STARGAUGE_EVIDENCE") or "evidence")


def opened(asked: argparse.Namespace, write: bool = False, recompute: bool = False) -> Workspace:
    """The workspace asked for; what opening it completed is said on stderr."""
    from stargauge.evidence.workspace import Workspace

    made = Workspace.open(folder_of(asked), write=write, recompute=recompute)
    for note in made.notes:
        print(say("note: {text}", text=note), file=sys.stderr)
    return made


def entry_data(workspace: Workspace, entry: Entry) -> dict[str, Any]:
    """An entry as plain data."""
    row, parts = workspace.row(entry.index)
    held = [{"name": one.name, "size": one.size, "sha256": one.sha256 or None, "erased": not one.sha256} for one in parts]
    told = {"id": entry.id, "index": entry.index, "kind": entry.kind, "target": entry.target, "time": row.time}
    clock = json.loads(row.leaf).get("clock")  # what our clock showed, where that was earlier than the entry before
    return {**told, "clock": clock, "about": dict(entry.about), "payloads": held, "leaf": row.leaf}


def _clock_note(entries: Sequence[Mapping[str, Any]]) -> str:
    """What is told where our clock showed an earlier time than that of the entry before."""
    behind = [one for one in entries if one["clock"]]
    if not behind:
        return ""
    shown = [{"id": one["id"], "time": one["clock"][:19].replace("T", " ")} for one in behind[:3]]
    lines = [say("note: {id}: our clock showed {time} UTC,\n  earlier than the entry before", **one) for one in shown]
    more = [say("note: and {number} more", number=f"{len(behind) - 3:,}")] if len(behind) > 3 else []
    doubt = say("note: the log cannot tell whether the clock was behind, or had been ahead")
    return "".join(f"{line}\n" for line in (*lines, *more, doubt))


def print_answer(asked: argparse.Namespace, data: Any, text: str) -> None:
    """The answer, as JSON where asked for."""
    from stargauge.cli.commands import print_json

    if asked.json:
        print_json(data)
    else:
        sys.stdout.write(text)


def init_(asked: argparse.Namespace) -> int:
    """`stargauge evidence init`."""
    from stargauge.evidence.workspace import Workspace

    path = Path(asked.folder) if asked.folder else folder_of(asked)
    importlib.import_module("cryptography")  # told before a folder is begun that could not be signed
    with Workspace.init(path, asked.name) as made:
        key = made.verifiers()[-1].text
        data = {"folder": str(path), "name": made.origin, "public_key": key}
    told = {"folder": path, "name": data["name"], "key": key}
    text = say("evidence is kept in {folder}\nits log is called {name}\npublic key, to hand out: {key}\n", **told)
    print_answer(asked, data, text)
    return 0


def add_(asked: argparse.Namespace) -> int:
    """`stargauge evidence add`."""
    from stargauge.evidence.items import Item, item_faults
    from stargauge.quantity.errors import Fault, InputError

    faults: list[Fault] = []
    about = _about(asked.about, faults)
    payloads: dict[str, bytes] = {}
    for given in asked.payload:
        name, sign, file = given.partition("=")
        if not sign or not name or not file:
            faults.append(Fault(say('got "{given}"; expected NAME=FILE', given=given), "--payload"))
        elif name in payloads:
            faults.append(Fault(say('"{name}" is given twice', name=name), "--payload"))
        else:
            try:
                payloads[name] = Path(file).read_bytes()
            except OSError as error:
                faults.append(Fault(say("cannot be read: {why}", why=system_text(error)), "--payload", file=file))
    if faults:
        raise InputError([*faults, *item_faults(Item(asked.kind, asked.target, about, payloads))])
    with opened(asked, write=True) as workspace:
        entry = workspace.add(asked.kind, asked.target, about, payloads)
        data = entry_data(workspace, entry)
        data["checkpoint"] = workspace.checkpoint()[1]
    print_answer(asked, data, say("{id} kept and signed\n", id=entry.id))
    return 0


def _about(text: str, faults: list[Any]) -> Mapping[str, Any]:
    from stargauge.quantity.errors import Fault

    file = text[1:] if text.startswith("@") else ""
    try:
        made = json.loads(Path(file).read_text(encoding="utf-8") if file else text)
    except OSError as error:
        faults.append(Fault(say("cannot be read: {why}", why=system_text(error)), "--about", file=file))
        return {}
    except UnicodeDecodeError:
        faults.append(Fault(say("not UTF-8 text"), "--about", file=file))
        return {}
    except json.JSONDecodeError as error:
        message = say('{error}; expected a JSON object such as {{"status": 200}}', error=error.msg)
        faults.append(Fault(message, "--about", file, error.lineno if file else 0, error.colno if file else 0))
        return {}
    if not isinstance(made, dict):
        faults.append(Fault(say('expected a JSON object such as {"status": 200}'), "--about", file=file))
        return {}
    return made


def list_(asked: argparse.Namespace) -> int:
    """`stargauge evidence list`."""
    from stargauge.cli.commands import style_of
    from stargauge.evidence.log.leaf import KINDS
    from stargauge.quantity.errors import InputError, did_you_mean
    from stargauge.report.evidence.evidence import render_entries

    if asked.kind is not None and asked.kind not in KINDS:
        raise InputError(
            say(
                'there is no kind "{kind}"{near} (all: {kinds})',
                kind=asked.kind,
                near=did_you_mean(asked.kind, KINDS),
                kinds=", ".join(KINDS),
            )
        )
    with opened(asked) as workspace:
        data = [entry_data(workspace, entry) for entry in workspace.entries(asked.kind, asked.target)]
    print_answer(asked, data, render_entries(data, style_of(asked)) + _clock_note(data))
    return 0


def show_(asked: argparse.Namespace) -> int:
    """`stargauge evidence show`."""
    from stargauge.cli.commands import style_of
    from stargauge.cli.files import expect_writable, write_whole
    from stargauge.report.evidence.evidence import render_entry

    with opened(asked) as workspace:
        entry = workspace.find(asked.entry)
        data = entry_data(workspace, entry)
        contents = {name: workspace.payload(entry, name) for name, digest in entry.payloads.items() if digest} if asked.write else {}
    if asked.write:
        Path(asked.write).mkdir(parents=True, exist_ok=True)
        targets = {Path(asked.write) / f"{entry.id}.{name}": content for name, content in contents.items()}
        for path in targets:
            expect_writable(path, "payload", "")
        for path, content in targets.items():
            write_whole(path, content)
        data["written"] = [str(path) for path in targets]
    written = "".join(say("written: {file}\n", file=path) for path in data.get("written", ()))
    print_answer(asked, data, render_entry(data, style_of(asked)) + _clock_note([data]) + written)
    return 0


def verify_(asked: argparse.Namespace) -> int:
    """`stargauge evidence verify`."""
    from stargauge.cli.commands import style_of
    from stargauge.evidence.outside import keys_of
    from stargauge.quantity.errors import InputError
    from stargauge.report.evidence.evidence import render_proved

    if not asked.what:
        return _looked(asked, payloads=True, mend=False)
    faults: list[Any] = []
    answers = []
    keys = keys_of(asked.key)
    copies = [Path(what) for what in asked.what if Path(what).is_dir()]
    for what in asked.what:
        try:
            answers.append(_verified(asked, what, keys, copies))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    print_answer(asked, answers, "".join(render_proved(one, style_of(asked)) + _followed_note(one) for one in answers))
    return 0


def _followed_note(answer: Mapping[str, Any]) -> str:
    """That the key was followed to one that the reader did not name."""
    return "".join(
        say("note: the log changed its key, signed by the one before; trust from now on\n  {key}\n", key=key)
        for key in answer.get("followed", ())
    )


def _verified(asked: argparse.Namespace, what: str, keys: list[Any], copies: list[Path]) -> dict[str, Any]:
    """What one thing shows once it is checked. `copies`: of logs, beside it."""
    import zipfile

    from stargauge.cli.evidence_proof import bundle_shown
    from stargauge.evidence.fsck import entry_faults
    from stargauge.evidence.outside import checked_log, checked_proof, keys_followed
    from stargauge.quantity.errors import InputError

    path = Path(what)
    if path.is_file() and zipfile.is_zipfile(path):
        return bundle_shown(asked, path, keys)
    if path.exists() and not keys:
        if not (folder_of(asked) / "evidence.sqlite").is_file():
            raise InputError(
                say("whose log is {what} of? Name the public key that you trust with --key, from the owner of the log", what=what)
            )
        with opened(asked) as workspace:
            keys = workspace.verifiers()
    if path.is_dir():
        made = checked_log(path, keys)
        came_to = [key.text for key in keys_followed(path, keys)]
        return {"what": what, "log": made.origin, "size": made.size, "root": made.root.hex(), "followed": came_to}
    if path.is_file():
        leaf, made = checked_proof(path, keys, copies)
        told = json.loads(leaf.text)
    else:
        with opened(asked) as workspace:
            index = workspace.place(what)
            if faults := entry_faults(workspace, index):
                raise InputError(faults)
            made, told = workspace.checkpoint()[0], json.loads(workspace.leaf(workspace.entry(index)))
    found = {"index": told["index"], "kind": told["type"], "time": told["time"]}
    return {"what": what, "log": made.origin, "size": made.size, "root": made.root.hex(), **found}


def proof_(asked: argparse.Namespace) -> int:
    """`stargauge evidence proof`."""
    from stargauge.cli.files import expect_writable, write_whole

    with opened(asked) as workspace:
        entry = workspace.find(asked.entry)
        text = workspace.proof(entry).text
        key = workspace.verifiers()[-1].text
    data = {"id": entry.id, "proof": text, "public_key": key}
    if asked.write:
        expect_writable(Path(asked.write), "proof", ".tlog-proof")
        write_whole(Path(asked.write), text)
        data["written"] = asked.write
    print_answer(asked, data, say("written: {file}\npublic key: {key}\n", file=asked.write, key=key) if asked.write else text)
    return 0


def checkpoint_(asked: argparse.Namespace) -> int:
    """`stargauge evidence checkpoint`."""
    import base64

    with opened(asked, write=bool(asked.sign_with)) as workspace:
        if asked.sign_with:
            workspace.cosign(Path(asked.sign_with))
        made, note = workspace.checkpoint()
        hashes = [] if asked.since is None else [base64.b64encode(one).decode() for one in workspace.consistency(asked.since)]
    data: dict[str, Any] = {"log": made.origin, "size": made.size, "root": made.root.hex(), "note": note}
    if asked.since is not None:
        data |= {"since": asked.since, "consistency": hashes}
    since = [say("\nsince {size}", size=asked.since), *hashes] if asked.since is not None else []
    print_answer(asked, data, note + "".join(f"{line}\n" for line in since))
    return 0


def fsck_(asked: argparse.Namespace) -> int:
    """`stargauge evidence fsck`."""
    return _looked(asked, payloads=not asked.no_payloads, mend=asked.mend)


def _looked(asked: argparse.Namespace, payloads: bool, mend: bool) -> int:
    from stargauge.cli.commands import style_of
    from stargauge.evidence.fsck import fsck
    from stargauge.report.evidence.evidence import render_findings

    with opened(asked, write=mend, recompute=mend) as workspace:
        data = fsck(workspace, payloads).to_dict()
    print_answer(asked, data, render_findings(data, style_of(asked)))
    return 0 if data["sound"] else 2


def export_(asked: argparse.Namespace) -> int:
    """`stargauge evidence export`."""
    from stargauge.evidence.outside import export_log
    from stargauge.report.wording import counted

    with opened(asked) as workspace:
        made = export_log(workspace, Path(asked.folder))
    data = {"folder": asked.folder, "log": made.origin, "size": made.size, "root": made.root.hex()}
    entries = counted(made.size, "entry", "entries")
    print_answer(asked, data, say("the log of {entries} and its public keys: {folder}\n", entries=entries, folder=asked.folder))
    return 0


def erase_(asked: argparse.Namespace) -> int:
    """`stargauge evidence erase`."""
    with opened(asked, write=True) as workspace:
        entry = workspace.find(asked.entry)
        made = workspace.erase(entry, asked.ground, asked.payload, asked.about)
        others = [one.id for one in workspace.sharing(entry, made.about["payloads"])]
        data = {"erased": entry.id, "payloads": made.about["payloads"], "by": made.id, "still_held_by": others}
    what = ", ".join(data["payloads"]) or say("what it says")
    text = say("{what} of {id} erased; {by} tells of it\n", what=what, id=entry.id, by=made.id)
    print_answer(asked, data, text + "".join(say("note: {id} holds the same bytes, and keeps them\n", id=one) for one in others))
    return 0


def rotate_key_(asked: argparse.Namespace) -> int:
    """`stargauge evidence rotate-key`."""
    with opened(asked, write=True) as workspace:
        entry = workspace.rotate_key()
        data = {"entry": entry.id, "public_key": entry.about["public_key"], "replaces": entry.about["replaces"]}
    print_answer(
        asked, data,
        say("{id}: a new key signs from here on; the old private key is deleted\npublic key: {key}\n", id=entry.id, key=data["public_key"]),
    )  # fmt: skip
    return 0
