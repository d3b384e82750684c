"""Parts of answers that another worker can make at the same time, by name: each a function of a view, its result can be sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stargauge.web.view import View

PARTS: dict[str, Callable[[View], Any]] = {"then": lambda view: view.then}
