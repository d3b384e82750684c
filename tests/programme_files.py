"""A small programme for tests, as text, and the faults of changed ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from stargauge.programme.load import load
from stargauge.programme.positions import parse_document
from stargauge.programme.read import read_programme
from stargauge.programme.schema import Programme
from stargauge.quantity.errors import Fault, InputError

SMALL = """\
name: Small
price_year: 2025
start: 2025-01
horizon: 2030-12
sources:
  plan: {publisher: A, title: Plan, date: 2025-01-20, grade: A}
  tracker: {publisher: B, title: Tracker, date: 2026-04, grade: B}
  copy: {publisher: C, title: Copy of the plan, date: 2025-02-01, grade: C, root: plan}
parties:
  bank:
    name: Bank
    accounts: public
    cash: {value: 24.3 bn USD, as_of: 2024-12-31, source: plan}
    commitments:
      bank-equity: {to: programme, kind: equity, amount: {value: $19 bn, source: plan}, stage: announced}
sites:
  north:
    place: abilene-tx
    cooling: closed-loop-chiller
    hardware: gb200-nvl72
    facility_power: {value: 300 MW, status: planned, source: plan}
    phases:
      hall-1:
        it_power: [{value: 100 MW, status: planned, source: plan}, {value: 103 MW, status: estimated, source: tracker}]
        facility_power: {value: 140 MW, status: planned, source: plan}
        milestones:
          energised: {value: 2025-12-31, status: planned, source: plan}
          operational: [{value: 2026-03-31, status: planned, source: plan}, {value: 2026-02, status: estimated, source: tracker}]
      hall-2:
        it_power: {value: 110 MW, status: estimated, source: tracker}
unsited:
  rest: {basis: unsited, it_power: {value: 1..2 GW, source: plan}, milestones: {announced: {value: 2025-01-20, source: plan}}}
claims:
  first-hall:
    speaker: A
    said: 2025-01-20T10:00:00Z
    says: The first hall runs by March 2026.
    source: plan
    ours: the end of the month
    readings: {as said: "power_it[operational, north] >= 100 MW by 2026-03-31"}
records:
  power_it[operational, north]: {value: 100 MW, as_of: 2026-04-10, status: estimated, source: tracker}
  post-visible: {value: true, as_of: 2025-01-22T16:42:17Z, published: 2025-01-23, source: plan}
"""


def small(*changes: tuple[str, str]) -> Programme:
    """The small programme, with parts of its text exchanged."""
    return read_programme([parse_document(changed(*changes), "small.yaml")])


def changed(*changes: tuple[str, str]) -> str:
    text = SMALL
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def faults_of(*changes: tuple[str, str]) -> tuple[Fault, ...]:
    """The faults of the small programme after changes."""
    with pytest.raises(InputError) as caught:
        small(*changes)
    return caught.value.faults


def the_fault(*changes: tuple[str, str]) -> Fault:
    """The only fault after changes."""
    found = faults_of(*changes)
    assert len(found) == 1, [str(fault) for fault in found]
    return found[0]


def loaded(folder: Path, text: str) -> Programme:
    """A programme from a file of this text."""
    file = folder / "programme.yaml"
    file.write_text(text, encoding="utf-8")
    return load(file)


def read(text: str) -> Programme:
    """A programme of this text."""
    return read_programme([parse_document(text, "programme.yaml")])
