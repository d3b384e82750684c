"""A plan of building in the form in which `stargauge plan --json` gives it, made by hand: for what is said and drawn of one."""

from __future__ import annotations

from typing import Any


def levels(p10: Any, p50: Any, p90: Any) -> dict[str, Any]:
    return {"p10": p10, "p50": p50, "p90": p90}


def building(
    name: str, start: str, latest: str, runs: tuple[str, str, str], chip: str = "vr200-nvl144", further: bool = False
) -> dict[str, Any]:
    return {
        "id": name,
        "start": start,
        "latest": latest,
        "slack": 0 if start == latest else 3,
        "chip": chip,
        "operational": levels(*runs),
        "it_power": 103e6,
        "facility_power": 134e6,
        "further": further,
        "cost": 4.1e9,
        "in_time": {"0": 0.42 if further else 0.93},
    }


def under_way(name: str, runs: tuple[str, str, str]) -> dict[str, Any]:
    return {"id": name, "operational": levels(*runs), "it_power": 103e6}


def site(name: str, power: str, buildings: list[dict[str, Any]], begun: list[dict[str, Any]], left: list[str]) -> dict[str, Any]:
    return {
        "id": name,
        "name": f"{name.capitalize()}, Texas",
        "buildings": buildings,
        "not_built": left,
        "under_way": begun,
        "power": {
            "id": power,
            "text": "gas engines",
            "capacity": 1.2e9,
            "unit": "W",
            "base": "facility",
            "wait": levels(610.0, 740.0, 955.0),
            "kind": "default",
        },
        "cooling": {"id": "closed-loop-chiller", "pue": 1.23, "water": 0.0, "unit": "L/Wh", "kind": "default"},
    }


def month_ends(first: int, years: int) -> list[str]:
    return [f"{first + place // 12}-{place % 12 + 1:02d}-28" for place in range(12 * years)]


def row(by: str, probability: float, cost: float | None, asked: bool = False) -> dict[str, Any]:
    """A point of the cost by day and probability; without a cost nothing was found."""
    return {"by": by, "probability": probability, "kept": None if cost is None else probability + 0.01, "cost": cost,
            "capital": None if cost is None else 0.9 * cost, "emissions": None if cost is None else 9e13, "difference": None,
            "possible": cost is not None, "asked": asked, "proven": True, "most": 0.31 if cost is None else None}  # fmt: skip


def asked(by: str, amount: float = 7e9) -> dict[str, Any]:
    return {"amount": amount, "unit": "W", "by": by, "probability": 0.8}


def fact(kind: str, of: str, site: str = "") -> dict[str, Any]:
    return {"fact": f"{kind} {of}", "text": f"{kind} of {of}", "kind": kind, "of": of, "site": site}


