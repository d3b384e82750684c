"""`stargauge evidence capture`: take pages, posts and files as evidence.

The group `evidence` calls `register` with its subparsers and then `run` of the arguments. Nothing heavy is imported before `run`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stargauge.evidence.archive import Archive, Entry
    from stargauge.evidence.capture.capture import Options, Taken

METHODS = ("web", "browser", "supplied", "mastodon", "bluesky", "feed")
EXAMPLES = """examples:
  stargauge evidence capture https://news.example/article
  stargauge evidence capture page.mhtml --shows https://x.com/a/status/1
  stargauge evidence capture https://mastodon.example/@a/1 --method mastodon"""


def register(subparsers: Any) -> None:
    """Add the command to the group's subparsers."""
    made: argparse.ArgumentParser = subparsers.add_parser(
        "capture", help="take a page, a post or a file as evidence", epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("what", nargs="+", metavar="URL|FILE", help="what to take; a file is kept as supplied by you")
    made.add_argument("--method", choices=METHODS, help="how (default: web for a URL, supplied for a file, bluesky for at://)")
    made.add_argument("--evidence", metavar="DIR", default="evidence", help="the folder of evidence (default: evidence)")
    made.add_argument("--shows", metavar="URL", default="", help="what a supplied file shows, where it does not say so itself")
    made.add_argument("--header", action="append", default=[], metavar="'NAME: VALUE'", help="sent to that host alone (repeatable)")
    made.add_argument("--logged-in", action="store_true", help="mark: seen as somebody logged in")
    made.add_argument("--vantage", metavar="NAME", default="local", help="from where it is seen, in your words (default: local)")
    made.add_argument(
        "--allow-private", action="append", default=[], metavar="HOST[:PORT]", help="an address in your own network (repeatable)"
    )
    made.add_argument("--seconds", type=float, default=60.0, metavar="N", help="time for each answer (default 60)")
    made.add_argument("--format", choices=("text", "json"), default="text", help="text (default) or JSON")
    made.add_argument("--json", dest="format", action="store_const", const="json", help="the same as --format json")
    made.set_defaults(run=run)


def opened(folder: str) -> AbstractContextManager[Archive]:
    """The archive in a folder, for writing."""
    workspace = import_module("stargauge.evidence.workspace").Workspace
    made: AbstractContextManager[Archive] = workspace.open(folder)
    return made


def run(asked: argparse.Namespace) -> int:
    """Take each target; those at fault are told together at the end, and the others are kept."""
    from stargauge.evidence.capture.capture import add, take
    from stargauge.quantity.errors import Fault, InputError

    faults: list[Fault] = []
    done: list[tuple[Entry, Taken]] = []
    with opened(asked.evidence) as archive:
        for what in asked.what:
            try:
                target, method, options = _order(asked, what)
                taken = take(target, method, options)
                done.append((add(archive, taken), taken))
            except InputError as error:
                faults += [Fault(one.message, one.path, one.file or what, one.line, one.column) for one in error.faults]
                continue
            if asked.format == "text":
                sys.stdout.write("".join(f"{line}\n" for line in lines_of(*done[-1])))
    if asked.format == "json":
        from stargauge.cli.commands import print_json

        print_json({"captures": [as_json(*one) for one in done], "faults": [{"file": one.file, "message": str(one)} for one in faults]})
    if faults:
        raise InputError(faults)
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
            raise InputError(f"got --header {one!r}; expected 'Name: value'")
        headers[name.strip()] = value.strip()
    is_url = "://" in what or what.startswith("at:")
    method = asked.method or ("bluesky" if what.startswith("at:") else "web" if is_url else "supplied")
    options = Options(
        file=None if is_url else Path(what), headers=headers, logged_in=asked.logged_in, vantage=asked.vantage,
        guard=Guard(frozenset(asked.allow_private)), limits=Limits(seconds=asked.seconds),
    )  # fmt: skip
    if method == "supplied":
        return asked.shows, method, options
    if not is_url:
        raise InputError(f'got "{what}"; expected a URL such as https://news.example/article')
    return what, method, options


def lines_of(entry: Entry, taken: Taken) -> Iterator[str]:
    """What was taken, for a terminal. Everything captured stands behind a margin with nothing in it that could steer the terminal."""
    from stargauge.evidence.capture.plain import plain, quoted

    about = entry.about
    yield f"{entry.id}  {plain(entry.target)}"
    said = [
        about["method"],
        f"status {about['status']}" if "status" in about else "",
        "supplied by you" if about.get("user_supplied") else "",
    ]
    yield f"  {', '.join(part for part in said if part)}; terms: {about['source_terms']}"
    if about.get("final_url") not in ("", None, entry.target):
        yield f"  answered by {plain(str(about['final_url']))}"
    for name, words in (
        ("started", "our clock"),
        ("added", "our clock"),
        ("server_date", "the server's"),
        ("stated_time", "as the file states"),
    ):
        if name in about:
            yield f"  {about[name]} ({words})"
    if "error" in about:
        yield f"  not whole: {plain(str(about.get('message') or about['error']))}"
    if "items_captured" in about:
        shown = f"shown {about['items_shown']:,}, " if "items_shown" in about else ""
        yield f"  thread: {shown}captured {about['items_captured']:,}; completeness {about['completeness']}"
    yield from (f"  note: {plain(note)}" for note in taken.notes)
    yield f"  kept: {', '.join(sorted(entry.payloads))}"
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
