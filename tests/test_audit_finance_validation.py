"""Reference cases recomputed: the published file agrees, changed numbers do not, faults are told, the same from every interface."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from tests.cli_runs import ask

from stargauge import api
from stargauge.audit.validation.finance_cases import FORMS, form_of
from stargauge.audit.validation.finance_validation import read_vectors
from stargauge.quantity.errors import InputError

WACC: dict[str, Any] = {
    "id": "mine", "topic": "WACC", "inputs": {"E": 30, "D": 70, "ke": 0.14, "kd": 0.0858, "t": 0.21}, "expected": {"wacc": 0.0894474},
    "abs_tol": 1e-9,
}  # fmt: skip
OWNER: dict[str, Any] = {
    "id": "owner", "topic": "single owner", "inputs": {"capcost": 1e9, "ppa": 0.35, "om": 25e6, "dscr": 1.3, "tenor": 18, "rate": 7.0},
    "expected": {"debt_fraction_pct": 217.895298, "irr": None}, "abs_tol": 0.01,
}  # fmt: skip

#: 180 and a ninth of soft costs, half of it spent in each of two years, half of that by debt: at 10 % lender and owners have 105 in when
#: operation begins and ask 60.5 each in both its years; running costs are 10 and 11, worth 10.476190 a year. One unit of energy a year.
POWER = {
    "id": "power", "topic": "price of energy",
    "inputs": {
        "capital": [180.0], "upkeep": [5.0], "running": [2.0], "fuel_use": [3.0], "energy": [[1.0, 1.0]], "credit": [0.0],
        "soft_share": 1 / 9, "soft_upkeep": 0.0, "fuel_price": 1.0, "fuel_growth": 0.1, "upkeep_growth": 0.1, "spending": [0.5, 0.5],
        "deductions": [0.5, 0.5], "basis_cut": 0.5, "debt_share": 0.5, "debt_rate": 0.1, "debt_years": 2, "equity_rate": 0.1,
        "tax_rate": 0.0,
    },
    "expected": {"price": 10.476190 + 2 * 60.5, "running_part": 10.476190, "capital_part": 2 * 60.5, "interest": [10.5, 5.5]},
    "abs_tol": 1e-5,
}  # fmt: skip


@pytest.fixture
def vectors(shared: Path) -> list[dict[str, Any]]:
    read = json.loads((shared / "facts" / "finance_vectors.json").read_text(encoding="utf-8"))
    made: list[dict[str, Any]] = read["vectors"]
    return made


def checked(folder: Path, cases: object) -> dict[str, Any]:
    path = folder / "cases.json"
    path.write_text(json.dumps(cases), encoding="utf-8")
    return api.validate("finance", path).to_dict()


def one(folder: Path, **changed: Any) -> dict[str, Any]:
    """The row of one case, the cost of capital with some of it changed."""
    row: dict[str, Any] = checked(folder, [WACC | changed])["rows"][0]
    return row


def test_every_published_case_agrees_within_its_tolerance(shared: Path) -> None:
    found = api.validate("finance", shared / "facts" / "finance_vectors.json").to_dict()
    assert [(row["id"], row["reason"]) for row in found["rows"] if not row["passed"]] == []
    assert found["summary"]["n"] >= 32 and found["summary"]["failed"] == 0 and found["summary"]["checks"] > 800


@pytest.mark.parametrize("topic", ["", "something else", "IRR MIRR PERT WACC debt"])
def test_cases_are_known_by_what_they_hold_whatever_they_are_called(vectors: list[dict[str, Any]], tmp_path: Path, topic: str) -> None:
    renamed = [case | {"id": f"case-{place}", "topic": topic} for place, case in enumerate(vectors)]
    found = checked(tmp_path, renamed)
    assert [(row["topic"], row["form"], row["reason"]) for row in found["rows"] if not row["passed"]] == []


def test_every_form_has_a_case(vectors: list[dict[str, Any]]) -> None:
    used = {form_of(case["topic"], case["inputs"], case["expected"]) for case in vectors}
    used.add(form_of(POWER["topic"], POWER["inputs"], POWER["expected"]))
    assert {form.name for form in FORMS} == {form.name for form in used if form}


def moved(value: Any) -> tuple[Any, bool]:
    """A value with its first number moved by a tenth and three, and whether there was one."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value, False
    if isinstance(value, (int, float)):
        return value * 1.1 + 3.0, True
    items = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    for key, part in items:
        new, done = moved(part)
        if done:
            out = deepcopy(value)
            out[key] = new
            return out, True
    return value, False


def test_a_wrong_number_in_any_case_is_found_and_measured(vectors: list[dict[str, Any]], tmp_path: Path) -> None:
    changed = [case | {"expected": moved(case["expected"])[0]} for case in vectors]
    found = checked(tmp_path, changed)
    assert [row["id"] for row in found["rows"] if row["passed"]] == []
    assert found["summary"]["failed"] == len(vectors)
    assert all(row["largest_difference"] > row["abs_tol"] and "is off by" in row["reason"] for row in found["rows"])


