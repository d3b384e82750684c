"""`stargauge doctor`: what is installed as package tools see it, what a missing part gives, and an exit code for scripts."""

from __future__ import annotations

import json
import re
import tempfile
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from tests.bare_environment import ROOT
from tests.cli_runs import ask
from tests.test_packaging_files import name

from stargauge.cli import doctor
from stargauge.cli.extras import EXTRAS, extra_of
from stargauge.programme.load import shipped


def declared() -> dict[str, list[str]]:
    found: dict[str, list[str]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    return found


def test_every_extra_of_a_user_is_told_and_no_other() -> None:
    assert {extra.name for extra in EXTRAS} == set(declared()) - {"all", "docs", "test"}
    assert all(len(f"{extra.name} {extra.gives}") < 80 for extra in EXTRAS)


@pytest.mark.parametrize("extra", EXTRAS, ids=lambda extra: extra.name)
def test_a_module_that_is_missing_leads_to_an_extra_that_brings_it(extra: object) -> None:
    by_package = {name(package): modules for modules, packages in metadata.packages_distributions().items() for package in packages}
    assert by_package
    for one in EXTRAS:
        for module in one.modules:
            found = extra_of(f"{module}.part")
            assert found is not None and found.name == one.name
    for requirement in declared()[extra.name]:
        modules = {module for module, packages in metadata.packages_distributions().items() if name(requirement) in map(name, packages)}
        told = [module for module in modules if extra_of(module) is not None]
        assert told or name(requirement) == "torch", requirement


def test_what_is_installed_is_what_package_tools_say(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "doctor", "--json")
    found = json.loads(answer.out)
    assert answer.code == 0 and found["ok"] and found["broken"] == []
    assert [(one["name"].lower(), one["installed"]) for one in found["core"]] == [
        (package, metadata.version(package)) for package in ("numpy", "pydantic", "pyyaml")
    ]
    for extra in found["extras"]:
        assert {name(one["name"]) for one in extra["packages"]} == {name(text) for text in declared()[extra["name"]]}
        assert (extra["command"] is None) == (extra["state"] == "complete")
    assert found["data"][1]["holds"] == f"{len(shipped())} shipped"
    assert found["machine"]["cores"] >= 1


def test_it_is_told_in_80_columns_with_the_command_for_what_is_missing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor.metadata, "version", lambda package: without(package, "scipy"))
    answer = ask(capsys, "doctor")
    assert answer.code == 0 and answer.out.startswith("Stargauge ")
    assert max(map(len, answer.out.splitlines())) <= 80
    assert "lacks scipy >=1.13: pip install 'stargauge[plan]'" in " ".join(answer.out.split())
    assert ask(capsys, "doctor", "--ascii").out.isascii()


def test_the_page_on_installing_names_every_extra_with_what_it_gives() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", (ROOT / "docs/install.md").read_text(encoding="utf-8"), re.M)
    assert [(found, gives.replace("`", "")) for found, gives in rows] == [(extra.name, extra.gives) for extra in EXTRAS]


def without(package: str, missing: str) -> str:
    if package == missing:
        raise metadata.PackageNotFoundError(package)
    return metadata.distribution(package).version


@pytest.mark.parametrize(("installed", "state"), [("2.0", "fits"), ("2.4.6", "fits"), ("10.0rc1", "fits"), ("1.26.4", "old"), ("1", "old")])
def test_versions_are_compared_as_numbers(monkeypatch: pytest.MonkeyPatch, installed: str, state: str) -> None:
    monkeypatch.setattr(doctor.metadata, "version", lambda package: installed)
    assert doctor._package("numpy", ">=2.0")["state"] == state


def test_a_core_that_is_too_old_or_data_that_do_not_load_are_broken(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(doctor.metadata, "version", lambda package: "1.0" if package == "numpy" else metadata.distribution(package).version)
    monkeypatch.setattr("stargauge.programme.load.SHIPPED", tmp_path)
    answer = ask(capsys, "doctor", "--json")
    broken = json.loads(answer.out)["broken"]
    assert answer.code == 1 and len(broken) == 2
    assert broken[0] == "numpy 1.0: >=2.0 is needed: pip install 'numpy>=2.0'"
    assert "no programme is there" in broken[1]


def test_evidence_that_cannot_be_written_to_is_broken(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STARGAUGE_EVIDENCE", str(tmp_path))
    monkeypatch.setattr(doctor.os, "access", lambda path, mode: Path(path) != tmp_path)
    answer = ask(capsys, "doctor")
    assert answer.code == 1 and re.search(r"! evidence: .+ cannot be written to", " ".join(answer.out.split()))
    monkeypatch.setattr(doctor.os, "access", lambda path, mode: Path(path) != Path(tempfile.gettempdir()))
    assert ask(capsys, "doctor").code == 1
    monkeypatch.setattr(doctor.os, "access", lambda path, mode: Path(path) != Path.cwd())
    assert ask(capsys, "doctor").code == 0
