"""What can be installed beside the core, what each part gives, and how a missing one is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec

from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say


@dataclass(frozen=True)
class Extra:
    """A part of the package that is asked for by name: what it gives, and the modules that it brings."""

    name: str
    gives: str
    modules: tuple[str, ...]

    @property
    def command(self) -> str:
        """The command that installs it."""
        return f"pip install 'stargauge[{self.name}]'"


#: Where two bring a module, the first is named where it is missing.
EXTRAS: tuple[Extra, ...] = (
    Extra("report", "reports and pages as files, pictures, workbooks", ("jinja2", "markupsafe", "vl_convert", "xlsxwriter")),
    Extra("web", "stargauge serve: everything in a browser", ("fastapi", "starlette", "python_multipart", "uvicorn")),
    Extra("plan", "stargauge plan and power: what would work, at least cost", ("highspy", "scipy")),
    Extra("evidence", "stargauge evidence: keep what was said and prove it", ("cryptography", "httpx", "httpcore", "selectolax", "warcio")),
    Extra("timestamp", "time stamps of authorities on evidence", ("rfc3161_client",)),
    Extra("dask", "large runs on many machines", ("distributed", "dask")),
    Extra("gpu", "stargauge calibrate: measure a GPU", ("torch",)),
    Extra("notebook", "charts and a kernel for notebooks", ("altair", "ipykernel")),
)


def extra_of(module: str | None) -> Extra | None:
    """The extra that brings a module, also one of its parts; None where none does."""
    first = (module or "").partition(".")[0]
    return next((extra for extra in EXTRAS if first in extra.modules), None)


def missing_text(module: str, extra: Extra, page: bool = False) -> str:
    """What is told where a page, or whatever was asked, needs an extra that is not installed."""
    told = {"extra": extra.name, "module": module, "command": extra.command}
    if page:
        return say("a page needs the extra `{extra}` ({module} is missing): {command}", **told)
    return say("this needs the extra `{extra}` ({module} is missing): {command}", **told)


def expect_pages() -> None:
    """Raise InputError where no page can be made; asked before the work is done."""
    for module in _lacking("jinja2", "vl_convert"):
        raise InputError(missing_text(module, EXTRAS[0], page=True))


def _lacking(*modules: str) -> Iterator[str]:
    return (module for module in modules if find_spec(module) is None)
