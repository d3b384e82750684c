"""Standard output kept for the answer: the solver announces itself there when it is first made."""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import Any


@cache
def hush_solver() -> None:
    """Make the first HiGHS of the process with standard output turned away: its banner would stand in front of the answer."""
    import highspy

    made: Any = highspy.Highs
    sys.stdout.flush()
    try:
        kept = os.dup(1)
    except OSError:  # no standard output, so nothing to keep clean
        return
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 1)
        made()
    finally:
        os.dup2(kept, 1)
        os.close(kept)
