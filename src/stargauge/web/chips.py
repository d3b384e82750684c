"""What chips can do, as asked in a browser: the fields of the forms, what is at most asked, and the answers that the commands give."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say
from stargauge.web.failure import of_the_api

if TYPE_CHECKING:
    from stargauge.web.view import View

Answer = dict[str, Any]

#: How much of each may be asked for here, where others wait too; the commands go further.
MOST_ACCELERATORS, MOST_BATCH, MOST_SEQUENCE, MOST_TOKENS = 1_048_576, 1_048_576, 16_777_216, 1e18
LEAST_SHARE, MOST_USERS, MOST_DAYS, MOST_HISTORIES, MOST_GOODPUT_DRAWS = 1e-3, 100_000_000, 3650.0, 100_000, 16_384
#: Choices of layouts that one search looks at, events of all histories together, the draws of goodput, as the command has them, and
#: requests of a rank.
MOST_CHOICES, MOST_EVENTS, GOODPUT_DRAWS, MOST_REQUESTS = 5e9, 2e7, 512, 65_536


@dataclass(frozen=True)
class Field:
    """One field of a form: its parameter, what it is called, an example.

    `reads`: how its text is read (text, whole, amount, yes-or-no); `choices`: values with their words, where there are few; `needed`:
    nothing is answered without it; `first`: it stands above the others.
    """

    name: str
    label: str
    hint: str = ""
    reads: str = "text"
    choices: tuple[tuple[str, str], ...] = ()
    needed: bool = False
    first: bool = False
    least: float = -math.inf
    most: float = math.inf


_DTYPES = ("bf16", "fp8", "mxfp8", "nvfp4")

TRAIN = (
    Field("model", "Model", "llama3-405b", needed=True, first=True),
    Field("cluster", "Accelerators × chip", "16384xh100", needed=True, first=True),
    Field("batch", "Sequences of a step", "the model’s", "whole", first=True, most=MOST_BATCH),
    Field("sequence", "Tokens of a sequence", "the model’s", "whole", first=True, most=MOST_SEQUENCE),
    Field("dtype", "Type of matrix products", choices=tuple((name, name) for name in _DTYPES), first=True),
    Field("tokens", "Tokens of the whole run", "15.6e12", "amount", least=1.0, most=MOST_TOKENS),
    Field("software", "Day of the software", "2024-07"),
    Field("layout", "Parts of the layout that are given", "tp=8,pp=16"),
    Field("oversubscription", "Network beyond so many accelerators", "7@3072"),
    Field("balanced", "Tokens over experts", reads="yes-or-no", choices=(("", "uneven, as by chance"), ("true", "equal numbers"))),
)
INFER = (
    Field("model", "Model", "deepseek-r1", needed=True, first=True),
    Field("chip", "Chip", "gb300", needed=True, first=True),
    Field("ttft", "Most time to the first token", "2s", first=True),
    Field("tpot", "Most time per further token", "20ms", first=True),
    Field("input", "Tokens of a prompt", "1024", "whole", first=True, most=MOST_SEQUENCE),
    Field("output", "Tokens of an answer", "1024", "whole", first=True, most=MOST_SEQUENCE),
    Field("ttft_of", "First token: of which requests", choices=(("p99", "99 of 100"), ("p50", "half"), ("mean", "on average"))),
    Field("accelerators", "Accelerators there are", "as many as are best", "whole", most=MOST_ACCELERATORS),
    Field("dtype", "Type of weights", choices=(("", "the model’s own, else 8 bits"), *((name, name) for name in (*_DTYPES, "mxfp4")))),
    Field("concurrency", "Users who ask again at once", "100", "whole", most=MOST_USERS),
    Field("rate", "Requests per second, at random", "20/s"),
    Field("prefix_hits", "Share of prompts in a cache", "0.5", "amount", most=1.0),
    Field("speculative", "Tokens that a pass gives a request", "1.8", "amount", most=16.0),
    Field("disaggregated", "Prompts on accelerators of their own", reads="yes-or-no",
          choices=(("", "whichever is better"), ("true", "yes"), ("false", "no"))),
    Field("layout", "Parts of the layout that are given", "tp=8,ep=32"),
    Field("most_requests", "Requests that a rank takes at once, at most", "1024", "whole", most=MOST_REQUESTS),
    Field("software", "Day of the software", "2026-04"),
    Field("price_per_hour", "Rent of an accelerator-hour, USD", "the catalogue’s", "amount", least=LEAST_SHARE, most=1e6),
    Field("utilisation", "Share of the time in use", "the catalogue’s", "amount", least=LEAST_SHARE, most=1.0),
)  # fmt: skip
GOODPUT = (
    Field("cluster", "Accelerators × chip", "16384xh100", needed=True, first=True),
    Field("model", "Model, for what a checkpoint writes", "llama3-405b", first=True),
    Field("failure_rate", "Stops per node and day", "0.003..0.006", first=True),
    Field("interval", "Work between checkpoints", "the best, or 20min", first=True),
    Field("days", "Days of a history", "54", "amount", first=True, most=MOST_DAYS),
    Field("simulate", "Histories event by event", "256 short ones", "whole", most=MOST_HISTORIES),
    Field("checkpoint_write", "A checkpoint stops the job for", "10s..60s"),
    Field(
        "writing", "Writing a checkpoint, with a model", choices=(("background", "in the background"), ("blocking", "while the job stands"))
    ),
    Field("storage", "What the whole store takes, with a model", "2TB/s"),
    Field("restart", "Detection and reload after a stop", "8min"),
    Field("spares", "Nodes in reserve", "64, or 2%"),
    Field("repair", "Until a swapped node is a spare again", "24h"),
    Field("planned", "Share of time in planned stops", "2%"),
    Field("stragglers", "Speed lost to slow nodes", "1%"),
)
FIELDS: Mapping[str, tuple[Field, ...]] = {"train": TRAIN, "infer": INFER, "goodput": GOODPUT}


# -- what a form says ----------------------------------------------------------------------------------------------------------------


def read(name: str, texts: Mapping[str, str]) -> tuple[Answer, list[Fault]]:
    """What the fields of a form say, without those left empty, and the faults of how it is written."""
    asked, faults = dict[str, Any](), list[Fault]()
    for field in FIELDS[name]:
        text = texts.get(field.name, "").strip()
        if not text:
            faults += [Fault(_needed(field), field.name)] if field.needed else []
            continue
        try:
            asked[field.name] = _READ[field.reads](field, text)
        except InputError as error:
            faults += [Fault(fault.message, field.name) for fault in error.faults]
    return asked, faults


def _needed(field: Field) -> str:
    """What is expected in a field that must not be left empty."""
    texts = {
        "model": say("expected a model of the catalogue, such as {example}", example=field.hint),
        "chip": say("expected a chip of the catalogue, such as {example}", example=field.hint),
        "cluster": say("expected a number of accelerators and a chip, such as {example}", example=field.hint),
    }
    return texts[field.name]


def _text(field: Field, text: str) -> str:
    values = [value for value, _ in field.choices]
    if values and text not in values:
        told = [value for value in values if value]
        raise InputError(say('got "{text}"{near} (one of {told})', text=text, near=did_you_mean(text, told), told=", ".join(told)))
    return text


def _whole(field: Field, text: str) -> int:
    if not re.fullmatch(r"[0-9][0-9_, ]{0,18}", text, re.ASCII):
        raise InputError(say('got "{text}"; expected a whole number such as 2048', text=text))
    return int(_within(field, int(re.sub(r"\D", "", text))))


def _amount(field: Field, text: str) -> float:
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(say('got "{text}"; expected a number', text=text))
    return _within(field, value)


def _within(field: Field, value: float) -> float:
    if value < field.least:
        raise InputError(say("got {value:,.10g}; expected at least {least:,.10g}", value=value, least=field.least))
    if value > field.most:
        raise InputError(say("got {value:,.10g}; expected at most {most:,.10g}", value=value, most=field.most))
    return value


def _yes_or_no(field: Field, text: str) -> bool:
    return _text(field, text) == "true"


_READ: Mapping[str, Callable[[Field, str], Any]] = {"text": _text, "whole": _whole, "amount": _amount, "yes-or-no": _yes_or_no}


# -- what is answered ----------------------------------------------------------------------------------------------------------------


def answer(view: View, name: str, asked: Mapping[str, Any]) -> Answer:
    """What the function of Python answers, made once. Raises InputError with every fault, each of its parameter."""
    given = {key: value for key, value in asked.items() if value is not None and value != ""}
    faults = _no_file(given)
    if faults:
        raise InputError(faults)
    try:
        made: Answer = view.kept(name, lambda: _ANSWERS[name](view, given), *sorted(given.items()))
    except InputError as error:
        raise InputError([_told(fault, name) for fault in error.faults]) from None
    return made


def misnamed(view: View, name: str, asked: Mapping[str, Any]) -> list[Fault]:
    """The faults of names and of the machine, without anything being worked out: beside others for which nothing is answered anyway."""
    from stargauge import api
    from stargauge.catalogue.machines import machine_of, transformer_of

    faults, known = list[Fault](), api.catalogue().known(view.asked.day)
    of_chip = "cluster" if "cluster" in asked else "chip"
    machine = asked.get("cluster") or f"1x{asked.get('chip', '')}"
    for path, make in (
        ("model", lambda: transformer_of(known, asked["model"])), (of_chip, lambda: machine_of(known, machine, asked.get("software")))
    ):  # fmt: skip
        try:
            _ = make() if path in asked else None
        except InputError as error:
            faults += [_told(replace(fault, path=fault.path or path), name) for fault in error.faults]
    return faults


def is_missing(view: View, asked: Mapping[str, Any]) -> bool:
    """Whether a model or a chip is asked about that the catalogue does not have."""
    from stargauge import api
    from stargauge.catalogue.names import NotThere, resolved

    known = api.catalogue().known(view.asked.day)
    chip = asked.get("chip") or re.sub(r"^[0-9_,' ]*[x×*]", "", str(asked.get("cluster", "")).strip(), flags=re.IGNORECASE)
    if _no_file(asked):
        return True
    for kind, name in (("model", asked.get("model")), ("accelerator", chip)):
        try:
            resolved(known, kind, str(name).strip()) if name else None
        except NotThere:
            return True
        except InputError:  # several are called so
            continue
    return False


def _no_file(given: Mapping[str, Any]) -> list[Fault]:
    """A model is one of the catalogue: no address reads a file."""
    model = str(given.get("model", "")).strip()
    if not model.lower().endswith(".csv"):
        return []
    return [Fault(say('no model "{model}" in the catalogue; a file of yours is read by the command alone', model=model), "model")]


def _told(fault: Fault, name: str) -> Fault:
    """A fault of the command line as one of a parameter."""
    path = fault.path.removeprefix("--").replace("-", "_")
    known = {field.name for field in FIELDS[name]} | {"draws", "seed", "pareto"}
    message = of_the_api(fault.message if path in known or not path else f"{fault.path}: {fault.message}")
    message = re.sub(r"--([a-z]+(?:-[a-z]+)*)", lambda option: option[1].replace("-", "_"), message)
    return Fault(message.replace("\n", " "), path if path in known else "")


def _train(view: View, given: Mapping[str, Any]) -> Answer:
    from stargauge import api

    return api.train(
        given["model"], given["cluster"], as_of=view.asked.day, most=MOST_CHOICES, **_without(given, "model", "cluster")
    ).to_dict()


def _infer(view: View, given: Mapping[str, Any]) -> Answer:
    from stargauge import api

    return api.infer(given["model"], given["chip"], as_of=view.asked.day, **_without(given, "model", "chip")).to_dict()


def _goodput(view: View, given: Mapping[str, Any]) -> Answer:
    from stargauge import api

    more = {"draws": GOODPUT_DRAWS, **_without(given, "cluster")}
    return api.goodput(
        given["cluster"], as_of=view.asked.day, seed=view.asked.seed, most_events=MOST_EVENTS, **more
    ).to_dict()  # fmt: skip


def _without(given: Mapping[str, Any], *names: str) -> Answer:
    return {key: value for key, value in given.items() if key not in names}


_ANSWERS: Mapping[str, Callable[[View, Mapping[str, Any]], Answer]] = {"train": _train, "infer": _infer, "goodput": _goodput}


def names_of(view: View) -> dict[str, list[str]]:
    """The models and chips that may be named, of the catalogue on the day: those with dimensions, those with figures."""
    from stargauge import api
    from stargauge.catalogue.machines import chip_of, transformer_of

    def make() -> dict[str, list[str]]:
        known = api.catalogue().known(view.asked.day)
        return {
            "model": [name for name in known.names("model") if _is(transformer_of, known, name)],
            "chip": [name for name in known.names("accelerator") if _is(chip_of, known, name)],
        }

    return view.kept_of_files("chips by name", make, view.asked.day)  # type: ignore[no-any-return]


def _is(make: Callable[[Any, str], Any], known: Any, name: str) -> bool:
    try:
        make(known, name)
    except InputError:
        return False
    return True
