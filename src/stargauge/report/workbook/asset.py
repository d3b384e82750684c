"""The sheet of one asset beside its loan: cost, renewal, earnings, waterfall, owners' flows and books."""

from __future__ import annotations

from stargauge.report.workbook.parts import USD, Heading, Part, Row, Single


def waterfall_parts(equipment: bool) -> tuple[Part, ...]:
    """Where the cash of each month goes."""
    return (
        Heading("Cash of the month to lenders, reserves and owners"),
        Row("available", "Cash available for debt service", USD, "cash[t]", "sum"),
        Row("service_due", "Senior service of the month", USD, "MAX(0, interest[t] + principal[t])", "sum"),
        Row("due", "Senior service due, with arrears and their interest", USD, "service_due[t] + arrears[t-1] * (1 + rate[t])"),
        Row("lacks", "What the asset does not earn of its own cost", USD, "MAX(0, -available[t])", "sum"),
        Row("lack_met", "of which paid from what was trapped", USD, "MIN(lacks[t], trapped[t-1])", "sum"),
        Row("pool", "Cash and what was trapped", USD, "MAX(0, available[t]) + trapped[t-1] - lack_met[t]"),
        Row("paid_from_pool", "Paid from it", USD, "MIN(due[t], pool[t])", "sum"),
        Row("paid_from_reserve", "Paid from the debt service reserve", USD, "MIN(due[t] - paid_from_pool[t], reserve[t-1])", "sum"),
        Row("paid", "Senior service paid", USD, "paid_from_pool[t] + paid_from_reserve[t]", "sum"),
        Row("arrears", "Arrears", USD, "due[t] - paid[t]", "last"),
        *_reserve(),
        *_savings(equipment),
        *_lock_up(equipment),
    )  # fmt: skip


def _reserve() -> tuple[Part, ...]:
    return (
        Heading("Debt service reserve", level=2),
        Row("service_so_far", "Senior service so far", USD, "service_so_far[t-1] + service_due[t]"),
        Single("reserve_span", "Months of service ahead that the reserve looks at", "count", "MAX(ROUND(reserve_months, 0), 1)"),
        Row("reserve_target", "Target", USD,
            "(INDEX(service_so_far[:], MIN(number[t] + reserve_span, number_of_months)) - service_so_far[t]) / reserve_span * "
            "reserve_months"),
        Row("reserve_before", "Reserve before it is filled", USD, "reserve[t-1] - paid_from_reserve[t]"),
        Row("top_up", "Put in; below zero: released", USD,
            "IF(is_last[t] = 1, -reserve_before[t], MIN(pool[t] - paid_from_pool[t], reserve_target[t] - reserve_before[t]))", "sum"),
        Row("reserve", "Debt service reserve", USD, "reserve_before[t] + top_up[t]", "last"),
    )  # fmt: skip


def _savings(equipment: bool) -> tuple[Part, ...]:
    if not equipment:
        return ()
    return (
        Heading("Reserve for renewal", level=2),
        Row("renewal_left", "Saved, after what is bought of it", USD, "renewal_reserve[t-1] - MIN(renewal[t], renewal_reserve[t-1])"),
        Row("renewed", "Equipment bought again beyond what was saved, paid by the owners", USD,
            "renewal[t] - MIN(renewal[t], renewal_reserve[t-1])", "sum"),
        Row("saved", "Put in; below zero: released", USD,
            "IF(is_last[t] = 1, -renewal_left[t], MIN(pool[t] - paid_from_pool[t] - top_up[t], renewal_due[t]))", "sum"),
        Row("renewal_reserve", "Reserve for renewal", USD, "renewal_left[t] + saved[t]", "last"),
    )  # fmt: skip


