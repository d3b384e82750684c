"""The page of licences: what the core and each extra bring, from what the installed packages say of themselves."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

from generated import table
from packaging.requirements import Requirement

#: Extras that a user installs; what tests and the documentation need ships with nothing.
FOR_USERS = ("dask", "evidence", "gpu", "notebook", "plan", "report", "timestamp", "web")
#: Licences that may be in what a user installs: none asks anything of a work that only uses the package.
ALLOWED = frozenset({
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSD", "CC0-1.0", "ISC", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0", "Zlib",
})  # fmt: skip
#: As packages write them -> SPDX.
_WORDS = {
    "MIT License": "MIT", "BSD License": "BSD", "BSD 3-Clause": "BSD-3-Clause", "Apache Software License": "Apache-2.0",
    "Apache 2.0": "Apache-2.0", "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0", "ISC License (ISCL)": "ISC", "ISC license": "ISC",
}  # fmt: skip
#: Installed on machines with a GPU alone; as its own metadata state it.
_ELSEWHERE = {"torch": "BSD-3-Clause"}

HEAD = """# Licences

Stargauge is under the Apache License 2.0. What it needs and what each extra adds, with all that these need in turn, as the packages state
their licences; a test refuses any that is not in the list of those allowed, so no package under the GPL, LGPL or AGPL is among them.

Beside their own code, the wheels of NumPy and SciPy hold libraries of the compiler (libgfortran, libquadmath), whose GPL and LGPL have an
exception for what is compiled with it. PyTorch, which the extra `gpu` alone brings, brings NVIDIA's libraries under NVIDIA's own terms on
machines that have such a GPU. Data and one script of others that ship with Stargauge: `LICENSES/ATTRIBUTION.md`.
"""


def needed() -> dict[str, set[str]]:
    """Every package that the core (`core`) or an extra brings, with what brings it."""
    root = Path(__file__).parents[1]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {"core": project["dependencies"], **{name: project["optional-dependencies"][name] for name in FOR_USERS}}
    found: dict[str, set[str]] = {}
    for origin, texts in asked.items():
        waiting = [Requirement(text) for text in texts]
        seen = set[tuple[str, frozenset[str]]]()
        while waiting:
            one = waiting.pop()
            key = plain(one.name), frozenset(one.extras)
            if key in seen:
                continue
            seen.add(key)
            found.setdefault(key[0], set()).add(origin)
            waiting += _of(one)
    return found


def _of(one: Requirement) -> list[Requirement]:
    """What a package needs here; of one that is not installed, nothing is known."""
    try:
        texts = metadata.requires(one.name) or []
    except metadata.PackageNotFoundError:
        return []
    made = [Requirement(text) for text in texts]
    return [need for need in made if not need.marker or any(need.marker.evaluate({"extra": extra}) for extra in ("", *one.extras))]


def plain(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licence_of(name: str) -> str:
    """The licence that a package states, as SPDX where it is known; `not installed` where it is not here."""
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return _ELSEWHERE.get(name, "not installed")
    classes = [text.rpartition(" :: ")[2] for text in told.get_all("Classifier") or () if text.startswith("License")]
    first = (told.get("License") or "").strip().partition("\n")[0]
    said = told.get("License-Expression") or (first if 0 < len(first) < 20 and first != "UNKNOWN" else "") or " AND ".join(classes)
    return " AND ".join(_WORDS.get(part, part) for part in said.split(" AND "))


def allowed(licence: str) -> bool:
    """Whether a licence may be in what a user installs: all parts of it, and of alternatives one."""
    parts = (part.strip("() ") for part in licence.split(" AND "))
    return all(any(one.strip("() ") in ALLOWED for one in part.split(" OR ")) for part in parts)


def page() -> str:
    """The whole page."""
    rows = [[name, licence_of(name), ", ".join(sorted(origins))] for name, origins in sorted(needed().items())]
    return f"{HEAD}\n{table(('package', 'licence', 'with'), rows)}"
