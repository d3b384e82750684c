"""Effects from given draws: the published indices of two functions, exact shares of sums, and what must hold of any function."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stargauge.quantity.effects.chaos import PLACES
from stargauge.quantity.effects.effects import Effects, dependent_effects, effects, student_975
from stargauge.quantity.effects.orthogonal import contrasts, legendre
from stargauge.quantity.effects.shapley import coalitions, shapley_values
from stargauge.quantity.effects.sobol import sobol_indices
from stargauge.quantity.quantity import SAMPLES

WEIGHTS = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0])


def ishigami(u):
    """Ishigami and Homma (1990), with a = 7, b = 0.1."""
    x = np.pi * (2.0 * u - 1.0)
    return np.sin(x[0]) + 7.0 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])


def ishigami_indices():
    """First and total indices: V1, V2, V13 in closed form, Saltelli et al. (2008), Global Sensitivity Analysis, section 4.6."""
    a, b = 7.0, 0.1
    one, two, both = 0.5 * (1 + b * np.pi**4 / 5) ** 2, a**2 / 8, 8 * b**2 * np.pi**8 / 225
    whole = one + two + both
    return np.array([one, two, 0.0]) / whole, np.array([one + both, two, both]) / whole


def g_function(u):
    """Sobol's g-function; Saltelli and Sobol (1995)."""
    return np.prod((np.abs(4.0 * u - 2.0) + WEIGHTS[:, None]) / (1.0 + WEIGHTS[:, None]), axis=0)


def g_indices():
    """V_u = product over u of 1 / (3 (1 + a)^2)."""
    part = 1.0 / (3.0 * (1.0 + WEIGHTS) ** 2)
    whole = np.prod(1.0 + part) - 1.0
    return part / whole, np.array([part[i] * np.prod(np.delete(1.0 + part, i)) for i in range(len(part))]) / whole


def named(u):
    return {f"x{row}": values for row, values in enumerate(u)}


def one(u, values, **more) -> Effects:
    (found,) = effects(named(u), values[None], **more)
    assert found is not None
    return found


