"""What the repository holds: exact pins without an index address, no machine's own paths, licences, and a tutorial that works."""

from __future__ import annotations

import re
import shlex
import subprocess
import tomllib
from contextlib import chdir, redirect_stderr, redirect_stdout
from datetime import date
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
import yaml

from stargauge import api
from stargauge.catalogue.load import load_catalogue
from stargauge.catalogue.machines import chip_of, transformer_of
from stargauge.cli import main
from stargauge.engine.simulate import model_graph

ROOT = Path(__file__).parents[1]
PINS = sorted((ROOT / "requirements").glob("*.txt"))
TEXT = {".py", ".md", ".po", ".toml", ".txt", ".yaml", ".yml", ".csv", ".j2", ".css", ".cff", ".json", ".sh", ".cfg", ""}


def committed() -> list[Path]:
    """The text files of the repository: what git would hold, or all but what tools make where there is no git."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.splitlines()
        paths = [ROOT / name for name in listed]
    except (OSError, subprocess.CalledProcessError):
        made = {".venv", "_build", "__pycache__", ".git", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}
        paths = [path for path in ROOT.rglob("*") if not made & set(path.parts)]
    return [path for path in paths if path.is_file() and path.suffix in TEXT]


def test_no_text_names_a_package_registry() -> None:
    hosts = (
        "py" + r"pi\.org",
        "python" + r"hosted\.org",
        "registry" + r"\.npm",
        "npm" + r"js\.com",
        "conda" + r"\.anaconda",
        "--index" + "-url",
        "--extra-" + "index",
    )
    pattern = re.compile("|".join(hosts), re.IGNORECASE)
    assert not [str(path.relative_to(ROOT)) for path in committed() if pattern.search(path.read_text(encoding="utf-8", errors="ignore"))]


def test_no_text_names_a_path_of_one_machine() -> None:
    pattern = re.compile("/" + "work/|/" + "home/[a-z]|/" + "root/|/" + "Users/|[A-Z]:" + r"\\Users")
    assert not [str(path.relative_to(ROOT)) for path in committed() if pattern.search(path.read_text(encoding="utf-8", errors="ignore"))]


def test_no_lock_file() -> None:
    assert not [path.name for path in committed() if re.search(r"(\.lock|-lock\.(json|ya?ml))$", path.name)]


@pytest.mark.parametrize("path", PINS, ids=lambda path: path.name)
def test_every_requirement_is_pinned_exactly_and_once(path: Path) -> None:
    lines = [line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines()]
    wanted = [line for line in lines if line and not line.startswith("-r ")]
    assert wanted
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+", line) for line in wanted)
    names = [name(line) for line in wanted]
    assert len(names) == len(set(names))


def name(requirement: str) -> str:
    """A requirement's name as package tools compare it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[=<>~!; \[]", requirement)[0]).lower()


def test_what_the_package_declares_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pinned = {path.stem: {name(line) for line in path.read_text(encoding="utf-8").splitlines() if "==" in line} for path in PINS}
    extras = project["project"]["optional-dependencies"]
    assert {
        name(one)
        for one in (
            *project["project"]["dependencies"],
            *extras["plan"],
            *extras["report"],
            *extras["evidence"],
            *extras["timestamp"],
            *extras["web"],
            *project["build-system"]["requires"],
        )
    } <= pinned["run"]
    assert {name(one) for use in ("test", "dask", "notebook") for one in extras[use]} <= pinned["test"]
    assert {name(one) for one in extras["docs"]} <= pinned["ci"]


def test_licence_and_attributions_are_there() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    told = (ROOT / "LICENSES" / "ATTRIBUTION.md").read_text(encoding="utf-8")
    for owner in ("Epoch AI", "CC BY 4.0", "Open-Meteo", "Green Software Foundation"):
        assert owner in told
    assert "Epoch AI" in (ROOT / "README.md").read_text(encoding="utf-8")


