"""What if: a change gives what a whole run with it gives, makes again only what lies downstream, and holds no more however often asked."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

from stargauge import api
from stargauge.api.flows import promised, sources_and_uses
from stargauge.api.what_ifs import Movable, movable
from stargauge.audit.drivers.slider import slider_of
from stargauge.audit.drivers.what_if import COLLECTOR, Found
from stargauge.audit.summary import DIRECT, GAP, RUNS
from stargauge.engine.memo import Memo
from stargauge.engine.simulate import inputs_of, model_graph
from stargauge.quantity.errors import InputError

DAY, DRAWS = "2026-11-01", 256
CHANGES = {"slip_programme": "0.8", "equipment_unit_cost": "33 USD/W", "labour_method": "1"}


@pytest.fixture(scope="module")
def made() -> Movable:
    return movable(as_of=DAY, draws=DRAWS, inputs=tuple(CHANGES))


def _checked(settings: dict[str, str]) -> Any:
    return api.check(as_of=DAY, draws=DRAWS, settings=settings, charts=True, depths=False)


@pytest.mark.parametrize("settings", [{"slip_programme": "0.8"}, dict(list(CHANGES.items())[1:]), {"hours_sold_share": "0.6"}])
def test_a_change_is_what_a_whole_run_with_it_gives(made: Movable, settings: dict[str, str]) -> None:
    answer, whole = made.answer(settings), _checked(settings)
    for address in (RUNS, GAP, DIRECT):
        levels = whole.result[address].quantiles((0.1, 0.5, 0.9))
        for level, values in levels.items():
            np.testing.assert_array_equal(answer["quantities"][address][f"p{100 * level:g}"], np.asarray(values))
    odds = {f"{verdict.id}/{reading.name}": reading.probability for verdict in whole.verdicts for reading in verdict.readings}
    assert {f"{one['claim']}/{one['reading']}": one["now"]["probability"] for one in answer["claims"]}.items() <= odds.items()


def test_what_no_change_touches_stands_as_drawn(made: Movable) -> None:
    answer = made.answer({"labour_method": "1"})
    assert answer["quantities"][RUNS] is answer["quantities"][f"as drawn: {RUNS}"]
    assert answer["quantities"][DIRECT] != answer["quantities"][f"as drawn: {DIRECT}"]
    assert {one["name"] for one in answer["numbers"] if one["moved"]} == {"jobs"}
    assert answer["moving"] == sum(one["before"] != one["now"] for one in answer["claims"])


def test_only_what_lies_downstream_is_made_again(made: Movable, monkeypatch: pytest.MonkeyPatch) -> None:
    from stargauge.engine import run as engine

    called = set[str]()
    plain = engine.Run._call

    def noted(self: Any, steps: Any, values: Any, index: int, *rest: Any) -> None:
        steps = list(steps)
        called.update(step.name for step in steps if index >= 0)
        plain(self, steps, values, index, *rest)

    monkeypatch.setattr(engine.Run, "_call", noted)
    made.answer({"labour_method": "0"})
    assert called and called <= model_graph().downstream(["labour_method"])


def test_the_same_bits_with_threads() -> None:
    before = threading.active_count()
    beside = movable("meta-hyperion", as_of=DAY, draws=512, inputs=("slip_programme",), threads=2)
    alone = movable("meta-hyperion", as_of=DAY, draws=512, inputs=("slip_programme",))
    settings = {"slip_programme": "1.1"}
    assert beside.answer(settings)["quantities"] == alone.answer(settings)["quantities"]
    assert threading.active_count() == before  # later runs fork their processes only where no thread is left


def test_what_is_held_is_bounded(made: Movable) -> None:
    for place in range(30):
        made.answer({"labour_method": str(place % 2), "added_jobs_per_builder": f"{1 + place / 10:g}"})
    assert made.asker.base.closed and made.asker.recent.bytes <= made.asker.recent.limit
    assert len(made.asker.found.held) <= made.asker.found.most
    found = Found(2)
    for key in "abc":
        found.put(key, key)
    assert list(found.held) == ["b", "c"]


def test_a_store_on_another_looks_into_it_and_writes_only_its_own() -> None:
    below = Memo(100)
    below.put(("a", 0, 0, 1), np.zeros(2))
    above = Memo(20, frozenset({"kept"}), below)
    assert above.get(("a", 0, 0, 1)) is below.get(("a", 0, 0, 1))
    above.put(("b", 0, 0, 1), np.zeros(2))
    above.put(("c", 0, 0, 1), np.zeros(2))
    assert (len(above), len(below), above.takes("kept"), above.takes("other")) == (1, 1, True, False)


def test_faults_of_a_setting_come_with_the_nearest_name(made: Movable) -> None:
    with pytest.raises(InputError, match="did you mean"):
        made.answer({"labour_metod": "1"})
    with pytest.raises(InputError, match="computed"):
        made.answer({"power_it": "1 GW"})
    with pytest.raises(InputError, match="unit"):
        made.answer({"equipment_unit_cost": "20 kg"})


def test_sliders_are_the_inputs_that_matter_with_values_the_command_line_takes() -> None:
    found = movable("meta-hyperion", as_of=DAY, draws=DRAWS)
    names = [one.input for one in found.sliders]
    assert 6 <= len(names) <= 12 and "labour_method" in names and not any(name.endswith("_sample") for name in names)
    for one in found.sliders:
        value = one.values[0] if one.values else one.options[-1][0]
        assert found.inputs({one.input: value})[one.input].quantity.name == one.input
        assert one.to_dict()["name"][0].islower()


def test_an_input_whose_cells_differ_has_no_slider() -> None:
    known = api.known(api.load("stargate"), DAY)
    made = inputs_of(known, ["customer_default_rate", "slip_sample", "overrun_factor", "labour_method"])
    assert slider_of(made["customer_default_rate"]) is None and slider_of(made["slip_sample"]) is None
    overrun, method = slider_of(made["overrun_factor"]), slider_of(made["labour_method"])
    assert overrun is not None and method is not None
    assert [float(tick) for tick in overrun.ticks] == pytest.approx([0.798, 1.1, 1.52], abs=0.01)
    assert [value for value, _ in method.options] == ["0", "1"]


def test_sources_equal_uses_of_every_party() -> None:
    found = sources_and_uses(as_of=DAY, draws=DRAWS).to_dict()
    parties = {one["to"] for one in found["links"]} - {"sites", "parties"}
    assert len(parties) > 5
    for party in parties:
        comes = sum(one["amount"] for one in found["links"] if one["to"] == party)
        goes = sum(one["amount"] for one in found["links"] if one["from"] == party)
        assert comes == pytest.approx(goes, rel=2e-3)
    with pytest.raises(InputError, match="no parties"):
        sources_and_uses("xai-colossus-1", as_of=DAY)


def test_what_was_promised_needs_no_run() -> None:
    found = promised(api.known(api.load("stargate"), DAY))
    assert found["announced"] >= found["committed"] >= found["drawn"] > 0.0


def test_no_name_hides_a_collector() -> None:
    assert COLLECTOR not in model_graph().quantities
