"""Values of arguments, and the options that many commands share: what is asked of which programme, by which day, in how many draws."""

from __future__ import annotations

import argparse
from datetime import date

from stargauge.cli.arguments.parser import LANGUAGES
from stargauge.quantity.spoken import language, say


def day(text: str) -> date:
    """A day as in 2025-01-22. Raises ArgumentTypeError, as the others do, where the text is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(say('got "{text}"; expected a day such as 2025-01-22', text=text)) from None


def count(text: str) -> int:
    """A whole number, with or without marks between thousands."""
    try:
        return int(text.replace("_", "").replace(",", ""))
    except ValueError:
        raise argparse.ArgumentTypeError(say('got "{text}"; expected a whole number such as 10_000', text=text)) from None


def amount(text: str) -> float:
    """A number, with or without marks between thousands."""
    try:
        return float(text.replace("_", "").replace(",", ""))
    except ValueError:
        raise argparse.ArgumentTypeError(say('got "{text}"; expected a number such as 15.6e12', text=text)) from None


def whole_number(text: str) -> int:
    """A whole number of 0 or more, such as a seed."""
    number = count(text)
    if number < 0:
        raise argparse.ArgumentTypeError(say('got "{text}"; expected 0 or more', text=text))
    return number


def levels(text: str) -> int:
    """How many levels of formulas: 0 to 99."""
    number = count(text)
    if not 0 <= number <= 99:
        raise argparse.ArgumentTypeError(say('got "{text}"; expected 0 to 99', text=text))
    return number


def run_options(parser: argparse.ArgumentParser, draws: int = 1024, elsewhere: bool = False) -> None:
    """What is known, in which worlds, and how it is drawn. `elsewhere`: see `workers`."""
    as_of(parser)
    change_options(parser)
    given(parser)
    draw_options(parser, draws)
    workers(parser, elsewhere)


def as_of(parser: argparse.ArgumentParser) -> None:
    """The knowledge date."""
    parser.add_argument("--as-of", type=day, metavar=say("DATE"), help=say("use only what was published by that day (default: today)"))


def given(parser: argparse.ArgumentParser) -> None:
    """Claims that hold in every world that counts."""
    parser.add_argument(
        "--given", action="append", default=[], metavar=say("CLAIM[/READING]"),
        help=say(
            "only worlds in which a claim holds; 'not CLAIM', or a reading such as 'power_facility[operational] >= 2 GW by 2027-12-31' "
            "(repeatable)"
        ),
    )  # fmt: skip


def change_options(parser: argparse.ArgumentParser) -> None:
    """What is laid over the programme."""
    parser.add_argument(
        "--scenario", metavar=say("NAME|FILE"),
        help=say("a scenario of the programme by name, or a partial programme file, laid over it"),
    )  # fmt: skip
    parser.add_argument(
        "--set", action="append", default=[], metavar=say("INPUT=VALUE"),
        help=say("change one input, or pin a choice: pick:NAME=OPTION (repeatable)"),
    )  # fmt: skip


def draw_options(parser: argparse.ArgumentParser, draws: int = 1024) -> None:
    """How many worlds are drawn, and of which values."""
    parser.add_argument("--draws", type=count, default=draws, metavar="N", help=say("Monte Carlo draws (default {draws:,})", draws=draws))
    seed_of_draws(parser)
    own_values(parser)


def seed_of_draws(parser: argparse.ArgumentParser) -> None:
    """Where the draws start."""
    parser.add_argument("--seed", type=whole_number, default=0, metavar="N", help=say("seed of the draws (default 0)"))


def own_values(parser: argparse.ArgumentParser) -> None:
    """The user's values, laid over the catalogue's."""
    parser.add_argument("--catalogue", metavar=say("FILE"), help=say("your own catalogue values (CSV) laid over ours"))


def evidence_folder(parser: argparse.ArgumentParser) -> None:
    """Where the captures lie that statements cite."""
    parser.add_argument(
        "--evidence", metavar=say("DIR"), help=say("the evidence folder with the captures it cites: shows what is still there")
    )


def workers(parser: argparse.ArgumentParser, elsewhere: bool = False) -> None:
    """`elsewhere`: also the workers of a cluster, and a folder that keeps what is done."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--workers", type=count, metavar="N", help=say("processes; same bits (default: one, or every core for many draws)"))
    if not elsewhere:
        return
    group.add_argument(
        "--executor", dest="workers", metavar=say("ADDRESS"),
        help=say("the Dask scheduler whose workers compute: tcp://HOST:PORT; same bits"),
    )  # fmt: skip
    parser.add_argument(
        "--resume", metavar=say("DIR"), help=say("keep what is done in a folder; the same command goes on where it stopped")
    )


def programme(parser: argparse.ArgumentParser, positional: bool) -> None:
    """Of which programme it is asked."""
    named, text = say("PROGRAMME"), say("a shipped name, a file or a folder (default: stargate)")
    if positional:
        parser.add_argument("programme", nargs="?", default="stargate", metavar=named, help=text)
    else:
        parser.add_argument("--programme", default="stargate", metavar=named, help=text)


def output_options(parser: argparse.ArgumentParser) -> None:
    """In which form the answer is printed."""
    parser.add_argument("--json", action="store_true", help=say("print JSON (documented, stable)"))
    parser.add_argument("--ascii", action="store_true", help=say("plain marks only"))


def spoken(parser: argparse.ArgumentParser) -> None:
    """The language of the answer: that of the whole command line, where the command names none."""
    parser.add_argument(
        "--language", choices=LANGUAGES, default=language(), dest="spoken", help=say("of the answer and its report (default: en)")
    )


def page(parser: argparse.ArgumentParser) -> None:
    """A page beside the answer."""
    parser.add_argument("--report", metavar=say("FILE"), help=say("also write one self-contained HTML page with charts"))
