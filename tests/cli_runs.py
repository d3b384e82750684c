"""Runs of the command line inside the test's own process: exit code, what was printed, what was said about faults."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from tests.answer_schemas import hold

from stargauge.cli.main import main


class Answer(NamedTuple):
    """What a command left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> str:
        """The faults on one line, however they were wrapped."""
        return " ".join(self.err.split())


def ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> Answer:
    """Run `stargauge` with these arguments; what it answers as JSON is held against the schema of that answer."""
    capsys.readouterr()
    try:
        code = main(list(arguments))
    except SystemExit as left:
        code = int(left.code or 0)
    out, err = capsys.readouterr()
    hold(arguments, out)
    return Answer(code, out, err)
