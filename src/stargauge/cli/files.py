"""Files a command writes: each appears whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from stargauge.cli.extras import expect_pages
from stargauge.quantity.errors import Fault, InputError, system_text
from stargauge.quantity.spoken import say

#: What is written into files.
WRITTEN = (
    "report", "workbook", "statements", "programme", "payload", "proof", "web archive", "bundle", "receipt", "request", "picture", "export",
    "plan", "table", "measurement", "draft", "page",
)  # fmt: skip


def _named(what: str) -> str:
    return say(what, "to write")


def expect_writable(path: Path, what: str, ending: str = ".html") -> None:
    """Raise InputError where a file cannot be written there; asked before the work is done."""
    folder = path.resolve().parent
    if not folder.is_dir():
        raise InputError(
            say('no folder "{parent}" to write the {what} to; make it, or choose another place', parent=path.parent, what=_named(what))
        )
    if path.is_dir():
        raise InputError(
            say(
                '"{path}" is a folder; expected a file name for the {what}, such as {example}{ending}',
                path=path,
                what=_named(what),
                example=path / "stargate",
                ending=ending,
            )
        )
    if what == "report" and path.suffix.lower() not in ("", ".htm", ".html"):
        raise InputError(
            say('a report is one page of HTML; expected a name such as "{name}.html", got "{path}"', name=path.stem, path=path)
        )
    if not os.access(folder, os.W_OK):
        raise InputError(
            say('the folder "{parent}" cannot be written to; choose another place for the {what}', parent=path.parent, what=_named(what))
        )


def expect_new(path: Path, what: str, ending: str = ".html") -> None:
    """Raise InputError where a file cannot be written there, or one stands there already; asked before the work is done."""
    expect_writable(path, what, ending)
    if path.exists():
        raise InputError(
            say('"{path}" exists already; it was not touched: choose another name for the {what}', path=path, what=_named(what))
        )


def write_whole(path: Path, text: str | bytes) -> None:
    """Write beside the file, then rename: what stood there is replaced at once, or stays. Raises InputError where it cannot be written."""
    try:
        handle, made = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.resolve().parent)
        try:
            with open(handle, "wb") as file:
                file.write(text.encode() if isinstance(text, str) else text)
            os.chmod(made, 0o644)
            os.replace(made, path)
        except BaseException:
            os.unlink(made)
            raise
    except OSError as error:
        raise InputError(Fault(say("cannot be written: {why}; choose another place", why=system_text(error)), file=str(path))) from None


def expect_page_in(folder: Path | None, page: str) -> None:
    """Raise InputError where a page with its pictures and data cannot be written into a folder; asked before the work is done."""
    if folder is None:
        return
    if folder.exists() and not folder.is_dir():
        raise InputError(Fault(say('"{folder}" is a file; expected a folder', folder=folder), "--out"))
    if folder.exists():
        expect_writable(folder / page, "page", ".html")
    expect_pages()


def write_all(folder: Path, texts: Mapping[str, str]) -> None:
    """Write files into a folder, which is made where there is none. Raises InputError where one cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        write_whole(folder / name, text)


def expect_given(asked: object, **needed: str) -> None:
    """Raise InputError for each option that is needed and was left out, with what is expected of it; asked before the work is done."""
    missing = [Fault(text, f"--{name}") for name, text in needed.items() if not getattr(asked, name)]
    if missing:
        raise InputError(missing)
