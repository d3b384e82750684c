"""Inputs that once broke a reader, and changed ones in numbers: an answer or a reason, in bounded work, with nothing written.

What the parts are and how they are tried: tests/fuzz.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("selectolax")
pytest.importorskip("warcio")
pytest.importorskip("cryptography")

from tests.fuzz import watch
from tests.fuzz.grammars import QUANTITIES
from tests.fuzz.mutate import of_bytes, of_texts
from tests.fuzz.part import Broken, Part
from tests.fuzz.parts import all_parts
from tests.programme_files import SMALL

from stargauge.audit.claims import language as claims
from stargauge.evidence.capture.items import Item, linked
from stargauge.quantity.address import Address
from stargauge.quantity.distribution import Distribution, parse_value
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.units import parse_number, show

HERE = Path(__file__).parent
SEEDS = sorted(path for path in (HERE / "fuzz_seeds").glob("*/*") if path.is_file())
PARTS = {part.name: part for part in all_parts()}
#: Whole and in order: the others are refused, each with its reason.
TAKEN = {"bundle/whole.zip", "claim/brackets", "feed/link-that-is-none", "feed/time-after-the-last-day", "har/address-that-is-none",
         "mhtml/time-after-the-last-day", "page/marked-section-that-is-none", "quantity/equal-mean-and-sd", "thread/author-without-a-host", "warc/length-that-is-wrong",
         "yaml/key-that-ends-in-a-break", "yaml/lines-that-end-otherwise", "yaml/value-that-ends-in-a-break",
         "date/moment-before-the-first-day", "date/moment-after-the-last-day"}  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_once_broke_a_reader_is_read_or_refused(seed: Path) -> None:
    case, part = seed.read_bytes(), PARTS[seed.parent.name]
    part.tried(case)  # what is read in once is no work of the case
    with watch.watched(part.may), watch.counted(len(case)):
        taken = part.tried(case)
    assert taken is (f"{part.name}/{seed.name}" in TAKEN)


@pytest.mark.parametrize("part", [part for part in PARTS.values() if not part.apart], ids=lambda part: part.name)
def test_some_changed_inputs_are_read_or_refused(part: Part) -> None:
    cases = [part.made(1, number) for number in range(60)]
    assert cases[:9] == [part.made(1, number) for number in range(9)]
    for case in cases:
        part.tried(case)
    with watch.watched(part.may):
        taken = sum(part.tried(case) for case in cases)
    assert taken < len(cases) or part.name in ("article", "page")


@pytest.mark.slow
def test_many_changed_inputs_are_read_or_refused() -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE.parent / "src"), str(HERE.parent)])}
    command = [sys.executable, "-m", "tests.fuzz", "--cases", "20000", "--seed", "20261122"]
    made = subprocess.run(command, cwd=HERE.parent, env=environment, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout[-4000:] + made.stderr[-4000:]
    assert all(f"\n{name} " in made.stdout for name in PARTS)


# --- that it would notice ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    ["open('/tmp/never', 'w')", "__import__('os').mkdir('/tmp/never')", "exec('1')", "__import__('subprocess').Popen(['true'])",
     "__import__('socket').socket().connect(('127.0.0.1', 9))", "__import__('os').system('true')"],
)  # fmt: skip
def test_what_a_case_must_not_do_is_noticed(code: str) -> None:
    import socket  # noqa: F401 - is there before the case

    ready = compile(code, "case", "eval" if "exec" not in code else "exec")
    with pytest.raises(watch.Forbidden), watch.watched():
        eval(ready)
    assert not Path("/tmp/never").exists()


def test_work_without_end_is_noticed() -> None:
    with pytest.raises(watch.Forbidden, match="calls"), watch.counted(1):
        sum(len(str(number)) for number in range(10**9))


@pytest.mark.parametrize(
    ("error", "said"),
    [(InputError([]), "without a reason"), (InputError(Fault(" ")), "without a reason"), (InputError("x" * 500_000), "more than"),
     (InputError("somewhere"), "without a place")],
)  # fmt: skip
def test_a_refusal_that_says_too_little_is_noticed(error: InputError, said: str) -> None:
    def refuse(case: bytes) -> None:
        raise error

    with pytest.raises(Broken, match=said):
        Part("one", lambda random: b"", refuse, 1, placed=True).tried(b"")


@pytest.mark.parametrize("longest", [10, 1000])
def test_cases_are_no_longer_than_they_may_be(longest: int) -> None:
    for number in range(200):
        assert len(of_texts(["a [1, 2]"], ("x",), longest).case(Random(number))) <= max(longest, 8)
        assert len(of_bytes([b"a [1, 2]"], (b"x",), longest).case(Random(number))) <= max(longest, 8)


# --- work grows with the length -----------------------------------------------------------------------------------------------------


def _sources(number: int) -> str:
    made = "".join(f"  s{at}: {{publisher: A, title: T, date: 2025-01-20, root: s{at + 1}}}\n" for at in range(number))
    return SMALL.replace("sources:\n", f"sources:\n{made}")


GROWING = {
    "sources that repeat one another": _sources, "sources in a circle": lambda n: _sources(n).replace(f"root: s{n}}}", "root: s0}"),
    "claims with faults": lambda n: "claims:\n" + "".join(f"  c{at}: {{says: x}}\n" for at in range(n)),
    "unknown keys": lambda n: SMALL + "".join(f"wrong{at}: 1\n" for at in range(n)),
    "parties": lambda n: SMALL.replace("parties:\n", "parties:\n" + "".join(
        f"  p{at}: {{name: P, commitments: {{c{at}: {{to: p{at + 1}, kind: equity, amount: {{value: 1 USD, source: plan}}}}}}}}\n" for at in range(n))),
}  # fmt: skip


def _calls(work: Callable[[], object]) -> int:
    """How many functions are called."""
    number = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal number
        number += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return number


@pytest.mark.parametrize("kind", GROWING)
def test_the_work_on_a_programme_grows_with_its_length(kind: str) -> None:
    def calls(number: int) -> int:
        with suppress(InputError):
            return _calls(lambda: PARTS["programme"].tried(GROWING[kind](number).encode()))
        return 0

    calls(50)
    assert calls(1200) < 2.5 * calls(600)


def test_the_work_on_a_thread_grows_with_its_length() -> None:
    def calls(number: int) -> int:
        chain = [Item(str(at), "a", "x", at, reply_to=str(at + 1)) for at in range(number)]
        assert linked(chain)[0][0].depth == number - 1
        return _calls(lambda: linked(chain))

    assert calls(800) < 2.5 * calls(400)


def test_items_in_a_circle_are_as_deep_as_it_is_long() -> None:
    made, missing = linked(
        [
            Item(one, "a", "x", 0, reply_to=to)
            for one, to in (("t", "b"), ("a", "b"), ("b", "c"), ("c", "a"), ("r", ""), ("u", "r"), ("v", "no"))
        ]
    )
    assert [one.depth for one in made] == [3, 2, 2, 2, 0, 1, 0] and missing == ("no",)


# --- what is written is read as the same -------------------------------------------------------------------------------------------

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True).filter(lambda name: name not in claims._KEYWORDS)
LABELS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,12}", fullmatch=True)
DAYS = st.dates(date(2000, 1, 1), date(2199, 12, 31))


@st.composite
def _readings(draw: st.DrawFn, depth: int = 3) -> claims.Reading:
    """Any reading of the grammar; parts of the same kind as the whole are no parts, as they are not written as such."""
    kind = draw(
        st.sampled_from(["comparison", "record", "record", "comparison", "not", "and", "or"] if depth else ["comparison", "record"])
    )
    if kind == "not":
        return claims.Not(draw(_readings(depth - 1)))
    if kind in ("and", "or"):
        made: type[claims.AllOf] | type[claims.AnyOf] = claims.AllOf if kind == "and" else claims.AnyOf
        return made(tuple(draw(st.lists(_readings(depth - 1), min_size=2, max_size=3))))
    op, first = draw(st.sampled_from(claims.OPS)), draw(DAYS)
    amount = f"{draw(st.floats(-1e9, 1e9)):g} {draw(st.sampled_from(['GW', 'bn USD', 'days', '%', 't']))}"
    when = draw(st.sampled_from(["", "on", "by", "over"]))
    time = claims.Time("over", first, first + timedelta(draw(st.integers(0, 5000)))) if when == "over" else None
    time = claims.Time("on" if when == "on" else "by", first, first) if when in ("on", "by") else time
    if kind == "record":
        compared = draw(st.booleans())
        return claims.Record(draw(LABELS), op if compared else None, amount if compared else None, time)
    address = Address(draw(NAMES), tuple(draw(st.lists(LABELS, max_size=3))))
    return claims.Comparison(address, op, claims.Threshold(amount), time, draw(st.booleans()))


@given(_readings())
def test_every_reading_reads_as_it_is_written(reading: claims.Reading) -> None:
    assert claims.parse(str(reading)) == reading


@given(st.sampled_from(["W", "Wh", "USD", "FLOP/s", "L", "d", "job"]), st.floats(1e-6, 1e24))
def test_every_amount_reads_as_it_is_shown(unit: str, amount: float) -> None:
    assert parse_number(show(amount, unit), unit) == pytest.approx(amount, rel=6e-3)


@given(st.floats(-1e30, 1e30), st.floats(1e-9, 1e30))
def test_every_range_is_finite_and_rises(low: float, width: float) -> None:
    try:
        made = parse_value(f"{low!r}..{low + width!r}", "1")
    except InputError:
        assert low + width == low or 0.0 < low < 1e-19 * width
        return
    assert isinstance(made, Distribution)
    assert made.quantile(0.1) <= made.quantile(0.5) <= made.quantile(0.9) and abs(made.quantile(0.999)) < 1e300


@pytest.mark.parametrize("text", [text for texts in QUANTITIES.values() for text in texts])
def test_the_seeds_of_quantities_are_in_order(text: str) -> None:
    assert any(text in texts and parse_value(text, unit) is not None for unit, texts in QUANTITIES.items())