@pytest.mark.parametrize(("function", "indices", "size"), [(ishigami, ishigami_indices, 3), (g_function, g_indices, 8)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_indices_are_the_analytic_ones_within_a_hundredth_from_ten_thousand_plain_draws(function, indices, size, seed):
    u = np.random.default_rng(seed).random((size, 10_000))
    made = one(u, function(u))
    first, total = indices()
    assert [effect.alone.value for effect in made.factors()] == pytest.approx(first, abs=0.01)
    assert [effect.total.value for effect in made.factors()] == pytest.approx(total, abs=0.01)
    assert made.resolved.value > 0.99


def test_shapley_effects_of_ishigami_lie_between_first_and_total():
    """Owen (2014): what two do together is halved, so x1 gets S1 + S13 / 2 and x3 S13 / 2."""
    u = np.random.default_rng(5).random((3, 10_000))
    first, total = ishigami_indices()
    assert [effect.shapley.value for effect in one(u, ishigami(u)).factors()] == pytest.approx((first + total) / 2, abs=0.01)


def test_of_many_factors_that_do_nothing_none_stands_out_and_together_they_are_nothing():
    rng = np.random.default_rng(11)
    u = rng.random((300, 4096))
    y = np.sin(3 * u[0]) * u[1]
    made = one(u, y + 0.05 * rng.normal(size=4096))
    idle = {f"x{row}": "idle" for row in range(2, 300)} | {"x0": "x0", "x1": "x1"}
    together = {effect.name: effect for effect in made.by(idle)}["idle"]
    assert abs(together.total.value) <= 2.0 * together.total.within and together.total.within < 0.05
    inside = [abs(effect.total.value) <= effect.total.within for effect in made.factors()[2:]]
    assert np.mean(inside) > 0.9
    assert made.resolved.value == pytest.approx(y.var() / (y.var() + 0.05**2), abs=0.02)


def test_noise_alone_is_not_resolved():
    rng = np.random.default_rng(12)
    found = effects(named(rng.random((100, 2048))), rng.normal(size=(12, 2048)))
    assert np.mean([abs(made.resolved.value) <= made.resolved.within for made in found]) > 0.7
    assert abs(np.mean([made.resolved.value for made in found])) < 0.05


def test_the_interval_holds_the_truth_as_often_as_it_says():
    """Three factors, the third acts only by the first, among noise that no factor explains; 60 samples, each of four shares in each."""
    hits = []
    for seed in range(60):
        rng = np.random.default_rng(100 + seed)
        u = rng.random((6, 4096))
        z = np.sqrt(12.0) * (u - 0.5)
        made = {e.name: e for e in one(u, z[0] + 0.5 * z[1] + 0.7 * z[0] * z[2] + rng.normal(size=4096)).factors()}
        whole = 1 + 0.25 + 0.49 + 1
        truth = [(made["x0"].alone, 1 / whole), (made["x0"].total, 1.49 / whole), (made["x1"].total, 0.25 / whole)]
        truth += [(made["x2"].total, 0.49 / whole)]
        hits += [abs(share.value - value) <= share.within for share, value in truth]
    assert 0.90 < np.mean(hits) <= 1.0


def test_a_choice_is_one_factor_and_what_counts_under_one_option_acts_with_it():
    """y = v if the choice takes its first option (chance 1/4), else 2: V_pick = p (1 - p) d^2, the rest by the factor alone and with it."""
    rng = np.random.default_rng(3)
    u, pick = rng.random(8192), (rng.random(8192) >= 0.25).astype(float)
    y = np.where(pick == 0, 4.0 + np.sqrt(12.0) * (u - 0.5), 2.0)
    (made,) = effects({"pick:p": pick, "v": u}, y[None], choices=["pick:p"])
    first, second = made.factors()
    whole = 0.25 * 0.75 * 4.0 + 0.25
    assert first.alone.value == pytest.approx(0.75 / whole, abs=0.02)
    assert second.alone.value == pytest.approx(0.25**2 / whole, abs=0.02)
    assert second.total.value == pytest.approx(0.25 / whole, abs=0.02)


def test_a_place_in_a_table_and_the_choice_of_the_table_are_seen_together():
    """A table per option, with nothing in common: what they do together is most, and no low degree follows it."""
    rng = np.random.default_rng(4)
    tables = rng.normal(size=(3, 32))
    u, pick = rng.random(10_240), rng.integers(0, 3, 10_240).astype(float)
    value = tables[pick.astype(int), (u * 32).astype(int)]
    y = value + 0.3 * rng.normal(size=10_240)
    factors = {"pick:table": pick, "sample": u, "idle": rng.random(10_240)}
    (seen,), (smooth,) = (effects(factors, y[None], choices=["pick:table"], tables=names) for names in (["sample"], []))
    share = value.var() / y.var()
    alone = np.var(tables.mean(axis=0)) / y.var()
    found = {effect.name: effect for effect in seen.factors()}
    assert found["sample"].total.value == pytest.approx(share - np.var(tables.mean(axis=1)) / y.var(), abs=0.03)
    assert found["sample"].alone.value == pytest.approx(alone, abs=0.03) and abs(found["idle"].total.value) < 0.01
    assert seen.resolved.value == pytest.approx(share, abs=0.03) and smooth.resolved.value < share - 0.2
    assert len(SAMPLES) == PLACES


def test_what_does_not_vary_has_no_effects_and_equal_numbers_have_equal_ones():
    u = np.random.default_rng(5).random((2, 512))
    flat = 1e9 + np.cumsum(np.full(512, 1e-12))
    found = effects(named(u), np.stack([u[0], flat, u[0], np.full(512, 3.0)]))
    assert found[1] is None and found[3] is None and found[0] is found[2]
    assert effects({}, np.zeros((1, 512))) == (None,) and effects(named(u[:, :8]), u[:1, :8]) == (None,) and effects(named(u), u[:0]) == ()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(-3, 3), min_size=2, max_size=5), st.integers(0, 2**31))
def test_shares_of_a_sum_are_those_of_its_parts(weights, seed):
    """Of y = sum of w z with z of variance 1: w^2 / sum of w^2, alone as in all."""
    if max(map(abs, weights)) < 0.5:
        return
    u = np.random.default_rng(seed).random((len(weights), 2048))
    made = one(u, np.array(weights) @ u)
    expected = np.square(weights) / np.square(weights).sum()
    for effect, share in zip(made.factors(), expected, strict=True):
        assert effect.alone.value == pytest.approx(share, abs=0.01) and effect.total.value == pytest.approx(share, abs=0.01)


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(5)), st.integers(0, 2**31))
def test_the_order_of_factors_changes_no_share(order, seed):
    u = np.random.default_rng(seed).random((5, 1024))
    y = np.exp(u[0]) * (1 + u[1]) + 0.3 * u[2] ** 2 + np.abs(u[3] - 0.4)
    plain = {effect.name: effect for effect in one(u, y).factors()}
    (turned,) = effects({f"x{row}": u[row] for row in order}, y[None])
    for effect in turned.factors():
        assert effect.total.value == pytest.approx(plain[effect.name].total.value, abs=0.003)
        assert effect.alone.value == pytest.approx(plain[effect.name].alone.value, abs=0.003)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 4))