def commands(page: str) -> list[str]:
    """The commands of a page's console blocks, in order."""
    blocks = re.findall(r"```console\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)
    return [line[2:].split("  #")[0].strip() for block in blocks for line in block.splitlines() if line.startswith("$ ")]


def run_page(page: str, folder: Path) -> int:
    """Run each command of a page in order in a folder: it answers, and says nothing of a fault. Returns how many there are."""
    asked = commands(page)
    for command in asked:
        program, *arguments = shlex.split(command)
        assert program == "stargauge"
        out, err = (TextIOWrapper(BytesIO(), "utf-8", write_through=True) for _ in range(2))
        with chdir(folder), redirect_stdout(out), redirect_stderr(err):
            code = main(arguments)
        told, faults = (stream.buffer.getvalue().decode() for stream in (out, err))
        assert code == 0, f"{command}\n{told[-800:]}\n{faults[-800:]}"
        assert told.strip(), command
    return len(asked)


def test_the_page_on_proof_works_as_it_stands(tmp_path: Path) -> None:
    pytest.importorskip("cryptography")
    pytest.importorskip("rfc3161_client")
    (tmp_path / "page.html").write_text("<p>100 pears</p>", encoding="utf-8")
    assert run_page("docs/proof.md", tmp_path) == 6
    from stargauge.evidence.workspace import Workspace

    with Workspace.open(tmp_path / "evidence", write=False) as workspace:
        key = workspace.verifiers()[-1].text
    assert run_python("docs/proof.md")["shown"](tmp_path / "C-1.zip", key).entries[0].id == "C-1"  # type: ignore[operator]


def test_the_page_on_accuracy_works_as_it_stands(tmp_path: Path) -> None:
    assert run_page("docs/how-good-the-dates-are.md", tmp_path) == 2


def test_the_page_on_your_own_values_works_as_it_stands(tmp_path: Path) -> None:
    blocks = re.findall(r"```text\n(.*?)```", (ROOT / "docs/own-values.md").read_text(encoding="utf-8"), re.S)
    (tmp_path / "mine.csv").write_text(blocks[0], encoding="utf-8")
    (tmp_path / "sources.csv").write_text(blocks[1], encoding="utf-8")
    (tmp_path / "chips.csv").write_text(blocks[2], encoding="utf-8")
    assert run_page("docs/own-values.md", tmp_path) == 6
    known = load_catalogue(tmp_path / "chips.csv").known(date(2026, 11, 22))
    assert transformer_of(known, "my-moe-l").experts == 64 and chip_of(known, "my-chip").peaks["fp8"] == 1.6e15


@pytest.mark.slow
def test_the_page_on_comparisons_works_as_it_stands(tmp_path: Path) -> None:
    scenario = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/compare.md").read_text(encoding="utf-8"), re.S)[0]
    (tmp_path / "slow.yaml").write_text(scenario, encoding="utf-8")
    assert run_page("docs/compare.md", tmp_path) == 4


def test_the_page_on_validating_finance_works_as_it_stands(tmp_path: Path) -> None:
    cases = re.findall(r"```json\n(.*?)```", (ROOT / "docs/validate-finance.md").read_text(encoding="utf-8"), re.S)[0]
    (tmp_path / "cases.json").write_text(cases, encoding="utf-8")
    assert run_page("docs/validate-finance.md", tmp_path) == 1


def test_the_page_on_goodput_works_as_it_stands(tmp_path: Path) -> None:
    rows = re.findall(r"```text\n(.*?)```", (ROOT / "docs/goodput.md").read_text(encoding="utf-8"), re.S)[0]
    (tmp_path / "jobs.csv").write_text(rows, encoding="utf-8")
    assert run_page("docs/goodput.md", tmp_path) == 4
    assert run_python("docs/goodput.md")["goodput"]["p50"] > 0.85  # type: ignore[index]


@pytest.mark.slow
def test_the_page_on_jobs_works_as_it_stands(tmp_path: Path) -> None:
    assert run_page("docs/jobs.md", tmp_path) == 3


def test_the_page_on_reading_works_as_it_stands(tmp_path: Path) -> None:
    text = (ROOT / "docs/reading.md").read_text(encoding="utf-8")
    (tmp_path / "article.txt").write_text(re.findall(r"```text\n(.*?)```", text, re.S)[0], encoding="utf-8")
    (tmp_path / "cases.jsonl").write_text(re.findall(r"```json\n(.*?)```", text, re.S)[0], encoding="utf-8")
    (tmp_path / "saved.html").write_text(re.findall(r"```html\n(.*?)```", text, re.S)[0], encoding="utf-8")
    for extra in ("httpx", "selectolax", "warcio", "cryptography"):
        pytest.importorskip(extra)
    assert run_page("docs/reading.md", tmp_path) == 7
    assert run_python("docs/reading.md")["found"] == ("At least 5 GW", 5000.0, "MW", "lower", "promised")
    drafts = yaml.safe_load((tmp_path / "draft.yaml").read_text(encoding="utf-8"))["drafts"]
    proposed = {one for draft in drafts.values() for one in draft["readings"].values()}
    assert "power_facility[operational] >= 300 MW by 2029-12-31" in proposed and "jobs_direct >= 450 by 2028-12-31" in proposed


@pytest.mark.slow
def test_the_page_on_drivers_runs(tmp_path: Path) -> None:
    assert run_page("docs/drivers.md", tmp_path) == 3
    assert run_python("docs/drivers.md")["one"]["rows"][0]["moved"]["resolved"]["share"] > 0.3  # type: ignore[index]


def run_python(page: str) -> dict[str, object]:
    """Run the Python of a page; what it leaves by name."""
    left: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.S):
        exec(block, left)
    return left


