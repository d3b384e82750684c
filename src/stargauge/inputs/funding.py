"""Commitments as lines with integer joins, cash of the parties, pledges in money: picks, never computes."""

from __future__ import annotations

from collections.abc import Iterable

from stargauge.inputs.capex import newest_by_month
from stargauge.programme.known import Known, LineView
from stargauge.quantity.dates import Window, day
from stargauge.quantity.instruments import INSTRUMENTS
from stargauge.quantity.quantity import quantity
from stargauge.quantity.statement import ABSENT, Estimate, Statement

_NOWHERE = -1.0


def _to(known: Known, kind: str) -> list[Estimate]:
    place = {view.id: float(view.index) for view in (known.sites if kind == "site" else known.parties)}
    return [Estimate(place.get(line.to, _NOWHERE) if line.to_kind == kind else _NOWHERE, "stated", note=line.to) for line in known.lines]


@quantity("1", "line")
def line_from(known: Known) -> list[Estimate]:
    """The party that makes each commitment (its place on the party axis)."""
    return [Estimate(float(line.party_index), "stated", note=line.party) for line in known.lines]


@quantity("1", "line")
def line_to_party(known: Known) -> list[Estimate]:
    """The party each commitment goes to (its place on the party axis); -1 for sites and for the programme."""
    return _to(known, "party")


@quantity("1", "line")
def line_to_site(known: Known) -> list[Estimate]:
    """The site each commitment goes to (its place on the site axis); -1 for parties and for the programme."""
    return _to(known, "site")


@quantity("1", "line")
def line_kind(known: Known) -> list[Estimate]:
    """Kind of each commitment, by its place in the list of instruments: equity 0, loan 1, lease 2, cloud contract 3, and so on."""
    return [Estimate(float(INSTRUMENTS.index(line.spec.kind)), "stated", note=line.spec.kind) for line in known.lines]


@quantity("USD", "draw line", least=0.0)
def line_amount(known: Known) -> list[Estimate]:
    """Amount of each commitment over its whole term; absent where nobody said one."""
    return [known.estimate(line.spec.amount) for line in known.lines]


@quantity("d", "line", least=1.0)
def line_term(known: Known) -> list[Estimate]:
    """How long each commitment runs; absent where nobody said."""
    return [known.estimate(line.spec.term) for line in known.lines]


def _earliest(dated: Iterable[tuple[float, Statement]]) -> Estimate:
    """The earliest of some days with the statement behind it; never where there is none."""
    ranked = sorted(dated, key=lambda pair: pair[0])
    return Estimate(ranked[0][0], "stated", (ranked[0][1],)) if ranked else Estimate(float("inf"), "stated", (), None, "nobody said")


def _published(statements: Iterable[Statement]) -> list[tuple[float, Statement]]:
    return [(day(statement.known_from), statement) for statement in statements if statement.known_from]


def _milestones(line: LineView, *names: str) -> list[tuple[float, Statement]]:
    stated = [statement for name in names for statement in getattr(line.spec.milestones, name)]
    return [(day(statement.value.end), statement) for statement in stated if isinstance(statement.value, Window)]


def earliest_of(line: LineView, *stages: str) -> Estimate:
    """Day on which a commitment reached one of some stages: as stated, else when first called so; never otherwise."""
    return _earliest(_milestones(line, *stages) or _published(s for s in line.spec.stage if s.value in stages))


@quantity("d", "line")
def line_announced_date(known: Known) -> list[Estimate]:
    """Day from which each commitment was public: as stated, else the first statement of its amount or stage."""
    return [_earliest(_milestones(line, "announced") or _published((*line.spec.amount, *line.spec.stage))) for line in known.lines]


@quantity("d", "line")
def line_committed_date(known: Known) -> list[Estimate]:
    """Day from which each commitment was firm (committed, available or drawn): as stated, else when first called so; never otherwise."""
    return [earliest_of(line, "committed", "available", "drawn") for line in known.lines]


@quantity("USD", "party month")
def party_cash(known: Known) -> list[Estimate]:
    """Liquid means of each party at the newest stated date before each month end; absent where it publishes none."""
    return [newest_by_month(known, party.spec.cash, by_date=True) for party in known.parties]


@quantity("1", "draw party")
def cash_definition(known: Known) -> list[Estimate]:
    """Liquid means by other definitions of cash over the reported figure."""
    return [known.default("funding", "cash", "definition") for _ in known.parties]


@quantity("USD", "draw phase")
def pledge_capital_stated(known: Known) -> list[Estimate]:
    """Money promised without a site; absent for phases of sites and for pledges in power."""
    return [known.estimate(phase.spec.capital) if phase.site == "unsited" else ABSENT for phase in known.phases]


@quantity("d", "phase")
def pledge_date(known: Known) -> list[Estimate]:
    """Day on which each phase or pledge was announced."""
    said = [known.announced(phase) for phase in known.phases]
    return [ABSENT if s is None or not isinstance(s.value, Window) else Estimate(day(s.value.start), "stated", (s,)) for s in said]


@quantity("1", "draw")
def pledge_spent_per_year(known: Known) -> Estimate:
    """Share of a money pledge that is spent per year, by its reference class."""
    return known.default("reference-class", "pledged-money", "spent_per_year")
