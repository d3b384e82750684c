"""The page on weather: its examples run and say what the page says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tests import weather_written as written
from tests.test_packaging_files import run_python


def test_the_page_on_weather_works_as_it_stands(tmp_path: Path) -> None:
    left = run_python("docs/weather.md")
    assert len(left["hot"]) == 3 and all(isinstance(count, int) for count in left["hot"])  # type: ignore[arg-type, attr-defined]
    assert left["notes"] == ("weather of abilene-tx: proxy: Abilene, 50 km away",)
    assert np.all(left["wet"] <= left["made"].dry_bulb + 1e-6) and 0.0 < np.min(left["damp"]) <= 1.0  # type: ignore[attr-defined, operator, arg-type, call-overload]
    assert left["read"](written.epw(tmp_path)).kind == "file"  # type: ignore[operator]
