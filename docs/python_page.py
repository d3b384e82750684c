"""The page of the functions of Python, made from their signatures and docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import stargauge
from stargauge import api

HEAD = """# Python functions

`import stargauge as sg` gives these functions. They take a programme by its shipped name, a path, or as `sg.load` returns it, and answer
with an object whose `to_dict()` is what the command prints with `--json`. What is wrong with a question comes as
`stargauge.quantity.errors.InputError`, whose `faults` holds every fault with file, line, column and path. This page is made from the code.

```python
import stargauge as sg

answer = sg.check("stargate", as_of="2026-11-22", draws=256)
first = answer.to_dict()["claims"][0]
```
"""


def functions() -> dict[str, Callable[..., Any]]:
    """The public functions by name."""
    return {name: getattr(api, name) for name in sorted(stargauge.__all__)}


def signature(name: str, made: Callable[..., Any]) -> str:
    """A call as it may be written, a parameter a line."""
    found = inspect.signature(made)
    lines: list[str] = []
    starred = False
    for one in found.parameters.values():
        if one.kind is inspect.Parameter.KEYWORD_ONLY and not starred:
            starred = True
            lines.append("*")
        default = "" if one.default is one.empty else f" = {one.default!r}"
        lines.append(f"{one.name}: {one.annotation}{default}")
    inner = "".join(f"    {line},\n" for line in lines)
    return f"{name}(\n{inner})" if lines else f"{name}()"


def _prose(text: str) -> str:
    """A docstring as paragraphs; nothing in it but code is Markdown."""
    return re.sub(r"([\\*\[\]<>|])(?=[^`]*(?:`[^`]*`[^`]*)*$)", r"\\\1", text)


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for name, made in functions().items():
        parts.append(f"## {name}\n\n```text\n{signature(name, made)}\n```\n\n{_prose(inspect.getdoc(made) or '')}\n")
    return "\n".join(parts)
