"""Validations: our answers beside measurements, published cases and the answers of others. Each is a function that yields figures.

Goals are those that the tests hold, or that pages and bench/README.md promise. Folders of facts and vectors lie below STARGAUGE_SHARED.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.figure import Figure
from stargauge import api
from stargauge.catalogue.load import DATA

ROOT = Path(__file__).resolve().parents[1]


def facts(*parts: str) -> Path:
    """A file of the folder of facts and vectors. Raises FileNotFoundError with what to do where it is missing."""
    folder = Path(os.environ.get("STARGAUGE_SHARED") or ROOT.parent / "shared")
    path = folder.joinpath(*parts)
    if not path.exists():
        raise FileNotFoundError(f"{'/'.join(parts)} is not here: STARGAUGE_SHARED names the folder that holds it")
    return path


def scored(kind: str, *path: Path) -> dict[str, Any]:
    """The summary of `stargauge validate KIND FILE`."""
    found: dict[str, Any] = api.validate(kind, *path).to_dict()["summary"]
    return found


def share(name: str, value: float, note: str = "", low: float = 0.7, high: float | None = None) -> Figure:
    """The share of outcomes within P10 to P90, in per cent."""
    return Figure(name, 100.0 * value, "%", at_least=100.0 * low, at_most=None if high is None else 100.0 * high, note=note)


def skill(name: str, score: Mapping[str, Any], key: str, cases: str) -> Iterator[Figure]:
    """Skill over a baseline in per cent, and the low end of its interval, which shows it only above nothing."""
    low, high = score["intervals"][key]
    yield Figure(f"{name}: skill", 100.0 * score[key], "%", at_least=0.0, note=f"5 to 95 %: {100 * low:.0f} to {100 * high:.0f} %; {cases}")
    yield Figure(
        f"{name}: low end of the skill", 100.0 * low, "%", at_least=0.0, note="the skill is beyond chance where this is above nothing"
    )


# --- chips and halls --------------------------------------------------------------------------------------------------------------


def training() -> Iterator[Figure]:
    """Step times of published training runs, each predicted by a fit that did not see its model family on that accelerator."""
    found = scored("training", DATA / "training-run.csv")
    yield Figure("error of step time, dense", 100 * found["mape_dense"], "%", at_most=10, note=f"mean of {found['n_dense']} runs")
    yield Figure("error of step time, experts", 100 * found["mape_moe"], "%", at_most=20, note=f"mean of {found['n_moe']} runs")
    yield share("measured within P10 to P90", found["inside_p10_p90"], f"{found['n']} runs", high=0.95)
    for family, theirs in (("GPT (Narayanan)", 9.9), ("GPT (Megatron-Core)", 14.0)):
        one = found["by_family"][family]
        yield Figure(
            f"error of {family}", 100 * one["mape"], "%", at_most=theirs, note=f"{one['n']} runs; goal: Calculon's error, as recorded"
        )
    worst = max(found["by_family"], key=lambda name: found["by_family"][name]["mape"])
    yield Figure("worst family", 100 * found["by_family"][worst]["mape"], "%", at_most=20, note=worst)


def inference() -> Iterator[Figure]:
    """Tokens per second of published serving runs, each forecast by a fit without its model family on that chip."""
    found = scored("inference", DATA / "serving-run.csv")
    yield Figure("error of tokens per second, median", 100 * found["median_ape"], "%", at_most=25, note=f"{found['n']} runs")
    yield Figure("error of tokens per second, mean", 100 * found["mean_ape"], "%", note=f"{found['n']} runs")
    yield share("measured within P10 to P90", found["inside_p10_p90"], high=0.95)
    worst = max(found["by_model"], key=lambda name: found["by_model"][name]["median_ape"])
    one = found["by_model"][worst]
    yield Figure("worst model, median error", 100 * one["median_ape"], "%", at_most=25, note=f"{worst}, {one['n']} runs")
    inside = min(found["by_model"], key=lambda name: found["by_model"][name]["inside_p10_p90"])
    yield share("worst model, within P10 to P90", found["by_model"][inside]["inside_p10_p90"], inside, low=0.5)


def goodput() -> Iterator[Figure]:
    """What recorded training jobs kept of their time."""
    found = scored("goodput")
    note = f"{found['n']} jobs"
    yield Figure("error of goodput, mean", 100 * found["mean_abs_error"], "points", at_most=3, note=note)
    yield Figure("error of goodput, worst", 100 * found["worst_abs_error"], "points", note=note)
    yield share("measured within P10 to P90", found["inside_p10_p90"] / found["n"], note)


def pue() -> Iterator[Figure]:
    """Yearly PUE and water of halls from weather and what is said of their cooling."""
    found = scored("pue", facts("facts", "pue_wue.csv"))
    yield Figure("error of PUE, mean", found["mae"], "", at_most=0.08, note=f"{found['n']} halls and years")
    score = {**found, "intervals": {"skill_vs_constant": found["skill_interval"]}}
    yield from skill("PUE over the best constant", score, "skill_vs_constant", f"{found['n']} halls")
    yield share("PUE within P10 to P90", found["inside_p10_p90"])
    water = found["wue"]
    yield Figure("water within three times", water["within_factor"], "halls", at_least=water["n"], note=f"of {water['n']}")


def weather() -> Iterator[Figure]:
    """Synthetic weather beside hourly files: of each measure the place that comes nearest to its goal, or misses it."""
    from bench.weather import weather as by_place

    os.environ["STARGAUGE_SHARED"] = str(facts("vectors", "weather").parents[1])
    worst = dict[str, Figure]()
    places = set[str]()
    for one in by_place():
        place, _, measure = one.name.partition(": ")
        if not measure or one.at_most is None:
            continue
        places.add(place)
        said = Figure(f"{measure}, worst place", one.value, one.unit, at_most=one.at_most, note=f"{place}: {one.note}")
        before = worst.get(measure)
        if before is None or one.value / one.at_most > before.value / (before.at_most or 1.0):
            worst[measure] = said
    yield Figure("places compared", len(places), "places")
    yield from worst.values()


# --- dates, odds, claims ----------------------------------------------------------------------------------------------------------


def schedule() -> Iterator[Figure]:
    """Plans and builds forecast from the records of other owners; milestones and odds of the shipped programmes replayed."""
    from stargauge.audit.backtest.measured import shipped

    made = shipped()
    assert made is not None
    plans, builds, replayed = made.scores["records"], made.scores["builds"], made.scores["backtest"]
    count = f"{plans['n']} plans of {plans['owners']} owners"
    yield share("plans: outcomes within P10 to P90", plans["coverage_p10_p90"], count, high=0.95)
    yield from skill("plans, over believing the announcement", plans, "crps_skill_vs_announcement", count)
    yield from skill("plans, over announcement + median slip", plans, "crps_skill_vs_median_slip", count)
    halls = plans["built_here"]
    note = f"{halls['n']} plans of {halls['owners']} owners"
    yield from skill("plans of data centres and campuses, over believing", halls, "crps_skill_vs_announcement", note)
    count = f"{builds['n']} builds of {builds['owners']} owners"
    yield share("builds: outcomes within P10 to P90", builds["coverage_p10_p90"], count, high=0.95)
    yield from skill("builds, over the median of their kind", builds, "crps_skill_vs_median", count)
    count = f"{replayed['cases_with_plan']} cases of {replayed['sites_with_plan']} sites"
    note = f"{replayed['cases']} cases of {replayed['sites']} sites"
    yield share("programmes: outcomes within P10 to P90", replayed["coverage_p10_p90"], note, high=0.95)
    yield from skill("programmes, over believing the announcement", replayed, "crps_skill_vs_announcement", count)
    yield from skill("programmes, over announcement + median slip", replayed, "crps_skill_vs_median_slip", count)
    low, high = replayed["brier_gain_interval"]
    note = f"{replayed['brier_cases']} readings of {replayed['brier_claims']} claims; 5 to 95 %: {low:.3f} to {high:.3f}"
    yield Figure("odds: Brier score below the base rate", replayed["brier_gain"], "", at_least=0.0, note=note)
    yield Figure("odds: low end of that gain", low, "", at_least=0.0)


def verdicts() -> Iterator[Figure]:
    """Our verdicts on 42 claims beside an outside reading of the same claims, made by hand from the same sources."""
    from tests import test_verdicts as beside

    ours = {verdict.id: verdict for name in beside.PROGRAMMES for verdict in api.audit(name, as_of=beside.NOW, draws=1024)}
    read = total = 0
    for name, row in beside.TABLE.items():
        readings = {reading.name: reading for reading in ours[name].readings}
        total += len(row.ours)
        read += sum(expected in beside.answers(readings[key]) for key, expected in row.ours.items())
    differ = [name for name, row in beside.TABLE.items() if row.differs]
    told = beside.rows_of_page()
    explained = sum(told[name][2].startswith("Differs") and len(told[name][2]) >= 80 for name in differ)
    many = len(beside.TABLE)
    yield Figure("claims whose answer agrees", many - len(differ), "claims", note=f"of {many}; where we differ: {', '.join(differ)}")
    yield Figure("differences that are explained", explained, "claims", at_least=len(differ), note="docs/verdicts.md")
    yield Figure("answers as that page has them", read, "readings", at_least=total, note=f"of {total}, run anew")


# --- formulas ---------------------------------------------------------------------------------------------------------------------


def finance() -> Iterator[Figure]:
    """Cases of a spreadsheet's functions, libraries and NREL's System Advisor Model, recomputed."""
    found = scored("finance", facts("facts", "finance_vectors.json"))
    yield Figure("numbers that agree", found["checks"], "numbers", note=f"in {found['n']} cases, each within its tolerance")
    yield Figure("cases that differ", found["failed"], "cases", at_most=0)


def indices() -> Iterator[Figure]:
    """Shares of variance beside closed forms (Ishigami, Sobol's g)."""
    from bench.audit import _error, _g, _g_indices, _ishigami, _ishigami_indices

    for name, function, known, size in (("Ishigami", _ishigami, _ishigami_indices, 3), ("Sobol's g", _g, _g_indices, 8)):
        yield from _error(name, function, *known(), size)


def supply() -> Iterator[Figure]:
    """The cheapest supply of three sites beside HiGHS on the same program written out as one sparse matrix."""
    from bench.plan import CASES, _run

    for case in CASES:
        one, other = _run(sys.executable, "ours", case), _run(sys.executable, "HiGHS", case)
        note = f"{one['cost'] / 1e6:.6f} M USD a year"
        yield Figure(f"{case}: cost against HiGHS", abs(one["cost"] / other["cost"] - 1.0), "", at_most=1e-6, note=note)


# --- reading and evidence ---------------------------------------------------------------------------------------------------------


def reading() -> Iterator[Figure]:
    """Amounts, bounds, dates and speakers read from sentences that were marked by hand."""
    sets = {
        "our sentences": ROOT / "tests" / "data" / "reading_cases.jsonl",
        "mixed sentences": ROOT / "tests" / "data" / "reading_mixed.jsonl",
    }  # fmt: skip
    for name, path in sets.items():
        yield from _read(name, scored("reading", path), 0.98)
    yield from _read("sentences of the facts", scored("reading", facts("facts", "extraction_cases.jsonl")), 0.95)


def _read(name: str, found: Mapping[str, Any], goal: float) -> Iterator[Figure]:
    yield Figure(f"{name}: F1 of amounts", found["f1"], "", at_least=goal, note=f"{found['n']} sentences")
    yield Figure(f"{name}: wrong values", found["wrong_values"], "", at_most=0)


def evidence() -> Iterator[Figure]:
    """The log against published vectors (RFC 6962, C2SP, a public log), OpenSSL and Go, by the tests that compare."""
    facts("vectors", "merkle_vectors")
    lines = facts("vectors", "merkle_vectors", "transparency_dev_merkle_proofs.jsonl").read_text(encoding="utf-8").splitlines()
    made = _by_tests(
        "published_tree or published_proofs or another_program or public_log or notes_of_others or openssl or go_reads",
        "tests/test_evidence_log.py", "tests/test_evidence_outside.py",
    )  # fmt: skip
    yield Figure(
        "comparisons that hold", made["passed"], "tests", at_least=made["passed"] + made["failed"], note=f"{len(lines)} proofs in one"
    )
    yield Figure("comparisons that do not", made["failed"], "tests", at_most=0)
    yield Figure("comparisons that could not run here", made["skipped"], "tests", at_most=0, note="Go reads a log of ours only where Go is")


def _by_tests(wanted: str, *files: str) -> dict[str, int]:
    """How many tests of files passed, failed, were skipped."""
    import pytest

    count = {"passed": 0, "failed": 0, "skipped": 0}

    class Counted:
        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            if report.when == "call" or report.outcome != "passed":
                count[report.outcome] += 1

    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        shown, sys.stdout = sys.stdout, nowhere
        try:
            pytest.main(
                ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "slow or not slow", "-k", wanted, *files], plugins=[Counted()]
            )
        finally:
            sys.stdout = shown
    if not sum(count.values()):
        raise RuntimeError("no test was run")
    return count
