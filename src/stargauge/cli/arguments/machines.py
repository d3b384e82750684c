"""Arguments of the commands on what accelerators do: training, serving, goodput, measuring."""

from __future__ import annotations

import argparse

from stargauge.cli.arguments.parser import Commands
from stargauge.cli.arguments.run import amount, as_of, count, day, output_options, own_values, programme, run_options, spoken, whole_number
from stargauge.quantity.spoken import say


def compute(commands: Commands) -> None:
    """`stargauge compute`."""
    made = commands.add_parser("compute", help=say("what a fleet trains and serves: users, tokens, runs, and the power today's users need"))
    programme(made, True)
    made.add_argument(
        "--model",
        default="frontier",
        metavar="NAME",
        help=say("model that is trained and served, by any beginning of its name (default: frontier, a template)"),
    )
    made.add_argument("--serve", metavar="NAME", help=say("another model that users are served with (default: that of --model)"))
    made.add_argument("--users", metavar="N", help=say("weekly users, e.g. 900e6 or 800e6..1e9 (default: as their service said last)"))
    made.add_argument("--messages", metavar="N", help=say("messages of a user in a week, e.g. 25.7 (default: as measured)"))
    made.add_argument(
        "--tokens", metavar="N", help=say("output tokens per message, e.g. 400 or 200..1500 (default: an assumption of ours)")
    )
    run_options(made)
    output_options(made)
    spoken(made)


def train(commands: Commands) -> None:
    """`stargauge train`."""
    made = commands.add_parser(
        "train", help=say("a training job on a machine: the fastest layout, step time, days of a run, memory, and why")
    )
    made.add_argument(
        "--model", metavar=say("MODEL|FILE"), help=say("any unique beginning of a model of the catalogue, or a CSV file of yours")
    )
    made.add_argument("--cluster", metavar="NxCHIP", help=say("how many of which chip: 16384xh100"))
    made.add_argument("--batch", type=count, metavar="N", help=say("sequences of a step (default: the model's)"))
    made.add_argument("--sequence", type=count, metavar="N", help=say("tokens of a sequence (default: the model's)"))
    made.add_argument("--dtype", default="bf16", metavar=say("TYPE"), help=say("of matrix products: bf16 (default), fp8, mxfp8 or nvfp4"))
    made.add_argument(
        "--layout",
        metavar=say("PARTS"),
        help=say(
            "parts that are given, the others are searched, such as tp=8,pp=16: tp, pp, dp, cp, ep, vp (chunks), "
            "mbs (micro-batch), recompute, sharding (or zero=0 to 3), schedule"
        ),
    )
    made.add_argument("--tokens", type=amount, metavar="N", help=say("of the whole run, such as 15.6e12 (default: the model's)"))
    made.add_argument("--software", metavar=say("DATE"), help=say("the day of its software, such as 2024-07 (default: today)"))
    made.add_argument("--oversubscription", metavar="R@N", help=say("beyond N accelerators each has 1/R of its network: 7@3072"))
    made.add_argument(
        "--pareto", action="store_true", help=say("also on fewer accelerators: the front of time, memory left and accelerators")
    )
    made.add_argument(
        "--balanced", action="store_true", help=say("experts get equal numbers of tokens (default: as drawn evenly, some get more)")
    )
    as_of(made)
    own_values(made)
    made.add_argument("--out", metavar=say("FOLDER"), help=say("also write a page and its pictures (HTML, SVG) into a folder"))
    output_options(made)
    spoken(made)


def goodput(commands: Commands) -> None:
    """`stargauge goodput`."""
    made = commands.add_parser(
        "goodput", help=say("what a training job keeps of its time: stops, the best checkpoint interval, goodput by size, histories")
    )
    made.add_argument("--cluster", metavar="NxCHIP", help=say("how many of which chip: 16384xh100"))
    made.add_argument(
        "--model", metavar=say("MODEL"), help=say("any unique beginning of a model of the catalogue: what a checkpoint writes")
    )
    made.add_argument("--failure-rate", metavar=say("RATE"), help=say("stops per node and day: 0.004, or 0.003..0.006"))
    made.add_argument("--checkpoint-write", metavar=say("TIME"), help=say("how long the job stands still for one: 30s, or 10s..60s"))
    made.add_argument(
        "--writing",
        default="background",
        metavar=say("HOW"),
        help=say("with --model: background (default; from a copy in memory) or blocking"),
    )
    made.add_argument("--storage", metavar=say("RATE"), help=say("with --model: what the whole store takes, such as 2TB/s"))
    made.add_argument(
        "--interval", default="auto", metavar=say("TIME"), help=say("useful work between checkpoints: 20min, or auto (the best)")
    )
    made.add_argument("--restart", metavar=say("TIME"), help=say("detection and reload after a stop: 8min"))
    made.add_argument("--spares", metavar="N", help=say("nodes in reserve: 64, or a share of all nodes such as 2%%"))
    made.add_argument("--repair", metavar=say("TIME"), help=say("until a swapped node is a spare again: 24h"))
    made.add_argument("--planned", metavar=say("SHARE"), help=say("of time in planned stops: 2%%"))
    made.add_argument("--stragglers", metavar=say("SHARE"), help=say("of speed lost to slow nodes: 1%%"))
    made.add_argument("--days", type=amount, default=54.0, metavar="N", help=say("days of a history (default 54)"))
    made.add_argument(
        "--simulate", type=count, metavar="N", help=say("histories event by event, of all the days (default: 256 short ones)")
    )
    made.add_argument("--draws", type=count, default=512, metavar="N", help=say("draws of the ranges (default 512)"))
    made.add_argument("--seed", type=whole_number, default=0, metavar="N", help=say("seed of the draws and histories (default 0)"))
    as_of(made)
    own_values(made)
    made.add_argument(
        "--out", metavar=say("FOLDER"), help=say("also write a page, its pictures and its data (HTML, SVG, JSON) into a folder")
    )
    output_options(made)
    spoken(made)