def _lock_up(equipment: bool) -> tuple[Part, ...]:
    junior: tuple[Part, ...] = (
        Row("junior_wanted", "Vendors' service due, with arrears", USD, "junior_due[t] + junior_arrears[t-1]"),
        Row("junior_paid", "Vendors' service paid", USD, "IF(locked[t] = 1, 0, MIN(left[t], junior_wanted[t]))", "sum"),
        Row("junior_arrears", "Vendors' arrears", USD, "junior_wanted[t] - junior_paid[t]", "last"),
    )
    saved, paid = (" - saved[t]", " - junior_paid[t]") if equipment else ("", "")
    return (
        Heading("Lock-up and owners", level=2),
        Row("locked", "Owners and vendors are locked out", "flag",
            "IF(is_last[t] = 1, 0, IF(OR(available[t] < lock_up * service_due[t], arrears[t] > 0), 1, 0))", "sum", look="flag"),
        Row("left", "Left after reserves", USD, f"pool[t] - paid_from_pool[t] - top_up[t]{saved}"),
        *(junior if equipment else ()),
        Row("trapped", "Trapped", USD, f"locked[t] * (left[t]{paid})", "last"),
        Row("distribution", "Paid to the owners", USD, f"left[t]{paid} - trapped[t]", "sum"),
        Row("support", "Paid by the owners while the asset does not pay its own cost", USD, "lacks[t] - lack_met[t]", "sum"),
    )  # fmt: skip


def cost_parts(asset: str, first: str, last: str, equipment: bool) -> tuple[Part, ...]:
    """What the asset costs, who else pays of it, what begins to run, and what is bought again. `first`, `last`: keys of its phases."""
    outside: tuple[Part, ...] = ()
    net = "cost[t] - given_up[t]"
    if equipment:
        net = "lent_against[t] - customer_money[t] - vendor_credit[t]"
        outside = (
            Row("lent_against", "of which for phases that run", USD, "cost[t] - given_up[t]", "sum"),
            Single("earns", "A contract pays something that it could be earned back from", "flag",
                   "IF(SUMPRODUCT(ABS(income_secured[:])) > 0, 1, 0)", look="flag"),
            Single("customer_part", "Part that customers bring", "share",
                   "IF(AND(earns = 1, SUM(lent_against[:]) > 0), MIN(1, customer_promised / SUM(lent_against[:])), 0)"),
            Row("customer_money", "Brought by customers, in money and in kind", USD, "customer_part * lent_against[t]", "sum"),
            Single("vendor_part", "Part of the rest that vendors lend", "share",
                   "IF(SUM(lent_against[:]) - SUM(customer_money[:]) > 0, MIN(1, vendor_promised / (SUM(lent_against[:]) - "
                   "SUM(customer_money[:]))), 0)"),
            Row("vendor_credit", "Lent by vendors", USD, "vendor_part * (lent_against[t] - customer_money[t])", "sum"),
        )  # fmt: skip
    return (
        Heading("Cost"),
        Row("cost", "Paid in the month", USD, f"SUM(Phases.{asset}_{first}[t]::Phases.{asset}_{last}[t])", "sum"),
        Row("given_up", "of which for phases that never run", USD,
            f"SUM(Phases.{asset}_lost_{first}[t]::Phases.{asset}_lost_{last}[t])", "sum"),
        *outside,
        Row("net_cost", "Cost that the loan and the owners pay", USD, net, "sum"),
        Row("starts", "Cost of phases that begin to run, complete, at the price year", USD,
            f"SUM(Phases.{asset}_starts_{first}[t]::Phases.{asset}_starts_{last}[t])", "sum"),
        Row("starts_later", "of those that begin in this month or later", USD, "starts_later[t+1] + starts[t]"),
        Row("begins", "Share of what waits that begins to run", "share", "IF(starts[t] > 0, starts[t] / starts_later[t], 0)"),
        Single("cost_left", "Cost at the price date, of phases that run, less their cost when complete", USD,
               "IF(SUM(given_up[:]) = 0, SUMPRODUCT(cost[:] / price_level[:]) - SUM(starts[:]), 0)"),
    )  # fmt: skip


