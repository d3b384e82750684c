"""`stargauge sensitivity` and `stargauge cost`: the same as in Python, in 80 columns, with utilisation wherever a cost stands."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.asked_once import asked_once
from tests.cli_runs import ask
from tests.programme_files import SMALL
from tests.real_worlds import TINY

import stargauge
from stargauge import api
from stargauge.audit.drivers import sensitivity
from stargauge.report.why.sensitivity import ends_text

DAY = "2026-11-22"
RUN = ("--as-of", DAY, "--draws", "256", "--seed", "3")
LCOC = "lcoc[gb200-nvl72, north]"
SCENARIO = """\
scenarios:
  larger:
    about: The second hall is half as large again.
    reason: invented
    sites: {north: {phases: {hall-2: {it_power: 165 MW}}}}
"""


@pytest.fixture(scope="module", autouse=True)
def _once() -> Iterator[None]:
    with asked_once("cost", "sensitivity"):
        yield


def test_sensitivity_prints_what_python_gives(capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--inputs", "accelerator_life,discount_rate=8..14 %", "--inputs", "construction_unit_cost[north]=9..15 USD/W")
    table = ("--two-way", "discount_rate=0.08,drawn", "accelerator_life=3 yr,drawn")
    answer = ask(capsys, "sensitivity", LCOC, str(TINY), "--json", *RUN, *options, *table)
    made = api.sensitivity(
        LCOC, TINY, as_of=DAY, draws=256, seed=3, two_way=table[1:],
        inputs=["accelerator_life", "discount_rate=8..14 %", "construction_unit_cost[north]=9..15 USD/W"],
    )  # fmt: skip
    assert answer.code == 0 and answer.err == "" and json.loads(answer.out) == json.loads(json.dumps(made.to_dict(), allow_nan=False))


def test_cost_prints_what_python_gives(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "cost", str(TINY), "--json", *RUN)
    made = api.cost(TINY, as_of=DAY, draws=256, seed=3)
    assert answer.code == 0 and answer.err == "" and json.loads(answer.out) == json.loads(json.dumps(made.to_dict(), allow_nan=False))


@pytest.mark.parametrize("programme", [str(TINY), "stargate", "meta-hyperion", "stargate-abroad"])
def test_costs_are_told_in_80_plain_columns_and_never_without_utilisation(capsys: pytest.CaptureFixture[str], programme: str) -> None:
    answer = ask(capsys, "cost", programme, "--ascii", *RUN)
    assert answer.code == 0 and answer.out.isascii() and max(map(len, answer.out.splitlines())) <= 80
    assert "nan" not in answer.out.lower().split() and "inf" not in answer.out.split()
    for title in ("USD per sold hour of one accelerator, ", "The parts of it, P50, USD per sold hour, "):
        assert f"{title}75 % (63 to 87 %) of hours sold" in answer.out
    for word in ("MW of IT power", "assumption", "Epoch AI", "on contract", "USD of 2025", "What moves lcoc["):
        assert word in answer.out


def test_sensitivity_is_told_in_80_plain_columns(capsys: pytest.CaptureFixture[str]) -> None:
    table = (
        "--two-way",
        "discount_rate=0.06,0.07,0.08,0.09,0.10,0.11,0.12,drawn",
        "accelerator_life=2 yr,3 yr,4 yr,5 yr,6 yr,7 yr,8 yr,drawn",
    )
    answer = ask(capsys, "sensitivity", LCOC, str(TINY), "--ascii", *RUN, "--inputs", "accelerator_life,grid_price_delivery", *table)
    assert answer.code == 0 and answer.out.isascii() and max(map(len, answer.out.splitlines())) <= 80
    assert "drawn" in answer.out and "accelerator_life" in answer.out


def test_an_input_whose_cells_share_one_end_only_is_told_at_a_finance_address(capsys: pytest.CaptureFixture[str]) -> None:
    """Cover that lenders ask for has one P10 at all sites and assets, and P90s of their own."""
    answer = ask(capsys, "sensitivity", "dscr[building, abilene]", "--ascii", "--draws", "256", "--as-of", DAY, "--inputs", "dscr_required")
    assert answer.code == 0 and answer.err == "" and "each its own" in answer.out


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [(1.2, None, "1.2, each its own"), (None, 1460.0, "each its own, 1,460 d"), (None, None, "each its own"), (1.0, 2.0, "1, 2 d")],
)
def test_ends_are_told_where_cells_share_both_one_or_none(low: float | None, high: float | None, text: str) -> None:
    unit = "d" if "d" in text.split() else "1"
    assert ends_text({"options": None, "at_p10": low, "at_p90": high, "unit": unit}) == text


def test_inputs_not_moved_are_counted_and_what_was_moved_over_a_range_is_marked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sensitivity, "DEAR", 0)
    out = " ".join(ask(capsys, "sensitivity", LCOC, str(TINY), *RUN).out.split())
    assert "Moved: the 15 of " in out and "uncertain inputs that share most of its variance" in out
    assert "Moved: the" not in ask(capsys, "sensitivity", LCOC, str(TINY), "--all", *RUN).out
    out = ask(capsys, "sensitivity", LCOC, str(TINY), "--inputs", "discount_rate=8..14 %,accelerator_life", *RUN).out
    assert "* discount_rate: a fixed number here, 0.11, moved over a range as asked." in out


def test_cost_and_sensitivity_agree_on_what_moves_an_hour_and_cost_says_what_is_fixed(capsys: pytest.CaptureFixture[str]) -> None:
    made = api.cost("stargate", as_of=DAY, draws=256, seed=3).to_dict()["tornado"]
    assert made is not None and made["address"] == "lcoc[gb200-nvl72, abilene]"
    bars = {one["input"]: one for one in made["inputs"]}
    assert {"accelerator_life", "hours_sold_share", "power price", "discount_rate"} <= bars.keys()
    assert made["inputs"][0]["input"] == "equipment_unit_cost"
    assert {name for name, one in bars.items() if one["given"]} == {"discount_rate"} and bars["discount_rate"]["fixed"] == 0.11
    assert {"maintenance_share_equipment", "maintenance_share_building", "building_life"} <= bars.keys() and "redating_moved" in made[
        "left"
    ]
    swings = [one["swing"] for one in made["inputs"]]
    assert swings == sorted(swings, reverse=True) and min(swings) > 0.005 * made["base"]["p50"]
    names = [name for name in bars if name not in ("power price", "discount_rate")]
    same = api.sensitivity("lcoc[gb200-nvl72, abilene]", inputs=names, as_of=DAY, draws=256, seed=3)
    assert {one.input: one.low for one in same.swings}.keys() <= bars.keys()
    for one in same.swings:
        low, high = (bars[one.input][end]["p50"] for end in ("low", "high"))
        assert (low, high) == pytest.approx((one.low[1], one.high[1]), rel=1e-9)
    out = " ".join(ask(capsys, "cost", str(TINY), *RUN).out.split())
    assert "* discount_rate: a fixed number here, 0.11, moved over a range by us." in out
    assert "Market rent is an assumption" in out and "flatters newer chips" in out
    assert "the return that equity asks, on all capital" in out


def test_more_draws_than_asked_for_are_told_once_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "simulate", str(TINY), "--quantity", "hours_sold_share", "--as-of", DAY, "--draws", "64", "--json")
    assert answer.code == 0 and json.loads(answer.out)["draws"] == 256
    assert answer.err == "note: 64 draws asked, 256 drawn (whole blocks of 256)\n"
    assert ask(capsys, "explain", "--list", "--draws", "64").err == ""


def test_the_table_of_the_report_holds_the_numbers_of_the_data(capsys: pytest.CaptureFixture[str]) -> None:
    data = api.cost(TINY, as_of=DAY, draws=256, seed=3).to_dict()
    out = ask(capsys, "cost", str(TINY), *RUN).out
    assert len(data["hours"]) == len(data["sites"]) == 7
    for hour in data["hours"]:
        assert f"{hour['cost']['p50']:.2f}" in out and 0.0 <= hour["covered"] <= 1.0
        assert sum(hour["parts"][part]["p50"] for part in hour["parts"]) == pytest.approx(hour["cost"]["p50"], rel=0.1)
    hour = data["hours"][0]
    assert hour["margin"]["p50"] == pytest.approx(hour["market_rent"]["p50"] - hour["cost"]["p50"], rel=0.2)
    for site in data["sites"]:
        assert f"{site['cost']['p50']:.2f}" in out and site["at_the_meter"]["p50"] < site["cost"]["p50"]
    assert data["yardstick"]["value"] == pytest.approx(8.5)


def test_the_cost_of_a_megawatt_year_has_the_published_yardstick_between_the_meter_and_it() -> None:
    """Epoch AI (2026): 8.5 M USD per MW and year for 1 GW of GB200; whether per MW of IT power or at the meter is not said."""
    site = api.cost("stargate", site="abilene", chip="gb200-nvl72", as_of=DAY, draws=512, moves=False).to_dict()["sites"][0]
    assert site["at_the_meter"]["p10"] < 8.5 < site["cost"]["p90"]
    assert site["at_the_meter"]["p50"] < 8.5 < site["cost"]["p50"]


@pytest.mark.slow
def test_dearer_power_and_shorter_lives_cost_more_in_the_whole_model_too() -> None:
    plain, dear, short = (
        api.cost(api.load("stargate", name), site="abilene", chip="gb200-nvl72", as_of=DAY, draws=256).to_dict()["hours"][0]["cost"]["p50"]
        for name in (None, "dear-power", "chips-three-years")
    )
    assert plain < dear < short


def test_scenarios_laid_over_are_named_in_the_answer(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL + SCENARIO, encoding="utf-8")
    answer = ask(capsys, "cost", str(file), "--scenario", "larger", "--site", "north", *RUN)
    assert answer.code == 0 and "Small, supposing larger, known on" in answer.out
    (hour,) = json.loads(ask(capsys, "cost", str(file), "--scenario", "larger", "--site", "north", "--json", *RUN).out)["hours"]
    assert (hour["site"], hour["chip"]) == ("north", "gb200-nvl72")


@pytest.mark.parametrize("command", [("cost", str(TINY)), ("sensitivity", LCOC, str(TINY), "--inputs", "accelerator_life")])
def test_the_command_that_says_why_can_be_copied(capsys: pytest.CaptureFixture[str], command: tuple[str, ...]) -> None:
    text = ask(capsys, *command, *RUN).out
    why = shlex.split(text[text.index("Why?    ") + 8 :].replace("\\\n", ""))
    told = ask(capsys, *why[1:], "--draws", "256")
    assert told.code == 0 and why[2].split("[")[0] in told.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("cost", str(TINY), "--site", "nort", "--chip", "gb20"), 'no site "nort"; did you mean "north"'),
        (("cost", str(TINY), "--chip", "gb200-nvl7"), 'no chip "gb200-nvl7"; did you mean "gb200-nvl72"'),
        (("sensitivity", "lcocc"), 'no quantity "lcocc"'),
        (
            ("sensitivity", LCOC, str(TINY), "--two-way", "a=1,2", "b=3"),
            'stargauge: 2 errors, nothing was run --two-way: there is no input "a"',
        ),
        (("cost", "stargate", "--scenario", "deer-power"), 'did you mean "dear-power"'),
        (("sensitivity", LCOC, str(TINY), "--two-way", "discount_rate=1", "x"), 'got --two-way "x"'),
    ],
)
def test_faults_are_told_and_nothing_runs(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str) -> None:
    answer = ask(capsys, *arguments)
    assert answer.code == 2 and answer.out == "" and told in answer.told


def test_the_package_gives_them_too() -> None:
    assert stargauge.sensitivity is api.sensitivity and stargauge.cost is api.cost
