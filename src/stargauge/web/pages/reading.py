"""An article read by rules: what it states, marked in its text; drafts that a person confirms, changes or rejects, and writes to a file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say
from stargauge.web import files
from stargauge.web.library import ENDINGS, Shelf
from stargauge.web.pages.edit import faults_in, lead_to
from stargauge.web.pages.programmes import opened
from stargauge.web.routes import page
from stargauge.web.view import View

if TYPE_CHECKING:
    from stargauge.reading.drafting import Draft

#: An article may have so many characters; books are read at the command line.
MOST_ARTICLE = 60_000
#: So many statements can be decided on in one form.
MOST_DRAFTS = 200
_FIELDS = ("publisher", "title", "url", "published", "language", "text")
_HEAD = "# Read by rules: check every word against the text. Nothing under `drafts` is a claim.\n"


@dataclass(frozen=True)
class Read:
    """An article as it was read: its drafts by name, as proposed, and what was decided on each. `blocks`: each line is a paragraph."""

    draft: Draft
    data: Mapping[str, Any]
    decided: Mapping[str, tuple[str, Mapping[str, Any]]]
    blocks: bool = False

    @property
    def faults(self) -> dict[str, str]:
        """Why drafts that were confirmed cannot become claims yet."""
        from stargauge.audit.claims.confirming import not_yet

        found = {
            name: not_yet(entry).replace(", or give --published", "") for name, (step, entry) in self.decided.items() if step == "accept"
        }
        return {name: text for name, text in found.items() if text}


@page("/reading", kept=False)
def reading(view: View) -> str:
    """Where an article is pasted."""
    return view.render("reading.html.j2", given={}, faults=())


@page("/reading", writes=True)
def read(view: View) -> str:
    """What an article states, and what becomes of it."""
    given = {name: files.field_of(view.body, name).strip() for name in _FIELDS}
    given["text"] = re.sub(r"\r\n?", "\n", files.field_of(view.body, "text"))
    try:
        made = _read(view, given)
    except InputError as error:
        view.headers["status"] = "400"
        return view.render("reading.html.j2", given=given, faults=error.faults)
    faults: Sequence[Fault] = ()
    if view.body.get("act") == "write":
        try:
            return _written(view, made, given)
        except InputError as error:
            faults = error.faults
            view.headers["status"] = "400"
    own = [one for one in view.shelves().values() if one.own]
    return view.render(
        "reading_drafts.html.j2", given={**given, "text": made.draft.text}, read=made, drafts=made.data["drafts"], decided=made.decided,
        segments=_segments(made), notes=made.draft.notes, faults=faults, not_yet=made.faults, own=own, blocks="yes" if made.blocks else "",
        chosen=files.field_of(view.body, "into") or "new", name=files.field_of(view.body, "name"), folder=view.folder is not None,
    )  # fmt: skip


def _read(view: View, given: Mapping[str, str]) -> Read:
    from stargauge.programme.proposals import Article, draft_data
    from stargauge.reading.drafting import draft
    from stargauge.reading.page import is_page, text_of_page

    text, blocks = given["text"], view.body.get("blocks") == "yes"
    if not text.strip():
        raise InputError(say("the text is empty; paste an article"))
    if len(text) > MOST_ARTICLE:
        raise InputError(
            say(
                "the text has {number:,} characters; expected at most {most:,}: stargauge draft FILE reads longer ones",
                number=len(text),
                most=MOST_ARTICLE,
            )
        )
    if is_page(text):
        text, blocks = text_of_page(text), True
    made = draft(text, given["language"] or None, given["published"] or None, blocks)
    if len(made.statements) > MOST_DRAFTS:
        raise InputError(
            say(
                "the text holds {number:,} statements; expected at most {most}: paste it in parts",
                number=len(made.statements),
                most=MOST_DRAFTS,
            )
        )
    data = draft_data(made, Article(given["publisher"], given["title"], given["url"], date.today()))
    return Read(made, data, {name: _decided(view.body, name, entry) for name, entry in data["drafts"].items()}, blocks)


def _decided(body: Mapping[str, Any], name: str, entry: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """What a form says of one draft: keep, accept or reject, and its words as they were changed."""
    step = files.field_of(body, f"{name}.step")
    kept = dict(entry)
    for field in ("speaker", "said", "says"):
        value = files.field_of(body, f"{name}.{field}").strip()
        if value and (field != "says" or value.split() != str(entry["quote"]).split()):
            kept[field] = value
    readings = dict(entry["readings"])
    for number, reading in enumerate(readings):
        value = " ".join(files.field_of(body, f"{name}.reading{number}").split())
        if value:
            readings[reading] = value
    return step if step in ("accept", "reject") else "keep", {**kept, "readings": readings}


def _segments(made: Read) -> list[tuple[str, list[tuple[str, int, bool]]]]:
    """The text in pieces, each with the drafts whose words it is: name, number, whether it begins here."""
    text = made.draft.text
    spans = [(name, number, entry["start"], entry["end"]) for number, (name, entry) in enumerate(made.data["drafts"].items(), 1)]
    cuts = sorted({0, len(text), *(cut for _, _, start, end in spans for cut in (start, end))})
    pieces = []
    for start, end in pairwise(cuts):
        pieces.append((text[start:end], [(name, number, first == start) for name, number, first, last in spans if first <= start < last]))
    return pieces


# --- writing ----------------------------------------------------------------------------------------------------------------------


def _written(view: View, made: Read, given: Mapping[str, str]) -> str:
    """Put source, claims and drafts into a file of the user's, new or there already. Raises InputError, with nothing written."""
    if made.faults:
        raise InputError([Fault(text, name) for name, text in made.faults.items()])
    into = files.field_of(view.body, "into") or "new"
    if into == "new":
        return _new(view, made, given)
    found = view.shelves().get(into)
    if found is None or not found.own:
        raise InputError(say('there is no programme "{into}" of yours to write into', into=into))
    texts, marks = _added(found, made, given)
    before, after = _count(view, found, {}), _count(view, found, texts)
    if after > before:
        raise InputError(say("with it the programme would have more errors than before; nothing was written"))
    files.save_all(texts, marks)
    return lead_to(view, found, next(iter(texts)).name)