def renewal_parts(equipment: bool) -> tuple[Part, ...]:
    """Whether equipment is bought again at the end of its economic life, what for, and what its owner then still has."""
    if not equipment:
        return ()
    return (
        Heading("Equipment bought again at the end of its economic life, where that pays"),
        Single("life_months", "Economic life, whole months", "count", "ROUND(MAX(equipment_life, 1), 0)"),
        Single("annuity", "Value of 1 a year over that life, at the return equity asks", "1",
               "(1 - (1 + discount_rate) ^ (-equipment_life / 12)) / discount_rate"),
        Row("cash_full", "Income less running cost of all equipment, so far", USD, "cash_full[t-1] + income_full[t] - running_full[t]"),
        Row("cash_full_year", "of the last twelve months", USD,
            "cash_full[t] - IF(number[t] > 12, INDEX(cash_full[:], number[t] - 12), 0)"),
        Row("dearer", "Price of equipment over that of the first month, before general prices", "1",
            "EXP(equipment_price_drift * (month_end[t] - first_month_end) / days_of_year)"),
        Row("pays", "It would pay to buy again", "flag",
            "IF(cash_full_year[t] * annuity >= starts * price_level[t] * dearer[t], 1, 0)", look="flag"),
        Row("real_cost", "Cost of phases that run, at the price level of the price date", USD, "lent_against[t] / price_level[t]", "sum"),
        Row("life_ends", "of which comes to the end of a life", USD,
            "IF(number[t] > life_months, INDEX(real_cost[:], number[t] - life_months) + INDEX(bought_again[..t-1], number[t] - "
            "life_months + 1), 0)", "sum"),
        Row("bought_again", "of which is bought again", USD, "pays[t] * life_ends[t]", "sum"),
        Row("handed_on", "handed on to somebody else, so far", USD, "handed_on[t-1] + life_ends[t] - bought_again[t]", "last"),
        Row("owned", "Share of the equipment that its owner still has", "share",
            "MAX(0, MIN(1, 1 - handed_on[t] / IF(real_cost > 0, real_cost, 1)))"),
        Row("renewal", "Bought again, money of the day", USD, "bought_again[t] * dearer[t] * price_level[t]", "sum"),
        Row("renewal_so_far", "so far", USD, "renewal_so_far[t-1] + renewal[t]", "last"),
        Row("renewal_due", "To be saved in the month for what is bought next", USD,
            "(INDEX(renewal_so_far[:], MIN(number[t] + life_months, number_of_months)) - renewal_so_far[t]) / life_months", "sum"),
    )  # fmt: skip


def vendor_parts(equipment: bool) -> tuple[Part, ...]:
    """Vendors' credit: each part repaid in equal amounts over the months after it is drawn."""
    if not equipment:
        return ()
    return (
        Heading("Vendors' credit by schedule"),
        Single("vendor_months", "Term, whole months", "count", "MAX(ROUND(vendor_term, 0), 1)"),
        Row("vendor_rate_month", "Interest of the month", "1", "vendor_rate * days[t] / days_of_loan_year"),
        Row("vendor_drawn", "Drawn so far", USD, "vendor_drawn[t-1] + vendor_credit[t]", "last"),
        Row("vendor_running", "Sum of it over the months so far", USD, "vendor_running[t-1] + vendor_drawn[t]"),
        Row("vendor_repaid", "Repaid so far", USD,
            "(vendor_running[t-1] - IF(number[t] > vendor_months + 1, INDEX(vendor_running[:], number[t] - vendor_months - 1), 0)) "
            "/ vendor_months"),
        Row("vendor_balance", "Owed to vendors at month end", USD, "vendor_drawn[t] - vendor_repaid[t]", "last"),
        Row("junior_due", "Service due to vendors", USD,
            "vendor_repaid[t] - vendor_repaid[t-1] + vendor_balance[t-1] * vendor_rate_month[t]", "sum"),
    )  # fmt: skip


def earning_parts(equipment: bool, asset: str) -> tuple[Part, ...]:
    """Income and running cost of what the owner still has, and what a lender counts of it."""
    owned = " * owned[t]" if equipment else ""
    earned = "(income_full[t] - customer_credit[t])" if equipment else "income_full[t]"
    secured = (
        "(income_secured[t] * (1 - customer_returned) - (running_full[t] - rent_paid[t] + Building.income_secured[t]))"
        if equipment
        else "income_secured[t] * (1 - management_share)"
    )
    return (
        Heading("Income and running cost of the owner"),
        *(_customer_credit() if equipment else ()),
        Row("income", "Income", USD, f"{earned}{owned}", "sum"),
        Row("running_cost", "Running cost", USD, f"running_full[t]{owned}", "sum"),
        *((Row("rent_of_owner", "of which rent to the building", USD, "rent_paid[t] * owned[t]", "sum"),) if equipment else ()),
        Row("operating", "Income less running cost", USD, "income[t] - running_cost[t]", "sum"),
        Row("secured", "Secured: income under contract less running cost", USD, f"{secured}{owned}", "sum",
            "with the rent under contract" if equipment else "less management"),
        Row("secured_tax", "Tax on it as if there were no debt", USD,
            f"INDEX(Tax.{asset}_secured_tax[:], year[t] - first_year + 1) / months_of_year[t]", "sum"),
        Row("secured_cash", "Secured after tax: what the loan is sized and repaid on", USD, "secured[t] - secured_tax[t]", "sum"),
    )  # fmt: skip


