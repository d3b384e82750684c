"""The tables of a plan of building as a terminal of 80 columns has room for: sites by their ids, what is alike in one row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.quantity.errors import counted as number_of
from stargauge.quantity.units import scale_of
from stargauge.report import plan_tables as tables
from stargauge.report.locale import notation
from stargauge.report.plan_facts import insist_name, insist_text, instead_text
from stargauge.report.plan_words import built_sites, chip_text, limit_text, price_text, told
from stargauge.report.power_words import Rows
from stargauge.report.wording import day_text, figures, percent, show

Data = Mapping[str, Any]
#: What the chip of a building is called that is left as the file has it.
AS_FILED = "as in the file"


def sites(data: Data) -> Rows:
    """Each site where something is built: what feeds and cools it, and how long that takes."""
    made = tables.sites({**data, "sites": [{**one, "name": one["id"]} for one in built_sites(data)]})
    return Rows(made.title, made.head[:4], [row[:4] for row in made.rows], made.note)


def buildings(data: Data) -> Rows:
    """What is under way at each site in one row, then each building that is decided."""
    costs = [one["cost"] or 0.0 for site in data["sites"] for one in site["buildings"]]
    factor, unit = scale_of(max(costs, default=0.0), "USD")
    rows: list[tuple[str, ...]] = []
    for site in data["sites"]:
        if site["buildings"] or site["under_way"]:
            rows.append((f"{site['id']}: {_stays(site)}", "", _all_run(site["under_way"]), _power_of(site["under_way"]), ""))
        rows += [_built(group, factor) for group in _alike(site["buildings"])]
    idle = [str(site["id"]) for site in data["sites"] if not site["buildings"] and not site["under_way"]]
    note = ["Runs: the day with even odds (P50) and in brackets that with 90 % (P90); of several, P50 of the first and the last."]
    if any(one["further"] for site in data["sites"] for one in site["buildings"]):
        note.append("Further buildings, which the file does not have, are called plan-1 and so on: an assumption.")
    if idle:
        note.append(f"Nothing is built at {', '.join(idle)}.")
    return Rows("Buildings", ("Site and building", "Work begins", "Runs, P50 (P90)", "IT power", unit), rows, " ".join(note))


def _alike(buildings: Sequence[Data]) -> list[list[Data]]:
    """Buildings one by one; those that are left as the file has them together."""
    left = [one for one in buildings if one["chip"] == AS_FILED]
    return ([left] if left else []) + [[one] for one in buildings if one["chip"] != AS_FILED]


def _built(group: Sequence[Data], factor: float) -> tuple[str, ...]:
    """The row of a building, or of some that are alike."""
    one, last = group[0], group[-1]
    cost = sum(building["cost"] or 0.0 for building in group)
    what = (
        f"  {str(one['id']).rpartition('/')[2]}, {chip_text(one['chip'])}" if one is last else f"  {len(group)}, {chip_text(one['chip'])}"
    )
    runs = _runs(one) if one is last else _all_run(group)
    return (what, day_text(str(one["start"])[:7]), runs, _power_of(group), figures(cost / factor) if cost else "–")


def _stays(site: Data) -> str:
    """What of a site is no part of what is decided, or left out."""
    under_way, left = len(site["under_way"]), len(site["not_built"])
    parts = [f"{under_way} under way"] if under_way else []
    return ", ".join([*parts, *([f"{left} not built"] if left else [])])


def _all_run(under_way: Sequence[Data]) -> str:
    """From when to when several buildings run, by the middle of each; what never does is told."""
    days = sorted(str(one["operational"]["p50"])[:7] for one in under_way if one["operational"] and one["operational"]["p50"])
    if not days:
        return "never" if under_way else ""
    first, last = day_text(days[0]), day_text(days[-1])
    whole = first if first == last else f"{first} to {last}"
    never = len(under_way) - len(days)
    return f"{whole}; {never} never" if never else whole


def _power_of(under_way: Sequence[Data]) -> str:
    return show(sum(one["it_power"] or 0.0 for one in under_way), "W") if under_way else ""


def _runs(one: Data) -> str:
    levels = one["operational"]
    middle, late = (day_text(str(levels[name])[:7]) if levels and levels[name] else "never" for name in ("p50", "p90"))
    return middle if middle == late else f"{middle} ({late})"


def cost_text(data: Data) -> str:
    """What the plan costs by its parts, in one sentence, and what is meant by it."""
    made = tables.cost(data)
    return f"{', '.join(f'{part} {value}' for part, value in made.rows)}. {made.note}"


def money(data: Data, most: int) -> Rows | None:
    """Who brings what in which year, in the first so many years; what is asked of it in all, and of how much that it has."""
    made = data["money"]
    if not made or not made["years"]:
        return None
    years = made["years"][:most]
    factor, unit = scale_of(max(made["capital"], default=0.0), made["unit"])

    def row(name: str, values: Sequence[Any], share: str, left: str) -> tuple[str, ...]:
        return (name, *("–" if one is None else figures(one / factor) for one in values[: len(years)]), share, left)

    rows = [row("All that is built", made["capital"], "–", "–"), row("Lenders", made["lenders"], "–", "–")]
    rows += [row(str(one["name"]), one["funds"], percent(one["share"]), _left(one, factor)) for one in made["parties"]]
    rows += [row("Nobody", made["nobody"], "–", "–")] if any(made.get("nobody") or ()) else []
    rest = len(made["years"]) - len(years)
    note = [f"In {notation().unit(unit)} of the day, by the year in which it is spent.", "Asked of: in all, of what the party has left."]
    if made.get("limited") is False and any(one["knowable"] for one in made["parties"]):
        note.append("No means were asked to be kept: a party may be asked for more than is left to it.")
    if any(not one["knowable"] for one in made["parties"]):
        note.append("Not knowable: no accounts are published.")
    note += [f"{number_of(rest, 'more year')}: --json."] if rest else []
    return Rows("Money", ("Who", *map(str, years), "Share", "Asked of"), rows, " ".join(note))


def _left(one: Data, factor: float) -> str:
    """What is asked of a party in all, and of how much it has until the end of the last year."""
    if not one["knowable"] or not one["available"] or one["available"][-1] is None:
        return "not knowable"
    return f"{figures(one['funds_so_far'][-1] / factor)} of {figures(one['available'][-1] / factor)}"


def binding(data: Data) -> list[str]:
    """What holds the plan back, and what a little more of it would save, a sentence each."""
    return [told(one, f"{limit_text(one)}: {price_text(one)}") for one in data["binding"]]


def insist(data: Data) -> list[str]:
    """What it costs to insist on a part of the announcement, and what would be had instead, a line each."""
    made = [(f"{insist_name(one)}: {insist_text(one)}", instead_text(one["instead"])) for one in data["insist"]]
    return [f"{said}; {instead}" if instead != "–" else said for said, instead in made]
