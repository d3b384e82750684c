"""Try many changed inputs: python -m tests.fuzz --cases N --seed S [--part PART] [--from NUMBER]. Exit code 1 where one fails."""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from contextlib import nullcontext, suppress
from pathlib import Path

from tests.fuzz.part import Part
from tests.fuzz.parts import all_parts
from tests.fuzz.watch import Forbidden, bounded_memory, counted, watched

import stargauge

#: Of so many cases one has its calls counted, which takes long.
COUNTED = 256
#: So many different faults of a part are told.
MOST = 8
FAILED = Path("fuzz-failed")


def main() -> int:
    """Run, print a line for each part, and keep the cases that failed in a folder."""
    asked = _asked()
    parts = [part for part in all_parts() if not asked.part or part.name in asked.part]
    if not parts:
        print(f"no such part; all: {', '.join(part.name for part in all_parts())}")
        return 2
    weight, total, failed, began = sum(part.weight for part in parts), 0, 0, time.process_time()
    print(f"of {Path(stargauge.__file__).parent}", flush=True)
    print(f"{'part':<12} {'cases':>9} {'taken':>9} {'CPU s':>8} {'faults':>7}", flush=True)
    for part in parts:
        number = asked.cases if len(parts) == 1 else max(1, round(asked.cases * part.weight / weight))
        started = time.process_time()
        try:
            with nullcontext() if part.apart else bounded_memory():
                taken, faults = _tried(part, asked.seed, asked.first, number)
        finally:
            if part.end:
                part.end()
        total, failed = total + number, failed + len(faults)
        print(f"{part.name:<12} {number:>9,} {taken:>9,} {time.process_time() - started:>8.1f} {len(faults):>7}", flush=True)
        for at, told in list(faults.values())[:MOST]:
            print(f"  case {at}: {told}", flush=True)
    print(f"{'all':<12} {total:>9,} {'':>9} {time.process_time() - began:>8.1f} {failed:>7}", flush=True)
    return int(failed > 0)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--part", action="append", help="a part by its name; several times for several")
    parser.add_argument("--from", dest="first", type=int, default=0, help="the number of the first case")
    return parser.parse_args()


def _tried(part: Part, seed: int, first: int, number: int) -> tuple[int, dict[str, tuple[int, str]]]:
    """How many cases are taken, and the first of each kind of fault."""
    taken, faults = 0, dict[str, tuple[int, str]]()
    _warm(part, seed)
    for at in range(first, first + number):
        case = part.made(seed, at)
        try:
            if part.apart:
                taken += part.tried(case)
                continue
            if at % COUNTED == 0:
                with counted(len(case)):
                    part.tried(case)
            with watched(part.may):
                taken += part.tried(case)
        except (Exception, Forbidden) as error:
            kind = _kind(error)
            if kind not in faults:
                FAILED.mkdir(exist_ok=True)
                (FAILED / f"{part.name}-{seed}-{at}").write_bytes(case)
                faults[kind] = (at, f"{kind}: {str(error)[:200]!r}")
    return taken, faults


def _warm(part: Part, seed: int) -> None:
    """What is read in once, such as words and libraries, is no work of a case."""
    for at in range(40):
        with suppress(Exception):
            part.tried(part.made(seed, at))


def _kind(error: BaseException) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    ours = next((one for one in reversed(traceback.extract_tb(error.__traceback__)) if "stargauge" in one.filename), last)
    return f"{type(error).__name__} at {Path(ours.filename).name}:{ours.lineno}"


if __name__ == "__main__":
    sys.exit(main())
