"""`stargauge plan`: what would work, and what it costs to insist on the announcement."""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from dataclasses import replace
from pathlib import Path

from stargauge.cli.arguments.sites import PLAN_LIMITS
from stargauge.cli.commands import loaded, print_json, style_of, values_of
from stargauge.cli.extras import expect_pages
from stargauge.cli.files import expect_new, expect_writable, write_whole
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say

#: What is handed on as it is asked.
_AS_ASKED = (
    "target", "claim", "probability", "goal", *PLAN_LIMITS, "means", "carbon_price", "start_from", "worlds", "as_of", "draws", "seed",
)  # fmt: skip


def plan(asked: argparse.Namespace) -> int:
    """`stargauge plan`: 1 where the plan does not keep its promise on draws that it has not seen, 2 where there is no plan."""
    report, saved = (Path(name) if name else None for name in (asked.report, asked.save))
    _expect(asked, report, saved)
    from stargauge import api
    from stargauge.report.plan.plan import render_plan

    programme = loaded(asked)
    try:
        made = api.plan(
            programme, **{name: getattr(asked, name) for name in _AS_ASKED}, powers=_listed(asked.powers), chips=_listed(asked.chips),
            further=not asked.no_further, values=values_of(asked), told=_Told(),
        )  # fmt: skip
    except InputError as error:
        raise InputError([_as_option(fault) for fault in error.faults]) from None
    data = made.to_dict()
    if saved is not None and made.overlay is not None:
        write_whole(saved, made.text(_command(asked)))
        print(say("saved: {file}", file=saved.resolve()), file=sys.stderr)
    if report is not None:
        from stargauge.report.plan.plan_page import plan_html

        write_whole(report, plan_html(data, asked.spoken))
    if asked.json:
        print_json(data)
    else:
        sys.stdout.write(render_plan(data, style_of(asked), str(report.resolve()) if report else None, asked.save))
    return 2 if data["status"] == "impossible" else int(not made.kept)


class _Told:
    """A line of progress on a terminal, once an answer takes more than a second."""

    def __init__(self) -> None:
        self.since, self.shown = time.monotonic(), 0

    def __call__(self, text: str) -> None:
        """What is being done; an empty text ends the line."""
        if not sys.stderr.isatty() or (time.monotonic() - self.since < 1.0 and not self.shown):
            return
        print(f"\r{text:<{self.shown}}", end="" if text else "\r", file=sys.stderr, flush=True)
        self.shown = len(text)


def _command(asked: argparse.Namespace) -> str:
    """The command that makes the plan again, without what only says how it is shown."""
    parts = ["stargauge", "plan", str(asked.programme)]
    plain = {
        "target": "--target", "claim": "--claim", "probability": "--with-probability", "goal": "--goal", "means": "--means",
        "carbon_price": "--carbon-price", "powers": "--powers", "chips": "--chips", "start_from": "--start-from", "worlds": "--worlds",
        "draws": "--draws", "seed": "--seed", "scenario": "--scenario", "set": "--set", "catalogue": "--catalogue", "as_of": "--as-of",
        **{name: f"--{name}" for name in PLAN_LIMITS},
    }  # fmt: skip
    usual = {"goal": "cost", "worlds": 50, "draws": 1024, "seed": 0}
    for name, option in plain.items():
        given = getattr(asked, name)
        for one in given if isinstance(given, list) else [given]:
            if one is not None and one != usual.get(name):
                parts += [option, str(one)]
    return shlex.join([*parts, *(["--no-further"] if asked.no_further else [])])


# --- what is asked ----------------------------------------------------------------------------------------------------------------


def _expect(asked: argparse.Namespace, report: Path | None, saved: Path | None) -> None:
    """Raise InputError with everything that is asked wrong, before any of the work is done."""
    if report is not None:
        expect_writable(report, "report")
        expect_pages()
    if saved is not None:
        (expect_writable if asked.force else expect_new)(saved, "plan", ".yaml")
    elif asked.force:
        raise InputError(say("--force writes over a file: name it with --save FILE"))


def _as_option(fault: Fault) -> Fault:
    """A fault of what is asked by the name of its option; one of a file as it is."""
    name = {"probability": "with-probability"}.get(fault.path, fault.path).replace("_", "-")
    return replace(fault, path=f"--{name}") if fault.path and not fault.file and name.isascii() and "." not in name else fault


def _listed(text: str | None) -> list[str] | None:
    return None if text is None else [part.strip() for part in text.split(",") if part.strip()]
