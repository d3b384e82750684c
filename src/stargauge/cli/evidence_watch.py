"""`stargauge evidence watch | history | stated | amplification`: is it still there, what happened to it, who shared it."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from contextlib import ExitStack
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stargauge.quantity.spoken import say

if TYPE_CHECKING:
    from stargauge.evidence.observe.alerts import Channel
    from stargauge.evidence.observe.outcomes import StatedBy
    from stargauge.evidence.observe.probes import Probe
    from stargauge.evidence.observe.watch import Watch

METHODS = ("web", "browser", "mastodon", "bluesky")
#: By whom, as states know it.
STATED: dict[str, StatedBy] = {"author": "author", "platform": "platform", "legal-notice": "legal_notice", "others": ""}
#: Seconds for which a round waits for others to have written.
PATIENCE = 20.0


def watch_(asked: argparse.Namespace) -> int:
    """`stargauge evidence watch`."""
    from stargauge.cli.evidence import EXTRAS, opened
    from stargauge.evidence.observe.pace import read_interval
    from stargauge.evidence.observe.targets import expect_targets, read_targets
    from stargauge.evidence.observe.watch import Watch
    from stargauge.evidence.turn import in_turn
    from stargauge.evidence.workspace import Workspace
    from stargauge.quantity.errors import InputError

    for name in EXTRAS:  # told now, and not as a host that gives no answer
        if find_spec(name) is None:
            raise ModuleNotFoundError(f"no {name}", name=name)
    every = read_interval(asked.every) if asked.every else None
    listed = read_targets(Path(asked.targets)) if asked.targets else []
    targets = [*listed, *(one for one in expect_targets(asked.what) if one.url not in {other.url for other in listed})]
    if not targets:
        raise InputError(say("expected a target, such as https://news.example/article, or --targets FILE"))
    with ExitStack() as open_now:
        in_turn(lambda: opened(asked, write=True), PATIENCE).close()  # what is at fault with it is told before anything is asked
        others = [open_now.enter_context(Workspace.open(folder, write=False)) for folder in asked.also]
        probes = _probes(asked, [one.url for one in targets])
        made = Watch(
            lambda: in_turn(lambda: opened(asked, write=True), PATIENCE),
            targets,
            probes,
            _channels(asked),
            max(asked.pause, 0.0),
            others,
            _say,
        )
        _until_stopped(made)
        try:
            if every is None:
                _show(asked, made.round())
            else:
                made.on_round = lambda result: _show(asked, result, line=True)
                made.run(every)
        finally:
            lost = made.close()
    if lost:
        _say(
            say(
                "{number} alert could not be delivered; the changes are in the log" if lost == 1
                else "{number} alerts could not be delivered; the changes are in the log", number=lost,
            )
        )  # fmt: skip
    return 0


def _probes(asked: argparse.Namespace, urls: list[str]) -> list[Probe]:
    """The ways of looking asked for. Raises InputError where one suits none of the targets, or a target none of them."""
    from stargauge.evidence.observe.probes import platform, web
    from stargauge.quantity.errors import Fault, InputError

    chosen = list(dict.fromkeys(asked.method or [method for method in ("web", "bluesky") if _wanted(method, urls)]))
    options: dict[str, Any] = {"vantage": asked.network, "allow_private": asked.allow_private, "seconds": asked.seconds, "apart": True}
    made = [web(**options) if method == "web" else platform(method, **options) for method in chosen]
    faults = [
        Fault(say("{url} cannot be asked by {chosen}", url=url, chosen=say(" or ", "fault").join(chosen)))
        for url in urls
        if not any(one.suits(url) for one in made)
    ]
    faults += [
        Fault(say("{method} suits none of the targets", method=one.method)) for one in made if not any(one.suits(url) for url in urls)
    ]
    if faults:
        raise InputError(faults)
    return made


def _wanted(method: str, urls: list[str]) -> bool:
    return any(url.startswith("at:") == (method == "bluesky") for url in urls)


def _channels(asked: argparse.Namespace) -> list[Channel]:
    from stargauge.evidence.observe.alerts import AlertFile, Terminal, Webhook

    made: list[Channel] = [Terminal(_say)] if asked.every else []
    if asked.alert_file:
        made.append(AlertFile(Path(asked.alert_file), _say))
    if asked.webhook:
        made.append(Webhook(asked.webhook, _say))
    return made


def _until_stopped(made: Watch) -> None:
    """A signal to end lets the check at hand end, and is kept."""

    def stop(number: int, frame: Any) -> None:
        made.stop.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)


def _say(text: str) -> None:
    from stargauge.report.evidence.evidence import harmless

    print(harmless(text), file=sys.stderr, flush=True)


def _show(asked: argparse.Namespace, result: Any, line: bool = False) -> None:
    """A round; on a schedule as one line of JSON."""
    from stargauge.cli.commands import print_json, style_of
    from stargauge.evidence.observe.answers import round_data
    from stargauge.report.evidence.observation import render_round

    data = round_data(result)
    if not _as_json(asked):
        sys.stdout.write(render_round(data, style_of(asked), asked.spoken))
    elif line:
        sys.stdout.write(json.dumps(data, allow_nan=False) + "\n")
    else:
        print_json(data)
    sys.stdout.flush()


def _as_json(asked: argparse.Namespace) -> bool:
    return bool(asked.json)


def history_(asked: argparse.Namespace) -> int:
    """`stargauge evidence history`."""
    from stargauge.cli.commands import print_json, style_of
    from stargauge.cli.evidence import opened
    from stargauge.evidence.observe.answers import history_data
    from stargauge.evidence.observe.records import history
    from stargauge.evidence.workspace import Workspace
    from stargauge.quantity.errors import InputError, did_you_mean
    from stargauge.report.evidence.observation import render_history

    with ExitStack() as open_now:
        archive = open_now.enter_context(opened(asked))
        others = [open_now.enter_context(Workspace.open(folder, write=False)) for folder in asked.also]
        made = history(archive, asked.target, others)
        if not made.entries and not made.observations:
            known = dict.fromkeys(entry.target for entry in archive.entries())
            raise InputError(say("nothing is kept about {target}{near}", target=asked.target, near=did_you_mean(asked.target, known)))
        data = history_data(made)
    if _as_json(asked):
        print_json(data)
    else:
        sys.stdout.write(render_history(data, style_of(asked), asked.spoken))
    return 0


def stated_(asked: argparse.Namespace) -> int:
    """`stargauge evidence stated`."""
    from stargauge.cli.commands import print_json
    from stargauge.cli.evidence import opened
    from stargauge.evidence.observe.records import history, statement_about

    with opened(asked, write=True) as archive:
        entry = archive.add("observation", asked.target, statement_about(STATED[asked.by], asked.says, asked.source))
        made = history(archive, asked.target)
    if _as_json(asked):
        print_json({"id": entry.id, "target": asked.target, "state": made.standing.state, "line": made.line()})
    else:
        sys.stdout.write(say("{id} kept\n", id=entry.id))
    return 0


def amplification_(asked: argparse.Namespace) -> int:
    """`stargauge evidence amplification`."""
    from stargauge.cli.commands import print_json, style_of
    from stargauge.cli.evidence import opened
    from stargauge.evidence.observe.amplification import amplification, captured
    from stargauge.report.evidence.observation import render_amplification

    start, end = _day(asked.start), _day(asked.end)
    with opened(asked) as archive:
        data = amplification(captured(archive), asked.about, asked.link, start, end)
    if _as_json(asked):
        print_json(data)
    else:
        sys.stdout.write(render_amplification(data, style_of(asked)))
    return 0


def _day(text: str | None) -> date | None:
    from stargauge.quantity.errors import InputError

    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InputError(say('got "{text}"; expected a day such as 2025-01-22', text=text)) from None
