"""`stargauge finance`: same numbers everywhere, tables that say what binds, faults that help."""

from __future__ import annotations

import json

import numpy as np
import pytest

from stargauge import api
from stargauge.cli.main import main
from stargauge.report.html import render_report
from stargauge.report.site_finance import finance_page, render_finance, tables

ASKED = {"as_of": "2026-11-22", "draws": 256}


@pytest.fixture(scope="module")
def abilene() -> api.SiteFinance:
    return api.finance("stargate", site="abilene", **ASKED)  # type: ignore[arg-type]


def test_the_command_line_gives_the_numbers_of_python(abilene: api.SiteFinance, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["finance", "--site", "abilene", "--as-of", "2026-11-22", "--draws", "256", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(abilene.to_dict(), allow_nan=False))


def test_numbers_shown_are_those_of_their_addresses(abilene: api.SiteFinance) -> None:
    names = ["dscr[building, abilene]", "asset_sources[loan, equipment, abilene]", "debt_due[abilene, year-2030]"]
    run = api.simulate("stargate", quantities=names, **ASKED)  # type: ignore[arg-type]
    building, equipment = abilene.sites[0]["assets"]
    values = run[names[0]].values
    assert building["dscr"]["p50"] == pytest.approx(np.quantile(values[np.isfinite(values)], 0.5))
    assert equipment["sources"]["loan"]["p90"] == pytest.approx(np.quantile(run[names[1]].values, 0.9))
    wall = next(one for one in abilene.walls if one["year"] == 2030)
    assert wall["chance"] == pytest.approx((run[names[2]].values > 0.0).mean())


def test_what_binds_is_named_and_books_are_shown_to_tie(abilene: api.SiteFinance) -> None:
    data = abilene.to_dict()
    text = render_finance(data)
    assert "limits them" in text and max(len(line) for line in text.splitlines()) <= 80
    for site in data["sites"]:
        for asset in site["assets"]:
            assert asset["books_off"] == 0.0 and 0.0 <= asset["coverage_binds"] <= 1.0
    named = {one.name for one in tables(data)}
    assert {"funds", "loans", "returns", "contracts", "walls", "years-building", "years-equipment"} <= named


def test_worlds_without_a_rate_of_return_are_counted_not_hidden(abilene: api.SiteFinance) -> None:
    for asset in abilene.sites[0]["assets"]:
        assert 0.0 <= asset["irr_none"] + asset["irr_several"] <= 1.0
    table = next(one for one in tables(abilene.to_dict()) if one.name == "returns")
    assert table.head[2:4] == ["None", "Two+"]


def test_yearly_lines_come_only_for_one_site() -> None:
    whole = api.finance("meta-hyperion", **ASKED)  # type: ignore[arg-type]
    assert whole.years == () and len(whole.sites) == 1


def test_an_unknown_site_is_told_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["finance", "--site", "abilen"]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert 'there is no site "abilen"' in told and 'did you mean "abilene"?' in told and "shackelford" in told


def test_an_over_levered_case_says_what_binds_instead_of_breaking() -> None:
    """A lender who asks for a cover nobody reaches lends nothing, and it is the cover that binds; one who lends on cost alone is capped."""
    none = api.finance(api.load("stargate", settings={"dscr_required": "50"}), site="abilene", **ASKED).sites[0]["assets"][0]  # type: ignore[arg-type]
    assert none["coverage_binds"] == 1.0 and none["loan_to_cost"]["p90"] < 0.1
    settings = {"dscr_required": "1.0001", "market_leverage": "0.99", "lease_rent": "2000 USD/kW/month"}
    most = api.finance(api.load("stargate", settings=settings), site="abilene", **ASKED).sites[0]["assets"][0]  # type: ignore[arg-type]
    assert most["loan_to_cost"]["p90"] <= 0.99 + 1e-9 and most["coverage_binds"] < 0.5


def test_the_report_shows_it() -> None:
    answer = api.check("stargate", charts=True, **ASKED).to_dict(charts=True)  # type: ignore[arg-type]
    page = render_report(answer)
    assert "How is each site paid for?" in page and finance_page(answer["finance"]) is not None


@pytest.mark.parametrize("programme", ["meta-prometheus", "xai-colossus-1", "stargate-abroad"])
def test_programmes_without_parties_or_contracts_are_financed_by_what_is_usual(programme: str) -> None:
    made = api.finance(programme, **ASKED).to_dict()  # type: ignore[arg-type]
    assert made["sites"] and render_finance(made)
    assert all(asset["books_off"] == 0.0 for site in made["sites"] for asset in site["assets"])
