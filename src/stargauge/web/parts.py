"""Parts of answers that another worker can make at the same time, by name: each a function of a view, its result can be sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stargauge.web.view import View


def drawn(view: View) -> list[str]:
    """The drawings of some specifications."""
    from stargauge.report.drawing import svgs

    return svgs(view.body["specs"])


PARTS: dict[str, Callable[[View], Any]] = {"then": lambda view: view.then, "drawn": drawn}
