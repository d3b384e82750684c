"""The commands and their arguments. Nothing heavy is imported here: `stargauge --help` must come at once."""

from __future__ import annotations

from stargauge import __version__
from stargauge.cli.arguments import claims, evidence, files, machines, sites
from stargauge.cli.arguments.parser import AsWritten, Parser
from stargauge.quantity.spoken import say

#: What adds each command, in the order of the help.
COMMANDS = (
    claims.check, claims.audit, claims.odds, claims.drivers, claims.together, claims.needs, claims.definitions, claims.sources,
    claims.export, sites.schedule, sites.jobs, sites.finance, machines.compute, sites.facility, sites.money, sites.hours, machines.train,
    machines.goodput, sites.system, sites.power, sites.plan, claims.simulate, claims.sweep, claims.compare, claims.sensitivity, sites.cost,
    claims.explain, files.catalogue, files.backtest, files.validate, files.draft, machines.calibrate, machines.infer, files.import_,
    evidence.evidence, files.serve, files.new, files.schema, files.doctor, files.completion,
)  # fmt: skip


def parser() -> Parser:
    """The whole command line, in the language that is spoken."""
    top = Parser(
        prog="stargauge", formatter_class=AsWritten, epilog=_examples(),
        description=say("Put an AI mega-project to the test: from dollars to megawatts to chips to jobs."),
    )  # fmt: skip
    top.add_argument("--version", action="version", version=f"stargauge {__version__}", help=say("show program's version number and exit"))
    commands = top.add_commands("command")
    for command in COMMANDS:
        command(commands)
    return top


def _examples() -> str:
    return say(
        """examples:
  stargauge check                                the dispute of January 2025
  stargauge check mine.yaml --report mine.html   your own, with a report
  stargauge explain 'power_facility[operational, abilene]' --date 2026-09-24
  stargauge compare stargate@2025-01-22 @2026-09-30
  stargauge simulate --quantity jobs_direct --draws 10000 --json
exit codes: 0 answered, 1 answered and --fail-if holds (power: its supply does
            not pass its test; plan: it does not keep its promise), 2 input at
            fault (plan: there is none), 3 our fault"""
    )
