"""Read arguments, call one function of the API, print its answer."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from stargauge.cli.arguments import parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code: 0 answered, 1 a condition holds, 2 input at fault, 3 our fault."""
    asked = parser().parse_args(arguments)
    from stargauge.cli import commands
    from stargauge.quantity.errors import InputError

    try:
        return int(getattr(commands, asked.command)(asked))
    except InputError as error:
        _print_faults(error)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("stopped; nothing was written", file=sys.stderr)
        return 2
    except Exception as error:
        if os.environ.get("STARGAUGE_DEBUG"):
            raise
        print(f"our fault: {type(error).__name__}: {error} (STARGAUGE_DEBUG=1 shows where)", file=sys.stderr)
        return 3


def _print_faults(error: Exception) -> None:
    from stargauge.quantity.errors import InputError

    assert isinstance(error, InputError)
    files = sorted({fault.file for fault in error.faults if fault.file})
    count = len(error.faults)
    print(f"{', '.join(files) or 'stargauge'}: {count} error{'s' if count > 1 else ''}, nothing was run", file=sys.stderr)
    for fault in error.faults:
        place = f"{fault.line}:{fault.column}" if fault.line else ""
        if len(files) > 1 and fault.file:
            place = f"{fault.file}:{place}"
        print(f"  {place:<7}{fault.path or fault.message}", file=sys.stderr)
        if fault.path:
            print(f"         {fault.message}", file=sys.stderr)
    if files:
        print("All keys: stargauge schema", file=sys.stderr)
