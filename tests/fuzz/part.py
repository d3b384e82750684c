"""One thing that is tried: how its cases are made, and what reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from stargauge.quantity.errors import InputError


class Broken(AssertionError):
    """A reader gave an answer that it must not give."""


@dataclass(frozen=True)
class Part:
    """`case` makes the bytes of one case; `read` has them read: it returns what became of them, or raises InputError.

    `weight`: how many of all cases are of this part. `refuses`: what else its reader raises for what it does not take. `placed`: each
    refusal has to say where. `may`: what the reader does for good reason though a case should not. `apart`: other processes and threads read it, until `end`.
    """

    name: str
    case: Callable[[Random], bytes]
    read: Callable[[bytes], object]
    weight: int
    placed: bool = False
    refuses: tuple[type[Exception], ...] = ()
    may: frozenset[str] = frozenset()
    apart: bool = False
    end: Callable[[], None] | None = None

    def made(self, seed: int, number: int) -> bytes:
        """The case of this number: the same for the same seed."""
        return self.case(Random(f"{self.name} {seed} {number}"))

    def tried(self, case: bytes) -> bool:
        """Whether a case is taken; any other exception than InputError goes on. Raises Broken where a refusal does not say enough."""
        try:
            self.read(case)
        except InputError as error:
            self._expect_told(error)
            return False
        except self.refuses as error:
            expect(bool(str(error).strip()), "a refusal without a reason")
            return False
        return True

    def _expect_told(self, error: InputError) -> None:
        if not error.faults or not all(fault.message.strip() for fault in error.faults):
            raise Broken("a refusal without a reason")
        if len(str(error)) > 400_000:
            raise Broken("a refusal of more than 400,000 signs")
        if self.placed and not any(fault.line or fault.column or fault.file or fault.path for fault in error.faults):
            raise Broken(f"a refusal without a place: {error}")


def text_of(case: bytes) -> str:
    """A case as text; half of a pair of signs, which bytes cannot hold, included."""
    return case.decode("utf-8", "surrogatepass")


def bytes_of(text: str) -> bytes:
    """A text as a case."""
    return text.encode("utf-8", "surrogatepass")


def expect(holds: bool, message: str) -> None:
    """Raise Broken where something does not hold."""
    if not holds:
        raise Broken(message)
