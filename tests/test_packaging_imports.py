"""The house: imports go only downwards, formulas know nothing but numbers, and asking for help loads nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "stargauge"

#: From top to bottom; folders of one line do not know each other.
ORDER: tuple[tuple[str, ...], ...] = (
    ("cli",),
    ("web",),
    ("report",),
    ("api",),
    ("plan",),
    ("audit",),
    ("engine",),
    ("inputs",),
    ("model",),
    ("programme",),
    ("catalogue",),
    ("evidence", "measure", "reading"),
    ("quantity",),
)
RANK = {name: rank for rank, names in enumerate(ORDER) for name in names}
#: The one file outside that knows the formulas and the inputs.
SIMULATE = "engine/simulate.py"
FILES = sorted(SOURCE.rglob("*.py"))


def room(path: Path) -> str:
    """The folder (or the module at the top) that a file belongs to."""
    first = path.relative_to(SOURCE).parts[0]
    return first.removesuffix(".py")


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Every module a file imports, wherever in the file, with its line; relative imports made absolute."""
    here = ["stargauge", *path.relative_to(SOURCE).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join([*here[: len(here) - node.level + 1], *filter(None, [node.module])]) if node.level else node.module or ""
            yield base, node.lineno
            yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)


def ours(path: Path) -> Iterator[tuple[str, str, int]]:
    """The parts of Stargauge a file imports: room, module, line."""
    for name, line in imported(path):
        parts = name.split(".")
        if parts[0] == "stargauge" and len(parts) > 1 and parts[1] in RANK:
            yield parts[1], name, line


def test_every_folder_has_its_place_in_the_order() -> None:
    assert {room(path) for path in FILES} - {"__init__", "__main__"} <= set(RANK)


def test_imports_go_only_downwards() -> None:
    wrong = [
        f"{path.relative_to(SOURCE)}:{line} imports {name}"
        for path in FILES
        if room(path) in RANK
        for target, name, line in ours(path)
        if target != room(path) and RANK[target] <= RANK[room(path)]
    ]
    assert not wrong, "\n".join(sorted(set(wrong)))


def test_formulas_import_numbers_only_and_never_one_another() -> None:
    allowed = {"__future__", "numpy", "stargauge", *sys.stdlib_module_names}
    wrong = []
    for path in (SOURCE / "model").glob("*.py"):
        wrong += [f"{path.name}:{line} imports {name}" for name, line in imported(path) if name.split(".")[0] not in allowed]
        wrong += [f"{path.name}:{line} imports {name}" for target, name, line in ours(path) if target != "quantity"]
    assert not wrong, "\n".join(sorted(set(wrong)))


def test_formulas_read_and_write_nothing() -> None:
    wrong = []
    for path in (SOURCE / "model").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("open", "print", "input", "eval", "exec")
            ):
                wrong.append(f"{path.name}:{node.lineno} calls {node.func.id}")
    assert not wrong, "\n".join(wrong)


def test_only_one_file_outside_knows_formulas_and_inputs() -> None:
    knowing = {
        str(path.relative_to(SOURCE))
        for path in FILES
        for target, _, _ in ours(path)
        if target in ("model", "inputs") and room(path) != target
    }
    assert knowing <= {SIMULATE}


def test_nothing_is_evaluated_from_text() -> None:
    wrong = [
        f"{path.relative_to(SOURCE)}:{node.lineno}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec")
    ]
    assert not wrong


def loaded_by(arguments: str) -> set[str]:
    """The modules that are loaded once a command has answered."""
    code = (
        "import sys; sys.argv = ['stargauge', *sys.argv[1:]]\n"
        "from stargauge.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('LOADED', *sorted({name.split('.')[0] for name in sys.modules}))"
    )
    made = subprocess.run(
        [sys.executable, "-c", code, *arguments.split()], capture_output=True, text=True, timeout=60, check=True, env=_environment()
    )
    return set(made.stdout.rsplit("LOADED", 1)[1].split())


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(SOURCE.parent)}


@pytest.mark.parametrize("arguments", ["--help", "check --help", "--language de check --help", "--version", "completion words -- che"])
def test_help_loads_nothing_heavy(arguments: str) -> None:
    heavy = {"numpy", "pydantic", "yaml", "jinja2", "vl_convert", "altair", "rich", "scipy", "pandas"}
    assert not loaded_by(arguments) & heavy


def test_an_answer_in_the_terminal_loads_no_charts() -> None:
    code = "import sys, stargauge.report.terminal; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True, env=_environment())
    assert not set(made.stdout.split()) & {"jinja2", "vl_convert", "altair", "rich", "scipy", "pydantic"}
