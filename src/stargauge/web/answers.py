"""Answers of the API as JSON, each made by the function of its name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from stargauge.web.view import View
from stargauge.web.work import Made

Answerer = Callable[[View, Mapping[str, str]], Any]
ANSWERS: dict[str, Answerer] = {"check": lambda view, _: view.check.to_dict()}


def answer(view: View, name: str, arguments: Mapping[str, str]) -> Made:
    """An answer as JSON."""
    return Made(json.dumps(ANSWERS[name](view, arguments), ensure_ascii=False, allow_nan=False).encode(), "application/json")
