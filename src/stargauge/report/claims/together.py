"""Which claims can hold together, as plain text: one sentence, what excludes what, the smallest conflicts, the largest sets, the pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.locale import notation, say, words
from stargauge.report.terminal import PLAIN, Style, known_text, labelled, more_text, table, wrapped
from stargauge.report.wording import counted, percent

#: Rows of a list shown in a terminal.
_MOST, _SETS = 12, 3
APART, FOLLOWS = ("exclude", "opposite"), ("implies", "implied", "same")


def _settled(state: str) -> str:
    """What is said of readings that are the same in every world."""
    told = {
        "holds by the record": say("hold by the record, so in every world"),
        "does not hold by the record": say("do not hold, by the record"), "holds in every draw": say("hold in every draw"),
        "holds in no draw": say("hold in no draw"),
    }  # fmt: skip
    return told.get(state, "")


def render_together(data: Mapping[str, Any], style: Style = PLAIN) -> str:
    """What can hold together, of what was asked for."""
    level = data["by_reading"]
    lines = [*map(style.bold, wrapped(str(data["sentence"]), style.width)), *_run_line(data, style)]
    for part in (_apart(level, data, style), _follows(level, data, style), _conflicts(level, data, style), _sets(level, data, style),
                 _claims(data, style), _pairs(level, style), _same_everywhere(data, style)):  # fmt: skip
        lines += ["", *part] if part else []
    honest = say("What holds together is a statement about the model and its inputs, not about anyone's honesty.")
    more = say("A picture: {picture}. One reading with every other: {claim}.", picture="--svg FILE", claim="--claim ID/READING")
    lines += ["", *wrapped(f"{honest} {more}", style.width)]
    return style.finish(lines)


def _run_line(data: Mapping[str, Any], style: Style) -> list[str]:
    return [style.soft(f"{data['name']}, {known_text(data)}, {counted(data['draws'], 'draw')}.")]


def relation_text(one: Mapping[str, Any], draws: int) -> str:
    """What shows that two exclude each other or that one brings the other along, and what it is worth."""
    if one["by"] == "logic":
        return say("by what they say")
    told = {
        "draws": words().count(draws), "independent": words().count(round(one["telling_draws"])), "share": percent_of(one["at_most"]),
    }  # fmt: skip
    if one["relation"] in FOLLOWS:
        if one["relation"] == "same":
            return say(
                "one without the other in none of {draws} draws (independent: {independent}), so in at most {share} of worlds", **told
            )
        return say(
            "the first without the second in none of {draws} draws (independent: {independent}), so in at most {share} of worlds", **told
        )
    return say("in none of {draws} draws (independent: {independent}), so in at most {share} of worlds", **told)


def percent_of(share: float) -> str:
    """A small share with two figures: `0.29 %`."""
    return f"{notation().number(f'{100 * share:.2g}')} %"


def _apart(level: Mapping[str, Any], data: Mapping[str, Any], style: Style) -> list[str]:
    found = [one for one in level["pairs"] if one["relation"] in APART]
    lines = [style.bold(say("At most one of the two can hold"))] if found else []
    for one in found[:_MOST]:
        both = f"{say('exactly one holds')}, " if one["relation"] == "opposite" else ""
        lines += labelled("", f"{one['first']} | {one['second']}: {both}{relation_text(one, data['draws'])}", style, 2, 0)
    return lines + _more(found)


def _more(found: Sequence[Any]) -> list[str]:
    return [f"  {more_text(len(found) - _MOST, '--json')}"] if len(found) > _MOST else []


def follows_text(one: Mapping[str, Any]) -> str:
    """`A brings B along`, in the order in which it does."""
    first, second = (one["second"], one["first"]) if one["relation"] == "implied" else (one["first"], one["second"])
    return f"{first} = {second}" if one["relation"] == "same" else f"{first} -> {second}"


def _follows(level: Mapping[str, Any], data: Mapping[str, Any], style: Style) -> list[str]:
    found = sorted(
        (one for one in level["pairs"] if one["relation"] in FOLLOWS), key=lambda one: (one["by"] != "logic", -one["telling_draws"])
    )
    lines = [style.bold(say("Where the first holds the second does (->), or both or neither (=)"))] if found else []
    for one in found[:_MOST]:
        lines += labelled("", f"{follows_text(one)}: {relation_text(one, data['draws'])}", style, 2, 0)
    return lines + _more(found)


def _conflicts(level: Mapping[str, Any], data: Mapping[str, Any], style: Style) -> list[str]:
    made = level["conflicts"]
    found = [one for one in made["found"] if len(one["members"]) > 2]
    limit = "" if made["complete"] else f" ({say('of up to {number}', number=made['searched'])})"
    number = words().count(made["too_rare_to_tell"])
    rare = say("; {number} sets and pairs too rare to tell", number=number) if made["too_rare_to_tell"] else ""
    if not found:
        return wrapped(say("No set of three or more{limit} is in conflict beyond its pairs{rare}.", limit=limit, rare=rare), style.width)
    lines = [
        *map(style.bold, wrapped(say("Smallest conflicts{limit}: any part can hold, not all{rare}", limit=limit, rare=rare), style.width))
    ]
    for one in found[:_MOST]:
        draws = {"draws": words().count(data["draws"]), "independent": words().count(round(one["expected_draws"] or 0.0))}
        shown = say("by what they say") if one["by"] == "logic" else say("in none of {draws} draws (independent: {independent})", **draws)
        lines += labelled("", f"{' + '.join(one['members'])}: {shown}", style, 2, 0)
    return lines + _more(found)


def _sets(level: Mapping[str, Any], data: Mapping[str, Any], style: Style) -> list[str]:
    made = level["sets"]
    if not made["found"]:
        return []
    title = say("The largest sets that hold together ({number} to which nothing can be added)", number=words().count(made["count"]))
    lines = [*map(style.bold, wrapped(title, style.width))]
    for one in made["found"][:_SETS]:
        told: dict[str, Any] = {"readings": len(one["members"]), "kept": words().count(one["draws"]), "draws": words().count(data["draws"])}
        text = (
            say("{readings} in {kept} of {draws} draws: all but {others}", others=", ".join(one["without"]), **told)
            if one["without"]
            else say("{readings} in {kept} of {draws} draws: all", **told)
        )
        lines += labelled("", text, style, 2, 0)
    return lines


def _claims(data: Mapping[str, Any], style: Style) -> list[str]:
    """The same summed up by claim."""
    lines = list[str]()
    for name, said in (("by_claim", say("in some reading")), ("by_first_reading", say("in the reading named first"))):
        made = data[name]["at_once"]
        if len(data["open_claims"]) > 1:
            without = f"; {say('without {names}', names=', '.join(made['without']))}" if made["without"] else ""
            share = say("{some} of {all}", some=len(made["members"]), all=len(data["open_claims"]))
            lines += labelled("", f"{said}: {share}{without}", style, 2, 0)
    return [style.bold(say("The most claims that hold at once, of those still open")), *lines] if lines else []


def _pairs(level: Mapping[str, Any], style: Style) -> list[str]:
    found = sorted(level["pairs"], key=lambda one: -abs(one["correlation"]))[:_MOST]
    shares = ((say("both"), 6, "r"), (say("one", "of two"), 6, "r"), (say("lift"), 6, "r"))
    columns = [(say("first"), 26, "w"), (say("second"), 26, "w"), *shares]
    rows = [[one["first"], one["second"], percent(one["both"]), percent(one["only_first"] + one["only_second"]), lift_text(one["lift"])]
            for one in found]  # fmt: skip
    more = f" ({say('{some} of {all}', some=len(found), all=len(level['pairs']))})" if len(level["pairs"]) > len(found) else ""
    return [style.bold(f"{say('The pairs that hang together most')}{more}"), *table(columns, rows, style)] if rows else []


def lift_text(lift: float | None) -> str:
    """How many times as often as independent ones: `1.8`, `12`."""
    return "–" if lift is None else f"{lift:.0f}" if lift >= 10 else notation().number(f"{lift:.1f}")


def _same_everywhere(data: Mapping[str, Any], style: Style) -> list[str]:
    """What takes no part, and why."""
    groups: dict[str, list[str]] = {}
    for one in data["by_reading"]["members"]:
        if said := _settled(one["state"]):
            groups.setdefault(said, []).append(one["key"])
    lines = [line for said, keys in groups.items() for line in labelled("", f"{len(keys)} {said}", style, 2, 0)]
    if data["left_out"]:
        told = say("{number} cannot be compared: opinions, records alone, what nobody published", number=len(data["left_out"]))
        lines += labelled("", told, style, 2, 0)
    return [style.bold(say("The same in every world, so in no list above")), *lines] if lines else []
