"""Keeping evidence: durable appends, proofs and audits of a large log, hashing of payloads beside the hash alone."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from bench.figure import Figure
from stargauge.evidence.bundle import opened, packed
from stargauge.evidence.fsck import fsck
from stargauge.evidence.items import Item
from stargauge.evidence.log.note import parted
from stargauge.evidence.outside import checked_log
from stargauge.evidence.proving import check
from stargauge.evidence.stamping import bundle_of
from stargauge.evidence.workspace import Workspace

BATCH, BATCHES, SINGLES, LARGE, PART = 256, 40, 300, 1_000_000, 16_384
_MIB = 1 << 20


def evidence() -> Iterator[Figure]:
    """Rates and times of one workspace in a temporary folder (STARGAUGE_BENCH_FOLDER: on the disk that is meant)."""
    folder = Path(tempfile.mkdtemp(dir=os.environ.get("STARGAUGE_BENCH_FOLDER")))
    try:
        with Workspace.init(folder / "small", "bench.example") as made:
            yield from _appends(made, folder)
        with Workspace.init(folder / "large", "bench.example") as made:
            yield from _large(made)
    finally:
        shutil.rmtree(folder)


def _items(count: int, start: int = 0) -> list[Item]:
    """Observations of a hundred targets, as a watch makes them."""
    return [Item("observation", f"https://example.org/post/{n % 100}", {"outcome": "ok", "round": n}) for n in range(start, start + count)]


def _taken(run: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    begun = clock()
    run()
    return clock() - begun


def _appends(made: Workspace, folder: Path) -> Iterator[Figure]:
    made.add_many(_items(BATCH))
    synced = _taken(lambda: [_one_sync(folder) for _ in range(50)]) / 50
    seconds = _taken(lambda: [made.add_many(_items(BATCH)) for _ in range(BATCHES)])
    note = (
        f"{BATCHES} batches of {BATCH}, each under a signed checkpoint; one 8 kB file with fsync, rename, fsync takes {synced * 1e3:.2g} ms"
    )
    yield Figure("entries appended per second, by batches", BATCH * BATCHES / seconds, "1/s", at_least=5_000.0, note=note)
    yield Figure("one batch over one such file", seconds / BATCHES / synced, "times", note="five files, a commit of the index")
    for name, payloads in (("without payload", {}), ("with a payload of 20 kB", {"body": b""})):
        times = []
        for _ in range(SINGLES):
            given = {one: os.urandom(20_000) for one in payloads}
            times.append(_taken(lambda given=given: made.add("capture", "https://example.org/post/1", {"status": 200}, given)))  # type: ignore[misc]
        times.sort()
        note = f"{SINGLES} appends to a signed checkpoint; median {times[SINGLES // 2] * 1e3:.3g} ms"
        yield Figure(f"p95 of one append {name}", times[int(0.95 * SINGLES)] * 1e3, "ms", at_most=100.0, note=note)
    items = [Item("capture", one.target, one.about, {"body": os.urandom(2_000)}) for one in _items(BATCH)]
    seconds = _taken(lambda: made.add_many(items))
    yield Figure(
        "the same, each with a payload of 2 kB", BATCH / seconds, "1/s", note="one batch; each payload is a synced file of its own"
    )
    yield from _payloads(made)
    yield from _bundles(made)


def _bundles(made: Workspace) -> Iterator[Figure]:
    """What a reader of a proof waits for, beside the least it takes: one Ed25519 signature and the hash of the contents."""
    body = os.urandom(100_000)
    entry = made.add("capture", "https://example.org/post/1", {"status": 200}, {"page.warc": body})
    raw, keys = packed(bundle_of(made, [entry.index])), made.verifiers()
    note = made.checkpoint()[1]
    text = note[: note.rindex("\n\n") + 1].encode()
    signature = parted(note)[1][0].signature

    def median(run: Callable[[], object]) -> float:
        return sorted(_taken(run) for _ in range(200))[100]

    floor = median(lambda: (keys[-1].accepts(text, signature), sha256(body).digest()))
    took = median(lambda: check(opened(raw), keys))
    yield Figure(
        "a bundle opened and checked", took * 1e3, "ms", at_most=5.0, note=f"one capture of 100 kB, {len(raw):,} bytes; median of 200"
    )
    yield Figure("the same over one signature and one hash", took / floor, "times")


def _payloads(made: Workspace) -> Iterator[Figure]:
    """Payloads of a page or a picture, hashed when they are added and when they are read, beside the hash alone."""
    contents = [os.urandom(_MIB) for _ in range(64)]
    size = len(contents) * _MIB / 1e9
    floor = min(_taken(lambda: [sha256(one).digest() for one in contents], time.process_time) for _ in range(5))
    made.blobs.put(contents)
    again = min(_taken(lambda: made.blobs.put(contents), time.process_time) for _ in range(5))
    digests = [sha256(one).hexdigest() for one in contents]
    read = min(_taken(lambda: [made.blobs.get(one) for one in digests], time.process_time) for _ in range(5))
    note = f"64 of 1 MiB, which were there; SHA-256 alone {size / floor:.3g}"
    yield Figure("payloads hashed on the way in", size / again, "GB/CPU-s", at_least=0.8, note=note)
    yield Figure("the same over SHA-256 alone", floor / again, "times", at_least=0.8)
    yield Figure(
        "payloads read and checked", size / read, "GB/CPU-s", note=f"{floor / read:.2g} times SHA-256 alone; the rest reads the files"
    )


def _reading(made: Workspace) -> Iterator[Figure]:
    """Everything that `entries` gives, each entry checked against its manifest and the signed root, beside the index alone."""
    read = _taken(lambda: sum(1 for _ in made.entries()), time.process_time)
    alone = _taken(lambda: sum(1 for _ in made.rows()), time.process_time)
    note = f"{len(made):,} entries; rows of the index alone {len(made) / alone:,.0f} 1/CPU-s"
    yield Figure("entries read and checked per CPU-second", len(made) / read, "1/CPU-s", at_least=20_000.0, note=note)
    target = made.entry(len(made) // 2).target
    count = 0

    def of_one() -> None:
        nonlocal count
        count = sum(1 for _ in made.entries(target=target))

    spread = _taken(of_one, time.process_time)
    yield Figure("the same of one target", count / spread, "1/CPU-s", note=f"{count:,} entries all over the log")


def _one_sync(folder: Path) -> None:
    from stargauge.evidence.durable import write_files

    write_files(folder, {"one": bytes(8192)}, folder)


def _large(made: Workspace) -> Iterator[Figure]:
    seconds = _taken(lambda: [made.add_many(_items(min(PART, LARGE - n), n)) for n in range(1, LARGE, PART)])
    yield Figure("entries appended per second, by large parts", LARGE / seconds, "1/s", note=f"{len(made):,} entries, {PART:,} at a time")
    yield from _reading(made)
    for n in range(50):
        made.proof(made.entry(n * 1000))
    times = sorted(_taken(lambda n=n: made.proof(made.entry(n * 1000))) for n in range(50))  # type: ignore[misc]
    note = f"{len(made):,} entries; row, path from tiles, signature and path checked; slowest {times[-1] * 1e3:.2g} ms"
    yield Figure("inclusion proof, warm", times[25] * 1e3, "ms", at_most=2.0, note=note)
    tiles = _taken(lambda: checked_log(made.log.folder, made.verifiers()), time.process_time)
    yield Figure("audit of the log from its files", tiles, "CPU-s", at_most=10.0, note="every bundle and tile, root, signature")
    whole = _taken(lambda: fsck(made), time.process_time)
    yield Figure("audit of log and index", whole, "CPU-s", at_most=10.0, note="also each entry against the manifest that commits to it")
    made.close()
    opened = _taken(lambda: Workspace.open(made.folder).close())
    yield Figure("opening it for writing", opened * 1e3, "ms")
