"""Which verdicts hang on one source, as a page shows it: the sources that carry something, and the verdicts that would fall with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.report.terminal import brief, honest
from stargauge.report.why.sources import method, moves_text, second_text


def sources_page(data: Mapping[str, Any]) -> dict[str, Any]:
    """The sentence, the sources by how much hangs on them, and the verdicts that hang on one."""
    telling = [one for one in data["dropped"] if one["changes"] or one["cannot"]]
    rows = [{**one, "moves": one["cannot"] or moves_text(one)} for one in telling]
    hanging = [
        {**change, "source": one["source"], "publisher": one["publisher"], "grade": one["grade"], "second": second_text(change),
         "is": brief(change["status"], change["probability"], None),
         "becomes": brief(change["without"], change["probability_without"], None)}
        for one in data["dropped"] for change in one["changes"] if change["flips"]
    ]  # fmt: skip
    return {**data, "rows": rows, "hanging": hanging, "method": f"{method()} {honest()}"}
