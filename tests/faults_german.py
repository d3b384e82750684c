"""Faults of input in German: whether what is told has English left, and where a module makes a fault without `say`."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.test_cli_german import ENGLISH

from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import speaking

SOURCE = Path(__file__).parents[1] / "src" / "stargauge"
#: What makes a fault of the text that is its first argument.
MAKERS = frozenset(("Fault", "InputError", "Flaw", "fault", "flaw", "wrong"))
#: Words of faults that are English and not German, beside those of the commands.
WORDS = ENGLISH | frozenset((
    "and", "or", "not", "to", "expected", "got", "between", "at", "least", "one", "unknown", "did", "you", "give", "takes", "take", "names",
    "list", "lists", "must", "be", "for", "by", "after", "before", "without", "only", "such", "as", "it", "they", "error", "errors", "may",
    "needs", "lies", "line", "file", "day", "days", "date", "number", "years", "cannot", "does", "nothing", "keys", "choose", "other",
))  # fmt: skip
#: What stands as it came or as it is written in a file, on a command line or in a list of names.
_AS_IT_IS = re.compile(
    r"«[^»]*»|`[^`]*`|\"[^\"]*\"|'[^']*'|\b\w+: angegeben|\([^()]*: [\w, .-]+\)|--[\w-]+|\b[\w.-]*[\w]+[/_][\w/_.\[\]-]+|stargauge \w+"
    r"|\b\w+\.(?:svg|png|csv)\b"
)


def english_left(text: str) -> frozenset[str]:
    """The English words of a German text, outside what it quotes."""
    return WORDS & set(re.findall(r"[A-Za-zÄÖÜäöü]+", _AS_IT_IS.sub("", text)))


def told_in_german(make: Callable[[], object]) -> tuple[Fault, ...]:
    """The faults that are told where German is spoken, none with English in it."""
    with speaking("de"), pytest.raises(InputError) as caught:
        make()
    faults = caught.value.faults
    assert [(fault.message, english_left(fault.message)) for fault in faults if english_left(fault.message)] == []
    return faults


def unsaid(*folders: str, makers: frozenset[str] = MAKERS) -> Iterator[str]:
    """Where modules of folders make a fault of an English text that no `say` says: file, line, text."""
    for file in sorted(one for folder in folders for one in (SOURCE / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in makers and node.args:
                place = 1 if getattr(node.func, "id", "") == "Flaw" and len(node.args) > 1 else 0  # behind the place that it is of
                for text in _own(node.args[place]):
                    if re.search(r"[A-Za-z]{2}", re.sub(r"--[\w-]+", "", text)):
                        yield f"{file.relative_to(SOURCE)}:{node.lineno}: {text}"


def _own(node: ast.expr) -> Iterator[str]:
    """The texts in an expression that are not handed to another function."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        for part in node.values:
            yield from _own(part.value if isinstance(part, ast.FormattedValue) else part)
    elif isinstance(node, ast.IfExp):
        yield from (*_own(node.body), *_own(node.orelse))
    elif isinstance(node, ast.BinOp):
        yield from (*_own(node.left), *_own(node.right))
    elif isinstance(node, ast.List | ast.Tuple):
        for one in node.elts:
            yield from _own(one)