def test_shapley_effects_add_up_to_what_is_resolved_and_a_total_holds_what_is_done_alone(seed, groups):
    rng = np.random.default_rng(seed)
    u = rng.random((6, 1024))
    y = u[0] * u[1] + u[1] * u[2] * u[3] + u[4] ** 3 + 0.1 * rng.normal(size=1024)
    made = one(u, y)
    by = {name: f"g{row % groups}" for row, name in enumerate(made.names)}
    for found in (made.factors(), made.by(by)):
        assert sum(effect.shapley.value for effect in found) == pytest.approx(made.resolved.value, abs=1e-9)
        assert all(effect.total.value >= effect.alone.value - effect.total.within - 1e-9 for effect in found)
    assert sum(made.cells().values()) == pytest.approx(made.resolved.value, abs=1e-9)
    assert sum(share.value for _, share in made.together(by)) <= made.resolved.value + 1e-9


def test_the_total_of_a_group_counts_what_its_members_do_together_once():
    u = np.random.default_rng(8).random((3, 4096))
    z = np.sqrt(12.0) * (u - 0.5)
    made = one(u, z[0] * z[1] + z[2])
    both, other = made.by({"x0": "both", "x1": "both", "x2": "other"})
    assert both.alone.value == pytest.approx(0.5, abs=0.02) and both.total.value == pytest.approx(0.5, abs=0.02)
    assert other.total.value == pytest.approx(0.5, abs=0.02)
    assert [name for name, _ in made.together({"x0": "a", "x1": "b", "x2": "c"})][:1] == [("a", "b")]


def test_functions_of_a_factor_are_orthonormal():
    u = (np.arange(20_000) + 0.5) / 20_000
    held = np.stack(list(legendre(u, 6))).astype(np.float64)
    assert held @ held.T / 20_000 == pytest.approx(np.eye(6), abs=1e-3) and held.mean(axis=1) == pytest.approx(np.zeros(6), abs=1e-3)
    options = np.repeat([0.0, 1.0, 3.0], [5, 10, 85])
    made = contrasts(options).astype(np.float64)
    assert made.shape == (2, 100) and made @ made.T / 100 == pytest.approx(np.eye(2), abs=1e-5)
    assert made.mean(axis=1) == pytest.approx(np.zeros(2), abs=1e-6)


def test_the_quantile_of_student_is_the_tabled_one():
    """Student's t at 97.5 %: 2.131 for 15 degrees, 2.023 for 39 (NIST/SEMATECH e-Handbook, table 1.3.6.7.2)."""
    assert student_975(15) == pytest.approx(2.131, abs=0.001) and student_975(39) == pytest.approx(2.023, abs=0.001)


def test_shapley_values_of_the_glove_game():
    """Two hold a left glove, one the right: 1/6, 1/6, 4/6 (Shapley and Shubik 1969)."""
    sets = coalitions(3)
    worth = (sets[:, 2] & (sets[:, 0] | sets[:, 1])).astype(float)
    assert shapley_values(worth) == pytest.approx([1 / 6, 1 / 6, 4 / 6])


def test_effects_of_correlated_normals_are_the_closed_form():
    """Of y = b1 x1 + b2 x2 with correlation r: phi_1 V = b1^2 + b1 b2 r + r^2 / 2 (b2^2 - b1^2), b with the standard deviation in it.

    Owen and Prieur (2017), section 4. An input apart from both has its own variance.
    """
    rng = np.random.default_rng(2)
    r, b = 0.7, np.array([1.0, 1.0, 3.0])
    x = rng.standard_normal((3, 6_000))
    x[2] = r * x[1] + np.sqrt(1 - r**2) * x[2]
    cdf = np.vectorize(NormalDist().cdf)
    factors = {f"x{row}": cdf(values) for row, values in enumerate(x)} | {f"idle{row}": rng.random(6_000) for row in range(8)}
    (made,) = dependent_effects(factors, (b @ x)[None], {name: name for name in factors})
    whole = np.square(b).sum() + 2 * r * b[1] * b[2]
    cross, tilt = b[1] * b[2] * r, r**2 / 2 * (b[2] ** 2 - b[1] ** 2)
    truth = {"x0": b[0] ** 2 / whole, "x1": (b[1] ** 2 + cross + tilt) / whole, "x2": (b[2] ** 2 + cross - tilt) / whole}
    found = {effect.name: effect.shapley.value for effect in made.factors}
    assert [found[name] for name in truth] == pytest.approx(list(truth.values()), abs=0.015)
    assert sum(found.values()) == pytest.approx(made.resolved.value, abs=1e-9) and made.resolved.value > 0.98


