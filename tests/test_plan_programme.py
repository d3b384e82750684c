"""A plan of a whole programme: what is asked, the overlay that holds it, the promise that the ordinary run keeps, and the answer."""

from __future__ import annotations

from datetime import date

import pytest
from tests.programme_files import small

from stargauge import api
from stargauge.plan.build_order.asked import (
    MOST,
    USUAL,
    announced,
    contradictions,
    newest_chips,
    probability_of,
    reading_of,
    target_of,
    wanted,
)
from stargauge.programme.known import Known
from stargauge.quantity.errors import InputError

DAY = "2026-05-31"


@pytest.fixture(scope="module")
def now() -> Known:
    """The small programme as known after its first hall was looked at."""
    return api.known(small(), DAY)


# --- what is asked ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reading", "amount"),
    [
        ("0.3 GW by 2029-12-31", "power_facility[operational] >= 0.3 GW by 2029-12-31", 0.3e9),
        ("300 MW by 2029", "power_facility[operational] >= 300 MW by 2029-12-31", 0.3e9),
        ("200 MW IT at north by 2028-Q2", "power_it[operational, north] >= 200 MW by 2028-06-30", 0.2e9),
        ("2 million H100e by 2030-02", "compute_h100e >= 2 million by 2030-02-28", 2e6),
        ("power_it[operational, north] >= 0.2 GW by 2028-06-15", "power_it[operational, north] >= 0.2 GW by 2028-06-30", 0.2e9),
    ],
)
def test_short_forms_are_readings_of_the_claim_language(now: Known, text: str, reading: str, amount: float) -> None:
    made = target_of(text, 0.9, now)
    assert (made.text, made.amount, made.probability) == (reading, pytest.approx(amount), 0.9)
    assert reading_of(made, now).threshold.value == pytest.approx(amount) and made.day == date.fromisoformat(reading[-10:])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("10 GWh by 2029", "an energy; expected a power"),
        ("10 GW", "expected an amount by a day"),
        ("10 by 2029", "without a unit"),
        ("10 GW by 2024", "is past on 2026-05-31; expected a day from then to 2030-12-31"),
        ("10 GW by 2040", "beyond the programme's clock"),
        ("10 GW at nort by 2029", 'did you mean "north"'),
        ("power_facility[announced] >= 1 GW by 2029-12-31", "possible are power_facility[operational], power_it[operational]"),
        ("capital_deployed >= 5 bn USD by 2029-12-31", "no plan can be made for"),
        ("power_it[operational] <= 1 GW by 2029-12-31", "at least an amount"),
        ("power_it[operational, unsited] >= 1 GW by 2029-12-31", "without a site"),
        ("IT by 2029", "without an amount"),
    ],
)
def test_what_no_plan_can_be_made_for_says_what_can(now: Known, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said.replace("[", r"\[").replace("]", r"\]")):
        target_of(text, 0.8, now)


def test_every_fault_is_told_at_once(now: Known) -> None:
    with pytest.raises(InputError) as caught:
        wanted(
            now, target=["5 GW by 2020", "1 GW by 2029", "0.5 GW by 2030"], claim="first-hal", probability="120 %", goal="cheap",
            powers=["gas"], chips=["gb200"], start_from="2020-01-01",
        )  # fmt: skip
    paths = [fault.path for fault in caught.value.faults]
    assert sorted(paths) == sorted(["target", "target", "claim", "probability", "goal", "powers", "chips", "start_from"])
    assert 'did you mean "first-hall"' in str(caught.value) and "leave out the later one" in str(caught.value)


def test_a_claim_is_asked_for_by_its_reading(now: Known) -> None:
    with pytest.raises(InputError, match="is past"):
        wanted(now, claim="first-hall")
    earlier = api.known(small(), "2025-06-30")
    made = wanted(earlier, claim="first-hall/as said")
    assert made.targets[0].text == "power_it[operational, north] >= 100 MW by 2026-03-31" and not made.announced
    with pytest.raises(InputError, match='did you mean "as said"'):
        wanted(earlier, claim="first-hall/as sad")


def test_without_a_target_the_announcement_is_one(now: Known) -> None:
    said = announced(now)
    assert said is not None and said.amount == pytest.approx(140e6)  # one hall has a stated facility power and a promised day
    made = wanted(now)
    assert made.announced and made.targets[0].probability == USUAL and made.targets[0].amount == pytest.approx(said.amount)
    assert made.targets[0].day >= now.as_of


def test_only_the_goal_capacity_looks_for_an_amount(now: Known) -> None:
    made = wanted(now, target="IT by 2029", goal="capacity")
    assert made.open_amount and made.targets[0].amount == 0.0
    assert not wanted(now, target="200 MW IT by 2029", goal="capacity").open_amount


def test_probabilities(now: Known) -> None:
    assert probability_of("90 %") == probability_of(0.9) == pytest.approx(0.9) and probability_of(None) == USUAL
    assert probability_of(MOST) == MOST
    for wrong in ("0", "100 %", "1.5", "-3 %", "much"):
        with pytest.raises(InputError, match="expected a probability"):
            probability_of(wrong)


def test_contradictions(now: Known) -> None:
    first, then = (target_of(text, 0.8, now) for text in ("300 MW by 2029", "200 MW by 2029"))
    assert [text.count("two targets") for text in contradictions([first, then])] == [1]
    assert list(contradictions([first, target_of("200 MW IT by 2030", 0.8, now)])) == []


def test_the_newest_accelerators_come_last(now: Known) -> None:
    chips = newest_chips(now)
    assert 0 < len(chips) <= 4 and chips.index("gb200-nvl72") < chips.index("gb300-nvl72")
