"""What would work, as plain text: the answer in one sentence, the promise, what is built, money, what binds, what insisting costs."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from stargauge.report.columns import fitted
from stargauge.report.locale import language, say
from stargauge.report.plan import plan_tables as tables
from stargauge.report.plan import plan_terminal as terminal
from stargauge.report.plan.plan_opening import is_assumed, opening
from stargauge.report.plan.plan_words import Data, about, built_sites, method_text, relaxation_text, said_text, sentence
from stargauge.report.power.power_words import Rows
from stargauge.report.terminal import PLAIN, Style, labelled, table, to_copy, wrapped
from stargauge.report.wording import counted

#: So many decisions, assumptions and years are told where there are more.
_DECISIONS, _ASSUMPTIONS, _YEARS = 6, 5, 4
#: Characters for the words that stand before what is said first.
_LABEL = 11


def render_plan(data: Data, style: Style = PLAIN, report: str | None = None, saved: str | None = None) -> str:
    """The answer of `stargauge plan`: one sentence, how sure, what it costs, the catch, tables, where to look next."""
    lines = [style.bold(line) for line in wrapped(sentence(data), style.width)]
    lines += [style.soft(line) for line in wrapped(about(data), style.width)] + _opening(data, style)
    if data["conflict"]:
        lines += _conflict(data, style)
    if data["status"] == "planned":
        lines += _planned(data, style)
    lines += _texts(say("To know of it"), [said_text(one) for one in data["notes"]], style)
    return style.finish([*lines, "", *_next(data, style, report, saved)])


def _opening(data: Data, style: Style) -> list[str]:
    """What a reader has to know beside the answer, each under its word."""
    lines = []
    for name, texts in opening(data):
        for place, text in enumerate(texts):
            lines += labelled("" if place else name, text[:1].upper() + text[1:], style, indent=0, label_width=_LABEL)
    return ["", *lines] if lines else []


def _planned(data: Data, style: Style) -> list[str]:
    lines = _buildings(data, style)
    lines += _block(terminal.sites(data), ((15, "w"), (19, "w"), (14, "w"), (26, "w")), style) if built_sites(data) else []
    if built_sites(data):
        lines += _block(tables.cost(data), ((52, "w"), (18, "r")), style) + _money(data, style)
    lines += _texts(say("What binds, and its price"), terminal.binding(data), style)
    if data["frontier"]:
        lines += _block(tables.frontier(data), ((13, "l"), (4, "r"), (15, "r"), (15, "r"), (7, "r"), (14, "w")), style)
    if data.get("frontier_emissions"):
        lines += _block(tables.emissions(data), ((14, "w"), (8, "r"), (15, "r"), (15, "r"), (10, "l")), style)
    lines += _texts(say("What insisting costs"), terminal.insist(data), style)
    lines += _waiting(data, style) + _texts(say("How it was found"), [method_text(data)], style, "")
    return lines + _rests_on(data, style)


def _buildings(data: Data, style: Style) -> list[str]:
    """By site: what is under way in one row, and each building that is decided."""
    made = terminal.buildings(data)
    return _block(made, ((27, "w"), (10, "w"), (14, "w"), (7, "r"), (7, "r"), (5, "r")), style)


def _texts(title: str, texts: Sequence[str], style: Style, indent: str = "  ") -> list[str]:
    """A title and sentences, each on lines of its own; nothing where there is none."""
    lines = [line for text in texts for line in wrapped(text[:1].upper() + text[1:], style.width, "", indent)]
    return ["", style.bold(title), *lines] if lines else []


def _conflict(data: Data, style: Style) -> list[str]:
    """What of the announcement cannot be kept together, and what alone would do, where a plan was made for a later day."""
    if data["status"] != "planned":
        return []  # said already
    made = tables.smallest(data)
    lines = _texts(say("Of what was announced cannot be kept together"), made, style) if len(made) > 1 else []
    others = list(map(relaxation_text, data["conflict"]["relaxations"]))
    return lines + _texts(say("Instead of what was announced any one of these would do"), others, style)


def _money(data: Data, style: Style) -> list[str]:
    """Who brings what, in as many years as the width has room for."""
    made = terminal.money(data, _YEARS)
    if made is None:
        return []
    return _block(made, ((16, "w"), *((5, "r"),) * (len(made.head) - 4), (6, "r"), (9, "r"), (12, "r")), style)


def _waiting(data: Data, style: Style) -> list[str]:
    made, known = data["waiting"], []
    first = _first(tables.waiting(data), _DECISIONS)
    lines = _block(first, ((20, "w"), (10, "w"), (11, "w"), (33, "w")), style) if made["decisions"] else []
    if made["information"]:
        known = _block(tables.information(data), ((34, "w"), (9, "w"), (15, "w"), (15, "w")), style)
    if later := tables.delays(data):
        known += _texts(later.title, [", ".join(f"{months}: {cost}" for months, cost in later.rows)], style)
    return lines + known


def _rests_on(data: Data, style: Style) -> list[str]:
    """The assumptions without a source, and how many numbers have one."""
    assumed = [one for one in data["assumptions"] if is_assumed(one)]
    if not data["assumptions"]:
        return []
    rows = tables.assumptions({**data, "assumptions": assumed[:_ASSUMPTIONS]}).rows
    told = []
    if assumed:
        names = "; ".join(f"{what} {value}" for what, value, *_ in rows)
        names += say("; {count} more", count=len(assumed) - _ASSUMPTIONS) if len(assumed) > _ASSUMPTIONS else ""
        told = [say("{assumptions} without a source: {names}.", assumptions=counted(len(assumed), "assumption"), names=names)]
    others = counted(len(data["assumptions"]) - len(assumed), "number")
    told.append(say("{numbers} with a source, or computed from such. All of them: --json.", numbers=others))
    return _texts(say("What it rests on"), told, style)


def _first(made: Rows, most: int) -> Rows:
    """A table cut to its first rows, which it says."""
    left = len(made.rows) - most
    return (
        made
        if left <= 0
        else Rows(made.title, made.head, list(made.rows)[:most], f"{made.note} {say('{count} more: --json.', count=left)}".strip())
    )


def _block(made: Rows, widths: Sequence[tuple[int, str]], style: Style) -> list[str]:
    if not made.rows:
        return _texts(made.title, [made.note] if made.note else [], style, "")
    rows = [[cell.replace(" %", "\u00a0%") for cell in row] for row in made.rows]  # a number keeps its percent sign
    columns = [(head, width, side) for head, (width, side) in zip(made.head, widths, strict=True)]
    columns = columns if language() == "en" else fitted(columns, rows, style.width)
    heads = [wrapped(head, width) or [""] for head, width, _ in columns]  # longer than their column: wrapped
    deep = max(map(len, heads))
    above = [[head[line - deep] if len(head) >= deep - line else "" for head in heads] for line in range(deep)]
    columns = [("", width, side) for _, width, side in columns]
    head = table(columns, above, style, fit=False)[1:]
    lines = ["", *map(style.bold, wrapped(made.title, style.width)), *map(style.soft, head), *table(columns, rows, style, fit=False)[1:]]
    return [*lines, *(style.soft(line) for line in wrapped(made.note, style.width))]


def _next(data: Data, style: Style, report: str | None, saved: str | None) -> list[str]:
    asked = shlex.quote(str(data["programme"]["asked_as"]))
    lines = []
    if data["status"] == "planned":
        file = shlex.quote(saved) if saved else "plan.yaml"
        lines += [] if saved else [f"{say('As a scenario'):<16}{say('add {option}', option='--save plan.yaml')}"]
        lines += to_copy(f"{say('Check it'):<16}", f"stargauge check {asked} --as-of {data['as_of']} --scenario {file}", style)
    lines += [f"{say('All numbers'):<16}{say('add {option}', option='--json')}"]
    told = report or say("add {option}", option="--report plan.html")
    return [*lines, f"{say('Report') if report else say('As charts'):<16}{told}"]
