"""What changed a number or the odds of a reading since a day, as plain text in 80 columns: then, now, and what came in between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.report.claims.odds import points_text
from stargauge.report.locale import say, words
from stargauge.report.terminal import PLAIN, Style, more_text, table, wrapped
from stargauge.report.why.explanation import place_text
from stargauge.report.wording import bare, counted, day_text, percent, status_text, text_of, unit_text

#: What came in that is told; the rest is counted.
MOST = 14


def render_changed(data: Mapping[str, Any], style: Style = PLAIN, sources: bool = False) -> str:
    """Then and now in one sentence, a table of what came in between, where to look next."""
    lines = [style.bold(line) for line in wrapped(_headline(data), style.width)]
    lines += [style.soft(line) for line in wrapped(_asked(data), style.width, "  ", "  ")]
    lines += [*_sides(data, style), "", *(_table_of_address(data, style) if data["kind"] == "address" else _table_of_reading(data, style))]
    left = len(data["news"]) - len(_shown(data))
    lines += [say("{number} weaker ones more: --json", number=left)] if left else []
    if data["supplied"]:
        told = say("What came in on what was absent; no statement of it alone supplied the number")
        lines += ["", *map(style.bold, wrapped(told, style.width))]
        lines += [part for one in data["supplied"][:MOST] for part in wrapped(_supplied(one), style.width, "  ", "    ")]
        left = len(data["supplied"]) - MOST
        lines += [f"  {more_text(left, '--json')}"] if left > 0 else []
    if any(_effect(one) is None for one in _shown(data)):
        lines += wrapped(say("?: without it alone there is no number on the later day, so no change can be given for it."), style.width)
    if sources:
        lines += _sources(data, style)
    more = "" if sources else f" {say('Links, file and line: --sources.')}"
    return style.finish([*lines, "", *wrapped(f"{data['method']}{more}", style.width)])


def _asked(data: Mapping[str, Any]) -> str:
    draws = counted(int(data["draws"]), "draw")
    if not data["date"]:
        return f"{data['asked']}; {draws}"
    return say("{asked}, read at the end of {month}; {draws}", asked=data["asked"], month=day_text(str(data["date"])[:7]), draws=draws)


def changed_page(data: Mapping[str, Any]) -> dict[str, Any]:
    """What a page shows of it: then and now in a sentence, what came in with its effect, and why there is none where there is none."""
    sides = [side for side in (data["then"], data["now"]) if side] if data["kind"] == "address" else []
    unit = {"unit": data["unit"], "scale": max((abs(side[name] or 0.0) for side in sides for name in ("p50", "mean")), default=0.0)}
    rows = [{**one, "what": _what(one), "effects": _effects(one, unit if sides else None)} for one in _shown(data)]
    return {
        "headline": _headline(data), "rows": rows, "unit": unit_text(unit, "scale") if sides else "", "nothing": " ".join(_nothing(data)),
        "supplied": [_supplied(one) for one in data["supplied"][:MOST]], "lacking": any(_effect(one) is None for one in _shown(data)),
    }  # fmt: skip


def _effects(one: Mapping[str, Any], unit: Mapping[str, Any] | None) -> list[str]:
    """The change of mean and median of a number, or the points of a reading."""
    if unit is None:
        return ["?" if one["odds"] is None else points_text(one["odds"])]
    return [_signed({**unit, "value": one["mean"]}), _signed({**unit, "value": one["median"]})]


def _shown(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What is told: the strongest, and always time passing and what is left to several together."""
    rest = [one for one in data["news"] if one["kind"] != "news"]
    return [*[one for one in data["news"] if one["kind"] == "news"][:MOST], *rest]


def _effect(one: Mapping[str, Any], none: float | None = None) -> float | None:
    effect: float | None = one.get("odds", one.get("mean", none))
    return effect


def _sides(data: Mapping[str, Any], style: Style) -> list[str]:
    """Of a day without a number, what it lacked, or what the record says."""
    lines = []
    for day, side in ((data["since"], data["then"]), (data["as_of"], data["now"])):
        if data["kind"] == "reading" and side and side["probability"] is None:
            missing = f" {say('Absent then: {names}.', names=text_of(side['missing']))}" if side["missing"] else ""
            lines += wrapped(f"{day_text(day)}: {side['answer']}.{missing}", style.width, "  ", "    ")
            for row in side["record"][:3]:
                parts = (row["text"], row["publisher"], day_text(row["published"]), row["grade"])
                told = ", ".join(str(part) for part in parts if part)
                lines += wrapped(say("decided by: {statement}", statement=told), style.width, "    ", "      ")
    return lines


