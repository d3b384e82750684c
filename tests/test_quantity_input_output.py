"""Multipliers and person-months against worked examples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stargauge.quantity.finance import input_output


def case(shared: Path, name: str) -> tuple[dict[str, Any], dict[str, Any], float]:
    found = json.loads((shared / "facts" / "finance_vectors.json").read_text(encoding="utf-8"))["vectors"]
    vector = next(v for v in found if v["id"] == name) if isinstance(found, list) else found[name]
    return vector["inputs"], vector["expected"], vector["abs_tol"]


def test_person_months_equal_the_vector(shared: Path) -> None:
    made, expected, tolerance = case(shared, "labour_pm")
    months = input_output.person_months(
        np.array(made["cost_usd"]), np.array(made["labour_share"]), np.array(made["loaded_hourly"]), np.array(made["hours_per_month"])
    )
    assert months == pytest.approx(expected["person_months"], abs=tolerance)
    assert months / 12 == pytest.approx(expected["person_years"], abs=tolerance)


def test_output_multipliers_equal_the_vector(shared: Path) -> None:
    made, expected, tolerance = case(shared, "leontief_2x2")
    inverse = input_output.leontief_inverse(made["A"])
    np.testing.assert_allclose(inverse, expected["inverse"], atol=tolerance)
    np.testing.assert_allclose(inverse @ made["dy"], expected["dx"], atol=tolerance)
    np.testing.assert_allclose(inverse.sum(axis=0), expected["output_multipliers"], atol=tolerance)


def test_employment_multipliers_of_both_types_equal_the_vector(shared: Path) -> None:
    made, expected, tolerance = case(shared, "leontief_type1_2")
    open_, closed = (
        input_output.leontief_inverse(made["A"]),
        input_output.leontief_inverse(input_output.with_households(made["A"], made["household_income"], made["household_consumption"])),
    )
    jobs = made["jobs_per_musd"]
    np.testing.assert_allclose(input_output.employment_multipliers(open_, jobs), expected["type1_employment"], atol=tolerance)
    np.testing.assert_allclose(input_output.employment_multipliers(closed, jobs), expected["type2_employment"], atol=tolerance)
    direct = np.asarray(jobs) * made["final_demand_musd"]
    assert direct.sum() == pytest.approx(expected["jobs_direct"])
    assert (direct * input_output.employment_multipliers(closed, jobs)).sum() == pytest.approx(expected["jobs_type2"], abs=tolerance * 1e3)
