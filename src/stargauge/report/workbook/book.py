"""From parts to a workbook file: a cell for every name, a formula for every cell, one look per kind of cell."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from stargauge.quantity.errors import InputError
from stargauge.report.locale import say
from stargauge.report.workbook.formula import Formula, Names, Place, column_name, site_of
from stargauge.report.workbook.parts import Given, Heading, Part, Path, Row, Sheet, Single, Text

LABEL, UNIT, SINGLE, OPENING, FIRST = range(5)
#: On the sheet of inputs: the value as the file gives it, and who said it.
BASE, SOURCE, STATUS, GRADE, NOTE, AS_RUN = range(3, 9)
#: Rows above the first part: title, what it is about, headings of the columns.
TOP = 5
#: The row that counts changed inputs, on their sheet.
_CHANGED = 2
#: The row of the scenario that is live, on the sheet of scenarios.
_LIVE = 2
INPUTS, SCENARIOS, TIMING = "Inputs", "Scenarios", "Timing"
_BLUE, _BLACK, _GREEN, _RED, _SOFT = "#0000ff", "#000000", "#00703c", "#c00000", "#545c66"
_FORMATS = {
    "USD": "#,##0;[Red]-#,##0;0",
    "date": "yyyy-mm-dd",
    "1": "0.0000;-0.0000;0",
    "share": "0.00%",
    "1/year": "0.000%",
    "flag": "0;-0;0",
    "W": "#,##0",
    "text": "@",
    "count": "0",
}
#: The same file for the same numbers: no clock in it.
_CREATED = datetime(2026, 1, 1)
_TOTALS = {"sum": "SUM({})", "max": "MAX({})", "min": "MIN({})"}


def _maker() -> tuple[Any, Any]:
    """XlsxWriter's workbook and a worksheet of ours. Raises InputError, with what to install, where it is missing."""
    try:
        from xlsxwriter import Workbook
        from xlsxwriter.worksheet import Worksheet
    except ImportError:
        raise InputError(say("a workbook needs the extra `report` (XlsxWriter is missing): pip install 'stargauge[report]'")) from None

    class Plainly(Worksheet):  # type: ignore[misc, unused-ignore]
        """A worksheet that takes formulas as they are: looking for functions newer than Excel 2007 takes most of the time; there "
        "are none."""

        def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
            return formula.removeprefix("=")

    return Workbook, Plainly


def expect_writer() -> None:
    """Raise InputError, with what to install, where no workbook can be written; asked before the work is done."""
    _maker()


def written(sheets: Sequence[Sheet], overlays: Sequence[str], title: str) -> bytes:
    """The workbook as the bytes of an .xlsx file. `overlays`: names of the scenarios beside the base."""
    made = io.BytesIO()
    workbook, worksheet = _maker()
    book = _Book(workbook(made, {"in_memory": True}), worksheet, tuple(sheets), tuple(overlays))
    book.file.set_properties({"title": title, "comments": "Written by Stargauge", "created": _CREATED})
    book.write()
    return made.getvalue()


def _placed(sheet: Sheet) -> Iterator[tuple[Part, int]]:
    for number, part in enumerate(sheet.parts):
        yield part, TOP + number


def names_of(sheets: Sequence[Sheet]) -> Names:
    """Where every name lives. Raises ValueError for a name given twice on a sheet."""
    places: dict[str, dict[str, Place]] = {}
    for sheet in sheets:
        here = places.setdefault(sheet.name, {})
        for part, row in _placed(sheet):
            if isinstance(part, Heading | Text):
                continue
            if part.name in here:
                raise ValueError(f'two rows of {sheet.name} are called "{part.name}"')
            wide = isinstance(part, Row | Path)
            edges = (FIRST, FIRST + sheet.columns - 1) if wide else (-1, -1)
            here[part.name] = Place(sheet.name, row, SINGLE, *edges)
    if INPUTS in places:
        places[INPUTS]["changed"] = Place(INPUTS, _CHANGED, SINGLE)
        places[SCENARIOS] = {"live": Place(SCENARIOS, _LIVE, SINGLE)}
    return Names(places)