def test_where_factors_are_independent_both_ways_agree():
    u = np.random.default_rng(6).random((4, 4096))
    y = u[0] + 0.5 * u[1] ** 2 + u[0] * u[2]
    apart = {effect.name: effect.shapley.value for effect in one(u, y).factors()}
    (made,) = dependent_effects(named(u), y[None], {name: name for name in named(u)})
    for effect in made.factors:
        assert effect.shapley.value == pytest.approx(apart[effect.name], abs=0.02)


def test_where_no_number_varies_or_no_factor_does_nothing_moves_it():
    """A choice of which one option is left has no function; alone there is nothing to go by, beside others it has no effect."""
    u, same = np.random.default_rng(9).random((2, 256)), np.zeros(256)
    own = {"pick:a": "pick:a", "x": "x"}
    assert dependent_effects({"x": u[0]}, np.ones((2, 256)), own) == (None, None)
    for made in (dependent_effects({"pick:a": same}, u[:1], own, ["pick:a"]), effects({"pick:a": same}, u[:1], ["pick:a"])):
        assert made == (None,)
    (found,) = effects({"pick:a": same, "x": u[0]}, (u[0] + 0.1 * u[1])[None], ["pick:a"])
    assert [effect.total.value for effect in found.factors()] == pytest.approx([0.0, 0.99], abs=0.02)
    (found,) = dependent_effects({"pick:a": same, "x": u[0]}, np.stack([u[0] + 0.1 * u[1]]), own, ["pick:a"])
    assert [effect.name for effect in found.factors] == ["x"] and found.resolved.value == pytest.approx(0.99, abs=0.02)


def test_a_number_of_any_size_has_the_same_dependent_effects():
    u = np.random.default_rng(10).random((3, 512))
    y = u[0] + 0.5 * u[1]
    own = {name: name for name in named(u)}
    plain, *others = dependent_effects(named(u), np.stack([y, 1e-9 * y, 1e12 + 1e3 * y]), own)
    for made in others:
        assert made.factors[0].shapley.value == pytest.approx(plain.factors[0].shapley.value, abs=1e-3)


def step(u):
    return (u[0] > 0.3).astype(float)


def both_hold(u):
    return ((u[0] > 0.5) & (u[1] > 0.6)).astype(float)


def tail(u):
    """A sum of six that is exceeded in two of a hundred draws."""
    return (u[:6].sum(axis=0) > 4.45).astype(float)


#: Of `both_hold` T1 = p2 p1 (1 - p1) / (p (1 - p)) with p = p1 p2. Of `tail` by pick-freeze on 2^21 draws, 0.566.
STEPS = [(step, [1.0]), (both_hold, [0.4 * 0.25 / (0.2 * 0.8), 0.5 * 0.24 / (0.2 * 0.8)]), (tail, [0.566] * 6)]


@pytest.mark.parametrize(("function", "totals"), STEPS)
@pytest.mark.parametrize("draws", [1024, 4096])
def test_of_steps_and_tails_the_true_total_lies_between_the_share_and_at_most(function, totals, draws):
    """No set of low degrees follows a step: the interval of what is resolved does not hold the truth; the two ends do, as often as 95 %."""
    short, inside = 0, []
    for seed in range(10):
        u = np.random.default_rng(seed).random((40, draws))
        made = one(u, function(u))
        for effect, truth in zip(made.factors(), totals, strict=False):
            inside.append(effect.total.value - effect.total.within <= truth <= effect.total.at_most(made.resolved) + 1e-9)
            short += truth > effect.total.value + effect.total.within
        assert max(effect.total.at_most(made.resolved) for effect in made.factors()) <= 1.0
    assert np.mean(inside) >= 0.95 and short == 10 * len(totals)


