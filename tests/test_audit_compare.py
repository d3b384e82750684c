"""Two sides of a comparison: nothing differs from itself, one change shows as one change, causes add up, absent is never zero."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.programme_files import SMALL, small

from stargauge import api
from stargauge.audit.compare.compare import Comparison, _output
from stargauge.programme.asked import Asked, sides
from stargauge.programme.exchange import differing, exchanged, in_order
from stargauge.quantity.errors import InputError
from stargauge.report.why.comparison import render_comparison

ONE = "xai-colossus-1"
DAY = "2026-09-30"
LATER = """
sites:
  colossus-1:
    phases:
      {phase}: {{milestones: {{operational: 2027-06-30}}}}
"""


def compared(a: Any, b: Any, **options: Any) -> Comparison:
    return api.compare(a, b, draws=256, **options)


def without_time(made: Comparison) -> dict[str, Any]:
    data = made.to_dict()
    return {key: value for key, value in data.items() if key not in ("seconds",)}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


# --- one side against itself ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [ONE, "stargate"])
def test_nothing_differs_from_itself_to_the_bit(name: str) -> None:
    made = compared(f"{name}@{DAY}", f"@{DAY}")
    data = made.to_dict()
    assert data["headline"] == "Nothing differs: the same inputs, the same numbers."
    assert data["inputs"] == [] and data["causes"] == [] and data["claims_only"] == {"a": [], "b": []}
    assert not any(claim["differs"] for claim in data["claims"])
    for output in made.outputs:
        assert output.a == output.b
        assert output.change in (None, (0.0, 0.0, 0.0))
    assert data["statements"] == {"only_a": 0, "only_b": 0}
    assert made.a.result.inputs_sha256 == made.b.result.inputs_sha256


# --- one change -----------------------------------------------------------------------------------------------------------------------


def test_one_changed_input_is_the_only_one_shown_and_alone_makes_the_whole_change() -> None:
    made = compared(f"{ONE}@{DAY}", "+overrun_factor=1.5")
    (cell,), (cause,) = made.cells, made.to_dict()["causes"]
    assert (cell.input, cell.label, cell.cause) == ("overrun_factor", (), "assumptions.overrun_factor")
    assert cell.b is not None and cell.b.value == 1.5 and cell.b.kind == "assumed"
    assert cause["name"] == "assumptions.overrun_factor" and cause["cells"] == 1 and cause["weight"] > 0
    for output in made.outputs:
        if output.median_change is not None:
            assert cause["effects"][output.address] == output.median_change
            assert made.to_dict()["together"][output.address] == 0


def test_a_scenario_shows_the_site_it_changes_and_what_was_said_of_it_before(tmp_path: Path) -> None:
    phase = next(iter(api.load(ONE).sites["colossus-1"].phases))
    scenario = tmp_path / "later.yaml"
    scenario.write_text(LATER.format(phase=phase), encoding="utf-8")
    made = compared(f"{ONE}@2024-06-30", f"+{scenario}")
    data = made.to_dict()
    assert [cause["name"] for cause in data["causes"]] == ["sites.colossus-1"]
    assert {cell.label[-1] for cell in made.cells} == {f"colossus-1/{phase}"}
    (cause,) = data["causes"]
    assert cause["statements"]["only_b"] == 1 and cause["behind"]["only_b"][0]["value"] == "2027-06-30"
    power = next(output for output in made.outputs if output.address == "power_facility[operational]")
    assert cause["effects"][power.address] == power.median_change


def test_the_change_of_each_draw_is_that_of_the_same_world(file: Path) -> None:
    made = compared(f"{file}@2026-06-01", "+overrun_factor=2")
    plain, dear = (side.result["capital_deployed"].at(made.when).values for side in (made.a, made.b))
    output = next(one for one in made.outputs if one.address == "capital_deployed")
    assert output.change is not None and np.allclose(output.change, np.quantile(dear - plain, (0.1, 0.5, 0.9)))
    assert output.change[0] < output.change[1] < output.change[2]


@settings(max_examples=6)
@given(factor=st.floats(0.8, 2.0), price=st.floats(0.5, 1.5))
def test_what_is_alone_and_what_is_together_add_up(factor: float, price: float) -> None:
    base = small()
    one = api.load(base, settings={"overrun_factor": f"{factor:.3f}", "building_power": f"{100 * price:.0f} MW"})
    made = compared(base, one)
    data = made.to_dict()
    assert {cause["name"] for cause in data["causes"]} <= {"assumptions.overrun_factor", "assumptions.building_power"}
    for output in made.outputs:
        if output.median_change is not None:
            parts = [cause["effects"][output.address] for cause in data["causes"]]
            assert sum(parts) + data["together"][output.address] == pytest.approx(output.median_change, rel=1e-9, abs=1e-3)


# --- knowledge dates ------------------------------------------------------------------------------------------------------------------


def test_two_knowledge_dates_list_what_became_known(file: Path) -> None:
    data = compared(f"{file}@2025-03-01", "@2026-06-01").to_dict()
    assert data["statements"]["only_b"] > 0 and data["statements"]["only_a"] == 0
    north = next(cause for cause in data["causes"] if cause["name"] == "sites.north")
    assert north["statements"] == {"only_a": 0, "only_b": 3}
    new = {said["path"].removeprefix("sites.north.phases.") for said in north["behind"]["only_b"] if "2026-04" in said["published"]}
    assert new == {"hall-1.it_power[1]", "hall-1.milestones.operational[1]", "hall-2.it_power"}
    assert {"as_of", "catalogue"} <= {cause["name"] for cause in data["causes"]}


def test_backwards_is_the_same_with_the_signs_turned(file: Path) -> None:
    there, back = compared(f"{file}@2025-03-01", "@2026-06-01"), compared(f"{file}@2026-06-01", "@2025-03-01")
    assert there.when == back.when
    one, other = ({cause.name: cause for cause in made.attribution.causes} for made in (there, back) if made.attribution)
    assert one.keys() == other.keys()
    for name, cause in one.items():
        assert {address: effect and -effect for address, effect in cause.effects.items()} == dict(other[name].effects)
        assert set(cause.new) == set(other[name].gone)


def test_every_number_is_the_same_for_any_number_of_workers_and_every_time(file: Path) -> None:
    one = without_time(compared(f"{file}@2025-03-01", "@2026-06-01", workers=1))
    assert one == without_time(compared(f"{file}@2025-03-01", "@2026-06-01", workers=3))
    assert one == without_time(compared(f"{file}@2025-03-01", "@2026-06-01", workers=1))


def test_json_holds_all_of_it_and_nothing_that_json_cannot(file: Path) -> None:
    data = compared(f"{file}@2025-03-01", "@2026-06-01").to_dict()
    assert json.loads(json.dumps(data, allow_nan=False)) == data


# --- absent, one side only, two programmes --------------------------------------------------------------------------------------------


def test_two_programmes_stand_side_by_side_without_causes(file: Path) -> None:
    made = compared(f"{file}@{DAY}", f"{ONE}@{DAY}")
    data = made.to_dict()
    assert not data["same_programme"] and data["causes"] == [] and data["method"] is None and data["statements"] is None
    assert all(row["change"] is None for row in data["quantities"])
    assert data["claims"] == [] and data["claims_only"] == {"a": ["first-hall"], "b": ["xai-122d"]}
    assert data["labels"]["site"] == {"only_a": ["north", "unsited"], "only_b": ["colossus-1"]}


def test_what_is_absent_on_a_side_is_absent_and_never_zero(file: Path) -> None:
    data = compared(f"{file}@{DAY}", f"{ONE}@{DAY}").to_dict()
    need = next(row for row in data["quantities"] if row["address"] == "funding_need")
    assert need["a"] is not None and need["b"] is None and need["median_change"] is None
    pledged = next(row for row in data["quantities"] if row["address"] == "power_facility[announced, unsited]")
    assert pledged["a"] is not None and pledged["b"] is None and pledged["median_change"] is None


def test_a_settled_claim_has_an_outcome_and_no_points(file: Path) -> None:
    still_open = """\
  rest:
    {speaker: A, said: 2025-01-20T10:00:00Z, says: s, source: plan, ours: all,
     readings: {as said: "power_it[operational, north] >= 150 MW by 2026-12-31"}}
