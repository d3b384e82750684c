"""Drivers: the inputs that move a reading are found, noise is not, and the odds at their ends are right."""

from __future__ import annotations

import numpy as np
import pytest

from stargauge.audit.drivers import drivers, standard_ranks
from stargauge.audit.evaluate import Outcome

RNG = np.random.default_rng(7)
N = 2048


def sample():
    cells = {f"noise_{i}[site-{i % 7}]": RNG.normal(size=N) for i in range(60)}
    return cells | {"slip": RNG.normal(size=N), "price": RNG.lognormal(size=N), "share[a]": RNG.random(N), "share[b]": RNG.random(N)}


def outcome(margin):
    return Outcome(margin > 0, margin.astype(np.float32), (), None)


def test_shares_are_squared_rank_correlations_summed_over_cells():
    cells = sample()
    found = drivers([outcome(2 * cells["slip"] + np.log(cells["price"]))], cells, {"price": "USD/W"})[0]
    assert [driver.input for driver in found[:2]] == ["slip", "price"]
    # linear in normal deviates: the shares are 4/5 and 1/5, Spearman's r a little below Pearson's
    assert found[0].share == pytest.approx(0.8, abs=0.05) and found[1].share == pytest.approx(0.2, abs=0.05)
    assert found[1].unit == "USD/W"


def test_cells_of_one_input_count_together():
    cells = sample()
    found = drivers([outcome(cells["share[a]"] + cells["share[b]"] - 1)], cells)[0]
    assert found[0].input == "share" and found[0].share == pytest.approx(1.0, abs=0.1)


def test_odds_are_those_at_the_ends_of_the_input():
    cells = sample()
    found = drivers([outcome(-cells["slip"])], cells)[0][0]
    assert found.odds_p10 == 1.0 and found.odds_p90 == 0.0
    assert (found.p10, found.p90) == (pytest.approx(-1.28, abs=0.1), pytest.approx(1.28, abs=0.1))


def test_without_a_margin_the_truth_is_ranked():
    cells = sample()
    truth = cells["slip"] > 0.5
    assert drivers([Outcome(truth, None, (), None)], cells)[0][0].input == "slip"


def test_a_choice_can_be_a_driver():
    cells = sample() | {"pick:block": (RNG.random(N) < 0.5).astype(float)}
    found = drivers([outcome(cells["pick:block"] - 0.5 + 0.1 * cells["slip"])], cells)[0]
    assert found[0].input == "pick:block" and found[0].odds_p90 > 0.95


def test_what_switches_with_a_choice_counts_for_what_it_adds():
    pick = (RNG.random(N) < 0.5).astype(float)
    inner = RNG.normal(size=N)
    cells = sample() | {"size[a]": 4 * pick + inner, "price": 4 * pick + RNG.normal(size=N), "pick:block": pick}
    found = {
        driver.input: driver.share for driver in drivers([outcome(cells["size[a]"])], cells, None, [frozenset({"size", "pick:block"})])[0]
    }
    assert set(found) == {"size", "pick:block"} and sum(found.values()) == pytest.approx(1, abs=0.1)


def test_noise_moves_nothing():
    cells = sample()
    found = drivers([outcome(RNG.normal(size=N)) for _ in range(40)], cells)
    assert sum(len(row) for row in found) < 0.06 * 40 * len(cells)  # two standard deviations
    assert max((driver.share for row in found for driver in row), default=0) < 0.02


def test_nothing_to_go_by_gives_nothing():
    assert drivers([outcome(np.ones(4))], {"a": np.ones(4)}) == [()]
    assert drivers([], {}) == []


def test_ties_share_their_rank():
    ranks = standard_ranks(np.array([[1.0, 1.0, 2.0, 3.0], [5.0, 5.0, 5.0, 5.0]]))
    assert ranks[0] == pytest.approx(np.array([-1, -1, 0.5, 1.5]) / np.sqrt(4.5 / 4))
    assert (ranks[1] == 0).all()
