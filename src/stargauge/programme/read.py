"""From documents to a checked programme: every fault of the form, of the fields and of the rules in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from itertools import islice
from typing import Any

from pydantic import ValidationError

from stargauge.programme.checks import check_programme
from stargauge.programme.currencies import Rates
from stargauge.programme.fields import Reader, got, read_stated
from stargauge.programme.positions import MAX_FAULTS, Document, Flaw, Section, Step, Trail, expect_section, faults_of
from stargauge.programme.schema import Programme, SourceEntry
from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.spoken import language, say
from stargauge.quantity.statement import Source

_ROUNDS = 50
#: So many flaws against the rules are looked for: each costs, and a hundred are told.
_MOST_FLAWS = 10 * MAX_FAULTS


def read_programme(documents: Sequence[Document]) -> Programme:
    """A whole programme from its files. Raises InputError with every fault found."""
    programme, flaws = read_part(_joined(documents), {}, {}, partial=False)
    finish(programme, flaws, documents)
    return programme


def finish(programme: Programme, flaws: Sequence[Flaw], documents: Sequence[Document]) -> None:
    """Check the rules, raise every fault at once, and keep the documents for later faults."""
    broken = {flaw.trail for flaw in flaws}
    above = {trail[:length] for trail in broken for length in range(1, len(trail) + 1)}
    rules = (flaw for flaw in check_programme(programme) if flaw.alone or not _touches(flaw.trail, broken, above))
    followed = list(islice(rules, _MOST_FLAWS))
    if flaws or followed:
        raise faults_of([*flaws, *followed], documents)
    programme._documents = tuple(documents)


def read_part(section: Section, sources: Mapping[str, Source], rates: Rates, partial: bool) -> tuple[Programme, list[Flaw]]:
    """A programme, or with `partial` a part of one, and the faults found; what was faulty is left out of it."""
    flaws: list[Flaw] = []
    for _ in range(_ROUNDS):
        known = {**sources, **_sources(section)}
        reader = Reader(known, {**rates, **_rates(section, known)}, partial)
        try:
            programme = Programme.model_validate(section, context=reader)
        except ValidationError as error:
            found = [_flaw(dict(detail), section) for detail in error.errors(include_url=False)]
            flaws += found
            for flaw in found:
                _remove(section, flaw.trail)
            continue
        noted = {flaw.trail for flaw in flaws}
        return programme, [*flaws, *(flaw for flaw in reader.flaws if flaw.trail not in noted)]
    return Programme(), flaws


def sources_of(programme: Programme) -> dict[str, Source]:
    """The sources of a programme by id."""
    return {name: _source(name, entry) for name, entry in programme.sources.items()}


def _joined(documents: Sequence[Document]) -> Section:
    whole = Section()
    for document in documents:
        if document.root:
            whole[str(document.root[0])] = document.data
        else:
            whole.update(expect_section(document))
    return whole


def _sources(section: Section) -> dict[str, Source]:
    """The sources that can be read, ahead of the statements that name them; their faults show when the file is read."""
    found: dict[str, Source] = {}
    entries = [section.get("sources")]
    alternatives = section.get("alternatives")
    for options in alternatives.values() if isinstance(alternatives, dict) else ():
        entries += [option.get("sources") for option in options.values() if isinstance(option, dict)] if isinstance(options, dict) else []
    scenarios = section.get("scenarios")
    entries += [one.get("sources") for one in scenarios.values() if isinstance(one, dict)] if isinstance(scenarios, dict) else []
    for group in entries:
        for name, raw in group.items() if isinstance(group, dict) else ():
            try:
                found[name] = _source(name, SourceEntry.model_validate(raw, context=Reader(partial=True)))
            except (ValidationError, InputError):
                continue
    return found


def _rates(section: Section, sources: Mapping[str, Source]) -> Rates:
    """The rates of currencies that can be read, ahead of the amounts that need them; their faults show when the file is read."""
    group, reader, spec = section.get("currencies"), Reader(sources), Programme.specs["currencies"]
    stated = group.items() if isinstance(group, dict) else ()
    return {str(code): read_stated(raw, spec, ("currencies", code), reader) for code, raw in stated if raw is not None}


def _source(name: str, entry: SourceEntry) -> Source:
    return Source(name, entry.publisher, entry.title, entry.published, entry.url, entry.grade, entry.capture, entry.designed)


def _touches(trail: Trail, broken: Set[Trail], above: Set[Trail]) -> bool:
    """Whether a trail leads through a broken one, or one through it, which may be why it shows. `above`: the broken and all above them."""
    return trail in above or any(trail[:length] in broken for length in range(1, len(trail)))


def _flaw(detail: dict[str, Any], section: Section) -> Flaw:
    """A fault of the validator in our words, at the deepest place of its trail that the file has."""
    trail: list[Step] = []
    at: Any = section
    for step in detail["loc"]:
        if _holds(at, step):
            at = at[step]
            trail.append(step)
        else:
            break
    return Flaw(tuple(trail), _words(detail, at))


def _holds(value: Any, step: Step) -> bool:
    return step in value if isinstance(value, dict) else isinstance(value, list) and isinstance(step, int) and step < len(value)


def _words(detail: dict[str, Any], value: Any) -> str:
    kind, context = str(detail["type"]), detail.get("ctx", {})
    if kind == "value_error":
        return str(context.get("error", detail["msg"]))
    if kind == "literal_error":
        words = [word.strip("' ") for word in str(context.get("expected", "")).replace(" or ", ", ").split(",")]
        return say(
            "got {given}; expected one of {words}{near}", given=got(value), words=", ".join(words), near=did_you_mean(str(value), words)
        )
    expected = {
        "model_type": say("keys below it"), "model_attributes_type": say("keys below it"), "dict_type": say("keys below it"),
        "string_type": say("text"), "int": say("a whole number"), "float": say("a number"), "bool": say("true or false"),
        "tuple_type": say("a list"), "list_type": say("a list"),
    }  # fmt: skip
    words_for = (
        expected.get(kind)
        or expected.get(kind.split("_")[0])
        or (str(detail["msg"]) if language() == "en" else say("a value of another kind"))
    )
    return say("got {given}; expected {words_for}", given=got(value), words_for=words_for)


def _remove(section: Section, trail: Trail) -> None:
    at: Any = section
    for step in trail[:-1]:
        at = at[step]
    if trail and (isinstance(at, dict) and trail[-1] in at):
        del at[trail[-1]]
    elif trail and isinstance(at, list):
        at[int(trail[-1])] = ""
