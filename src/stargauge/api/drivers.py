"""What moves claims and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from stargauge.api.programmes import Progress, known, load, said_by
from stargauge.api.runs import DRAWS, Given, audited, condition, workers_of
from stargauge.audit.drivers.what_moves import Drivers, quantity_rows, reading_rows
from stargauge.audit.given import held_of
from stargauge.audit.run import texts_of
from stargauge.audit.summary import Days, exists, headlines
from stargauge.audit.wording.languages import words_of
from stargauge.catalogue.load import Catalogue
from stargauge.engine.simulate import simulate as run_model
from stargauge.programme.known import Known
from stargauge.programme.load import asked_as
from stargauge.programme.schema import Programme
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say, spoken_as_asked


@spoken_as_asked
def drivers(
    programme: str | Path | Programme = "stargate", claim: str | None = None, *, address: str | None = None,
    when: date | str | None = None, as_of: date | str | None = None, draws: int = DRAWS, seed: int = 0, workers: int | None = None,
    scenario: Path | str | None = None, settings: Mapping[str, str] | None = None, values: Catalogue | None = None,
    progress: Progress | None = None, given: Given = None, language: str = "en",
) -> Drivers:  # fmt: skip
    """Which inputs move every open reading and headline number, or one claim (`ID` or `ID/READING`), or one `address` at a date; one run.

    Shares of the variance with intervals, groups of inputs, what acts together, and the value at each input's ends. `given`: claims that
    hold; shares are then Shapley effects, as inputs go together in the worlds kept. `language`: of what is said. Raises InputError with
    every fault of what was asked for.
    """
    words = words_of(language)
    made = load(programme, scenario, settings)
    now = known(made, as_of, values)
    claims, day = _asked(made, now, claim, address, when)
    conditions = condition(given, made, now=now, draws=draws, seed=seed, workers=workers, language=language)
    if address is not None:
        result = run_model(
            now, [address], draws=draws, seed=seed, workers=workers_of(workers, draws), dates=(day,), progress=progress,
            held=held_of(conditions),
        )  # fmt: skip
        rows = quantity_rows(result, [address], day, words)
    else:
        wanted = [name for name in headlines(now) if exists(now, name)] if claim is None else []
        result, verdicts = audited(now, made, draws, seed, workers, wanted, progress, claims, given=conditions, language=language)
        rows = reading_rows(verdicts, words) + quantity_rows(result, wanted, day, words)
    return Drivers(made.name, asked_as(made), now.as_of, result.draws, seed, tuple(rows), conditions, texts_of(made, language), language)


def _asked(
    made: Programme, now: Known, claim: str | None, address: str | None, when: date | str | None
) -> tuple[dict[str, Any], date]:  # fmt: skip
    """The claims asked about, and the date at which numbers are read: two years ahead at year's end unless told. All faults at once."""
    faults = list[Fault]()
    if claim is not None and address is not None:
        faults.append(Fault(say("got --claim and --address; expected one of them")))
    if when is not None and address is None:
        faults.append(Fault(say("--date is that of an address; expected --address ADDRESS too (a reading has its own date)")))
    day = Days.of(now).ahead
    try:
        day = date.fromisoformat(when) if isinstance(when, str) else when or day
    except ValueError:
        faults.append(Fault(say('--date: got "{when}"; expected a day such as 2028-12-31', when=when)))
    said = said_by(made, now.as_of)
    if claim is not None:
        name, _, reading = claim.partition("/")
        if name not in made.claims:
            faults.append(
                Fault(say('there is no claim "{name}"{near}; all: stargauge audit', name=name, near=did_you_mean(name, made.claims)))
            )
        elif name not in said:
            faults.append(
                Fault(
                    say(
                        'the claim "{name}" was made on {start}, after {as_of}; expected a later --as-of',
                        name=name,
                        start=made.claims[name].day.start,
                        as_of=now.as_of,
                    )
                )
            )
        elif reading and reading not in said[name].readings:
            every = said[name].readings
            near = did_you_mean(reading, every)
            faults.append(
                Fault(
                    say(
                        'the claim "{name}" has no reading "{reading}"{near} (all: {every})',
                        name=name,
                        reading=reading,
                        near=near,
                        every=", ".join(every),
                    )
                )
            )
        else:
            one = said[name]
            said = {name: one.model_copy(update={"readings": {reading: one.readings[reading]}}) if reading else one}
    if faults:
        raise InputError(faults)
    return said, day
