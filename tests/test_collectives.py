"""Exchanges between accelerators: rings, all-to-all and neighbours by hand, and against tokens sent one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stargauge.quantity.compute.collectives import Links, all_gather, all_reduce, all_to_all, neighbour, out_rate, within
from stargauge.quantity.compute.layout import Array
from stargauge.quantity.compute.machine import Chip, Machine, Tier

CHIP = Chip("chip", "A chip", {"bf16": 1e15}, 80e9, 4e12, 8, 400e9, 50e9, 2024.0)
MACHINE = Machine(CHIP, 64)
LINKS = Links(1.0, 1.0, 0.0, 3e-6, 1e-5)
#: Exchanges that take no time but that of their bytes.
FREE = Links(1.0, 1.0, 0.0, 0.0, 0.0)
NARROW = Machine(CHIP, 4096, (Tier(512.0, 1.0), Tier(float("inf"), 1.0 / 7.0)))


def of(*values: float) -> Array:
    """Numbers as an array."""
    return np.array(values, dtype=np.float64)


# --- rings ----------------------------------------------------------------------------------------------------------------------------


def test_a_ring_within_the_domain_by_hand() -> None:
    seconds = all_gather(MACHINE, LINKS, of(8e9), of(8.0), of(1.0))
    assert seconds[0] == pytest.approx(7.0 / 8.0 * 8e9 / 400e9 + 7.0 * 3e-6)
    assert all_reduce(MACHINE, LINKS, of(8e9), of(8.0), of(1.0))[0] == pytest.approx(2.0 * seconds[0])


def test_a_ring_beyond_the_domain_goes_by_all_its_links() -> None:
    """Sixteen in two domains of eight: half of the volume crosses by eight links of 50 GB/s, slower than 7/8 of it at 400 GB/s within."""
    seconds = all_gather(MACHINE, LINKS, of(80e9), of(16.0), of(1.0))
    assert seconds[0] == pytest.approx(max(0.5 * 80e9 / 400e9, 7.0 / 8.0 * 80e9 / 400e9) + 7.0 * 3e-6 + 1e-5)
    apart = all_gather(MACHINE, LINKS, of(80e9), of(16.0), of(8.0))  # one member in each domain: one link
    assert apart[0] == pytest.approx(15.0 / 16.0 * 80e9 / 50e9 + 15.0 * 1e-5)


def test_an_oversubscribed_tier_slows_what_crosses_it_alone() -> None:
    volume, size = of(1e9, 1e9), of(64.0, 64.0)
    stride = of(8.0, 64.0)  # within 512; one member in 64 accelerators, eight in a tier: the ring crosses rarely
    free, bound = (all_gather(machine, LINKS, volume, size, stride) for machine in (Machine(CHIP, 4096), NARROW))
    assert bound[0] == free[0] and bound[1] == free[1]
    lone = all_gather(NARROW, LINKS, volume[:1], of(8.0), of(512.0))  # one member in each tier: every hop crosses
    assert lone[0] == pytest.approx(7.0 / 8.0 * 1e9 / (50e9 / 7.0) + 7.0 * 1e-5)
    spread = all_to_all(NARROW, LINKS, of(1e6), 8.0, 1e4, of(1024.0), of(0.0))[1][0]
    near = all_to_all(NARROW, LINKS, of(1e6), 8.0, 1e4, of(512.0), of(0.0))[1][0]
    assert spread > 6.0 * near


def test_each_of_several_exchanges_waits_for_itself() -> None:
    """The same bytes in three exchanges: three times the steps, the bytes once."""
    one, three, bytes_only = (
        all_gather(MACHINE, links, of(8e9), of(16.0), of(1.0), many)[0] for links, many in ((LINKS, 1.0), (LINKS, 3.0), (FREE, 1.0))
    )
    assert three - bytes_only == pytest.approx(3.0 * (one - bytes_only))
    sent = [all_to_all(MACHINE, LINKS, of(1e6), 8.0, 1e4, of(64.0), of(1.0), exchanges=many) for many in (1.0, 4.0)]
    for first, then, step in zip(*sent, (3e-6, 1e-5), strict=True):
        assert then[0] - first[0] == pytest.approx(3.0 * 3.0 * step)  # three doublings, three exchanges more


def test_what_is_reached_of_a_network_and_a_start_are_given() -> None:
    """Half the rates: twice the bytes' time. A start counts once for an exchange, a sum that all get is one, none for a group of one."""
    half, started = replace_links(up=0.5, out=0.5), replace_links(start=1e-3)
    for size in (8.0, 64.0):
        ring = [all_gather(MACHINE, links, of(8e9), of(size), of(1.0))[0] for links in (FREE, half)]
        assert ring[1] == pytest.approx(2.0 * ring[0])
        sent = [sum(one[0] for one in all_to_all(MACHINE, links, of(1e6), 8.0, 1e4, of(size), of(1.0))) for links in (FREE, half)]
        assert sent[1] == pytest.approx(2.0 * sent[0])
        both = [all_reduce(MACHINE, links, of(8e9), of(size), of(1.0))[0] for links in (FREE, started)]
        assert both[1] - both[0] == pytest.approx(1e-3)
    for links in (LINKS, started):
        assert all_reduce(MACHINE, links, of(8e9), of(1.0), of(1.0))[0] == 0.0
        assert all(one[0] == 0.0 for one in all_to_all(MACHINE, links, of(1e6), 8.0, 1e4, of(1.0), of(1.0)))


def replace_links(**changed: float) -> Links:
    """Links that take no time of their own, but for some of it."""
    return FREE._replace(**changed)


# --- groups and domains ---------------------------------------------------------------------------------------------------------------


