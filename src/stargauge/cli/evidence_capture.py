"""`stargauge evidence capture` and `wacz`: take pages, posts and files as evidence, and hand captures on for replay."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stargauge.audit.wording.languages import written
from stargauge.cli import evidence
from stargauge.quantity.spoken import say

if TYPE_CHECKING:
    from stargauge.evidence.archive import Entry
    from stargauge.evidence.capture.capture import Options, Taken

METHODS = ("web", "browser", "supplied", "mastodon", "bluesky", "feed")


def capture_(asked: argparse.Namespace) -> int:
    """`stargauge evidence capture`: those at fault are told together at the end, and the others are kept."""
    from stargauge.cli.commands import print_json
    from stargauge.cli.main import fault_lines
    from stargauge.evidence.capture.capture import add, take
    from stargauge.evidence.turn import in_turn
    from stargauge.quantity.errors import Fault, InputError

    faults: list[Fault] = []
    done: list[tuple[Entry, Taken]] = []
    evidence.opened(asked).close()  # what is at fault with it is told before anything is asked
    for what in asked.what:
        try:
            taken = take(*_order(asked, what))  # without the lock: what watches meanwhile goes on
            with in_turn(lambda: evidence.opened(asked, write=True)) as archive:
                done.append((add(archive, taken), taken))
        except InputError as error:
            faults += [Fault(one.message, one.path, one.file or what, one.line, one.column) for one in error.faults]
            continue
        if not asked.json:
            sys.stdout.write("".join(f"{line}\n" for line in lines_of(*done[-1])))
    if faults and not done:
        raise InputError(faults)
    if asked.json:
        print_json({"captures": [as_json(*one) for one in done], "faults": [{"file": one.file, "message": str(one)} for one in faults]})
    if faults:
        sys.stderr.write("".join(f"{line}\n" for line in fault_lines(InputError(faults), kept=len(done))))
    return 2 if faults else 0


def wacz_(asked: argparse.Namespace) -> int:
    """`stargauge evidence wacz`."""
    from stargauge.cli.commands import print_json
    from stargauge.cli.files import expect_writable, write_whole
    from stargauge.evidence.capture.wacz import export

    path = Path(asked.file)
    expect_writable(path, "web archive", ".wacz")
    with evidence.opened(asked) as archive:
        wanted = [archive.find(name) for name in asked.entries] or [one for one in archive.entries("capture") if "warc" in one.payloads]
        data = export(archive, wanted)
    write_whole(path, data)
    if asked.json:
        print_json({"file": str(path), "entries": [one.id for one in wanted], "size": len(data)})
    else:
        told = {"number": len(wanted), "file": path}
        print(say("{number} capture written to {file}" if len(wanted) == 1 else "{number} captures written to {file}", **told))
    return 0


def _order(asked: argparse.Namespace, what: str) -> tuple[str, str, Options]:
    """Target, method and options of one argument."""
    from stargauge.evidence.capture.capture import Options
    from stargauge.evidence.capture.fetch import Limits
    from stargauge.evidence.capture.guard import Guard
    from stargauge.quantity.errors import InputError

    headers = {}
    for one in asked.header:
        name, colon, value = one.partition(":")
        if not colon or not name.strip() or "\n" in one or "\r" in one:
            raise InputError(say("got --header {one!r}; expected 'Name: value'", one=one))
        headers[name.strip()] = value.strip()
    is_url = "://" in what or what.startswith("at:")
    method = asked.method or ("bluesky" if what.startswith("at:") else "web" if is_url else "supplied")
    options = Options(
        file=None if is_url else Path(what), headers=headers, logged_in=asked.logged_in, vantage=asked.vantage,
        guard=Guard(frozenset(asked.allow_private)), limits=Limits(seconds=asked.seconds), settings={"scroll": asked.scroll}, apart=True,
    )  # fmt: skip
    if method == "supplied":
        return asked.shows, method, options
    if not is_url:
        raise InputError(say('got "{what}"; expected a URL such as https://news.example/article', what=what))
    return what, method, options


def lines_of(entry: Entry, taken: Taken) -> Iterator[str]:
    """What was taken, for a terminal. Everything captured stands behind a margin with nothing in it that could steer the terminal."""
    from stargauge.evidence.capture.plain import plain, quoted

    about = entry.about
    yield f"{entry.id}  {plain(entry.target)}"
    said = [
        about["method"],
        say("status {number}", number=about["status"]) if "status" in about else "",
        say("by you") if about.get("user_supplied") else "",
    ]
    yield say("  {how}; terms: {terms}", how=", ".join(part for part in said if part), terms=about["source_terms"])
    if about.get("final_url") not in ("", None, entry.target):
        yield say("  answered by {address}", address=plain(str(about["final_url"])))
    for name, words in (
        ("started", say("our clock")),
        ("added", say("our clock")),
        ("server_date", say("the server's")),
        ("stated_time", say("as the file states")),
    ):
        if name in about:
            yield f"  {about[name]} ({words})"
    if "error" in about:
        yield say("  not whole: {why}", why=plain(str(about.get("message") or about["error"])))
    elif "message" in about:
        yield say("  without a text: {why}", why=plain(str(about["message"])))
    if "refused_redirect" in about:
        yield say("  led to {address}, which was not asked", address=plain(str(about["refused_redirect"])))
    if "items_captured" in about:
        told = {"captured": written(f"{about['items_captured']:,}"), "completeness": about["completeness"]}
        if "items_shown" in about:
            shown = written(f"{about['items_shown']:,}")
            yield say("  thread: shown {shown}, captured {captured}; completeness {completeness}", shown=shown, **told)
        else:
            yield say("  thread: captured {captured}; completeness {completeness}", **told)
    yield from (say("  note: {text}", text=plain(note)) for note in taken.notes)
    yield say("  kept: {names}", names=", ".join(sorted(entry.payloads)))
    if about.get("title"):
        yield from quoted(str(about["title"]))
    if taken.text:
        yield from quoted(taken.text, 6)


def as_json(entry: Entry, taken: Taken) -> dict[str, Any]:
    """The same as JSON."""
    from stargauge.evidence.capture.items import written

    made: dict[str, Any] = {
        "id": entry.id, "index": entry.index, "target": entry.target, "time": written(entry.time), "about": dict(entry.about),
        "payloads": dict(entry.payloads), "notes": list(taken.notes),
    }  # fmt: skip
    return made
