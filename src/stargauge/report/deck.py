"""The sentences below the headline: where what runs is, and how many claims hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from stargauge.report.locale import say
from stargauge.report.wording import counted, shape

#: Of which claims so many stand in the short board, by group.
SHOWN = 5


def deck(answer: Mapping[str, Any]) -> str:
    """One or two sentences, each checked against what it tells of: nothing where there is nothing to tell."""
    return " ".join(part for part in (_where(answer), _claims(answer)) if part)


def _where(answer: Mapping[str, Any]) -> str:
    """Where what runs is, if at one of several sites."""
    sites = answer.get("sites") or []
    running = [site["name"] for site in sites if (site["runs"]["p50"] or 0.0) > 0.0]
    return say("All of what runs is at one site, {site}.", site=running[0]) if len(running) == 1 < len(sites) else ""


def _claims(answer: Mapping[str, Any]) -> str:
    """How many claims are met, not met, open."""
    found = Counter("partly" if str(one["status"]).startswith("partly") else shape(one["status"]) for one in answer.get("claims") or [])
    if not found:
        return ""
    told = [
        text
        for text, count in (
            (say("{count} met", count=found["met"]), found["met"]),
            (say("{count} partly met", count=found["partly"]), found["partly"]),
            (say("{count} not met", count=found["not"]), found["not"]),
            (say("{count} still open", count=found["open"]), found["open"]),
            (say("{count} that depend on the reading", count=found["part"]), found["part"]),
            (say("{count} that the record does not decide", count=found["none"]), found["none"]),
        )
        if count
    ]  # fmt: skip
    if found.total() == 1:
        alone = {
            "met": say("it is met"), "partly": say("it is partly met"), "not": say("it is not met"), "open": say("it is still open"),
            "part": say("its answer depends on the reading"), "none": say("the record does not decide it"),
        }  # fmt: skip
        return say("{claims} on record: {each}.", claims=counted(1, "claim"), each=alone[next(iter(found))])
    return say("{claims} on record: {each}.", claims=counted(found.total(), "claim"), each=", ".join(told))


def short_groups(groups: list[tuple[str, list[Mapping[str, Any]]]]) -> list[tuple[str, list[Mapping[str, Any]], int]]:
    """The first claims of each group, those of the dispute first, and how many more there are."""
    made = []
    for title, claims in groups:
        first = sorted(claims, key=lambda claim: claim.get("dispute") or 99)[:SHOWN]
        made.append((title, first, len(claims) - len(first)))
    return made
