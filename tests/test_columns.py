"""Columns of long runs: the same numbers from a file as from memory, also in forked processes, and a word where there is no room."""

from __future__ import annotations

import mmap
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import engine_toy as toy
from tests.engine_laws import equal_bits

from stargauge.engine import columns
from stargauge.engine.collect import Histogram, Values
from stargauge.engine.columns import LONG, let_go, stacked
from stargauge.engine.executors import each
from stargauge.quantity.errors import InputError


def in_file(array: Any) -> bool:
    """Whether an array is a view of a file."""
    while isinstance(array, np.ndarray):
        array = array.base
    return isinstance(array, memoryview) and isinstance(array.obj, mmap.mmap)


KINDS = st.sampled_from([np.float64, np.float32, np.bool_])


@given(st.lists(st.integers(0, LONG), min_size=1, max_size=4), KINDS, st.sampled_from([(), (3,)]), st.integers(0, 9))
def test_what_is_stacked_is_what_was_there(rows: list[int], kind: Any, shape: tuple[int, ...], seed: int) -> None:
    rng = np.random.default_rng(seed)
    arrays = [rng.random((count, *shape)).round(1).astype(kind) for count in rows]
    made, expected = stacked(arrays), np.concatenate(arrays)
    assert made.dtype == expected.dtype and made.shape == expected.shape and in_file(made) == (sum(rows) >= LONG)
    let_go(made, None, arrays[0])
    assert equal_bits(made, expected)
    again = stacked([made[::2], made])  # strided, and of files themselves
    assert equal_bits(again, np.concatenate([expected[::2], expected]))


def twice(place: int, column: Any) -> Any:
    """A column behind itself, made in a process beside us."""
    return stacked([column + place, column])


def test_processes_write_to_files_of_their_own() -> None:
    column = stacked([np.arange(float(LONG))])
    made = list(each(twice, (column,), 6, 3))
    after = stacked([np.full(LONG, 7.0)])
    for place, found in enumerate(made):
        assert equal_bits(found, np.concatenate([np.arange(float(LONG)) + place, np.arange(float(LONG))]))
    assert equal_bits(column, np.arange(float(LONG))) and (after == 7.0).all()


def test_a_long_run_is_the_same_from_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    run = toy.world().run(["paid", "capacity", "output"])
    asked = {"paid": Values("paid[ann]"), "size": Values("capacity[north]", (3,)), "counts": Histogram("output[south]")}
    found = run.collect(asked, 2 * LONG)
    assert in_file(found["paid"].values) and in_file(found["size"].values)
    monkeypatch.setattr(columns, "LONG", 2**40)
    here = run.collect(asked, 2 * LONG)
    assert not in_file(here["paid"].values)
    assert all(equal_bits(found[name].values, here[name].values) for name in ("paid", "size"))


def test_where_there_is_no_room_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    monkeypatch.setattr(columns, "_last", [])
    with pytest.raises(InputError, match=r"524,288 bytes of a long run in .*gone: No such file or directory; .* folder with TMPDIR"):
        stacked([np.zeros(LONG)])


@pytest.mark.skipif(not os.path.exists("/proc/self/smaps_rollup"), reason="resident memory is read from Linux")
def test_what_is_let_go_takes_no_memory() -> None:
    def resident() -> int:
        lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith("Rss"))

    made = stacked([np.zeros(2**23)])
    before = resident()
    assert made.sum() == 0.0 and resident() > before + 2**15
    let_go(made)
    assert resident() < before + 2**14
