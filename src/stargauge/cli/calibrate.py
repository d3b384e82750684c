"""`stargauge calibrate`: a GPU by small kernels, or the slip of plans by its records."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from stargauge.cli.commands import print_json, style_of, values_of
from stargauge.cli.files import expect_new, write_whole
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say

if TYPE_CHECKING:
    from stargauge.measure.points import Step

KINDS = ("gpu", "schedule")
#: Options of one kind alone, with what they are where not given.
_OWN = {
    "gpu": (("out", None), ("quick", False), ("seed", None), ("gpu", None), ("show", None)),
    "schedule": (("as_of", None), ("write", None)),
}


def calibrate(asked: argparse.Namespace) -> int:
    """`stargauge calibrate`."""
    if faults := list(_faults(asked)):
        raise InputError(faults)
    return _schedule(asked) if asked.what == "schedule" else _gpu(asked)


def _faults(asked: argparse.Namespace) -> Iterator[Fault]:
    if asked.what not in KINDS:
        yield Fault(
            say(
                'no calibration "{what}"{near} (one of {kinds})',
                what=asked.what,
                near=did_you_mean(asked.what, KINDS),
                kinds=", ".join(KINDS),
            )
        )
        return
    other = KINDS[1 - KINDS.index(asked.what)]
    for name, unset in _OWN[other]:
        if getattr(asked, name) != unset:
            yield Fault(
                say("that is for `stargauge calibrate {other}`; got it with `{what}`", other=other, what=asked.what),
                f"--{name.replace('_', '-')}",
            )
    if asked.what == "gpu" and asked.show is not None:
        for name, unset in _OWN["gpu"]:
            if name != "show" and getattr(asked, name) != unset:
                yield Fault(say("with --show nothing is run; leave it out"), f"--{name}")
    elif asked.what == "gpu" and asked.out is not None:
        try:
            expect_new(Path(asked.out), "measurement", ".csv")
        except InputError as error:
            yield from error.faults


def _gpu(asked: argparse.Namespace) -> int:
    from stargauge import api
    from stargauge.quantity.spoken import say
    from stargauge.report.compute.gpu import render_gpu

    values = values_of(asked)
    if asked.show is not None:
        made = api.gpu_curve(asked.show, values=values)
    else:
        made = api.calibrate_gpu(quick=asked.quick, seed=asked.seed or 0, index=asked.gpu or 0, values=values, progress=_stepped)
    if asked.out is not None:
        write_whole(Path(asked.out), made.text)
    data = made.to_dict()
    if asked.json:
        print_json(data)
    else:
        sys.stdout.write(render_gpu(data, style_of(asked), asked.out or (asked.show and say("of {what}, as kept", what=asked.show))))
    return 0


def _stepped(step: Step) -> None:
    """How far it is, on one line of standard error; where that is no terminal, a line now and then."""
    point = step.point
    told = f"{step.done} of {step.whole} kernels: {' '.join(part for part in (point.operation, point.variant, point.dtype) if part)}"
    if sys.stderr.isatty():
        print(f"\r{told:<60}", end="\n" if step.done == step.whole else "", file=sys.stderr, flush=True)
    elif step.done % 50 == 0 or step.done == step.whole:
        print(told, file=sys.stderr, flush=True)


def _schedule(asked: argparse.Namespace) -> int:
    from stargauge import api
    from stargauge.report.accuracy.accuracy import render_calibration

    data = api.calibrate(asked.as_of, values=values_of(asked), folder=asked.write).to_dict()
    if asked.json:
        print_json(data)
    else:
        sys.stdout.write(render_calibration(data, style_of(asked)))
    return 0
