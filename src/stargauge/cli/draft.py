"""`stargauge draft`: what a text says, as drafts of claims for a person to confirm."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from stargauge.cli.commands import print_json
from stargauge.cli.files import expect_writable, write_whole
from stargauge.quantity.errors import Fault, InputError

#: A text may have so many bytes.
LARGEST = 20 * 2**20
#: How the bytes of an address are got; none until a capture is wired in here. Takes a URL, gives (body, content type).
FETCH: Callable[[str], tuple[bytes, str]] | None = None
_STEPS = "[a]ccept, [e]dit, [r]eject, [s]kip, [q]uit"


def draft(asked: argparse.Namespace) -> int:
    """`stargauge draft`."""
    from stargauge.programme.proposals import Article, draft_data, yaml_of
    from stargauge.reading.drafting import draft as read

    target = Path(asked.write) if asked.write else None
    if target is not None:
        expect_writable(target, "draft", ".yaml")
        if target.exists():
            raise InputError(f'"{target}" exists already; it was not touched: choose another name')
    if asked.review and asked.article == "-":
        raise InputError("--review reads your decisions from standard input, so the text has to be a file")
    made = read(article_text(asked.article, FETCH), asked.language, asked.published)
    for note in made.notes:
        print(f"note: {note}", file=sys.stderr)
    if asked.json:
        print_json(made.to_dict())
        return 0
    url = asked.url or (asked.article if _is_address(asked.article) else "")
    data = draft_data(made, Article(asked.publisher, asked.title, url, date.today()))
    if asked.review:
        data = reviewed(data, sys.stdin, sys.stderr)
    text = f"{_HEAD}{yaml_of(data)}"
    if target is not None:
        write_whole(target, text)
        count = len(data["drafts"])
        print(f"{count} draft{'' if count == 1 else 's'}: {target.resolve()}")
    else:
        sys.stdout.write(text)
    return 0


_HEAD = """# Read by rules: check every word against the text. Nothing under `drafts` is a claim: what you confirm belongs under `claims`.
# `stargauge check` accepts this file, alone or laid over a programme: stargauge check PROGRAMME --scenario THIS_FILE
"""


# --- the text ---------------------------------------------------------------------------------------------------------------------


def article_text(asked: str, fetch: Callable[[str], tuple[bytes, str]] | None = None) -> str:
    """The text of a file, of standard input (`-`), or of an address where a way to fetch it is given. A page becomes its text."""
    if _is_address(asked):
        if fetch is None:
            raise InputError(f'"{asked}" is an address, and nothing is fetched here: save the page and name its file, or capture it first')
        body, kind = fetch(asked)
        return _text(body, "html" in kind, asked)
    if asked == "-":
        return _text(sys.stdin.buffer.read(LARGEST + 1), False, "standard input")
    path = Path(asked)
    try:
        with path.open("rb") as file:
            body = file.read(LARGEST + 1)
    except OSError as error:
        raise InputError(Fault(f"cannot be read: {error.strerror}", file=asked)) from None
    return _text(body, path.suffix.lower() in (".html", ".htm", ".xhtml"), asked)


def _is_address(asked: str) -> bool:
    return asked.startswith(("http://", "https://"))


def _text(body: bytes, page: bool, name: str) -> str:
    from stargauge.reading.page import is_page, text_of_page

    if len(body) > LARGEST:
        raise InputError(Fault(f"has more than {LARGEST:,} bytes; expected a text", file=name))
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if not page:
            raise InputError(Fault(f"is not UTF-8 (byte {error.start:,}); save it as UTF-8", file=name)) from None
        text = body.decode("cp1252", "replace")
    return (_captured_text(body) or text_of_page(text)) if page or is_page(text) else text


def _captured_text(body: bytes) -> str:
    """The text that a capture keeps of a page, so that places agree with it; nothing where captures are not installed."""
    try:
        return str(import_module("stargauge.evidence.capture.text").page_text(body).text)
    except ImportError:
        return ""


# --- confirming -------------------------------------------------------------------------------------------------------------------


def reviewed(data: dict[str, Any], answers: Iterator[str], shown: Any) -> dict[str, Any]:
    """The drafts put to a person one by one. Accepted ones become claims, rejected ones are gone, the rest stays a draft."""
    from stargauge.programme.proposals import UNKNOWN, confirmed

    publisher = data["sources"]["article"]["publisher"]
    claims: dict[str, Any] = {}
    drafts: dict[str, Any] = {}
    entries = list(data["drafts"].items())
    rejected, stopped = 0, False
    for n, (name, entry) in enumerate(entries, 1):
        if stopped:
            drafts[name] = entry
            continue
        print(f"\n{n} of {len(entries)}  {name}\n{_told(entry)}", file=shown)
        step, kept = _decision(entry, answers, shown)
        if step == "accept":
            claims[name] = confirmed(kept, publisher if publisher != UNKNOWN else "")
        elif step == "reject":
            rejected += 1
        else:
            drafts[name], stopped = entry, step == "quit"
    print(f"\n{len(claims)} confirmed, {rejected} rejected, {len(drafts)} still drafts", file=shown)
    head = {key: value for key, value in data.items() if key != "drafts"}
    return head | ({"claims": claims} if claims else {}) | {"drafts": drafts}


def _decision(entry: dict[str, Any], answers: Iterator[str], shown: Any) -> tuple[str, dict[str, Any]]:
    kept = dict(entry)
    while True:
        answer = _asked(f"{_STEPS} > ", answers, shown)
        if answer is None or answer[:1].lower() == "q":
            return "quit", kept
        step = answer[:1].lower()
        if step == "r":
            return "reject", kept
        if step == "s" or not step:
            return "skip", kept
        if step == "e":
            kept = _edited(kept, answers, shown)
        if step in ("a", "e"):
            fault = _fault(kept)
            if not fault:
                return "accept", kept
            print(f"not confirmed: {fault}", file=shown)
        else:
            print(f'got "{answer}"; expected {_STEPS}', file=shown)


def _edited(entry: dict[str, Any], answers: Iterator[str], shown: Any) -> dict[str, Any]:
    """Speaker, day, own words and first reading, each kept where the answer is empty."""
    kept = dict(entry)
    first = next(iter(kept["readings"]), "as said")
    for key, old in (("speaker", kept.get("speaker")), ("said", kept.get("said")), ("says", kept.get("says") or kept["quote"])):
        answer = _asked(f"{key} [{old or ''}] > ", answers, shown)
        if answer:
            kept[key] = answer
    answer = _asked(f"reading [{kept['readings'].get(first, '')}] > ", answers, shown)
    if answer:
        kept["readings"] = {**kept["readings"], first: answer}
    return kept


def _fault(entry: dict[str, Any]) -> str:
    """Why an entry cannot become a claim yet, or nothing."""
    from stargauge.audit.language import parse
    from stargauge.quantity.dates import parse_window

    if not entry.get("said"):
        return "a claim needs the day on which it was said; edit it, or give --published"
    try:
        parse_window(str(entry["said"]))
        for text in entry["readings"].values():
            parse(text)
    except InputError as error:
        return str(error)
    return ""


def _asked(prompt: str, answers: Iterator[str], shown: Any) -> str | None:
    print(prompt, end="", file=shown, flush=True)
    line = next(answers, None)
    return None if line is None else line.strip()


def _told(entry: dict[str, Any]) -> str:
    """A draft as it is put to a person."""
    lines = [f"  {entry['speaker'] or 'the text itself'} ({entry['form']}, {entry['kind']}):", f"  {' '.join(entry['quote'].split())}"]
    lines += ["  the words are a translation"] if entry.get("translated_quote") else []
    lines += [f"  - {one}" for one in entry.get("found", ())]
    lines += [f"  {name}: {text}" for name, text in entry["readings"].items()]
    return "\n".join(lines)
