"""Rules for promises of money and for amounts in other currencies: each is broken once, and each has a case that is no fault."""

from __future__ import annotations

import pytest
from tests.programme_files import faults_of, small, the_fault

from stargauge.programme.overlay import overlay
from stargauge.quantity.distribution import Distribution

LINE = "bank-equity: {to: programme, kind: equity, amount: {value: $19 bn, source: plan}, stage: announced}"
AT = "parties.bank.commitments.bank-equity"
CASH = "cash: {value: 24.3 bn USD, as_of: 2024-12-31, source: plan}"
RATES = "currencies: {JPY: [{value: 150, as_of: 2024-06-28, source: plan}, {value: 156.7, as_of: 2024-12-31, source: plan}]}\n"


def line(terms: str, kind: str = "loan", to: str = "north") -> tuple[str, str]:
    """The only commitment of the small programme with other terms."""
    return LINE, f"bank-equity: {{to: {to}, kind: {kind}, {terms}}}"


def stated(**terms: str) -> str:
    return ", ".join(f"{name}: {{value: {value}, source: plan}}" for name, value in terms.items())


def test_an_amount_above_its_own_cap_is_a_fault_and_one_at_the_cap_is_none() -> None:
    fault = the_fault(line(stated(amount="3 bn USD", cap="2 bn USD")))
    assert fault.path == f"{AT}.amount" and 'above the cap "2 bn USD"' in fault.message
    small(line(stated(amount="2 bn USD", cap="2 bn USD")))


def test_no_more_is_drawn_than_was_promised() -> None:
    fault = the_fault(line(stated(amount="2 bn USD", drawn="2.5 bn USD")))
    assert fault.path == f"{AT}.drawn" and "above the amount" in fault.message
    assert "above the cap" in the_fault(line(stated(cap="2 bn USD", drawn="2.5 bn USD"))).message
    small(line(stated(amount="2 bn USD", drawn="2 bn USD")))


@pytest.mark.parametrize("name", ["dscr", "lock_up"])
def test_cover_below_one_is_a_fault(name: str) -> None:
    fault = the_fault(line(stated(**{name: "0.8"})))
    assert fault.path == f"{AT}.{name}" and "below 1" in fault.message and "such as 1.3" in fault.message
    small(line(stated(**{name: "1.0"})))


@pytest.mark.parametrize("name", ["loan_to_cost", "rate", "spread", "upfront_fee", "commitment_fee", "take_or_pay", "escalation"])
def test_a_share_above_the_whole_is_a_fault(name: str) -> None:
    fault = the_fault(line(stated(**{name: "120 %"})))
    assert fault.path == f"{AT}.{name}" and "at most 100 %" in fault.message
    small(line(stated(**{name: "90 %"})))


def test_a_loan_that_ends_before_the_site_is_built_is_a_fault_and_a_bridge_is_none() -> None:
    fault = the_fault(line(stated(amount="1 bn USD", term="6 months")))
    assert fault.path == f"{AT}.term" and "before north is operational" in fault.message and "make it a bridge" in fault.message
    small(line(stated(amount="1 bn USD", term="6 months", extensions="1 year")))
    small(line(stated(amount="1 bn USD", term="6 months"), kind="bridge"))
    small(line(stated(amount="1 bn USD", term="6 months"), kind="lease"))


def test_interest_only_time_lies_within_the_term_and_an_extension_needs_one() -> None:
    fault = the_fault(line(stated(term="3 years", interest_only="4 years")))
    assert fault.path == f"{AT}.interest_only" and "longer than the term" in fault.message
    small(line(stated(term="3 years", extensions="1 year", interest_only="4 years")))
    assert the_fault(line(stated(extensions="1 year"))).path == f"{AT}.extensions"


def test_the_last_day_of_delivery_comes_after_the_contract() -> None:
    signed = "milestones: {bound: {value: 2025-03-01, source: plan}}, "
    fault = the_fault(line(signed + stated(outside_date="2025-01-31"), kind="lease"))
    assert fault.path == f"{AT}.outside_date" and "before the contract was signed" in fault.message
    small(line(signed + stated(outside_date="2026-01-31"), kind="lease"))


def test_a_guarantor_is_a_party_and_the_nearest_name_is_suggested() -> None:
    fault = the_fault(line("guarantor: bnk", kind="lease"))
    assert fault.path == f"{AT}.guarantor" and 'there is no party "bnk"' in fault.message
    assert "another party" in the_fault(line("guarantor: bank", kind="lease")).message


def test_a_supplier_is_another_party() -> None:
    fault = the_fault(line("supplier: bnk", kind="purchase"))
    assert fault.path == f"{AT}.supplier" and 'there is no party "bnk"; did you mean "bank"?' in fault.message
    assert "buys from itself" in the_fault(line("supplier: bank", kind="purchase")).message


