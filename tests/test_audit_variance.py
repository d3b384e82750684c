"""Whose uncertainty makes a number's variance: against a second estimator on the same draws, independent streams, the same bits."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from tests.real_worlds import TINY

from stargauge import api
from stargauge.audit.compare.causes import MEMO_BYTES
from stargauge.audit.drivers.moved import Asker
from stargauge.audit.drivers.sensitivity import uncertain
from stargauge.audit.drivers.variance import groups, shares
from stargauge.cli import main
from stargauge.engine.memo import Memo
from stargauge.engine.spread import effects_of, input_of

LCOC = "lcoc[gb200-nvl72, north]"
DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def asker() -> Asker:
    made = api.load(TINY)
    result = api.simulate(made, quantities=[LCOC], as_of=DAY, draws=4096)
    return Asker.of(result, LCOC, None, Memo(MEMO_BYTES))


def binned(x: np.ndarray, y: np.ndarray, bins: int = 32) -> float:
    """Correlation ratio: variance of the means of y over bins of x, less what chance alone gives, over the variance of y."""
    place = np.argsort(np.argsort(x)) * bins // len(x)
    means = np.array([y[place == one].mean() for one in range(bins)])
    return float((means.var() - (y.var() - means.var()) * (bins - 1) / len(y)) / y.var())


def test_shares_agree_with_means_over_bins_and_with_effects_from_the_same_draws(asker: Asker) -> None:
    """Two that need no other run: correlation ratios, and the effects that `drivers` tells."""
    names = ["equipment_unit_cost", "hours_sold_share", "accelerator_life"]
    made = {one.inputs[0]: one for one in shares(asker, names)}
    values, drawn = asker.values({}), asker.streams()
    (told,) = effects_of(drawn, values[None])
    assert told is not None
    effects = {one.name: one for one in told.by({name: input_of(name) for name in drawn})}
    for name in names:
        assert made[name].alone == pytest.approx(binned(drawn[name], values), abs=0.04)
        assert effects[name].alone.value == pytest.approx(made[name].alone, abs=made[name].alone_within + effects[name].alone.within)
        within = made[name].with_others_within + effects[name].total.within + (1.0 - told.resolved.value)
        assert effects[name].total.value == pytest.approx(made[name].with_others, abs=within)
        assert made[name].with_others >= made[name].alone - made[name].alone_within - made[name].with_others_within
        assert 0.0 < made[name].alone_within < 0.1


def test_what_is_redrawn_is_independent_of_what_was_drawn_and_nothing_else_moves(asker: Asker) -> None:
    found = uncertain(asker.world, LCOC)
    every = {member for members in found.values() for member in members}
    again = replace(asker.world, inputs={**asker.world.inputs, **{n: replace(asker.world.inputs[n], redrawn=True) for n in every}})
    one = "hours_sold_share"
    alone = replace(asker.world, inputs={**asker.world.inputs, one: replace(asker.world.inputs[one], redrawn=True)})
    before, after, single = (
        np.concatenate([np.stack(list(world.run(["lcoc"]).sampler.chances(block).values())) for block in range(4)], axis=1)
        for world in (asker.world, again, alone)
    )
    cells = list(asker.world.run(["lcoc"]).sampler.chances(0))
    for cell, was, new, kept in zip(cells, before, after, single, strict=True):
        if np.ptp(was) > 0.0:
            assert abs(np.corrcoef(was, new)[0, 1]) < 5.0 / np.sqrt(len(was)), cell
        assert np.array_equal(was, kept) == (cell != one), cell


def test_inputs_that_take_one_choice_are_drawn_together() -> None:
    found = {"a": ("a",), "b": ("b",), "c": ("c",), "pick:x": ("a", "c"), "pick:y": ("c", "d"), "e": ("e",)}
    assert groups(found, ["e", "a", "b", "pick:y", "gone"]) == [("e",), ("a", "c", "d"), ("b",)]


def test_the_same_bits_for_any_number_of_workers_and_nothing_of_what_does_not_vary(asker: Asker) -> None:
    few = replace(asker, draws=256)
    names = ["hours_sold_share", "accelerator_life"]
    assert shares(few, names, workers=2) == shares(few, names)
    assert shares(few, []) == ()


def test_command_and_python_say_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--as-of", str(DAY), "--draws", "256", "--inputs", "hours_sold_share,accelerator_life,discount_rate=8..14 %", "--variance"]
    assert main(["sensitivity", LCOC, str(TINY), *options, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    asked = options[5].split(",")
    assert data["variance"] == api.sensitivity(LCOC, TINY, as_of=DAY, draws=256, inputs=asked, variance=True).to_dict()["variance"]
    assert {one["inputs"][0] for one in data["variance"]} == {"hours_sold_share", "accelerator_life"}  # a range given is no uncertainty
    assert main(["sensitivity", LCOC, str(TINY), *options]) == 0
    assert "share of the variance" in capsys.readouterr().out
    assert api.sensitivity(LCOC, TINY, as_of=DAY, draws=256, inputs=asked).to_dict()["variance"] is None
