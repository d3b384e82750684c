"""Which fields of a programme a function reads, and which of them differ between two states: what reads none of these gives the same."""

from __future__ import annotations

import types
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, TypeVar

from stargauge.programme.fields import Part

P = TypeVar("P", bound=Part)
_NOTED: ContextVar[set[str] | None] = ContextVar("noted", default=None)
#: Sections in which nothing is told apart: one that differs does so whole.
_WHOLE = frozenset({"alternatives", "claims", "drafts", "sources", "assumptions"})


@contextmanager
def noting() -> Iterator[set[str]]:
    """Names of the fields of watched parts that are read meanwhile."""
    names: set[str] = set()
    token = _NOTED.set(names)
    try:
        yield names
    finally:
        _NOTED.reset(token)


def watched(part: P) -> P:
    """A copy of a part, and of all parts in it, whose reading is noted; it holds the same statements."""
    held = {name: value if name in _WHOLE else _watched_in(value) for name, value in part.__dict__.items()}
    copy = part.model_copy(update=held)
    object.__setattr__(copy, "__class__", _watching(type(part)))
    return copy


def _watched_in(value: Any) -> Any:
    if isinstance(value, Part):
        return watched(value)
    return {key: _watched_in(item) for key, item in value.items()} if isinstance(value, dict) else value


@cache
def _watching(kind: type[Part]) -> type[Part]:
    """The kind of a part whose copies note what is read of them."""

    def read(self: Part, name: str) -> Any:
        noted = _NOTED.get()
        if noted is not None:
            noted.add(name)
        return object.__getattribute__(self, name)

    def sent(self: Part, protocol: Any) -> tuple[Any, ...]:
        plain = self.model_copy()
        object.__setattr__(plain, "__class__", kind)
        return _watched_again, (plain,)

    own = {"__getattribute__": read, "__reduce_ex__": sent, "__module__": __name__}
    return types.new_class(kind.__name__, (kind,), exec_body=lambda body: body.update(own))


def _watched_again(part: P) -> P:
    """A part that was sent to another process, watched there as it was here."""
    object.__setattr__(part, "__class__", _watching(type(part)))
    return part


def differing(first: Part, second: Part) -> set[str]:
    """Names of the fields that differ anywhere below two states of a part. What is one object in both is not looked into."""
    out: set[str] = set()
    for name, value in first.__dict__.items():
        out |= _differing_in(name, value, second.__dict__[name])
    return out


def _differing_in(name: str, first: Any, second: Any) -> set[str]:
    if first is second:
        return set()
    if isinstance(first, Part) and isinstance(second, Part):
        return differing(first, second)
    if name in _WHOLE or not isinstance(first, dict) or not isinstance(second, dict) or list(first) != list(second):
        return set() if first == second else {name}
    return set[str]().union(*(_differing_in(name, value, second[key]) for key, value in first.items()))