def test_forecasts_made_on_different_days_are_no_conflict_and_two_of_one_day_are() -> None:
    def burn(second: str) -> tuple[str, str]:
        first = "{value: 17 bn USD, as_of: 2027, source: plan, status: projected}"
        return CASH, f"{CASH}\n    cash_burn: [{first}, {{value: 25 bn USD, as_of: 2027, source: {second}, status: projected}}]"

    small(burn("tracker"))
    same_day = ("title: Tracker, date: 2026-04", "title: Tracker, date: 2025-01-20")
    assert any("put them under alternatives" in fault.message for fault in faults_of(burn("tracker"), same_day))


def test_an_unknown_instrument_lists_those_there_are() -> None:
    fault = the_fault(line(stated(amount="1 bn USD"), kind="delayed_draw"))
    assert 'did you mean "delayed_draw_loan"' in fault.message and "customer_chips" in fault.message


def test_terms_are_read_in_the_units_people_write() -> None:
    said = small(line(stated(rent="120 USD/kW/month", spread="250 bp", rate="6.58 %", reserve_months="6 months"), kind="lease"))
    terms = said.parties["bank"].commitments["bank-equity"]
    assert terms.rent[0].value == pytest.approx(0.12 / 30.4375)
    assert terms.spread[0].value == pytest.approx(0.025) and terms.rate[0].value == pytest.approx(0.0658)
    assert terms.reserve_months[0].value == pytest.approx(182.625)


def test_a_draw_rule_is_one_of_four() -> None:
    assert "at_once" in the_fault(line(stated(draw_rule="prorata"))).message


# --- currencies ---------------------------------------------------------------------------------------------------------------------


def test_an_amount_in_another_currency_without_a_rate_says_how_to_give_one() -> None:
    fault = the_fault((CASH, "cash: {value: 4.7 tn JPY, as_of: 2024-12-31, source: plan}"))
    assert fault.path == "parties.bank.cash.value" and "no rate for it" in fault.message
    assert "currencies: {JPY: {value: UNITS OF JPY FOR ONE USD, as_of: DATE, source: ID}}" in fault.message


def test_an_amount_in_another_currency_is_usd_at_the_newest_rate_of_its_day_and_says_so() -> None:
    cash = small(("name: Small\n", f"name: Small\n{RATES}"), (CASH, "cash: {value: 4.7 tn JPY, as_of: 2024-12-31, source: plan}"))
    said = cash.parties["bank"].cash[0]
    assert said.value == pytest.approx(4.7e12 / 156.7) and said.unit == "USD" and said.text == "4.7 tn JPY"
    assert "156.7 JPY/USD" in said.note and "2024-12-31" in said.note and "plan" in said.note
    summer = small(("name: Small\n", f"name: Small\n{RATES}"), (CASH, "cash: {value: 4.7 tn JPY, as_of: 2024-08-01, source: plan}"))
    assert summer.parties["bank"].cash[0].value == pytest.approx(4.7e12 / 150.0)
    early = small(("name: Small\n", f"name: Small\n{RATES}"), (CASH, "cash: {value: 4.7 tn JPY, as_of: 2020-08-01, source: plan}"))
    assert early.parties["bank"].cash[0].value == pytest.approx(4.7e12 / 150.0)


def test_a_range_in_another_currency_keeps_its_spread() -> None:
    read = small(("name: Small\n", f"name: Small\n{RATES}"), (CASH, "cash: {value: 3..5 tn JPY, as_of: 2024-12-31, source: plan}"))
    value = read.parties["bank"].cash[0].value
    assert isinstance(value, Distribution) and value.quantile(0.1) == pytest.approx(3e12 / 156.7)


def test_rates_hold_in_overlays_too() -> None:
    laid = overlay(small(("name: Small\n", f"name: Small\n{RATES}")), {"parties": {"bank": {"cash": "1 tn JPY"}}})
    assert laid.parties["bank"].cash[0].value == pytest.approx(1e12 / 156.7)


def test_a_rate_is_one_number_above_zero_for_a_currency_that_is_known() -> None:
    def fault_at(rate: str) -> tuple[str, str]:
        fault = the_fault(("name: Small\n", f"name: Small\ncurrencies: {rate}\n"))
        return str(fault.path), fault.message

    assert "above zero" in fault_at("{JPY: {value: 0, source: plan}}")[1]
    assert "one number" in fault_at("{JPY: {value: 140..160, source: plan}}")[1]
    path, message = fault_at("{JPI: {value: 150, source: plan}}")
    assert path == "currencies.JPI" and 'did you mean "JPY"' in message
    assert "USD already" in fault_at("{USD: {value: 1, source: plan}}")[1]


def test_all_faults_of_a_commitment_come_at_once() -> None:
    faults = faults_of(line("guarantor: bnk, " + stated(amount="3 bn USD", cap="2 bn USD", dscr="0.5", loan_to_cost="110 %")))
    assert {str(fault.path).rpartition(".")[2] for fault in faults} == {"guarantor", "amount", "dscr", "loan_to_cost"}
