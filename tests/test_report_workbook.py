"""The workbook of a site, and of a programme: recalculated by LibreOffice it equals the engine to the cent, also once its inputs are
changed in the file."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from tests.real_worlds import NOW, TINY, known_of
from tests.workbooks import SOFFICE, Computed, changed, recalculated

from stargauge import api
from stargauge.audit.money.workbook_data import _keys, workbook_data
from stargauge.audit.money.workbook_inputs import SPREADSHEET_DAYS
from stargauge.engine.case import Case
from stargauge.engine.simulate import case_of
from stargauge.quantity.quantity import CASH_LINES
from stargauge.report.workbook.book import BASE, FIRST, INPUTS, SINGLE, TOP, names_of, written
from stargauge.report.workbook.formula import Formula, column_name
from stargauge.report.workbook.parts import Given, Row, Sheet, Single, sheet_in
from stargauge.report.workbook.site import render_workbook, sheets_of

SITE = "abilene"
TOLD = {"programme": "Stargate", "case": "every input at its median", "as_of": str(NOW), "version": "0", "command": "", "attribution": []}
CENT = 0.01
#: Sites of the small programme whose workbook holds all of it.
KEPT = ("north", "east", "hill")
TINY_SITE = KEPT[0]
#: A scenario that changes money, rates and what power costs.
HARDER = {
    "assumptions": {
        "hedge_share": {"value": "0.1", "reason": "little is swapped"},
        "income_tax_rate": {"value": "0.3", "reason": "a state taxes too"},
        "load_factor": {"value": "0.9", "reason": "busier halls"},
        "accelerator_life": {"value": "4 yr", "reason": "shorter lives"},
    }
}
#: Inputs of the small programme as a user might change them: one of all sites, the others of one site each.
SMALL_CHANGE = {"receivable_days": 75.0, "east__building_lock_up": 3.0, "north__building_reserve_months": 9.0}


def needs_office(test: Any) -> Any:
    """A test in which LibreOffice recalculates: it takes a minute, and runs with the slow ones."""
    return pytest.mark.slow(pytest.mark.skipif(SOFFICE is None, reason="needs LibreOffice (soffice)")(test))


#: Rows of both assets and the quantities of the model they are.
ROWS = {
    "cost": "asset_cost", "given_up": "asset_cost_given_up", "secured_cash": "secured_cash", "tax": "asset_tax",
    "working_capital": "working_capital", "working_capital_funded": "working_capital_funded", "investment": "owner_investment",
    "book_value": "book_value", "equity_flow": "equity_flow", "placed": "asset_placed_in_service", "operating": "operating_cash",
}  # fmt: skip
LOAN = {
    "drawn": "drawn", "carry": "costs", "waiting": "waiting", "balance": "balance", "interest": "interest", "principal": "principal",
    "lent_anew": "refinanced", "gap": "gap",
}  # fmt: skip
ACCOUNTS = {
    "available": "available", "paid": "paid", "arrears": "arrears", "reserve": "reserve", "trapped": "trapped",
    "distribution": "distribution", "support": "support",
}  # fmt: skip
EQUIPMENT = {"renewal_reserve": "renewal", "junior_paid": "junior_paid", "junior_arrears": "junior_arrears", "renewed": "renewed"}
INCOMES = {
    "Building": {"income_full": "lease_income", "income_secured": "lease_income_contracted", "running_full": "building_running_cost"},
    "Equipment": {"income_full": "compute_income", "income_secured": "compute_income_contracted", "running_full": "equipment_running_cost"},
}
SINGLES = {"npv": "npv", "dscr": "dscr", "dscr_average": "dscr_average", "llcr": "llcr", "plcr": "plcr"}
#: Quantities that the workbook takes as they are, so that the engine must take them too when others are changed.
TAKEN = (
    "uncancelled_date", "cancelled_date", "phase_it_power", "construction_components", "planned_date", "installed_date", "contract_power",
    "contract_term", "contract_default_date", "contract_left_date", "lease_rent_stated", "lease_growth", "contract_rate",
    "contract_take_or_pay", "loan_to_cost_limit", "own_use", "abatement_kept", "accelerator_rent_level", "base_rate",
    "lease_guarantee_paid", "energy_unit_cost", "h100e_per_power", "loans_agreed",
)  # fmt: skip


@pytest.fixture(scope="module")
def case() -> Case:
    return case_of(known_of("stargate", NOW))


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    return api.workbook("stargate", site=SITE, as_of=NOW)


@pytest.fixture(scope="module")
def content(data: dict[str, Any]) -> bytes:
    return render_workbook(data)


@pytest.fixture(scope="module")
def change(case: Case, data: dict[str, Any]) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """Inputs as a user might change them all at once, and the same for the engine."""
    return _change(case, data)


@pytest.fixture(scope="module")
def small_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small programme."""
    file = tmp_path_factory.mktemp("programme") / "small.yaml"
    file.write_text(small_programme(), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def small(small_file: Path) -> tuple[bytes, dict[str, Any]]:
    """The workbook of a draw of a whole programme, with a scenario beside it, and what it holds."""
    data = workbook_data(_tiny(small_file), None, {"harder": _tiny(small_file, HARDER)}, TOLD)
    return render_workbook(data), data


@pytest.fixture(scope="module")
def computed(
    content: bytes, data: dict[str, Any], change: tuple[dict[str, float], Any], small: tuple[bytes, dict[str, Any]],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Computed]:  # fmt: skip
    files = {"base": content, "changed": changed(content, data, change[0])}
    made, programme = small
    files["programme"] = changed(made, programme, {}, scenario=1)
    files["programme changed"] = changed(made, programme, SMALL_CHANGE)
    paths = recalculated(files, tmp_path_factory.mktemp("workbook"))
    return {name: Computed(path, programme if name.startswith("programme") else data) for name, path in paths.items()}


def small_programme() -> str:
    """The tiny programme with some of its sites, one of them without power, as YAML."""
    whole = yaml.safe_load(TINY.read_text(encoding="utf-8"))
    gone = set(whole["sites"]) - set(KEPT)
    whole["sites"] = {name: site for name, site in whole["sites"].items() if name in KEPT}
    whole["sites"]["hill"]["phases"]["all"]["it_power"]["value"] = "0 MW"
    for party in whole["parties"].values():
        party["commitments"] = {name: one for name, one in party.get("commitments", {}).items() if one.get("to") not in gone}
    kept = {name: value for name, value in whole.items() if name not in ("unsited", "claims", "alternatives")}
    return yaml.safe_dump(kept, sort_keys=False)


def _tiny(programme: Path = TINY, scenario: Any = None) -> Case:
    """A draw of the tiny programme; at its buildings the loan pays first, at the equipment the owners do."""
    made = case_of(api.known(api.load(programme, scenario), NOW), draw=5)
    rules = np.repeat([[2.0], [1.0]], len(made.world.axes["site"]), axis=1)
    return replace(made, held={"loan_draw_rule": rules})


@pytest.fixture(scope="module")
def harder(small_file: Path) -> Case:
    """The world of the programme's workbook, in which the scenario is live."""
    return _tiny(small_file, HARDER)


def _change(case: Case, data: dict[str, Any]) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    axes = case.world.axes
    site, lines, phases = axes["site"].index(SITE), axes["line"], axes["phase"]
    own = [place for place, label in enumerate(phases) if label.startswith(f"{SITE}/")]
    lease, cloud = (lines.index(name) for name in ("oracle-lease-abilene", "openai-abilene"))
    names = (
        *TAKEN, "income_tax_rate", "equipment_unit_cost", "dscr_required", "loan_maturity", "reserve_span", "lock_up_cover",
        "accelerator_life",
        "discount_rate", "inflation_assumed", "receivable_days", "life_end", "known_date", "insurance_share", "line_is_vendor",
        "line_brings_prepayment", "line_amount", "line_to_site", "upfront_fee", "hedge_share", "building_life", "construction_middle_share",
    )  # fmt: skip
    held = {name: np.array(value, dtype=np.float64) for name, value in case.values(names).items()}
    values: dict[str, float] = {}

    def put(name: str, quantity: str, place: Any, new: float, shown: float | None = None) -> None:
        values[name] = float(new if shown is None else shown)
        held[quantity][place] = new

    def put_day(name: str, quantity: str, place: Any, new: float) -> None:
        put(name, quantity, place, new, new - SPREADSHEET_DAYS)

    month = 365.25 / 12.0
    put("tax_rate", "income_tax_rate", (), 0.26)
    put("reference_equipment_unit_cost", "equipment_unit_cost", (), 22.0)
    put("inflation", "inflation_assumed", (), 0.031)
    put("discount_rate", "discount_rate", (), 0.13)
    put("receivable_days", "receivable_days", (), 60.0)
    put("insurance_share", "insurance_share", (), 0.008)
    put("hedge_share", "hedge_share", (), 0.4)
    put("middle_share", "construction_middle_share", (), 0.45)
    put("building_life", "building_life", (), 30.0 * 365.25, 30.0)
    put("equipment_life", "accelerator_life", (), 50.0 * month, 50.0)
    put("cost_shell", "construction_components", (2, site), 4.2)
    put("building_loan_to_cost", "loan_to_cost_limit", (0, site), 0.65)
    put("equipment_loan_to_cost", "loan_to_cost_limit", (1, site), 0.8)
    put("equipment_upfront_fee", "upfront_fee", (1, site), 0.02)
    put("building_cover_required", "dscr_required", (0, site), 1.5)
    put("building_maturity_months", "loan_maturity", (0, site), 48.0 * month, 48.0)
    put("equipment_reserve_months", "reserve_span", (1, site), 6.0 * month, 6.0)
    put("building_lock_up", "lock_up_cover", (0, site), 1.7)
    put("equipment_lock_up", "lock_up_cover", (1, site), 1.35)
    kilowatt = 1000.0 * month
    put("rent_a1", "lease_rent_stated", lease, 120.0 / kilowatt, 120.0)
    put("escalation_a1", "lease_growth", lease, float(np.log1p(0.03)), 0.03)
    put("term_a1", "contract_term", lease, 3652.0)
    put_day("leaves_c1", "contract_left_date", (site, cloud), held["uncancelled_date"][5, own[4]] - 1.0)
    put_day("defaults_a1", "contract_default_date", lease, held["uncancelled_date"][5, own[6]] + 500.0)
    put_day("defaults_c1", "contract_default_date", cloud, held["uncancelled_date"][5, own[0]] + 1500.0)
    put("price_c1", "contract_rate", cloud, 1300.0 / kilowatt, 1300.0)
    put("take_or_pay_c1", "contract_take_or_pay", cloud, 0.8)
    power = held["phase_it_power"][own[1]]
    put("it_power_p2", "phase_it_power", own[1], power * 1.2)
    held["contract_power"][own[1]] *= 1.2
    for stage, name, days in ((3, "start", 20.0), (4, "energised", 130.0), (5, "operational", 150.0)):
        put_day(f"{name}_p3", "uncancelled_date", (stage, own[2]), held["uncancelled_date"][stage, own[2]] + days)
    put_day("stop_p8", "cancelled_date", own[7], held["uncancelled_date"][4, own[7]] - 60.0)
    put_day("stop_p1", "cancelled_date", own[0], held["uncancelled_date"][5, own[0]] + 4000.0)
    year = data["level_years"][0] + 5
    _levels(data, held, values, "market_rent", "accelerator_rent_level", year, 1.5, np.log, np.exp)
    _levels(data, held, values, "base_rate", "base_rate", year, 1.4, np.asarray, np.asarray)
    to_site = [place for place in range(len(lines)) if held["line_to_site"][place] == site and held["line_amount"][place] > 0.0]
    for place, kind, name in (
        (to_site[2], "line_is_vendor", "vendor_promised"),
        (to_site[1], "line_brings_prepayment", "customer_promised"),
    ):
        held[kind][place] = 1.0
        values[name] = float(held["line_amount"][place])
    unit = np.array(next(path["values"] for path in data["paths"] if path["name"] == "energy_unit"))
    held["opex_energy"] = np.zeros_like(np.asarray(case.values(["opex_energy"])["opex_energy"]))
    given = {name: held[name] for name in held if name not in ("life_end", "known_date", "line_amount", "line_to_site")}
    after = case.values(["life_power_it", "life_price_level", "life_days"], {k: v for k, v in given.items() if k != "opex_energy"})
    clock = held["opex_energy"].shape[1]
    paid = after["life_power_it"][site] * unit * after["life_price_level"] * after["life_days"]
    held["opex_energy"][site] = paid[:clock]
    return values, given


def _levels(
    data: Any, held: Any, values: dict[str, float], name: str, quantity: str, year: int, factor: float, into: Any, back: Any
) -> None:
    """One level by the end of a year changed; between the ends of years the engine's path runs straight."""
    inputs = {one["name"]: one["value"] for group in data["groups"] for one in group["inputs"]}
    first, last = data["level_years"]
    levels = {y: inputs[f"{name}_{y}"] for y in range(first, last + 1)}
    levels[year] *= factor
    values[f"{name}_{year}"] = levels[year]
    days = [float(held["known_date"]), *(float(date(y, 12, 31).toordinal()) for y in levels)]
    nodes = into(np.array([inputs[f"{name}_known"], *levels.values()]))
    held[quantity] = back(np.interp(held["life_end"], days, nodes))


def _differences(made: Computed, case: Case, given: Any = None, site_id: str = SITE, key: str = "") -> Iterator[tuple[str, float]]:
    """The largest difference of each row from the engine's. `key`: what the site's own sheets are called by in a programme."""
    names = {
        *ROWS.values(),
        *SINGLES.values(),
        "senior_loan",
        "cash_accounts",
        "asset_renewal",
        "asset_depreciation",
        "junior_balance",
        "book_profit",
    }
    values = case.values([*names, *(q for of in INCOMES.values() for q in of.values())], given)
    site = case.world.axes["site"].index(site_id)
    for place, asset in enumerate(("Building", "Equipment")):
        sheet = sheet_in(key, asset)
        rows = {row: values[name][place, site] for row, name in ROWS.items()}
        rows |= {row: getattr(values["senior_loan"], name)[place, site] for row, name in LOAN.items()}
        rows |= {row: getattr(values["cash_accounts"], name)[place, site] for row, name in ACCOUNTS.items()}
        rows |= {row: values[name][site] for row, name in INCOMES[asset].items()}
        if asset == "Equipment":
            rows |= {row: getattr(values["cash_accounts"], name)[place, site] for row, name in EQUIPMENT.items()}
            rows |= {"renewal": values["asset_renewal"][place, site], "vendor_balance": values["junior_balance"][place, site]}
        for row, wanted in rows.items():
            yield f"{sheet}.{row}", float(np.abs(made.row(sheet, row) - wanted).max())
        yearly = {("Tax", "deduction"): "asset_depreciation", ("Years", "book_profit"): "book_profit"}
        for (where, row), name in yearly.items():
            found = made.row(sheet_in(key, where), f"{asset.lower()}_{row}")
            yield f"{where}.{asset}_{row}", float(np.abs(found - values[name][place, site]).max())
        for row, name in SINGLES.items():
            wanted = float(values[name][place, site])
            found = made.one(sheet, row)
            if isinstance(found, int | float) != np.isfinite(wanted):
                yield f"{sheet}.{row}", np.inf
            elif np.isfinite(wanted):
                yield f"{sheet}.{row}", abs(found - wanted)


# --- recalculated ------------------------------------------------------------------------------------------------------------------


@needs_office
def test_every_row_equals_the_engine_to_the_cent(computed: dict[str, Computed], case: Case) -> None:
    wrong = {name: value for name, value in _differences(computed["base"], case) if not value < CENT}
    assert not wrong


@needs_office
def test_inputs_changed_in_the_file_change_the_results_as_the_engine_does(
    computed: dict[str, Computed], case: Case, change: tuple[Any, dict[str, np.ndarray]]
) -> None:
    wrong = {name: value for name, value in _differences(computed["changed"], case, change[1]) if not value < CENT}
    assert not wrong
    assert computed["changed"].checks()["inputs_changed"] == len(change[0])


@needs_office
def test_the_changes_reach_every_part_of_the_model(computed: dict[str, Computed]) -> None:
    both = ("damages", "market_income", "drawn", "locked", "trapped", "support")
    of = {
        "Building": ("given_up", "gap", "lent_anew", "arrears", "tax"),
        "Equipment": ("vendor_credit", "customer_money", "customer_credit", "renewal", "handed_on", "junior_paid"),
    }
    still = [(sheet, row) for sheet, rows in of.items() for row in (*both, *rows) if not computed["changed"].row(sheet, row).max() > 0.0]
    assert not still


@needs_office
@pytest.mark.parametrize("site", KEPT)
def test_each_site_of_a_programme_in_a_draw_under_a_scenario_equals_the_engine(
    computed: dict[str, Computed], harder: Case, site: str
) -> None:
    found = dict(_differences(computed["programme"], harder, site_id=site, key=site))
    assert not {name: value for name, value in found.items() if not value < CENT}


@needs_office
def test_a_shared_input_changed_once_reaches_every_site_and_a_sites_own_only_that_site(
    computed: dict[str, Computed], small_file: Path
) -> None:
    case = _tiny(small_file)
    before = {name: np.array(value) for name, value in case.values([*TAKEN, "receivable_days", "lock_up_cover", "reserve_span"]).items()}
    given, sites = {name: value.copy() for name, value in before.items()}, case.world.axes["site"]
    given["receivable_days"] = np.array(SMALL_CHANGE["receivable_days"])
    given["lock_up_cover"][0, sites.index("east")] = SMALL_CHANGE["east__building_lock_up"]
    given["reserve_span"][0, sites.index("north")] = SMALL_CHANGE["north__building_reserve_months"] * 365.25 / 12.0
    made = computed["programme changed"]
    for site in KEPT:
        wrong = {name: value for name, value in _differences(made, case, given, site, site) if not value < CENT}
        assert not wrong
    moved = dict(_differences(made, case, before, "north", "north")), dict(_differences(made, case, before, "east", "east"))
    assert all(one[f"{site}.Building.working_capital"] > CENT for site, one in zip(("north", "east"), moved, strict=True))
    assert moved[0]["north.Building.reserve"] > CENT and moved[1]["east.Building.trapped"] > CENT


@needs_office
def test_the_sheets_of_a_programme_add_its_sites_up(computed: dict[str, Computed], harder: Case) -> None:
    made = computed["programme"]
    values = harder.values(["asset_sources", "asset_uses", "cash_flow", "senior_loan", "cash_accounts", *ROWS.values(), "npv"])
    loan, accounts = values["senior_loan"], values["cash_accounts"]
    for place, asset in enumerate(("Building", "Equipment")):
        shown = {row: values[name] for row, name in ROWS.items() if row in made.places[asset]}
        shown |= {row: getattr(loan, name) for row, name in LOAN.items() if row in made.places[asset]}
        shown |= {row: getattr(accounts, name) for row, name in ACCOUNTS.items() if row in made.places[asset]}
        assert {"cost", "investment", "drawn", "balance", "distribution", "tax", "book_value"} < set(shown)
        for row, wanted in shown.items():
            np.testing.assert_allclose(made.row(asset, row), wanted[place].sum(axis=0), atol=CENT, rtol=0.0, err_msg=row)
        outlays, funds = values["asset_uses"][:, place], values["asset_sources"][:, place]
        for row, wanted in (("cost", outlays[0]), ("carry", outlays[1]), ("working_capital_funded", outlays[2]), ("drawn", funds[0])):
            np.testing.assert_allclose(made.row("Programme", f"{asset.lower()}_{row}"), wanted, atol=CENT, rtol=0.0, err_msg=row)
        np.testing.assert_allclose(made.row("Programme", f"{asset.lower()}_npv"), values["npv"][place], atol=CENT, rtol=0.0)
        lines = dict(zip(CASH_LINES, values["cash_flow"][:, place].sum(axis=1), strict=True))
        for row in ("tax", "renewal", "interest", "principal", "distribution"):
            if f"{asset.lower()}_{row}" in made.places["Years"]:
                np.testing.assert_allclose(made.row("Years", f"{asset.lower()}_{row}"), -lines[row], atol=CENT, rtol=0.0, err_msg=row)
    later = values["asset_uses"][3:].sum(axis=(0, 1))
    np.testing.assert_allclose(made.row("Programme", "owners") + made.row("Programme", "owners_more"),
                               values["asset_sources"][1].sum(axis=0), atol=CENT, rtol=0.0)  # fmt: skip
    np.testing.assert_allclose(made.row("Programme", "owners_more"), later, atol=CENT, rtol=0.0)
    assert made.one("Programme", "uses") == pytest.approx(values["asset_uses"][:3].sum(), abs=CENT)


@needs_office
def test_what_is_one_number_for_the_programme_stands_once(computed: dict[str, Computed], harder: Case) -> None:
    places = computed["programme"].places["Inputs"]
    shared = {"tax_rate", "price_date", "base_rate_known", "market_rent_known", "hedge_share", "discount_rate", "late_share_most"}
    assert shared < set(places) and not {name for name in places if name.partition("__")[2] in shared}
    assert {f"{site}__building_loan_to_cost" for site in KEPT} < set(places) and "building_loan_to_cost" not in places
    assert computed["programme"].one("Inputs", "tax_rate") == float(harder.values(["income_tax_rate"])["income_tax_rate"])


@needs_office
@pytest.mark.parametrize("name", ["base", "changed", "programme", "programme changed"])
def test_every_check_is_nought_and_no_cell_is_an_error(computed: dict[str, Computed], name: str) -> None:
    made = computed[name]
    checks = made.checks()
    assert checks.pop("verdict") == "OK" and made.one("Cover", "verdict") == "OK"
    checks.pop("inputs_changed")
    assert set(checks.values()) == {0}
    errors = [(sheet, value) for sheet, rows in made.cells.items() for row in rows for value in row if re.match(r"#|Err:", str(value))]
    assert not errors


@needs_office
def test_rates_of_return_are_those_of_the_engine_or_words(computed: dict[str, Computed], case: Case) -> None:
    values = case.values(["irr", "irr_count"])
    site = case.world.axes["site"].index(SITE)
    for place, asset in enumerate(("building", "equipment")):
        found, count = computed["base"].one("Returns", f"{asset}_equity"), values["irr_count"][place, site]
        if count == 1:
            assert found == pytest.approx(values["irr"][place, site], abs=1e-9)
        else:
            assert found == ("none" if count == 0 else "several")


@needs_office
def test_the_views_by_period_add_up_and_rent_cancels_in_the_site(computed: dict[str, Computed]) -> None:
    made = computed["base"]
    for view in ("Years", "Quarters", "FiscalYears"):
        for asset in ("building", "equipment"):
            whole = made.row(asset.capitalize(), "equity_flow").sum()
            assert made.row(view, f"{asset}_equity_flow").sum() == pytest.approx(whole, abs=CENT)
    both = made.row("Building", "operating").sum() + made.row("Equipment", "operating").sum()
    assert made.row("Years", "site_income").sum() - made.row("Years", "site_running_cost").sum() == pytest.approx(both, abs=CENT)


# --- as written --------------------------------------------------------------------------------------------------------------------


def _relative(formula: str, row: int, column: int) -> str:
    """A formula with its relative references as distances from its own cell."""
    from openpyxl.utils import column_index_from_string

    def shifted(found: re.Match[str]) -> str:
        fixed_column, letters, fixed_row, number = found.groups()
        at = letters if fixed_column else f"C[{column_index_from_string(letters) - column}]"
        return at + (number if fixed_row else f"R[{int(number) - row}]")

    return re.sub(r"(\$?)\b([A-Z]{1,3})(\$?)(\d+)\b", shifted, formula)


@pytest.fixture(scope="module")
def opened(content: bytes) -> Any:
    import openpyxl

    return openpyxl.load_workbook(io.BytesIO(content), read_only=True)


def test_each_row_holds_one_formula(opened: Any, data: dict[str, Any]) -> None:
    assert _rows_with_one_formula(opened, sheets_of(data)) > 400


def test_each_row_of_the_sheets_of_a_programme_holds_one_formula(small: tuple[bytes, dict[str, Any]]) -> None:
    import openpyxl

    content, data = small
    own = [sheet for sheet in sheets_of(data) if "." not in sheet.name]
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    assert book.sheetnames[:2] == ["Cover", "Programme"] and _rows_with_one_formula(book, own) > 150


def test_without_a_site_a_workbook_is_of_the_whole_programme(small_file: Path) -> None:
    data = api.workbook(small_file, as_of=NOW)
    assert [site["site"] for site in data["sites"]] == list(KEPT) and "--site" not in data["command"]
    names = {one["name"] for group in data["groups"] for one in group["inputs"]}
    assert {"building_cover_required", "east__building_loan_to_cost"} < names, "one statement for every site stands once"
    alone = api.workbook(small_file, site="east", as_of=NOW)
    assert [site["key"] for site in alone["sites"]] == [""] and "--site east" in alone["command"]


def _rows_with_one_formula(opened: Any, sheets: Sequence[Sheet]) -> int:
    """How many rows there are; each holds one formula."""
    checked = 0
    for sheet in sheets:
        cells = list(opened[sheet.name].iter_rows())
        for part, row in zip(sheet.parts, range(TOP, TOP + len(sheet.parts)), strict=True):
            if isinstance(part, Row):
                own = cells[row][FIRST : FIRST + sheet.columns]
                assert len({_relative(cell.value, cell.row, cell.column) for cell in own}) == 1, (sheet.name, part.name)
                checked += 1
    return checked


def test_inputs_are_constants_and_calculations_hold_no_numbers(opened: Any, data: dict[str, Any]) -> None:
    places = names_of(sheets_of(data)).places[INPUTS]
    cells = list(opened[INPUTS].iter_rows())
    for part in next(sheet for sheet in sheets_of(data) if sheet.name == INPUTS).parts:
        if isinstance(part, Given):
            cell = cells[places[part.name].row][BASE]
            assert cell.data_type in "nsd" and cell.font.color.rgb == "FF0000FF", part.name
    for sheet in sheets_of(data):
        for part in sheet.parts:
            if isinstance(part, Row | Single):
                assert max((float(number) for number in re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])", part.formula)), default=0) <= 31


def test_the_same_numbers_give_the_same_file(data: dict[str, Any], content: bytes) -> None:
    assert render_workbook(data) == content


def test_a_scenario_stands_beside_the_base(case: Case) -> None:
    slower = case_of(known_of("stargate", NOW), draw=3)
    made = workbook_data(case, SITE, {"draw three": slower}, TOLD)
    inputs = {one["name"]: one for group in made["groups"] for one in group["inputs"]}
    assert inputs["tax_rate"]["overlays"] == {} and "draw three" in inputs["reference_equipment_unit_cost"]["overlays"]


def test_sites_are_called_by_keys_that_may_stand_in_formulas_and_names_of_sheets() -> None:
    assert _keys(["north", "port-washington", "2nd", "ü", "a--b", "A-b", "north"]) == [
        "north", "port_washington", "s2nd", "site", "a_b", "A_b2", "north2",
    ]  # fmt: skip
    long = _keys(["a-site-with-a-very-long-name", "a-site-with-a-very-long-name-too"])
    assert len(set(long)) == 2 and max(len(sheet_in(key, "Equipment")) for key in long) <= 31


def test_levels_of_the_base_rate_go_below_its_floor_where_the_path_does() -> None:
    """Between ends of years the path runs straight and stops at zero: so must what the workbook makes of its levels."""
    made = replace(case_of(known_of(TINY, NOW), draw=11), held={"base_rate_volatility": np.array(0.04)})
    inputs = {one["name"]: one["value"] for group in workbook_data(made, TINY_SITE, {}, TOLD)["groups"] for one in group["inputs"]}
    values = made.values(["base_rate", "life_end", "life_year_end", "known_date"])
    ends = [end for end in values["life_year_end"] if end > values["known_date"]]
    levels = [inputs["base_rate_known"], *(inputs[f"base_rate_{date.fromordinal(int(end)).year}"] for end in ends)]
    assert min(levels) < 0.0
    path = np.interp(values["life_end"], [float(values["known_date"]), *ends], levels)
    np.testing.assert_allclose(np.maximum(path, 0.0), values["base_rate"], atol=1e-15)


# --- the layer ---------------------------------------------------------------------------------------------------------------------


def _formula(template: str, column: int = FIRST + 1) -> str:
    sheets = [
        Sheet(INPUTS, "", (Given("rate", "", "1", 0.1),)),
        Sheet("Debt", "", (Row("drawn", "", "USD", "0"), Row("balance", "", "USD", "0"), Single("one", "", "1", "0")), 3, ((INPUTS, ""),)),
    ]
    return Formula.of(template, "Debt", names_of(sheets).finder((("Debt", ""), (INPUTS, "")))).at(column)


@pytest.mark.parametrize(
    ("template", "written_as"),
    [
        ("balance[t-1] * (1 + rate) + drawn[t]", "=E7*(1+Inputs!$C$6)+F6"),
        ("SUM(drawn[:]) - SUM(drawn[..t])", "=SUM($E6:$G6)-SUM($E6:F6)"),
        ("SUM(drawn[t+1..])", "=SUM(G6:$H6)"),
        ("INDEX(balance[..t-1], 1)", "=INDEX($D7:E7,1)"),
        ("SUM(drawn[t]::balance[t])", "=SUM(F6:F7)"),
        ('IF(drawn > 0, "none", one)', '=IF($C$6>0,"none",$C$8)'),
    ],
)
def test_names_become_addresses(template: str, written_as: str) -> None:
    assert _formula(template) == written_as


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("drawn[t] * 365", "belongs among the inputs"),
        ("XLOOKUP(1, drawn[:])", "no function of both"),
        ("draw[t]", 'did you mean "drawn"'),
        ("rate[t]", "single value"),
        ("drawn[t-2]", "expected one of"),
    ],
)
def test_what_may_not_stand_in_a_formula_is_refused(template: str, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        _formula(template)


def test_a_formula_of_a_site_finds_its_own_first_then_what_is_shared() -> None:
    one = (Single("cost", "", "USD", "0"),)
    sheets = [
        Sheet(INPUTS, "", (Given("rate", "", "1", 0.1), Given("north__term", "", "d", 1.0), Given("south__term", "", "d", 2.0))),
        Sheet("north.Debt", "", one), Sheet("south.Debt", "", one), Sheet("Debt", "", one),
    ]  # fmt: skip
    names = names_of(sheets)

    def addresses(site: str, sheet: str = "Sums") -> str:
        return Formula.of("Debt.cost * rate * term", sheet, names.finder(((sheet, ""), (INPUTS, "")), site)).at(FIRST)

    assert addresses("north") == "='north.Debt'!$C$6*Inputs!$C$6*Inputs!$C$7"
    assert addresses("south", "south.Debt") == "=$C$6*Inputs!$C$6*Inputs!$C$8"
    with pytest.raises(ValueError, match='"term"'):
        addresses("")


def test_a_name_given_twice_on_a_sheet_is_refused() -> None:
    with pytest.raises(ValueError, match="two rows"):
        names_of([Sheet("Debt", "", (Single("one", "", "1", "0"), Single("one", "", "1", "0")))])


@needs_office
def test_a_scenario_that_is_chosen_is_used(tmp_path: Path) -> None:
    rows = (Given("rate", "Rate", "1", 2.0, overlays={"high": 5.0}), Given("other", "Other", "1", 3.0))
    sheet = Sheet("Sums", "", (Single("sum", "Sum", "1", "rate * other"),), 0, ((INPUTS, ""),))
    made = written([Sheet(INPUTS, "", rows), sheet], ["high"], "")
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(made))
    book["Scenarios"]["C3"] = 1
    book.save(tmp_path / "chosen.xlsx")
    paths = recalculated({"base": made, "high": (tmp_path / "chosen.xlsx").read_bytes()}, tmp_path)
    cell = f"{column_name(SINGLE)}{TOP + 1}"
    found = {name: openpyxl.load_workbook(path, data_only=True)["Sums"][cell].value for name, path in paths.items()}
    assert found == {"base": 6.0, "high": 15.0}