def _nothing(data: Mapping[str, Any]) -> list[str]:
    """Why there is no table."""
    if data["whole"]:
        return [say("Nothing that came in between changes it.")]
    if data["kind"] == "reading" and data["then"] is None:
        return [say("The claim had not been made on the earlier day, so no effects can be given.")]
    if data["now"] is None or data["now"].get("probability", 0.0) is None:
        settled = data["now"] is not None and data["now"]["settled_by"] == "record"
        if settled:
            return [say("The record decides, so there are no odds for anything to change.")]
        return [say("The later day has no number, so no effects can be given.")]
    return [say("Nothing that came in supplies it, or moves it, alone.")]


def _headline(data: Mapping[str, Any]) -> str:
    then, now = data["then"], data["now"]
    days = {"since": day_text(data["since"]), "day": day_text(data["as_of"])}
    if data["kind"] == "reading":
        return _then_now(data["asked"], _told(then), _told(now), days)
    called = data["subject"][:1].upper() + data["subject"][1:]
    if then is None or now is None:
        then, now = (_level(data, side) if side else say("absent") for side in (then, now))
        return say("{what}: {now} as known on {day}; {then} on {since}.", what=called, now=now, then=then, **days)
    return _then_now(called, _level(data, then), _level(data, now), days)


def _then_now(what: str, then: str, now: str, days: Mapping[str, str]) -> str:
    return say("{what}: {then} as known on {since}, {now} on {day}.", what=what, then=then, now=now, **days)


def _told(side: Mapping[str, Any] | None) -> str:
    if side is None:
        return say("not made yet")
    return percent(side["probability"]) if side["probability"] is not None else status_text(side["status"])


def _level(data: Mapping[str, Any], side: Mapping[str, Any]) -> str:
    entry = {**side, "unit": data["unit"]}
    level = f"{bare(entry, 'p50')} {unit_text(entry)}".removesuffix(" 1")
    return say("{value} (mean {mean})", value=level, mean=bare(entry, "mean"))


def _table_of_address(data: Mapping[str, Any], style: Style) -> list[str]:
    """Changes of mean and median in one unit, the strongest by mean first."""
    sides = [side for side in (data["then"], data["now"]) if side]
    scale = max((abs(side[name] or 0.0) for side in sides for name in ("p50", "mean")), default=0.0)
    unit = {"unit": data["unit"], "scale": scale}
    came = say("{unit}; what came in (source, published, grade)", unit=unit_text(unit, "scale"))
    columns = [(say("mean"), 8, "r"), (say("median"), 8, "r"), (came, 60, "w")]
    rows = [(_signed({**unit, "value": one["mean"]}), _signed({**unit, "value": one["median"]}), _what(one)) for one in _shown(data)]
    return table(columns, rows, style) if rows else _nothing(data)


def _signed(entry: Mapping[str, Any]) -> str:
    if entry["value"] is None:
        return "?"
    text = bare({**entry, "value": abs(entry["value"])}, "value", "scale")
    return "0" if text in ("0", words().notation.number("0.0")) else f"{'+' if entry['value'] > 0 else '−'}{text}"


def _table_of_reading(data: Mapping[str, Any], style: Style) -> list[str]:
    columns = [(say("points"), 8, "r"), (say("what came in (source, published, grade)"), 68, "w")]
    rows = [("?" if one["odds"] is None else points_text(one["odds"]), _what(one)) for one in _shown(data)]
    return table(columns, rows, style) if rows else _nothing(data)


def _what(one: Mapping[str, Any]) -> str:
    told = ", ".join(part for part in (day_text(one["published"]) if one["published"] else "", "/".join(one["grades"])) if part)
    text = f"{one['text']}{f', {told}' if told else ''}"
    return say("{statement} (nothing can be told without it)", statement=text) if _effect(one, 0.0) is None else text


def _supplied(one: Mapping[str, Any]) -> str:
    """A piece of news on what was absent, with who said it."""
    return _what({**one, "text": f"{one['text']} ({one['publisher']})"} if one["publisher"] else one)


def _sources(data: Mapping[str, Any], style: Style) -> list[str]:
    lines = ["", style.bold(say("Where they stand"))]
    for one in _shown(data):
        if one["statements"]:
            head = "  ".join(part for part in (one["publisher"], f"“{one['title']}”" if one["title"] else "", one["url"]) if part)
            lines += wrapped(head or str(one["source"]), style.width, "  ", "    ")
            places = dict.fromkeys(f"{place_text(said)}" for said in one["statements"])
            lines += wrapped(", ".join(places), style.width, "    ", "    ")
    return lines
