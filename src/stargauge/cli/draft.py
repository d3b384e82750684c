"""`stargauge draft`: what a text says, as drafts of claims for a person to confirm."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from stargauge.cli.commands import print_json
from stargauge.cli.evidence import extras_told
from stargauge.cli.files import expect_writable, write_whole
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say

if TYPE_CHECKING:
    from stargauge.cli.draft_text import Material
    from stargauge.evidence.archive import Entry
    from stargauge.programme.decisions import Decision
    from stargauge.programme.proposals import Article


def _steps() -> str:
    return say("[a]ccept, [e]dit, [r]eject, [s]kip, [q]uit")


def draft(asked: argparse.Namespace) -> int:
    """`stargauge draft`."""
    from stargauge.cli.draft_text import material
    from stargauge.programme.proposals import draft_data, yaml_of
    from stargauge.reading.drafting import draft as read

    target = Path(asked.write) if asked.write else None
    if target is not None:
        expect_writable(target, "draft", ".yaml")
        if target.exists():
            raise InputError(say('"{target}" exists already; it was not touched: choose another name', target=target))
    if asked.review and asked.article == "-":
        raise InputError(say("--review reads your decisions from standard input, so the text has to be a file"))
    if asked.by and not (asked.review and asked.evidence):
        raise InputError(say("--by names who decides, for the evidence log: it goes with --review and --evidence"))
    with extras_told(), material(asked) as found:
        made = read(found.text, asked.language, asked.published, found.blocks)
        for note in made.notes:
            print(say("note: {text}", text=note), file=sys.stderr)
        if asked.json:
            told = made.to_dict()
            print_json(told if found.capture is None else {**told, "capture": found.capture.id})
            return 0
        data = draft_data(made, _article(asked, found.capture))
        if asked.review:
            data, decisions = reviewed(data, sys.stdin, sys.stderr, asked.publisher)
            _keep(found, decisions, asked.by)
        text = f"{_head()}{yaml_of(data)}"
        if target is not None:
            write_whole(target, text)
            told = {"number": len(data["drafts"]), "file": target.resolve()}
            print(say("{number} draft: {file}" if len(data["drafts"]) == 1 else "{number} drafts: {file}", **told))
        else:
            sys.stdout.write(text)
    return 0


def _article(asked: argparse.Namespace, entry: Entry | None) -> Article:
    """Where the text comes from: what is said on the command line, else what the capture tells."""
    from stargauge.programme.proposals import Article

    if entry is None:
        return Article(asked.publisher, asked.title, asked.url, date.today())
    told = {name: str(entry.about.get(name) or "") for name in ("title", "final_url", "requested")}
    address = next((one for one in (told["final_url"], told["requested"], entry.target) if "://" in one), "")
    publisher = asked.publisher or (urlsplit(address).hostname or "").removeprefix("www.")
    return Article(publisher, asked.title or told["title"], asked.url or address, entry.time.date(), entry.id)


def _keep(found: Material, decisions: list[Decision], by: str) -> None:
    """Decisions on a capture, added to the log of its folder: all of them or none."""
    from stargauge.programme.decisions import abouts

    if found.archive is None or found.capture is None or not decisions:
        return
    from stargauge.evidence.items import Item

    kept = found.archive.add_many(Item("claim", found.capture.target, one) for one in abouts(decisions, found.capture.id, by))
    ids = kept[0].id if len(kept) == 1 else say("{low} to {high}", low=kept[0].id, high=kept[-1].id)
    told = {"number": len(kept), "ids": ids}
    text = say("{number} step added to the log: {ids}" if len(kept) == 1 else "{number} steps added to the log: {ids}", **told)
    print(text, file=sys.stderr)


def _head() -> str:
    """What stands above the drafts in their file."""
    return say(
        "# Read by rules: check every word against the text. Nothing under `drafts` is a claim: what you confirm belongs under `claims`.\n"
        "# `stargauge check` accepts this file, alone or laid over a programme: stargauge check PROGRAMME --scenario THIS_FILE\n"
    )


# --- confirming -------------------------------------------------------------------------------------------------------------------


def reviewed(data: dict[str, Any], answers: Iterator[str], shown: Any, publisher: str = "") -> tuple[dict[str, Any], list[Decision]]:
    """The drafts put to a person one by one, and what was decided. Accepted ones become claims, rejected ones are gone, the rest drafts.

    Ctrl-C stops as `q` does: what was decided before it stands, the draft it fell on stays one.
    """
    from stargauge.programme.decisions import steps
    from stargauge.programme.proposals import confirmed

    capture = data["sources"]["article"].get("capture", "none")
    decisions: list[Decision] = []
    claims: dict[str, Any] = {}
    drafts: dict[str, Any] = {}
    entries = list(data["drafts"].items())
    rejected, stopped = 0, False
    for n, (name, entry) in enumerate(entries, 1):
        if stopped:
            drafts[name] = entry
            continue
        print(say("\n{place} of {number}  {name}\n", place=n, number=len(entries), name=name) + _told(entry), file=shown)
        try:
            step, kept = _decision(entry, answers, shown)
        except KeyboardInterrupt:
            step, kept = "quit", entry
        decisions += steps(name, entry, kept, step)
        if step == "accept":
            claims[name] = confirmed(kept, publisher, capture)
        elif step == "reject":
            rejected += 1
        else:
            drafts[name], stopped = entry, step == "quit"
    counts = {"claims": len(claims), "rejected": rejected, "drafts": len(drafts)}
    print(say("\n{claims} confirmed, {rejected} rejected, {drafts} still drafts", **counts), file=shown)
    head = {key: value for key, value in data.items() if key != "drafts"}
    return head | ({"claims": claims} if claims else {}) | {"drafts": drafts}, decisions


def _decision(entry: dict[str, Any], answers: Iterator[str], shown: Any) -> tuple[str, dict[str, Any]]:
    from stargauge.audit.claims.confirming import not_yet

    kept = dict(entry)
    while True:
        answer = _asked(f"{_steps()} > ", answers, shown)
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
            fault = not_yet(kept)
            if not fault:
                return "accept", kept
            print(say("not confirmed: {fault}", fault=fault), file=shown)
        else:
            print(say('got "{answer}"; expected {steps}', answer=answer, steps=_steps()), file=shown)


def _edited(entry: dict[str, Any], answers: Iterator[str], shown: Any) -> dict[str, Any]:
    """Speaker, day, own words and first reading, each kept where the answer is empty."""
    kept = dict(entry)
    first = next(iter(kept["readings"]), "as said")
    asked = (
        ("speaker", say("speaker", "a draft"), kept.get("speaker")), ("said", say("said", "a draft"), kept.get("said")),
        ("says", say("says", "a draft"), kept.get("says") or kept["quote"]),
    )  # fmt: skip
    for key, name, old in asked:
        answer = _asked(f"{name} [{old or ''}] > ", answers, shown)
        if answer:
            kept[key] = answer
    answer = _asked(f"{say('reading')} [{kept['readings'].get(first, '')}] > ", answers, shown)
    if answer:
        kept["readings"] = {**kept["readings"], first: answer}
    return kept


def _asked(prompt: str, answers: Iterator[str], shown: Any) -> str | None:
    print(prompt, end="", file=shown, flush=True)
    line = next(answers, None)
    return None if line is None else line.strip()


def _told(entry: dict[str, Any]) -> str:
    """A draft as it is put to a person."""
    who = entry["speaker"] or say("the text itself", "who")
    lines = [f"  {who} ({entry['form']}, {entry['kind']}):", f"  {' '.join(entry['quote'].split())}"]
    lines += [say("  the words are a translation")] if entry.get("translated_quote") else []
    lines += [f"  - {one}" for one in entry.get("found", ())]
    lines += [f"  - {one}" for one in entry.get("relations", ())]
    lines += [f"  {name}: {text}" for name, text in entry["readings"].items()]
    return "\n".join(lines)
