"""The tables of a plan of building as a terminal of 80 columns has room for: sites by their ids, what is alike in one row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.quantity.units import scale_of
from stargauge.report.locale import notation, say
from stargauge.report.plan import plan_money
from stargauge.report.plan import plan_tables as tables
from stargauge.report.plan.plan_words import building_text, built_sites, chip_text, start_text
from stargauge.report.power.power_words import Rows
from stargauge.report.wording import counted, day_text, figures, percent, show

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
            rows.append((f"{site['id']}: {_stays(site)}", "", _all_run(site["under_way"]), "", _power_of(site["under_way"]), ""))
        rows += [_built(group, factor) for group in _alike(site["buildings"])]
    idle = [str(site["id"]) for site in data["sites"] if not site["buildings"] and not site["under_way"]]
    due, priced = tables.asked_days(data), notation().unit(unit)
    note = [
        say("Runs: with even odds (P50) by then; of several, the first and the last. In time: by {days}.", days=due),
        say("Cost: present value, {unit}.", unit=priced),
    ]
    if any(one["further"] for site in data["sites"] for one in site["buildings"]):
        note.append(say("New: the file does not have it; that the site has room for it is an assumption."))
    if idle:
        note.append(say("Nothing is built at {names}.", names=", ".join(idle)))
    head = (say("Site and building"), say("Work begins"), say("Runs"), say("In time"), say("IT power"), say("Cost"))
    return Rows(say("Buildings"), head, rows, " ".join(note))


def _alike(buildings: Sequence[Data]) -> list[list[Data]]:
    """Buildings one by one; those that are left as the file has them together."""
    left = [one for one in buildings if one["chip"] == AS_FILED]
    return ([left] if left else []) + [[one] for one in buildings if one["chip"] != AS_FILED]


def _built(group: Sequence[Data], factor: float) -> tuple[str, ...]:
    """The row of a building, or of some that are alike."""
    one, last = group[0], group[-1]
    cost = sum(building["cost"] or 0.0 for building in group)
    what = f"  {building_text(one)}, {chip_text(one['chip'])}" if one is last else f"  {len(group)}, {chip_text(one['chip'])}"
    start = "" if one["chip"] == AS_FILED and one is not last else start_text(one)
    return (what, start, _all_run(group), _in_time(group), _power_of(group), figures(cost / factor) if cost else "–")


def _in_time(group: Sequence[Data]) -> str:
    """In what share of the draws a building runs in time; of several, the least and the most."""
    shares = sorted(share for one in group for share in (one.get("in_time") or {}).values())
    if not shares:
        return "–"
    low, high = percent(shares[0]), percent(shares[-1])
    return low if low == high else f"{low.removesuffix(' %')}–{high}"


def _stays(site: Data) -> str:
    """What of a site is no part of what is decided, or left out."""
    under_way, left = len(site["under_way"]), len(site["not_built"])
    parts = [say("{count} under way", count=under_way)] if under_way else []
    return ", ".join([*parts, *([say("{count} not built", count=left)] if left else [])])


def _all_run(under_way: Sequence[Data]) -> str:
    """From when to when several buildings run, by the middle of each; what never does is told."""
    days = sorted(str(one["operational"]["p50"])[:7] for one in under_way if one["operational"] and one["operational"]["p50"])
    if not days:
        return say("never") if under_way else ""
    first, last = day_text(days[0]), day_text(days[-1])
    whole = first if first == last else say("{first} to {last}", first=first, last=last)
    never = len(under_way) - len(days)
    return say("{days}; {count} never", days=whole, count=never) if never else whole


def _power_of(under_way: Sequence[Data]) -> str:
    return show(sum(one["it_power"] or 0.0 for one in under_way), "W") if under_way else ""


def money(data: Data, most: int) -> Rows | None:
    """Who brings what in which of the first so many years, in all, of how much that it has, and what it lacks."""
    made = plan_money.money(data, most)
    rest = len(data["money"]["years"]) - most if made else 0
    if made is None or rest <= 0:
        return made
    return Rows(made.title, made.head, made.rows, f"{made.note} {say('{years}: --json.', years=counted(rest, 'more year'))}")


def binding(data: Data) -> list[str]:
    """What holds the plan back, and what a little more of it would save, a sentence each."""
    return [say("{limit}, {step}: saves {saved}", limit=limit, step=step, saved=saved) for limit, step, saved in tables.binding(data).rows]


def insist(data: Data) -> list[str]:
    """What it costs to insist on a part of the announcement, and what comes of it, a sentence each."""
    return [f"{said}: {cost}{'' if come == '–' else f'. {come}'}" for said, cost, come in tables.insist(data).rows]
