"""The commented file that `stargauge new` starts a programme with."""

from __future__ import annotations

import json
from pathlib import Path

from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say

_TEMPLATE = Path(__file__).with_name("template.yaml")


def starter(name: str) -> str:
    """A commented programme file of this name that loads without a fault. Raises InputError where the name is empty or has line breaks."""
    name = name.strip()
    if not name or any(ord(letter) < 32 for letter in name):
        raise InputError(say("a programme needs a name of one line, e.g. Example Campus"))
    return _TEMPLATE.read_text(encoding="utf-8").replace("__NAME__", json.dumps(name, ensure_ascii=False))
