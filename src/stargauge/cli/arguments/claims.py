"""Arguments of the commands that put claims to the test, run the model and compare what it says."""

from __future__ import annotations

from stargauge.cli.arguments.parser import AsWritten, Commands, Parser
from stargauge.cli.arguments.run import (
    change_options,
    count,
    day,
    draw_options,
    evidence_folder,
    levels,
    output_options,
    programme,
    run_options,
    spoken,
    workers,
)
from stargauge.quantity.spoken import say


def check(commands: Commands) -> None:
    """`stargauge check`."""
    made = commands.add_parser("check", help=say("the answer: headline, claims with verdicts, capacity, money and jobs"))
    programme(made, True)
    run_options(made, elsewhere=True)
    output_options(made)
    spoken(made)
    evidence_folder(made)
    made.add_argument("--report", metavar=say("FILE"), help=say("also write one self-contained HTML report"))
    _workbook(made)
    made.add_argument("--all", action="store_true", help=say("show every claim with every reading"))
    made.add_argument(
        "--fail-if", metavar=say("CONDITION"), help=say("exit 1 where a claim has this status, e.g. 'not met' or 'site-underway: not met'")
    )


def _workbook(parser: Parser) -> None:
    parser.add_argument("--xlsx", metavar=say("FILE"), help=say("also write the project finance as a workbook with live formulas"))
    parser.add_argument("--site", metavar=say("SITE"), help=say("one site alone in the workbook (default: the whole programme)"))
    parser.add_argument(
        "--case", metavar=say("CASE"), default="median", help=say("its world: median (every input), or the number of a draw")
    )
    parser.add_argument(
        "--nearest", metavar=say("ADDRESS"), help=say("its world: the draw nearest the median of this, e.g. 'npv[equipment, abilene]'")
    )
    parser.add_argument(
        "--overlay",
        action="append",
        default=[],
        metavar=say("SCENARIO"),
        help=say("a scenario beside the base in the workbook (repeatable; default: those of the programme)"),
    )


def audit(commands: Commands) -> None:
    """`stargauge audit`."""
    made = commands.add_parser("audit", help=say("every claim, every reading: odds, margin, drivers, record"))
    programme(made, True)
    run_options(made, elsewhere=True)
    output_options(made)
    spoken(made)
    made.add_argument("--claim", metavar="ID", help=say("one claim only"))
    evidence_folder(made)


def odds(commands: Commands) -> None:
    """`stargauge odds`."""
    made = commands.add_parser("odds", help=say("a claim's odds over time, and the statements that moved them"))
    programme(made, True)
    made.add_argument("--claim", metavar=say("ID[/READING]"), help=say("one claim, or one of its readings (default: a table of all)"))
    made.add_argument(
        "--from", dest="start", metavar=say("DATE"), help=say("first day after that of the claim (default: the day of the claim)")
    )
    made.add_argument("--to", dest="end", metavar=say("DATE"), help=say("last day (default: today)"))
    made.add_argument("--every", default="month", metavar=say("STEP"), help=say("month, quarter or a number of days (default: month)"))
    change_options(made)
    draw_options(made)
    output_options(made)
    spoken(made)


def drivers(commands: Commands) -> None:
    """`stargauge drivers`."""
    made = commands.add_parser("drivers", help=say("which inputs move a claim's odds or a number, with intervals, groups and pairs"))
    programme(made, True)
    made.add_argument("--claim", metavar=say("ID[/READING]"), help=say("one claim, or one of its readings (default: a table of all)"))
    made.add_argument("--address", metavar=say("ADDRESS"), help=say("one number, e.g. 'power_facility[operational, abilene]'"))
    made.add_argument("--date", metavar=say("DATE"), help=say("the month an address is read at (default: two years ahead, at year's end)"))
    made.add_argument("--all", action="store_true", help=say("show every input that stands out"))
    run_options(made)
    output_options(made)
    spoken(made)


def together(commands: Commands) -> None:
    """`stargauge together`."""
    made = commands.add_parser("together", help=say("which claims can hold together: pairs, conflicts, the largest sets"))
    programme(made, True)
    made.add_argument(
        "--claim",
        action="append",
        default=[],
        metavar=say("ID[/READING]"),
        help=say("only these (repeatable; one reading: it with every other)"),
    )
    run_options(made)
    output_options(made)
    spoken(made)
    made.add_argument("--svg", metavar=say("FILE"), help=say("also write a picture: a matrix of all pairs"))
    made.add_argument("--narrow", action="store_true", help=say("the picture for a narrow page (390 pixels)"))


