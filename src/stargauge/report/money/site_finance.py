"""How each site is paid for, as plain text and as parts of the report: the same tables in both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.report.locale import notation, say, words
from stargauge.report.money.money_tables import Table
from stargauge.report.terminal import PLAIN, Style, command_for, known_text, table, to_copy, wrapped
from stargauge.report.wording import counted, day_text, percent, rate_text, show

_ASSETS = ("building", "equipment")
#: Below what an amount shows as nothing.
_LEAST = 1e5
#: From which share of worlds on it is most of them.
_MOST = 0.55


def _asset(name: str) -> str:
    return say("equipment") if name == "equipment" else say("building")


def _kind(name: str) -> str:
    return {"lease": say("lease"), "cloud_contract": say("cloud contract"), "finance_lease": say("finance lease")}.get(name, name)


def _basis() -> str:
    """What the tables stand on."""
    return say(
        "Each site is financed as two assets: the building with its power, let to whoever brings the equipment, and the equipment, which "
        "sells computing and pays the rent. Money of the day. No contract, loan or covenant of a site is public in full: what the "
        "programme does not state is as the catalogue has it, most of it assumptions of ours. A statement about the model and its inputs, "
        "not a forecast of default."
    )


def render_finance(data: Mapping[str, Any], style: Style = PLAIN) -> str:
    """The answer first, then the tables."""
    lines = [style.bold(line) for line in wrapped(headline(data), style.width)]
    until = say("to {day}", day=day_text(data["until"]))
    lines += wrapped(f"{data['name']}, {known_text(data)}, {counted(data['draws'], 'draw')}, {until}.", style.width)
    for one in tables(data):
        lines += ["", *(style.bold(line) for line in wrapped(one.title, style.width)), *wrapped(one.finding, style.width)]
        lines += table(one.columns, one.rows, style)
        lines += [style.soft(line) for line in wrapped(one.note, style.width)] if one.note else []
    site = data["sites"][0]["id"] if data["sites"] else ""
    why = [*to_copy(f"{say('Why?'):<8}", command_for(data["asked_as"], f"dscr[building, {site}]"), style)] if site else []
    return style.finish([*lines, "", *wrapped(_basis(), style.width), *why])


def finance_page(data: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What the report shows of it: the answer and the tables; none where nothing is built."""
    if not data or not data["sites"]:
        return None
    told = say("From {draws} draws; stargauge finance takes as many as you ask for.", draws=words().count(data["draws"]))
    return {"answer": headline(data), "tables": tables(data), "basis": f"{_basis()} {told}"}


def headline(data: Mapping[str, Any]) -> str:
    """One sentence: what a lender would give for the largest building, what limits it, and how likely the loan gets into breach."""
    assets = [(site, asset) for site in data["sites"] for asset in site["assets"] if asset["asset"] == "building"]
    found = [(asset["total"]["p50"] or 0.0, site, asset) for site, asset in assets]
    if not found:
        return say("Nothing is built in any world, so nothing is financed.")
    _, site, asset = max(found, key=lambda one: one[0])
    share = asset["loan_to_cost"]
    if share["p50"] is None:
        return say("No world builds at {site}.", site=site["name"])
    what, odds = limits(asset)[0]
    full = {"cover": say("the income under contract"), "agreed": say("the amount agreed"), "share": say("the lenders' share of the cost")}
    limited = (
        say("in most worlds {limit} is what limits them", limit=full[what])
        if odds > _MOST
        else say("what limits them most often, in {share} of worlds, is {limit}", share=percent(odds), limit=full[what])
    )
    return say(
        "Of the dearest building, at {site}, lenders would pay {middle} ({low} to {high}); {limited}. The loan gets into breach in "
        "{breach} of worlds.",
        site=site["name"], middle=percent(share["p50"]), low=percent(share["p10"]), high=percent(share["p90"]), limited=limited,
        breach=percent(asset["breach"]),
    )  # fmt: skip


def limits(asset: Mapping[str, Any]) -> list[tuple[str, float]]:
    """What limits a loan, and in how many worlds, the most frequent first: cover, the amount agreed, the lenders' share of the cost."""
    cover, agreed = asset["coverage_binds"] or 0.0, asset["agreed_amount_binds"] or 0.0
    found = [("cover", cover), ("agreed", agreed), ("share", max(0.0, 1.0 - cover - agreed))]
    return sorted(found, key=lambda one: -one[1])


