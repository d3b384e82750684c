"""The page that tells what was wrong with a request; made without workers, so that it comes whatever happens."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

from stargauge.quantity.errors import Fault
from stargauge.report.locale import say, speaking
from stargauge.web.asked import LANGUAGES


def without_paths(faults: Sequence[Fault], homes: Iterable[Path]) -> tuple[Fault, ...]:
    """Faults that name files as a reader knows them: by their place in a folder, not by where that folder lies on the server."""
    beginnings = sorted({f"{home}{os.sep}" for one in homes for home in (one, one.resolve())}, key=len, reverse=True)

    def plain(text: str) -> str:
        for one in beginnings:
            text = text.replace(one, "")
        return text

    def named(fault: Fault) -> Fault:
        file = plain(fault.file)
        return replace(fault, message=plain(fault.message), file=Path(file).name if os.path.isabs(file) else file)

    return tuple(map(named, faults))


def _title(status: int) -> str:
    titles = {
        404: say("There is no such page"), 400: say("This cannot be answered as asked"), 429: say("Too many requests"),
        500: say("Our fault"), 503: say("No answer in time"),
    }  # fmt: skip
    return titles.get(status, titles[400])


def failure_page(faults: Sequence[Fault], status: int, path: str, language: str = "en") -> str:
    """Faults as a page: where, what was expected, what came. What frames them is in the language in which they were told."""
    language = language if language in LANGUAGES else "en"
    with speaking(language):
        title, mend, home = _title(status), _mend(faults, path), say("All programmes")
    rows = "".join(f"<li>{_place(fault)}{escape(f'{fault.path}: ' if fault.path else '')}{escape(fault.message)}</li>" for fault in faults)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<title>{title} – Stargauge</title><link rel="icon" href="/static/icon.svg" type="image/svg+xml">'
        '<link rel="stylesheet" href="/static-style"></head><body>'
        '<header class="top"><div class="wrap"><a class="word" href="/">Stargauge</a></div></header>'
        f'<main id="main" class="wrap"><h1 class="mt">{title}</h1><ul class="plain">{rows}</ul>{mend}'
        f'<p><a href="/">{home}</a></p></main>'
        "</body></html>"
    )


def fault_data(fault: Fault) -> dict[str, Any]:
    """A fault as plain data; one of an option of the command line is one of the parameter of that name."""
    option = re.match(r"--([a-z_]+): ", fault.message)
    path = fault.path or (option[1] if option else "")
    message = of_the_api(fault.message[option.end() :] if option else fault.message)
    return {"message": message, "path": path, "file": fault.file, "line": fault.line, "column": fault.column}


def of_the_api(message: str) -> str:
    """A message with the address that lists what there is, in place of the command that does."""
    return re.sub(r"`stargauge catalogue (\w+) --names`", r"/api/catalogue/\1", message)


def _place(fault: Fault) -> str:
    return f"<code>{escape(fault.file)}:{fault.line}:{fault.column}</code> " if fault.line else ""


def _mend(faults: Sequence[Fault], path: str) -> str:
    """Where a file at fault can be mended."""
    of = re.match(r"/p/([a-z0-9-]+)", path)
    return f'<p><a href="/p/{of[1]}/edit">{say("Edit the file")}</a></p>' if of and any(fault.file for fault in faults) else ""
