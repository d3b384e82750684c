"""Read arguments, call one function of the API, print its answer."""

from __future__ import annotations

import argparse
import keyword
import os
import sys
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from stargauge.cli.arguments.command_line import parser
from stargauge.cli.arguments.parser import language_asked
from stargauge.quantity.spoken import say, speaking

if TYPE_CHECKING:
    from stargauge.quantity.errors import InputError

WIDTH = 80


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code: 0 answered, 1 a condition holds, 2 input at fault, 3 our fault."""
    with speaking(language_asked(sys.argv[1:] if arguments is None else arguments)):
        return _run(parser().parse_args(arguments))


def _run(asked: argparse.Namespace) -> int:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # our products are small: threads of the library only get in each other's way
    from stargauge.cli import (
        calibrate,
        commands,
        completion,
        compute,
        depths,
        doctor,
        draft,
        drivers,
        evidence,
        explain,
        export,
        facility,
        finance,
        goodput,
        hours,
        infer,
        jobs,
        money,
        plan,
        power,
        serve,
        sweep,
        system,
        together,
        train,
        what_if,
    )
    from stargauge.quantity.errors import InputError, system_text

    if day := getattr(asked, "as_of", None):
        commands.note_future(day)
    try:
        name = _function(asked.command)
        modules = (
            calibrate, completion, compute, depths, doctor, draft, drivers, evidence, explain, export, facility, finance, goodput, hours,
            infer, jobs, money, plan, power, serve, sweep, system, together, train, what_if, commands,
        )  # fmt: skip
        code = int(getattr(next(module for module in modules if hasattr(module, name)), name)(asked))
        sys.stdout.flush()
        if not getattr(asked, "list", False):
            note_blocks(getattr(asked, "draws", None))
        return code
    except InputError as error:
        sys.stderr.write("".join(f"{line}\n" for line in fault_lines(error)))
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        kept = getattr(asked, "resume", None)
        if kept:
            told = say("stopped; what is done is kept in {folder}: the same command goes on from there", folder=kept)
        else:
            told = say("stopped; nothing was written")
        print(told, file=sys.stderr)
        return 2
    except OSError as error:
        why = system_text(error)
        named = say("could not read or write {file}: {why}", file=error.filename, why=why)
        print(named if error.filename else say("could not read or write: {why}", why=why), file=sys.stderr)
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - what could not be written is not tried again at exit
        return 2
    except ModuleNotFoundError as missing:
        return _missing(missing)
    except Exception as error:
        if os.environ.get("STARGAUGE_DEBUG"):
            raise
        what = f"{type(error).__name__}: {error}"
        print(say("our fault: {what} (STARGAUGE_DEBUG=1 shows where)", what=what), file=sys.stderr)
        return 3


def _missing(missing: ModuleNotFoundError) -> int:
    """Say which extra brings a module that is not installed. Anything else that is missing is our fault."""
    from stargauge.cli.extras import extra_of, missing_text
    from stargauge.quantity.errors import InputError

    extra = extra_of(missing.name)
    if extra is None or missing.name is None:
        print(say("our fault: {what}; stargauge doctor shows what is installed", what=missing), file=sys.stderr)
        return 3
    sys.stderr.write("".join(f"{line}\n" for line in fault_lines(InputError(missing_text(missing.name, extra)))))
    return 2


def note_blocks(asked: int | None) -> None:
    """Say on standard error where more was drawn than asked for."""
    if asked is None:
        return
    from stargauge.engine.run import drawn
    from stargauge.engine.streams import BLOCK

    made = drawn(asked)
    if made != asked:
        note = say("note: {asked:,} draws asked, {made:,} drawn (whole blocks of {block})", asked=asked, made=made, block=BLOCK)
        print(note, file=sys.stderr)


def _function(command: str) -> str:
    """The function of a command; one called like a word of the language bears an underscore."""
    return f"{command}_" if keyword.iskeyword(command) else command


def fault_lines(error: InputError, kept: int = 0) -> Iterator[str]:
    """The faults of an input as lines: the file and their number, then each with line, column, path and what to do.

    `kept`: how much was done and kept all the same.

    They quote what came, which may be meant for the terminal: what it would obey is written out.
    """
    from stargauge.evidence.capture.plain import plain

    yield from map(plain, _fault_lines(error, kept))


def _fault_lines(error: InputError, kept: int) -> Iterator[str]:
    files = sorted({fault.file for fault in error.faults if fault.file})
    count = len(error.faults)
    told = say("1 error, nothing was run") if count == 1 else say("{count} errors, nothing was run", count=count)
    if kept:
        told = say("1 error, {kept} kept", kept=kept) if count == 1 else say("{count} errors, {kept} kept", count=count, kept=kept)
    yield f"{files[0] if len(files) == 1 else 'stargauge'}: {told}"
    shown = ""
    for fault in error.faults:
        if len(files) > 1 and fault.file and fault.file != shown:
            shown = fault.file
            yield f"  {shown}"
        place = f"{fault.line}:{fault.column}" if fault.line else ""
        start = f"  {place:<7}" if place or fault.path else "  "
        yield from _wrapped(fault.path or fault.message, start, " " * len(start))
        if fault.path:
            yield from _wrapped(fault.message, " " * 9, " " * 9)
    if any(file.endswith((".yaml", ".yml")) for file in files):
        yield say("All keys: {command}", command="stargauge schema")


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False) or [
        first.rstrip()
    ]
