"""Who pays for what is built, to the cent: an order of build divided over parties and lenders, near to the shares they have now."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.plan.build_order.case.case import BuildCase, Choice
from stargauge.plan.build_order.case.takes import Takes
from stargauge.plan.build_order.funding.funds import EXACT, MILLION, NOBODY, Funders
from stargauge.programme.known import Known

Array = NDArray[np.float64]
Cents = NDArray[np.int64]

LENDERS = "lenders"
#: What capital is spent on, as it is financed.
ASSETS = ("building", "equipment")
#: The instrument by which a party pays for each.
_KINDS = {"building": "equity", "equipment": "purchase"}
#: How much worse money that nobody has is than any deviation from present shares.
_OPEN = 1e3
#: USD below which nothing is said of a party that would have to find more.
_LITTLE = 1e6


@dataclass(frozen=True)
class Division:
    """Who pays what: cents by source (the parties, lenders, nobody), site, asset and year; they add up to the capital to the cent."""

    funders: Funders
    sources: tuple[str, ...]
    cents: Cents
    limited: bool

    @property
    def usd(self) -> Array:
        """The same in USD of the day."""
        return self.cents / 100.0

    def to_dict(self) -> dict[str, Any]:
        """The division as plain data; `available`: cumulative, what is left by each year end for what is decided; beside it
        `funds_so_far`."""
        by_year, total, funders = self.usd.sum(axis=(1, 2)), float(self.usd.sum()), self.funders
        over = self.over
        parties = [
            {
                "id": party, "name": funders.names[at], "funds": by_year[at].tolist(), "knowable": bool(funders.knowable[at]),
                "funds_so_far": np.cumsum(by_year[at]).tolist(),
                "available": funders.left[at].tolist() if funders.knowable[at] else None,
                "share": float(by_year[at].sum()) / total if total else 0.0, "over": over[at][0], "over_by": over[at][1],
            }
            for at, party in enumerate(funders.parties) if self.cents[at].any() or funders.may_pay[:, at].any()
        ]  # fmt: skip
        return {
            "unit": "USD", "price": "of the day", "means": funders.means, "quantile": funders.quantile, "limited": self.limited,
            "years": list(funders.years), "capital": by_year.sum(axis=0).tolist(),
            "over": sum(one or 0.0 for one, _ in over), "sites": self._sites(),
            "lenders": by_year[self.sources.index(LENDERS)].tolist(), "nobody": by_year[self.sources.index(NOBODY)].tolist(),
            "parties": parties,
            "in_all": {"capital": total, **{name: float(by_year[self.sources.index(name)].sum()) for name in (LENDERS, NOBODY)}},
        }  # fmt: skip

    @property
    def over(self) -> list[tuple[float | None, int | None]]:
        """By how much each party would have to find more than it has, USD of the day, and by the end of which year; None: not knowable."""
        spent = np.cumsum(self.usd.sum(axis=(1, 2)), axis=1)[: len(self.funders.parties)]
        out = list[tuple[float | None, int | None]]()
        for known, more in zip(self.funders.knowable, spent - self.funders.left, strict=True):
            most = None if not known else float(more.max()) if more.max() > _LITTLE else 0.0
            out.append((most, self.funders.years[int(np.argmax(more))] if most else None))
        return out

    def _sites(self) -> list[dict[str, Any]]:
        """Of each site that is paid for: capital of its buildings, what lenders give of it, and the most that they would."""
        usd, out = self.usd.sum(axis=3), list[dict[str, Any]]()
        for at, site in enumerate(self.funders.sites):
            capital, lent = float(usd[:, at, 0].sum()), float(usd[self.sources.index(LENDERS), at, 0])
            if capital:
                beside = not self.limited or bool(self.funders.leverage.any())
                out.append({
                    "site": site, "capital": capital, "lenders": lent, "loan_to_cost": lent / capital,
                    "most": float(self.funders.lent[at]), "limit": self.funders.lent_by[at] if beside else "borrowing is in the means",
                })  # fmt: skip
        return out

    def commitments(self, known: Known, source: str = "plan") -> dict[str, Any]:
        """`parties` of an overlay: what each pays for each site as a commitment; what nobody pays is promised by nobody.

        Beside them what parties bring to what is under way by shares that no commitment states, so that these shares stay.
        """
        taken, out = {line.id for line in known.lines} | set(known.programme.parties), dict[str, Any]()
        for at, who in enumerate(self.sources):
            lines = dict(self._lines(at, who, source, taken))
            if lines and who != NOBODY:
                name = {"name": "Lenders at market terms"} if who == LENDERS else {}
                out[_free(f"{source}-{LENDERS}", taken) if who == LENDERS else who] = name | {"commitments": lines}
        return out

    def _lines(self, at: int, who: str, source: str, taken: Collection[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        stated = {"value": "announced", "source": source}
        for site, asset in np.ndindex(self.cents.shape[1:3]):
            name, what = self.funders.sites[site], ASSETS[asset]
            kind = "loan" if who == LENDERS else _KINDS[what]
            for cents, ending, about in (
                (int(self.cents[at, site, asset].sum()), what, f"{what} of the plan"),
                (self._unstated(at, site, asset), f"{what}-under-way", "its share of what is under way, which no commitment states"),
            ):
                if cents:
                    amount = {"value": f"{cents // 100}.{cents % 100:02d} USD", "source": source, "status": "planned"}
                    line = {"about": about, "to": name, "kind": kind, "amount": amount, "stage": stated}
                    yield _free(f"{source}-{who}-{name}-{ending}", taken), line

    def _unstated(self, at: int, site: int, asset: int) -> int:
        """Cents that a party brings to what is under way, where the plan has money for the same; nothing elsewhere."""
        if at >= len(self.funders.parties) or not self.cents[: len(self.funders.parties), site, asset].any():
            return 0
        return round(100.0 * float(self.funders.unstated[at, site, asset]))


def _free(name: str, taken: Collection[str]) -> str:
    """A name that is not taken: itself, else with the first number from 2 on."""
    return name if name not in taken else next(one for at in range(2, len(taken) + 3) if (one := f"{name}-{at}") not in taken)


def divide(funders: Funders, case: BuildCase, takes: Takes, chosen: Sequence[Choice], *, limited: bool = True) -> Division:
    """The capital of an order of build by who pays it, as near as can be to the shares that parties have now.

    min  sum of what each pays above its present share + much * what nobody pays                                                       (3)
    with everything paid, lenders and parties without accounts at most at their shares, the others within what they have left

    `limited`: whether parties keep within what they have left; else everyone pays its present share.
    """
    capital = _capital(funders, case, takes, chosen)
    lenders, shares = _shares(funders, capital, funders.leverage if limited else funders.lent)
    paid = _nearest(funders, capital, shares, lenders) if limited else np.concatenate([shares, lenders[None]])
    cents = np.array(np.rint(100.0 * capital), dtype=np.int64)
    rounded = _to_the_cent(np.maximum(np.concatenate([paid, (capital - paid.sum(axis=0))[None]]), 0.0), cents)
    return Division(funders, (*funders.parties, LENDERS, NOBODY), rounded, limited)


def _capital(funders: Funders, case: BuildCase, takes: Takes, chosen: Sequence[Choice]) -> Array:
    """Capital of what is chosen, USD of the day: (site, asset, year)."""
    out, places = np.zeros((len(case.sites), len(ASSETS), len(funders.years))), [takes.years.index(year) for year in funders.years]
    shape = (*case.allowed.shape, len(takes.years))
    for asset, paid in enumerate((takes.building_capital, takes.equipment_capital)):
        each = np.broadcast_to(paid, shape)
        for one in chosen:
            out[case.buildings[one.building].site, asset] += each[one][places] * funders.level
    return out


def _shares(funders: Funders, capital: Array, leverage: Array) -> tuple[Array, Array]:
    """What lenders (site, asset, year) and parties (party, site, asset, year) pay by their present shares, USD. A loan needs an owner."""
    lenders = np.zeros_like(capital)
    lenders[:, 0] = leverage[:, None] * capital[:, 0] * ~np.isin(funders.sites, funders.orphans)[:, None]
    by_asset = np.stack([funders.owner.T, funders.equipment.T], axis=-1)
    return lenders, by_asset[..., None] * (capital - lenders)


def _nearest(funders: Funders, capital: Array, shares: Array, lenders: Array) -> Array:
    """What parties and lenders pay under (3): (party and lenders, site, asset, year)."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    years, known = len(funders.years), funders.knowable
    who = [
        (party, site, asset)
        for party, site, asset in np.ndindex(*shares.shape[:3])
        if capital[site, asset].any() and (funders.may_pay[site, party] or (not known[party] and shares[party, site, asset].any()))
    ]
    lent = [(site, asset) for site, asset in np.ndindex(*capital.shape[:2]) if lenders[site, asset].any()]
    owed = [(site, asset) for site, asset in np.ndindex(*capital.shape[:2]) if capital[site, asset].any()]
    out = np.zeros((len(funders.parties) + 1, *capital.shape))
    if not owed:
        return out
    # variables by year: paid, above its share, lent, open
    first = np.cumsum([0, len(who) * years, len(who) * years, len(lent) * years, len(owed) * years])
    cost, top = np.zeros(first[-1]), np.full(first[-1], np.inf)
    cost[first[1] : first[2]], cost[first[3] :] = 1.0, _OPEN
    top[first[2] : first[3]] = np.concatenate([lenders[one] for one in lent]) / MILLION if lent else []
    equal, below = _Rows(), _Rows()
    for at, one in enumerate(owed):
        payers = [first[0] + place * years for place, (_, site, asset) in enumerate(who) if (site, asset) == one]
        payers += [first[2] + place * years for place, other in enumerate(lent) if other == one] + [first[3] + at * years]
        for year in range(years):
            equal.add([start + year for start in payers], 1.0, capital[one][year] / MILLION)
    for place, (party, site, asset) in enumerate(who):
        for year in range(years):
            mine = first[0] + place * years + year
            share = float(shares[party, site, asset, year]) / MILLION
            if known[party]:
                below.add([mine, mine + int(first[1])], np.array([1.0, -1.0]), share)
            else:
                top[mine] = share
    for party in np.flatnonzero(known):
        places = [place for place, one in enumerate(who) if one[0] == party]
        for year in range(years) if places else ():
            spent = [first[0] + place * years + until for place in places for until in range(year + 1)]
            below.add(spent, 1.0, float(funders.left[party, year]) / MILLION)
    made = linprog(
        cost, below.matrix(csr_array, first[-1]), below.right, equal.matrix(csr_array, first[-1]), equal.right,
        np.stack([np.zeros(first[-1]), top], axis=1), method="highs", options=EXACT,
    )  # fmt: skip
    if made.status != 0:
        raise RuntimeError(f"the division of money: {made.message}")
    for place, (party, site, asset) in enumerate(who):
        out[party, site, asset] = MILLION * made.x[first[0] + place * years :][:years]
    for place, (site, asset) in enumerate(lent):
        out[-1, site, asset] = MILLION * made.x[first[2] + place * years :][:years]
    return out


