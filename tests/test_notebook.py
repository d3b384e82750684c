"""The example notebook runs in a kernel of its own, and shows what its text says."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from tests.test_packaging_files import run_python

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "docs" / "notebook" / "stargate.ipynb"


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The notebook after all its cells have run; a cell that fails is told with its traceback."""
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    made = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(made)
    around = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "IPYTHONDIR": str(tmp_path_factory.mktemp("ipython"))}
    client = nbclient.NotebookClient(made, timeout=300, resources={"metadata": {"path": str(tmp_path_factory.mktemp("here"))}})
    return client.execute(env=around)


def shown(executed: Any) -> list[dict[str, Any]]:
    """What each cell of code shows, by kind."""
    return [dict(cell.outputs[-1].data) if cell.outputs else {} for cell in executed.cells if cell.cell_type == "code"]


@pytest.mark.slow
def test_every_cell_shows_something_and_none_complains(executed: Any) -> None:
    assert all(shown(executed))
    streams = [
        output for cell in executed.cells if cell.cell_type == "code" for output in cell.outputs if output.output_type != "execute_result"
    ]
    assert not streams, streams


@pytest.mark.slow
def test_it_shows_tables_with_day_draws_and_seed_and_charts(executed: Any) -> None:
    tables = [one["text/html"] for one in shown(executed) if "<table>" in one.get("text/html", "")]
    assert len(tables) == 6
    assert sum("known on 22 Nov 2026 · 1,024 draws · seed 0" in text for text in tables) == 2
    assert "known on 23 Jan 2025" in tables[-1]
    charts = [one for one in shown(executed) if any("vegalite" in kind for kind in one) or "vega" in one.get("text/html", "")]
    assert len(charts) == 2


def test_it_is_kept_as_it_is_written_and_not_as_it_ran() -> None:
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert not re.search(r'"execution_count": \d|"outputs": \[[^\]]', text)


def test_the_page_on_notebooks_works_as_it_stands() -> None:
    left = run_python("docs/notebook.md")
    assert "power_facility[announced]" in left["chart"].to_dict()["description"]  # type: ignore[attr-defined]