#: A plan as a scenario: a hall of the site on which work has not begun, on gas engines of its own.
DESIGNED = {
    "sources": {"design": {"publisher": "An office", "title": "A design", "date": "2025-12-31", "grade": "D", "designed": True}},
    "sites": {
        "north": {
            "phases": {
                "hall-9": {
                    "it_power": {"value": "90 MW", "source": "design"},
                    "facility_power": {"value": "120 MW", "source": "design"},
                    "milestones": {"under_construction": {"value": "2026-02-28", "status": "planned", "source": "design"}},
                }
            },
            "supply": {"gas": {"plant": "gas-engine", "role": "prime", "capacity": {"value": "120 MW", "source": "design"}}},
        }
    },
}  # fmt: skip


@needs_office
def test_a_plant_that_is_designed_is_paid_by_the_phases_it_feeds(small_file: Path, tmp_path: Path) -> None:
    case = _tiny(small_file, DESIGNED)
    beyond = case.values(["generation_cost_shift"])["generation_cost_shift"]
    assert beyond.max() > 0.0
    data = workbook_data(case, TINY_SITE, {}, TOLD)
    made = Computed(recalculated({"plan": render_workbook(data)}, tmp_path)["plan"], data)
    assert not {name: value for name, value in _differences(made, case, site_id=TINY_SITE) if not value < CENT}
