"""Cases made from valid ones: cut, doubled, swapped, joined, repeated, and with pieces exchanged that the grammar knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Generic, TypeVar

Text = TypeVar("Text", str, bytes)

#: No case grows longer than this by being changed.
LONGEST = 60_000
_PIECE = re.compile(r"\w+|\s+|[^\w\s]")
#: What readers stumble over: signs of other scripts, ends of ranges, marks without a partner.
STRANGE = (
    "\0", "\ufeff", "\u2212", "\u0663", "\u00b2", "\u00a0", "\u2028", "\ud800", "\U0001f4a1", "\r", "\t", "\n", "\x1b[2J", "\x85", "",
    "0", "-0", "-1", "1e308", "1e999", "-1e999", "1e-999", "nan", "inf", "Infinity", "9" * 400, "1_0", "0x10", "1e5000", "00", "1,000",
    "0000-00-00", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59",
    "Fri, 31 Dec 9999 23:59:59 -1200", "0001-01-01", "2025-02-30", "..", "...", "../../etc/passwd", "/dev/zero", "file:///etc/passwd", "%s", "%n",
    "{}", "{0}", "${x}", "{{7*7}}", "<script>", "&amp;", "&lt;", "]]>", "\"", "'", "\\", "`", "(", ")", "[", "]", "{", "}", ":", "-", "#",
    "null", "true", "~", "__class__", "!!python/object/apply:os.system", "&a", "*a", "<<", "|", ">", "? ", "--- ", "%YAML 9.9",
)  # fmt: skip


class Mutator(Generic[Text]):
    """Makes cases of one kind from its seeds; `words`: pieces that its grammar knows."""

    def __init__(self, seeds: Sequence[Text], words: Sequence[Text], strange: Sequence[Text], longest: int = LONGEST) -> None:
        self.seeds, self.longest = list(seeds), longest
        self.words = list(dict.fromkeys([*words, *strange]))
        self.empty = self.seeds[0][:0]
        self.ways: tuple[Callable[[Text, Random], Text], ...] = (
            self._insert, self._replace, self._replace, self._delete, self._double, self._swap, self._sign, self._join, self._cut,
            self._number, self._repeat,
        )  # fmt: skip

    def case(self, random: Random) -> Text:
        """One case."""
        made = random.choice(self.seeds)
        for _ in range(1 + int(random.expovariate(1.2))):
            made = random.choice(self.ways)(made, random)[: self.longest]
        return made

    def _span(self, text: Text, random: Random) -> tuple[int, int]:
        """A part of a text, mostly short."""
        start = random.randrange(len(text) + 1)
        return start, min(len(text), start + int(random.expovariate(1 / 6.0)) + 1)

    def _insert(self, text: Text, random: Random) -> Text:
        at = random.randrange(len(text) + 1)
        return text[:at] + random.choice(self.words) + text[at:]

    def _replace(self, text: Text, random: Random) -> Text:
        start, end = self._span(text, random)
        return text[:start] + random.choice(self.words) + text[end:]

    def _delete(self, text: Text, random: Random) -> Text:
        start, end = self._span(text, random)
        return text[:start] + text[end:]

    def _double(self, text: Text, random: Random) -> Text:
        start, end = sorted((random.randrange(len(text) + 1), random.randrange(len(text) + 1)))
        return text[:end] + text[start:end] + text[end:]

    def _swap(self, text: Text, random: Random) -> Text:
        (a, b), (c, d) = sorted((self._span(text, random), self._span(text, random)))
        return text[:a] + text[c:d] + text[b:c] + text[a:b] + text[d:] if b <= c else text

    def _sign(self, text: Text, random: Random) -> Text:
        """One sign becomes the next one, or another at hand."""
        if not text:
            return text
        at, other = random.randrange(len(text)), random.randrange(len(text))
        return text[:at] + text[other : other + 1] + text[at + 1 :]

    def _join(self, text: Text, random: Random) -> Text:
        other = random.choice(self.seeds)
        return text[: random.randrange(len(text) + 1)] + other[random.randrange(len(other) + 1) :]

    def _cut(self, text: Text, random: Random) -> Text:
        return text[: random.randrange(len(text) + 1)]

    def _number(self, text: Text, random: Random) -> Text:
        """A digit becomes another one."""
        places = [at for at in range(len(text)) if text[at : at + 1].isdigit()] if len(text) < 2000 else []
        if not places:
            return text
        at, digit = random.choice(places), str(random.randrange(10))
        return text[:at] + (digit.encode() if isinstance(text, bytes) else digit) + text[at + 1 :]  # type: ignore[operator, return-value]

    def _repeat(self, text: Text, random: Random) -> Text:
        """A piece stands there many times: what nests, or grows with the square of its length, shows."""
        start, end = self._span(text, random)
        piece = random.choice((text[start:end], random.choice(self.words))) or text[:1]
        times = 2 ** random.randrange(1, 12)
        return text[:start] + piece * min(times, self.longest // max(len(piece), 1)) + text[start:]


def of_texts(seeds: Sequence[str], words: Sequence[str] = (), longest: int = LONGEST) -> Mutator[str]:
    """Cases that are texts; the pieces of the seeds are words too."""
    pieces = [piece for seed in seeds for piece in _PIECE.findall(seed)]
    return Mutator(seeds, [*words, *pieces], STRANGE, longest)


def of_bytes(seeds: Sequence[bytes], words: Sequence[bytes] = (), longest: int = LONGEST) -> Mutator[bytes]:
    """Cases that are bytes."""
    pieces = [piece.encode() for seed in seeds for piece in _PIECE.findall(seed[:4000].decode("latin-1"))]
    strange = [piece.encode("utf-8", "surrogatepass") for piece in STRANGE]
    return Mutator(seeds, [*words, *pieces, b"\xff\xfe", b"\xff" * 8, b"\x80", b"\xc3\x28"], strange, longest)
