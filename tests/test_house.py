"""How the house is kept: modules that one can read in a sitting, public names that say what they are, files named by the field."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "stargauge"
MODULES = sorted(SOURCE.rglob("*.py"))

#: A module that grows past about 400 lines wants to be two; none grows past 450 without a reason.
WANTS_TWO, MOST_LINES = 400, 450
#: A folder has so many modules at most.
MOST_MODULES = 40
#: Those that may be longer, and why.
LONGER = {
    "cli/commands.py": "the first commands, each a short function that asks and prints",
    "model/facility.py": "one discipline of the model, whose modules never import one another",
    "model/asset_cash.py": "one discipline of the model, whose modules never import one another",
    "programme/schema.py": "the programme file from top to bottom",
    "report/html.py": "the report page from top to bottom",
    "web/answers.py": "the answers that the web keeps, one short function for each",
}
#: Names that say nothing of what is in a file.
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base", "core", "stuff"}


def name(path: Path) -> str:
    """A module by its place in the package."""
    return path.relative_to(SOURCE).as_posix()


def lines(path: Path) -> int:
    """How many lines a module has."""
    return len(path.read_text(encoding="utf-8").splitlines())


def public(body: list[ast.stmt], within: str = "") -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]]:
    """The public functions, classes and methods, with their names; of an overloaded one that which is run."""
    for one in body:
        if not isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if not one.name.startswith("_") and "overload" not in map(ast.unparse, one.decorator_list):
            yield within + one.name, one
            if isinstance(one, ast.ClassDef):
                yield from public(one.body, f"{within}{one.name}.")


def test_no_module_is_longer_than_one_can_read_in_a_sitting() -> None:
    long = {name(path): lines(path) for path in MODULES if lines(path) > MOST_LINES}
    assert not {one: length for one, length in long.items() if one not in LONGER}


def test_no_folder_has_grown_past_what_one_can_look_over() -> None:
    """A folder with a module for each command, discipline or format has up to forty; one that answers several questions wants rooms."""
    counted = Counter(module.parent for module in MODULES)
    assert not {name(folder): number for folder, number in counted.items() if number > MOST_MODULES}


def test_what_became_short_needs_no_reason() -> None:
    assert not [one for one in LONGER if lines(SOURCE / one) <= WANTS_TWO]


def test_every_public_name_says_what_it_is() -> None:
    silent = []
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if tree.body and not ast.get_docstring(tree):
            silent.append(name(path))
        silent += [f"{name(path)}: {told}" for told, one in public(tree.body) if not ast.get_docstring(one)]
    assert not silent


def test_files_are_named_by_the_field() -> None:
    assert not [name(path) for path in MODULES if path.stem in EMPTY_NAMES]
