"""A programme's file in the browser: written, checked at the line, run before it is saved. Shipped files are shown and can be copied."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say
from stargauge.web import files
from stargauge.web.library import Shelf
from stargauge.web.routes import page
from stargauge.web.view import View


@page("/p/{programme}/edit", asks=("file", "saved"), kept=False)
def edit(view: View, file: str, saved: str) -> str:
    """The text of one file of a programme, with what is wrong with it."""
    shelf = view.shelf
    path = files.file_of(shelf, file)
    try:
        text = files.text_of(path)
    except InputError as error:
        return _shown(view, shelf, path, "", "", error.faults, saved="")
    faults = faults_in(view, shelf, {path.name: text}) if shelf.own else ()
    return _shown(view, shelf, path, text, files.mark_of(text), faults, saved)


@page("/p/{programme}/edit", writes=True)
def check_or_save(view: View) -> str:
    """What is wrong with a text, and its place in the file where it is to be saved. A text with faults may be saved, and says so."""
    shelf, path, text = _sent(view)
    mark, act = files.field_of(view.body, "mark"), files.field_of(view.body, "act")
    faults = faults_in(view, shelf, {path.name: text})
    if act != "save":
        if view.fragment:
            return view.render("faults.html.j2", faults=faults)
        return _shown(view, shelf, path, text, mark, faults, "")
    if not text.strip():
        raise InputError(say("the text is empty; nothing was saved"))
    try:
        files.save(path, text, mark)
    except InputError as error:
        view.headers["status"] = "409"
        return _shown(view, shelf, path, text, mark, (*error.faults, *faults), "")
    return lead_to(view, shelf, path.name)


def lead_to(view: View, shelf: Shelf, name: str) -> str:
    """Send the reader to a file that was saved."""
    return view.go_to(f"/p/{shelf.name}/edit?file={quote(name, safe='')}&saved=yes")


@page("/p/{programme}/edit/run", writes=True)
def run(view: View) -> str:
    """Headline, glance and claims that follow from a text as it stands, from a copy that is gone afterwards."""
    from stargauge import api
    from stargauge.report.html import claim_groups

    shelf, path, text = _sent(view)
    with files.apart(shelf, {path.name: text}) as copy:
        made = api.load(copy, view.asked.scenario or None, view.asked.settings or None)
        if _only_drafts(made):
            return view.render("tried.html.j2", a={}, drafts=len(made.drafts), claims=len(made.claims))
        answer = api.check(
            made, as_of=view.asked.day, draws=view.asked.draws, seed=view.asked.seed, charts=False, depths=False,
            language=view.asked.language,
        ).to_dict(explanations=False)  # fmt: skip
    return view.render("tried.html.j2", a=answer, claim_groups=claim_groups(answer), draws=view.asked.draws, why_link=lambda address: "")


@page("/p/{programme}/edit/copy", writes=True)
def copy(view: View) -> str:
    """A shipped programme as a file, or a folder of files, of the user's."""
    if view.folder is None or not view.folder.is_dir():
        raise InputError(say("this server shows no folder of yours; start it with one: stargauge serve FOLDER"))
    shelf = view.shelf
    name = files.file_name(files.field_of(view.body, "name") or f"my-{shelf.name}").removesuffix(".yaml")
    target = view.folder / (name if shelf.path.is_dir() else f"{name}.yaml")
    if shelf.path.is_dir():
        files.create_folder(target, {one: path.read_bytes() for one, path in files.files_of(shelf).items()})
    else:
        files.create(view.folder, target.name, shelf.path.read_bytes())
    found = files.shelf_at(target, view.folder)
    return view.go_to(f"/p/{found.name}/edit?saved=new" if found else "/")


@page("/p/{programme}/file", asks=("file",), kept=False)
def file(view: View, file: str) -> bytes:
    """One file of a programme as it is, to keep."""
    path = files.file_of(view.shelf, file)
    plain = files.file_name(path.name)
    view.headers |= {"media": "text/yaml; charset=utf-8", "Content-Disposition": f'attachment; filename="{plain}"'}
    return path.read_bytes()


@page("/schema")
def schema(view: View) -> str:
    """The JSON Schema of a programme file, as `stargauge schema` prints it."""
    from stargauge.programme.load import json_schema

    view.headers["media"] = "application/schema+json"
    return json.dumps(json_schema(), ensure_ascii=False)


def faults_in(view: View, shelf: Shelf, texts: Mapping[str, str]) -> tuple[Fault, ...]:
    """Everything that is wrong with a programme if files of it had these texts: form, fields, rules, readings of its claims."""
    from stargauge import api

    try:
        with files.apart(shelf, texts) as copied:
            made = api.load(copied)
            if not _only_drafts(made):
                api.asked_of(api.known(made, view.asked.day), made)
    except InputError as error:
        return error.faults
    return ()


def _only_drafts(made: Any) -> bool:
    """Whether a file holds drafts and claims to be laid over a programme, and nothing to run."""
    return made.start is None or not (made.sites or made.unsited)


def _sent(view: View) -> tuple[Shelf, Path, str]:
    shelf = view.shelf
    if not shelf.own:
        raise InputError(say('"{name}" comes with Stargauge and is not written to; copy it into your folder first', name=shelf.name))
    return shelf, files.file_of(shelf, files.field_of(view.body, "file")), files.plain_text(view.body.get("text"))


def _shown(view: View, shelf: Shelf, path: Path, text: str, mark: str, faults: Sequence[Fault], saved: str) -> str:
    names = list(files.files_of(shelf))
    return view.render(
        "edit.html.j2", shelf=shelf, file=path.name, names=names, text=text, mark=mark, faults=faults, saved=saved,
        here=[fault for fault in faults if fault.file in ("", path.name)],
    )  # fmt: skip
