"""Whether a draft of a claim can become one: it was said on a day, and every reading of it can be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.audit.claims.language import parse
from stargauge.quantity.dates import parse_window
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say


def not_yet(entry: Mapping[str, Any]) -> str:
    """Why a draft cannot become a claim yet, or nothing."""
    if not entry.get("said"):
        return say("a claim needs the day on which it was said; edit it, or give --published")
    try:
        parse_window(str(entry["said"]))
        for text in entry["readings"].values():
            parse(text)
    except InputError as error:
        return str(error)
    return ""
