"""A small programme with something to decide: what is begun, what is not, what is given up, and what is stated of power."""

from __future__ import annotations

from datetime import date

from stargauge.catalogue.load import load_catalogue
from stargauge.plan.build_order.case.case import Target
from stargauge.plan.build_order.case.prepare import Aim
from stargauge.programme.known import Known, known
from stargauge.programme.positions import parse_document
from stargauge.programme.read import read_programme
from stargauge.programme.schema import Programme

TODAY = date(2026, 11, 22)
UNDECIDED = """\
name: Undecided
price_year: 2025
start: 2025-01
horizon: 2032-12
sources:
  news: {publisher: A, title: News, date: 2026-06-30, grade: A}
  later: {publisher: A, title: Later news, date: 2027-06-30, grade: A}
sites:
  north:
    place: abilene-tx
    cooling: closed-loop-chiller
    land: {value: 900_000 m2, source: news}
    phases:
      hall-1:
        it_power: {value: 100 MW, source: news}
        facility_power: {value: 140 MW, source: news}
        milestones: {under_construction: {value: 2026-01-31, as_of: 2026-06-30, status: reported, source: news}}
      hall-2:
        it_power: {value: 100 MW, source: news}
        facility_power: {value: 140 MW, source: news}
        milestones: {operational: {value: 2028-12-31, status: planned, source: news}}
      hall-3:
        it_power: {value: 100 MW, source: news}
        facility_power: {value: 140 MW, source: news}
      hall-4:
        it_power: {value: 100 MW, source: later}
        facility_power: {value: 140 MW, source: later}
  south:
    place: saline-mi
    cooling: dry-cooler
    supply: {gas: {capacity: {value: 300 MW, source: news}}}
    phases:
      hall-1:
        it_power: {value: 200 MW, source: news}
        facility_power: {value: 280 MW, source: news}
      hall-2:
        it_power: {value: 50 MW, source: news}
        facility_power: {value: 70 MW, source: news}
        milestones: {cancelled: {value: 2026-05-31, as_of: 2026-06-30, status: cancelled, source: news}}
  east:
    place: abilene-tx
    milestones: {cancelled: {value: 2026-05-31, as_of: 2026-06-30, status: cancelled, source: news}}
    phases:
      hall-1: {it_power: {value: 80 MW, source: news}}
unsited:
  rest: {basis: unsited, it_power: {value: 500 MW, source: news}, milestones: {announced: {value: 2025-01-20, source: news}}}
"""


def undecided() -> tuple[Programme, Known]:
    """The programme, and what is known of it."""
    made = read_programme([parse_document(UNDECIDED, "undecided.yaml")])
    return made, known(made, load_catalogue(), TODAY)


def aim(amount: float, day: date, kind: str = "power_facility", *sites: str, probability: float = 0.8) -> Aim:
    """A target of a kind by a day."""
    return Aim(Target(f"{kind} >= {amount}", amount, "1" if kind == "compute_h100e" else "W", day, probability), kind, sites)
