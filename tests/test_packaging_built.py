"""What is handed out: the same bytes wherever and whenever it is built, all that it needs, and nothing that is nobody's business."""

from __future__ import annotations

import os
import re
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest
from tests.bare_environment import ROOT, built, copied

#: Endings of files that are no code but that the code reads.
DATA = {".csv", ".json", ".po", ".toml", ".yaml", ".j2", ".css", ".js", ".svg"}

#: What may lie beside the sources: made by tools, kept by a user, secret.
LITTER = (
    "evidence/keys/private.key", "mine.yaml", ".venv/lib/x.py", "docs/_build/html/index.html", "src/stargauge/__pycache__/x.pyc",
    "stargate-report.html", ".mypy_cache/x.json", "shared/facts.csv", "bench/results/x.json",
)  # fmt: skip


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Wheel and source archive, from a copy of the sources with litter in it."""
    source = copied(tmp_path_factory.mktemp("one"))
    for name in LITTER:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("litter", encoding="utf-8")
    return built(source, tmp_path_factory.mktemp("out"))


def names(path: Path) -> list[str]:
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as file:
            return file.namelist()
    with tarfile.open(path) as archive:
        return [member.name.partition("/")[2] for member in archive.getmembers()]


def texts(path: Path) -> dict[str, bytes]:
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as file:
            return {name: file.read(name) for name in file.namelist()}
    with tarfile.open(path) as archive:
        return {one.name: found.read() for one in archive.getmembers() if (found := archive.extractfile(one)) is not None}


def sources() -> set[str]:
    """Every file of the package, as the wheel names it."""
    folder = ROOT / "src" / "stargauge"
    made = {path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    return {path.relative_to(ROOT / "src").as_posix() for path in made}


def test_two_builds_elsewhere_and_at_another_time_are_the_same_bytes(packages: tuple[Path, Path], tmp_path: Path) -> None:
    source = copied(tmp_path / "another" / "folder")
    for number, path in enumerate(sorted(source.rglob("*"))):
        os.utime(path, (1_000_000_000 + number, 1_000_000_000 + number))
        path.chmod(0o700 if path.is_dir() else 0o600)
    again = built(source, tmp_path / "out", TZ="Asia/Kathmandu", PYTHONHASHSEED="7", LC_ALL="C")
    assert [path.name for path in again] == [path.name for path in packages]
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in packages]


def test_the_wheel_built_from_the_archive_is_the_same(packages: tuple[Path, Path], tmp_path: Path) -> None:
    with tarfile.open(packages[1]) as archive:
        archive.extractall(tmp_path / "sources", filter="data")
    wheel, _ = built(next((tmp_path / "sources").iterdir()), tmp_path / "out")
    assert wheel.read_bytes() == packages[0].read_bytes()


def test_the_wheel_holds_the_package_and_nothing_else(packages: tuple[Path, Path]) -> None:
    held = names(packages[0])
    ours = {name for name in held if name.startswith("stargauge/")}
    assert ours == sources()
    assert "stargauge/py.typed" in ours and {Path(name).suffix for name in ours} >= DATA
    rest = {name.partition("/")[2] for name in set(held) - ours}
    assert {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE", "licenses/LICENSES/ATTRIBUTION.md"} <= rest
    assert len(rest) == 5 + len(list((ROOT / "LICENSES").iterdir()))


def test_the_archive_holds_what_it_takes_to_test_and_document_it_and_nothing_that_lay_beside(packages: tuple[Path, Path]) -> None:
    held = set(names(packages[1]))
    assert {f"src/{name}" for name in sources()} <= held
    assert {"Makefile", "pyproject.toml", "README.md", "requirements/run.txt", "tests/conftest.py", "docs/conf.py", "docs/index.md"} <= held
    assert not held & set(LITTER)
    assert {name.partition("/")[0] for name in held} <= {
        "src", "tests", "docs", "bench", "requirements", "LICENSES", "LICENSE", "Makefile", "README.md", "CHANGELOG.md", "CITATION.cff",
        "CONTRIBUTING.md", "SECURITY.md", "pyproject.toml", "PKG-INFO", ".gitignore",
    }  # fmt: skip


@pytest.mark.parametrize("which", [0, 1], ids=["wheel", "archive"])
def test_nothing_in_it_names_the_machine_it_was_built_on(packages: tuple[Path, Path], which: int) -> None:
    here = [str(ROOT), str(packages[which].parent), str(Path.home() / "x")[:-2] + "/"]
    assert not [name for name, text in texts(packages[which]).items() for path in here if path.encode() in text]


def test_what_it_says_of_itself_is_complete(packages: tuple[Path, Path]) -> None:
    told = next(text for name, text in texts(packages[0]).items() if name.endswith("METADATA"))
    said = Parser().parsestr(told.decode("utf-8"))
    assert said["Name"] == "stargauge" and said["Requires-Python"] == ">=3.11" and said["License-Expression"] == "Apache-2.0"
    extras = set(said.get_all("Provides-Extra") or [])
    assert extras == {"all", "dask", "docs", "evidence", "gpu", "notebook", "plan", "report", "test", "timestamp", "web"}
    assert [text for text in said.get_all("Requires-Dist") or [] if "extra" not in text] == ["numpy>=2.0", "pydantic>=2.9", "pyyaml>=6.0"]


def test_all_is_every_extra_of_a_user_but_that_of_a_gpu(packages: tuple[Path, Path]) -> None:
    told = next(text for name, text in texts(packages[0]).items() if name.endswith("METADATA"))
    said = Parser().parsestr(told.decode("utf-8"))
    by_extra: dict[str, set[str]] = {}
    for text in said.get_all("Requires-Dist") or []:
        package, _, extra = text.partition("; extra == ")
        by_extra.setdefault(extra.strip("'\""), set()).add(package)
    users = {"dask", "evidence", "notebook", "plan", "report", "timestamp", "web"}
    named = {one for text in by_extra["all"] for one in re.findall(r"\[(.*)\]", text) for one in one.split(",")}
    assert named == users or by_extra["all"] == set[str]().union(*(by_extra[name] for name in users))
