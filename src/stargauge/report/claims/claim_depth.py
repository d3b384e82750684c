"""What the report says of claims beyond their verdicts: what would have to be true, by which definition, and which hold together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.audit.answer_data import slug
from stargauge.report.claims.joint_chart import matrix, matrix_table, pair_text, shown, spoken_matrix
from stargauge.report.claims.needs import needs_table, score_text
from stargauge.report.claims.needs_chart import ranges_needed, spoken_ranges
from stargauge.report.claims.together import APART, FOLLOWS, relation_text
from stargauge.report.drawing.canvas import Paper
from stargauge.report.drawing.drawing import figure
from stargauge.report.locale import say, words
from stargauge.report.terminal import brief
from stargauge.report.wording import counted

#: How many definitions of a claim a report shows beside those that the file reads, and how many largest sets.
_DEFINITIONS, _SETS = 8, 3
_CHANGES = ("even", "single", "unreached", "strongest")
NEEDS_WIDE, NEEDS_NARROW = Paper(560, 46, 8, 44, 12, 26), Paper(338, 78, 8, 44, 12, 26)

Page = Mapping[str, Any]


def needs_by_reading(data: Page | None) -> dict[str, dict[str, Any]]:
    """By `claim/reading`, what would have to be true and the single changes that ask least; only where there is something to ask."""
    asked = [one for one in (data or {}).get("readings") or [] if one["why"] not in ("settled", "no odds")]
    return {
        f"{one['claim']}/{one['reading']}": {
            "says": one["says"], "changes": [say("One thing alone: {change}", change=one[key]["says"]) for key in _CHANGES if one[key]],
        }
        for one in asked
    }  # fmt: skip


def definitions_by_claim(data: Page | None) -> dict[str, dict[str, Any]]:
    """By claim its sentence and the first definitions, with those that the file reads, and the words that differ among them."""
    out = {}
    for claim in (data or {}).get("claims") or []:
        rows = [row for place, row in enumerate(claim["rows"]) if place < _DEFINITIONS or row["as_read"]]
        out[claim["id"]] = {
            "sentence": claim["sentence"], "definitions": claim["definitions"], "rows": claim["rows"],
            "varied": list(dict.fromkeys(word for row in rows for word in row["meanings"])),
            "shown": [{**row, "short": brief(row["status"], row["probability"], row["model_range"])} for row in rows],
        }  # fmt: skip
    return out


def together_page(data: Page | None) -> dict[str, Any] | None:
    """The matrix of the readings that differ between worlds, what excludes what, and the most that hold at once; None where none differ."""
    if not data or len(shown(data)) < 2:
        return None
    drawn = figure("together", spoken_matrix(data), [matrix(data), matrix(data, narrow=True)], matrix_table(data))
    level = data["by_reading"]
    apart = [
        say("{first} and {second}: {why}", first=one["first"], second=one["second"], why=relation_text(one, data["draws"]))
        for one in level["pairs"]
        if one["relation"] in APART
    ]
    largest = [_largest(one, data["draws"]) for one in level["sets"]["found"][:_SETS]]
    return {"sentence": data["sentence"], "draws": data["draws"], "figure": drawn, "apart": apart, "largest": largest}


def _largest(one: Page, draws: int) -> str:
    without: Sequence[str] = one["without"]
    told = {
        "readings": counted(len(one["members"]), "reading"),
        "kept": words().count(one["draws"]),
        "draws": words().count(draws),
    }
    if without:
        return say("{readings} in {kept} of {draws} draws: all but {others}", others=", ".join(without), **told)
    return say("{readings} in {kept} of {draws} draws: all", **told)


def needs_page(data: Page) -> list[dict[str, Any]]:
    """Per reading what would have to be true: in words, as a picture of the ranges, and the single changes that ask least."""
    out = []
    for one in data["readings"]:
        region = one["holds"] or one["fails"]
        holds = "fails" if one["fails"] else "holds"
        made: dict[str, Any] = {**one, "changes": [one[key]["says"] for key in _CHANGES if one[key]], "drawn": None}
        if region and region["conditions"]:
            specs = [ranges_needed(region, paper, holds) for paper in (NEEDS_WIDE, NEEDS_NARROW)]
            name = f"needs-{slug(one['reading'])}"
            made["drawn"] = figure(name, spoken_ranges(region, holds), specs, needs_table(region))
            made["score"] = score_text(region["scored"], holds)
        out.append(made)
    return out


def pairs_of_claim(data: Page, claim: str, most: int = 12) -> list[dict[str, Any]]:
    """How the readings of a claim stand with those of others: first what excludes or brings along, then what hangs together most."""
    found = []
    for one in data["by_reading"]["pairs"]:
        mine, other = (one["first"], one["second"]) if _of(one["first"], claim) else (one["second"], one["first"])
        if _of(mine, claim) and not _of(other, claim):
            found.append({**one, "mine": mine, "other": other, "says": pair_text(one, data["draws"])})
    return sorted(found, key=lambda one: (one["relation"] not in (*APART, *FOLLOWS), -abs(one["correlation"])))[:most]


def _of(key: str, claim: str) -> bool:
    return key.partition("/")[0] == claim
