"""How good the model is: replays, validations, fits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from stargauge.api.programmes import Progress, catalogue, day_of, known, load, shipped
from stargauge.api.tracks import tracker_of
from stargauge.audit.answer_data import slug
from stargauge.audit.backtest.backtest import Backtest, joined
from stargauge.audit.backtest.calibration import Calibration, all_build_fits, all_fits, build_fit_of, fit_of, fit_view, write_all
from stargauge.audit.backtest.measured import measured
from stargauge.audit.backtest.measured import shipped as shipped_scores
from stargauge.audit.backtest.money_backtest import MoneyBacktest, MoneyCase, money_cases
from stargauge.audit.backtest.replay import replay
from stargauge.audit.validation.build_validation import BuildValidation, validate_builds
from stargauge.audit.validation.finance_validation import FinanceValidation, read_vectors, validate_finance
from stargauge.audit.validation.goodput_validation import GoodputValidation, validate_goodput
from stargauge.audit.validation.pue_validation import PueValidation, validate_pue
from stargauge.audit.validation.serving_validation import ServingValidation, validate_serving
from stargauge.audit.validation.slip_validation import Validation, validate_schedule
from stargauge.audit.validation.training_validation import TrainingValidation, validate_training
from stargauge.catalogue.depreciation import recovery_table
from stargauge.catalogue.load import Catalogue
from stargauge.catalogue.own_builds import read_own_builds
from stargauge.catalogue.own_goodput import FILE as GOODPUT_RECORDS
from stargauge.catalogue.own_goodput import read_own_goodput
from stargauge.catalogue.own_pue import read_own_pue
from stargauge.catalogue.projects import read_projects
from stargauge.catalogue.serving_runs import read_serving_runs
from stargauge.catalogue.training_runs import read_training_runs
from stargauge.engine.simulate import simulate as run_model
from stargauge.programme.schema import Programme
from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.spoken import say
from stargauge.reading.validate import ReadingValidation, validate_reading

#: What can be validated on a user's own measurements.
VALIDATIONS = ("schedule", "build", "finance", "reading", "pue", "training", "inference", "goodput")
#: Records of ours that stand in where no file is named.
RECORDS = {"goodput": GOODPUT_RECORDS}

Validated = (
    Validation | BuildValidation | FinanceValidation | ReadingValidation | PueValidation | TrainingValidation | ServingValidation
    | GoodputValidation
)  # fmt: skip


def validate(kind: str, file: str | Path | None = None, *, values: Catalogue | None = None) -> Validated:
    """How good the model of a discipline is on a user's own measurements or reference cases.

    kinds: schedule (CSV, the columns of the plan-to-actual records), build (CSV, those of the records of builds), finance (JSON, cases with
    inputs, expected values and a tolerance), reading (JSONL, sentences with marked quantities, dates and statements), pue (CSV, yearly PUE
    and water of halls by cooling and place), training (CSV, measured training runs), inference (CSV, measured serving runs by model,
    chip, layout and lengths), goodput (CSV, recorded training jobs and what stopped them; without a file those that are shipped). Raises
    InputError for another kind, and with every fault of the file.
    """
    if kind not in VALIDATIONS:
        raise InputError(
            say(
                'no validation "{kind}"{near} (one of {known})',
                kind=kind,
                near=did_you_mean(kind, VALIDATIONS),
                known=", ".join(VALIDATIONS),
            )
        )
    file = RECORDS.get(kind) if file is None else file
    if file is None:
        raise InputError(
            say(
                "validate {kind} needs a file: validate {kind} FILE (records of ours are shipped for {records})",
                kind=kind,
                records=", ".join(RECORDS),
            )
        )
    if kind == "reading":
        return validate_reading(Path(file))
    values = values or catalogue()
    if kind == "finance":
        return validate_finance(read_vectors(Path(file)), partial(recovery_table, values))
    if kind == "pue":
        return validate_pue(read_own_pue(Path(file)), values.known(date.today()))
    if kind == "training":
        return validate_training(read_training_runs(Path(file)), values.known(date.today()))
    if kind == "inference":
        return validate_serving(read_serving_runs(Path(file)), values.known(date.today()))
    if kind == "goodput":
        return validate_goodput(read_own_goodput(Path(file)), values.known(date.today()))
    if kind == "build":
        return validate_builds(read_own_builds(Path(file)), fit_view(values, date.today()))
    return validate_schedule(read_projects(Path(file)), values)


def calibrate(until: date | str | None = None, *, values: Catalogue | None = None, folder: str | Path | None = None) -> Calibration:
    """The fits of slips and of building times, made anew from the records known at the last quarter before a day (today).

    `folder`: write the fits of all quarters until then there, in the form in which they are shipped. Raises InputError where there is none.
    """
    values, day = values or catalogue(), day_of(until)
    if folder is not None:
        if not Path(folder).is_dir():
            raise InputError(say('no folder "{folder}" to write the fits to; make it, or choose another', folder=folder))
        write_all(Path(folder), all_fits(values, day), all_build_fits(values, day))
    return Calibration(fit_of(values.known(day)), build_fit_of(fit_view(values, day)))


def backtest(
    programmes: Iterable[str | Path | Programme] | None = None, *, draws: int = 512, seed: int = 0, as_of: date | str | None = None,
    values: Catalogue | None = None, folder: str | Path | None = None, progress: Progress | None = None,
) -> Backtest:  # fmt: skip
    """Knowledge dates replayed for the recorded outcomes of programmes (all shipped ones), each without its owner's own records.

    `as_of`: score against the outcomes known by that day (today). `folder`: write the whole result there, with the validation on the
    shipped records, in the form in which it is shipped. Raises InputError where there is no folder, or the result is not the whole one.
    """
    values, day = values or catalogue(), day_of(as_of)
    if folder is not None and (programmes is not None or values.own_rows):
        raise InputError(
            say("what is shipped is measured on all shipped programmes and values; name no programme and no catalogue to write it")
        )
    if folder is not None and not Path(folder).is_dir():
        raise InputError(say('no folder "{folder}" to write the result to; make it, or choose another', folder=folder))
    made = [load(one) for one in (shipped() if programmes is None else programmes)]
    parts: list[Backtest] = []
    for place, programme in enumerate(made):
        parts.append(_replay(programme, values, day, draws, seed))
        if progress is not None:
            progress(place + 1, len(made))
    tested = joined(parts)
    if folder is not None:
        measured(tested, len(made), str(day), draws, seed, values).write(Path(folder))
    return tested


def backtest_money(
    programmes: Iterable[str | Path | Programme] | None = None, *, draws: int = 512, seed: int = 0, as_of: date | str | None = None,
    values: Catalogue | None = None,
) -> MoneyBacktest:  # fmt: skip
    """Loans to sites and cash of parties, forecast before they were public, against what the record holds by `as_of` (today).

    Each programme is forecast without its owner's own records of dates.
    """
    run, cases = partial(run_model, draws=draws, seed=seed), list[MoneyCase]()
    for made in (load(one) for one in (shipped() if programmes is None else programmes)):
        without = _without_owner(values or catalogue(), made)
        cases += money_cases(slug(made.name), known(made, as_of, values), partial(known, made, values=without), run)
    return MoneyBacktest(draws, seed, tuple(cases))


def _without_owner(values: Catalogue, programme: Programme) -> Catalogue:
    return replace(values, without=values.without | ({programme.owner} if programme.owner else set()))


def _replay(programme: Programme, values: Catalogue, day: date, draws: int, seed: int) -> Backtest:
    """The cases of one programme, forecast without its owner's own records."""
    without = _without_owner(values, programme)
    return replay(programme, known(programme, day, values), tracker_of(programme, without, draws, seed))


def scores(*, values: Catalogue | None = None) -> dict[str, Any] | None:
    """How good the model was when it was measured last, as it is shipped: scores with intervals, and every case. None where none is."""
    found = shipped_scores()
    return None if found is None else found.to_dict(values or catalogue())
