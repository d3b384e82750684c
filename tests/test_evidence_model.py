"""The workspace beside a dictionary: whatever is done, in whatever order, both hold the same, and the log bears it out."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stargauge.evidence.fsck import fsck
from stargauge.evidence.items import Item
from stargauge.evidence.log.merkle import check_consistency
from stargauge.evidence.workspace import Workspace

pytest.importorskip("cryptography", reason="signatures need the extra `evidence`")

TARGETS = st.sampled_from(["https://a.example/1", "at://did/x", "ü 1"])
ABOUTS = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=3), st.integers(-9, 9) | st.booleans() | st.just("x"), max_size=2
)
PAYLOADS = st.dictionaries(st.sampled_from(["body", "text", "a.png"]), st.sampled_from([b"", b"one", b"two", bytes(3000)]), max_size=3)
ITEMS = st.builds(Item, st.sampled_from(["capture", "observation", "state", "claim"]), TARGETS, ABOUTS, PAYLOADS)
STEPS = st.one_of(
    st.tuples(st.just("add"), st.lists(ITEMS, min_size=1, max_size=5)),
    st.tuples(st.just("many"), st.integers(1, 300)),
    st.tuples(st.just("erase"), st.integers(0, 400)),
    st.tuples(st.just("rotate"), st.none()),
    st.tuples(st.just("reopen"), st.none()),
)


@settings(max_examples=10)
@given(st.lists(STEPS, min_size=1, max_size=8))
def test_a_workspace_holds_what_a_dictionary_holds(steps: list[tuple[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "kept"
        made = Workspace.init(folder)
        try:
            held: list[tuple[str, str, dict[str, Any], dict[str, bytes | None]]] = []
            points = []
            for what, how in steps:
                if what in ("add", "many"):
                    items = how if what == "add" else [Item("observation", "https://a.example/1", {"n": n}) for n in range(how)]
                    made.add_many(items)
                    held += [(one.kind, one.target, dict(one.about), dict(one.payloads)) for one in items]
                elif what == "erase":
                    entry = made.entry(how % len(made))
                    if any(entry.payloads.values()):
                        kept = held[entry.index - 1][3]
                        erased = made.erase(entry, "asked for")
                        held.append(("erasure", entry.target, dict(erased.about), {}))
                        kept.update(dict.fromkeys(kept))
                elif what == "rotate":
                    held.append(("key", made.origin, dict(made.rotate_key().about), {}))
                else:
                    made.close()
                    made = Workspace.open(folder)
                    assert not made.notes
                points.append(made.checkpoint()[0])
            entries = list(made.entries())[1:]
            assert [(one.kind, one.target, one.about) for one in entries] == [one[:3] for one in held]
            for entry, (_, _, _, payloads) in zip(entries, held, strict=True):
                assert {part: made.payload(entry, part) if entry.payloads[part] else None for part in entry.payloads} == payloads
            for before in points:
                check_consistency(before.size, points[-1].size, before.root, points[-1].root, made.consistency(before.size))
            assert not fsck(made).faults and not fsck(made).notes
        finally:
            made.close()
