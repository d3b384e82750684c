"""Who pays for an order of build, each within its means: rows that keep it fundable, and the division of its capital afterwards.

left_p(t) = means_p(t) - capital p brings to what is under way - equity and loans p passes on, both from its newest cash statement     (1)
never more than the room by its own policy where it states one (a cash floor, a ceiling of debt), nor than what is left later. By the
means `liquidity` what is left is also at most L_p(t) / (1 - l): the party's cash path, with all that it earns, pays under contracts and has
to repay, and borrowing at the market's share l for what it spends.

Lenders pay at most the share of the capital of a site's buildings that they lend there for what is under way: the lesser of loan to cost
and what the cover of debt service allows; where nothing is under way the loan to cost agreed there, else that of the market. Parties that
own, lease or fund a site, and those whose money is pledged to the programme as a whole, may pay the rest. What a party without accounts
could pay is not knowable: it pays at most its present share of its sites. So what the others have to bring until a year end, need_s(t), can
be paid if and only if for every set of sites (a theorem of Hall 1935, as flows of Ford and Fulkerson 1956; for one year end)

    sum over the sites of need_s(t)  <=  sum of left_p(t) over the parties that may pay for any of them                                (2)

Money is USD of the day throughout, since means are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.money.money import knowable
from stargauge.engine.spread import quantiles
from stargauge.plan.build_order.case.case import BuildCase, BuildOrder, Choice, Limit
from stargauge.plan.build_order.case.limits import binding
from stargauge.plan.build_order.case.takes import Takes
from stargauge.plan.build_order.case.worlds import read
from stargauge.programme.known import Known
from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.instruments import EQUIPMENT, ROLE
from stargauge.quantity.quantity import MEANS as SOURCES_OF_MONEY
from stargauge.quantity.spoken import say

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

NOBODY = "nobody"
#: What a party has, each with those before it; and the last, held to what keeps it liquid.
LIQUIDITY = "liquidity"
MEANS = (*SOURCES_OF_MONEY, LIQUIDITY)
#: Means that hold borrowing at market leverage already: lenders beside them would count twice.
_LEVERED = ("financeable", LIQUIDITY)
#: By what lenders' share of a site is limited.
COVER, COST = "cover of debt service", "loan to cost"
#: Of a share, what rounding leaves.
_NONE = 1e-9
_CENT = 0.01
#: What linear programs count in, and how exactly they keep their rows: both together to a tenth of a cent.
MILLION, EXACT = 1e6, {"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9}
#: How often what a year end does not see is looked for again.
_ROUNDS = 20
_READ = ("funding_available", "capital_brought", "money_passed_on", "policy_headroom", "owner_share", "equipment_share", "market_leverage",
         "price_level", "building_capital", "capital_deployed", "loans_used", "liquidity_by_means", "loan_to_cost", "loan_to_cost_limit",
         "coverage_binds")  # fmt: skip


@dataclass(frozen=True)
class Funders:
    """Who may pay for what, and how much each has left by each year end.

    `left`: (party, year), USD of the day, cumulative; infinite where it is not knowable. `owner`, `equipment`: (site, party), present
    shares in what loans do not pay of buildings and in equipment. `may_pay`: (site, party), of parties with accounts. `lent`: (site,),
    share of the capital of buildings that lenders give, and `lent_by` what limits it. `level`: money of the day over that of the price
    year, by year. `unstated`: (party, site, asset), USD of the day that parties bring to what is under way by shares that no commitment to
    the site states.
    """

    means: str
    quantile: float
    sites: tuple[str, ...]
    parties: tuple[str, ...]
    names: tuple[str, ...]
    years: tuple[int, ...]
    left: Array
    owner: Array
    equipment: Array
    may_pay: Mask
    lent: Array
    lent_by: tuple[str, ...]
    level: Array
    unstated: Array

    @property
    def leverage(self) -> Array:
        """Share of the capital of buildings that lenders give beside these means: none where borrowing is in them already: (site,)."""
        return np.zeros(len(self.sites)) if self.means in _LEVERED else self.lent

    @property
    def knowable(self) -> Mask:
        """Which parties have accounts: (party,)."""
        return np.asarray(np.isfinite(self.left).all(axis=1))

    @property
    def orphans(self) -> tuple[str, ...]:
        """Sites to which nobody has promised anything, while nobody has pledged money to the programme: who pays there is open."""
        none = (self.owner.sum(axis=1) < _NONE) & (self.equipment.sum(axis=1) < _NONE) & ~self.may_pay.any(axis=1)
        return tuple(site for site, alone in zip(self.sites, none, strict=True) if alone)

    def rest(self) -> tuple[Array, Array]:
        """Shares of the capital of buildings and of equipment that parties with accounts have to bring at least: (site,) each."""
        unknown = ~self.knowable
        building = (1.0 - self.leverage) * (1.0 - self.owner[:, unknown].sum(axis=1))
        equipment = 1.0 - self.equipment[:, unknown].sum(axis=1)
        none = np.isin(self.sites, self.orphans)
        return tuple(np.where((share < _NONE) | none, 0.0, share) for share in (building, equipment))  # type: ignore[return-value]


def funders_of(
    begun: Known, sites: Sequence[str], years: Sequence[int], means: str = "financeable", quantile: float = 0.5, *, draws: int = 512,
    seed: int = 0,
) -> Funders:  # fmt: skip
    """Means of each party left for what is decided, and shares at the sites, of the programme without what is decided.

    `means`: cash, committed, announced, financeable or liquidity; `quantile` of what is left over draws. Raises InputError for other means.
    """
    if means not in MEANS:
        raise InputError(
            say('there are no means "{means}"{near} (all: {known})', means=means, near=did_you_mean(means, MEANS), known=", ".join(MEANS))
        )
    if not 0.0 < quantile < 1.0:
        raise InputError(
            say("got a quantile of {quantile:g}; expected one between 0 and 1, such as 0.5 (P50) or 0.1 (P10)", quantile=quantile)
        )
    ends = [_place(begun, year) for year in years]
    got = read(begun, _READ, draws, seed)
    labels = [site.id for site in begun.sites]
    own = [labels.index(site) for site in sites]
    owner, equipment = got["owner_share"].mean(axis=0)[own], got["equipment_share"].mean(axis=0)[own]
    stating = np.array([knowable(party) for party in begun.parties], dtype=bool)
    pledged = {line.party for line in begun.lines if line.to_kind == "programme"}
    to_all = np.array([party.id in pledged for party in begun.parties], dtype=bool)
    may_pay = ((owner > _NONE) | (equipment > _NONE) | to_all) & stating
    return Funders(
        means, quantile, tuple(sites), tuple(party.id for party in begun.parties),
        tuple(party.spec.name or party.id for party in begun.parties), tuple(years),
        np.where(stating[:, None], _left(begun, got, means, ends, quantile), np.inf), owner, equipment, may_pay,
        *_lent(got, own), _level(got["price_level"], ends), _unstated(begun, got, own),
    )  # fmt: skip


def _unstated(begun: Known, got: Mapping[str, Array], own: Sequence[int]) -> Array:
    """What parties bring to what is under way, P50, at sites to which no equity, or no purchase, is promised: (party, site, asset).

    Their share there is a rule (`model.funding`), which a commitment of the plan to the site would take the place of.
    """
    building, whole, lent = (got[name][:, own, -1] for name in ("building_capital", "capital_deployed", "loans_used"))
    amounts = np.stack([np.median(building - lent, axis=0), np.median(whole - building, axis=0)], axis=-1)
    shares = np.stack([got[name].mean(axis=0)[own].T for name in ("owner_share", "equipment_share")], axis=-1)
    labels = [begun.sites[at].id for at in own]
    for asset, roles in enumerate((("equity",), EQUIPMENT)):
        stated = {line.to for line in begun.lines if ROLE[line.spec.kind] in roles and line.spec.amount}
        amounts[[site in stated for site in labels], asset] = 0.0
    return np.asarray(shares * np.maximum(amounts, 0.0))


def _place(known: Known, year: int) -> int:
    """The place of the last month of a year on the clock."""
    return max(at for at, when in enumerate(known.months) if when <= date(year, 12, 31))


def _level(price_level: Array, ends: Sequence[int]) -> Array:
    """Median price level in the middle of each year that ends at some months: (year,)."""
    return np.asarray(np.median(price_level[:, [max(end - 6, 0) for end in ends]], axis=0))


def _lent(got: Mapping[str, Array], own: Sequence[int]) -> tuple[Array, tuple[str, ...]]:
    """Share of the capital of buildings that lenders give at each site, P50, and what limits it; see `model.asset_loan`."""
    limit, lent, binds = (got[name][:, 0, own] for name in ("loan_to_cost_limit", "loan_to_cost", "coverage_binds"))
    most, short = np.median(limit, axis=0), np.nan_to_num(binds).mean(axis=0) > 0.5
    known = ~np.isnan(lent)
    under_way = np.array([float(np.median(row[there])) if there.any() else np.inf for row, there in zip(lent.T, known.T, strict=True)])
    return np.minimum(most, under_way), tuple(COVER if one else COST for one in short)


def _liquid(got: Mapping[str, Array]) -> Array:
    """What a party can spend on top and stay liquid, L / (1 - l), USD: (draw, party, month). Absent where its cash path is not known."""
    return np.asarray(got["liquidity_by_means"][:, -1] / (1.0 - got["market_leverage"][:, None, None]))


def _left(begun: Known, got: Mapping[str, Array], means: str, ends: Sequence[int], quantile: float) -> Array:
    """Means left by each year end (1), USD of the day: (party, year). A party that states a policy keeps it."""
    policy = np.array([bool(party.spec.cash_floor or party.spec.debt_ceiling) for party in begun.parties], dtype=bool)
    place = min(MEANS.index(means), len(SOURCES_OF_MONEY) - 1)
    left = (got["funding_available"][:, place] - got["capital_brought"] - got["money_passed_on"])[..., ends]
    left = np.fmin(left, _liquid(got)[..., ends]) if means == LIQUIDITY else left
    held = np.where(policy[:, None], np.fmin(left, got["policy_headroom"][..., ends]), left)
    found = np.maximum(np.nan_to_num(quantiles(held, (quantile,))[0]), 0.0)
    return np.asarray(np.minimum.accumulate(found[:, ::-1], axis=1)[:, ::-1])


# --- rows -------------------------------------------------------------------------------------------------------------------------


def fund_rows(funders: Funders, case: BuildCase, takes: Takes) -> tuple[Limit, ...]:
    """For every set of sites with other parties that may pay, and every year end: what they have to bring at most what they have (2)."""
    need = _need(funders, case, takes)
    groups = {frozenset(np.flatnonzero(row).tolist()) for row, site in zip(funders.may_pay, funders.sites, strict=True)
              if site not in funders.orphans}  # fmt: skip
    rows = []
    for payers in sorted(_unions(groups), key=lambda one: (len(one), sorted(one))):
        inside = np.array([not np.any(np.delete(row, list(payers))) for row in funders.may_pay], dtype=bool)
        own = inside[[one.site for one in case.buildings]][:, None, None, None]
        for at, year in enumerate(funders.years):
            most = float(funders.left[sorted(payers), at].sum())
            name = f"{' + '.join(funders.names[party] for party in sorted(payers)) or NOBODY} by {year}"
            rows.append(Limit(name, "party", most, "USD", need[..., : at + 1].sum(axis=-1) * own, True, funders.means))
    return binding(case, rows)


def _unions(groups: set[frozenset[int]]) -> set[frozenset[int]]:
    """All unions of some sets."""
    return {frozenset().union(*some) for count in range(1, len(groups) + 1) for some in combinations(sorted(groups, key=sorted), count)}


def _need(funders: Funders, case: BuildCase, takes: Takes) -> Array:
    """What parties with accounts have to bring for each option by year, USD of the day: (building, power, chip, start, year)."""
    building, equipment = (share[[one.site for one in case.buildings]][:, None, None, None, None] for share in funders.rest())
    places = [takes.years.index(year) for year in funders.years]
    need = (takes.building_capital * building + takes.equipment_capital * equipment)[..., places] * funders.level
    return np.where(case.allowed[..., None], np.broadcast_to(need, (*case.allowed.shape, len(places))), 0.0)


def missing_row(funders: Funders, case: BuildCase, takes: Takes, chosen: Sequence[Choice]) -> Limit | None:
    """The row that an order breaks though it keeps those of `fund_rows`, which look at one year end each; None where it can be paid.

    From the dual of the flow of money over years (Farkas): prices v of sites and years, w of parties and year ends with
    v . need <= w . left for everything that can be paid.
    """
    from scipy.optimize import linprog

    need = _need(funders, case, takes)
    owed = np.zeros((len(case.sites), len(funders.years)))
    for one in chosen:
        owed[case.buildings[one.building].site] += need[one]
    flow = _Flow.of(funders, owed)
    if not flow.pairs:
        return None
    made = linprog(flow.cost, flow.limits, flow.most / MILLION, flow.balance, flow.owed / MILLION, method="highs", options=EXACT)
    if made.status != 0:
        raise RuntimeError(f"the flow of money: {made.message}")
    if made.fun * MILLION <= max(1e-9 * owed.sum(), _CENT):
        return None
    prices = np.clip(made.eqlin.marginals, 0.0, 1.0).reshape(owed.shape)
    most = float(-(made.ineqlin.marginals * flow.most).sum())
    use = np.einsum("bpcsy,by->bpcs", need, prices[[one.site for one in case.buildings]])
    return Limit("money over the years", "party", most, "USD", use, True, funders.means)


def within_means(
    case: BuildCase, funders: Funders, takes: Takes, find: Callable[[BuildCase], BuildOrder]
) -> tuple[BuildCase, BuildOrder]:  # fmt: skip
    """An order of build that can be paid, and its case with the rows that it took: found again with each row that one year end misses.

    `case`: with the rows of `fund_rows`. `find`: solves a case; what it raises where there is no order goes on.
    """
    for _ in range(_ROUNDS):
        order = find(case)
        row = missing_row(funders, case, takes, order.chosen)
        if row is None:
            break
        case = replace(case, limits=(*case.limits, row))
    return case, order


@dataclass(frozen=True)
class _Flow:
    """The flow of money as a linear program: pay what is owed (equalities) out of what is left (inequalities), with the least unpaid."""

    pairs: tuple[tuple[int, int], ...]
    cost: Array
    limits: Any
    most: Array
    balance: Any
    owed: Array

    @classmethod
    def of(cls, funders: Funders, owed: Array) -> _Flow:
        """Variables: what each party pays at each site in each year, then what nobody pays at each site in each year."""
        from scipy.sparse import coo_array, eye_array, hstack

        sites, years = owed.shape
        pairs = tuple((int(site), int(party)) for site, party in zip(*np.nonzero(funders.may_pay), strict=True))
        able = sorted({party for _, party in pairs})
        paid, bound = [], []
        for at, (site, party) in enumerate(pairs):
            for year in range(years):
                paid.append((site * years + year, at * years + year))
                bound += [(able.index(party) * years + later, at * years + year) for later in range(year, years)]
        count = len(pairs) * years

        def matrix(places: list[tuple[int, int]], rows: int) -> Any:
            at = np.array(places, dtype=np.int64).reshape(-1, 2)
            return coo_array((np.ones(len(at)), (at[:, 0], at[:, 1])), shape=(rows, count))

        return cls(
            pairs, np.concatenate([np.zeros(count), np.ones(sites * years)]),
            hstack([matrix(bound, len(able) * years), coo_array((len(able) * years, sites * years))]).tocsr(),
            funders.left[able].ravel(), hstack([matrix(paid, sites * years), eye_array(sites * years)]).tocsr(), owed.ravel(),
        )  # fmt: skip
