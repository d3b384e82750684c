"""`stargauge doctor`: what is installed, what each missing part would give, and whether what is needed works here."""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from stargauge.cli.extras import EXTRAS
from stargauge.quantity.spoken import say

Data = dict[str, Any]
#: Python that is needed.
OLDEST = (3, 11)
#: Programs of the system: what each gives. Any of the names will do.
PROGRAMS: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
        "captures as a browser sees them, receipts as PDF",
    ),
    (("soffice", "libreoffice"), "opens and recalculates workbooks (any other spreadsheet does)"),
    (("openssl",), "checks time stamps with a program that is not ours"),
)
#: Memory that a check of 1,024 and one of 100,000 draws are promised to stay below (bench `whole`), in bytes.
LEAST_MEMORY, GOOD_MEMORY = 400 * 2**20, 600 * 2**20


def doctor(asked: argparse.Namespace) -> int:
    """`stargauge doctor`: 1 where something that is needed does not work."""
    data = examined()
    if asked.json:
        from stargauge.cli.commands import print_json

        print_json(data)
    else:
        sys.stdout.write(rendered(data, asked.ascii))
    return int(not data["ok"])


def examined() -> Data:
    """Everything that is looked at, as plain data; `broken` names what is needed and does not work."""
    needed = _needed()
    core = [_package(name, least) for name, least in needed.get("", {}).items()]
    data: Data = {
        "version": _our_version(), "python": _python(), "core": core,
        "extras": [_extra(extra.name, extra.gives, extra.command, needed.get(extra.name, {})) for extra in EXTRAS],
        "programs": [_program(names, gives) for names, gives in PROGRAMS], "machine": _machine(), "data": _shipped(), "folders": _folders(),
    }  # fmt: skip
    data["broken"] = list(_broken(data))
    data["ok"] = not data["broken"]
    return data


def _broken(data: Data) -> Iterator[str]:
    if not data["python"]["fits"]:
        oldest = ".".join(map(str, OLDEST))
        yield say("Python {version} is too old: {oldest} or newer is needed", version=data["python"]["version"], oldest=oldest)
    if not data["core"]:
        yield say("the package is not installed, only its files are here: pip install stargauge, or pip install -e . beside them")
    for one in data["core"]:
        if one["state"] != "fits":
            told = {"name": one["name"], "needed": one["needed"], "command": f"pip install '{one['name']}{one['needed']}'"}
            yield (
                say("{name} {installed}: {needed} is needed: {command}", installed=one["installed"], **told)
                if one["installed"]
                else say("{name} is missing: {needed} is needed: {command}", **told)
            )
    yield from (f"{_name(one)}: {one['fault']}" for one in data["data"] if one["fault"])
    yield from (f"{_name(one)}: {one['path']} {one['fault']}" for one in data["folders"] if one["fault"])


# --- packages ---------------------------------------------------------------------------------------------------------------------


def _our_version() -> str:
    from stargauge import __version__

    return __version__


def _python() -> Data:
    return {
        "version": platform.python_version(),
        "program": sys.executable,
        "system": platform.platform(),
        "fits": sys.version_info >= OLDEST,
    }


