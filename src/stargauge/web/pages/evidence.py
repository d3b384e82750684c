"""What an evidence folder holds: targets, what was found of them and when, captures, differences, receipts; and bundles checked.

Read only. What was captured is shown as text, or in a frame that is sealed off from these pages: nothing in it acts.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say
from stargauge.web.files import field_of
from stargauge.web.library import shelf
from stargauge.web.routes import page
from stargauge.web.view import View

if TYPE_CHECKING:
    from stargauge.evidence.archive import Entry
    from stargauge.evidence.observe.wording import Language
    from stargauge.evidence.workspace import Workspace

INDEX = "evidence.sqlite"
#: So many targets stand on a page, and so much of a text.
MOST_TARGETS, MOST_TEXT, MOST_LINES = 100, 200_000, 4_000
#: An uploaded bundle may unpack to so much; larger ones are checked at the command line.
MOST_UNPACKED = 32 * 2**20
#: Captures of a page as it stood: these are shown in a sealed frame; texts as text.
FRAMED = {"dom": "html", "body": "html", "screenshot": "image"}
TEXTS = ("text", "thread", "record", "metadata", "links")
#: A page in the frame may load, run and send nothing, and has no origin.
SEALED = (
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
#: A script with all it holds, up to its end or that of the page.
_SCRIPT = re.compile(r"<script\b.*?(?:</script[^>]*(?:>|\Z)|\Z)", re.IGNORECASE | re.DOTALL)
#: Elements that act without a script: a browser may follow them before anything is asked.
_ACTING = re.compile(r"<(?=(?:script|link|meta|base|object|embed|iframe|frame|portal)\b)", re.IGNORECASE)


@contextmanager
def opened(view: View) -> Iterator[Workspace]:
    """The evidence folder of the server, to be read. Raises InputError where there is none."""
    try:
        from stargauge.evidence.workspace import Workspace
    except ModuleNotFoundError as missing:
        raise InputError(say("evidence needs {name}; install it with: pip install 'stargauge[evidence]'", name=missing.name)) from None
    if view.evidence is None or not (view.evidence / INDEX).is_file():
        raise InputError(say("this server shows no evidence folder; make one: stargauge evidence init"))
    with Workspace.open(view.evidence, write=False) as made:
        yield made


def there(view: View) -> bool:
    """Whether the server has an evidence folder."""
    return view.evidence is not None and (view.evidence / INDEX).is_file()


@page("/evidence", asks=("programme", "start"), kept=False)
def evidence(view: View, programme: str, start: str) -> str:
    """Everything that was captured or looked for, with its state; with a programme, what of it rests on captures and what does not."""
    first = int(start) if start.isdecimal() and len(start) < 9 else 0
    if not there(view):
        return view.render("evidence.html.j2", there=False, cited=_cited(view, programme, None), programme=programme)
    with opened(view) as archive:
        targets = list(dict.fromkeys(entry.target for entry in archive.entries() if entry.kind in ("capture", "observation")))
        rows = [_target_row(archive, target) for target in targets[first : first + MOST_TARGETS]]
        checkpoint, note = archive.checkpoint()
        return view.render(
            "evidence.html.j2", there=True, cited=_cited(view, programme, archive), programme=programme, rows=rows, count=len(targets),
            first=first, following=first + MOST_TARGETS if len(targets) > first + MOST_TARGETS else None, most=MOST_TARGETS,
            checkpoint=checkpoint, note=note, root=checkpoint.root.hex(), keys=[key.text for key in archive.verifiers()],
            stamps=_stamps(archive), target_link=target_link,
        )  # fmt: skip


def target_link(target: str) -> str:
    """The address of the page of a target."""
    return f"/evidence/target?of={quote(target, safe='')}"


def _target_row(archive: Workspace, target: str) -> dict[str, Any]:
    from stargauge.evidence.observe.answers import history_data
    from stargauge.evidence.observe.records import history

    made = history(archive, target)
    told = history_data(made)
    last = made.standing.last_check
    captures = [entry for entry in made.entries if entry.kind == "capture"]
    return {**told, "checked": f"{last.time:%Y-%m-%d %H:%M}" if last else "", "captures": [entry.id for entry in captures]}


def _stamps(archive: Workspace) -> list[dict[str, Any]]:
    from stargauge.evidence import stamping, timestamp

    made = []
    for size, path in stamping.stamped(archive):
        stamp = timestamp.read(path.read_bytes(), (path.parent / "checkpoint").read_bytes(), [])
        made.append({"size": size, "authority": stamp.authority, "time": f"{stamp.time:%Y-%m-%d %H:%M:%S}"})
    return made


def _cited(view: View, programme: str, archive: Workspace | None) -> dict[str, Any] | None:
    """The claims and sources of a programme with the captures that they cite; nothing where no programme is asked for."""
    if not programme:
        return None
    from stargauge import api
    from stargauge.audit.sources.captures import capture_of, cited, held

    found = shelf(programme, view.folder)
    made = api.load(found.path if found.own else found.name)
    wanted = [name for name in cited(made) if name not in ("", "none")]
    faults: tuple[Fault, ...] = ()
    states: Mapping[str, Any] = {}
    try:
        states = held(made, archive, view.asked.day)
    except InputError as error:
        faults = error.faults
    claims = [{"id": name, "says": claim.says, "capture": capture_of(claim, made.sources)} for name, claim in made.claims.items()]
    sources = [
        {"id": name, "says": ", ".join(filter(None, (source.publisher, source.title))), "capture": capture_of(source, {})}
        for name, source in made.sources.items()
    ]
    return {"name": made.name, "shelf": found.name, "claims": claims, "sources": sources, "states": states, "faults": faults,
            "captures": len(wanted)}  # fmt: skip


@page("/evidence/target", asks=("of",), kept=False)
def target(view: View, of: str) -> str:
    """Everything kept about one target: what may be said, how it came to that, checks with their controls, captures."""
    from stargauge.evidence.observe.answers import history_data
    from stargauge.evidence.observe.records import captured_at, history
    from stargauge.evidence.observe.wording import label

    language: Language = "de" if view.asked.language == "de" else "en"
    with opened(view) as archive:
        made = history(archive, of)
        if not made.entries:
            raise InputError(
                say('nothing is kept about "{of}"{near}', of=of[:200], near=did_you_mean(of, {entry.target for entry in archive.entries()}))
            )
        captures = [{"id": one.id, "time": f"{captured_at(one):%Y-%m-%d %H:%M}", "title": str(one.about.get("title") or ""),
                     "text": "text" in one.payloads} for one in made.entries if one.kind == "capture"]  # fmt: skip
        checks = [
            _check_row(entry, "de" if view.asked.language == "de" else "en")
            for entry in made.entries
            if entry.kind == "observation" and "outcome" in entry.about
        ]
        pairs = list(pairwise(one["id"] for one in captures if one["text"]))
        told = history_data(made)
        labels = {one["state"]: label(one["state"], language) for one in told["changes"]}
        return view.render("evidence_target.html.j2", told=told, labels=labels, captures=captures, checks=checks[::-1], pairs=pairs)


def _check_row(entry: Entry, language: Language) -> dict[str, Any]:
    from stargauge.evidence.observe.wording import words_of

    words, about = words_of(language), entry.about
    beside = [
        {"role": words.word(str(one.get("role", ""))), "outcome": words.word(str(one.get("outcome", ""))), "url": str(one.get("url", ""))}
        for one in about.get("beside", ())
    ]
    way = words.way(str(about.get("method", "")), str(about.get("vantage", "local")))
    return {
        "id": entry.id,
        "time": f"{entry.time:%Y-%m-%d %H:%M}",
        "outcome": words.word(str(about["outcome"])),
        "way": way,
        "beside": beside,
    }


@page("/evidence/entry/{entry}", kept=False)
def entry(view: View, entry: str) -> str:
    """One entry of the log: what it says, what it holds, its text."""
    with opened(view) as archive:
        found = archive.find(entry)
        row, parts = archive.row(found.index)
        held = [{"name": one.name, "size": one.size, "sha256": one.sha256} for one in parts]
        texts = {one: _text(archive, found, one) for one in TEXTS if found.payloads.get(one)}
        frames = [name for name in FRAMED if found.payloads.get(name)]
        return view.render(
            "evidence_entry.html.j2", entry=found, time=f"{found.time:%Y-%m-%d %H:%M:%S}", about=_flat(found.about), held=held,
            texts={name: text for name, text in texts.items() if text}, frames=frames, leaf=row.leaf, target_link=target_link,
            most=MOST_TEXT,
        )  # fmt: skip


def _flat(about: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)) for name, value in about.items()]


def _text(archive: Workspace, found: Entry, name: str) -> str:
    """A payload as text; empty where it was erased."""
    from stargauge.evidence.observe.records import payload_text

    return (payload_text(archive, found, name) or "")[:MOST_TEXT]


@page("/evidence/entry/{entry}/frame/{name}", kept=False)
def frame(view: View, entry: str, name: str) -> str:
    """A captured page as it stood, sealed: no script, no request, no origin; it is never a part of our pages."""
    if name not in FRAMED:
        raise InputError(say('"{name}" is not shown in a frame (shown are: {framed})', name=name[:80], framed=", ".join(FRAMED)))
    with opened(view) as archive:
        content = archive.payload(archive.find(entry), name)
    view.headers |= {"Content-Security-Policy": SEALED, "X-DNS-Prefetch-Control": "off", "Cache-Control": "no-store"}
    if FRAMED[name] == "html":
        return inert(content.decode("utf-8", "replace"))
    import base64

    return f'<!doctype html><title>{name}</title><img alt="" src="data:image/png;base64,{base64.b64encode(content).decode()}">'


def inert(text: str) -> str:
    """A captured page without scripts and without elements that a browser follows by itself. The frame would stop them too."""
    return _ACTING.sub("<x-", _SCRIPT.sub("", text))


@page("/evidence/diff", asks=("a", "b"), kept=False)
def diff(view: View, a: str, b: str) -> str:
    """What the text of a later capture has else than that of an earlier one."""
    from stargauge.evidence.observe.compare import difference
    from stargauge.evidence.observe.records import captured_at

    with opened(view) as archive:
        first, second = archive.find(a), archive.find(b)
        if without := [one.id for one in (first, second) if not one.payloads.get("text")]:
            raise InputError(say("{without} holds no text to compare", without=say(" and ").join(without)))
        texts = [_text(archive, one, "text") for one in (first, second)]
        times = [f"{captured_at(one):%Y-%m-%d %H:%M}" for one in (first, second)]
    found = difference(*texts)
    before, after = (text.splitlines()[:MOST_LINES] for text in texts)
    rows = [_diff_row(line) for line in difflib.unified_diff(before, after, lineterm="", n=2) if not line.startswith(("---", "+++"))]
    return view.render(
        "evidence_diff.html.j2", first=first, second=second, times=times, gone=found.gone, added=found.added, rows=rows,
        target_link=target_link,
    )  # fmt: skip


def _diff_row(line: str) -> tuple[str, str]:
    return {"+": "ins", "-": "del", "@": "gap"}.get(line[:1], "same"), line[1:]


@page("/evidence/entry/{entry}/receipt", kept=False)
def receipt(view: View, entry: str) -> str:
    """The receipt for an entry: what its bundle shows and what not."""
    from stargauge.evidence.proving import check
    from stargauge.evidence.stamping import bundle_of
    from stargauge.report.evidence.bundles import later_of
    from stargauge.report.evidence.receipt import receipt as made_of

    with opened(view) as archive:
        found = archive.find(entry)
        shown = check(bundle_of(archive, [found.index], later_of(archive, {found.target}, found.index)), archive.verifiers())
    made = made_of(shown, f"{found.id}.zip", view.asked.language)
    return view.render("evidence_receipt.html.j2", entry=found, r=made, w=made.words)


@page("/evidence/entry/{entry}/bundle", kept=False)
def bundle(view: View, entry: str) -> bytes:
    """An entry with everything that proves it, as one file."""
    from stargauge.evidence.bundle import packed
    from stargauge.report.evidence.bundles import bundle_with_words, later_of

    with opened(view) as archive:
        found = archive.find(entry)
        later = later_of(archive, {found.target}, found.index)
        content = packed(bundle_with_words(archive, [found.index], later, f"{found.id}.zip"))
    view.headers |= {"media": "application/zip", "Content-Disposition": f'attachment; filename="{found.id}.zip"'}
    return content


@page("/evidence/verify", kept=False)
def verify(view: View) -> str:
    """Where a bundle is checked."""
    return view.render("evidence_verify.html.j2", shown=None, faults=(), name="", key="", ours=there(view))


@page("/evidence/verify", writes=True)
def verified(view: View) -> str:
    """What a bundle shows, checked here with the keys that the reader trusts; nothing of it is stored."""
    given, key = view.body.get("bundle"), field_of(view.body, "key").strip()
    name = str(given[0])[-120:] if isinstance(given, tuple) else ""
    shown: Any = None
    faults: tuple[Fault, ...] = ()
    try:
        if not isinstance(given, tuple) or not given[0]:
            raise InputError(say("no file was chosen; choose a bundle, a .zip file made by stargauge evidence bundle"))
        shown = _checked(view, bytes(given[1]), key)
    except InputError as error:
        faults = error.faults
    if faults:
        view.headers["status"] = "400"
        return view.render("evidence_verify.html.j2", shown=None, faults=faults, name=name, key=key, ours=there(view))
    from stargauge.report.evidence.receipt import receipt as made_of

    made = made_of(shown, name, view.asked.language)
    return view.render("evidence_verify.html.j2", shown=shown, faults=(), r=made, w=made.words, name=name, key=key, ours=there(view))


def _checked(view: View, raw: bytes, key: str) -> Any:
    from stargauge.evidence.bundle import opened as opened_bundle
    from stargauge.evidence.log.note import Verifier
    from stargauge.evidence.proving import check

    _expect_small(raw)
    made = opened_bundle(raw)
    keys = [Verifier.of(line) for line in key.splitlines() if line.strip()]
    if not keys and there(view):
        with opened(view) as archive:
            ours = archive.verifiers()
        keys = list(ours) if {one.name for one in ours} & {one.name for one in made.keys} else []
    return check(made, keys)


def _expect_small(raw: bytes) -> None:
    """Raise InputError for what unpacks to more than is checked here; a file that is no archive is told by the check itself."""
    import io
    import zipfile

    try:
        sizes = sum(one.file_size for one in zipfile.ZipFile(io.BytesIO(raw)).infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return
    if sizes > MOST_UNPACKED:
        raise InputError(
            say(
                "it unpacks to {size:,} bytes; here at most {most:,} are checked: stargauge evidence verify FILE",
                size=sizes,
                most=MOST_UNPACKED,
            )
        )