def needs(commands: Commands) -> None:
    """`stargauge needs`."""
    made = commands.add_parser("needs", help=say("what would have to be true for a claim to hold, and the single change that asks least"))
    programme(made, True)
    made.add_argument("--claim", metavar=say("ID[/READING]"), help=say("one claim, or one of its readings (default: a table of all)"))
    run_options(made, 4096)
    output_options(made)
    spoken(made)


def definitions(commands: Commands) -> None:
    """`stargauge definitions`."""
    made = commands.add_parser("definitions", help=say("under which definitions of its words a claim holds, and which word decides"))
    programme(made, True)
    made.add_argument("--claim", metavar="ID", help=say("one claim with every definition (default: a line for each claim)"))
    made.add_argument("--all", action="store_true", help=say("every definition of the claim (default: the first of them)"))
    run_options(made)
    output_options(made)
    spoken(made)


def sources(commands: Commands) -> None:
    """`stargauge sources`."""
    made = commands.add_parser("sources", help=say("which verdicts hang on one source: each left out in turn"))
    programme(made, True)
    made.add_argument("--claim", metavar=say("ID[/READING]"), help=say("one claim, or one of its readings, with what it rests on"))
    made.add_argument("--all", action="store_true", help=say("every source and every verdict (default: the first of them)"))
    run_options(made)
    output_options(made)
    spoken(made)


def export(commands: Commands) -> None:
    """`stargauge export`."""
    made = commands.add_parser("export", help=say("claims for publication: ClaimReview JSON-LD, CSV, Markdown; in English or German"))
    made.add_argument("form", metavar=say("FORM"), help=say("claimreview, csv or markdown"))
    programme(made, True)
    run_options(made)
    evidence_folder(made)
    made.add_argument("--claim", metavar="ID", help=say("one claim only (claimreview: one per page)"))
    made.add_argument("--language", default="en", metavar=say("LANG"), help=say("en or de (default: en)"))
    made.add_argument("--output", metavar=say("FILE"), help=say("write it to a new file (default: standard output)"))
    made.add_argument("--publisher", default="", metavar="NAME", help=say("claimreview: who publishes the review"))
    made.add_argument("--url", default="", metavar="URL", help=say("claimreview: the page on which the review stands"))
    made.add_argument("--publisher-url", default="", metavar="URL", help=say("claimreview: the address of whoever publishes it"))
    made.add_argument("--proof", default="", metavar="URL", help=say("claimreview: where the bundle of its evidence is"))
    made.add_argument("--open", dest="forecasts", action="store_true", help=say("claimreview: also claims that are still open"))


def simulate(commands: Commands) -> None:
    """`stargauge simulate`."""
    made = commands.add_parser("simulate", help=say("what follows, month by month, with uncertainty"))
    programme(made, True)
    run_options(made, elsewhere=True)
    output_options(made)
    spoken(made)
    made.add_argument(
        "--quantity", action="append", metavar=say("ADDRESS"), help=say("what to compute (repeatable; default: the headlines)")
    )
    made.add_argument("--save", metavar=say("DIR"), help=say("write summary.json and the draws to a folder"))


def sweep(commands: Commands) -> None:
    """`stargauge sweep`."""
    made = commands.add_parser(
        "sweep", help=say("a table over scenarios and knowledge dates: quantities with P10 to P90, claims with odds")
    )
    programme(made, True)
    made.add_argument(
        "--scenario", action="append", default=[], metavar=say("NAME|FILE"),
        help=say("a scenario, or a partial programme file (repeatable; '' is the programme as it stands, the default)"),
    )  # fmt: skip
    made.add_argument(
        "--set",
        action="append",
        default=[],
        metavar=say("INPUT=VALUE"),
        help=say("change one input in every run, or pin a choice (repeatable)"),
    )
    made.add_argument(
        "--as-of", dest="days", metavar=say("DATES"), help=say("a knowledge date, or a span: 2025-01..2026-11 (default: today)")
    )
    made.add_argument(
        "--every", default="quarter", metavar=say("STEP"), help=say("days of a span: month, quarter (default), 3months, or so many days")
    )
    made.add_argument(
        "--quantity", action="append", default=[], metavar=say("ADDRESS"), help=say("a number (repeatable; default: the headlines)")
    )
    made.add_argument(
        "--claim", action="append", default=[], metavar=say("ID[/READING]"), help=say("a claim, or one of its readings (repeatable)")
    )
    made.add_argument("--date", type=day, metavar=say("DATE"), help=say("the month that numbers are read at (default: two years ahead)"))
    draw_options(made)
    workers(made, elsewhere=True)
    made.add_argument("--csv", metavar=say("FILE"), help=say("also write the table as CSV"))
    output_options(made)
    spoken(made)


