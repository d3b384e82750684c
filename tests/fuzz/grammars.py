"""What people write: quantities, dates, claims, programme files, articles."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from tests.fuzz.mutate import Mutator, of_texts
from tests.fuzz.part import Part, bytes_of, expect, text_of
from tests.programme_files import SMALL

from stargauge.audit.claims import language
from stargauge.programme.fields import assumed_value
from stargauge.programme.importing import file_text
from stargauge.programme.overlay import overlay
from stargauge.programme.positions import Document, Section, expect_section, parse_document
from stargauge.programme.read import read_programme
from stargauge.programme.schema import Programme
from stargauge.quantity.address import parse_address, parse_share
from stargauge.quantity.dates import parse_window
from stargauge.quantity.distribution import Distribution, parse_value
from stargauge.quantity.units import parse_number, show
from stargauge.reading import draft

_TESTS = Path(__file__).parents[1]
#: Units in which an amount is shown so that it can be read back.
_SHOWN = ("W", "Wh", "USD", "FLOP/s", "t", "L", "d", "job", "g", "USD/Wh", "L/Wh")
QUANTITIES = {
    "W": ("1.2 GW", "3..5 GW", "1,200 MW", "lognormal(p10=3 GW, p90=5 GW)", "normal(mean=5 GW, sd=1 GW)", "uniform(low=1 GW, high=2 GW)",
          "triangular(low=1 GW, mode=2 GW, high=3 GW)", "choice({10 GW: 0.7, 5 GW: 0.3})"),
    "USD": ("$40 bn", "40 bn USD", "USD 5", "19 million USD", "normal(p10=1 USD, p90=2 tn USD)"), "d": ("90 days", "60..90 d", "3 years", "2 h"),
    "1": ("85 %", "0.85", "lognormal(median=3, sigma=0.2)", "1e6 GPUs", "25 bp", "2.5e-3"), "Wh": ("3 TWh", "5 MMBtu", "1 GJ"),
    "g": ("5 t", "3 MtCO2e"), "L": ("5 m3", "2 gal"), "job": ("1e6 jobs", "450 FTE"), "FLOP/s": ("3 EFLOP/s", "2..3 ZFLOP/s"),
    "USD/W": ("11.7 M USD/MW", "normal(p10=1 USD/W, p90=2 USD/W)"), "USD/Wh": ("40 USD/MWh",), "L/Wh": ("1.8 L/kWh",),
    "g/Wh": ("350 kgCO2e/MWh",), "job/W": ("0.4 jobs/MW",), "token/d": ("10 tn tokens/d",), "K": ("8 K",), "degC": ("-5 degC",),
    "m2": ("2000 acres", "5 m2", "3 sqft"),
}  # fmt: skip
_UNIT_WORDS = (
    "GW", "MW", "kW", "W", "USD", "EUR", "$", "bn", "million", "Mrd.", "k", "%", "bp", "/", "*", "..", "(", ")", "{", "}", "=", ":", ",",
    "lognormal", "normal", "uniform", "triangular", "choice", "p10", "p90", "median", "sigma", "mean", "sd", "low", "mode", "high", "E", "Z",
    "days", "yr", "month", "m", "m2", "acre", "FLOP", "kgCO2e", " ", "_", "-", "+", "e", "1e60", "1e61", "1e-60",
)  # fmt: skip
CLAIMS = (
    "power_it[operational, north] >= 100 MW by 2026-03-31", "not power_facility[operational] < 1.2 GW on 2027",
    "share(power_it[operational, north]) > 50 % by 2026-Q4 and record(post-visible)", "not testable: a matter of taste",
    "(a >= 1 GW or b[x, y] == 3) and not (c < $5 bn over 2026-01..2026-12-31)", "record(post-id) == 2025-01-22T17:00Z by 2025-02-01",
    "funding[cash] >= 1,000 million USD by 2029-H2 or jobs_operation > 6,400 jobs", "record(count) > 3 days", "not not not a == 1",
)  # fmt: skip
_CLAIM_WORDS = (
    "and", "or", "not", "testable", "share", "record", "on", "by", "over", "(", ")", "[", "]", ",", ">=", "<=", "==", ">", "<", "=", " ",
    "2026-12-31", "2026", "2026-Q1", "..", "GW", "10 GW", "$5 bn", "power_it", "operational", "a", "T00:00Z", "T25:61Z", "+99:99", "not (",
)  # fmt: skip
DATES = ("2026", "2026-11", "2026-11-01", "2026-Q4", "2026-H2", "2026-10-01..2027-03-31", "2025-01-22T17:00Z", "9999-12", "0001-01-01")
ADDRESSES = ("power_facility[operational, abilene]", "power_it", "share(power_it[operational])", "a[b,c,d]")
YAMLS = (
    "a: 1\nb: {c: [1, 2.5, yes, null, 'x: y'], d: \"é\\n\"}\ne:\n  - f: g\n    h: |\n      text\n      more\n  - >\n    folded\n",
    "? key\n: value\n'quoted': \"double \\\"q\\\"\"\nnumber: 1e3\nempty:\nlist: []\nmap: {}\n",
    "sites:\n  north: {it_power: [{value: 100 MW, status: planned, source: plan}, {value: 3..5 GW, assumption: x}]}\n",
    "note: >-\n  one\n  two\n# comment\nn: -0.5\nb: true\nc: ~\n", "&a a: &b [*b]\n", "!!str a: !!int 3\n", "--- 1\n--- 2\n", "a: 1\na: 2\n",
)  # fmt: skip
_YAML_WORDS = (
    ": ", "- ", "\n", "\n  ", "  ", "{", "}", "[", "]", ", ", "&a ", "*a", "!!python/name:os.system ", "!x ", "<<: ", "|", ">", "'", '"', "#",
    "? ", "---", "...", "%TAG ! x:", "\t", "\\", "\\u0000", "\\x", "0x", "1e400", ".inf", ".nan", "1_000", "0o7", "2025-01-01", "=", "@", "`",
)  # fmt: skip
ARTICLES = (
    "“We will spend $500 billion,” Sam Altman said on Tuesday. The site in Abilene has 1.2 GW by mid-2026, up from 200 MW.",
    "«Wir investieren 3,5 Milliarden Franken bis Ende 2028», sagte Anna Muster. Der Kanton rechnet mit 3’400 Arbeitsplätzen.",
    "OpenAI plans 10 gigawatts, about $400bn over the next three years; up to 25,000 jobs. Nothing was “signed” on Jan. 21, 2025.",
    "Der Konzern will rund 1,2 Mrd. Euro ausgeben – das sind 15 Prozent mehr als im Vorjahr (Q3 2025). Bis zu 1.200 Stellen entstehen.",
)  # fmt: skip


def _tried(mutator: Mutator[str], prefix: tuple[str, ...] = ()) -> Any:
    def case(random: Random) -> bytes:
        made = mutator.case(random)
        return bytes_of(f"{random.choice(prefix)}\t{made}" if prefix else made)

    return case


_AMOUNTS = {wanted: of_texts(texts, _UNIT_WORDS, 4000) for wanted, texts in QUANTITIES.items()}


def _quantity(random: Random) -> bytes:
    """A changed amount after the unit in which it is wanted; of ten one is wanted in another."""
    wanted = random.choice(list(_AMOUNTS))
    return bytes_of(f"{random.choice(list(_AMOUNTS)) if random.random() < 0.1 else wanted}\t{_AMOUNTS[wanted].case(random)}")


def _finite(value: float | Distribution) -> bool:
    if isinstance(value, Distribution):
        return all(math.isfinite(value.quantile(level)) for level in (0.01, 0.5, 0.99))
    return math.isfinite(value)


def read_quantity(case: bytes) -> object:
    """A value in the unit that stands before the tab; an amount that is shown reads as the same amount."""
    wanted, _, text = text_of(case).partition("\t")
    value = parse_value(text, wanted)
    expect(_finite(value), f"no finite value: {value}")
    if isinstance(value, float) and wanted in _SHOWN and value:
        shown = show(value, wanted)
        again = parse_number(shown.replace("−", "-"), wanted)
        expect(abs(again - value) <= 6e-3 * abs(value), f"{value} is shown as {shown}, which reads as {again}")
    return value


def read_date(case: bytes) -> object:
    """A date, an assumed value, a moment, an address."""
    kind, _, text = text_of(case).partition("\t")
    if kind == "address":
        made = parse_share(text) or parse_address(text)
        expect(parse_address(str(made)) == made, f"{made} is read otherwise")
        return made
    if kind == "moment":
        return language.parse_moment(text)
    if kind == "assumed":
        value = assumed_value(text, "d", "assumptions.x")
        expect(_finite(value), f"no finite value: {value}")
        return value
    window = parse_window(text)
    expect(window.start <= window.end and parse_window(str(window)) == window, f"{window} is read otherwise")
    return window


def read_claim(case: bytes) -> object:
    """A reading of the claim language; what it is written as reads as the same."""
    reading = language.parse(text_of(case))
    expect(language.parse(str(reading)) == reading, f"{reading} is read otherwise")
    list(language.leaves(reading))
    language.needs([reading])
    language.deadline(reading)
    return reading


def read_yaml(case: bytes) -> object:
    """YAML as plain data; its places are found, and what can be written again reads as the same."""
    document = parse_document(text_of(case), "case.yaml")
    for trail in _trails(document.data, ()):
        document.place(trail)
        document.inside(trail, 1)
    if isinstance(document.data, Section) and document.data and _writable(document.data, 0):
        written = file_text(document.data, "again")
        again = parse_document(written, "again.yaml").data
        expect(again == document.data, f"reads as {again!r} once written as {written!r}")
    return document


def _trails(value: Any, trail: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    found = [trail]
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if len(found) < 50:
            found += _trails(inner, (*trail, key))
    return found


def _writable(value: Any, depth: int) -> bool:
    """Whether it has the form of a partial programme: mappings of mappings, lists of values or of flat mappings, no empty ones, no null."""
    if isinstance(value, Mapping):
        return bool(value) and depth < 6 and all(_writable(inner, depth + 1) for inner in value.values())
    if isinstance(value, list):
        return bool(value) and all(
            _is_plain(one) or (isinstance(one, Mapping) and one and all(map(_is_flat, one.items()))) for one in value
        )
    return _is_plain(value)


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, int, float)) and (not isinstance(value, float) or math.isfinite(value))


def _is_flat(item: tuple[Any, Any]) -> bool:
    return str(item[0]).isidentifier() and _is_plain(item[1])


@lru_cache(maxsize=1)
def small() -> Programme:
    """The small programme of the tests."""
    return read_programme([parse_document(SMALL, "small.yaml")])


def read_whole(case: bytes) -> object:
    """A whole programme, or (after a tab) a part laid over the small one."""
    text = text_of(case)
    if text.startswith("\t"):
        return overlay(small(), expect_section(parse_document(text[1:], "part.yaml")))
    document: Document = parse_document(text, "programme.yaml")
    return read_programme([document])


def read_article(case: bytes) -> object:
    """The draft of an article: each place lies in the text, and all of it can be written as JSON."""
    text = text_of(case)
    made = draft(text, None, "2026-03-12", blocks=len(text) % 2 == 0)
    for one in (*made.quantities, *made.dates, *made.statements):
        expect(0 <= one.start <= one.end <= len(text), f"a place outside of the text: {one}")
    json.dumps(made.to_dict(), allow_nan=False)
    return made


def _programmes() -> list[str]:
    tiny = (_TESTS / "data" / "tiny.yaml").read_text(encoding="utf-8")
    parts = ["\tsites: {north: {it_power: 5 MW}}\n", "\tassumptions:\n  overrun_factor: {value: 1.5, reason: x}\n",
             "\trecords: {power_it[operational, north]: {value: 100 MW, as_of: 2026-04-10, source: tracker}}\n",
             "\thorizon: 2031-12\ncurrencies: {EUR: {value: 1.1, source: plan}}\n"]  # fmt: skip
    return [SMALL, SMALL, SMALL, *parts, tiny]


PARTS = (
    Part("quantity", _quantity, read_quantity, 420),
    Part("date", _tried(of_texts((*DATES, *ADDRESSES, *QUANTITIES["W"]), ("..", "-", "Q", "H", "T", "W", "[", "]", ","), 4000),
                        ("date", "moment", "assumed", "address")), read_date, 120),
    Part("claim", _tried(of_texts(CLAIMS, _CLAIM_WORDS, 4000)), read_claim, 260, placed=True),
    Part("yaml", _tried(of_texts(YAMLS, _YAML_WORDS, 8000)), read_yaml, 100, placed=True),
    Part("programme", _tried(of_texts(_programmes(), _YAML_WORDS + _UNIT_WORDS, 20_000)), read_whole, 16),
    Part("article", _tried(of_texts(ARTICLES, longest=20_000)), read_article, 24),
)  # fmt: skip