def calibrate(commands: Commands) -> None:
    """`stargauge calibrate`."""
    made = commands.add_parser("calibrate", help=say("measure this machine's GPU by small kernels; or fit the slip of plans (schedule)"))
    made.add_argument("what", nargs="?", default="gpu", metavar=say("WHAT"), help=say("gpu (default) or schedule (the slip of plans)"))
    made.add_argument("--out", metavar=say("FILE"), help=say("gpu: write every point to a new CSV file"))
    made.add_argument("--quick", action="store_true", help=say("gpu: every third kernel, fewer repeats"))
    made.add_argument(
        "--show", metavar=say("CHIP|FILE"), help=say("gpu: what was measured of a chip, or stands in such a file; nothing is run")
    )
    made.add_argument("--gpu", type=whole_number, metavar="N", help=say("gpu: which one, where there are several (default 0)"))
    made.add_argument("--seed", type=whole_number, metavar="N", help=say("gpu: seed of the data (default 0)"))
    made.add_argument("--as-of", type=day, metavar=say("DATE"), help=say("schedule: use only records known by that day (default: today)"))
    made.add_argument(
        "--write", metavar=say("DIR"), help=say("schedule: write the fits of all quarters in the form in which they are shipped")
    )
    own_values(made)
    output_options(made)
    spoken(made)


def infer(commands: Commands) -> None:
    """`stargauge infer`."""
    made = commands.add_parser(
        "infer", help=say("serve a model: layout and load with most tokens under limits on their times, cost, power")
    )
    made.add_argument(
        "--model", metavar=say("MODEL|FILE"), help=say("any unique beginning of a model of the catalogue, or a CSV file of yours")
    )
    made.add_argument("--chip", metavar="CHIP", help=say("any unique beginning of a chip of the catalogue: gb300"))
    made.add_argument(
        "--ttft", metavar=say("TIME"), help=say("most time to the first token, such as 2s; a bare number is of seconds (default: no limit)")
    )
    made.add_argument("--ttft-of", default="p99", metavar=say("WHICH"), help=say("of which requests: p99 (default), p50 or mean"))
    made.add_argument("--tpot", metavar=say("TIME"), help=say("most time per token after the first, such as 20ms (default: no limit)"))
    made.add_argument("--input", type=count, default=1024, metavar="N", help=say("tokens of a prompt (default 1024)"))
    made.add_argument("--output", type=count, default=1024, metavar="N", help=say("tokens of an answer (default 1024)"))
    made.add_argument("--accelerators", type=count, metavar="N", help=say("how many there are (default: as many as are best)"))
    made.add_argument(
        "--dtype",
        metavar=say("TYPE"),
        help=say("of weights: bf16, fp8, nvfp4, mxfp4 (default: as published in 4 bits, else 8 bits where the chip has them)"),
    )
    made.add_argument("--concurrency", type=count, metavar="N", help=say("users who ask again as soon as they are answered"))
    made.add_argument("--rate", metavar="X/s", help=say("requests per second, at random (default: as many as the limits allow)"))
    made.add_argument("--most-requests", type=count, metavar="N", help=say("that a rank of attention takes at once at most (default 1024)"))
    made.add_argument(
        "--prefix-hits", type=float, default=0.0, metavar=say("SHARE"), help=say("share of prompts' tokens that a cache has (default 0)")
    )
    made.add_argument("--speculative", type=float, default=1.0, metavar="X", help=say("tokens that a pass gives a request (default 1)"))
    made.add_argument(
        "--disaggregated",
        action=argparse.BooleanOptionalAction,
        help=say("prompts on accelerators of their own, or not (default: the better)"),
    )
    made.add_argument(
        "--layout", metavar=say("PARTS"), help=say("parts that are given, the others are searched: tp, pp, ep, dp as in tp=8,ep=32")
    )
    made.add_argument("--software", metavar=say("DATE"), help=say("day of the serving software, such as 2026-04 (default: today)"))
    made.add_argument("--price-per-hour", type=float, metavar="USD", help=say("rent of an accelerator (default: the catalogue's)"))
    made.add_argument("--utilisation", type=float, metavar=say("SHARE"), help=say("share of the time in use (default: the catalogue's)"))
    as_of(made)
    made.add_argument("--pareto", action="store_true", help=say("print every point of speed per user against output per accelerator"))
    made.add_argument(
        "--out", metavar=say("FOLDER"), help=say("also write a page, its pictures and its data (HTML, SVG, CSV, JSON) into a folder")
    )
    own_values(made)
    output_options(made)
    spoken(made)
