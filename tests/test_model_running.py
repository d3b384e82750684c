"""Cost of running: the sum of `opex` within the clock, rent that cancels, abatements with conditions."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from tests.life_worlds import again, life_of
from tests.real_worlds import known_of

from stargauge.model import running

UNITS = {"jobs": "job", "share": "1", "investment": "USD", "term": "d"}


@pytest.mark.parametrize("name", ["tiny", "stargate"])
def test_within_the_clock_equipment_pays_opex_and_rent_less_what_is_abated(name: str) -> None:
    _, values = life_of(name)
    clock = values["opex"].shape[2]
    own = (values["equipment_running_cost"] + values["property_tax_abated"] - values["lease_income"])[:, :, :clock]
    np.testing.assert_allclose(own, values["opex"], rtol=1e-9, atol=1e-6 * values["opex"].max())


def test_rent_cancels_between_the_two_assets() -> None:
    _, values = life_of("stargate")
    double = again("stargate", lease_income=2.0 * values["lease_income"], building_management_share=np.zeros(256))
    cash = [case["lease_income"] - case["building_running_cost"] - case["equipment_running_cost"] for case in (values, double)]
    cash[0] = cash[0] + values["building_running_cost"]
    np.testing.assert_allclose(cash[0], cash[1], atol=1e-6 * values["equipment_running_cost"].max())


def test_beyond_the_clock_the_last_year_goes_on_at_the_price_level() -> None:
    _, values = life_of("stargate")
    clock = values["opex"].shape[2]
    own = values["equipment_running_cost"] + values["property_tax_abated"] - values["lease_income"]
    real = own / values["life_price_level"][:, None, :] / values["life_days"]
    same = (values["life_power_it"][:, :, clock - 12] == values["life_power_it"][:, :, clock + 11]) & (real[:, :, clock - 12] > 0.0)
    assert same.any()
    np.testing.assert_allclose(real[:, :, clock : clock + 12][same], real[:, :, clock - 12 : clock][same], rtol=1e-3)


def kept(jobs: float = 400.0, wage: float = 60_000.0, capital: float = 3e9) -> float:
    found = running.abatement_kept(
        np.array([357.0]), np.array([57_600.0]), np.array([2.4e9]), np.full((1, 1, 3), jobs), np.array([wage]), np.full((1, 1, 3), capital)
    )
    return float(found[0, 0])


def test_an_abatement_is_lost_where_a_condition_is_missed() -> None:
    """Abilene: 357 posts at 57,600 USD, 2.4 bn USD."""
    assert kept() == 1.0
    assert kept(jobs=356.0) == kept(wage=57_000.0) == kept(capital=2.3e9) == 0.0


def test_abilene_is_spared_85_per_cent_where_it_keeps_its_word() -> None:
    run, values = life_of("stargate")
    site, clock = run.frame.axes["site"].index("abilene"), values["opex"].shape[2]
    held = values["abatement_kept"][:, site] > 0.5
    assert held.any() and not held.all()
    tax = (
        values["opex_property"] * (values["property_tax_share"] / (values["property_tax_share"] + values["insurance_share"]))[:, None, None]
    )
    abated = values["property_tax_abated"][:, :, :clock]
    np.testing.assert_allclose(abated[held, site], 0.85 * tax[held, site], rtol=1e-9)
    assert np.all(abated[~held] == 0.0) and np.all(np.delete(abated, site, axis=1) == 0.0)


def test_an_abatement_ends_with_its_term() -> None:
    months = 60
    power = np.full((1, 1, months), 1e8)
    power[:, :, :6] = 0.0
    found = running.property_tax_abated(
        power, np.full((1, 1), 12.0), np.array([0.01]), np.array([0.85]), np.array([2 * 365.25]), np.ones((1, 1)), np.ones((1, months)),
        30.4375 * np.arange(1, months + 1), np.full(months, 30.4375),
    )[0, 0]  # fmt: skip
    assert np.all(found[:6] == 0.0) and np.all(found[31:] == 0.0)
    assert found[6:31].sum() == pytest.approx(0.85 * 0.01 * 12.0 * 1e8 * 25 / 12)


def test_the_abatement_of_abilene_is_that_of_the_facts(shared: Path) -> None:
    rows = list(csv.DictReader((shared / "facts" / "finance_facts.csv").read_text(encoding="utf-8").splitlines()))
    jobs = next(row for row in rows if row["entity"] == "Abilene" and row["metric"].startswith("required full-time jobs"))
    tax = next(row for row in rows if row["entity"] == "Abilene" and row["metric"] == "property-tax abatement")
    values = known_of("stargate").catalogue
    held = {name: values.estimate("funding", "abilene", f"abatement_{name}", unit).value for name, unit in UNITS.items()}
    assert held == {"jobs": float(jobs["value"]), "share": float(tax["value"]) / 100, "investment": 2.4e9, "term": 20 * 365.25}
    assert "2.4 BUSD" in tax["note"] and "20-year" in tax["note"] and "57 600 USD" in jobs["note"]
