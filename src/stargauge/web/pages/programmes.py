"""Which programmes there are, and how to add one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say
from stargauge.web.files import MOST_TEXT, create, field_of, file_name, shelf_at
from stargauge.web.library import ENDINGS, Shelf
from stargauge.web.routes import page
from stargauge.web.view import View

#: So much of a file is looked at for its name and its sentence.
_HEAD = 64 * 1024
_LINE = re.compile(r"(?m)^(name|about)[ \t]*:[ \t]*(.+?)[ \t]*$")


@page("/")
def programmes(view: View) -> str:
    """Shipped programmes and those of the user's folder, by what stands at the top of their files; sizes come in later, row by row."""
    found = view.shelves().values()
    rows: list[dict[str, Any]] = [{"shelf": one, **head_of(one)} for one in found]
    folder = view.folder.name if view.folder else ""
    return view.render("programmes.html.j2", rows=rows, folder=folder, own=any(one.own for one in found))


def head_of(shelf: Shelf) -> dict[str, str]:
    """Name and sentence of a programme from the top of its file, which is not read as a whole."""
    path = shelf.path
    if path.is_dir():
        path = next((path / f"programme{ending}" for ending in ENDINGS if (path / f"programme{ending}").is_file()), path)
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            text = file.read(_HEAD)
    except OSError:
        text = ""
    found = {key: _plain(value) for key, value in reversed(_LINE.findall(text))}
    return {"name": found.get("name") or shelf.name, "about": found.get("about", ""), "file": shelf.path.name}


def _plain(value: str) -> str:
    """The text of a scalar on one line; nothing where it is none, such as a list that was begun."""
    if value[:1] in tuple("[{&*!|>%@`"):
        return ""
    if value[:1] == '"':
        try:
            return str(json.loads(value))
        except ValueError:
            return value.strip('"')
    if value[:1] == "'":
        return value.strip("'").replace("''", "'")
    return re.sub(r"\s+#.*$", "", value)


@page("/p/{programme}/row")
def row(view: View) -> str:
    """One programme in a row: how much was announced, how much runs, up to when somebody has looked; else how many faults its file has."""
    made: dict[str, Any] = {}
    faults = 0
    try:
        made = _brief(view)
    except InputError as error:
        faults = len(error.faults)
    return view.render("programme_row.html.j2", row={"shelf": view.shelf, **head_of(view.shelf), **made}, faults=faults)


def _brief(view: View) -> dict[str, Any]:
    from stargauge.api.briefs import brief

    programme = view.programme
    if not programme.sites and not programme.unsited:
        return {"name": programme.name or view.shelf.name, "about": programme.about, "only_drafts": True, "drafts": len(programme.drafts)}
    return view.kept("brief", lambda: brief(programme, as_of=view.asked.day, draws=view.asked.draws, seed=view.asked.seed))  # type: ignore[no-any-return]


@page("/programmes/new", writes=True)
def new(view: View) -> str:
    """A new programme from the commented starter, as `stargauge new` makes it."""
    from stargauge.programme.template import starter

    name = field_of(view.body, "name")
    text = starter(name)
    return opened(view, create(_folder(view), file_name(re.sub(r"\.ya?ml$", "", name.strip())), text.encode()))


@page("/programmes/upload", writes=True)
def upload(view: View) -> str:
    """A programme file from the reader's machine into the folder, as it is; faults in it are shown where it is edited."""
    given = view.body.get("file")
    if not isinstance(given, tuple) or not given[0]:
        raise InputError(say("no file was chosen; choose a YAML file of a programme"))
    name, content = str(given[0]), bytes(given[1])
    safe = file_name(name)
    if not re.search(r"\.ya?ml$", name.strip(), re.IGNORECASE):
        raise InputError(say('got "{name}"; expected a file whose name ends in .yaml or .yml', name=name[-80:]))
    if len(content) > MOST_TEXT:
        raise InputError(say("the file has {number:,} bytes; expected at most {most:,}", number=len(content), most=MOST_TEXT))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(say("the file is not UTF-8 text (byte {start:,}); save it as UTF-8", start=error.start)) from None
    if re.search(r"(?m)^name\s*:", text[:_HEAD]) is None:
        raise InputError(say("the file names no programme; expected a line such as `name: Example Campus` at its top level"))
    replaces = view.body.get("replace") == "yes" and _is_programme(view, safe)
    return opened(view, create(_folder(view), safe, text.encode(), replaces))


def _is_programme(view: View, name: str) -> bool:
    """Whether a file of the folder is a programme's. Raises InputError for another one: only programmes are replaced."""
    path = _folder(view) / name
    if path.is_symlink() or not path.is_file():
        return False
    if shelf_at(path, view.folder) is None:
        raise InputError(
            say(
                '"{name}" is a file of the folder but no programme, so it is not replaced; nothing was saved: choose another name',
                name=name,
            )
        )
    return True


def _folder(view: View) -> Path:
    if view.folder is None or not view.folder.is_dir():
        raise InputError(say("this server shows no folder of yours; start it with one: stargauge serve FOLDER"))
    return view.folder


def opened(view: View, path: Path) -> str:
    """Send the reader to where a file that was saved is edited."""
    found = shelf_at(path, view.folder)
    if found is None:
        raise InputError(
            say('"{name}" was saved, but is not listed: another file has the same short name, or the folder holds too many', name=path.name)
        )
    return view.go_to(f"/p/{found.name}/edit?saved=new")
