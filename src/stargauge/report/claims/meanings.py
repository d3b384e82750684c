"""A claim by definition of its words as plain text: one claim with all its definitions, or a line for each claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.locale import language, say, words
from stargauge.report.terminal import PLAIN, Style, brief, honest, known_text, more_text, short_status, table, to_copy, wrapped
from stargauge.report.wording import counted, day_text, percent, status_text

#: How many definitions are shown where not all are asked for.
SHOWN = 24
#: What an end of a range is called where it is an outcome: open odds lie between.
_ENDS = {0.0: "not met", 1.0: "met"}


def _ours() -> str:
    """What is ours in it."""
    return say(
        "A claim holds under a definition that is met, or more likely than not. Which meanings are tried is our choice, not the speaker's; "
        "“read” is what the programme file itself reads."
    )


def render_definitions(data: Mapping[str, Any], style: Style = PLAIN, every: bool = False) -> str:
    """One claim with its definitions, the loosest first; or each claim with how many definitions it has and under how many it holds."""
    lines = _one(data["claims"][0], data, style, every) if data["one"] and data["claims"] else _all(data, style)
    return style.finish([*lines, "", *wrapped(f"{_ours()} {honest()}", style.width)])


def _one(claim: Mapping[str, Any], data: Mapping[str, Any], style: Style, every: bool) -> list[str]:
    lines = [style.bold(one) for one in wrapped(claim["sentence"], style.width)]
    known = say("Known on {day}", day=day_text(data["as_of"]))
    told = f"{claim['id']}: {claim['speaker']}, {day_text(claim['said'])}: {claim['says']} {known}."
    lines += [*wrapped(told, style.width), ""]
    if not claim["rows"]:
        return lines[:-1]
    shown = claim["rows"] if every else _first(claim["rows"])
    lines += _rows(claim, shown, style)
    if len(shown) < len(claim["rows"]):
        lines.append(f"... {more_text(len(claim['rows']) - len(shown), '--all')}")
    if claim["left_out"]:
        told = say(
            "{all} combinations; the {left} that differ most from the readings were left out.",
            all=words().count(claim["combinations"]), left=words().count(claim["left_out"]),
        )  # fmt: skip
        lines += wrapped(told, style.width)
    return [*lines, "", *_words(claim, style)]


def _first(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The first rows, and those that the file itself reads."""
    return [row for place, row in enumerate(rows) if place < SHOWN or row["as_read"]]


def _rows(claim: Mapping[str, Any], shown: Sequence[Mapping[str, Any]], style: Style) -> list[str]:
    varied = list(dict.fromkeys(word for row in shown for word in row["meanings"]))
    several = len({tuple(row["of"]) for row in claim["rows"]}) > 1
    read = max([4, *(len(_read(row, several)) for row in shown)])
    room = style.width - 16 - min(read, 16) - 2 * (len(varied) + 1)
    asked = [(word_text(word), room // max(len(varied), 1), "w") for word in varied]
    columns = [(say("verdict"), 16, "w"), *asked, (say("read"), min(read, 16), "w")]
    made = [
        [f"{style.mark(row['status'])} {brief(row['status'], row['probability'], row['model_range'])}",
         *(row["meanings"].get(word, "–") for word in varied), _read(row, several)]
        for row in shown
    ]  # fmt: skip
    return table(columns, made, style)


def _read(row: Mapping[str, Any], several: bool) -> str:
    """The readings of the file that a row is; where a claim has readings with other numbers, those of which it is a variant."""
    if row["as_read"]:
        return ", ".join(row["as_read"])
    return say("of {readings}", readings=", ".join(row["of"])) if several else ""


def _words(claim: Mapping[str, Any], style: Style) -> list[str]:
    """Which word's choice moves the verdict most, the others as read, with why it can mean several things."""
    if not claim["words"]:
        return []
    names = [f"{word['word']}: {word['asks']}" if language() == "en" else word["asks"] for word in claim["words"]]
    rows = [[name, _range(word), word["reason"]] for name, word in zip(names, claim["words"], strict=True)]
    columns = [(say("what a word decides"), 28, "w"), (say("odds over its choices"), 12, "w"), (say("why it is open"), 36, "w")]
    return table(columns, rows, style)


def _range(word: Mapping[str, Any]) -> str:
    """From the least to the greatest odds over the choices of a word; an outcome counts as none or all of the draws."""
    if word["low"] is None:
        return "–"
    low, high = (status_text(_ENDS[word[end]]) if word[end] in _ENDS else percent(word[end]) for end in ("low", "high"))
    return low if low == high else say("{low} to {high}", low=low, high=high)


def _all(data: Mapping[str, Any], style: Style) -> list[str]:
    told = [claim for claim in data["claims"] if claim["definitions"]]
    open_to = [claim for claim in told if 0 < claim["hold"] < claim["told"]]
    lines = [style.bold(one) for one in wrapped(data["sentence"], style.width)]
    lines += wrapped(f"{data['name']}, {known_text(data)}, {counted(data['draws'], 'draw')}.", style.width)
    if not told:
        return lines
    rows = [
        [claim["id"], say("{some} of {all}", some=claim["hold"], all=claim["told"]),
         *(_verdict(claim[end], style) for end in ("loosest", "strictest")),
         _most(claim)] for claim in told
    ]  # fmt: skip
    columns = [
        (say("claim"), 22, "w"), (say("holds"), 10, "r"), (say("loosest"), 13, "w"), (say("strictest"), 13, "w"),
        (say("decided by"), 14, "w"),
    ]  # fmt: skip
    lines += ["", *table(columns, rows, style)]
    rest = [claim["id"] for claim in data["claims"] if not claim["definitions"]]
    lines += wrapped(say("No word can be counted two ways here: {claims}.", claims=", ".join(rest)), style.width) if rest else []
    first = max(open_to, key=lambda claim: claim["words"][0]["swing"], default=None)
    name = "" if data["asked_as"] == "stargate" else f" {data['asked_as']}"
    return [*lines, *to_copy(f"{say('One claim')}  ", f"stargauge definitions{name} --claim {first['id']}", style)] if first else lines


def _verdict(row: Mapping[str, Any] | None, style: Style) -> str:
    if row is None:
        return "–"
    odds = percent(row["probability"]) if row["status"] in ("open", "passed, record silent") and row["probability"] is not None else ""
    return f"{style.mark(row['status'])} {odds or short_status(row['status'])}"


def _most(claim: Mapping[str, Any]) -> str:
    """The word whose choice moves the verdict most; none where no choice moves it."""
    first = claim["words"][0] if claim["words"] else None
    return word_text(first["word"]) if first and first["swing"] > 0 else "–"


def word_text(word: str) -> str:
    """A word that can mean several things: by its name, in another language by what it asks."""
    return word if language() == "en" else words().texts[f"word_{word}"]