def _customer_credit() -> tuple[Part, ...]:
    """What customers brought falls away from their payments, in step with the contracts."""
    return (
        Row("contract_due", "Income under contract above nought", USD, "MAX(0, income_secured[t])", "sum"),
        Single("customer_returned", "Part of it that customers earn back for what they brought", "share",
               "IF(contract_due > 0, MIN(1, customer_money / contract_due), 0)"),
        Row("customer_credit", "Earned back by customers, of what comes", USD,
            "MAX(0, MIN(income_full[t], contract_due[t])) * customer_returned", "sum"),
    )  # fmt: skip


def cash_parts(asset: str) -> tuple[Part, ...]:
    """From income to the cash of the month: running cost, working capital, tax."""
    return (
        Heading("Working capital and tax"),
        Row("working_capital", "Income due and not paid yet, at month end", USD,
            "IF(is_last[t] = 1, 0, income[t] * receivable_days / days[t])", "last"),
        Row("working_capital_change", "Change of it", USD, "working_capital[t] - working_capital[t-1]", "sum"),
        Row("working_capital_most", "The most it has been", USD, "MAX(0, working_capital_most[t-1], working_capital[t])"),
        Row("working_capital_funded", "Rise above it, which the owners pay until everything runs", USD,
            "IF(AND(MAX(begins[:]) > 0, OR(number[t] = 1, begins_later[t-1] > 0)), working_capital_most[t] - working_capital_most[t-1], 0)",
            "sum"),
        Row("profit", "Income less running cost and interest", USD, "operating[t] - interest[t]", "sum"),
        Row("tax", "Tax, in equal parts over the year", USD,
            f"INDEX(Tax.{asset}_tax[:], year[t] - first_year + 1) / months_of_year[t]", "sum"),
        Row("cash", "Cash after working capital and tax", USD,
            "operating[t] - (working_capital_change[t] - working_capital_funded[t]) - tax[t]", "sum"),
    )  # fmt: skip


def owner_parts(equipment: bool) -> tuple[Part, ...]:
    """What owners put in and get, cover ratios, and the books of the asset."""
    others = " - customer_money[t] - vendor_credit[t]" if equipment else ""
    brought = " + customer_money[t] + vendor_credit[t]" if equipment else ""
    again = " + renewed[t]" if equipment else ""
    residual: tuple[Part, ...] = (
        Heading("Worth at the end"),
        Row("life_left", "Share of the economic life that is left at the end", "share",
            "MAX(0, 1 - (last_month_end - month_end[t]) / (building_life * days_of_year))"),
        Row("residual", "Cost at the prices of the end, times that share", USD,
            "(cost[t] - given_up[t]) * life_left[t] * INDEX(price_level[:], number_of_months) / price_level[t]", "sum"),
        Single("residual_value", "Worth at the end", USD, "SUM(residual[:])"),
    )  # fmt: skip
    return (
        *(() if equipment else residual),
        Heading("Owners"),
        Row("investment", "Put in by the owners", USD,
            f"cost[t] + carry[t] - drawn[t]{others} + working_capital_funded[t] + gap[t] + support[t]{again}", "sum"),
        Row("equity_flow", "Owners' flow after debt and tax", USD,
            "distribution[t] - investment[t]" + ("" if equipment else " + is_last[t] * residual_value"), "sum"),
        Row("worth", "Value at the start of 1 in this month, at the return equity asks", "1",
            "(1 + discount_rate) ^ ((first_month_end - month_end[t]) / days_of_year_return)"),
        Single("npv", "Net present value to the owners", USD, "SUMPRODUCT(equity_flow[:], worth[:])"),
        Row("project_flow", "Flow before debt", USD,
            "cash[t] - working_capital_funded[t] - cost[t]" + (" - renewal[t]" if equipment else " + is_last[t] * residual_value"), "sum"),
        *_ratios(),
        Heading("Books"),
        Row("held", "Held in reserves and trapped", USD,
            "reserve[t] + trapped[t]" + (" + renewal_reserve[t]" if equipment else ""), "last"),
        Row("sources", "Sources", USD, f"operating[t] + drawn[t] + investment[t]{brought}", "sum"),
        Row("uses", "Uses", USD,
            "cost[t] + carry[t] + tax[t] + gap[t] + working_capital_change[t] + paid[t] + distribution[t]"
            " + held[t] - held[t-1]" + (" + renewal[t] + junior_paid[t]" if equipment else ""), "sum"),
        Row("books", "Sources less uses", USD, "ROUND(sources[t] - uses[t], 2)", "sum", look="check"),
        Row("debt_roll", "Debt at the end less what was drawn, accrued and paid", USD,
            "ROUND(waiting[t] + balance[t] - waiting[t-1] - balance[t-1] - drawn[t] - interest[t] + service[t] + "
            "gap[t], 2)", "sum", look="check"),
        Row("cash_roll", "Cash in less cash out and held", USD,
            "ROUND(available[t] + support[t] - paid[t] - distribution[t] - held[t] + held[t-1]"
            + (" - junior_paid[t] - MIN(renewal[t], renewal_reserve[t-1])" if equipment else "") + ", 2)", "sum", look="check"),
    )  # fmt: skip