class _Rows:
    """Rows of a sparse matrix with their right sides."""

    def __init__(self) -> None:
        self.row, self.column, self.value, self.right = list[int](), list[int](), list[float](), list[float]()

    def add(self, columns: Sequence[int], values: float | Array, right: float) -> None:
        """One row: values at columns, and its right side."""
        self.row += [len(self.right)] * len(columns)
        self.column += [int(one) for one in columns]
        self.value += np.broadcast_to(values, len(columns)).tolist()
        self.right.append(float(right))

    def matrix(self, kind: Any, width: int) -> Any:
        """All rows as a matrix; None where there are none."""
        return kind((self.value, (self.row, self.column)), shape=(len(self.right), width)) if self.right else None


def _to_the_cent(paid: Array, total: Cents) -> Cents:
    """Amounts (source, ...) in whole cents that add up to a total (...): rounded down, the rest a cent each by the largest remainders."""
    exact = 100.0 * paid
    out = np.array(np.floor(exact), dtype=np.int64)
    left = total - out.sum(axis=0)
    order = np.argsort(-(exact - out), axis=0, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.broadcast_to(np.arange(len(paid)).reshape(-1, *(1,) * total.ndim), order.shape), axis=0)
    out += (rank < left) & (left > 0)
    rest = total - out.sum(axis=0)  # more than a cent each, or too much, only by rounding of sums: the largest takes it
    most = np.argmax(out, axis=0)[None]
    np.put_along_axis(out, most, np.take_along_axis(out, most, axis=0) + rest[None], axis=0)
    return out
