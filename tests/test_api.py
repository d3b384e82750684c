"""The public functions of the package, as a user of Python meets them."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import stargauge as sg
from stargauge import api
from stargauge.audit.summary import Days
from stargauge.quantity.errors import InputError

AS_OF = "2026-11-22"
SMALL = """
name: Small
price_year: 2025
start: 2025-01
horizon: 2028-12
sources:
  plan: {publisher: Somebody, title: A plan, date: 2025-03-01, grade: B}
sites:
  north:
    name: North
    place: abilene-tx
    cooling: closed-loop-chiller
    phases:
      hall-1:
        it_power: {value: 100 MW, source: plan, status: planned}
        facility_power: {value: 130 MW, source: plan, status: planned}
        milestones:
          operational: {value: 2025-06, source: plan, status: planned}
"""


def test_the_line_of_the_manual_runs_in_a_fresh_interpreter() -> None:
    code = (
        'import stargauge as sg; p = sg.load("xai-colossus-1"); r = sg.simulate(p, draws=256, as_of="2026-11-22"); '
        'print(len(r["power_facility[operational]"].quantiles()), [v.id for v in sg.audit(r)], sg.catalogue().kinds()[0])'
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "3 ['xai-122d'] accelerator"), done.stderr


def test_an_audit_of_a_result_is_the_audit_of_its_programme() -> None:
    result = sg.simulate("meta-prometheus", draws=256, as_of=AS_OF, seed=3)
    first = [verdict.to_dict() for verdict in sg.audit(result)]
    assert first == [verdict.to_dict() for verdict in sg.audit("meta-prometheus", draws=256, as_of=AS_OF, seed=3)]
    result.known = None
    with pytest.raises(InputError, match="no programme behind it"):
        sg.audit(result)


def test_a_plan_alone_is_no_evidence_that_anything_runs(tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL, encoding="utf-8")
    answer = api.check(file, as_of=AS_OF, draws=256)
    data = answer.to_dict()
    assert not Days.of(answer.known).looked and data["newest_evidence"] is None
    assert data["headline"] == "None of 130 announced MW is known to run."
    assert "nobody has looked yet" in data["lines"]["capacity"]["text"]


def test_phases_add_up_where_nobody_stated_the_size_of_the_site(tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(
        SMALL.replace("      hall-1:", "      hall-2:\n        it_power: {value: 50 MW, source: plan, status: planned}\n      hall-1:")
    )
    announced = api.simulate(file, quantities=["power_it[announced]"], as_of=AS_OF, draws=256)["power_it[announced]"]
    assert announced.at(date(2025, 2, 1)).median() == 0.0
    assert announced.at(date(2025, 3, 31)).median() == pytest.approx(150e6)


def test_every_dollar_at_the_sites_is_owed_by_somebody_once() -> None:
    result = api.simulate("stargate", quantities=["capital_owed", "capital_deployed"], as_of=AS_OF, draws=256)
    owed, deployed = result["capital_owed"].values, result["capital_deployed"].values
    np.testing.assert_allclose(owed, deployed, rtol=1e-9, atol=1.0)


def test_what_parties_lack_is_added_up_party_by_party() -> None:
    names = api.known(api.load("stargate"), AS_OF).axes["party"]
    result = api.simulate("stargate", quantities=["funding_gap", *(f"funding_gap[{name}]" for name in names)], as_of=AS_OF, draws=256)
    parts = np.stack([result[f"funding_gap[{name}]"].values for name in names])
    np.testing.assert_allclose(result["funding_gap"].values, np.nansum(parts, axis=0), rtol=1e-9)
    assert np.nanmin(parts) >= 0.0


def test_what_is_paused_and_not_taken_up_again_is_not_built() -> None:
    made = api.simulate("stargate-abroad", quantities=["accelerators[uk]"], as_of=AS_OF, draws=256)["accelerators[uk]"]
    assert made.values.max() == 0.0
    before = api.simulate("stargate-abroad", quantities=["accelerators[uk]"], as_of="2026-03-31", draws=256)["accelerators[uk]"]
    assert before.values.max() > 0.0


def test_threads_make_the_same_answer() -> None:
    alone, together = (
        api.check("stargate", as_of="2026-11-01", draws=512, charts=True, depths=False, then=lambda: (), threads=threads).to_dict(
            charts=True, explanations=False
        )
        for threads in (1, 2)
    )
    assert alone["quantities"] == together["quantities"] and alone["claims"] == together["claims"]


def test_what_is_not_known_of_the_gap_is_said_in_words() -> None:
    money = api.check("meta-hyperion", as_of="2026-11-22", draws=256).to_dict()["lines"]["money"]["text"]
    assert "absent" not in money and "what of it lacks cover cannot be told" in money
