"""The user's programme files, read and written by pages: only those of the served folder, each whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from stargauge.quantity.errors import Fault, InputError, did_you_mean, system_text
from stargauge.quantity.spoken import say
from stargauge.web.library import ENDINGS, MOST_FILES, Shelf, room_in, shelves

#: A programme file may have so many bytes; more is refused unread.
MOST_TEXT = 2_000_000
_LONGEST_NAME = 80
_LINE_ENDS = re.compile(r"\r\n?")


def field_of(body: Mapping[str, Any], name: str) -> str:
    """The text of a field of a form; empty where it is missing, or a file was sent in its place."""
    value = body.get(name)
    return value if isinstance(value, str) else ""


def plain_text(given: Any) -> str:
    """The text of a form with the line ends of files. Raises InputError where it is no text or too long."""
    text = _LINE_ENDS.sub("\n", given) if isinstance(given, str) else ""
    if len(text) > MOST_TEXT:
        raise InputError(say("the text has {count:,} characters; expected at most {most:,}", count=len(text), most=MOST_TEXT))
    return text if not text or text.endswith("\n") else f"{text}\n"


def file_name(given: Any, ending: str = ".yaml") -> str:
    """A name under which a file may lie in the folder: letters, digits, `.`, `-` and `_` of what was given, nothing of its path.

    Raises InputError where nothing is left of it.
    """
    last = re.split(r"[\\/]", str(given or ""))[-1].strip()
    stem, dot, said = last.rpartition(".")
    stem, ending = (stem, f".{said.lower()}") if dot and f".{said.lower()}" in ENDINGS else (last, ending)
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-._")[:_LONGEST_NAME]
    if not safe:
        raise InputError(say('got the file name "{given}"; expected letters or digits, such as my-campus.yaml', given=given or ""))
    return f"{safe}{ending}"


def files_of(shelf: Shelf) -> dict[str, Path]:
    """The files of a programme by name; of the user's own none that leads out of its folder."""
    if not shelf.path.is_dir():
        return {shelf.path.name: shelf.path}
    home = shelf.path.resolve()
    found = sorted(path for path in shelf.path.iterdir() if path.suffix in ENDINGS and path.is_file())
    return {path.name: path for path in found[:MOST_FILES] if not shelf.own or path.resolve().is_relative_to(home)}


def file_of(shelf: Shelf, name: str) -> Path:
    """One file of a programme by its name; the first where none is named. Raises InputError for any other."""
    found = files_of(shelf)
    first = next((one for one in found if one.startswith("programme.")), next(iter(found), ""))
    chosen = name or first
    if chosen not in found:
        raise InputError(
            say(
                '"{name}" has no file "{chosen}"{near} (it has: {found})',
                name=shelf.name,
                chosen=chosen,
                near=did_you_mean(chosen, found),
                found=", ".join(found),
            )
        )
    return found[chosen]