def balance_parts(equipment: bool) -> tuple[Part, ...]:
    """Book value over the book life, book profit, and the balance sheet: assets less debt and equity, nought in every month."""
    return (*_book_value(), *_book_profit(equipment), *_balance_sheet(equipment))


def _book_value() -> tuple[Part, ...]:
    return (
        Heading("Book value", "Straight-line over the book life; tax follows the law's tables, renewal the economic life."),
        Single("book_months", "Book life, whole months", "count", "MAX(ROUND(book_life, 0), 1)"),
        Row("placed_so_far", "Placed in service so far", USD, "placed_so_far[t-1] + placed[t]", "last"),
        Row("placed_running", "Sum of it over the months so far", USD, "placed_running[t-1] + placed_so_far[t]"),
        Row("written_off", "Book depreciation so far", USD,
            "(placed_running[t-1] - IF(number[t] > book_months + 1, INDEX(placed_running[:], number[t] - book_months - 1), 0)) "
            "/ book_months", "last"),
        Row("book_depreciation", "Book depreciation", USD, "written_off[t] - written_off[t-1]", "sum"),
        Row("book_value", "Book value of what has been placed in service", USD, "placed_so_far[t] - written_off[t]", "last"),
    )  # fmt: skip


def _book_profit(equipment: bool) -> tuple[Part, ...]:
    vendors: tuple[Part, ...] = (
        Row("vendor_interest", "Interest of vendors", USD,
            "vendor_balance[t] - vendor_balance[t-1] + junior_arrears[t] - junior_arrears[t-1] - vendor_credit[t] + junior_paid[t]", "sum"),
    )  # fmt: skip
    return (
        Heading("Book profit"),
        Row("late_interest", "Interest on arrears", USD, "arrears[t] - arrears[t-1] - service_due[t] + paid[t]", "sum"),
        *(vendors if equipment else ()),
        Row("book_profit", "Profit after book depreciation, all interest and tax", USD,
            f"operating[t] - interest[t] - late_interest[t]{' - vendor_interest[t]' if equipment else ''} - tax[t] - book_depreciation[t]",
            "sum"),
    )  # fmt: skip


