"""The senior loan of an asset: two runs of a unit, the limit that binds, draws, schedule and refinancing."""

from __future__ import annotations

from stargauge.report.workbook.parts import USD, Heading, Part, Row, Single


def loan_parts(rule: int) -> tuple[Part, ...]:
    """Size, draws and schedule of the senior loan, from cost, what begins to run, secured cash and rates.

    `rule`: 0 where loan and owners pay in step, 1 where the owners pay first, 2 where the loan does: then its share is in no closed form,
    and stands among the inputs as the run solved it.
    """
    return (*_rates(), *_paid(rule), *_unit_runs(), *_limits(), *(_size() if rule == 0 else _solved()), *_draws(rule), *_schedule())


def _paid(rule: int) -> tuple[Part, ...]:
    """The cost that the loan is drawn for, in the first of the two runs."""
    in_turn = {
        0: "net_cost[t]",
        1: "IF(share > 0, MAX(0, MIN(net_cost[t], net_cost_so_far[t] - (1 - share) * net_cost)), 0)",
        2: "MAX(0, MIN(net_cost[t], share * net_cost - net_cost_so_far[t-1]))",
    }
    words = ("all of it, in step with the owners", "what is left once the owners have paid their part", "all until its part is paid")
    return (
        Heading("What the loan is drawn for"),
        Row("net_cost_so_far", "Cost so far", USD, "net_cost_so_far[t-1] + net_cost[t]", "last"),
        Row("spent", "Money has been spent", "flag", "IF(net_cost_so_far[t] > 0, 1, 0)", look="flag"),
        Row("lent_on", f"Cost that the loan is drawn for: {words[rule]}", USD, in_turn[rule], "sum"),
        Row("lent_on_so_far", "so far", USD, "lent_on_so_far[t-1] + lent_on[t]", "last"),
    )


def _rates() -> tuple[Part, ...]:
    return (
        Heading("Rates of the month", level=2),
        Row("loan_rate", "Interest per year", "1/year",
            "IF(ISNUMBER(fixed_rate), fixed_rate, spread + hedge_share * Prices.swap_rate + (1 - hedge_share) * Prices.base_rate[t])"),
        Row("rate", "Interest of the month until the loan falls due", "1", "loan_rate[t] * days[t] / days_of_loan_year"),
        Row("rate_after", "Interest of the month once lent anew", "1",
            "MAX(0, Prices.base_rate[t] + market_spread + refinancing_margin) * days[t] / days_of_loan_year",
            "", "base rate of the month and the market's spread: nothing of it is swapped"),
        Row("undrawn_fee", "Commitment fee of the month", "1", "commitment_fee * days[t] / days_of_loan_year"),
        Row("discount", "Value today of 1 at the end of the month, at the loan's rate", "1",
            "IF(number[t] = 1, 1, discount[t-1]) / (1 + rate[t])"),
    )  # fmt: skip


