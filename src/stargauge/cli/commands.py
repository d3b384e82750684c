"""One function per command: ask the API, hand the answer to the terminal report."""

from __future__ import annotations

import argparse
import json
import re
import shlex
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from stargauge.cli.extras import expect_pages
from stargauge.cli.files import expect_writable, write_whole
from stargauge.cli.progress import progress, written_over
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import language, say


def style_of(asked: argparse.Namespace) -> Any:
    """How the answer is dressed on this output."""
    from stargauge.report.terminal import style_for

    return style_for(sys.stdout, asked.ascii)


#: Control characters beyond ASCII, and marks that turn the direction of a line.
STEERING = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def print_json(data: Any) -> None:
    """Print plain data as JSON. Characters by which a captured text could steer a terminal are written as escapes, the same to a reader."""
    text = json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False)
    sys.stdout.write(STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")


def write_answer(data: Any, asked: argparse.Namespace, text: str) -> None:
    """Print an answer for people, what is given before it."""
    from stargauge.report.given import render_given

    sys.stdout.write(render_given(data, style_of(asked)) + text)


def _settings(asked: argparse.Namespace) -> dict[str, str]:
    pairs = [[part.strip() for part in text.split("=", 1)] for text in asked.set]
    wrong = [text for text, pair in zip(asked.set, pairs, strict=True) if len(pair) != 2 or not all(pair)]
    if wrong:
        raise InputError(
            [Fault(say('got --set "{text}"; expected INPUT=VALUE, such as --set load_factor=0.8', text=text)) for text in wrong]
        )
    return {name: value for name, value in pairs}


def note_future(day: date) -> None:
    """Say on stderr that a knowledge date has not come yet."""
    if day > date.today():
        from stargauge.report.wording import day_text

        when = str(day) if language() == "en" else day_text(day)
        print(say("note: {day} is in the future; what will be published until then is not known", day=when), file=sys.stderr)


def values_of(asked: argparse.Namespace) -> Any:
    """The catalogue, with the user's own values laid over it."""
    from stargauge import api

    return api.catalogue(asked.catalogue)


def loaded(asked: argparse.Namespace) -> Any:
    """The programme with scenario and single inputs laid over it."""
    from stargauge import api

    return api.load(asked.programme, asked.scenario, _settings(asked))


def loaded_as_stated(asked: argparse.Namespace) -> Any:
    """The programme with single inputs laid over it."""
    from stargauge import api

    return api.load(asked.programme, None, _settings(asked))


def _checked(asked: argparse.Namespace, programme: Any, charts: bool = False) -> Any:
    from stargauge import api

    return api.check(
        programme, as_of=asked.as_of, draws=asked.draws, seed=asked.seed, workers=asked.workers, values=values_of(asked), charts=charts,
        evidence=asked.evidence, progress=progress, given=asked.given, language=asked.spoken, resume=asked.resume,
    )  # fmt: skip


def check(asked: argparse.Namespace) -> int:
    """`stargauge check`."""
    from stargauge.report.terminal import render_check

    target = Path(asked.report) if asked.report else None
    if target is not None:
        expect_writable(target, "report")
        expect_pages()
    programme = loaded(asked)
    if _only_drafts(programme):
        return _drafts(asked, programme)
    workbook = _workbook(asked, programme)
    fails_if = _condition(asked.fail_if, programme.claims) if asked.fail_if else None
    answer = _checked(asked, programme, charts=target is not None)
    data = answer.to_dict(charts=target is not None)
    if target is not None:
        from stargauge.report.html import render_report

        write_whole(target, render_report(data))
    if workbook is not None:
        write_whole(Path(asked.xlsx), workbook)
        print(say("workbook: {file}", file=Path(asked.xlsx).resolve()), file=sys.stderr)
    if asked.json:
        print_json(data)
    else:
        write_answer(data, asked, render_check(data, style_of(asked), str(target.resolve()) if target else None, asked.all))
    if fails_if is None:
        return 0
    name, status = fails_if
    return int(any(r.status == status for v in answer.verdicts if name in ("", v.id) for r in v.readings))


def _only_drafts(programme: Any) -> bool:
    """Whether a file came from `stargauge draft` and has nothing to run yet."""
    return "drafts" in programme.model_fields_set and not programme.unsited and not any(site.phases for site in programme.sites.values())


def _drafts(asked: argparse.Namespace, programme: Any) -> int:
    """What a file of drafts holds, every reading of a confirmed claim read. Nothing is run, nothing judged."""
    from stargauge.report.accuracy.reading import render_drafts

    if asked.report or asked.xlsx or asked.fail_if:
        raise InputError(
            say("the file holds drafts and nothing to run: no report, workbook or condition; lay it over a programme (--scenario)")
        )
    data = {
        "programme": programme.name or Path(asked.programme).name, "claims": list(programme.claims),
        "drafts": [{"id": name, "speaker": one.speaker, "kind": one.kind, "quote": one.quote} for name, one in programme.drafts.items()],
    }  # fmt: skip
    _expect_readings(programme)
    if asked.json:
        print_json(data)
    else:
        sys.stdout.write(render_drafts(data, style_of(asked)))
    return 0


def _expect_readings(programme: Any) -> None:
    """Raise InputError with every reading, of a claim or a draft, that does not follow the claim language."""
    from stargauge.audit.claims.language import parse

    faults = list[Fault]()
    for section in ("claims", "drafts"):
        for name, one in getattr(programme, section).items():
            for reading, text in one.readings.items():
                try:
                    parse(text)
                except InputError as error:
                    faults += [Fault(fault.message, f"{section}.{name}.readings.{reading}") for fault in error.faults]
    if faults:
        raise InputError(faults)


def _workbook(asked: argparse.Namespace, programme: Any) -> bytes | None:
    """The workbook that was asked for, made before the answer, so that what is wrong with it is told at once."""
    wrong = [f"--{name}" for name, value in (("site", asked.site), ("nearest", asked.nearest), ("overlay", asked.overlay)) if value]
    if not asked.xlsx:
        if wrong or asked.case != "median":
            raise InputError(say("{wrong} says what is in a workbook; name its file: --xlsx FILE", wrong=", ".join(wrong) or "--case"))
        return None
    if asked.given:
        raise InputError(say("--given: a workbook holds one world, and no odds; leave one of --given and --xlsx out"))
    from stargauge import api
    from stargauge.report.workbook.book import expect_writer
    from stargauge.report.workbook.site import render_workbook

    expect_writable(Path(asked.xlsx), "workbook", ".xlsx")
    expect_writer()
    if asked.case != "median" and not asked.case.isdecimal():
        raise InputError(say('got --case "{case}"; expected median, or the number of a draw such as 17', case=asked.case))
    draw = None if asked.case == "median" else int(asked.case)
    overlays = {Path(name).stem: name for name in asked.overlay} or None
    data = api.workbook(
        programme, site=asked.site, draw=draw, nearest=asked.nearest, overlays=overlays,
        as_of=asked.as_of, draws=asked.draws, seed=asked.seed, workers=None if isinstance(asked.workers, str) else asked.workers,
        values=values_of(asked),
    )  # fmt: skip
    return render_workbook(data)


def _condition(text: str, claims: Iterable[str]) -> tuple[str, str]:
    """A condition as (claim or nothing, status): `site-underway: not met`, `not met`. Raises InputError before anything is run."""
    from stargauge.audit.claims.verdict import STATUSES

    said = re.sub(r":\s*", ": ", " ".join(text.split()))
    status = next((one for one in STATUSES if said == one or said.endswith(f": {one}")), "")
    name, _, given = (said.removesuffix(status).rstrip(": "), "", status) if status else said.rpartition(": ")
    faults = list[Fault]()
    if name and name not in claims:
        faults.append(Fault(say('--fail-if: there is no claim "{name}"{near}', name=name, near=did_you_mean(name, claims))))
    if not status:
        one_of = ", ".join(f'"{one}"' for one in STATUSES)
        faults.append(
            Fault(
                say(
                    '--fail-if: there is no status "{given}"{near} (one of {one_of})',
                    given=given,
                    near=did_you_mean(given, STATUSES),
                    one_of=one_of,
                )
            )
        )
    if faults:
        raise InputError(faults)
    return name, status


def audit(asked: argparse.Namespace) -> int:
    """`stargauge audit`."""
    from stargauge.api.programmes import claim_of
    from stargauge.report.listing import render_audit

    programme = loaded(asked)
    if asked.claim:
        claim_of(programme, asked.claim)
    data = _checked(asked, programme).to_dict()
    if asked.claim:
        data["claims"] = [claim for claim in data["claims"] if claim["id"] == asked.claim]
        if not data["claims"]:
            raise InputError(say('the claim "{claim}" had not been made by {as_of}', claim=asked.claim, as_of=data["as_of"]))
    if asked.json:
        print_json(data)
    else:
        write_answer(data, asked, render_audit(data, style_of(asked)))
    return 0


def odds(asked: argparse.Namespace) -> int:
    """`stargauge odds`."""
    from stargauge import api
    from stargauge.report.claims.odds import render_odds

    made = api.odds(
        loaded(asked), asked.claim, asked.start, asked.end, asked.every, draws=asked.draws, seed=asked.seed, values=values_of(asked),
        progress=_percent_done, language=asked.spoken,
    )  # fmt: skip
    data = made.to_dict()
    if asked.json:
        print_json(data)
    else:
        sys.stdout.write(render_odds(data, style_of(asked)))
    return 0


def _percent_done(done: int, every: int) -> None:
    written_over(say("{percent} % judged", percent=100 * done // every), done == every)


def simulate(asked: argparse.Namespace) -> int:
    """`stargauge simulate`."""
    from stargauge import api
    from stargauge.audit.series_data import table_of
    from stargauge.audit.summary import Days, spoken_names
    from stargauge.report.listing import render_simulation

    programme = loaded(asked)
    result = api.simulate(
        programme, quantities=asked.quantity or api.HEADLINES, draws=asked.draws, seed=asked.seed, as_of=asked.as_of, workers=asked.workers,
        values=values_of(asked), progress=progress, given=asked.given, resume=asked.resume,
    )  # fmt: skip
    if asked.save:
        print(say("saved: {file}", file=result.save(asked.save)), file=sys.stderr)
    if asked.json:
        print_json(result.to_dict())
    else:
        now = api.known(programme, asked.as_of, values_of(asked))
        table = table_of(result, Days.of(now).ahead, spoken_names(now, asked.spoken))
        write_answer(result.to_dict(), asked, render_simulation(table, style_of(asked)))
    return 0


def compare(asked: argparse.Namespace) -> int:
    """`stargauge compare`."""
    from stargauge import api
    from stargauge.report.why.comparison import render_comparison

    def progress(done: int, count: int) -> None:
        written_over(say("{done} of {count} causes", done=done, count=count), done == count)

    data = api.compare(
        asked.a, asked.b, draws=asked.draws, seed=asked.seed, workers=asked.workers, values=values_of(asked), progress=progress
    ).to_dict()
    for day in sorted({date.fromisoformat(data[side]["as_of"]) for side in ("a", "b")}):
        note_future(day)
    if asked.json:
        print_json(data)
    else:
        sys.stdout.write(render_comparison(data, style_of(asked)))
    return 0


def schedule(asked: argparse.Namespace) -> int:
    """`stargauge schedule`."""
    from stargauge import api
    from stargauge.report.sites.schedule import render_schedule

    data = api.schedule(
        loaded(asked), as_of=asked.as_of, draws=asked.draws, seed=asked.seed, workers=asked.workers, values=values_of(asked),
        progress=progress, given=asked.given,
    ).to_dict()  # fmt: skip
    if asked.json:
        print_json(data)
    else:
        write_answer(data, asked, render_schedule(data, style_of(asked)))
    return 0


def catalogue(asked: argparse.Namespace) -> int:
    """`stargauge catalogue`."""
    from stargauge import api
    from stargauge.catalogue.show import rows as shown_rows
    from stargauge.report.listing import render_catalogue, render_names

    values = api.catalogue(asked.catalogue)
    if asked.kind is None or (asked.names and asked.kind in values.kinds()):
        names = {kind: values.names(kind) for kind in values.kinds() if asked.kind in (None, kind)}
        if asked.json:
            print_json({kind: list(members) for kind, members in names.items()})
        else:
            title = say("The catalogue: {command}", command="stargauge catalogue KIND [NAME]")
            sys.stdout.write(render_names(title, names, style_of(asked)))
        return 0
    rows = [row._asdict() for row in shown_rows(values, asked.kind, asked.name)]
    if asked.json:
        print_json(rows)
    else:
        sys.stdout.write(render_catalogue(rows, style_of(asked)))
    return 0


def backtest(asked: argparse.Namespace) -> int:
    """`stargauge backtest`."""
    from stargauge import api
    from stargauge.report.accuracy.accuracy import render_backtest

    def progress(done: int, count: int) -> None:
        written_over(say("{done} of {count} programmes", done=done, count=count), done == count)

    names = asked.programme or None
    if asked.money:
        return _backtest_money(asked, names)
    data = api.backtest(
        names, draws=asked.draws, seed=asked.seed, as_of=asked.as_of, values=values_of(asked), folder=asked.write, progress=progress
    ).to_dict()
    if asked.json:
        print_json(data)
    else:
        sys.stdout.write(render_backtest(data, style_of(asked)))
    return 0


def _backtest_money(asked: argparse.Namespace, names: list[str] | None) -> int:
    from stargauge import api
    from stargauge.report.accuracy.accuracy import render_money_backtest

    if asked.write:
        raise InputError(say("--write keeps the scores of dates and odds; leave it out with --money (--json prints all cases)"))
    data = api.backtest_money(names, draws=asked.draws, seed=asked.seed, as_of=asked.as_of, values=values_of(asked)).to_dict()
    if asked.json:
        print_json(data)
    else:
        sys.stdout.write(render_money_backtest(data, style_of(asked)))
    return 0


def validate(asked: argparse.Namespace) -> int:
    """`stargauge validate`."""
    from stargauge import api
    from stargauge.report.accuracy.accuracy import render_build_validation, render_validation
    from stargauge.report.accuracy.goodput_validation import render_goodput_validation
    from stargauge.report.accuracy.pue import render_pue_validation
    from stargauge.report.accuracy.reading import render_reading
    from stargauge.report.accuracy.reference_cases import render_reference_cases
    from stargauge.report.accuracy.serving_validation import render_serving_validation
    from stargauge.report.accuracy.validated_training import render_training_validation

    data = api.validate(asked.kind, asked.file, values=values_of(asked)).to_dict()
    render = {
        "schedule": render_validation, "build": render_build_validation, "finance": render_reference_cases, "reading": render_reading,
        "pue": render_pue_validation, "training": render_training_validation, "inference": render_serving_validation,
        "goodput": render_goodput_validation,
    }[asked.kind]  # fmt: skip
    if asked.json:
        print_json(data)
    else:
        sys.stdout.write(render(data, style_of(asked)))
    return 0


def import_(asked: argparse.Namespace) -> int:
    """`stargauge import`."""
    from stargauge import api
    from stargauge.report.evidence.importing import render_import

    target = Path(asked.write) if asked.write else None
    if target is not None:
        expect_writable(target, "statements")
        if target.exists():
            raise InputError(say('"{target}" exists already; it was not touched: choose another name', target=target))
    made = api.import_statements(asked.kind, asked.source, asked.programme, vintage=asked.vintage)
    if target is not None and made.patch:
        write_whole(target, made.text)
    data = made.to_dict()
    if asked.json:
        print_json(data)
    else:
        sys.stdout.write(render_import(data, style_of(asked), str(target) if target else None))
    return 0


def new(asked: argparse.Namespace) -> int:
    """`stargauge new`."""
    from stargauge.programme.template import starter

    folder, name = Path(asked.name).parent, asked.name.rpartition("/")[2].strip()
    stem = name.removesuffix(".yaml").removesuffix(".yml").strip()
    text = starter(stem)
    path = folder / (name if name.endswith((".yaml", ".yml")) else f"{name}.yaml")
    if path.exists():
        raise InputError(say('"{path}" exists already; it was not touched', path=path))
    expect_writable(path, "programme")
    write_whole(path, text)
    print(f"Wrote {path}. Next: stargauge check {shlex.quote(str(path))}")
    return 0


def schema(asked: argparse.Namespace) -> int:
    """`stargauge schema`."""
    from stargauge.programme.load import json_schema

    print_json(json_schema())
    return 0
