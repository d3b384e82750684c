"""Captures: writing WARC files beside packing the same bytes alone, taking the text of a page, checking a proof of a signed repository."""

from __future__ import annotations

import random
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bench.figure import Figure

if TYPE_CHECKING:
    from stargauge.evidence.capture.fetched import Fetched

PAGES, SIZE = 100, 70_000


def capture() -> Iterator[Figure]:
    """Rates in megabytes of pages for each CPU-second."""
    from stargauge.evidence.capture.text import extracted
    from stargauge.evidence.capture.warc import warc_of

    pages = [_page(seed) for seed in range(PAGES)]
    attempts = [_attempt(page) for page in pages]
    size = sum(map(len, pages)) / 1e6
    texts = [page.decode() for page in pages]
    seconds = _seconds(
        lambda: [zlib.compress(page, 9, 31) for page in pages], lambda: [warc_of(one) for one in attempts],
        lambda: [warc_of(one, packed=False) for one in attempts], lambda: [extracted(one) for one in texts],
    )  # fmt: skip
    floor, packed, plain, text = (size / one for one in seconds)
    yield Figure("packing 70 kB pages by gzip alone (the floor)", floor, "MB/CPU-s")
    yield Figure("WARC, packed", packed, "MB/CPU-s")
    yield Figure("WARC, packed: share of the floor", packed / floor, "", at_least=0.7)
    yield Figure("WARC, plain", plain, "MB/CPU-s", at_least=100)
    yield Figure("text of pages", text, "MB/CPU-s", at_least=10)


def _seconds(*works: Callable[[], object], times: int = 7) -> list[float]:
    """CPU-seconds of each work, the fastest of a few runs; they take turns, so that a busy machine is busy for all."""
    best = [float("inf")] * len(works)
    for _ in range(times):
        for at, work in enumerate(works):
            start = time.process_time()
            work()
            best[at] = min(best[at], time.process_time() - start)
    return best


def _page(seed: int) -> bytes:
    """A page as pages are: a third markup, words of a skewed frequency."""
    made = random.Random(seed)
    words = ["".join(made.choices("etaoinshrdlucmfwypvbgkjqxz", weights=range(26, 0, -1), k=made.randint(2, 11))) for _ in range(3000)]
    weights = [1 / (at + 1) for at in range(len(words))]
    parts = ["<!doctype html><html><head><title>A page</title></head><body>"]
    length = len(parts[0])
    while length < SIZE:
        text = " ".join(made.choices(words, weights, k=40))
        marked = f'<div class="item c{made.randint(0, 99)}" data-id="{made.getrandbits(64):x}"><p>{text}</p>'
        parts.append(f'{marked}<a href="/p/{made.getrandbits(32)}">more</a></div>')
        length += len(parts[-1])
    return "".join(parts).encode()


def _attempt(page: bytes) -> Fetched:
    from stargauge.evidence.capture.fetched import Exchange, Fetched

    noon = datetime(2025, 1, 22, 12, tzinfo=UTC)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(page)
    exchange = Exchange("https://news.example/", noon, "192.0.2.1", b"GET / HTTP/1.1\r\nHost: news.example\r\n\r\n", head + page)
    return Fetched("https://news.example/", "https://news.example/", noon, noon, 200, exchanges=(exchange,), tool="stargauge/bench")