def _unit_runs() -> tuple[Part, ...]:
    return (
        Heading("Construction debt: two runs of a unit", "Draws are linear in the share lent (run A: all of the cost) and in the "
                                                         "facility (run B: 1)."),
        Row("begun", "The loan has been drawn on", "flag", "IF(lent_on_so_far[t] > 0, 1, 0)", look="flag"),
        Row("begins_at", "Month in which something begins to run", "count", "IF(begins[t] > 0, number[t], 0)", "max"),
        Row("has_begun", "Something runs", "flag", "MAX(has_begun[t-1], IF(begins[t] > 0, 1, 0))", look="flag"),
        Single("first_cost", "First month in which money is spent", "count", "IFERROR(MATCH(1, spent[:], 0), 1)"),
        Single("first_begin", "First month in which something begins to run", "count",
               "IFERROR(MATCH(1, has_begun[:], 0), number_of_months + 1)"),
        Single("last_begin", "Last month in which something begins to run", "count", "MAX(begins_at[:])"),
        Row("building", "The loan is being drawn", "flag", "IF(number[t] <= last_begin, begun[t], 0)", look="flag"),
        Row("a_added", "Run A: added to the loan", USD,
            "building[t] * (lent_on[t] + rate[t] * a_waiting[t-1] - undrawn_fee[t] * a_drawn[t-1])", "sum"),
        Row("a_drawn", "Run A: drawn so far", USD, "a_drawn[t-1] + a_added[t]", "last"),
        Row("a_converted", "Run A: begins to be repaid", USD, "begins[t] * (a_waiting[t-1] + a_added[t])", "sum"),
        Row("a_waiting", "Run A: waits for operation", USD, "a_waiting[t-1] + a_added[t] - a_converted[t]"),
        Row("b_added", "Run B: added to the loan", "1",
            "building[t] * (rate[t] * b_waiting[t-1] + undrawn_fee[t] * (1 - b_drawn[t-1]) + upfront_fee * (begun[t] - "
            "begun[t-1]))", "sum"),
        Row("b_drawn", "Run B: drawn so far", "1", "b_drawn[t-1] + b_added[t]", "last"),
        Row("b_converted", "Run B: begins to be repaid", "1", "begins[t] * (b_waiting[t-1] + b_added[t])", "sum"),
        Row("b_waiting", "Run B: waits for operation", "1", "b_waiting[t-1] + b_added[t] - b_converted[t]"),
        Single("whole_facility", "Facility that would lend the whole cost", USD, "a_drawn / (1 - b_drawn)"),
    )  # fmt: skip


def _limits() -> tuple[Part, ...]:
    return (
        Heading("What the loan may come to"),
        Row("window", "Months of repayment", "flag",
            "IF(AND(number[t] > first_begin, number[t] <= last_begin + MAX(repayment_months, 1), last_begin > 0), 1, 0)", look="flag"),
        Row("income_lent_on", "Secured income that repays", USD, "window[t] * MAX(0, secured_cash[t])", "sum"),
        Row("run_converted", "Debt of the runs that begins to be repaid", USD, "a_converted[t] + whole_facility * b_converted[t]", "sum"),
        Row("owed_later", "Value today of what begins in this month or later", USD, "owed_later[t+1] + run_converted[t] * discount[t]"),
        Row("income_later", "Value today of the secured income of this month and later ones", USD,
            "income_later[t+1] + income_lent_on[t] * discount[t]"),
        Row("strained", "Debt over the income that can repay it", "1",
            "IF(AND(owed_later[t] > 0, income_later[t] > rounding_of_sums * owed_later[t]), owed_later[t] / income_later[t], 0)", "max",
            "income earned before a debt begins cannot repay it"),
        Row("uncovered", "Debt begins and no secured income follows", "flag",
            "IF(AND(owed_later[t] > 0, income_later[t] <= rounding_of_sums * owed_later[t]), 1, 0)", "max", look="flag"),
        Single("whole_cost", "Cost lenders look at", USD, "SUM(net_cost[:])"),
    )  # fmt: skip


def _size() -> tuple[Part, ...]:
    return (
        Heading("Size of the loan: the smallest of its limits"),
        Single("growth", "Facility over cost, were all lent", "1", "IF(whole_cost > 0, whole_facility / whole_cost, 1)"),
        Single("share_by_cost", "Share of the cost that the cap on leverage allows", "share",
               "IF(loan_to_cost + growth * (1 - loan_to_cost) > 0, loan_to_cost / (loan_to_cost + growth * (1 - loan_to_cost)), 0)"),
        Single("share_by_cover", "Share of the cost that the cover allows", "share",
               "IF(AND(uncovered = 0, strained > 0), 1 / (cover_required * strained), 0)"),
        Single("share_by_amount", "Share of the cost that the amount agreed allows", "share",
               "IF(AND(ISNUMBER(loan_agreed), whole_facility > 0), loan_agreed / whole_facility, 2)", "no limit where above 1"),
        Single("share", "Share of the cost lent", "share", "MAX(0, MIN(share_by_cost, share_by_cover, share_by_amount, 1))"),
        Single("binding", "What limits the loan", "text",
               'IF(MAX(uncovered, strained) > 0, IF(share_by_cost <= MIN(share_by_cover, share_by_amount, 1), "loan to cost", '
               'IF(share_by_cover <= MIN(share_by_amount, 1), "coverage", '
               'IF(share_by_amount <= 1, "amount agreed", "whole cost"))), "none")'),
    )  # fmt: skip