def text_of(path: Path) -> str:
    """The text of a file. Raises InputError where it cannot be read, is too large or not UTF-8."""
    try:
        if path.stat().st_size > MOST_TEXT:
            raise InputError(Fault(say("has more than {most:,} bytes; edit it with an editor of your own", most=MOST_TEXT), file=path.name))
        return _LINE_ENDS.sub("\n", path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(Fault(say("is not UTF-8 text (byte {start:,}); save it as UTF-8", start=error.start), file=path.name)) from None
    except OSError as error:
        raise InputError(Fault(say("cannot be read: {why}", why=system_text(error)), file=path.name)) from None


def mark_of(text: str) -> str:
    """What tells one state of a file from another."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def save(path: Path, text: str, mark: str) -> None:
    """Put a text in the place of a file as it was when `mark` was made of it. Raises InputError where it has changed since."""
    save_all({path: text}, {path: mark})


def save_all(texts: Mapping[Path, str], marks: Mapping[Path, str] | None = None) -> None:
    """Put texts in the places of files: all are written beside them first, and where one cannot take its place those before it get back
    what stood there, so that a fault leaves every file as it was. Of files with a mark it raises InputError where they have changed since.

    No other process of the server writes to their folder between the look at the marks and the end.
    """
    made: dict[Path, Path] = {}
    done: dict[Path, bytes] = {}
    try:
        with ExitStack() as alone:
            for home in sorted({path.resolve().parent for path in texts}):
                alone.enter_context(_alone_in(home))
            _expect_unchanged(marks or {})
            before = {path: path.resolve().read_bytes() for path in texts}
            for path, text in texts.items():
                made[path] = _beside(path.resolve(), text.encode())
            try:
                for path in list(made):
                    os.replace(made[path], path.resolve())
                    done[path] = before[path]
                    del made[path]
            except OSError:
                for path, content in done.items():
                    os.replace(_beside(path.resolve(), content), path.resolve())
                raise
    except OSError as error:
        raise InputError(say("could not be saved: {why}", why=system_text(error))) from None
    finally:
        for left in made.values():
            left.unlink(missing_ok=True)


def _expect_unchanged(marks: Mapping[Path, str]) -> None:
    """Raise InputError for a file whose text is not the one that its mark was made of."""
    for path, mark in marks.items():
        if mark_of(text_of(path)) != mark:
            raise InputError(
                say(
                    "{name} has changed since you opened it; nothing was saved. Copy your text, open the file anew and put it there",
                    name=path.name,
                )
            )


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold a folder against the other processes of the server; where the system cannot lock one, without."""
    try:
        import fcntl
    except ModuleNotFoundError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def create(folder: Path, name: str, content: bytes, instead: bool = False) -> Path:
    """A new file of the folder. `instead`: it may take the place of a programme that stands there; without it that is refused."""
    path = folder / name
    if path.is_symlink() or path.is_dir():
        raise InputError(say('there is a folder or a link "{name}" already; nothing was saved: choose another name', name=name))
    if instead and path.exists() and shelf_at(path, folder) is None:
        raise InputError(say('"{name}" is there already and no programme of yours; it is not replaced: choose another name', name=name))
    try:
        with _alone_in(folder):
            if not path.exists():
                room_in(folder)
            made = _beside(path, content)
            try:
                if instead:
                    os.replace(made, path)
                else:
                    _link(made, path, content)
            finally:
                made.unlink(missing_ok=True)
    except FileExistsError:
        raise InputError(
            say('there is a file "{name}" already; nothing was saved: choose another name, or say that it is to be replaced', name=name)
        ) from None
    except OSError as error:
        raise InputError(say('"{name}" could not be saved: {why}', name=name, why=system_text(error))) from None
    return path


def _link(made: Path, path: Path, content: bytes) -> None:
    """Let a file that was written stand under its name too, unless something stands there; raises FileExistsError."""
    try:
        os.link(made, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links: the name is taken first, then filled
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, made.stat().st_mode & 0o777)
        try:
            with open(handle, "wb") as file:
                file.write(content)
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def _beside(path: Path, content: bytes) -> Path:
    """A file with a content, written out, in the folder of another and with its rights; those of any new file where there is none."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    made = Path(name)
    try:
        with open(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(made, stat.S_IMODE(path.stat().st_mode) if path.exists() else _rights(0o666))
    except BaseException:
        made.unlink(missing_ok=True)
        raise
    return made


def _rights(most: int) -> int:
    """The rights of something new as the user's mask has them."""
    mask = os.umask(0)
    os.umask(mask)
    return most & ~mask


def shelf_at(path: Path, folder: Path | None) -> Shelf | None:
    """The programme that a file of the folder is listed as."""
    return next((one for one in shelves(folder).values() if one.path == path), None)


@contextmanager
def apart(shelf: Shelf, texts: Mapping[str, str]) -> Iterator[Path]:
    """A copy of a programme's files that nobody else sees, some with the text that they may get; gone afterwards.

    Faults name the files as the user knows them.
    """
    with tempfile.TemporaryDirectory(prefix="stargauge-") as made:
        home = Path(made) / shelf.path.name
        if shelf.path.is_dir():
            home.mkdir()
        for name, path in files_of(shelf).items():
            target = home / name if shelf.path.is_dir() else home
            target.write_bytes(texts[name].encode("utf-8", "replace") if name in texts else path.read_bytes())
        try:
            yield home
        except InputError as error:
            raise InputError([_named(fault) for fault in error.faults]) from None


def _named(fault: Fault) -> Fault:
    return replace(fault, file=Path(fault.file).name) if fault.file else fault


def create_folder(folder: Path, contents: dict[str, bytes]) -> Path:
    """A new folder of files, there at once or not at all. Raises InputError where something of its name stands there."""
    room_in(folder.parent)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, content in contents.items():
            (made / name).write_bytes(content)
        made.chmod(_rights(0o777))
        if folder.exists() or folder.is_symlink():
            raise InputError(say('there is "{name}" already; nothing was saved: choose another name', name=folder.name))
        made.rename(folder)
    except OSError as error:
        raise InputError(say('"{name}" could not be saved: {why}', name=folder.name, why=system_text(error))) from None
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return folder
