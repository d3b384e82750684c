"""Reading an article: characters per second, beside one regular expression that only looks for numbers, in the same run."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

from bench.figure import Figure
from stargauge import reading

#: Prose of our own with an amount, a date or a quotation in most sentences.
GERMAN = (
    "Die Firma Nordlicht will bis Ende 2028 mindestens 450 Arbeitsplätze schaffen, wie Chefin Pia Keller am Montag sagte. "
    "Der Bau dauert länger als gedacht. «Wir investieren 2 Milliarden Dollar», erklärte Keller gegenüber dem Tagblatt. "
    "Niemand weiss, wer die Leitung bezahlt; die Gemeinde rechnet mit rund 30 Prozent Mehrkosten. Die Nachbarn sind dagegen.\n\n"
)
ENGLISH = (
    "Northgrid will build three sites with at least 5 GW by 2029, Sam Rivera told reporters on Monday. Nobody knows who pays for the line. "
    "“The money is there,” he said. Analysts put the cost at $7-10bn a gigawatt, and the county expects some 750 permanent jobs.\n\n"
)
_NUMBERS = re.compile(r"\d[\d.,'’]*(?:\s(?:Mrd\.|Milliarden|billion|bn|Prozent|GW))?")
SIZE = 200_000
RATE, DIGITS_S = 50_000, 10.0


def reading_speed() -> Iterator[Figure]:
    """Characters per CPU-second in both languages, beside the plain scan; and a million digits."""
    for name, prose, language in (("German", GERMAN, "de-CH"), ("English", ENGLISH, "en-US")):
        text = prose * (SIZE // len(prose))
        reading.draft(prose, language)  # the patterns are compiled once in a process
        rate = len(text) / _seconds(lambda text=text, language=language: reading.draft(text, language))  # type: ignore[misc]
        scan = len(text) / _seconds(lambda text=text: _NUMBERS.findall(text))  # type: ignore[misc]
        yield Figure(
            f"reading {name}", rate, "characters/s", at_least=RATE, note=f"a scan for numbers: {scan:,.0f}/s, {scan / rate:,.0f} times"
        )
    yield Figure("reading a million digits", _seconds(lambda: reading.draft("7" * 1_000_000, "de-CH")), "CPU-s", at_most=DIGITS_S)


def _seconds(run: Callable[[], object]) -> float:
    began = time.process_time()
    run()
    return time.process_time() - began