def _solved() -> tuple[Part, ...]:
    """Where loan and owners pay in turn: the share as the run solved it, and what room both limits leave at it."""
    return (
        Heading("Size of the loan: as solved in the run",
                "After a change of inputs: seek the share (an input) that brings the smaller room to nought."),
        Single("share", "Share of the cost lent", "share", "solved_share"),
        Single("room_by_cost", "Room that the cap on leverage leaves, share of all costs", "share",
               "IF(whole_cost > 0, loan_to_cost - whole_facility / ((1 - share) * whole_cost + whole_facility), 0)"),
        Single("room_by_cover", "Room that the cover leaves, share of the secured income", "share",
               "1 - cover_required * strained"),
        Single("room_by_amount", "Room that the amount agreed leaves, share of it", "share",
               "IF(ISNUMBER(loan_agreed), 1 - whole_facility / loan_agreed, 1)"),
        Single("binding", "What limits the loan", "text",
               'IF(MAX(uncovered, strained) > 0, IF(room_by_cover < MIN(room_by_cost, room_by_amount), "coverage", '
               'IF(room_by_amount < room_by_cost, "amount agreed", "loan to cost")), "none")'),
    )  # fmt: skip


def _draws(rule: int) -> tuple[Part, ...]:
    part = "share * " if rule == 0 else ""
    return (
        Heading("Draws"),
        Single("facility", "Facility", USD, f"{part}whole_facility"),
        Single("service_share", "Share of the secured income that serves the loan", "share",
               f"IF(uncovered = 0, {part}strained, 0)"),
        Single("schedule_cover", "Cover of the schedule", "1", "IF(service_share > 0, 1 / service_share, 0)"),
        Row("drawn", "Drawn", USD, f"{part}(a_added[t] + whole_facility * b_added[t])", "sum"),
        Row("lent_for_cost", "of which for the cost", USD, f"{part}lent_on[t]", "sum"),
        Row("carry", "of which interest and fees while building", USD, "drawn[t] - lent_for_cost[t]", "sum"),
        Row("converted", "Begins to be repaid", USD, f"{part}run_converted[t]", "sum"),
        Row("waiting", "Debt of what does not run yet", USD, f"{part}(a_waiting[t] + whole_facility * b_waiting[t])", "last"),
    )  # fmt: skip


def _schedule() -> tuple[Part, ...]:
    return (
        Heading("Schedule and refinancing"),
        Row("ahead", "Value of the secured income of later months, at rates once lent anew", USD,
            "(ahead[t+1] + income_lent_on[t+1]) / (1 + rate_after[t+1])"),
        Single("falls_due", "Month in which the loan falls due", "count",
               "MAX(first_cost + ROUND(maturity_months + extension_months, 0), last_begin)", "never before everything runs"),
        Row("pace", "Share of the secured income that serves the loan", "1",
            "IF(number[t] = 1, service_share, IF(AND(number[t] = falls_due + 1, ahead[t-1] > 0), lent_anew[t-1] / ahead[t-1], pace[t-1]))"),
        Row("interest", "Interest", USD, "IF(number[t] > falls_due, rate_after[t], rate[t]) * balance[t-1]", "sum"),
        Row("before", "Debt before service", USD, "balance[t-1] + interest[t] + converted[t]"),
        Row("service", "Service", USD, "IF(is_last[t] = 1, before[t], MIN(pace[t] * income_lent_on[t], before[t]))", "sum"),
        Row("principal", "Principal", USD, "service[t] - interest[t]", "sum", "below zero where part of the interest is added to the loan"),
        Row("falling", "Falls due", USD, "IF(number[t] = falls_due, MAX(0, before[t] - service[t]), 0)", "sum"),
        Row("lent_anew", "Lent anew", USD, "MIN(falling[t], ahead[t] * kept[t] / cover_required)", "sum"),
        Row("gap", "Refinancing gap, paid by the owners", USD, "falling[t] - lent_anew[t]", "sum"),
        Row("balance", "Debt of what runs", USD, "before[t] - service[t] - gap[t]", "last"),
    )  # fmt: skip
