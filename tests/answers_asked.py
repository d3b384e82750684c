"""Questions whose answers, together, show every part that an answer can have: of each command with `--json`, of each shipped programme.

Each is what is typed after `stargauge`, or an address, under the name of the answer's schema. `python -m tests.answers_asked DIR` asks them
all and keeps the answers, for `tests/answer_schemas.py`; it takes half an hour.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path
from urllib.request import urlopen

from tests.programme_files import SMALL

from stargauge import api
from stargauge.cli.main import parser

#: As few draws as can be, on a day that does not move.
DRAWS, DAY, EARLY = "256", "2026-11-22", "2025-06-01"
#: What is asked of every shipped programme, by the answer; `SITE` is its first one.
OF_EACH: dict[str, tuple[str, ...]] = {
    "check": ("check {p}", "audit {p}"),
    "odds": ("odds {p} --every quarter --from 2026-07-01",),
    "drivers": ("drivers {p}", "drivers {p} --address power_it[operational]"),
    "together": ("together {p}",),
    "needs": ("needs {p}",),
    "definitions": ("definitions {p}",),
    "sources": ("sources {p}",),
    "schedule": ("schedule {p}",),
    "jobs": ("jobs {p}",),
    "finance": ("finance {p}",),
    "compute": ("compute {p}",),
    "facility": ("facility {s} --programme {p}",),
        "hours": ("hours {s} --programme {p}",),
    "simulate": ("simulate {p}",),
    "cost": ("cost {p}",),
    "sensitivity": ("sensitivity power_it[operational] {p} --inputs overrun_factor",),
    "explain": ("explain power_facility[operational] --programme {p}", "explain capex --programme {p}",
                "explain jobs_direct --programme {p}"),
    "changed": ("explain power_it[operational] --since 2026-01-01 --programme {p}",),
    "power": ("power {s} --programme {p} --load 100MW --sources gas-turbine,grid --no-mixes",),
}  # fmt: skip
#: What shows the parts that only some questions have: the answer, and what is typed after `stargauge`.
FURTHER = (Path(__file__).parent / "data" / "answers_asked.txt").read_text(encoding="utf-8").splitlines()
#: What only an address answers, of each shipped programme or of none.
ADDRESSES: dict[str, tuple[str, ...]] = {
    "programmes": ("/api/programmes",), "programme": ("/api/programmes/{p}",), "accuracy": ("/api/accuracy",),
    "brief": ("/api/programmes/{p}/brief?{q}",), "sites": ("/api/programmes/{p}/sites?{q}",),
    "site": ("/api/programmes/{p}/sites/{s}?{q}",), "sources-and-uses": ("/api/programmes/{p}/sources-and-uses?{q}",),
    "what-if": ("/api/programmes/{p}/what-if?set=overrun_factor=1.3&{q}", "/api/programmes/{p}/what-if?{q}"),
}  # fmt: skip
#: Answers that take long, each of them minutes; asked for where what takes minutes runs.
LONG = ("plan", "power", "sources", "needs", "odds", "changed", "backtest-money", "backtest", "cost", "compare", "system")


@cache
def _options(command: str) -> frozenset[str]:
    """The options that a command has."""
    commands = next(one for one in parser()._actions if isinstance(one, argparse._SubParsersAction)).choices
    return frozenset(option for action in commands[command]._actions for option in action.option_strings)


def quick(asked: Sequence[str]) -> list[str]:
    """A question with few draws, on one day, in one process, answered as JSON."""
    options, made = _options(asked[0]), list(asked)
    for option, value in (("--draws", DRAWS), ("--as-of", DAY), ("--workers", "1")):
        if option in options and option not in made and not (option == "--as-of" and asked[0] == "calibrate"):
            made += [option, value]
    return [*made, "--json"]


def of_each() -> Iterator[tuple[str, str, list[str]]]:
    """What is asked of every shipped programme: the answer, the programme, the question."""
    for name in api.shipped():
        site = next(iter(api.load(name).sites))
        for answer, texts in OF_EACH.items():
            for text in texts:
                yield answer, name, quick(text.format(p=name, s=site).split())


def further() -> Iterator[tuple[str, list[str]]]:
    """The other questions; `small.yaml` is `tests.programme_files.SMALL` in the folder where it is asked."""
    return ((answer, quick(shlex.split(asked))) for answer, _, asked in (line.partition(": ") for line in FURTHER))


def addresses() -> Iterator[tuple[str, str]]:
    """The addresses whose answers no command prints; of money, where a programme has commitments.

    `small` is asked as known early, when next to nothing is there.
    """
    for answer, paths in ADDRESSES.items():
        for path in paths:
            if "{p}" in path:
                yield answer, path.format(p="small", s="north", q=f"draws={DRAWS}&as_of={EARLY}")
            for name in api.shipped() if "{p}" in path else ("",):
                if answer == "sources-and-uses" and not any(party.commitments for party in api.load(name).parties.values()):
                    continue
                sites = list(api.load(name).sites) if "{s}" in path else [""]
                yield from ((answer, path.format(p=name, s=site, q=f"draws={DRAWS}&as_of={DAY}")) for site in sites)


def main(folder: Path) -> None:
    """Ask everything and keep the answers in a folder; what is kept is not asked again."""
    from tests.answer_schemas import keep
    from tests.web_server import serving

    from stargauge.cli.main import main as run

    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    had = {tuple(json.loads(path.read_text(encoding="utf-8"))["asked"]) for path in folder.glob("*.json")}
    os.chdir(folder)
    (folder / "small.yaml").write_text(SMALL, encoding="utf-8")
    for asked in [*(one for _, one in further()), *(one for _, _, one in of_each())]:
        if tuple(asked) not in had:
            printed = io.StringIO()
            with redirect_stdout(printed):
                code = run(asked)
            if printed.getvalue().startswith(("{", "[")):
                keep(folder, asked, json.loads(printed.getvalue()))
            print(code, *asked, file=sys.stderr)
    with serving(folder, at_once=1e9) as home:
        for answer, path in addresses():
            with urlopen(home + path) as got:
                keep(folder, [path], json.load(got), answer)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