def plan_answer(**changes: Any) -> dict[str, Any]:
    """A plan for two sites, with every part of an answer filled."""
    months = month_ends(2027, 5)
    ramp = [max(0.0, 0.16e9 * (place - 8)) for place in range(len(months))]
    made: dict[str, Any] = {
        "programme": {"name": "Stargate", "asked_as": "stargate"},
        "as_of": "2026-11-22",
        "seed": 0,
        "draws": 2048,
        "worlds": 50,
        "goal": "cost",
        "status": "planned",
        "kept": True,
        "targets": [
            {
                "text": "power_facility[operational] >= 7 GW by 2030-12-31",
                "sentence": "7 GW of facility power by 31 Dec 2030",
                "amount": 7e9,
                "unit": "W",
                "by": "2030-12-31",
                "asked": 0.8,
                "promised": 0.81,
                "simulated": 0.803,
                "error": 0.009,
                "as_stated": 0.14,
            }
        ],
        "method": {
            "value": 3.12e11,
            "bound": 3.1e11,
            "gap": 0.0064,
            "options": 41230,
            "columns": 812,
            "rounds": 3,
            "programs": 51,
            "program": {"value": 3.1e11, "bound": 3.08e11, "gap": 0.0061, "ended": []},
        },
        "cost": {
            "total": 3.12e11,
            "unit": "USD",
            "price_year": 2025,
            "until": "2036-12-31",
            "capital": 2.7e11,
            "capital_per_power": 39.0,
            "base": "IT",
            "emissions": 9.1e13,
            "without_residual": 3.32e11,
            "as_filed": {"total": 3.9e11, "capital": 3.4e11, "emissions": 1.1e14, "probability": 0.14},
            "parts": [
                {"name": "equipment", "value": 2.1e11},
                {"name": "construction", "value": 6e10},
                {"name": "worth at the end", "value": -2e10},
            ],
        },
        "sites": [
            site(
                "abilene",
                "gas-engine",
                [
                    building("building-9", "2027-02-28", "2027-05-31", ("2028-07-31", "2028-12-31", "2029-09-30")),
                    building("building-10", "2027-04-30", "2027-04-30", ("2028-10-31", "2029-02-28", "2029-12-31")),
                    building("plan-1", "2028-01-31", "2028-09-30", ("2029-08-31", "2030-02-28", "2031-01-31"), further=True),
                ],
                [under_way("building-7", ("2026-12-31", "2027-01-31", "2027-04-30"))],
                ["plan-2"],
            ),
            site(
                "milam",
                "bridge",
                [building("phase-2", "2027-03-31", "2028-03-31", ("2028-12-31", "2029-05-31", "2030-03-31"), "gb300-nvl72")],
                [under_way("phase-1", ("2027-06-30", "2027-09-30", "2028-02-28"))],
                [],
            ),
            site("lordstown", "grid", [], [], ["building-1", "building-2"]),
        ],
        "capacity": {
            "address": "power_facility[operational]",
            "unit": "W",
            "months": months,
            "p50": ramp,
            "p10": [0.7 * one for one in ramp],
            "p90": [1.2 * one for one in ramp],
            "as_stated": {"p10": [0.3 * one for one in ramp], "p50": [0.5 * one for one in ramp], "p90": [0.8 * one for one in ramp]},
        },
        "money": {
            "unit": "USD",
            "means": "financeable",
            "limited": False,
            "over": 2.1e10,
            "in_all": {"capital": 2.7e11, "lenders": 1.5e11, "nobody": 0.0},
            "sites": [
                {"site": "abilene", "capital": 6e10, "lenders": 4.5e10, "loan_to_cost": 0.75, "most": 0.775, "limit": "market leverage"}
            ],
            "years": [2027, 2028, 2029, 2030],
            "capital": [3e10, 9e10, 1.1e11, 4e10],
            "nobody": [0.0, 0.0, 0.0, 0.0],
            "lenders": [2e10, 5e10, 6e10, 2e10],
            "parties": [
                {
                    "id": "oracle",
                    "name": "Oracle",
                    "funds": [8e9, 3e10, 4e10, 1e10],
                    "funds_so_far": [8e9, 3.8e10, 7.8e10, 8.8e10],
                    "available": [1e10, 4e10, 6.7e10, 6.7e10],
                    "over": 2.1e10,
                    "over_by": 2030,
                    "knowable": True,
                    "share": 0.33,
                },
                {
                    "id": "mgx",
                    "name": "MGX",
                    "funds": [2e9, 1e10, 1e10, 1e10],
                    "funds_so_far": [2e9, 1.2e10, 2.2e10, 3.2e10],
                    "available": None,
                    "over": None,
                    "over_by": None,
                    "knowable": False,
                    "share": 0.12,
                },
            ],
        },
        "split": None,
        "binding": [
            {
                "kind": "pool",
                "name": "transformers",
                "text": "100 MW a year more of transformers saves 0.9 bn USD",
                "price": 9e8,
                "unit": "USD",
                "per": "100 MW/yr",
                "certain": True,
            },
            {
                "kind": "day",
                "name": "power_facility[operational] >= 7 GW by 2030-12-31",
                "text": "one month later saves 2 bn USD",
                "price": 2e9,
                "unit": "USD",
                "per": "1 month",
                "certain": False,
            },
        ],
        "frontier": [
            row("2028-12-31", 0.8, None),
            row("2029-12-31", 0.8, 3.9e11),
            row("2030-12-31", 0.8, 3.12e11, asked=True),
            row("2030-12-31", 0.9, 3.4e11),
            row("2031-12-31", 0.8, 2.96e11),
        ],
        "frontier_emissions": [
            {"carbon_price": 0.0, "cost": 3.12e11, "capital": 2.7e11, "emissions": 9.1e13, "kept": 0.81, "plan": True},
            {"carbon_price": 1e-4, "cost": 3.2e11, "capital": 2.8e11, "emissions": 5e13, "kept": 0.81, "plan": False},
            {"carbon_price": None, "cost": 3.6e11, "capital": 3e11, "emissions": 2e13, "kept": 0.8, "plan": False},
        ],
        "insist": [
            {
                "what": "day",
                "text": "31 Dec 2029",
                "possible": True,
                "cost": 3.9e11,
                "capital": 3.5e11,
                "emissions": 1e14,
                "difference": 7.8e10,
                "asked": asked("2029-12-31"),
                "most": None,
                "sum": None,
                "instead": {"amount": 8.4e9, "unit": "W", "by": "2030-12-31", "probability": 0.8, "money": 3.9e11},
            },
            {
                "what": "amount",
                "text": "10 GW by 31 Dec 2029",
                "possible": False,
                "cost": None,
                "capital": None,
                "emissions": None,
                "difference": None,
                "asked": asked("2030-12-31", 1e10),
                "most": asked("2030-12-31", 9.1e9),
                "instead": None,
                "sum": None,
            },
            {
                "what": "sum",
                "text": "500 bn USD by 2029",
                "possible": False,
                "cost": None,
                "capital": None,
                "emissions": None,
                "difference": None,
                "asked": asked("2030-12-31"),
                "most": asked("2030-12-31", 9.5e9),
                "instead": None,
                "sum": {
                    "claim": "invest-500bn",
                    "reading": "all",
                    "says": "500 bn USD within four years",
                    "money": 5e11,
                    "by": "2029-01-20",
                    "under_way": 1.2e11,
                    "most": 3e11,
                    "spent": 2.2e11,
                    "first": "2031-06-30",
                },
            },
        ],
        "waiting": {
            "decisions": [
                {
                    "building": "abilene/building-9",
                    "start": "2027-02-28",
                    "latest": "2027-05-31",
                    "slack": 3,
                    "text": "",
                    "hangs_on": [fact("transformers", "abilene")],
                    "until": {**fact("transformers", "abilene"), "known_by": "2027-04-30", "worth": 4e8, "unit": "USD"},
                },
                {
                    "building": "milam/phase-2",
                    "start": "2027-03-31",
                    "latest": "2028-03-31",
                    "slack": 12,
                    "text": "",
                    "hangs_on": [fact("grid_connection", "milam")],
                    "until": None,
                },
            ],
            "information": [
                {
                    **fact("transformers", "abilene"),
                    "known_by": "2027-06-30",
                    "worth_now": 1.4e9,
                    "worth_later": 4e8,
                    "unit": "USD",
                    "share_kept": 0.8,
                },
                {
                    **fact("delivery", "vr200-nvl144"),
                    "known_by": None,
                    "worth_now": 2e8,
                    "worth_later": 0.0,
                    "unit": "USD",
                    "share_kept": 0.8,
                },
            ],
            "ceiling": {"worth": 9e9, "unit": "USD", "share_kept": 0.8},
            "delays": [],
        },
        "conflict": None,
        "assumptions": [
            {
                "name": "gas-engine capex",
                "value": 1.35,
                "unit": "USD/W",
                "kind": "default",
                "source": "a-study",
                "grade": "B",
                "note": "as read",
            },
            {
                "name": "further buildings at abilene",
                "value": 2.0,
                "unit": "1",
                "kind": "assumption",
                "source": "stargauge-assumption",
                "grade": "D",
                "note": "as many as the site has now",
            },
        ],
        "notes": [
            {
                "text": "Planned for 31 December 2031.",
                "words": "Planned for {when}.",
                "values": {"when": {"value": "2031-12-31", "unit": "date"}},
            },
        ],
        "overlay": {"sources": {"plan": {"designed": True}}},
    }
    return {**made, **changes}


def impossible_answer() -> dict[str, Any]:
    """The same where the announcement cannot be had: what is in conflict, and what would do."""
    return plan_answer(
        status="impossible",
        conflict={
            "smallest": [
                {"kind": "target", "name": "power_facility[operational] >= 7 GW by 2028-12-31", "text": "7 GW by 31 Dec 2028"},
                {"kind": "pool", "name": "transformers", "text": "2 GW of transformers a year"},
            ],
            "relaxations": [
                {"kind": "day", "name": "", "text": "", "from": "2028-12-31", "to": "2030-06-30", "unit": "", "cost": 3.3e11},
                {"kind": "amount", "name": "", "text": "", "from": 7e9, "to": 3.1e9, "unit": "W", "cost": None},
                {"kind": "probability", "name": "", "text": "", "from": 0.8, "to": 0.35, "unit": "1"},
            ],
            "together": [],
            "proven": True,
        },
    )
