"""`stargauge goodput`: what a job keeps, by formula and in histories; its ranges, sizes, texts, files and faults."""

from __future__ import annotations

import json
import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from tests.cli_runs import ask

import stargauge as sg
from stargauge.audit.compute.goodput import SIZES, GoodputAnswer
from stargauge.audit.compute.goodput_job import PARTS, SAME_NODES, Asked, causes, job_of, kept_of, kept_share, levels, swapped
from stargauge.catalogue.load import load_catalogue
from stargauge.quantity.errors import InputError
from stargauge.report.compute.goodput import render_goodput

KNOWN = load_catalogue().known(date(2026, 11, 27))
#: Figures without ranges: nothing is drawn but what no option names.
STATED = {
    "failure_rate": "0.00379", "checkpoint_write": "20s", "restart": "10min", "spares": "100%", "planned": "2%", "stragglers": "1%",
}  # fmt: skip


@pytest.fixture(scope="module")
def made() -> GoodputAnswer:
    return sg.goodput("16384xh100", model="llama3-405b", simulate=40, days=3.0, as_of=date(2026, 11, 27))


# --- the job ------------------------------------------------------------------------------------------------------------------------


def test_stated_figures_give_the_renewal_form_by_hand() -> None:
    """M = 24 / (2048 x 0.00379) h; the best interval and E = M exp(R / M) (exp((tau + w) / M) - 1), with 2 % and 1 % off."""
    answer = sg.goodput("16384xh100", **STATED, simulate=0)  # type: ignore[arg-type]
    data = answer.to_dict()
    between = 24.0 / (2048 * 0.00379)
    assert data["mtbf_h"]["p10"] == data["mtbf_h"]["p90"] == pytest.approx(between)
    tau, wait = data["checkpoint"]["interval_min"]["used"]["p50"] / 60.0, 20.0 / 3600.0
    assert tau + between * np.log1p(-tau / between) == pytest.approx(-wait, rel=1e-6)
    whole = between * np.exp(10.0 / 60.0 / between) * np.expm1((tau + wait) / between)
    # Detection is no time in which a node fails: between the whole restart exposed to failures, and none of it.
    least, most = tau / whole, tau / ((between + 10.0 / 60.0) * np.expm1((tau + wait) / between))
    assert least * 0.98 * 0.99 <= data["goodput"]["p50"] <= most * 0.98 * 0.99 + 1e-12
    assert 0.88 < data["goodput"]["p50"] / 0.98 / 0.99 < 0.91


def test_parts_add_up_to_all_time(made: GoodputAnswer) -> None:
    lost = sum(made.kept.parts[part] for part in PARTS)
    np.testing.assert_allclose(lost + made.kept.goodput, 1.0, atol=1e-9)
    assert all(float(np.min(made.kept.parts[part])) >= -1e-9 for part in PARTS)


def test_causes_are_the_419_stops_of_llama_3_and_78_per_cent_of_them_hardware() -> None:
    found = causes(KNOWN)
    assert sum(cause.share for cause in found) == pytest.approx(1.0)
    assert found[0].name == "faulty_gpu" and found[0].share == pytest.approx(148 / 419)
    assert {cause.name for cause in found if not cause.swap} == SAME_NODES
    assert swapped(found) == pytest.approx(0.78, abs=0.01)  # the paper says about 78 % are hardware


def test_bigger_jobs_keep_less_and_every_size_is_there(made: GoodputAnswer) -> None:
    sizes = made.to_dict()["sizes"]
    assert [one["accelerators"] for one in sizes] == list(SIZES) == [512 * 2**n for n in range(10)]
    middles = [one["goodput"]["p50"] for one in sizes]
    assert all(a > b for a, b in pairwise(middles)) and middles[-1] > 0.0
    same = next(one for one in sizes if one["accelerators"] == 16384)
    assert same["goodput"] == levels(made.kept.goodput)


def test_no_other_interval_is_better_on_average() -> None:
    best = sg.goodput("16384xh100", **STATED, simulate=0).kept  # type: ignore[arg-type]
    for interval in ("2min", "30min"):
        other = sg.goodput("16384xh100", **STATED, interval=interval, simulate=0)  # type: ignore[arg-type]
        assert other.kept.goodput.mean() < best.goodput.mean()
        assert other.to_dict()["checkpoint"]["interval_min"]["stated"] is True


