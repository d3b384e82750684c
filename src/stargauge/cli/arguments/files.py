"""Arguments of the commands that read and write: catalogue, scores, articles, data, pages, files."""

from __future__ import annotations

import argparse

from stargauge.cli.arguments.parser import Commands
from stargauge.cli.arguments.run import count, day, output_options, own_values, programme, seed_of_draws, spoken
from stargauge.quantity.spoken import say


def catalogue(commands: Commands) -> None:
    """`stargauge catalogue`."""
    made = commands.add_parser("catalogue", help=say("what the world offers: chips, places, prices, with sources"))
    made.add_argument("kind", nargs="?", metavar=say("KIND"))
    made.add_argument("name", nargs="?", metavar="NAME")
    made.add_argument("--names", action="store_true", help=say("the names of a kind alone"))
    made.add_argument("--catalogue", metavar=say("FILE"), help=say("your own values laid over ours"))
    output_options(made)
    spoken(made)


def backtest(commands: Commands) -> None:
    """`stargauge backtest`."""
    made = commands.add_parser("backtest", help=say("how good are we: dates and odds replayed against what happened"))
    made.add_argument("programme", nargs="*", metavar=say("PROGRAMME"), help=say("shipped names, files or folders (default: all shipped)"))
    made.add_argument("--as-of", type=day, metavar=say("DATE"), help=say("score against the outcomes known by that day (default: today)"))
    made.add_argument("--draws", type=count, default=512, metavar="N", help=say("Monte Carlo draws per replay (default 512)"))
    seed_of_draws(made)
    own_values(made)
    made.add_argument("--money", action="store_true", help=say("loans to sites and cash of parties instead of dates and odds"))
    made.add_argument("--write", metavar=say("DIR"), help=say("write the whole result in the form in which it is shipped and reported"))
    output_options(made)
    spoken(made)


def validate(commands: Commands) -> None:
    """`stargauge validate`."""
    made = commands.add_parser(
        "validate", help=say("test us on your own measurements or cases: validate schedule FILE, pue FILE, finance FILE, ...")
    )
    made.add_argument(
        "kind",
        metavar=say("KIND"),
        help=say(
            "schedule (plans and outcomes), build (start of work to operation), finance (reference cases), pue (halls), "
            "training, inference (measured runs), goodput (training jobs), reading (sentences)"
        ),
    )
    made.add_argument(
        "file",
        metavar=say("FILE"),
        nargs="?",
        help=say(
            "CSV file (none for goodput: the records that are shipped); JSON for finance, JSONL for reading (docs: "
            "how good the dates are, facility, validate finance, how good the chips are, goodput, reading)"
        ),
    )
    own_values(made)
    output_options(made)
    spoken(made)


def draft(commands: Commands) -> None:
    """`stargauge draft`."""
    made = commands.add_parser("draft", help=say("read an article: who says what, amounts, dates, as drafts of claims for you to confirm"))
    made.add_argument(
        "article",
        metavar=say("ARTICLE"),
        help=say("a text or HTML file in UTF-8, - for standard input, or with --evidence C-17 or a URL; German or English"),
    )
    made.add_argument("--published", type=day, metavar=say("DATE"), help=say("the day it appeared; without it relative dates have no days"))
    made.add_argument("--language", metavar=say("LANG"), help=say("de, de-CH, de-DE, de-AT, en, en-US or en-GB (default: found out)"))
    made.add_argument("--publisher", default="", metavar="NAME", help=say("who published it"))
    made.add_argument("--title", default="", metavar="TEXT", help=say("its title"))
    made.add_argument("--url", default="", metavar="URL", help=say("its address, kept with the source; nothing is fetched from it"))
    made.add_argument("--evidence", metavar=say("DIR"), help=say("the evidence folder with the capture; a URL is captured into it first"))
    made.add_argument("--allow-private", action="append", default=[], metavar="HOST", help=say("a host in your own network (repeatable)"))
    made.add_argument("--by", default="", metavar="NAME", help=say("who decides, for the log (with --review and --evidence)"))
    made.add_argument(
        "--review", action="store_true", help=say("decide on each draft: accept, edit, reject; without it nothing is confirmed")
    )
    made.add_argument("--json", action="store_true", help=say("print everything that was found as JSON instead of YAML for `check`"))
    made.add_argument("--write", metavar=say("FILE"), help=say("write the YAML to a new file"))


def import_(commands: Commands) -> None:
    """`stargauge import`."""
    made = commands.add_parser("import", help=say("what published data would add to a programme: import epoch DIR, import csv FILE"))
    made.add_argument("kind", metavar=say("KIND"), help=say("epoch (a folder with Epoch AI's CSV files) or csv (a file of statements)"))
    made.add_argument("source", metavar=say("DIR|FILE"), help=say("where the data lies"))
    programme(made, False)
    made.add_argument(
        "--vintage", metavar=say("DATE"), help=say("when the edition was published (epoch; default: as its own figures allow)")
    )
    made.add_argument("--write", metavar=say("FILE"), help=say("write what is new as a partial programme file, for --scenario"))
    output_options(made)
    spoken(made)


def serve(commands: Commands) -> None:
    """`stargauge serve`."""
    made = commands.add_parser("serve", help=say("see it in a browser: pages for every programme, on this machine"))
    made.add_argument("folder", nargs="?", default=".", metavar=say("FOLDER"), help=say("your own programme files (default: this folder)"))
    made.add_argument("--port", type=count, default=8347, metavar="N", help=say("where to listen (default 8347; 0: a free one)"))
    made.add_argument("--no-browser", action="store_true", help=say("open no browser"))
    made.add_argument(
        "--evidence", metavar=say("DIR"), help=say("the evidence folder to show (default: evidence in FOLDER, where there is one)")
    )
    made.add_argument("--host", default="127.0.0.1", metavar=say("ADDRESS"), help=say("listen for other machines too; they need its token"))
    made.add_argument("--name", action="append", default=[], metavar="HOST", help=say("answer under this host name only (repeatable)"))
    made.add_argument("--workers", type=count, default=2, metavar="N", help=say("processes that compute (default 2)"))
    spoken(made)


def new(commands: Commands) -> None:
    """`stargauge new`."""
    made = commands.add_parser("new", help=say("write a commented starter programme file"))
    made.add_argument("name", metavar="NAME", help=say("name of the programme, or of its file; .yaml is added"))


def schema(commands: Commands) -> None:
    """`stargauge schema`."""
    made = commands.add_parser("schema", help=say("print the JSON Schema of the programme file"))
    made.add_argument("--json", action="store_true", help=say("the schema is JSON in any case"))


def doctor(commands: Commands) -> None:
    """`stargauge doctor`."""
    made = commands.add_parser("doctor", help=say("what is installed, what a missing part would give, and whether it works here"))
    output_options(made)
    spoken(made)


def completion(commands: Commands) -> None:
    """`stargauge completion`."""
    made = commands.add_parser("completion", help=say('completion for a shell: eval "$(stargauge completion bash)"'))
    made.add_argument("shell", metavar=say("SHELL"), help=say("bash, zsh or fish"))
    made.add_argument("words", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
