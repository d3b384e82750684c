"""A sized supply as a network of PyPSA: what its files hold, what cannot be written, and the costs that PyPSA and linopy find."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from bench.plan_case import CASES, options
from bench.plan_case import LOAD as PLANNED

from stargauge.plan.options import BatteryOption, Limits, PlantOption, monthly_charge
from stargauge.plan.pypsa_folder import write_pypsa
from stargauge.plan.sizing import cheapest
from stargauge.quantity.errors import InputError

ROOT = Path(__file__).resolve().parents[1]
HOURS = np.arange(8760)
SUN = np.maximum(0.0, -np.cos(HOURS / 24 * 2 * np.pi)) * (0.75 + 0.25 * np.sin((HOURS / 24 - 80) / 365 * 2 * np.pi))
LOAD = np.full(8760, 100e6)
GAS = PlantOption("gas-turbine", "gas", 0.12, 4.5e-5, 0.93, carbon=0.5)
SOLAR = PlantOption("solar", "solar", 0.08, output=SUN, chosen=False)
BATTERY = BatteryOption("battery", 0.01, 0.028, 0.92, 0.9999)


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def test_the_folder_holds_every_part_with_its_size(tmp_path: Path) -> None:
    limits = Limits(carbon=0.4)
    supply = cheapest(LOAD, [GAS, SOLAR], [], limits)
    write_pypsa(tmp_path / "net", supply, LOAD, [GAS, SOLAR], [], limits)
    made = {row["name"]: row for row in _rows(tmp_path / "net" / "generators.csv")}
    assert float(made["gas-turbine"]["p_nom_min"]) == pytest.approx(supply.sizes["gas-turbine"] / 1e6)
    assert float(made["solar"]["capital_cost"]) == pytest.approx(80_000.0)
    assert float(_rows(tmp_path / "net" / "generators-p_max_pu.csv")[12]["solar"]) == SUN[12]
    assert len(_rows(tmp_path / "net" / "snapshots.csv")) == 8760
    constraint = _rows(tmp_path / "net" / "global_constraints.csv")[0]
    assert float(constraint["constant"]) == pytest.approx(0.4 * LOAD.sum() / 1e6)
    assert not (tmp_path / "net" / "links.csv").exists()


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    supply = cheapest(LOAD, [GAS], [], Limits())
    (tmp_path / "kept.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="is not an empty folder"):
        write_pypsa(tmp_path, supply, LOAD, [GAS], [], Limits())
    with pytest.raises(InputError, match='no folder "'):
        write_pypsa(tmp_path / "none" / "net", supply, LOAD, [GAS], [], Limits())

    def full(file: Path, _rows: object) -> None:
        if file.name == "generators.csv":
            raise OSError(28, "No space left on device")
        file.write_text("part", encoding="utf-8")

    monkeypatch.setattr(import_module("stargauge.plan.pypsa_folder"), "_write", full)
    with pytest.raises(InputError, match="cannot be written: No space left on device"):
        write_pypsa(tmp_path / "net", supply, LOAD, [GAS], [], Limits())
    assert [file.name for file in tmp_path.iterdir()] == ["kept.txt"]


def test_an_empty_folder_is_filled_and_charges_bound_the_hours_that_they_count(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    supply = cheapest(LOAD, PAID, [], Limits())
    write_pypsa(tmp_path / "net", supply, LOAD, PAID, [], Limits())
    made = {row["name"]: float(row["capital_cost"] or 0.0) for row in _rows(tmp_path / "net" / "generators.csv")}
    charges = sum(cost for name, cost in made.items() if " charge " in name)
    assert charges == pytest.approx(supply.demand_charge["grid"], rel=1e-5)
    assert made["grid fixed charge"] == pytest.approx(144_000.0)
    most = [float(row["grid"]) for row in _rows(tmp_path / "net" / "generators-p_max_pu.csv")]
    np.testing.assert_array_less(supply.flows["grid"], np.array(most) * supply.sizes["grid"] * (1.0 + 1e-6) + 1.0)
    assert min(most) < 0.5


SUMMER = (HOURS // 24 >= 151) & (HOURS // 24 < 273) & (HOURS % 24 >= 15) & (HOURS % 24 < 19)
GRID = PlantOption(
    "grid", "grid", 0.02, np.where(SUMMER, 9e-5, 2e-5), carbon=0.33, fixed_cost=144_000.0,
    peak_charge=(monthly_charge(0.003), monthly_charge(np.where(SUMMER, 0.02, 0.0))),
)  # fmt: skip
PAID = [GRID, replace(GAS, yearly_cost=0.05, fuel=2.6)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("plants", "batteries", "limits"),
    [
        ([GAS, SOLAR], [BATTERY], Limits(carbon=0.2)), (PAID, [], Limits()),
        ([*PAID, SOLAR], [], Limits(shortfall=0.002, fuel=5e10, most_share={"grid": 0.9})),
    ],
    ids=["battery", "tariff", "limits"],
)  # fmt: skip
def test_pypsa_finds_the_same_cost(
    tmp_path: Path, plants: list[PlantOption], batteries: list[BatteryOption], limits: Limits
) -> None:  # fmt: skip
    python = os.environ.get("STARGAUGE_PYPSA", "")
    if not python:
        pytest.skip("no Python with PyPSA is named in STARGAUGE_PYPSA")
    supply = cheapest(LOAD, plants, batteries, limits)
    write_pypsa(tmp_path / "net", supply, LOAD, plants, batteries, limits)
    program = (
        f"import pypsa; n = pypsa.Network(r'{tmp_path / 'net'}'); "
        "n.optimize(solver_name='highs', solver_options={'solver': 'ipm', 'output_flag': False}, io_api='direct'); print(n.objective)"
    )
    made = subprocess.run([python, "-c", program], capture_output=True, text=True, check=True, timeout=600)
    assert float(made.stdout.splitlines()[-1]) == pytest.approx(supply.total, rel=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("way", ["PyPSA", "linopy"])
@pytest.mark.parametrize("case", CASES)
def test_the_shared_cases_cost_what_pypsa_and_linopy_find(case: str, way: str) -> None:
    python = os.environ.get("STARGAUGE_PYPSA", "")
    if not python:
        pytest.skip("no Python with PyPSA and linopy is named in STARGAUGE_PYPSA")
    here = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command = [python, str(ROOT / "bench" / "plan_case.py"), way, case]
    made = subprocess.run(command, env=here, capture_output=True, text=True, check=True, timeout=1200)
    ours = cheapest(PLANNED, *options(case))
    theirs = json.loads(made.stdout.splitlines()[-1])["cost"]
    assert ours.total == pytest.approx(theirs, rel=1e-6)
    assert ours.bound <= theirs * (1.0 + 1e-9)