def _balance_sheet(equipment: bool) -> tuple[Part, ...]:
    again, brought, vendors = (
        (" + renewal[t]", " + customer_money[t]", " + vendor_balance[t] + junior_arrears[t]") if equipment else ("", "", "")
    )
    return (
        Heading("Balance sheet"),
        Row("under_way", "Cost not placed in service yet, with interest and fees while building", USD,
            f"under_way[t-1] + cost[t] + carry[t]{again} - placed[t]", "last",
            "the cost of phases given up, and interest and fees, stay here"),
        Row("assets", "Assets: cost under way, book value, income due, reserves and trapped cash", USD,
            "under_way[t] + book_value[t] + working_capital[t] + held[t]", "last"),
        Row("debt", "Debt: senior loan, arrears" + (", vendors" if equipment else ""), USD,
            f"waiting[t] + balance[t] + arrears[t]{vendors}", "last"),
        Row("equity", "Equity: put in" + (", brought by customers" if equipment else "") + ", profit kept", USD,
            f"equity[t-1] + investment[t]{brought} + book_profit[t] - distribution[t]", "last"),
        Row("balance_sheet", "Assets less debt and equity", USD, "ROUND(assets[t] - debt[t] - equity[t], 2)", "sum", look="check"),
    )  # fmt: skip


def _ratios() -> tuple[Part, ...]:
    return (
        Heading("Cover"),
        Row("net_service", "Scheduled interest and principal", USD, "interest[t] + principal[t]", "sum"),
        Single("largest_debt", "Largest debt of what runs", USD, "MAX(balance[:])"),
        Row("cover", "Cover of the month", "1", 'IF(net_service[t] > rounding * largest_debt, available[t] / net_service[t], "")', "min"),
        Row("cash_so_far", "Cash available so far", USD, "cash_so_far[t-1] + available[t]"),
        Row("net_service_so_far", "Service so far", USD, "net_service_so_far[t-1] + net_service[t]"),
        Row("serves", "Service is due", "flag", "IF(net_service[t] > rounding * largest_debt, 1, 0)", look="flag"),
        Row("served", "Months of service so far", "count", "served[t-1] + serves[t]"),
        Row("service_year", "Service of the last twelve months", USD,
            "net_service_so_far[t] - IF(number[t] > 12, INDEX(net_service_so_far[:], number[t] - 12), 0)"),
        Row("cash_year", "Cash of the last twelve months", USD,
            "cash_so_far[t] - IF(number[t] > 12, INDEX(cash_so_far[:], number[t] - 12), 0)"),
        Row("cover_year", "Cover over the last twelve months", "1",
            'IF(AND(served[t] >= 12, serves[t] = 1, service_year[t] > 0), cash_year[t] / service_year[t], "")'),
        Single("dscr", "Least cover over any twelve months", "1", 'IF(COUNT(cover_year[:]) > 0, MIN(cover_year[:]), "no debt")'),
        Row("service_positive", "Service above nought", USD, "serves[t] * net_service[t]", "sum"),
        Row("cash_where_due", "Cash of months with service", USD, "serves[t] * available[t]", "sum"),
        Single("dscr_average", "Average cover", "1", 'IF(service_positive > 0, cash_where_due / service_positive, "no debt")'),
        Single("largest_at", "Month of the largest debt", "count", "MATCH(largest_debt, balance[:], 0)"),
        Row("life_cash", "Cash until the loan is repaid, at the loan's rate", USD,
            "IF(AND(number[t] > largest_at, serves[t] = 1), available[t] * discount[t], 0)", "sum"),
        Row("project_cash", "Cash of all later months, at the loan's rate", USD,
            "IF(number[t] > largest_at, available[t] * discount[t], 0)", "sum"),
        Single("llcr", "Loan life cover", "1",
               'IF(largest_debt > 0, life_cash / INDEX(discount[:], largest_at) / largest_debt, "no debt")'),
        Single("plcr", "Project life cover", "1",
               'IF(largest_debt > 0, project_cash / INDEX(discount[:], largest_at) / largest_debt, "no debt")'),
        Row("late_months", "Month ends on end at which service is unpaid", "count",
            "IF(arrears[t] > breach_arrears, late_months[t-1] + 1, 0)", "max"),
        Row("breach", "In breach, from the knowledge date on", "flag",
            "IF(month_end[t] > known_date, MAX(IF(ISNUMBER(cover_year[t]), IF(cover_year[t] < cover_default, 1, 0), 0), "
            "IF(late_months[t] >= months_to_cure, 1, 0)), 0)", "max", look="flag"),
        Single("breach_arrears", "Arrears that count as a breach", USD, "arrears_that_count * MAX(paid[:])"),
        Single("breach_date", "First breach", "date", 'IF(MAX(breach[:]) > 0, INDEX(month_end[:], MATCH(1, breach[:], 0)), "never")'),
    )  # fmt: skip