def compare(commands: Commands) -> None:
    """`stargauge compare`."""
    made = commands.add_parser(
        "compare", help=say("two programmes, scenarios or knowledge dates: what differs, and why"), epilog=_sides(),
        formatter_class=AsWritten,
    )  # fmt: skip
    made.add_argument("a", metavar="A", help=say("PROGRAMME[@DATE][+SCENARIO or +INPUT=VALUE]..."))
    made.add_argument("b", metavar="B", help=say("the same; without PROGRAMME: A with this date, or with more laid over it"))
    draw_options(made)
    made.add_argument("--workers", type=count, metavar="N", help=say("processes; same bits (default: every core, at most four)"))
    output_options(made)
    spoken(made)


def _sides() -> str:
    return say(
        """a side: PROGRAMME   a shipped name, a file or a folder
        @DATE       use only what was published by that day (else: today)
        +NAME       a scenario of the programme laid over it (repeatable)
        +FILE       a partial programme file laid over it (repeatable)
        +INPUT=VALUE  one input changed (repeatable)
examples:
  stargauge compare stargate@2025-01-22 @2026-09-30   what became known
  stargauge compare stargate +dear-power              a scenario
  stargauge compare stargate +overrun_factor=1        one input
  stargauge compare stargate xai-colossus-1           two programmes"""
    )


def sensitivity(commands: Commands) -> None:
    """`stargauge sensitivity`."""
    made = commands.add_parser("sensitivity", help=say("what moves a number: each input at its P10 and P90, a table over two inputs"))
    made.add_argument("address", metavar=say("ADDRESS"), help=say("e.g. 'lcoc[gb200-nvl72, abilene]' or 'power_facility[operational]'"))
    programme(made, True)
    run_options(made)
    output_options(made)
    spoken(made)
    made.add_argument(
        "--date", type=day, metavar=say("DATE"), help=say("the month it is read at (default: two years ahead, at year's end)")
    )
    made.add_argument(
        "--inputs", action="append", metavar="A,B,...", help=say("only these; INPUT=LOW..HIGH as if one were that uncertain (repeatable)")
    )
    made.add_argument(
        "--two-way",
        nargs=2,
        metavar=say("INPUT=V,V,..."),
        help=say("a table over two inputs, values as in --set or 'drawn' (as it is drawn)"),
    )
    made.add_argument("--variance", action="store_true", help=say("also whose uncertainty makes its variance: Sobol indices"))
    made.add_argument(
        "--all",
        action="store_true",
        help=say("every input that moves it (default: twelve; where runs are long, fifteen are moved)"),
    )


def explain(commands: Commands) -> None:
    """`stargauge explain`."""
    made = commands.add_parser("explain", help=say("why this number or verdict: formula, inputs, sources; what changed it since a day"))
    made.add_argument(
        "address",
        nargs="?",
        metavar=say("ADDRESS|CLAIM[/READING]"),
        help=say("e.g. 'power_facility[operational, abilene]', 'share(jobs_permanent[abilene])' or jobs-100k/economy-wide"),
    )
    programme(made, False)
    run_options(made)
    output_options(made)
    spoken(made)
    made.add_argument("--date", type=day, metavar=say("DATE"), help=say("the month to explain (default: the newest evidence)"))
    made.add_argument("--since", type=day, metavar=say("DATE"), help=say("what changed it since that day, and which statements did it"))
    made.add_argument("--svg", metavar=say("FILE"), help=say("also write a picture of what the number is made of"))
    made.add_argument("--sources", action="store_true", help=say("with titles, links, and file and line of each statement"))
    made.add_argument("--depth", type=levels, default=1, metavar="N", help=say("how many levels of the formulas to print (default 1)"))
    evidence_folder(made)
    made.add_argument("--list", action="store_true", help=say("list every quantity and input"))