def test_a_group_that_does_not_divide_a_domain_leaves_the_rest_of_it_idle() -> None:
    """Of 72: groups of 64 are inside, one of 128 is two halves of 64, one of 144 two of 72; apart by 8, nine are inside."""
    wide = Machine(replace(CHIP, domain=72), 576)
    assert within(wide, of(64.0, 128.0, 144.0, 576.0), of(1.0, 1.0, 1.0, 1.0)).tolist() == [64.0, 64.0, 72.0, 72.0]
    assert within(wide, of(9.0, 16.0, 4.0), of(8.0, 8.0, 100.0)).tolist() == [9.0, 8.0, 1.0]
    beyond = all_to_all(wide, FREE, of(1e6, 1e6), 8.0, 1e4, of(64.0, 128.0), of(1.0, 1.0))[1]
    assert beyond[0] == 0.0 < beyond[1]


# --- tokens to experts ----------------------------------------------------------------------------------------------------------------


def sent_one_by_one(size: int, copies: int, domain: int, most: int, tokens: int = 20000) -> tuple[float, float]:
    """Copies of a token within domains and between them, tokens of one member sent one by one.

    Each goes once to every domain that needs it, to the member at its own member's place, and from there once to each other that does.
    """
    generator, inside, outside = np.random.default_rng(7), 0, 0
    here = min(size, domain)
    domains = size // here
    for _ in range(tokens):
        chosen = generator.permutation(domains)[: min(most, domains)]
        places = {int(chosen[each // here]) * here + each % here for each in generator.integers(0, len(chosen) * here, copies)}
        own = int(generator.integers(0, size))
        met = {place // here for place in places}
        outside += len(met - {own // here})
        inside += sum(place % here != own % here for place in places)
    return inside / tokens, outside / tokens


@pytest.mark.parametrize(("size", "most"), [(8, 99), (16, 99), (64, 99), (64, 4), (128, 2)])
def test_tokens_sent_once_are_as_many_as_when_sent_one_by_one(size: int, most: int) -> None:
    inside, outside = all_to_all(MACHINE, FREE, of(1e6), 8.0, 1e4, of(size), of(1.0), most)
    told = sent_one_by_one(size, 8, 8, most)
    assert inside[0] * 400e9 / 1e10 == pytest.approx(told[0], rel=0.02)
    assert outside[0] * 50e9 / 1e10 == pytest.approx(told[1], rel=0.02, abs=1e-12)


def test_copies_that_go_by_themselves_by_hand() -> None:
    inside, outside = all_to_all(MACHINE, LINKS, of(1e6), 8.0, 1e4, of(64.0), of(0.0))
    assert inside[0] == pytest.approx(8e10 * 7.0 / 64.0 / 400e9 + 9e-6)
    assert outside[0] == pytest.approx(8e10 * 56.0 / 64.0 / 50e9 + 3e-5)


def test_fewer_domains_for_a_token_are_fewer_copies_everywhere() -> None:
    some = [all_to_all(MACHINE, FREE, of(1e6), 8.0, 1e4, of(64.0), of(1.0), most) for most in (1.0, 2.0, 4.0, 8.0, np.inf)]
    for where in (0, 1):
        seconds = [one[where][0] for one in some]
        assert seconds == sorted(seconds) and seconds[-1] == seconds[-2] > seconds[-3]


# --- neighbours -----------------------------------------------------------------------------------------------------------------------


def test_a_neighbour_is_near_where_all_stages_stand_in_one_domain() -> None:
    seconds = neighbour(MACHINE, LINKS, of(4e8, 4e8, 4e8), of(2.0, 4.0, 8.0), of(4.0, 4.0, 2.0))
    assert seconds == pytest.approx([1e-3 + 3e-6, 8e-3 + 1e-5, 8e-3 + 1e-5])


def test_stages_that_reach_over_an_oversubscribed_tier_are_as_fast_as_its_border() -> None:
    """Stages of 128 in tiers of 512: the last of four crosses with a seventh of what four have. Four stages fit: nothing crosses."""
    seconds = neighbour(NARROW, FREE, of(4e8, 4e8, 4e8), of(128.0, 128.0, 1024.0), of(4.0, 16.0, 2.0))
    assert seconds == pytest.approx([8e-3, 8e-3 * 7.0 / 4.0, 8e-3 * 7.0])


# --- rows -----------------------------------------------------------------------------------------------------------------------------

sizes = st.sampled_from([1.0, 2.0, 8.0, 16.0, 72.0, 96.0, 512.0, 2048.0])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(sizes, sizes, st.sampled_from([0.0, 1.0])), min_size=2, max_size=6), st.sampled_from([8, 72]))
def test_rows_together_are_as_each_alone(rows: list[tuple[float, float, float]], domain: int) -> None:
    machine = replace(NARROW, chip=replace(CHIP, domain=domain))
    size, stride, once = (np.array(column) for column in zip(*rows, strict=True))
    volume = np.full_like(size, 1e9)

    def made(at: slice) -> list[Array]:
        return [
            all_gather(machine, LINKS, volume[at], size[at], stride[at]), all_reduce(machine, LINKS, volume[at], size[at], stride[at]),
            *all_to_all(machine, LINKS, volume[at], 8.0, 1e4, size[at], once[at], 4.0), out_rate(machine, size[at]),
            neighbour(machine, LINKS, volume[at], stride[at], size[at]),
        ]  # fmt: skip

    together = made(slice(None))
    for place in range(len(rows)):
        for one, alone in zip(together, made(slice(place, place + 1)), strict=True):
            assert one[place] == alone[0] and np.isfinite(alone[0]) and alone[0] >= 0.0