@pytest.mark.slow
def test_the_page_on_scenarios_and_sensitivity_works_as_it_stands(tmp_path: Path) -> None:
    assert run_page("docs/scenarios-and-sensitivity.md", tmp_path) == 8
    assert run_python("docs/scenarios-and-sensitivity.md")["table"].two_way is not None  # type: ignore[attr-defined]
    text = (ROOT / "docs/scenarios-and-sensitivity.md").read_text(encoding="utf-8")
    laid = api.load("stargate", yaml.safe_load(re.findall(r"```yaml\n(.*?)```", text, re.S)[0]))
    assert api.load(laid, "late-hall").sites["shackelford"].phases["building-1"].milestones.operational[0].text == "2028-06-30"
    assert set(api.load("stargate").scenarios) == set(re.findall(r"^\| `([a-z-]+)` \|", text, re.M))


@pytest.mark.slow
def test_the_page_on_unit_costs_works_as_it_stands(tmp_path: Path) -> None:
    assert run_page("docs/unit-costs.md", tmp_path) == 3
    assert run_python("docs/unit-costs.md")["made"].pairs == (("abilene", "gb200-nvl72"),)  # type: ignore[attr-defined]
    text = (ROOT / "docs/unit-costs.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_]+)(?:\[[^]]*\])?`", text))
    assert {name for name in named if "cost" in name or "rent" in name or "lcoc" in name} <= {
        *model_graph().quantities,
        "discount_rate",
    }


def test_the_page_on_what_a_fleet_serves_works_as_it_stands(tmp_path: Path) -> None:
    assert run_page("docs/compute.md", tmp_path) == 4
    assert run_python("docs/compute.md")["made"].served == "deepseek-v3"  # type: ignore[attr-defined]
    named = set(re.findall(r"`([a-z]+_[a-z_]+)(?:\[[^]]*\])?`", (ROOT / "docs/compute.md").read_text(encoding="utf-8")))
    assert named <= {*model_graph().quantities}


@pytest.mark.slow
def test_the_page_on_money_works_as_it_stands(tmp_path: Path) -> None:
    assert run_page("docs/money.md", tmp_path) == 4


@pytest.mark.slow
def test_the_page_on_the_finance_of_sites_works_as_it_stands(tmp_path: Path) -> None:
    assert run_page("docs/site-finance.md", tmp_path) == 3
    assert run_python("docs/site-finance.md")["made"].years  # type: ignore[attr-defined]


def test_the_readme_starts_with_the_two_commands() -> None:
    assert commands("README.md")[:2] == ["make demo", "make test"]


@pytest.mark.slow
def test_the_page_on_the_workbook_works_as_it_stands(tmp_path: Path) -> None:
    assert run_page("docs/workbook.md", tmp_path) == 4
    assert len({(tmp_path / name).read_bytes() for name in ("fairwater.xlsx", "abilene.xlsx", "nearest.xlsx", "draw-17.xlsx")}) == 4
    assert len(run_python("docs/workbook.md")["content"]) > 1_000_000  # type: ignore[arg-type]