"""
    text = SMALL.replace("by 2026-03-31", "by 2026-04-30").replace("claims:\n", f"claims:\n{still_open}")
    file.write_text(text, encoding="utf-8")
    made = compared(f"{file}@2025-03-01", "@2026-06-01")
    settled = [claim for claim in made.claims if "met" in claim.b.status]
    assert settled and all(claim.points is None and claim.to_dict()["b"]["probability"] is None for claim in settled)
    assert any(claim.points for claim in made.claims)


def test_both_are_read_at_one_date_within_the_clocks_of_both(file: Path) -> None:
    made = compared(f"{file}@2025-03-01", f"{ONE}@{DAY}")
    assert str(made.when) == "2028-12-31"
    assert all(f"{made.when:%Y-%m}" in side.result.world.axes["month"] for side in (made.a, made.b))


# --- what differs between two states of a programme ------------------------------------------------------------------------------------


def test_exchanging_every_entry_in_turn_ends_at_the_other_side() -> None:
    early, late = (api.known(api.load("stargate"), day).programme for day in ("2025-03-01", DAY))
    state = early
    for _ in range(2):  # an alternative that speaks of several is whole only once all of them are there
        for entry in differing(state, late):
            state = exchanged(state, late, entry)
    assert differing(state, late) == ()
    for section in ("sites", "unsited", "parties", "alternatives", "assumptions"):
        assert list(getattr(state, section)) == list(getattr(late, section)), section


def test_an_alternative_goes_with_what_it_speaks_of() -> None:
    early, late = (api.known(api.load("stargate"), day).programme for day in ("2025-03-01", DAY))
    assert not [entry for entry in differing(early, late) if entry.section == "alternatives"]
    changed = {name for name, group in late.alternatives.items() if early.alternatives.get(name) != group}
    assert {choice for entry in differing(early, late) for choice in entry.choices} == changed != set()


@given(st.lists(st.sampled_from("abcdef"), unique=True), st.lists(st.sampled_from("abcdef"), unique=True))
def test_two_orders_become_one_that_keeps_the_second(first: list[str], second: list[str]) -> None:
    both = in_order(first, second)
    assert sorted(both) == sorted({*first, *second}) and [key for key in both if key in second] == second


# --- how a side is asked for ------------------------------------------------------------------------------------------------------------


def test_a_side_that_names_no_programme_is_the_first_with_its_date_replaced_and_more_laid_over(tmp_path: Path) -> None:
    slow, poor = tmp_path / "slow.yaml", tmp_path / "poor.yaml"
    for path in (slow, poor):
        path.write_text("assumptions: {}\n", encoding="utf-8")
    a, b = sides(f"stargate@2025-01-22+{slow}", f"@2026-09-30+{poor}+load_factor=0.8")
    assert a == Asked("stargate", a.as_of, (str(slow),)) and str(a.as_of) == "2025-01-22"
    assert b.programme == "stargate" and str(b.as_of) == "2026-09-30"
    assert b.scenarios == (str(slow), str(poor)) and b.settings == {"load_factor": "0.8"}
    assert sides("stargate", ONE)[1] == Asked(ONE)
    assert sides("stargate@2025-01-22", f"+{slow}")[1].as_of == a.as_of


def test_a_file_with_signs_in_its_name_is_a_programme(tmp_path: Path) -> None:
    odd = tmp_path / "a+b@c.yaml"
    odd.write_text(SMALL, encoding="utf-8")
    assert sides(str(odd), "@2026-01-01") == (Asked(str(odd)), Asked(str(odd), sides("stargate", "@2026-01-01")[1].as_of))


def test_the_faults_of_both_sides_come_at_once(tmp_path: Path) -> None:
    (tmp_path / "slow.yaml").write_text("assumptions: {}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        api.compare("stargte@2025-13-01", f"xai-colossus+{tmp_path}/slo.yaml+load_factor=+")
    told = "\n".join(fault.message for fault in caught.value.faults)
    for part in (
        'no programme, file or folder "stargte"; did you mean "stargate"?', '"2025-13-01"; expected a day such as 2025-01-22',
        'did you mean "xai-colossus-', 'slo.yaml"; did you mean "slow.yaml"?', 'got "+load_factor="; expected +INPUT=VALUE',
        'nothing after "+"',
    ):  # fmt: skip
        assert part in told, part


def test_a_first_side_must_name_a_programme() -> None:
    with pytest.raises(InputError, match="names no programme"):
        api.compare("@2025-01-22", "stargate")
    with pytest.raises(InputError, match='got ""; expected PROGRAMME'):
        api.compare("", "stargate")
    with pytest.raises(InputError, match='got " "; expected PROGRAMME'):
        api.compare("stargate", " ")


def test_faults_of_the_programmes_themselves_are_told_once(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(SMALL.replace("100 MW", "100 MWh", 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        api.compare(str(wrong), "@2026-01-01")
    assert len(caught.value.faults) == 1 and "an energy" in caught.value.faults[0].message
    with pytest.raises(InputError, match="load_factr"):
        api.compare(ONE, "+load_factr=0.8")


# --- finance ----------------------------------------------------------------------------------------------------------------------------


def test_a_scenario_of_lenders_moves_loans_and_nothing_else() -> None:
    """What only lenders change shows in loans and returns; sums over sites in another order are no news."""
    made = api.compare(f"stargate@{DAY}", "+leverage-as-abilene", draws=256)
    data = made.to_dict()
    assert all(row["a"] == row["b"] and row["median_change"] in (0.0, None) for row in data["quantities"])
    assert all(row["change"] is None or set(row["change"].values()) == {0.0} for row in data["quantities"])
    assert "do not move, but debt_balance is" in data["headline"] and set(data["together"].values()) <= {0.0, None}
    by_address = {row["address"]: row for row in data["finance"]["quantities"]}
    assert data["finance"]["draws"] == 256 and by_address["debt_balance"]["median_change"] < 0.0
    assert by_address["loan_to_cost[building, milam]"]["b"]["p90"] <= 0.63 + 1e-9
    text = render_comparison(data)
    assert "None of the usual outputs moves" in text and "67 % → 63 %" in text and "e−" not in text
    assert max(len(line) for line in text.splitlines()) <= 80
    assert json.loads(json.dumps(data, allow_nan=False)) == data


def test_finance_is_that_of_the_same_address_in_a_run() -> None:
    made = api.compare(f"{ONE}@{DAY}", "+accelerator_life=3 yr", draws=256)
    plain = api.simulate(ONE, quantities=["dscr[equipment, colossus-1]"], draws=256, as_of=DAY)["dscr[equipment, colossus-1]"].values
    shown = next(one for one in made.finance if one.address == "dscr[equipment, colossus-1]")
    assert shown.a is not None and shown.a[1] == pytest.approx(float(np.median(plain[np.isfinite(plain)])))
    cost = next(one for one in made.finance if one.address.startswith("lcoc["))
    assert cost.median_change is not None and cost.median_change > 0.0


def test_finance_is_left_out_where_nothing_it_rests_on_differs() -> None:
    made = compared(f"{ONE}@{DAY}", "+added_jobs_per_post=3")
    assert made.cells and made.finance == () and made.to_dict()["finance"] is None


def test_a_difference_of_rounding_is_none() -> None:
    one = np.array([1e9, 2e9, 3e9])
    made = _output("capital_deployed", one, one * (1.0 + 1e-12), True, ())
    assert made.a == made.b and made.change == (0.0, 0.0, 0.0)
    assert _output("capital_deployed", one, one * (1.0 + 1e-6), True, ()).median_change == pytest.approx(2000.0)


@pytest.mark.parametrize("name", ["rent-at-the-trough", pytest.param("dear-power", marks=pytest.mark.slow)])
def test_an_input_of_finance_alone_is_seen(name: str) -> None:
    data = compared(f"stargate@{DAY}", f"+{name}").to_dict()
    assert data["inputs"] and "do not move, but debt_balance is" in data["headline"]
