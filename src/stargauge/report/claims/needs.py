"""What would have to be true, as plain text: one reading with its ranges and the change that asks least, or a table of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.locale import say, words
from stargauge.report.terminal import PLAIN, Style, known_text, labelled, table, to_copy, wrapped
from stargauge.report.wording import counted, percent, percent_range, short_sentence

#: What a single change is for.
_CHANGES = (
    ("even", "even odds"),
    ("unreached", "share"),
    ("single", "target"),
    ("strongest", "most"),
)
#: How many draws the odds of `audit` stand on where none are asked for.
_AUDIT = 1024
_NO_ODDS = ("settled", "no odds")


def _honest() -> str:
    return say("A statement about the model and its inputs, not about what anyone could or should bring about.")


def render_needs(data: Mapping[str, Any], style: Style = PLAIN, each: bool = False) -> str:
    """What the readings asked for need. `each`: every reading at length."""
    lines = list[str]()
    if each:
        for one in data["readings"]:
            lines += [*reading(one, data, style), ""]
        lines += wrapped(f"{data['method']} {_honest()}", style.width)
    else:
        lines += [*_all(data, style), ""]
        told = say("In and covers: on the half of the draws that the ranges were not found on.")
        lines += wrapped(f"{told} {_honest()}", style.width)
        lines += to_copy(f"{say('At length')}  ", f"stargauge needs {data['asked_as']} --claim ID", style)
    return style.finish(lines)


def reading(one: Mapping[str, Any], data: Mapping[str, Any], style: Style) -> list[str]:
    """One reading: the answer, what it says, its ranges with what is known of each, and the single changes."""
    lines = [*map(style.bold, wrapped(one["says"], style.width))]
    lines += wrapped(f"{one['claim']}/{one['reading']}: {short_sentence(one['sentence'])}", style.width)
    if one["why"] in _NO_ODDS:
        return lines
    region = one["holds"] or one["fails"]
    if region:
        lines += ["", *_ranges(region, style), *wrapped(score_text(region["scored"], "fails" if one["fails"] else "holds"), style.width)]
    changes = [line for key, label in _CHANGES if one[key] for line in labelled(_label(label, one, data), one[key]["says"], style, 0, 11)]
    if changes:
        lines += ["", style.soft(say("One thing alone, asking least for")), *changes]
    return lines


def _label(label: str, one: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    shares = {"target": data["target"], "share": (one["unreached"] or {}).get("target")}
    return percent(shares[label]) if label in shares else say("most") if label == "most" else say("even odds")


def _ranges(region: Mapping[str, Any], style: Style) -> list[str]:
    rows = [(condition["says"], condition["known"]) for condition in region["conditions"]]
    return table([(say("where"), 38, "w"), (say("known of it"), 38, "w")], rows, style)


def score_text(scored: Mapping[str, Any], holds: str = "holds") -> str:
    """Density and coverage with their intervals, and on how many draws."""
    told = {
        "density": scored["density_said"], "worlds": words().count(scored["inside"]), "within": within(scored["density_within"]),
        "coverage": percent(scored["coverage"]), "span": within(scored["coverage_within"]), "all": words().count(scored["held"]),
    }  # fmt: skip
    covered = (
        say(
            "It fails in {density} of these {worlds} worlds{within}; they are {coverage}{span} of all {all} worlds in which it fails.",
            **told,
        )
        if holds == "fails"
        else say(
            "It holds in {density} of these {worlds} worlds{within}; they are {coverage}{span} of all {all} worlds in which it holds.",
            **told,
        )
    )
    return covered + " " + say("Scored on {draws} not used to find them.", draws=counted(scored["draws"], "draw"))


def within(span: Sequence[float] | None) -> str:
    """` (90 to 94 %)`: an interval of 5 to 95 %."""
    told = percent_range(span, "|")
    low, _, high = told.partition("|")
    return f" ({say('{low} to {high}', low=low, high=high)} %)" if told else ""


def headline(data: Mapping[str, Any]) -> str:
    """How many of the readings with odds have ranges under which they hold."""
    asked = [one for one in data["readings"] if one["why"] not in _NO_ODDS]
    found = [one for one in asked if one["holds"] and one["holds"]["reaches"]]
    if not asked:
        return say("No reading has odds, so there is nothing to ask.")
    always = [one for one in asked if one["why"] == "always"]
    told = say(
        "Readings with odds: {asked}. Ranges of up to four things under which one holds in {target} of the worlds: found for {found}",
        asked=len(asked), target=percent(data["target"]), found=len(found),
    )  # fmt: skip
    about = sum(bool(one["holds"] and one["holds"]["about"]) for one in asked)
    told += say(", on few worlds in about as many for {about} more", about=about) if about else ""
    return told + (say("; as often as that anyway: {always}.", always=len(always)) if always else ".")


def _all(data: Mapping[str, Any], style: Style) -> list[str]:
    lines = [style.bold(one) for one in wrapped(headline(data), style.width)]
    draws = counted(data["draws"], "draw")
    if data["most_draws"] > data["draws"]:
        draws = say("{few} to {draws}", few=words().count(data["draws"]), draws=counted(data["most_draws"], "draw"))
    told = say("Odds are of these draws; `audit` has {draws}.", draws=words().count(_AUDIT))
    lines += wrapped(f"{data['name']}, {known_text(data)}, {draws}. {told}", style.width)
    rows = [_row(one) for one in data["readings"] if one["why"] not in _NO_ODDS]
    if rows:
        columns = [
            (say("reading"), 22, "w"),
            (say("odds"), 6, "r"),
            (say("true where"), 32, "w"),
            (say("in"), 6, "r"),
            (say("covers"), 6, "r"),
        ]
        lines += table(columns, rows, style)
    rest = [one for one in data["readings"] if one["why"] in _NO_ODDS]
    if rest:
        lines += wrapped(
            say("{readings} settled, not testable or without odds: nothing to ask of them.", readings=counted(len(rest), "reading")),
            style.width,
        )
    return lines


def _row(one: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    region = one["holds"] or one["fails"]
    name, odds = f"{one['claim']}/{one['reading']}", percent(one["probability"])
    if not region:
        return name, odds, one["says"], "", ""
    start = f"{say('fails where')} " if one["fails"] else "" if region["reaches"] or region["about"] else f"{say('at best:')} "
    density = f"{'~' if region['about'] else ''}{region['scored']['density_said']}"
    return name, odds, start + region["where"], density, percent(region["scored"]["coverage"])


def needs_table(region: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers of the picture: each range with what is known of it."""
    return {"head": [say("Where"), say("Known of it")], "rows": [[one["says"], one["known"]] for one in region["conditions"]]}


__all__ = ["headline", "needs_table", "reading", "render_needs", "score_text", "within"]
