"""The command `serve`: pages in a browser."""

from __future__ import annotations

import argparse
from pathlib import Path

from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say

MOST_WORKERS = 16


def serve(asked: argparse.Namespace) -> int:
    """`stargauge serve`."""
    from stargauge.web.serve import serve as run
    from stargauge.web.settings import Settings

    folder = Path(asked.folder)
    evidence = Path(asked.evidence) if asked.evidence else folder / "evidence"
    faults = [Fault(say('FOLDER: there is no folder "{folder}"', folder=folder))] if not folder.is_dir() else []
    if asked.evidence and not evidence.is_dir():
        faults.append(Fault(say('--evidence: there is no folder "{evidence}"; stargauge evidence init makes one', evidence=evidence)))
    if not 0 <= asked.port <= 65_535:
        faults.append(Fault(say("--port: got {port}; expected 0 to 65535", port=asked.port)))
    if not 1 <= asked.workers <= MOST_WORKERS:
        faults.append(Fault(say("--workers: got {workers}; expected 1 to {most}", workers=asked.workers, most=MOST_WORKERS)))
    if faults:
        raise InputError(faults)
    run(
        Settings(folder.resolve(), asked.host, asked.port, evidence.resolve() if evidence.is_dir() else None, workers=asked.workers,
                 hosts=tuple(asked.name), warm=True),
        browser=not asked.no_browser,
    )  # fmt: skip
    return 0
