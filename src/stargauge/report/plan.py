"""What would work, as plain text: the answer in one sentence, the promise, what is built, money, what binds, what insisting costs."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from stargauge.quantity.errors import counted as number_of
from stargauge.report import plan_tables as tables
from stargauge.report import plan_terminal as terminal
from stargauge.report.plan_words import Data, about, built_sites, method_text, promise, relaxation_text, sentence
from stargauge.report.power_words import ASSUMED, Rows
from stargauge.report.terminal import PLAIN, Style, table, to_copy, wrapped

#: So many decisions, assumptions and years are told where there are more.
_DECISIONS, _ASSUMPTIONS, _YEARS = 6, 5, 5


def render_plan(data: Data, style: Style = PLAIN, report: str | None = None, saved: str | None = None) -> str:
    """The answer of `stargauge plan`: one sentence, the promise, tables, where to look next."""
    lines = [style.bold(line) for line in wrapped(sentence(data), style.width)]
    lines += wrapped(promise(data), style.width) if promise(data) else []
    lines += [style.soft(line) for line in wrapped(about(data), style.width)]
    if data["conflict"]:
        lines += _conflict(data, style)
    if data["status"] == "planned":
        lines += _planned(data, style)
    lines += ["", *(style.soft(line) for note in data["notes"] for line in wrapped(note, style.width))] if data["notes"] else []
    return style.finish([*lines, "", *_next(data, style, report, saved)])


def _planned(data: Data, style: Style) -> list[str]:
    lines = _block(terminal.sites(data), ((15, "w"), (19, "w"), (10, "w"), (30, "w")), style) if built_sites(data) else []
    lines += _buildings(data, style) + _texts("What it costs", [terminal.cost_text(data), method_text(data)], style, "")
    lines += _money(data, style)
    lines += _texts("What binds, and its price", terminal.binding(data), style)
    lines += _block(tables.frontier(data), ((12, "l"), (6, "r"), (16, "r"), (12, "l")), style) if data["frontier"] else []
    lines += _texts("What insisting costs", terminal.insist(data), style)
    lines += _waiting(data, style)
    return lines + _rests_on(data, style)


def _buildings(data: Data, style: Style) -> list[str]:
    """By site: what is under way in one row, and each building that is decided."""
    made = terminal.buildings(data)
    return _block(made, ((28, "w"), (8, "l"), (22, "w"), (7, "r"), (7, "r")), style)


def _texts(title: str, texts: Sequence[str], style: Style, indent: str = "  ") -> list[str]:
    """A title and sentences, each on lines of its own; nothing where there is none."""
    lines = [line for text in texts for line in wrapped(text, style.width, "", indent)]
    return ["", style.bold(title), *lines] if lines else []


def _conflict(data: Data, style: Style) -> list[str]:
    """What cannot be kept together, and what alone would do."""
    lines = ["", style.bold("Cannot be kept together")]
    lines += [line for text in tables.smallest(data) for line in wrapped(text, style.width, "  ", "  ")]
    if data["conflict"]["relaxations"]:
        lines += ["", style.bold("Any one of these would do")]
        lines += [line for one in data["conflict"]["relaxations"] for line in wrapped(relaxation_text(one), style.width, "  ", "  ")]
    return lines


def _money(data: Data, style: Style) -> list[str]:
    """Who brings what, in as many years as the width has room for."""
    made = terminal.money(data, _YEARS)
    if made is None:
        return []
    return _block(made, ((16, "w"), *((6, "r"),) * (len(made.head) - 3), (5, "r"), (13, "r")), style)


def _waiting(data: Data, style: Style) -> list[str]:
    made, known = data["waiting"], []
    first = _first(tables.waiting(data), _DECISIONS)
    lines = _block(first, ((26, "w"), (11, "l"), (13, "l"), (24, "w")), style) if made["decisions"] else []
    if made["information"]:
        known = _block(tables.information(data), ((44, "w"), (16, "r"), (14, "l")), style)
    return lines + known


def _rests_on(data: Data, style: Style) -> list[str]:
    """The assumptions without a source, and how many numbers have one."""
    assumed = [one for one in data["assumptions"] if one["kind"] in ("assumed", "assumption") or one["source"] == ASSUMED]
    if not data["assumptions"]:
        return []
    rows = tables.assumptions({**data, "assumptions": assumed[:_ASSUMPTIONS]}).rows
    told = (
        [f"{number_of(len(assumed), 'assumption')} without a source: {'; '.join(f'{what} {value}' for what, value, *_ in rows)}"]
        if assumed
        else []
    )
    left = f"; {len(assumed) - _ASSUMPTIONS} more" if len(assumed) > _ASSUMPTIONS else ""
    others = f"{number_of(len(data['assumptions']) - len(assumed), 'number')} with a source, or computed from such. All of them: --json."
    return _texts("What it rests on", [*(f"{one}{left}." for one in told), others], style)


def _first(made: Rows, most: int) -> Rows:
    """A table cut to its first rows, which it says."""
    left = len(made.rows) - most
    return made if left <= 0 else Rows(made.title, made.head, list(made.rows)[:most], f"{made.note} {left} more: --json.".strip())


def _block(made: Rows, widths: Sequence[tuple[int, str]], style: Style) -> list[str]:
    columns = [("", width, side) for width, side in widths]
    head = table([("", width, "w") for width, _ in widths], [made.head], style)[1:]  # titles that are longer than their column wrap too
    lines = ["", *map(style.bold, wrapped(made.title, style.width)), *map(style.soft, head), *table(columns, made.rows, style)[1:]]
    return [*lines, *(style.soft(line) for line in wrapped(made.note, style.width))]


def _next(data: Data, style: Style, report: str | None, saved: str | None) -> list[str]:
    asked = shlex.quote(str(data["programme"]["asked_as"]))
    lines = []
    if data["status"] == "planned":
        file = shlex.quote(saved) if saved else "plan.yaml"
        lines += [] if saved else ["As a scenario   add --save plan.yaml"]
        lines += to_copy("Check it        ", f"stargauge check {asked} --as-of {data['as_of']} --scenario {file}", style)
    lines += ["All numbers     add --json"]
    return [*lines, f"Report          {report}" if report else "As charts       add --report plan.html"]
