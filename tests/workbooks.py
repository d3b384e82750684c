"""Workbooks recalculated by LibreOffice, read back by name, and changed in the file as a user would change them."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from stargauge.report.workbook.book import BASE, INPUTS, SCENARIOS, SINGLE, names_of
from stargauge.report.workbook.formula import column_name
from stargauge.report.workbook.site import sheets_of

SOFFICE = shutil.which("soffice")


def recalculated(files: Mapping[str, bytes], folder: Path) -> dict[str, Path]:
    """Each file as LibreOffice computes it, by name: one start of the program for all."""
    assert SOFFICE is not None
    out = folder / "out"
    for name, content in files.items():
        (folder / f"{name}.xlsx").write_bytes(content)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [
        SOFFICE,
        profile,
        "--headless",
        "--convert-to",
        "xlsx",
        "--outdir",
        str(out),
        *(str(folder / f"{name}.xlsx") for name in files),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return {name: out / f"{name}.xlsx" for name in files}


def changed(content: bytes, data: Mapping[str, Any], values: Mapping[str, float], scenario: int = 0) -> bytes:
    """The file with other numbers in the blue cells of some inputs, and another scenario live; nothing else is touched."""
    sheets = sheets_of(data)
    places = names_of(sheets).places
    inputs = [sheet.name for sheet in sheets].index(INPUTS) + 1
    cells = {(inputs, f"{column_name(BASE)}{places[INPUTS][name].row + 1}"): value for name, value in values.items()}
    live = places[SCENARIOS]["live"]
    cells[inputs + 1, f"{column_name(live.single)}{live.row + 1}"] = scenario  # the sheet of scenarios stands behind that of the inputs
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            text = old.read(item).decode("utf-8") if item.filename.endswith(".xml") else old.read(item)
            for (sheet, cell), value in cells.items():
                if item.filename == f"xl/worksheets/sheet{sheet}.xml":
                    text, count = re.subn(
                        rf'<c r="{cell}"( s="\d+")(?: t="s")?><v>[^<]*</v></c>', rf'<c r="{cell}"\1><v>{value!r}</v></c>', text
                    )
                    assert count == 1, cell
            new.writestr(item, text)
    return made.getvalue()


@dataclass(frozen=True)
class Computed:
    """A recalculated workbook, its values by sheet and name."""

    path: Path
    data: Mapping[str, Any]

    @cached_property
    def cells(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every value by sheet, row and column."""
        import openpyxl

        book = openpyxl.load_workbook(self.path, data_only=True, read_only=True)
        return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}

    @cached_property
    def places(self) -> Any:
        """Where every name lives."""
        return names_of(sheets_of(self.data)).places

    def row(self, sheet: str, name: str) -> np.ndarray:
        """The numbers of a row; NaN where a cell holds none."""
        place = self.places[sheet][name]
        found = self.cells[sheet][place.row][place.first : place.last + 1]
        return np.array([value if isinstance(value, int | float) else np.nan for value in found], dtype=np.float64)

    def one(self, sheet: str, name: str) -> Any:
        """A single value."""
        return self.cells[sheet][self.places[sheet][name].row][SINGLE]

    def checks(self) -> dict[str, Any]:
        """Every check by name."""
        return {name: self.one("Checks", name) for name in self.places["Checks"]}
