"""Counting what array operations write: a subclass of arrays that adds up the bytes of every result."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np


class Written(np.ndarray):
    """An array whose operations count the bytes they write. What stays inside one call of NumPy, and copies by methods, is not counted."""

    total = 0

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = (), **options: Any) -> Any:
        if out:
            options["out"] = tuple(plain(one) for one in out)
        if "where" in options:
            options["where"] = plain(options["where"])
        made = getattr(ufunc, method)(*(plain(one) for one in inputs), **options)
        return out[0] if out and count(made) is not None else counted(made)

    def __array_function__(self, function: Callable[..., Any], types: Any, args: Any, options: Any) -> Any:
        return counted(function(*plain(args), **{name: plain(value) for name, value in options.items()}))


@contextmanager
def counting() -> Iterator[None]:
    """While it holds, functions that ask NumPy for a plain or a new array get one that counts."""
    with patch.object(np, "asarray", np.asanyarray), patch.object(np, "empty", lambda *a, _new=np.empty, **k: counted(_new(*a, **k))):
        yield


def plain(value: Any) -> Any:
    """The same without counting."""
    if isinstance(value, (tuple, list)):
        return type(value)(plain(part) for part in value)
    return value.view(np.ndarray) if isinstance(value, Written) else value


def counted(value: Any) -> Any:
    """A result, counted, that goes on counting."""
    if isinstance(value, (tuple, list)):
        return type(value)(counted(part) for part in value)
    return count(value).view(Written) if isinstance(value, np.ndarray) else value


def count(value: Any) -> Any:
    """Add the bytes of an array that is no view."""
    if isinstance(value, np.ndarray) and value.base is None:
        Written.total += value.nbytes
    return value
