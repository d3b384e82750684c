"""`stargauge explain`: why a number or a verdict is what it is, what changed it since a day, as text, JSON or a picture."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from stargauge.cli.commands import loaded, print_json, style_of, values_of, write_answer
from stargauge.cli.files import expect_new, write_whole
from stargauge.cli.progress import written_over
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say


def explain(asked: argparse.Namespace) -> int:
    """`stargauge explain`."""
    from stargauge import api

    if asked.list:
        return _list_quantities(asked)
    if not asked.address:
        raise InputError(
            say("expected an address, such as 'power_facility[operational]' (all quantities and inputs: stargauge explain --list)")
        )
    programme = loaded(asked)
    _expect_fitting(asked, api.is_claim(programme, asked.address))
    if asked.svg:
        for target in (Path(asked.svg), _narrow(Path(asked.svg))):
            expect_new(target, "picture", ".svg")
    if asked.since:
        return _changed(asked, programme)
    return _reading(asked, programme) if api.is_claim(programme, asked.address) else _number(asked, programme)


def _expect_fitting(asked: argparse.Namespace, claim: bool) -> None:
    faults = list[Fault]()
    if claim and asked.date:
        faults.append(Fault(say("--date: a reading is read at the time that it names; leave --date out, or ask for an address")))
    if asked.since and asked.svg:
        faults.append(
            Fault(say("--svg: there is a picture of what a number is made of, none of what changed it; leave --since or --svg out"))
        )
    if asked.since and asked.given:
        faults.append(Fault(say("--given: what changed since a day is told over all worlds; leave --since or --given out")))
    if faults:
        raise InputError(faults)


def _number(asked: argparse.Namespace, programme: Any) -> int:
    from stargauge import api
    from stargauge.audit.given import given_data
    from stargauge.audit.sources.explanation import explained
    from stargauge.report.why.explanation import render_explain

    values = values_of(asked)
    now = api.known(programme, asked.as_of, values)
    given = api.condition(asked.given, programme, now=now, draws=asked.draws, seed=asked.seed, workers=asked.workers)
    node = api.explain(
        asked.address, programme, when=asked.date, as_of=asked.as_of, draws=asked.draws, seed=asked.seed, values=values, given=given
    )
    data = explained(node, now, api.held_captures(programme, asked.evidence, now.as_of), asked.spoken) | given_data(given)
    _draw(asked, data)
    if asked.json:
        print_json(data)
    else:
        write_answer(data, asked, render_explain(data, style_of(asked), asked.sources, asked.depth))
    return 0


def _reading(asked: argparse.Namespace, programme: Any) -> int:
    from stargauge import api
    from stargauge.report.claims.reasons import render_reasons

    data = api.explain_reading(
        asked.address, programme, as_of=asked.as_of, draws=asked.draws, seed=asked.seed, workers=asked.workers, values=values_of(asked),
        evidence=asked.evidence, given=asked.given, language=asked.spoken,
    ).to_dict()  # fmt: skip
    if asked.svg and not data["compares"]:
        raise InputError(
            say("--svg: {address} compares no number that can be drawn: {answer}", address=asked.address, answer=data["reading"]["answer"])
        )
    if asked.svg:
        _draw(asked, data["compares"][0]["why"])
    if asked.json:
        print_json(data)
    else:
        write_answer(data, asked, render_reasons(data, style_of(asked), asked.sources, asked.depth))
    return 0


def _changed(asked: argparse.Namespace, programme: Any) -> int:
    from stargauge import api
    from stargauge.report.why.changed import render_changed

    data = api.what_changed(
        asked.address, asked.since, programme, when=asked.date, as_of=asked.as_of, draws=asked.draws, seed=asked.seed,
        workers=asked.workers, values=values_of(asked), progress=_percent_done, language=asked.spoken,
    ).to_dict()  # fmt: skip
    if asked.json:
        print_json(data)
    else:
        sys.stdout.write(render_changed(data, style_of(asked), asked.sources))
    return 0


def _draw(asked: argparse.Namespace, data: Any) -> None:
    """Write the picture that was asked for, wide and narrow, and say where."""
    if not asked.svg:
        return
    from stargauge.report.why.lineage_chart import lineage_svg

    wide = Path(asked.svg)
    narrow = _narrow(wide)
    write_whole(wide, lineage_svg(data))
    write_whole(narrow, lineage_svg(data, narrow=True))
    print(say("picture: {file}, for a phone {narrow}", file=wide.resolve(), narrow=narrow.name), file=sys.stderr)


def _narrow(wide: Path) -> Path:
    """The file of the picture for a phone."""
    return wide.with_name(f"{wide.stem}-narrow.svg")


def _percent_done(done: int, every: int) -> None:
    written_over(say("{percent} % left out and run again", percent=100 * done // every), done == every)


def _list_quantities(asked: argparse.Namespace) -> int:
    from stargauge.engine.simulate import model_graph
    from stargauge.report.listing import quantity_rows, render_quantities

    rows = quantity_rows(model_graph().quantities)
    if asked.json:
        print_json(rows)
    else:
        sys.stdout.write(render_quantities(rows, style_of(asked)))
    return 0
