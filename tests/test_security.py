"""No text is run as code, secrets are compared in constant time, and what the documentation says stands against somebody is held by a test."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli_runs import ask
from tests.test_packaging_files import ROOT

from stargauge.cli.main import fault_lines
from stargauge.quantity.errors import Fault, InputError
from stargauge.web.security import token_fits
from stargauge.web.settings import Settings

SOURCES = sorted((ROOT / "src" / "stargauge").rglob("*.py"))
#: What runs code, or makes objects of what it reads.
RUNS = {
    "eval", "exec", "compile", "__import__", "os.system", "os.popen", "os.execv", "runpy.run_path", "runpy.run_module", "code.interact",
    "pickle.load", "pickle.loads", "marshal.load", "marshal.loads", "shelve.open", "dill.loads", "cloudpickle.loads", "yaml.load", "yaml.full_load",
    "yaml.unsafe_load", "yaml.load_all", "jsonpickle.decode", "np.load", "numpy.load", "importlib.import_module", "import_module",
}  # fmt: skip
#: Where that is so for good reason: modules of ours by names of ours, arrays without objects, and what a worker of the server sends back.
REASONED = {("web/work.py", "pickle.loads")}


def _calls(path: Path) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func)


def test_no_text_is_run_as_code() -> None:
    found = set[tuple[str, str]]()
    for path in SOURCES:
        name = path.relative_to(ROOT / "src" / "stargauge").as_posix()
        for call, function in _calls(path):
            named = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
            assert named.get("shell", "False") == "False", f"{name}:{call.lineno}"
            if function in ("np.load", "numpy.load"):
                assert named.get("allow_pickle", "False") == "False", f"{name}:{call.lineno}"
            elif function in ("importlib.import_module", "import_module"):
                text = ast.unparse(call.args[0])
                assert "stargauge." in text or text.startswith(("'", "f'{package.__name__}.", "_DRAWN_BY")), f"{name}:{call.lineno}: {text}"
            elif function in RUNS:
                found.add((name, function))
    assert found == REASONED


def test_secrets_are_compared_in_constant_time() -> None:
    for path in (one for one in SOURCES if "web" in one.parts):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Compare) and any(isinstance(one, (ast.Eq, ast.NotEq)) for one in node.ops):
                names = {ast.unparse(side).rpartition(".")[2] for side in (node.left, *node.comparators)}
                assert not names & {"token", "shown", "cookie"}, f"{path.name}:{node.lineno}"
    far = Settings(host="0.0.0.0", token="a-token-é")
    assert token_fits("a-token-é", far) and not any(
        token_fits(one, far) for one in ("", "a-token-e", "a-token-", "a-token-éé", "\x00", "²")
    )
    assert not token_fits("", Settings(host="0.0.0.0", token=""))


def test_faults_show_what_came_and_do_not_obey_it(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    bad = "\x1b[2J\x1b]0;evil\x07\r\u202e\x9b31m"
    lines = list(fault_lines(InputError([Fault(f"got {bad}", f"path{bad}", f"file{bad}.yaml", 1, 1), Fault(bad, file="other")])))
    assert all(line.isprintable() for line in lines) and any("\\u{1b}" in line for line in lines)
    answer = ask(capsys, "check", f"no{bad}.yaml")
    assert answer.code == 2 and all(line.isprintable() for line in answer.err.splitlines())


# --- the documentation ------------------------------------------------------------------------------------------------------------

THREATS = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
HELD = sorted(set(re.findall(r"`(test_\w+\.py)(?:::(test_\w+))?`", THREATS)))


@pytest.mark.parametrize(("file", "test"), HELD, ids=lambda part: str(part))
def test_what_stands_against_somebody_is_held_by_a_test_that_there_is(file: str, test: str) -> None:
    text = (ROOT / "tests" / file).read_text(encoding="utf-8")
    assert f"def {test}(" in text or not test


def test_every_line_of_what_stands_against_somebody_names_its_tests() -> None:
    rows = [
        row for row in THREATS.partition("## Who could attack the tool")[2].partition("(changed-inputs)")[0].splitlines() if row[:2] == "| "
    ][1:]
    told = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows if "---" not in row]
    assert len(told) >= 25 and all(len(row) == 5 for row in told)
    assert [row for row in told if not row[3] and not row[2].startswith("nothing")] == []
    assert len(HELD) > 40
