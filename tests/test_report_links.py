"""The links of a whole report: every number of its tables leads to what explains it, and what it leads to is there and says the same."""

from __future__ import annotations

import re
from typing import Any

import pytest

pytest.importorskip("jinja2", reason="the report extra is not installed")
pytest.importorskip("vl_convert", reason="the report extra is not installed")

from stargauge import api
from stargauge.audit.money.money import told_by
from stargauge.report.html import render_report
from stargauge.report.money.money_tables import bn, tables


@pytest.fixture(scope="module")
def answer() -> dict[str, Any]:
    return api.check("stargate", as_of="2026-11-22", draws=64, charts=True).to_dict(charts=True)


@pytest.fixture(scope="module")
def page(answer: dict[str, Any]) -> str:
    return render_report(answer).replace("\u00a0", " ")


def section(page: str, name: str) -> str:
    """One section of a page."""
    return page[page.index(f'<section aria-labelledby="{name}">') :].split("</section>")[0]


def test_every_link_inside_the_report_leads_somewhere_and_ids_are_unique(page: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


def test_every_address_of_the_money_tables_is_explained_in_short(answer: dict[str, Any]) -> None:
    told = {address for one in tables(answer["funds"]) for row in one.why for address in row if "[" in address}
    assert told >= set(answer["cells"]) == {address for _, addresses in told_by(answer["funds"]) for address in addresses}
    silent = {one["party"] for one in answer["funds"]["gaps"] if not one["knowable"]}  # of these a dash stands in the table
    assert all(address.rsplit(", ")[-1].rstrip("]") in silent for address in told - set(answer["cells"]))


def test_an_explanation_says_the_number_of_the_table(answer: dict[str, Any]) -> None:
    for one in answer["funds"]["gaps"]:
        assert bn(one["cash_needed"]["p50"]) == bn(answer["cells"][f"cash_needed[{one['party']}]"]["p50"])
        for means, spread in (one["means"] or {}).items():
            assert spread["p50"] == pytest.approx(answer["cells"][f"funding_gap_by_means[{means}, {one['party']}]"]["p50"])
    for one in answer["funds"]["covenants"]:
        assert one["room"]["p50"] == pytest.approx(answer["cells"][f"policy_headroom[{one['party']}]"]["p50"])
    for row in answer["lines"]["jobs"]["rows"]:
        assert row["p50"] == pytest.approx(answer["lineage"][row["address"]]["p50"])


def test_every_number_of_money_jobs_and_odds_is_a_link(answer: dict[str, Any], page: str) -> None:
    money = section(page, "parties")
    for one in tables(answer["funds"]):
        body = money[money.index(f'<caption class="vh">{one.title}'.replace("'", "&#39;")) :].split("</table>")[0]
        for row, html in zip(one.rows, body.split("<tr ")[2:], strict=True):
            cells = re.findall(r'<td role="cell"[^>]*>(.*?)</td>', html)
            numbers = [
                cell for cell, title, text in zip(cells, one.head[1:], row[1:], strict=True)
                if re.search(r"\d", text) and title not in ("USD", "No sum", "What it is")
            ]  # fmt: skip
            if "All together" not in row[0] and "missing of" not in row[0]:
                assert all(cell.startswith('<a class="n" href="#') for cell in numbers), (one.name, row)
    jobs = section(page, "jobs")
    assert jobs.count('<a class="n" href="#why-jobs') == 3 * len(answer["lines"]["jobs"]["rows"])
    odds = section(page, "odds")
    assert odds.count('<a class="n" href="#claim-') == sum(len(one["points"]) for one in answer["odds"]["series"])


def test_short_explanations_keep_the_report_short(answer: dict[str, Any], page: str) -> None:
    """Each is a few lines, a small part of one at length."""
    start, end = page.index('id="cells"'), page.index('id="inputs"')
    assert (end - start) / len(answer["cells"]) < 4000
