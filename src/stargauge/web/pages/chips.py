"""What chips can do, of no programme: a training job, a service, what a job keeps of its time. Each a form with its answer below."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from stargauge.web import chips
from stargauge.web.routes import page
from stargauge.web.view import View

#: Parameters of each form.
_TRAIN, _INFER, _GOODPUT = (tuple(field.name for field in chips.FIELDS[name]) for name in ("train", "infer", "goodput"))


@page("/chips")
def overview(view: View) -> str:
    """The three questions, each with examples."""
    return view.render("chips.html.j2", current="")


@page("/chips/train", asks=_TRAIN, slow=True)
def train(view: View, **asks: str) -> str:
    """The fastest layout of a training job, and what follows from it; with less accelerators too, as the page that the command writes."""
    return _page(view, "train", asks, {"pareto": True})


@page("/chips/infer", asks=_INFER, slow=True)
def infer(view: View, **asks: str) -> str:
    """How a model is best served by a chip under limits on its times."""
    return _page(view, "infer", asks)


@page("/chips/goodput", asks=_GOODPUT, slow=True)
def goodput(view: View, **asks: str) -> str:
    """What a training job keeps of its time."""
    return _page(view, "goodput", asks)


def _page(view: View, name: str, asks: Mapping[str, str], more: Mapping[str, Any] | None = None) -> str:
    """The form, and below it the answer where something is asked; what is wrong stands at its fields."""
    from stargauge.quantity.errors import Fault, InputError
    from stargauge.report.locale import speaking
    from stargauge.web.chip_words import words

    told: dict[str, Any] = {"section": None, "data": None, "cite": ""}
    asked, faults = dict[str, Any](), list[Fault]()
    if any(text.strip() for text in asks.values()):
        asked, faults = chips.read(name, asks)
        try:
            if faults:
                faults += chips.misnamed(view, name, asked)
            else:
                with speaking(view.asked.language):
                    made = chips.answer(view, name, {**asked, **(more or {})})
                told = _told(view, name, made)
        except InputError as error:
            faults = list(error.faults)
    if faults:
        view.headers["status"] = "422"
    with speaking(view.asked.language):
        spoken = words()
    form = {
        "fields": chips.FIELDS[name], "words": spoken, "asked": asks, "names": chips.names_of(view), "faults": _by_field(name, faults),
        "more": _more(name, asks, faults) or view.asked.as_of is not None, "json": _json(view, name, {**asked, **(more or {})}),
    }  # fmt: skip
    return view.render("chips_page.html.j2", current=name, form=form, **told)


def _more(name: str, asks: Mapping[str, str], faults: Any) -> bool:
    """Whether something is asked in the fields that are folded in, or is wrong there."""
    usual = {field.name: {"", *(value for value, _ in field.choices[:1])} for field in chips.FIELDS[name] if not field.first}
    return any(asks[one].strip() not in told for one, told in usual.items()) or any(fault.path in usual for fault in faults)


def _json(view: View, name: str, asked: Mapping[str, Any]) -> str:
    """The address of the same answer as JSON."""
    run = {"as_of": view.asked.day, **({"seed": view.asked.seed} if name == "goodput" else {})}
    return f"/api/{name}?{urlencode({key: _written(value) for key, value in {**asked, **run}.items()})}"


def _written(value: Any) -> str:
    """A value as an address has it."""
    return str(value).lower() if isinstance(value, bool) else f"{value:.12g}" if isinstance(value, float) else str(value)


def _by_field(name: str, faults: Any) -> dict[str, list[str]]:
    """What is wrong by the field that it is of; of none: under an empty name."""
    known, made = {field.name for field in chips.FIELDS[name]}, dict[str, list[str]]()
    for fault in faults:
        made.setdefault(fault.path if fault.path in known else "", []).append(fault.message)
    return made


def _told(view: View, name: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """The words, tables and pictures of the report, its figures to be had as files."""
    from stargauge.report.locale import speaking

    section_of, cite_of = _REPORTS[name]()
    with speaking(view.asked.language):
        view.cite, section = cite_of(data), _in_fields(name, section_of(data))
    figures = [{**one, "drawn": view.enter({"title": one["title"], **one["drawn"]})} for one in section["figures"]]
    return {"section": {**section, "figures": figures}, "data": data, "cite": view.cite}


def _in_fields(name: str, made: Any) -> Any:
    """Texts in which options of the command are named by their fields."""
    from stargauge.web.chip_words import words

    if isinstance(made, str):
        told = words()
        labels = {field.name: told.get(field.label, field.label) for field in chips.FIELDS[name]}
        return re.sub(r"--([a-z]+(?:-[a-z]+)*)", lambda one: _quoted(labels.get(one[1].replace("-", "_")), one[0]), made)
    if isinstance(made, dict) and "wide" not in made:
        return {key: _in_fields(name, value) for key, value in made.items()}
    if isinstance(made, list | tuple):
        return [_in_fields(name, one) for one in made]
    return made


def _quoted(label: str | None, option: str) -> str:
    from stargauge.report.locale import language

    return option if not label else f"“{label}”" if language() == "en" else f"«{label}»"


Report = tuple[Callable[[Mapping[str, Any]], dict[str, Any]], Callable[[Mapping[str, Any]], str]]


def _of_training() -> Report:
    from stargauge.report.compute.training_page import cite, training_section

    return training_section, cite


def _of_serving() -> Report:
    from stargauge.report.compute.serving_chart import cite
    from stargauge.report.compute.serving_page import serving_section

    return serving_section, cite


def _of_goodput() -> Report:
    from stargauge.report.compute.goodput_page import cite, goodput_section

    return goodput_section, cite


_REPORTS: Mapping[str, Callable[[], Report]] = {"train": _of_training, "infer": _of_serving, "goodput": _of_goodput}
