"""How an answer shows itself in a notebook: as the report draws it, which is looked up by its name when something is shown, and not before.

This is the one place that asks upwards. Whoever makes numbers knows nothing of pages; a notebook asks the number itself.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_DRAWN_BY = "stargauge.report.notebook"


class Shown:
    """What a notebook shows as tables: texts of a programme are escaped, units, day, draws and seed stand with the numbers."""

    def _repr_html_(self) -> str:
        return str(import_module(_DRAWN_BY).html_of(self))


def chart_of(value: Shown, *addresses: str) -> Any:
    """The chart of an answer: Altair's where it is installed, else one that JupyterLab and whatever shows SVG can draw."""
    return import_module(_DRAWN_BY).chart_of(value, *addresses)
