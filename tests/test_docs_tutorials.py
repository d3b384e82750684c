"""Every command of the tutorials and of the pages for readers runs as it stands there, and answers what stands below it."""

from __future__ import annotations

import re
import shlex
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from tests.test_packaging_files import ROOT, run_python

from stargauge.cli import main

for extra in ("cryptography", "httpx", "selectolax", "warcio"):
    pytest.importorskip(extra)

TUTORIALS = ("check-a-claim", "your-campus", "keep-a-post")
READERS = ("newsroom", "utility", "lender", "researcher")
PAGES = [*(f"docs/tutorial-{name}.md" for name in TUTORIALS), *(f"docs/howto-{name}.md" for name in READERS)]
#: A file that the reader saves, or commands with what they answer, in the order of the page.
_BLOCK = re.compile(
    r"^```\{code-block\} \w+\n:caption: (?P<file>\S+)\n\n(?P<text>.*?)^```$|^```console\n(?P<console>.*?)^```$", re.MULTILINE | re.DOTALL
)


def asked(console: str) -> list[tuple[str, str]]:
    """The commands of a block, each with what it is said to answer."""
    parts = re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]
    return [(command.strip(), answer) for command, _, answer in (part.partition("\n") for part in parts)]


def pattern(answer: str) -> str:
    """An answer as an expression: `...` within a line stands for anything in it, at its end for any lines that follow too."""
    return "".join(_line(line) for line in answer.splitlines())


def _line(line: str) -> str:
    said = re.escape(line.removesuffix("...")).replace(r"\.\.\.", ".*?")
    return f"{said}(?:.*\n)*?" if line.endswith("...") else f"{said} *\n"


def run(command: str, folder: Path) -> tuple[int, str, str]:
    """Run a command of a page in a folder: its exit code, what it answers, and what it says of faults."""
    program, *arguments = shlex.split(command)
    assert program == "stargauge"
    out, err = (TextIOWrapper(BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with chdir(folder), redirect_stdout(out), redirect_stderr(err):
        try:
            code = main(arguments)
        except SystemExit as left:
            code = int(left.code or 0)
    told, faults = (stream.buffer.getvalue().decode() for stream in (out, err))
    return code, told, faults


@pytest.mark.parametrize("page", PAGES, ids=lambda page: Path(page).stem)
def test_the_page_works_as_it_stands(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STARGAUGE_EVIDENCE", raising=False)
    done = 0
    for block in _BLOCK.finditer((ROOT / page).read_text(encoding="utf-8")):
        if block["file"]:
            (tmp_path / block["file"]).write_text(block["text"], encoding="utf-8")
            continue
        for command, answer in asked(block["console"]):
            code, told, faults = run(command, tmp_path)
            wrong = "nothing was run\n" in answer
            assert code == (2 if wrong else 0), f"{command}\n{told[-800:]}\n{faults[-800:]}"
            assert re.fullmatch(pattern(answer), faults if wrong else told), f"{command}\n{faults if wrong else told}"
            done += 1
    assert done >= 5
    run_python(page)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: Path(page).stem)
def test_the_page_says_what_each_command_answers(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert not [command for block in _BLOCK.finditer(text) if block["console"] for command, answer in asked(block["console"]) if not answer]