@dataclass
class _Book:
    file: Any
    worksheet: Any
    sheets: tuple[Sheet, ...]
    overlays: tuple[str, ...]
    looks: dict[tuple[str, str, bool], Any] = field(default_factory=dict)

    def write(self) -> None:
        self.file.set_calc_mode("auto")
        names = names_of(self.sheets)
        for sheet in self.sheets:
            tab = self.file.add_worksheet(sheet.name, self.worksheet)
            scopes = ((sheet.name, ""), *sheet.scopes)
            self._head(tab, sheet, names.finder(scopes, site_of(sheet.name)))
            for part, row in _placed(sheet):
                of = "" if isinstance(part, Heading | Text) else part.name
                self._part(tab, sheet, part, row, names.finder(scopes, site_of(sheet.name, of)))
            if sheet.name == INPUTS:
                self._changed(tab, sheet)
                self._scenarios(sheet)
        self.file.close()

    def _head(self, tab: Any, sheet: Sheet, find: Callable[[str], Place]) -> None:
        tab.hide_gridlines(2)
        tab.set_column(LABEL, LABEL, 62)
        tab.set_column(UNIT, UNIT, 10)
        tab.write_string(0, 0, sheet.title, self._look("title", ""))
        tab.write_string(1, 0, sheet.about, self._look("soft", ""))
        tab.set_landscape()
        tab.fit_to_pages(1, 0)
        if sheet.columns:
            tab.set_column(SINGLE, SINGLE, 18)
            tab.set_column(OPENING, OPENING, 2)
            tab.set_column(FIRST, FIRST + sheet.columns, 15)
            tab.freeze_panes(TOP, FIRST)
            for row, (label, unit, formula) in enumerate(sheet.heads, start=2):
                tab.write_string(row, LABEL, label, self._look("head", ""))
                made = Formula.of(formula, sheet.name, find)
                for column in range(FIRST, FIRST + sheet.columns):
                    tab.write_formula(row, column, made.at(column), self._look("head", unit), "")
            tab.write_string(TOP - 1, UNIT, "Unit", self._look("head", ""))
            tab.write_string(TOP - 1, SINGLE, "Value or total", self._look("head", ""))
        else:
            tab.set_column(SINGLE, SINGLE, 20)
            tab.freeze_panes(TOP, LABEL)

    def _part(self, tab: Any, sheet: Sheet, part: Part, row: int, find: Callable[[str], Place]) -> None:
        if isinstance(part, Heading):
            tab.write_string(row, LABEL, part.text, self._look(f"heading{part.level}", ""))
            if part.note:
                tab.write_string(row, SINGLE, part.note, self._look("soft", ""))
            return
        if isinstance(part, Text):
            tab.write_string(row, LABEL, part.text, self._look("words", ""))
            return
        tab.write_string(row, LABEL, part.label, self._look("label", ""))
        tab.write_string(row, UNIT, "" if part.unit == "text" else part.unit, self._look("soft", ""))
        if isinstance(part, Given):
            self._given(tab, sheet, part, row)
        elif isinstance(part, Path):
            for column, value in enumerate(part.values, start=FIRST):
                tab.write_number(row, column, value, self._look("input", part.unit))
            _comment(tab, row, part.source, part.note)
        else:
            self._calculated(tab, sheet, part, row, find)

    def _changed(self, tab: Any, sheet: Sheet) -> None:
        """How many inputs, and values of scenarios, differ from those of the run. And the headings of the columns."""
        first, last = TOP + 1, TOP + len(sheet.parts)

        def block(left: int, right: int) -> str:
            return f"${column_name(left)}${first}:${column_name(right)}${last}"

        count = len(self.overlays)
        tab.write_string(_CHANGED, LABEL, "Inputs and values of scenarios that were changed", self._look("label", ""))
        formula = f"=SUMPRODUCT(({block(BASE, BASE)}<>{block(AS_RUN, AS_RUN)})*1)"
        if count:
            mine, run = block(BASE, BASE + count - 1), block(BASE + count + 1, BASE + 2 * count)
            formula += f"+SUMPRODUCT(({SCENARIOS}!{mine}<>{SCENARIOS}!{run})*1)"
        tab.write_formula(_CHANGED, SINGLE, formula, self._look("calculation", "count"), "")
        heads = ("Input", "Unit", "Used", "Value", "Source", "Status", "Grade", "Note", "As run")
        for column, text in enumerate(heads):
            tab.write_string(TOP - 1, column, text, self._look("head", ""))
        for column, width in ((BASE, 20), (SOURCE, 28), (STATUS, 18), (GRADE, 6), (NOTE, 60), (AS_RUN, 20)):
            tab.set_column(column, column, width)

    def _given(self, tab: Any, sheet: Sheet, part: Given, row: int) -> None:
        if sheet.name != INPUTS:
            live = f"=INDEX($D${row + 1}:${column_name(BASE + len(self.overlays))}${row + 1},1,{SCENARIOS}!$C${_LIVE + 1}+1)"
            tab.write_formula(row, SINGLE, live, self._look("calculation", part.unit), "")
            for column, name in enumerate(("", *self.overlays), start=BASE):
                _write(tab, row, column, part.overlays.get(name, part.value), self._look("soft", part.unit))
            return
        live_cell = f"{SCENARIOS}!$C${_LIVE + 1}"
        live = f"INDEX({SCENARIOS}!$D${row + 1}:${column_name(BASE + len(self.overlays))}${row + 1},1,{live_cell})"
        live = f'=IF({live_cell}=0,$D{row + 1},IF({live}="",$D{row + 1},{live}))'
        tab.write_formula(row, SINGLE, live, self._look("calculation", part.unit), "")
        _write(tab, row, BASE, part.value, self._look("input", part.unit))
        _write(tab, row, AS_RUN, part.value, self._look("soft", part.unit))
        for column, text in ((SOURCE, part.source), (STATUS, part.status), (GRADE, part.grade), (NOTE, part.note)):
            tab.write_string(row, column, text, self._look("soft", ""))
        _comment(tab, row, ", ".join(filter(None, (part.source, part.status, part.grade and f"grade {part.grade}"))), part.note, BASE)
        self.file.define_name(f"{sheet.name}_{part.name}", f"={sheet.name}!$D${row + 1}")

    def _calculated(self, tab: Any, sheet: Sheet, part: Single | Row, row: int, find: Callable[[str], Place]) -> None:
        made = Formula.of(part.formula, sheet.name, find)
        kind = "link" if made.links and part.look == "calculation" else part.look
        unit = "flag" if part.look == "flag" else part.unit
        look = self._look(kind, unit)
        if isinstance(part, Single):
            tab.write_formula(row, SINGLE, made.at(SINGLE), look, "")
        else:
            for column in range(FIRST, FIRST + sheet.columns):
                tab.write_formula(row, column, made.at(column), look, "")
            if part.total:
                own = Formula.of(f"{part.name}[:]", sheet.name, find).at(SINGLE).removeprefix("=")
                last = f"={column_name(FIRST + sheet.columns - 1)}{row + 1}"
                total = last if part.total == "last" else "=" + _TOTALS[part.total].format(own)
                tab.write_formula(row, SINGLE, total, self._look("total", unit), "")
        if part.look == "check":
            red = self.file.add_format({"bg_color": "#f8cbad", "font_color": _RED, "bold": True})
            last_column = FIRST + max(sheet.columns, 1) - 1
            tab.conditional_format(
                row,
                SINGLE,
                row,
                last_column,
                {"type": "cell", "criteria": "not between", "minimum": -0.005, "maximum": 0.005, "format": red},
            )
        tab.write_comment(row, LABEL, f"{part.formula}\n{part.note}".strip(), _COMMENT)

    def _scenarios(self, sheet: Sheet) -> None:
        """The same rows as the sheet of inputs: base, then one column per named overlay; an empty cell means as in the base."""
        tab = self.file.add_worksheet(SCENARIOS, self.worksheet)
        tab.hide_gridlines(2)
        tab.set_column(LABEL, LABEL, 62)
        tab.set_column(UNIT, UNIT, 10)
        tab.set_column(SINGLE, BASE + 2 * len(self.overlays), 20)
        tab.write_string(0, 0, "Scenarios", self._look("title", ""))
        tab.write_string(
            1, 0, "Set C3 to the number of a column; 0 is the base. An empty cell means: as in the base.", self._look("soft", "")
        )
        tab.write_string(_LIVE, LABEL, "Scenario that is live", self._look("label", ""))
        tab.write_number(_LIVE, SINGLE, 0, self._look("input", "count"))
        tab.data_validation(
            2, SINGLE, 2, SINGLE, {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": len(self.overlays)}
        )
        self.file.define_name("scenario", f"={SCENARIOS}!$C$3")
        tab.write_string(TOP - 2, LABEL, "Number", self._look("head", ""))
        tab.write_string(TOP - 1, LABEL, "Name", self._look("head", ""))
        for column, name in enumerate(("base", *self.overlays)):
            tab.write_number(TOP - 2, SINGLE + column, column, self._look("head", "count"))
            tab.write_string(TOP - 1, SINGLE + column, name, self._look("head", ""))
        tab.freeze_panes(TOP, BASE)
        run = BASE + len(self.overlays) + 1
        for column, name in enumerate(self.overlays, start=run):
            tab.write_string(TOP - 1, column, f"{name}, as run", self._look("head", ""))
        for part, row in _placed(sheet):
            if isinstance(part, Heading):
                tab.write_string(row, LABEL, part.text, self._look(f"heading{part.level}", ""))
            if not isinstance(part, Given):
                continue
            for column, name in enumerate(self.overlays, start=run):
                _write(tab, row, column, part.overlays.get(name), self._look("soft", part.unit))
            tab.write_string(row, LABEL, part.label, self._look("label", ""))
            tab.write_string(row, UNIT, part.unit, self._look("soft", ""))
            tab.write_formula(row, SINGLE, f"={sheet.name}!$D{row + 1}", self._look("link", part.unit), "")
            for column, name in enumerate(self.overlays, start=BASE):
                _write(tab, row, column, part.overlays.get(name), self._look("input", part.unit))

    def _look(self, kind: str, unit: str) -> Any:
        key = (kind, unit, False)
        if key not in self.looks:
            made = dict(_LOOKS[kind])
            shown = _FORMATS.get(unit, "#,##0.0000" if unit and unit.startswith("USD/") else "General" if unit else "")
            if shown:
                made["num_format"] = shown
            self.looks[key] = self.file.add_format(made | {"font_name": "Arial", "font_size": made.get("font_size", 9)})
        return self.looks[key]


_COMMENT = {"x_scale": 2.2, "y_scale": 1.2, "visible": False}
_LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "heading1": {"bold": True, "font_size": 11, "bottom": 1},
    "heading2": {"bold": True},
    "head": {"bold": True, "bg_color": "#e9e7e2"},
    "label": {},
    "words": {},
    "soft": {"font_color": _SOFT},
    "input": {"font_color": _BLUE, "bg_color": "#fff9e5"},
    "calculation": {"font_color": _BLACK},
    "total": {"font_color": _BLACK, "bold": True},
    "flag": {"font_color": _SOFT},
    "link": {"font_color": _GREEN},
    "check": {"font_color": _RED},
}


def _write(tab: Any, row: int, column: int, value: float | str | None, look: Any) -> None:
    if value is None:
        tab.write_blank(row, column, None, look)
    elif isinstance(value, str):
        tab.write_string(row, column, value, look)
    else:
        tab.write_number(row, column, value, look)


def _comment(tab: Any, row: int, source: str, note: str, column: int = LABEL) -> None:
    words = "\n".join(filter(None, (source, note)))
    if words:
        tab.write_comment(row, column, words, _COMMENT)