def _new(view: View, made: Read, given: Mapping[str, str]) -> str:
    from stargauge.programme.proposals import yaml_of

    if view.folder is None or not view.folder.is_dir():
        raise InputError(say("this server shows no folder of yours; start it with one: stargauge serve FOLDER"))
    title = given["title"] or made.data["sources"]["article"]["title"]
    claims, drafts = _parts(made, given, "article", set())
    data = {"name": title, "sources": made.data["sources"], **({"claims": claims} if claims else {}), "drafts": drafts}
    name = files.file_name(files.field_of(view.body, "name") or title[:60])
    return opened(view, files.create(view.folder, name, f"{_HEAD}{yaml_of(data)}".encode()))


def _parts(made: Read, given: Mapping[str, str], source: str, taken: set[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Claims that were confirmed and drafts that were kept, by ids that are free; what was rejected is gone."""
    from stargauge.programme.proposals import confirmed

    claims, drafts = dict[str, Any](), dict[str, Any]()
    for name, (step, entry) in made.decided.items():
        free = _free(name, taken)
        if step == "accept":
            claims[free] = confirmed({**entry, "source": source}, given["publisher"])
        elif step == "keep":
            drafts[free] = {**entry, "source": source}
    return claims, drafts


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    taken.add(free)
    return free


def _added(found: Shelf, made: Read, given: Mapping[str, str]) -> tuple[dict[Path, str], dict[Path, str]]:
    """The texts of a programme's files with source, claims and drafts in their sections, and the marks of the texts without."""
    from stargauge.programme.insertion import with_entries
    from stargauge.programme.load import documents
    from stargauge.programme.positions import Section

    data = Section()
    for document in documents(found.path):
        if document.root:
            data[str(document.root[0])] = document.data
        elif isinstance(document.data, dict):
            data.update(document.data)
    taken = {str(name) for part in ("claims", "drafts") for name in (data.get(part) or {})}
    plain = re.sub(r"[^a-z0-9]+", "-", f"{given['publisher'] or 'article'}-{given['published'][:7]}".lower()).strip("-")
    source = _free(plain or "article", {str(name) for name in data.get("sources") or {}})
    claims, drafts = _parts(made, given, source, taken)
    if not claims and not drafts:
        raise InputError(say("every draft was rejected; there is nothing to write"))
    texts, marks = dict[Path, str](), dict[Path, str]()
    for part, entries in (("sources", {source: made.data["sources"]["article"]}), ("claims", claims), ("drafts", drafts)):
        if entries:
            path, root = _place(found, part)
            if path not in texts:
                texts[path] = files.text_of(path)
                marks[path] = files.mark_of(texts[path])
            texts[path] = with_entries(texts[path], part, entries, path.name, root)
    return texts, marks


def _place(found: Shelf, part: str) -> tuple[Path, tuple[str, ...]]:
    """The file of a programme in which a section stands, or would."""
    if not found.path.is_dir():
        return found.path, ()
    names = files.files_of(found)
    own = next((names[f"{part}{ending}"] for ending in ENDINGS if f"{part}{ending}" in names), None)
    return (own, (part,)) if own else (files.file_of(found, ""), ())


def _count(view: View, found: Shelf, texts: Mapping[Path, str]) -> int:
    """How many faults a programme has, with these texts in the place of its files."""
    return len(faults_in(view, found, {path.name: text for path, text in texts.items()}))
