"""What if: the inputs that matter most as sliders; every chart and the odds of the open claims follow."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say
from stargauge.web.routes import page
from stargauge.web.view import THREADS, Kept, View

if TYPE_CHECKING:
    from stargauge.api.what_ifs import Movable
    from stargauge.audit.wording.messages import Messages
    from stargauge.quantity.units import Notation

#: A base holds what no change makes again: one of them, and one run with more draws, are all that a worker keeps.
QUICK, DEEP = Kept(1), Kept(1)
#: How many draws a reader may ask for besides the usual ones.
USUAL, MORE = 1024, (4096, 16_384)
#: What the fields of the form are called, before the name of their input.
FIELD = "v:"


def base(view: View) -> Movable:
    """The programme as drawn, with its sliders; made once for a day, a seed and a scenario, whatever is moved."""
    from stargauge.api.what_ifs import movable

    asked = view.asked
    if asked.given:
        raise InputError(say("given: what if is asked of all worlds: with an input moved a condition may hold in none; leave it out here"))
    quick = asked.draws <= USUAL

    def make() -> Movable:
        return movable(view.source, as_of=asked.day, draws=asked.draws, seed=asked.seed, scenario=asked.scenario or None,
                       progress=_half(view, 0), threads=THREADS, inputs=None if quick else ())  # fmt: skip

    key = ("movable", asked.programme, view.shelf.stamp, asked.day, asked.draws, asked.seed, asked.scenario)
    made: Movable = (QUICK if quick else DEEP).get(key, make)
    return made


def _half(view: View, part: int) -> Callable[[int, int], None] | None:
    """Progress through one of two runs: as drawn, and with what is set."""
    told = view.progress
    return None if told is None else lambda done, of: told(part * of + done, 2 * of + 1)


def plain(view: View) -> View:
    """The same view with the usual draws."""
    return replace(view, asked=view.asked.but(draws=USUAL))


@page("/p/{programme}/what-if")
def what_if(view: View) -> str:
    """What can be asked: scenarios of the programme, and its inputs, which come as soon as it has been run as drawn."""
    return view.render("what_if.html.j2", scenarios=_scenarios(view))


@page("/p/{programme}/what-if/board")
def board(view: View) -> str:
    """The sliders, and what they do."""
    made = base(plain(view))
    return view.render("what_if_board.html.j2", sliders=[_shown(view, one.to_dict()) for one in made.sliders], **_parts(view, ""))


@page("/p/{programme}/what-if/charts", asks=("width",), kept=False)
def charts(view: View, width: str) -> str:
    """What the sliders do: numbers, charts and odds, as drawn and now. `width`: only the drawings that this wide a screen shows.

    Two values of one slider make two pages, of which nobody comes back to most: none is kept.
    """
    return view.render("what_if_charts.html.j2", **_parts(view, width if width in ("wide", "narrow") else ""))


@page("/p/{programme}/what-if/more", asks=("width",), slow=True)
def more(view: View, width: str) -> str:
    """The same with more draws, beside the other pages."""
    text = charts(view, width)
    if view.progress is not None:
        view.progress(1, 1)
    return text


@page("/p/{programme}/what-if/set", writes=True)
def put(view: View) -> str:
    """The form as it is sent without scripts: its fields become an address, to which the reader is sent."""
    sliders = {one.input: one for one in base(plain(view)).sliders}
    laid = []
    for key, value in view.body.items():
        name, text = key.removeprefix(FIELD), str(value).strip()
        if key.startswith(FIELD) and text and name in sliders:
            unit = sliders[name].unit if sliders[name].values else "1"
            laid.append(f"{name}={text}" if unit == "1" else f"{name}={text} {unit}")
    view.headers |= {"status": "303", "location": view.link("what-if/board", laid=tuple(sorted(laid)))}
    return ""


def _scenarios(view: View) -> list[dict[str, Any]]:
    """The scenarios that the programme has by name."""
    asked = view.asked.scenario
    return [{"name": name, "about": one.about, "on": name == asked} for name, one in view.whole.scenarios.items()]


def _shown(view: View, slider: dict[str, Any]) -> dict[str, Any]:
    """A slider with its name in the reader's language and where it stands."""
    from stargauge.audit.wording.languages import words_of
    from stargauge.audit.wording.words import input_name

    value, words = view.asked.settings.get(slider["input"], ""), words_of(view.asked.language)
    options = [{**one, "name": _option(slider["input"], one["name"], words)} for one in slider["options"]]
    texts, ticks = ([_as_written(one, slider["unit"], words.notation) for one in slider[key]] for key in ("values", "ticks"))
    return {**slider, "name": input_name(slider["input"], words), "value": value, "options": options, "texts": texts, "ticks": ticks,
            "number": value.removesuffix(f" {slider['unit']}").strip(), "field": f"{FIELD}{slider['input']}"}  # fmt: skip


def _option(pick: str, name: str, words: Messages) -> str:
    """What an option of a choice is called in a language."""
    from stargauge.audit.wording.messages import ENGLISH

    found = next((key for key, text in ENGLISH.texts.items() if text == name and key.startswith(f"needs_pick {pick} ")), "")
    return words.texts.get(found, name)


def _as_written(value: str, unit: str, notation: Notation) -> str:
    """A value that `--set` takes, as a language writes it."""
    number = notation.number(value.removesuffix(f" {unit}").replace("-", "−"))
    return number if unit == "1" else f"{number} {notation.unit(unit, number)}"


def _parts(view: View, width: str) -> dict[str, Any]:
    from stargauge.audit.run import texts_of
    from stargauge.audit.wording.languages import words_of
    from stargauge.audit.wording.words import input_name, likelihood
    from stargauge.report.locale import say, speaking, words
    from stargauge.report.why.what_if import what_if_drawings

    made = base(view)
    answer = made.answer(view.asked.settings, _half(view, 1))
    with speaking(view.asked.language):
        titles = {"capacity": say("Capacity"), "money": say("Money"), "jobs": say("Jobs by definition")}
        drawn = {name: view.enter(figure) for name, figure in what_if_drawings(answer, titles, width).items()}
        changes = [f"{input_name(one['input'].split('[')[0], words())}: {one['value']}" for one in answer["set"]]
    texts = texts_of(made.programme, view.asked.language)
    return {"a": answer, "drawn": drawn, "titles": titles, "changes": changes, "file_texts": texts, "words": words_of(view.asked.language),
            "likelihood": lambda share: likelihood(share, words_of(view.asked.language)), "command": command(view), "more": MORE,
            "page_link": view.asked.address("what-if", pinned=True)}  # fmt: skip


def command(view: View) -> str:
    """The same question for the command line."""
    asked = view.asked
    parts = ["stargauge", "check", asked.programme, "--as-of", str(asked.day), "--draws", str(asked.draws), "--seed", str(asked.seed)]
    parts += ["--scenario", asked.scenario] if asked.scenario else []
    for one in asked.laid:
        parts += ["--set", one]
    return shlex.join(parts)