def tables(data: Mapping[str, Any]) -> list[Table]:
    """Every table that has something to show, in order."""
    made = [_funds(data), _loans(data), _returns(data), _contracts(data), _walls(data), *_years(data)]
    return [one for one in made if one is not None]


def _place(site: Mapping[str, Any]) -> str:
    """A site by its name, up to the first comma."""
    return say("Without a site") if site["id"] == "unsited" else str(site["name"]).split(",")[0].split(" (")[0]


def _rows(data: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return [(f"{_place(site)}, {_asset(asset['asset'])}", asset) for site in data["sites"] for asset in site["assets"]]


def _span(spread: Mapping[str, float | None], text: Any) -> str:
    """`P50 (P10 to P90)`; a dash where there is none."""
    if spread["p50"] is None:
        return "–"
    low, middle, high = (text(spread[name]) for name in ("p10", "p50", "p90"))
    return str(middle) if low == high else say("{middle} ({low} to {high})", middle=middle, low=low, high=high)


def _ratio(value: float) -> str:
    return notation().number(f"{value:.2f}".replace("-", "−"))


def _usd(value: float | None) -> str:
    """An amount in the unit that suits it: 37.3 m, 1.4 bn."""
    return "–" if value is None else _short_usd(show(value, "USD")) if abs(value) >= _LEAST else "0"


def _short_usd(told: str) -> str:
    return told.replace(" USD", "").replace(" million", " m")


def _funds(data: Mapping[str, Any]) -> Table | None:
    rows = [
        (name, *(_usd(one["sources"][fund]["p50"]) for fund in ("loan", "owners", "customers", "vendors")),
         _usd(one["uses"]["cost"]["p50"]), _usd(one["uses"]["financing_costs"]["p50"]), _ratio(one["books_off"]))
        for name, one in _rows(data)
    ]  # fmt: skip
    if not rows:
        return None
    columns = (
        (say("Site and asset"), 18, "w"), (say("Loan"), 7, "r"), (say("Owners"), 7, "r"), (say("Clients"), 7, "r"),
        (say("Vendors"), 7, "r"), (say("Cost"), 7, "r"), (say("Interest"), 8, "r"), (say("Off"), 5, "r"),
    )  # fmt: skip
    note = say(
        "P50 in USD over the life of the assets; medians of parts do not add up. Owners: also what comes later (working capital, new "
        "equipment, refinancing gaps, support). Interest: with fees, while building. Off: the largest difference of sources and uses, or "
        "of the balance sheet, in any month of any world."
    )
    return Table("funds", say("Sources and uses (USD)"), "", columns, tuple(rows), note)


def _loans(data: Mapping[str, Any]) -> Table | None:
    rows = []
    for site in data["sites"]:
        for one in site["assets"]:
            if one["loan_to_cost"]["p50"] is not None:
                agreed = _usd(site["loans_agreed"]["p50"] or None) if one["asset"] == "building" else "–"
                rows.append((
                    f"{_place(site)}, {_asset(one['asset'])}", _span(one["loan_to_cost"], rate_text), agreed, _limit_text(one),
                    _span(one["dscr"], _ratio), percent(one["breach"]), percent(one["gap"]),
                ))  # fmt: skip
    if not rows:
        return None
    columns = (
        (say("Site and asset"), 15, "w"), (say("Loan over cost"), 12, "w"), (say("Agreed"), 7, "r"), (say("Limit"), 10, "w"),
        (say("Least cover"), 11, "w"), (say("Breach"), 6, "r"), (say("Gap"), 5, "r"),
    )  # fmt: skip
    note = say(
        "P50 (P10 to P90). Agreed: loans stated for the site; the loan here is at most that, and less where income under contract, as "
        "assumed here, does not cover it: then rent is better than assumed, or something else secures it. Limit: what limits the loan most "
        "often, and in how many worlds: cover, the amount agreed, or the lenders' share of the cost. Least cover: cash for debt service "
        "over interest and principal, the worst twelve months. Breach: cover below the default level, or service unpaid for a quarter, "
        "from now on. Gap: in how many worlds more than a hundredth of a loan that falls due is not lent anew."
    )
    return Table("loans", say("What lenders give, and whether it is served"), "", columns, tuple(rows), note)


def _limit_text(asset: Mapping[str, Any]) -> str:
    what, odds = limits(asset)[0]
    told = {"cover": say("cover"), "agreed": say("agreed"), "share": say("share")}
    return f"{told[what]} {percent(odds)}"


def _returns(data: Mapping[str, Any]) -> Table | None:
    rows = [
        (name, _span(one["irr"], rate_text), percent(one["irr_none"]), percent(one["irr_several"]), _span(one["npv"], _usd),
         _span(one["llcr"], _ratio))
        for name, one in _rows(data)
    ]  # fmt: skip
    if not rows:
        return None
    columns = (
        (say("Site and asset"), 15, "w"), (say("Return of owners"), 19, "w"), (say("None"), 5, "r"), (say("Two+"), 5, "r"),
        (say("Net present value"), 14, "w"), (say("Loan life"), 11, "w"),
    )  # fmt: skip
    note = say(
        "Return: yearly, after debt and tax, in worlds in which there is one. None and Two+: in how many there is no rate, or more than "
        "one, and so none to speak of. Net present value in USD at the return that equity asks. Loan life: cover of the loan by all cash "
        "until it is repaid."
    )
    rents = [(_place(site), site["rent_without_equipment"]["p50"]) for site in data["sites"]]
    left = [f"{name} {_usd(rent)}" for name, rent in rents if rent]
    if left:
        rent = say("Rent of halls whose equipment is given up one day, which no return here bears (P50): {rents}.", rents=", ".join(left))
        note = f"{note} {rent}"
    return Table("returns", say("What owners get"), "", columns, tuple(rows), note)


def _whole(value: float) -> str:
    return notation().number(f"{value:,.0f}")


def _contracts(data: Mapping[str, Any]) -> Table | None:
    rows = [
        (one["line"], _kind(one["kind"]), say("{party} to {payee}", party=one["party"], payee=one["to"]), percent(one["terminated"]),
         percent(one["defaulted"]), _span(one["late_days"], _whole) if one["served_here"] else say("served from elsewhere: no site here"))
        for one in data["contracts"]
    ]  # fmt: skip
    if not rows:
        return None
    columns = (
        (say("Contract"), 20, "w"), (say("Kind"), 8, "w"), (say("Who"), 16, "w"), (say("Left"), 5, "r"), (say("Unpaid"), 6, "r"),
        (say("Days late"), 15, "w"),
    )  # fmt: skip
    note = say(
        "Left: the customer uses his right to leave because capacity comes after the outside date. Unpaid: customer and guarantor default. "
        "Both by the end of the clock. What is served from elsewhere earns nothing here. Outside dates, rights and damages are assumptions "
        "unless the programme states them."
    )
    return Table("contracts", say("Leases and contracts: are they kept?"), "", columns, tuple(rows), note)


def _walls(data: Mapping[str, Any]) -> Table | None:
    rows = [
        (str(one["year"]), _span(one["due"], _usd), percent(one["chance"]))
        for one in data["walls"]
        if one["chance"] >= 0.005
    ]  # fmt: skip
    if not rows:
        return None
    note = say("Balances that have to be lent anew or paid in a year, all sites shown together; P50 (P10 to P90).")
    columns = ((say("Year"), 6, "l"), (say("Falls due"), 30, "w"), (say("Chance"), 7, "r"))
    return Table("walls", say("Refinancing walls (USD)"), "", columns, tuple(rows), note)


def _years(data: Mapping[str, Any]) -> list[Table]:
    """The yearly cash of each asset, where one site was asked for."""
    out = []
    for asset in _ASSETS:
        rows = [
            (str(one["year"]), _usd(one["income"]["p50"]), _usd(_less(one["running_cost"]["p50"])), _usd(_less(one["tax"]["p50"])),
             _usd(one["service"]["p50"]), _usd(one["paid"]["p50"]), _span({n: _less(one["distribution"][m]) for n, m in _TURNED}, _usd))
            for one in data["years"]
            if one["asset"] == asset and one["income"]["p90"]
        ]  # fmt: skip
        if rows:
            columns = (
                (say("Year"), 4, "l"), (say("Income"), 7, "r"), (say("Running"), 7, "r"), (say("Tax"), 7, "r"), (say("Service"), 7, "r"),
                (say("Paid"), 7, "r"), (say("To owners"), 29, "w"),
            )  # fmt: skip
            note = say(
                "P50, to owners P50 (P10 to P90). Service: interest and principal by schedule. Paid: what the cash of the year allows."
            )
            title = say("Cash of the {asset}, by calendar year (USD)", asset=_asset(asset))
            out.append(Table(f"years-{asset}", title, "", columns, tuple(rows), note))
    return out


#: The low end of what is paid out is the high end of a number below zero.
_TURNED = (("p10", "p90"), ("p50", "p50"), ("p90", "p10"))


def _less(value: float | None) -> float | None:
    return None if value is None else -value