@pytest.mark.parametrize(
    ("name", "change", "result", "expected"),
    [
        ("xirr_ms", lambda i: i["amounts"].__setitem__(0, -13000.0), "xirr", 0.0),
        ("wacc", lambda i: i.__setitem__("t", 0.0), "wacc", 0.3 * 0.14 + 0.7 * 0.0858),
        ("labour_pm", lambda i: i.__setitem__("cost_usd", 6.8e9), "person_years", 2 * 6140.350877),
        ("funding_gap", lambda i: i.__setitem__("opening_cash", 26), "peak_gap", 0.0),
        ("sculpt_ltc_cap", lambda i: i.__setitem__("max_ltc", 0.5), "debt", 300.0),
    ],
)
def test_other_numbers_are_recomputed(
    vectors: list[dict[str, Any]], tmp_path: Path, name: str, change: Callable[[Any], None], result: str, expected: float
) -> None:
    case = deepcopy(next(case for case in vectors if case["id"] == name))
    change(case["inputs"])
    case |= {"expected": {result: expected}, "abs_tol": 1e-5}
    row = checked(tmp_path, [case])["rows"][0]
    assert row["passed"], row["reason"]


def test_a_bare_list_is_as_good_as_an_object(tmp_path: Path) -> None:
    assert checked(tmp_path, [WACC]) == checked(tmp_path, {"meta": {"title": "x"}, "vectors": [WACC]})


def test_an_over_levered_owner_is_told_uncapped_and_has_no_rate(tmp_path: Path) -> None:
    row = checked(tmp_path, [OWNER])["rows"][0]
    assert row["passed"] and row["checks"][1] == {"name": "irr", "expected": None, "got": None, "difference": None, "passed": True}


def test_a_cap_holds_the_owners_debt(tmp_path: Path) -> None:
    capped = OWNER | {"inputs": OWNER["inputs"] | {"limit": 1, "maxfrac": 100}, "expected": {"debt": 1e9, "equity": 0.0}}
    assert checked(tmp_path, [capped])["rows"][0]["passed"]


def test_several_rates_are_all_told(tmp_path: Path) -> None:
    case = WACC | {"topic": "IRR", "inputs": {"flows": [-100, 230, -132]}}
    both = checked(tmp_path, [case | {"expected": {"irr": [0.1, 0.2], "count": 2}}])["rows"][0]
    alone = checked(tmp_path, [case | {"expected": {"irr": 0.1}}])["rows"][0]
    assert both["passed"]
    assert not alone["passed"] and alone["checks"][0]["got"] == pytest.approx([0.1, 0.2])


def test_none_found_differs_from_a_number_and_a_missing_value_from_nothing(tmp_path: Path) -> None:
    case = WACC | {"topic": "IRR", "inputs": {"flows": [1, 2]}}
    assert checked(tmp_path, [case | {"expected": {"irr": None}}])["rows"][0]["passed"]
    row = checked(tmp_path, [case | {"expected": {"irr": 0.1}}])["rows"][0]
    assert row["reason"] == "1 of 1 values differ; irr: expected 0.1, got nothing"


def test_a_result_that_nobody_gives_does_not_pass_even_where_it_is_null(tmp_path: Path) -> None:
    row = one(tmp_path, expected={"wacc": 0.0894474, "beta": None})
    assert not row["passed"] and "beta is not a result of this form" in row["reason"]


def test_the_price_of_energy_by_hand_and_what_a_case_of_it_must_be(tmp_path: Path) -> None:
    row = checked(tmp_path, [POWER])["rows"][0]
    assert row["passed"] and row["form"] == "price of energy", row["reason"]
    for changed, told in (
        ({"spending": [0.5, 0.6]}, '"spending" must be a list of shares that are 1 in all, got 1.1'),
        ({"deductions": [1.0]}, '"deductions" must be a list of 2 numbers, one for each year of "energy"'),
        ({"energy": [1.0, 1.0]}, '"energy" must be a list of parts'),
        ({"debt_years": 3}, "repaid over 3 years; expected 1 to 2"),
        ({"debt_years": 1.5}, '"debt_years" must be whole years, got 1.5'),
        ({"accrues": "yes"}, "\"accrues\" must be true or false, got 'yes'"),
    ):
        row = checked(tmp_path, [POWER | {"inputs": POWER["inputs"] | changed}])["rows"][0]
        assert not row["passed"] and told in row["reason"]