def test_blocking_writes_keep_less_than_those_in_the_background_on_a_slow_store() -> None:
    ways = [
        sg.goodput("16384xh100", model="llama3-405b", writing=way, storage="0.1TB/s", simulate=0).kept.goodput.mean()
        for way in ("blocking", "background")
    ]
    assert ways[0] < ways[1]


def test_a_write_that_goes_on_holds_back_the_next() -> None:
    """405.85e9 parameters at 12 to 16 bytes over 0.01 TB/s take minutes: no interval is shorter."""
    kept = sg.goodput("16384xh100", model="llama3-405b", storage="0.01TB/s", interval="1min", simulate=0).kept
    assert np.all(kept.interval + kept.job.stall >= kept.job.background * (1.0 - 1e-12)) and kept.job.background.min() > 300.0


def test_few_spares_wait_and_enough_do_not() -> None:
    none, some, many = (
        sg.goodput("16384xh100", **{**STATED, "spares": spares}, repair="24h", simulate=0).kept.parts["waiting"].mean()  # type: ignore[arg-type]
        for spares in ("0", "8", "200")
    )
    assert none > some > many and many < 1e-9


def test_a_catalogue_of_ones_own_moves_it(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("kind,name,attribute,value,unit\nreliability,fleet,failure_rate,0.0001,1/node/d\n", encoding="utf-8")
    own = sg.goodput("16384xh100", simulate=0, values=load_catalogue(tmp_path / "mine.csv"))
    assert own.to_dict()["mtbf_h"]["p50"] == pytest.approx(24.0 / (2048 * 0.0001))


def test_the_same_seed_gives_the_same_answer() -> None:
    one, same, other = (sg.goodput("1024xh100", simulate=20, days=2.0, seed=seed).to_dict() for seed in (3, 3, 4))
    assert one == same and one["simulated"] != other["simulated"]


def test_kept_share_is_for_others_to_use() -> None:
    share = kept_share(KNOWN, Asked(16384.0))
    assert share.shape == (512,) and 0.7 < float(np.median(share)) < 0.95
    kept = kept_of(job_of(KNOWN, Asked(16384.0)), None, swapped(causes(KNOWN)))
    np.testing.assert_array_equal(share, kept.goodput)


# --- histories ----------------------------------------------------------------------------------------------------------------------


def test_histories_agree_with_the_formula_for_their_draws() -> None:
    """All at once: planned stops, slow nodes, writes in the background, spares; within Monte Carlo error and what the ends change."""
    data = sg.goodput("16384xh100", model="llama3-405b", spares="4%", repair="10h", interval="15min", simulate=300, days=12.0).to_dict()
    simulated = data["simulated"]
    assert abs(simulated["apart"]) < 4.0 * simulated["standard_error"] + 900.0 / (12.0 * 86400.0)
    assert simulated["histories"] == 300 and simulated["days"] == 12.0 and simulated["events"] > 300 * 1000
    parts = {one["part"]: one["mean"] for one in data["lost"]}
    for part in ("planned", "detection", "reload", "redone", "slow"):
        assert simulated["lost"][part] == pytest.approx(parts[part], rel=0.2, abs=0.002), part


def test_where_nobody_asks_histories_are_short() -> None:
    data = sg.goodput("16384xh100", **STATED).to_dict()  # type: ignore[arg-type]
    assert data["simulated"]["histories"] == 256 and 0.0 < data["simulated"]["days"] < 54.0
    assert sg.goodput("512xh100", simulate=0).to_dict()["simulated"] == {"histories": 0}


def test_the_mean_is_told_beside_the_middle_and_waits_explain_it(made: GoodputAnswer) -> None:
    data = made.to_dict()
    text = " ".join(render_goodput(data).split())
    assert f"{100 * data['goodput']['mean']:.1f} % on average" in text and "Waits for a spare are rare but long" in text
    waits, waiting = data["waits"], made.kept.parts["waiting"]
    assert waits["share_of_draws"] == np.mean(waiting > 0.01) and waits["mean_there"] == pytest.approx(waiting[waiting > 0.01].mean())
    enough = sg.goodput("16384xh100", spares="100%", simulate=0).to_dict()
    assert "rare but long" not in render_goodput(enough)


def test_no_size_keeps_more_than_a_smaller_one() -> None:
    """At every level: a share of nodes in reserve is rounded up, so small jobs do not wait for want of a part of a node."""
    sizes = sg.goodput("16384xh100", simulate=0).to_dict()["sizes"]
    for level in ("p10", "p50", "p90"):
        kept = [one["goodput"][level] for one in sizes]
        assert all(a >= b for a, b in pairwise(kept)), level


@pytest.mark.parametrize("asked", [("1xh100",), ("1xh100", "1e-5"), ("1000000xh100", "1"), ("16384xh100", "0.004")])
def test_no_number_is_cut_off_or_a_power_of_ten(asked: tuple[str, ...]) -> None:
    text = render_goodput(sg.goodput(asked[0], failure_rate=asked[1] if asked[1:] else None, simulate=0).to_dict())
    assert "…" not in text and not re.search(r"\de[-+]\d", text) and " 0 min" not in text
    assert not re.search(r"every (\S+ \S+) \(\1 to \1\)", text)


# --- the command --------------------------------------------------------------------------------------------------------------------


def test_text_and_json_say_the_same(made: GoodputAnswer, capsys: pytest.CaptureFixture[str]) -> None:
    told = ask(capsys, "goodput", "--cluster", "16384xh100", "--model", "llama3-405b", "--simulate", "40", "--days", "3", "--json")
    data = json.loads(told.out)
    assert told.code == 0 and data["goodput"] == made.to_dict()["goodput"] and data["model"] == "llama-3.1-405b"
    text = render_goodput(data)
    assert f"{100 * data['goodput']['p50']:.1f} % of the time of one job becomes kept work" in " ".join(text.split())
    assert "assumption *" in text and "262,144" in text and max(map(len, text.splitlines())) <= 80
    assert not re.search(r"\bnan\b", text.lower())


def test_assumptions_are_marked(made: GoodputAnswer) -> None:
    marked = {one["name"]: one["assumption"] for one in made.to_dict()["inputs"]}
    assert marked["until a swapped node is back"] and not marked["failures per node and day"]
    stated = sg.goodput("16384xh100", repair="24h", spares=64, simulate=0).to_dict()["inputs"]
    told = {one["name"]: one for one in stated}
    assert told["until a swapped node is back"]["source"] == told["nodes in reserve"]["source"] == "stated"


def test_a_folder_gets_a_page_pictures_and_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("jinja2")
    told = ask(capsys, "goodput", "--cluster", "8xh100", "--simulate", "10", "--days", "30", "--out", str(tmp_path / "made"))
    names = {path.name for path in (tmp_path / "made").iterdir()}
    assert told.code == 0
    assert names == {"goodput.html", "goodput.json", "goodput-sizes.svg", "goodput-lost.svg", "goodput-histories.svg"}
    page = (tmp_path / "made" / "goodput.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>") and "Left out" in page and "http://" not in page.replace("http://www.w3.org", "")
    assert json.loads((tmp_path / "made" / "goodput.json").read_text(encoding="utf-8"))["accelerators"] == 8
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    told = ask(capsys, "goodput", "--cluster", "8xh100", "--out", str(tmp_path / "file"))
    assert told.code == 2 and "expected a folder" in told.told and (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_every_fault_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    told = ask(
        capsys, "goodput", "--cluster", "16384xh1000", "--model", "lama-3", "--failure-rate", "3x", "--restart", "-4",
        "--writing", "bloking", "--days", "0", "--spares", "many", "--interval", "5kg", "--simulate", "-1",
    )  # fmt: skip
    assert (told.code, told.out) == (2, "")
    for part in (
        "9 errors, nothing was run", "h100-sxm", "llama-3", "stops per node and day, such as 0.004", "a time such as 8min",
        'did you mean "blocking"', "expected 0.01 to 3,650 days", "a number of nodes such as 64",
        "useful work between checkpoints such as 20min", "0 to 100,000 histories",
    ):  # fmt: skip
        assert part in told.told, part


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"storage": "2TB/s"}, "goes with --model"),
        ({"storage": "2TB/s", "checkpoint_write": "3s", "model": "llama3-405b"}, "leave one of them out"),
        ({"planned": "99%"}, "a share such as 2%"),
        ({"failure_rate": 5.0}, "stops per node and day"),
        ({"draws": 3}, "expected 16 to"),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, object], why: str) -> None:
    with pytest.raises(InputError, match=why):
        sg.goodput("16384xh100", **options)  # type: ignore[arg-type]


def test_a_cluster_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    told = ask(capsys, "goodput")
    assert told.code == 2 and "such as 16384xh100" in told.told
