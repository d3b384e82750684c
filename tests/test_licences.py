"""What a user installs is under licences that ask nothing of a work that uses it."""

from __future__ import annotations

import re
import sys

import pytest
from tests.test_packaging_files import ROOT

sys.path.insert(0, str(ROOT / "docs"))

import generated
import licences_page


def test_every_package_that_a_user_installs_is_under_an_allowed_licence() -> None:
    found = {name: licences_page.licence_of(name) for name in licences_page.needed()}
    wrong = {name: said for name, said in found.items() if not licences_page.allowed(said)}
    assert wrong == {}
    assert {"numpy", "pydantic", "pyyaml", "cryptography", "fastapi", "scipy", "vl-convert-python", "torch"} <= set(found)


@pytest.mark.parametrize(
    "licence", ["GPL-3.0-only", "MIT AND AGPL-3.0-only", "LGPL-3.0-only", "", "not installed", "MIT AND", "Proprietary"]
)
def test_others_are_refused(licence: str) -> None:
    assert not licences_page.allowed(licence)
    assert licences_page.allowed("Apache-2.0 OR GPL-2.0-only") and licences_page.allowed("MIT AND (BSD-3-Clause OR Apache-2.0)")


def test_every_pinned_package_but_those_that_build_is_of_the_core_or_an_extra() -> None:
    text = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8").partition("# core")[2]
    pinned = {licences_page.plain(name) for name in re.findall(r"(?m)^([\w.-]+)==", text)}
    assert pinned - set(licences_page.needed()) == set()


def test_the_page_has_every_package() -> None:
    page = generated.pages()["licences.md"]()
    assert all(f"| {name} | {licences_page.licence_of(name)} |" in page for name in licences_page.needed())
