"""`stargauge finance`: same numbers everywhere, tables that say what binds, faults that help."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from stargauge import api
from stargauge.audit.money.site_finance import notable_walls
from stargauge.cli.main import main
from stargauge.programme.template import starter
from stargauge.report.html import render_report
from stargauge.report.money.site_finance import finance_page, headline, render_finance, tables

ASKED = {"as_of": "2026-11-22", "draws": 256}


@pytest.fixture(scope="module")
def abilene() -> api.SiteFinance:
    return api.finance("stargate", site="abilene", **ASKED)  # type: ignore[arg-type]


def test_walls_that_are_seldom_or_a_rounding_are_not_drawn() -> None:
    def wall(year: int, chance: float, *due: float | None) -> dict[str, object]:
        return {"year": year, "chance": chance, "due": dict(zip(("p10", "p50", "p90"), due, strict=True))}

    drawn = notable_walls([wall(2030, 0.5, None, 4e5, 3e9), wall(2031, 0.01, 1e9, 2e9, 3e9), wall(2032, 0.5, 0.0, 0.0, 4e5)])
    assert drawn == [{**wall(2030, 0.5, 0.0, 0.0, 3e9), "due_bn": {"p10": 0.0, "p50": 0.0, "p90": 3.0}}]


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


@pytest.mark.slow
def test_the_report_shows_it() -> None:
    answer = api.check("stargate", charts=True, **ASKED).to_dict(charts=True)  # type: ignore[arg-type]
    page = render_report(answer)
    assert "How is each site paid for?" in page and finance_page(answer["finance"]) is not None


@pytest.mark.parametrize("programme", ["meta-prometheus", "xai-colossus-1", "stargate-abroad"])
def test_programmes_without_parties_or_contracts_are_financed_by_what_is_usual(programme: str) -> None:
    made = api.finance(programme, **ASKED).to_dict()  # type: ignore[arg-type]
    assert made["sites"] and render_finance(made)
    assert all(asset["books_off"] == 0.0 for site in made["sites"] for asset in site["assets"])


def test_a_contract_that_no_site_here_serves_is_listed(tmp_path: Path, abilene: api.SiteFinance) -> None:
    """A cloud contract to a party that brings nothing to a site stands in the table, and says so."""
    assert all(one["served_here"] for one in abilene.contracts), "asked for one site of several, only what that site serves"
    own = tmp_path / "own.yaml"
    text = starter("Own").replace(
        "  # An example of a lender.",
        "  far-cloud:\n    name: Far Cloud\n    accounts: private\n"
        "  customer:\n    name: Customer\n    accounts: private\n    commitments:\n"
        "      far-contract: {to: far-cloud, kind: cloud_contract, amount: 2 bn USD, stage: announced, term: 5 years}\n"
        "  # An example of a lender.",
    )
    own.write_text(text, encoding="utf-8")
    data = api.finance(own, **ASKED).to_dict()  # type: ignore[arg-type]
    by_line = {one["line"]: one for one in data["contracts"]}
    assert set(by_line) == {"example-contract", "example-lease", "far-contract"}
    assert by_line["far-contract"]["served_here"] is False and by_line["far-contract"]["terminated"] is None
    assert by_line["example-lease"]["served_here"] and by_line["example-lease"]["terminated"] is not None
    assert "served from elsewhere: no site here" in " ".join(" ".join(row) for t in tables(data) if t.name == "contracts" for row in t.rows)
    assert max(len(line) for line in render_finance(data | {"asked_as": "own"}).splitlines()) <= 80


@pytest.mark.parametrize(
    ("cover", "agreed", "words"),
    [
        (0.5, 0.2, "what limits them most often, in 50 % of worlds, is the income"),
        (0.6, 0.0, "in most worlds the income"),
        (0.1, 0.63, "in most worlds the amount agreed"),
        (0.1, 0.44, "what limits them most often, in 46 % of worlds, is the lenders' share"),
    ],
)
def test_the_headline_names_what_limits_most_often(abilene: api.SiteFinance, cover: float, agreed: float, words: str) -> None:
    data = abilene.to_dict()
    site = data["sites"][0]
    building = site["assets"][0] | {"coverage_binds": cover, "agreed_amount_binds": agreed}
    assert words in headline(data | {"sites": [site | {"assets": [building]}]})


def test_the_report_says_of_how_many_draws(abilene: api.SiteFinance) -> None:
    page = finance_page(abilene.to_dict())
    assert page is not None and "256 draws" in page["basis"]


def test_every_answer_carries_the_fingerprint_of_its_run() -> None:
    made = [answer("meta-hyperion", as_of="2026-11-22", draws=256).to_dict() for answer in (api.finance, api.money, api.jobs)]
    assert all(len(one["fingerprint"]) == 32 for one in made)
    assert api.finance("meta-hyperion", as_of="2026-11-22", draws=256, seed=1).to_dict()["fingerprint"] != made[0]["fingerprint"]
