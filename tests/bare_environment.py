"""The package as it is handed out: built from a copy of the sources, and installed where nothing but its core is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: What is built from: all that is handed out, and what says how.
HANDED_OUT = ("src", "docs", "bench", "tests", "requirements", "LICENSES")
_MADE = shutil.ignore_patterns("__pycache__", "_build", "results", "*.pyc")


def copied(folder: Path) -> Path:
    """A copy of the sources."""
    for name in HANDED_OUT:
        shutil.copytree(ROOT / name, folder / name, ignore=_MADE)
    for path in ROOT.iterdir():
        if path.is_file() and path.name != ".git":
            shutil.copy(path, folder / path.name)
    return folder


def built(source: Path, out: Path, **surroundings: str) -> tuple[Path, Path]:
    """Wheel and source archive built from a folder, without an environment of their own and without a network."""
    arguments = [sys.executable, "-m", "hatchling", "build", "--directory", str(out)]
    made = subprocess.run(arguments, cwd=source, env={**os.environ, **surroundings}, capture_output=True, text=True, timeout=300)
    assert made.returncode == 0, made.stderr[-2000:]
    return next(out.glob("*.whl")), next(out.glob("*.tar.gz"))


def core() -> dict[str, str]:
    """The packages that the core stands on, those they need included, with versions, by their names for package tools."""
    found: dict[str, str] = {}
    waiting = [text for text in metadata.requires("stargauge") or [] if "extra ==" not in text]
    while waiting:
        text = waiting.pop()
        name = re.split(r"[^A-Za-z0-9._-]", text)[0]
        if name in found or "extra ==" in text:
            continue
        found[name] = metadata.version(name)
        waiting += metadata.requires(name) or []
    return dict(sorted(found.items()))


def bare(folder: Path, wheel: Path) -> Path:
    """An environment with the wheel and its core alone: the packages that are here already are linked, nothing is fetched. Its `bin`."""
    venv.EnvBuilder(with_pip=False, symlinks=True).create(folder)
    there = next(folder.glob("lib/python*/site-packages"))
    for name in core():
        for part in {Path(str(file)).parts[0] for file in metadata.files(name) or []} - {"..", "__pycache__"}:
            (there / part).symlink_to(Path(str(metadata.distribution(name).locate_file(part))))
    python = folder / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-index", "--no-deps", str(wheel)]
    subprocess.run(install, check=True, capture_output=True, timeout=300)
    return folder / "bin"


def asked(bin: Path, folder: Path, *arguments: str, surroundings: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """A command run in that environment, in a folder, with nothing of ours around it."""
    around = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "OPENBLAS_NUM_THREADS": "1", **(surroundings or {})}
    return subprocess.run([bin / "stargauge", *arguments], cwd=folder, env=around, capture_output=True, text=True, timeout=300)


def bytes_below(folder: Path) -> Iterator[int]:
    """The sizes of the files of a folder, links followed, what is compiled left out."""
    for here, folders, files in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if name != "__pycache__"]
        yield from (os.stat(os.path.join(here, name)).st_size for name in files)