def test_an_unknown_case_names_the_forms_and_a_near_one_what_it_lacks(tmp_path: Path) -> None:
    far = one(tmp_path, inputs={"moons": 3}, expected={"tide": 1.0})
    assert not far["passed"] and far["checks"] == [] and "known forms: rate of dated flows, value of dated flows" in far["reason"]
    near = one(tmp_path, inputs={"E": 30, "D": 70, "ke": 0.14, "kd": 0.0858})
    assert near["reason"] == 'looks like the form "cost of capital", but its inputs lack t'


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"inputs": WACC["inputs"] | {"E": "thirty"}}, '"E" must be a number'),
        ({"inputs": {"rho": ["a"]}, "expected": {"spearman": [0.1]}}, '"rho" must be a list of numbers'),
        ({"inputs": {"basis": 1.0, "table": "6_HY"}, "expected": {"deduction": [1.0]}}, "recovery period of 6 years; known: 5, 7, 15"),
        ({"inputs": {"basis": 1.0, "table": "5_XY"}, "expected": {"deduction": [1.0]}}, "such as 5_HY or 7_MQ4"),
        ({"inputs": {"dates": ["2025-13-01"], "amounts": [1]}, "expected": {"xirr": 0.1}}, "not a date of the calendar"),
        ({"inputs": {"dates": ["2025"], "amounts": [1]}, "expected": {"xirr": 0.1}}, "must be one day"),
        ({"inputs": {"parties": ["A", "B"], "annual_flow_matrix_from_to": [[1, 0], [0, 0]]}, "expected": {"cycle_flow": 0}},
         "pay themselves"),
        ({"inputs": {"activities": {"B": {"a": 1, "m": 1, "b": 1, "pred": ["A"]}}}, "expected": {"duration": 1}}, "must stand before it"),
        ({"inputs": {"activities": {"B": {"a": 1, "b": 1, "pred": []}}}, "expected": {"duration": 1}}, "the inputs lack 'm'"),
    ],
)  # fmt: skip
def test_inputs_that_cannot_be_used_are_a_reason_and_no_crash(tmp_path: Path, changed: dict[str, Any], told: str) -> None:
    row = one(tmp_path, **changed)
    assert not row["passed"] and told in row["reason"] and row["reason"].startswith("could not be recomputed: ")


# --- faults of the file -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ('{"vectors": [\n  {"id": 1,\n', 3, "is not JSON"),
        ('[\n {"id": "a"}\n {"id": "b"}\n]', 3, "is not JSON: Expecting ',' delimiter"),
        ("", 1, "is not JSON"),
        ('[{"id": "a", "inputs": {}, "expected": {"x": NaN}, "abs_tol": 0}]', 0, "NaN is not a number of JSON"),
        ('[{"id": "a", "id": "b"}]', 0, '"id" stands twice'),
        ('{"vector": []}', 0, 'did you mean "vector"'),
        ("3", 0, "expected a list of cases"),
        ("[]", 0, "holds no cases"),
        ("[" * 100_000, 0, "too deep"),
    ],
)
def test_broken_files_are_told_with_their_line(tmp_path: Path, text: str, line: int, told: str) -> None:
    path = tmp_path / "cases.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        read_vectors(path)
    (fault,) = raised.value.faults
    assert told in fault.message and fault.line == line and fault.file == str(path)


def test_all_faults_of_the_cases_are_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cases.json"
    path.write_text(
        json.dumps([WACC, {"id": "a", "input": {}, "expected": [], "abs_tol": -1}, 4, WACC | {"expected": {}}]), encoding="utf-8"
    )
    told = ask(capsys, "validate", "finance", str(path))
    assert told.code == 2 and told.out == "" and "5 errors, nothing was run" in told.told
    for text in ('no "inputs"; did you mean "input"', "expected an object; got []", "expected a number not below 0; got -1",
                 "vectors[2]", "holds nothing to compare"):  # fmt: skip
        assert text in told.told


def test_no_file_and_no_text_are_faults(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file"):
        read_vectors(tmp_path / "none.json")
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not text in UTF-8"):
        read_vectors(tmp_path / "bytes.json")


# --- interfaces -------------------------------------------------------------------------------------------------------------------


def test_the_command_prints_what_python_gives(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = checked(tmp_path, [WACC, WACC | {"id": "other", "expected": {"wacc": 0.09}}, WACC | {"id": "odd", "inputs": {}}])
    path = str(tmp_path / "cases.json")
    printed = json.loads(ask(capsys, "validate", "finance", path, "--json").out)
    assert printed == json.loads(json.dumps(found)) and printed["summary"] == {"n": 3, "failed": 2, "checks": 2}
    told = ask(capsys, "validate", "finance", path)
    assert told.code == 0 and told.out.startswith("2 of 3 reference cases did not agree.")
    assert "other: 1 of 1 values differ; wacc is off by -0.0005526 (tolerance 1e-09)" in told.out
    assert max(map(len, told.out.splitlines())) <= 80


def test_all_agreeing_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checked(tmp_path, [WACC])
    told = ask(capsys, "validate", "finance", str(tmp_path / "cases.json"), "--ascii")
    assert told.out.startswith("1 reference case agrees within its tolerance.")