def _needed() -> dict[str, dict[str, str]]:
    """What the installed package declares: by extra (core: an empty name) each package with the versions it takes."""
    found: dict[str, dict[str, str]] = {}
    try:
        declared = metadata.requires("stargauge") or []
    except metadata.PackageNotFoundError:
        declared = []
    for text in declared:
        parts = re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?\s*([^;]*?)\s*(?:;.*extra == ['\"]([^'\"]+)['\"])?$", text)
        if parts and parts[1] != "stargauge":
            found.setdefault(parts[3] or "", {})[parts[1]] = parts[2]
    return found


def _package(name: str, needed: str) -> Data:
    """One package: which versions are needed, which is installed; it fits, is old, or is missing."""
    try:
        installed = metadata.version(name)
    except metadata.PackageNotFoundError:
        return {"name": name, "needed": needed, "installed": None, "state": "missing"}
    least = needed.removeprefix(">=")
    return {"name": name, "needed": needed, "installed": installed, "state": "fits" if _numbers(installed) >= _numbers(least) else "old"}


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers that a version begins with, `2.4.6rc1` as 2, 4, 6."""
    return tuple(int(part) for part in re.findall(r"(?:^|\.)(\d+)", re.split(r"[^\d.]", version)[0]))


def _extra(name: str, gives: str, command: str, needed: dict[str, str]) -> Data:
    packages = [_package(package, least) for package, least in needed.items()]
    fits = [one["state"] == "fits" for one in packages]
    state = "complete" if packages and all(fits) else "in part" if any(fits) else "missing"
    return {"name": name, "gives": say(gives), "state": state, "packages": packages, "command": None if state == "complete" else command}


# --- the machine ------------------------------------------------------------------------------------------------------------------


def _program(names: tuple[str, ...], gives: str) -> Data:
    return {"name": names[0], "gives": say(gives), "path": next((path for name in names if (path := shutil.which(name))), None)}


def _machine() -> Data:
    """Cores, memory in bytes (None where the system does not say), and what it is enough for."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        memory: int | None = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        memory = None
    if memory is not None and (limit := _limit()) is not None:
        memory = min(memory, limit)
    if memory is None:
        enough = say("the system does not say how much memory there is")
    elif memory >= GOOD_MEMORY:
        enough = say("enough for a check of 100,000 draws")
    else:
        enough = say("enough for a check of 10,000 draws" if memory >= LEAST_MEMORY else "less than a check is measured to need")
    return {"cores": cores, "memory": memory, "enough": enough}


def _limit() -> int | None:
    """Bytes that a container leaves to its processes, where it says so."""
    try:
        text = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except OSError:
        return None
    return int(text) if text.isdecimal() else None


def _shipped() -> list[Data]:
    """The shipped catalogue and programmes, loaded as every command loads them."""
    found = [_tried("catalogue", _catalogue)]
    found += [_tried("programmes", _programmes)]
    return found


def _catalogue() -> str:
    from stargauge.catalogue.load import load_catalogue

    return say("{number} kinds", number=len(load_catalogue().kinds()))


def _programmes() -> str:
    from stargauge.programme.load import load, shipped

    names = [load(name).name for name in shipped()]
    if not names:
        raise ValueError(say("no programme is there: the package is not whole; install it again"))
    return say("{number} shipped", number=len(names))


def _tried(name: str, work: Callable[[], str]) -> Data:
    try:
        return {"name": name, "holds": work(), "fault": None}
    except Exception as error:  # whatever is wrong is what is told
        return {"name": name, "holds": None, "fault": f"{type(error).__name__}: {error}"}


def _folders() -> list[Data]:
    """Where we write: temporary files always, this folder for reports, evidence where there is some."""
    found = [_folder("temporary files", Path(tempfile.gettempdir())), _folder("this folder", Path.cwd(), needed=False)]
    evidence = Path(os.environ.get("STARGAUGE_EVIDENCE") or "evidence")
    return found + ([_folder("evidence", evidence)] if evidence.is_dir() else [])


def _folder(name: str, path: Path, needed: bool = True) -> Data:
    writable = os.access(path, os.W_OK)
    fault = None if writable or not needed else say("cannot be written to")
    return {"name": name, "path": str(path), "writable": writable, "fault": fault}


# --- in words ---------------------------------------------------------------------------------------------------------------------


def rendered(data: Data, plain: bool = False) -> str:
    """The answer in 80 columns: what is broken first, then each part."""
    from stargauge.report.locale import notation
    from stargauge.report.terminal import style_for, wrapped
    from stargauge.report.wording import counted

    style = style_for(sys.stdout, plain)
    works = say("works here") if data["ok"] else say("does not work here")
    lines = [style.bold(f"Stargauge {data['version']}: {works}")]
    for text in data["broken"]:
        lines += wrapped(text, style.width, "   ! ", "     ")

    def part(title: str, rows: Iterable[tuple[str, str]]) -> None:
        lines.extend(["", style.bold(title)])
        for label, text in rows:
            lines.extend(wrapped(text, style.width, f"   {label:<16}", " " * 19))

    python, machine = data["python"], data["machine"]
    size = [counted(machine["cores"], "core")]
    if machine["memory"] is not None:
        gib = f"{machine['memory'] / 2**30:.1f}"
        size.append(say("{size} GiB of memory", size=notation().number(gib)))
    part(say("Machine"), [("Python", f"{python['version']}, {python['program']}"), (say("system"), python["system"]),
                          (say("size"), ", ".join([*size, machine["enough"]]))])  # fmt: skip
    part(say("Core"), [(one["name"], _version_text(one)) for one in data["core"]])
    part(say("Extras"), [(one["name"], _extra_text(one)) for one in data["extras"]])
    part(say("Programs"), [(one["name"], f"{one['path'] or say('not here')}: {one['gives']}") for one in data["programs"]])
    part(say("Data"), [(_name(one), one["holds"] or one["fault"]) for one in data["data"]])
    part(say("Folders"), [(_name(one), _folder_text(one)) for one in data["folders"]])
    return style.finish(lines)


def _name(one: Data) -> str:
    """What data or a folder is called."""
    told = {
        "catalogue": say("catalogue"), "programmes": say("programmes"), "temporary files": say("temporary files"),
        "this folder": say("this folder"), "evidence": say("evidence"),
    }  # fmt: skip
    return told[one["name"]]


def _folder_text(one: Data) -> str:
    return str(one["path"]) if one["writable"] else say("{path} (cannot be written to)", path=one["path"])


def _version_text(one: Data) -> str:
    installed = one["installed"] or say("not installed")
    return installed if one["state"] == "fits" else say("{installed} ({needed} is needed)", installed=installed, needed=one["needed"])


def _extra_text(one: Data) -> str:
    """What it gives, with its versions; or what is missing and the command for it."""
    if one["state"] == "complete":
        return "; ".join([one["gives"], ", ".join(f"{part['name']} {part['installed']}" for part in one["packages"])])
    wanting = ", ".join(f"{part['name']} {part['needed']}" for part in one["packages"] if part["state"] != "fits")
    state = say("lacks {packages}", packages=wanting) if one["state"] == "in part" else say("not installed")
    return f"{one['gives']}; {state}: {one['command']}"