def test_a_factor_that_goes_with_nothing_until_another_is_accounted_for_is_found():
    """y = 2 x1 + x2 with correlation -1/2: x2 is uncorrelated with y. Shapley effects 0.875 and 0.125, as in the closed form above."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((102, 2000))
    x[1] = -0.5 * x[0] + np.sqrt(0.75) * x[1]
    factors = {f"x{row}": np.vectorize(NormalDist().cdf)(values) for row, values in enumerate(x)}
    (made,) = dependent_effects(factors, (2.0 * x[0] + x[1])[None], {name: name for name in factors})
    found = {effect.name: effect.shapley.value for effect in made.factors}
    assert (found["x0"], found["x1"]) == (pytest.approx(0.875, abs=0.02), pytest.approx(0.125, abs=0.02))


@pytest.mark.parametrize("draws", [1024, 4096])
def test_the_interval_of_a_choice_holds_the_truth_as_often_as_it_says(draws):
    """Options of 20, 50 and 30 % with means 0, 2.5 and 1, and slopes 1, 0 and -1: how often each comes is told by the draws too."""
    chance, mean, slope = np.array([0.2, 0.5, 0.3]), np.array([0.0, 2.5, 1.0]), np.array([1.0, 0.0, -1.0])
    own, once, joint = chance @ mean**2 - (chance @ mean) ** 2, (chance @ slope) ** 2, chance @ slope**2
    whole, hits = own + joint + 0.04, []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        u, pick = rng.random((4, draws)), rng.choice(3, draws, p=chance)
        y = mean[pick] + slope[pick] * np.sqrt(12.0) * (u[0] - 0.5) + 0.2 * rng.normal(size=draws)
        (made,) = effects({"pick:p": pick.astype(float), **named(u)}, y[None], ["pick:p"])
        first, second = made.factors()[:2]
        told = [(first.alone, own), (first.total, own + joint - once), (second.total, joint)]
        hits += [abs(share.value - truth / whole) <= share.within for share, truth in told]
    assert 0.88 < np.mean(hits) <= 1.0


def salib(**asked):
    """SALib's answer, by a Python that has it: its code is no part of ours."""
    python = os.environ.get("STARGAUGE_SALIB")
    if not python:
        pytest.skip("no Python with SALib (STARGAUGE_SALIB names it)")
    script = Path(__file__).with_name("salib_indices.py")
    made = subprocess.run([python, str(script)], input=json.dumps(asked), capture_output=True, text=True, timeout=300)
    if "No module named 'SALib'" in made.stderr:
        pytest.skip("SALib could not be had")
    assert made.returncode == 0, made.stderr
    return json.loads(made.stdout)


@pytest.mark.slow
@pytest.mark.parametrize(("function", "indices", "size"), [(ishigami, ishigami_indices, 3), (g_function, g_indices, 8)])
def test_on_the_same_plain_draws_first_indices_are_within_salibs_interval(function, indices, size):
    """RBD-FAST gives first indices from any sample; ours are within its interval, and nearer the truth."""
    u = np.random.default_rng(1).random((size, 10_000))
    y = function(u)
    first = np.array([effect.alone.value for effect in one(u, y).factors()])
    found = salib(do="given", size=size, x=u.T.tolist(), y=y.tolist())
    theirs, within = np.array(found["S1"]), np.array(found["S1_conf"])
    assert (np.abs(first - theirs) <= within + 0.005).all()
    assert np.abs(first - indices()[0]).max() < np.abs(theirs - indices()[0]).max()


@pytest.mark.slow
@pytest.mark.parametrize(("function", "size"), [(ishigami, 3), (g_function, 8)])
def test_on_salibs_own_sample_both_our_estimators_give_salibs_indices(function, size):
    """Pick-freeze: the same formulas on the same points. From given draws: the points without their structure, within SALib's interval."""
    x = np.array(salib(do="points", size=size, count=1024))
    y = function(x.T)
    theirs = {name: np.array(values) for name, values in salib(do="sobol", size=size, y=y.tolist()).items()}
    parts = y.reshape(1024, size + 2)
    ours = sobol_indices(parts[:, 0], parts[:, -1], parts[:, 1:-1].T)
    assert ours.total == pytest.approx(theirs["ST"], abs=1e-9)
    assert ours.first == pytest.approx(theirs["S1"], abs=2e-3)  # SALib takes the mean of all points off, we that of A and B
    given_data = one(x.T, y).factors()
    assert (np.abs([effect.alone.value for effect in given_data] - theirs["S1"]) <= theirs["S1_conf"] + 0.005).all()
    assert (np.abs([effect.total.value for effect in given_data] - theirs["ST"]) <= theirs["ST_conf"] + 0.005).all()
