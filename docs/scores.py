"""Write the shipped scores into the pages that quote them: `python docs/scores.py` (after `stargauge backtest --write`)."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stargauge.audit.backtest.measured import shipped
from stargauge.report.accuracy.accuracy_page import finding, head, kind_rows, score_groups
from stargauge.report.wording import day_text

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "docs" / "how-good-the-dates-are.md", ROOT / "README.md")
_BLOCK = re.compile(r"^(?P<indent> *)<!-- scores: (?P<name>[^>]*) -->\n.*?^ *<!-- end of scores -->$", re.DOTALL | re.MULTILINE)


def blocks() -> dict[str, str]:
    """What stands in a page, by the name of its block: the finding, the day of measurement, a table per group of scores and per kind."""
    made = shipped()
    assert made is not None
    told: Mapping[str, Any] = {**made.scores, "fits": True}
    out = {
        group["title"]: f"{group['note'][:1].upper()}{group['note'][1:]}.\n\n{_table(head(), group['rows'])}"
        for group in score_groups(told)
    }
    columns, rows = kind_rows(told)
    by = f"Measured on {day_text(told['made_on'])} over {told['programmes']} programmes, {told['draws']} draws, seed {told['seed']}."
    return {**out, "by kind": _table(columns, rows), "finding": finding(told), "measured": by}


def _table(head: tuple[str, ...], rows: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def renewed(page: str) -> str:
    """A page with the shipped scores in its blocks. Raises KeyError for a block of another name."""
    made = blocks()

    def fill(found: re.Match[str]) -> str:
        indent, text = found["indent"], made[found["name"]]
        lines = text if text.startswith("|") or "\n" in text else textwrap.fill(text, 138 - len(indent))
        body = textwrap.indent(f"<!-- scores: {found['name']} -->\n{lines}\n<!-- end of scores -->", indent)
        return body

    return _BLOCK.sub(fill, page)


if __name__ == "__main__":
    for file in PAGES:
        file.write_text(renewed(file.read_text(encoding="utf-8")), encoding="utf-8")
        print(f"Wrote {file}")
