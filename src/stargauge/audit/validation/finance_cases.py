"""The forms of reference cases that can be recomputed: what each needs, what it gives, and our functions that give it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.validation.finance_form import Case, Form, Values, one_day
from stargauge.quantity.effects.sobol import golden_points, radial_points, sobol_indices
from stargauge.quantity.finance import cashflow, input_output, loan
from stargauge.quantity.finance.capital_cost import weighted_capital_cost
from stargauge.quantity.finance.cash_path import cash_path, first_gap_period, peak_gap
from stargauge.quantity.finance.circulation import circulation
from stargauge.quantity.finance.day_count import CONVENTIONS
from stargauge.quantity.finance.depreciation import Convention, deduction_shares
from stargauge.quantity.finance.financed_price import Parts, SupplyRules, Terms, financed_price, supply_flows
from stargauge.quantity.finance.levelised_cost import per_million_tokens, per_sold_hour, yearly_capital, yearly_electricity
from stargauge.quantity.finance.project_finance import Rules, waterfall
from stargauge.quantity.finance.single_owner import SingleOwner, single_owner
from stargauge.quantity.schedule.crew_schedule import shortest_with_crews
from stargauge.quantity.schedule.network import Passes, Precedence, passes
from stargauge.quantity.statistics import copula
from stargauge.quantity.statistics.beta_pert import BetaPert, pert_mean, pert_variance
from stargauge.quantity.statistics.normal import normal_cdf
from stargauge.quantity.statistics.reference_class import body_mean
from stargauge.quantity.weather.weather import YEAR_HOURS

Array = NDArray[np.float64]

#: Energy a year in kWh where a single-owner case states none: 100 MW in every hour, as the other cases of that form have it.
_ENERGY = 1e5 * YEAR_HOURS
#: The rate at which a single-owner case is valued where it states none, in per cent.
_VALUED_AT = 8.0
#: Rows of the sample from which Sobol indices are estimated.
_ROWS = 4096


def form_of(topic: str, inputs: Values, expected: Values) -> Form | None:
    """The form of a case: of those whose inputs are there and that give a result asked for, the one with the topic, else with most in
    common."""
    words = frozenset(re.findall(r"[a-z0-9]+", topic.lower()))
    able = [form for form in FORMS if set(form.needs) <= set(inputs) and form.covers(expected)]
    return max(able, key=lambda form: (bool(form.topics & words), form.covers(expected), len(form.needs)), default=None)


# --- values and rates -------------------------------------------------------------------------------------------------------------


def _one_rate(rates: cashflow.Rates) -> Any:
    """The one rate, None where there is none, and all of them where there are several."""
    found = [float(one) for one in np.atleast_1d(rates.rates) if np.isfinite(one)]
    return found[0] if len(found) == 1 else found or None


def _dated_rate(case: Case) -> dict[str, Any]:
    return {"xirr": _one_rate(cashflow.internal_rates(case.numbers("amounts"), cashflow.dated(case.days("dates"))))}


def _dated_value(case: Case) -> dict[str, Any]:
    return {"xnpv": cashflow.present_value(case.number("rate"), case.numbers("amounts"), cashflow.dated(case.days("dates")))}


def _slices(case: Case, name: str) -> list[Array]:
    """The flows, or the slices of them that are asked for."""
    flows = case.numbers("flows")
    if name not in case.inputs:
        return [flows]
    return [flows[: int(one)] if np.ndim(one) == 0 else flows[int(one[0]) : int(one[1])] for one in case.inputs[name]]


def _rate(case: Case) -> dict[str, Any]:
    found = [_one_rate(cashflow.internal_rates(flows)) for flows in _slices(case, "cases")]
    every = [float(one) for one in cashflow.internal_rates(case.numbers("flows")).rates if np.isfinite(one)]
    wants_list = isinstance(case.expected.get("irr"), Sequence)
    return {
        "irr": found if wants_list and "cases" in case.inputs else every if wants_list else found[0], "rates": every, "count": len(every),
    }  # fmt: skip


def _modified_rate(case: Case) -> dict[str, Any]:
    rates = np.atleast_1d(case.numbers("reinvest"))
    series = _slices(case, "n") * (len(rates) if "n" not in case.inputs else 1)
    finance = np.broadcast_to(case.numbers("finance_rate"), rates.shape)
    found = [cashflow.modified_rate(flows, f, r) for flows, f, r in zip(series, finance, rates, strict=True)]
    return {"mirr": found if isinstance(case.expected.get("mirr"), Sequence) else found[0]}


def _payment(case: Case) -> dict[str, Any]:
    loaned = case.number("rate"), case.number("nper"), -case.number("pv")
    return {"pmt_end": cashflow.level_payment(*loaned), "pmt_begin": cashflow.level_payment(*loaned, at_start=True)}


def _interest(case: Case) -> dict[str, Any]:
    loaned = case.number("rate_year") / 12.0, 12.0 * case.number("years"), case.number("pv")
    out: dict[str, Any] = {"payment": cashflow.level_payment(*loaned)}
    for name in case.expected:
        if match := re.fullmatch(r"interest_months?_(\d+)(?:_(\d+))?", name):
            out[name] = cashflow.cumulative_interest(*loaned, int(match[1]), int(match[2] or match[1]))
    return out


def _capital_cost(case: Case) -> dict[str, Any]:
    return {"wacc": weighted_capital_cost(*(case.number(name) for name in ("E", "D", "ke", "kd", "t")))}


def _day_counts(case: Case) -> dict[str, Any]:
    rows = case.expected["rows"]
    return {"rows": [{name: _day_count(row, name) for name in row} for row in rows]}


def _day_count(row: Values, name: str) -> Any:
    if name in CONVENTIONS:
        return CONVENTIONS[name](one_day(row["start"]), one_day(row["end"]))
    return row[name] if name in ("start", "end") else None


# --- tax --------------------------------------------------------------------------------------------------------------------------


def _tax_shares(case: Case, name: str) -> Array:
    """The table called `5_HY`, `7_MQ4`. Raises ValueError for another name."""
    match = re.fullmatch(r"(\d+)_(HY|MQ([1-4]))", name)
    if match is None:
        raise ValueError(f'no table "{name}"; expected recovery period and convention, such as 5_HY or 7_MQ4')
    return np.asarray(case.tax_table(int(match[1]))[Convention(int(match[3] or 0))])


def _tax_tables(case: Case) -> dict[str, Any]:
    return {"percent": {name: 100.0 * _tax_shares(case, name) for name in case.expected["percent"]}}


def _deductions(case: Case) -> dict[str, Any]:
    table = _tax_shares(case, str(case.inputs["table"]))[None]
    return {"deduction": case.number("basis") * deduction_shares(table, 0, case.number("bonus", 0.0))}


# --- debt -------------------------------------------------------------------------------------------------------------------------


def _sculpted(case: Case) -> dict[str, Any]:
    cash, cover, rate = case.numbers("cfads"), case.number("dscr"), case.number("rate")
    debt = float(loan.sculpted_debt(cash, np.asarray(cover), np.asarray(rate)))
    plan = loan.debt_schedule(debt, cash / cover, rate)
    return {
        "debt": debt, "debt_service": cash / cover, "principal": plan.principal, "interest": plan.interest, "closing": plan.closing,
        "llcr": loan.cover_to_maturity(cash, rate, debt), "average_life": loan.average_life(plan.principal),
    }  # fmt: skip


def _capped(case: Case) -> dict[str, Any]:
    cash, rate = case.numbers("cfads"), case.number("rate")
    carried = loan.sculpted_debt(cash, np.asarray(case.number("dscr_min")), np.asarray(rate))
    size = loan.debt_size(np.asarray(case.number("cost")), np.asarray(case.number("max_ltc")), carried)
    cover = loan.cover_to_maturity(cash, rate, size.debt)
    plan = loan.debt_schedule(float(size.debt), cash / cover, rate)
    return {
        "debt": size.debt, "dscr": cover, "principal": plan.principal, "interest": plan.interest, "closing": plan.closing,
        "binding": str(size.binding),
    }  # fmt: skip


def _construction(case: Case) -> dict[str, Any]:
    drawn = loan.construction_loan(
        case.numbers("costs"), case.number("gearing"), case.number("rate_year"), case.number("commitment_fee_year"),
        case.number("upfront_fee"),
    )  # fmt: skip
    return {
        "debt": drawn.debt, "equity": drawn.equity, "idc": drawn.interest, "commitment": drawn.commitment_fee,
        "upfront_fee": drawn.upfront_fee, "total_uses": drawn.debt + drawn.equity, "draws": drawn.draws,
    }  # fmt: skip


def _owner(case: Case, cap: bool) -> tuple[SingleOwner, float]:
    """The single-owner case, with its debt held to the stated share of the cost or not; and the cost."""
    cost, years = case.number("capcost"), int(case.number("analysis_years", 25.0))
    revenue = np.full(years, case.number("ppa") * case.number("energy_kwh_year", _ENERGY))
    growth = (1.0 + case.number("inflation", 0.0)) ** np.arange(years)
    federal, state = case.number("federal_tax", 0.21), case.number("state_tax", 0.0)
    named = re.search(r"(\d+)-yr", str(case.inputs.get("depreciation", "5-yr")))
    shares = deduction_shares(case.tax_table(int(named[1]) if named else 5), Convention.HALF_YEAR, case.number("bonus", 0.0))[:years]
    most = case.number("maxfrac", 100.0) / 100.0 * cost if cap and case.number("limit", 0.0) else np.inf
    if case.number("debt_option", 1.0) == 0.0:
        most = min(most, case.number("debt_percent") / 100.0 * cost)
    made = single_owner(
        cost, revenue, case.number("om") * growth, cost * np.concatenate([shares, np.zeros(years - len(shares))]),
        cover=case.number("dscr"), tenor=int(case.number("tenor")), debt_rate=case.number("rate") / 100.0,
        tax_rate=federal * (1.0 - state) + state, most_debt=most,
    )  # fmt: skip
    return made, cost


def _single_owner(case: Case) -> dict[str, Any]:
    made, cost = _owner(case, cap=True)
    years = len(made.tax) - 1
    rate, share = made.rate_of_return(), 100.0 * made.debt / cost
    opex = case.number("om") * (1.0 + case.number("inflation", 0.0)) ** np.arange(years)
    revenue = np.full(years, case.number("ppa") * case.number("energy_kwh_year", _ENERGY))
    return {
        "debt": made.debt, "equity": made.equity, "installed": cost, "irr": 100.0 * rate if np.isfinite(rate) else None,
        "npv": made.value(case.number("discount_rate", _VALUED_AT) / 100.0), "min_dscr": made.cover, "debt_fraction": share,
        "debt_fraction_pct": share, "cfads": made.cash_for_debt, "prin": made.principal, "intr": made.interest, "bal": made.balance,
        "at": made.after_tax, "pt": made.before_tax, "dep": made.deduction, "tax": made.tax, "rev": np.array([0.0, *revenue]),
        "opex": np.array([0.0, *opex]),
    }  # fmt: skip


def _supply(case: Case) -> tuple[Parts, SupplyRules]:
    energy, spending = case.numbers("energy"), case.numbers("spending")
    if energy.ndim != 2:
        raise ValueError('"energy" must be a list of parts, each a list of years')
    for name in ("capital", "upkeep", "running", "fuel_use", "credit", "deductions", "sold"):
        of, length = ("year", energy.shape[1]) if name in ("deductions", "sold") else ("part", energy.shape[0])
        if name in case.inputs and case.numbers(name).shape != (length,):
            raise ValueError(f'"{name}" must be a list of {length} numbers, one for each {of} of "energy"')
    if spending.ndim != 1 or not np.isclose(spending.sum(), 1.0):
        raise ValueError(f'"spending" must be a list of shares that are 1 in all, got {spending.sum():.6g}')
    parts = {name: case.numbers(name) for name in Parts._fields}
    listed = {name: case.numbers(name) for name in ("spending", "deductions")}
    return Parts(**parts), SupplyRules(**{name: listed[name] if name in listed else case.number(name) for name in SupplyRules._fields})


def _priced_energy(case: Case) -> dict[str, Any]:
    """Sold is what all parts give, unless it is stated."""
    parts, rules = _supply(case)
    sold = case.numbers("sold") if "sold" in case.inputs else case.numbers("energy").sum(axis=0)
    accrues, years = case.inputs.get("accrues", True), case.number("debt_years")
    if not isinstance(accrues, bool):
        raise ValueError(f'"accrues" must be true or false, got {accrues!r}')
    if years != round(years):
        raise ValueError(f'"debt_years" must be whole years, got {years}')
    terms = Terms(
        case.number("debt_share"), case.number("debt_rate"), round(years), case.number("equity_rate"), case.number("tax_rate"),
        case.number("price_growth", 0.0), accrues,
    )  # fmt: skip
    made = financed_price(supply_flows(parts, rules, sold), terms)
    return {**made._asdict(), "capital_part": made.capital_part}


def _waterfall(case: Case) -> dict[str, Any]:
    """Period by period: the form shows what is short or trapped in each, and carries neither forward."""
    reserve, rows = case.number("dsra_start"), []
    for cash, due, target in zip(case.numbers("cfads"), case.numbers("debt_service"), case.numbers("dsra_target"), strict=True):
        one, nothing = np.array([[cash]]), np.zeros((1, 1))
        rules = Rules(np.array([case.number("lockup")]), np.array([[target]]), nothing, nothing)
        out = waterfall(one, nothing, np.array([[due]]), nothing, rules, reserve, releases=False)
        reserve = float(out.reserve[0, 0])
        rows.append({
            "dscr": cash / due if due else np.nan, "paid": out.paid[0, 0], "shortfall": out.arrears[0, 0], "dsra": reserve,
            "distribution": out.distribution[0, 0], "trapped": out.trapped[0, 0],
        })  # fmt: skip
    return {"rows": rows}


# --- funding ----------------------------------------------------------------------------------------------------------------------


def _gap(case: Case) -> dict[str, Any]:
    path = cash_path(case.number("opening_cash"), case.numbers("committed_inflow"), case.numbers("outflow"))
    first = float(first_gap_period(path))
    return {"cash_path": path, "peak_gap": peak_gap(path), "first_gap_period": first if np.isfinite(first) else None}


def _round_trips(case: Case) -> dict[str, Any]:
    parties = [str(one) for one in case.inputs["parties"]]
    matrix = case.numbers("annual_flow_matrix_from_to")
    if matrix.shape != (len(parties), len(parties)):
        raise ValueError(f"the matrix must have {len(parties)} rows and columns, one per party; it has the shape {matrix.shape}")
    origin, target = np.nonzero(matrix)
    found = circulation(origin, target, matrix[origin, target], len(parties))
    most = max(found.cycles, key=lambda one: one.amount, default=None)
    shares = {
        f"share_of_{party.lower()}_outflow_round_tripped": None if np.isnan(share) else share
        for party, share in zip(parties, found.round_trip_share, strict=True)
    }
    return {
        "net": found.net, "cycle_flow": most.amount if most else 0.0,
        "cycle": [parties[one] for one in (*most.parties, most.parties[0])] if most else [], "total": found.total, **shares,
    }  # fmt: skip


# --- unit cost, work, schedules ---------------------------------------------------------------------------------------------------


def _levelised(case: Case) -> dict[str, Any]:
    costs = np.array([case.number("chip_usd_per_gpu"), case.number("infra_usd_per_gpu")])
    available = case.number("availability", 1.0)
    capital = yearly_capital(costs, np.array([case.number("life_chip"), case.number("life_infra")]), case.number("discount"))
    power = yearly_electricity(case.number("kw_per_gpu") * 1e3, case.number("pue"), case.number("power_usd_per_kwh") / 1e3, available)
    opex = case.number("opex_frac_of_capex", 0.0) * costs.sum()
    hour = per_sold_hour(capital + power + opex, available * case.number("utilisation"))
    return {"capital_per_year": capital, "electricity_per_year": power, "opex_per_year": opex, "usd_per_sold_gpu_hour": hour}


def _tokens(case: Case) -> dict[str, Any]:
    return {"usd_per_million_tokens": per_million_tokens(case.number("usd_per_gpu_hour"), case.number("tokens_per_s_per_gpu"))}


def _leontief(case: Case) -> dict[str, Any]:
    inverse = input_output.leontief_inverse(case.numbers("A"))
    return {"inverse": inverse, "dx": inverse @ case.numbers("dy"), "output_multipliers": inverse.sum(axis=0)}


def _multipliers(case: Case) -> dict[str, Any]:
    table, jobs = case.numbers("A"), case.numbers("jobs_per_musd")
    one = input_output.leontief_inverse(table)
    closed = input_output.with_households(table, case.numbers("household_income"), case.numbers("household_consumption"))
    two = input_output.leontief_inverse(closed)
    types = [input_output.employment_multipliers(inverse, jobs) for inverse in (one, two)]
    direct = jobs * case.numbers("final_demand_musd")
    return {
        "L1": one, "L2": two, "type1_employment": types[0], "type2_employment": types[1], "jobs_direct": direct.sum(),
        "jobs_type1": direct @ types[0], "jobs_type2": direct @ types[1],
    }  # fmt: skip


def _person_months(case: Case) -> dict[str, Any]:
    names = ("cost_usd", "labour_share", "loaded_hourly", "hours_per_month")
    months = input_output.person_months(*(np.asarray(case.number(name)) for name in names))
    return {"person_months": months, "person_years": months / 12.0}


def _network(activities: Mapping[str, Values]) -> Precedence:
    """The predecessors of each activity by place. Raises ValueError for one that is not there or stands later."""
    names = list(activities)
    for name, one in activities.items():
        if missing := [other for other in one["pred"] if other not in names[: names.index(name)]]:
            raise ValueError(f'activity "{name}" waits for "{missing[0]}", which must stand before it')
    return [[names.index(other) for other in one["pred"]] for one in activities.values()]


def _pert(case: Case) -> dict[str, Any]:
    activities: Mapping[str, Values] = case.inputs["activities"]
    mean = np.array([float(pert_mean(one["a"], one["m"], one["b"])) for one in activities.values()])
    spread = np.array([float(pert_variance(one["a"], one["b"])) for one in activities.values()])
    found: Passes = passes(mean[None], _network(activities))
    critical = found.critical[0]
    return {
        "te": dict(zip(activities, mean, strict=True)), "var": dict(zip(activities, spread, strict=True)),
        "critical": [name for name, one in zip(activities, critical, strict=True) if one], "duration": found.end[0],
        "path_variance": spread[critical].sum(),
    }  # fmt: skip


def _pert_path(case: Case) -> dict[str, Any]:
    least, likely, most = case.numbers("abm").T
    mean, variance = pert_mean(least, likely, most).sum(), pert_variance(least, most).sum()
    return {"duration": mean, "variance": variance, "p": normal_cdf(np.asarray((case.number("due") - mean) / np.sqrt(variance)))}


def _crews(case: Case) -> dict[str, Any]:
    activities: Mapping[str, Values] = case.inputs["activities"]
    capacity: Mapping[str, int] = case.inputs["capacity"]
    before = _network(activities)
    lasts = [int(one["duration"]) for one in activities.values()]
    crews = [[int(one["use"].get(name, 0)) for name in capacity] for one in activities.values()]
    best, proved = shortest_with_crews(lasts, before, crews, [int(one) for one in capacity.values()])
    if not proved:
        raise ValueError(f"the shortest schedule was not found within the search; the best has {best} periods")
    return {"optimal_makespan": best, "cpm_makespan": passes(np.array([lasts], dtype=np.float64), before).end[0]}


# --- uncertainty ------------------------------------------------------------------------------------------------------------------


def _beta_pert(case: Case) -> dict[str, Any]:
    made = BetaPert(case.number("a"), case.number("m"), case.number("b"), case.number("lam", 4.0))
    alpha, beta = made.shapes
    levels = {name: made.quantile(int(name[1:]) / 100.0) for name in case.expected if re.fullmatch(r"p\d{1,2}", name)}
    return {"alpha": alpha, "beta": beta, "mean": made.mean, "sd": made.sd, **levels}


def _tail(case: Case) -> dict[str, Any]:
    return {"body_mean": body_mean(case.number("mean"), case.number("p_tail"), case.number("tail_mean"))}


def _sensitivity(case: Case) -> dict[str, Any]:
    """Indices of the Ishigami function sin x1 + a sin^2 x2 + b x3^4 sin x1 on (-pi, pi), estimated as those of the model are."""
    a, b = case.number("a"), case.number("b")

    def ishigami(u: Array) -> Array:
        x = (2.0 * u - 1.0) * np.pi
        return np.asarray(np.sin(x[..., 0]) + a * np.sin(x[..., 1]) ** 2 + b * x[..., 2] ** 4 * np.sin(x[..., 0]))

    found = sobol_indices(*(ishigami(part) for part in radial_points(golden_points(_ROWS, 6))))
    return {"S1": found.first, "ST": found.total}


def _ranks(case: Case) -> dict[str, Any]:
    rho = case.numbers("rho")
    return {"spearman": copula.spearman(rho), "kendall": copula.kendall(rho)}


def _form(name: str, topics: str, needs: str, gives: str, make: Callable[[Case], dict[str, Any]]) -> Form:
    return Form(name, frozenset(topics.split()), tuple(needs.split()), tuple(gives.split()), make)


_OWNER_GIVES = r"debt equity installed irr npv min_dscr debt_fraction(_pct)? cfads prin intr bal at pt dep tax rev opex"
#: Every form, each with the words of its topic, the inputs it needs and the results it gives.
FORMS: tuple[Form, ...] = (
    _form("rate of dated flows", "xirr", "dates amounts", "xirr", _dated_rate),
    _form("value of dated flows", "xnpv", "dates amounts rate", "xnpv", _dated_value),
    _form("internal rate", "irr", "flows", "irr rates count", _rate),
    _form("modified rate", "mirr", "flows finance_rate reinvest", "mirr", _modified_rate),
    _form("level payment", "payment pmt", "rate nper pv", "pmt_end pmt_begin", _payment),
    _form("cumulative interest", "interest cumipmt", "rate_year years pv", r"payment interest_months?_\d+(_\d+)?", _interest),
    _form("tax tables", "macrs", "", "percent", _tax_tables),
    _form("tax deductions", "macrs bonus", "basis table", "deduction", _deductions),
    _form("sculpted debt", "sculpted", "cfads dscr rate", "debt debt_service principal interest closing llcr average_life", _sculpted),
    _form("capped debt", "ltc", "cfads dscr_min rate cost max_ltc", "debt dscr principal interest closing binding", _capped),
    _form(
        "construction loan", "idc construction", "costs gearing rate_year commitment_fee_year upfront_fee",
        "debt equity idc commitment upfront_fee total_uses draws", _construction,
    ),
    _form("single owner", "single owner sizing", "capcost ppa om dscr tenor rate", _OWNER_GIVES, _single_owner),
    _form(
        "price of energy", "energy lcoe", "capital upkeep running fuel_use energy credit soft_share soft_upkeep fuel_price "
        "fuel_growth upkeep_growth spending deductions basis_cut debt_share debt_rate debt_years equity_rate tax_rate",
        "price running_part capital_part revenue interest principal tax cover equity", _priced_energy,
    ),
    _form("day counts", "day count", "", "rows", _day_counts),
    _form("cost of capital", "wacc", "E D ke kd t", "wacc", _capital_cost),
    _form(
        "levelised cost", "levelised levelized", "chip_usd_per_gpu infra_usd_per_gpu kw_per_gpu discount life_chip life_infra "
        "power_usd_per_kwh pue utilisation", "capital_per_year electricity_per_year opex_per_year usd_per_sold_gpu_hour", _levelised,
    ),
    _form("cost of tokens", "tokens", "usd_per_gpu_hour tokens_per_s_per_gpu", "usd_per_million_tokens", _tokens),
    _form("input and output", "leontief", "A dy", "inverse dx output_multipliers", _leontief),
    _form(
        "multipliers of jobs", "multipliers", "A household_income household_consumption jobs_per_musd final_demand_musd",
        "L1 L2 type1_employment type2_employment jobs_direct jobs_type1 jobs_type2", _multipliers,
    ),
    _form("network", "pert", "activities", "te var critical duration path_variance", _pert),
    _form("path", "pert", "abm due", "duration variance p", _pert_path),
    _form("beta-PERT", "beta", "a m b", r"alpha beta mean sd p\d{1,2}", _beta_pert),
    _form("reference class", "class", "mean p_tail tail_mean", "body_mean", _tail),
    _form("variance shares", "sobol", "a b", "S1 ST", _sensitivity),
    _form("rank correlation", "copula", "rho", "spearman kendall", _ranks),
    _form("waterfall", "waterfall", "cfads debt_service dsra_target lockup dsra_start", "rows", _waterfall),
    _form("round trips", "round", "parties annual_flow_matrix_from_to", r"net cycle_flow cycle total share_of_.*_outflow_round_tripped",
          _round_trips),
    _form("funding gap", "gap", "opening_cash committed_inflow outflow", "cash_path peak_gap first_gap_period", _gap),
    _form("person-months", "person", "cost_usd labour_share loaded_hourly hours_per_month", "person_months person_years", _person_months),
    _form("shared crews", "resource", "activities capacity", "optimal_makespan cpm_makespan", _crews),
)  # fmt: skip
