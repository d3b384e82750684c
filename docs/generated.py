"""The pages that are made from the code at each build: which module makes which, and what they share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path


def pages() -> dict[str, Callable[[], str]]:
    """The file of each page that is made from the code, with the function that makes its text."""
    import answers_page
    import api_page
    import catalogue_page
    import cli_page
    import file_page
    import licences_page
    import limits_page
    import model_page
    import python_page

    return {
        "model.md": model_page.page,
        "programme-file.md": file_page.page,
        "catalogue.md": catalogue_page.page,
        "commands.md": cli_page.page,
        "http-api.md": api_page.page,
        "answers.md": answers_page.page,
        "python-api.md": python_page.page,
        "licences.md": licences_page.page,
        "limits.md": limits_page.page,
    }


def write_all(folder: Path) -> None:
    """Write each page where its text changed, so that a build makes anew only what is new."""
    for name, page in pages().items():
        write(folder / name, page())


def write(target: Path, text: str) -> None:
    """Write a text where it differs from what the file holds."""
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def plain(text: str) -> str:
    """A text of the code as it stands, with nothing in it read as Markdown."""
    return re.sub(r"([\\`*_\[\]<>|~#{}$])", r"\\\1", " ".join(text.split()))


def code(text: str) -> str:
    """A text set as code, also within a table."""
    fence = "``" if "`" in text else "`"
    pad = " " if "`" in text else ""
    return f"{fence}{pad}{text}{pad}{fence}".replace("|", "\\|") if text else ""


def said(text: str) -> str:
    """A docstring as it stands, its lines broken where a page is narrower."""
    return f"```{{code-block}} text\n:class: said\n\n{text}\n```\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; its cells are Markdown already."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)) + "\n"


def entry(term: str, text: str) -> str:
    """One entry of a definition list."""
    return f"{term}\n: {text}\n"
