"""`stargauge together`: what it says of a programme, as JSON, in words, as a picture; and its page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.test_packaging_files import run_page, run_python

import stargauge as sg
from stargauge import api
from stargauge.audit.claims.together import state_of
from stargauge.cli.main import main
from stargauge.quantity.errors import InputError
from stargauge.report.claims.claim_depth import together_page
from stargauge.report.claims.joint_chart import MOST_ROWS, matrix, matrix_table, shown, spoken_matrix
from stargauge.report.claims.together import relation_text, render_together
from stargauge.report.drawing.canvas import HUES

DAY = "2026-09-30"


@pytest.fixture(scope="module")
def made() -> Any:
    return sg.together("stargate", as_of=DAY)


@pytest.fixture(scope="module")
def data(made: Any) -> Any:
    return made.to_dict()


@pytest.fixture(scope="module")
def result() -> Any:
    """The audit in the same worlds."""
    programme = sg.load("stargate")
    return api.runs.audited(api.known(programme, DAY), programme, 1024, 0, 1, (), None, with_drivers=False)[0]


def test_it_counts_the_draws_of_the_audit(data: Any, result: Any) -> None:
    for one in data["by_reading"]["members"]:
        if "record" not in one["state"]:  # what the record settles is so in every world, whatever the model makes of it
            assert one["share"] == result.truth[one["key"]].mean()
    for one in data["by_reading"]["pairs"]:
        a, b = result.truth[one["first"]], result.truth[one["second"]]
        assert (one["both"], one["neither"]) == ((a & b).mean(), (~a & ~b).mean())
    assert data["draws"] == 1024 and data["fingerprint"] == sg.together("stargate", as_of=DAY, workers=2).to_dict()["fingerprint"]


def test_sets_hold_in_the_draws_they_name_and_nothing_can_be_added(made: Any, result: Any) -> None:
    level = made.levels["by_reading"]
    for one in level.sets.found:
        held = np.logical_and.reduce([result.truth[key] for key in one.members])
        assert held.sum() == one.draws > 0
        assert not any((held & result.truth[key]).any() for key in level.free if key not in one.members)


def test_sets_tell_in_how_many_draws_they_hold(made: Any, data: Any) -> None:
    found = made.levels["by_reading"].sets.found
    told = data["by_reading"]["sets"]["found"]
    assert [one["draws"] for one in told] == [one.draws for one in found[: len(told)]]
    assert f"in {told[0]['draws']:,} of {data['draws']:,} draws" in str(together_page(data))


def test_a_claim_holds_where_any_of_its_readings_does(made: Any, result: Any) -> None:
    claims = {one.key: one for one in made.levels["by_claim"].members}
    either = result.truth["shackelford-h2-2026/energised"] | result.truth["shackelford-h2-2026/operational"]
    assert np.array_equal(claims["shackelford-h2-2026"].truth, either)
    first = {one.key: one for one in made.levels["by_first_reading"].members}
    assert np.array_equal(first["shackelford-h2-2026"].truth, result.truth["shackelford-h2-2026/energised"])


def test_what_readings_say_is_by_logic_and_the_rest_by_draws(data: Any) -> None:
    pairs = {(one["first"], one["second"]): one for one in data["by_reading"]["pairs"]}
    years = pairs["invest-500bn-4y/as said", "invest-500bn-4y/five years"]
    assert (years["relation"], years["by"], years["at_most"]) == ("implies", "logic", None)
    jobs = pairs["jobs-100k/economy-wide", "jobs-hundreds-k/as said"]
    assert (jobs["relation"], jobs["by"]) == ("implied", "logic")
    peaks = pairs["onsite-25000/at one time", "onsite-25000/sum of peaks"]
    assert (peaks["relation"], peaks["by"], peaks["at_most"]) == ("implies", "draws", 3 / 1024) and peaks["telling_draws"] >= 10


def test_the_same_in_every_world_takes_no_part(made: Any, data: Any) -> None:
    states = {one.key: state_of(one) for one in made.levels["by_reading"].members}
    assert states["site-underway/as said"] == "holds by the record" and states["jobs-100k/as said"] == "does not hold by the record"
    named = {name for one in data["by_reading"]["pairs"] for name in (one["first"], one["second"])}
    assert all(states[key] == "open" for key in named)
    left = {one["key"]: one["status"] for one in data["left_out"]}
    assert left["leavitt-trust/as said"] == "not testable" and "nvidia-100bn/as said" in left
    assert not named & set(left)


def test_odds_are_shown_within_bounds(data: Any) -> None:
    for one in data["by_reading"]["members"]:
        assert 0.02 <= one["probability"] <= 0.98 or "record" in one["state"]


def test_it_is_plain_data_and_says_one_sentence(data: Any) -> None:
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert data["sentence"].startswith("Of 21 readings that hold in some worlds and not in others, the most that hold in one are ")
    assert set(data) == {"programme", "asked_as", "name", "as_of", "draws", "seed", "fingerprint", "sentence", "readings", "left_out",
                         "open_claims", "by_reading", "by_claim", "by_first_reading"}  # fmt: skip


def test_only_what_was_asked_for() -> None:
    some = sg.together("stargate", ["jobs-100k", "portwash-2028/power"], as_of=DAY, draws=256).to_dict()
    assert {one["key"] for one in some["readings"]} == {"jobs-100k/as said", "jobs-100k/by 2029", "jobs-100k/economy-wide",
                                                        "portwash-2028/power"}  # fmt: skip
    one = sg.together("stargate", ["jobs-100k/economy-wide"], as_of=DAY, draws=256).to_dict()
    pairs = one["by_reading"]["pairs"]
    assert len(pairs) > 10 and all("jobs-100k/economy-wide" in (pair["first"], pair["second"]) for pair in pairs)
    assert all("jobs-100k/economy-wide" in found["members"] for found in one["by_reading"]["sets"]["found"])


def test_of_one_reading_the_sentence_is_about_it(made: Any) -> None:
    about = sg.together("stargate", ["jobs-100k/economy-wide"], as_of=DAY, draws=256)
    assert about.sentence().startswith("With jobs-100k/economy-wide at most ")
    settled = sg.together("stargate", ["site-underway"], as_of=DAY, draws=256)
    if len(settled.told) and settled.about is not None:
        assert settled.sentence() == f"{settled.about} holds in every world, so nothing tells what goes with it."


@pytest.mark.parametrize("given", [None, "jobs-100k/economy-wide"])
def test_claims_are_counted_among_the_same_ones_on_both_levels(given: str | None) -> None:
    told = sg.together("stargate", as_of=DAY, draws=256, given=given).to_dict()
    for name in ("by_claim", "by_first_reading"):
        most = told[name]["at_once"]
        assert sorted([*most["members"], *most["without"]]) == sorted(told["open_claims"])
    first, some = (set(told[name]["at_once"]["members"]) for name in ("by_first_reading", "by_claim"))
    assert len(first) <= len(some)


def test_what_brings_another_along_is_said_as_that(data: Any) -> None:
    for one in data["by_reading"]["pairs"]:
        if one["relation"] in ("implies", "implied") and one["by"] == "draws":
            assert relation_text(one, 1024).startswith("the first without the second in none of 1,024 draws")
        if one["relation"] == "exclude" and one["by"] == "draws":
            assert relation_text(one, 1024).startswith("in none of 1,024 draws")


def test_one_reading_alone_is_told_in_the_singular() -> None:
    some = sg.together("stargate", ["jobs-100k/economy-wide", "site-underway"], as_of=DAY, draws=256)
    assert some.sentence().startswith("Only one reading holds in some worlds and not in others: jobs-100k/economy-wide, in ")
    assert "Of 1 claims" not in some.sentence()


def test_a_condition_holds_in_all_of_it() -> None:
    under = sg.together("stargate", as_of=DAY, draws=256, given="jobs-100k/economy-wide").to_dict()
    assert under["given"]["conditions"][0]["key"] == "jobs-100k/economy-wide"
    assert "jobs-100k/economy-wide" not in {key for one in under["by_reading"]["pairs"] for key in (one["first"], one["second"])}


def test_faults_come_at_once() -> None:
    with pytest.raises(InputError) as error:
        sg.together("stargate", ["jobs-100", "jobs-100k/wide"], as_of=DAY)
    assert [fault.message for fault in error.value.faults] == [
        '--claim: there is no claim "jobs-100"; did you mean "jobs-100k"? (all: stargauge audit)',
        '--claim: the claim "jobs-100k" has no reading "wide"; did you mean "economy-wide"? (all: as said, by 2029, economy-wide)',
    ]
    with pytest.raises(InputError, match="cannot be compared with others: Not testable: an opinion"):
        sg.together("stargate", ["leavitt-trust/as said"], as_of=DAY, draws=256)


def test_it_reads_in_eighty_columns(data: Any) -> None:
    text = render_together(data)
    assert max(map(len, text.splitlines())) <= 80 and text.startswith("Of 21 readings")
    assert "invest-500bn-4y/as said -> invest-500bn-4y/five years: by what they say" in text
    assert "so in at most 0.29 %" in " ".join(text.split()) and "honesty" in text


def apart(data: Any) -> Any:
    """The same with a pair that excludes each other, and a conflict of three."""
    level = json.loads(json.dumps(data["by_reading"]))
    level["pairs"][1] |= {"relation": "exclude", "by": "draws", "telling_draws": 87.0, "at_most": 3 / 1024, "both": 0.0}
    names = [one["key"] for one in level["members"] if one["state"] == "open"][:3]
    level["conflicts"]["found"] = [{"members": names, "by": "draws", "expected_draws": 24.0, "at_most": 3 / 1024}]
    return {**data, "by_reading": level}


def test_what_excludes_is_said_with_what_it_is_worth(data: Any) -> None:
    text = " ".join(render_together(apart(data)).split())
    assert "At most one of the two can hold" in text
    assert "in none of 1,024 draws (independent: 87), so in at most 0.29 % of worlds" in text
    assert "any part can hold, not all" in text and "in none of 1,024 draws (independent: 24)" in text


@pytest.mark.parametrize("narrow", [True, False])
def test_the_matrix_has_a_square_per_pair_and_a_mark_where_there_is_a_relation(data: Any, narrow: bool) -> None:
    spec = matrix(apart(data), narrow)
    squares, marks = spec["layer"][0]["data"]["values"], spec["layer"][1]["data"]["values"]
    count = len(shown(data))
    assert count <= MOST_ROWS and len(squares) == count**2 and {(one["row"], one["column"]) for one in squares} == {
        (row, column) for row in range(count) for column in range(count)}  # fmt: skip
    chances = {one["key"]: one["share"] for one in data["by_reading"]["members"]}
    keys = [one["key"] for one in shown(data)]
    assert all(one["both"] == chances[keys[one["row"]]] for one in squares if one["row"] == one["column"])
    assert sum(one["mark"] == "×" for one in marks) == 2 and sum(one["mark"] == "›" for one in marks) > 0
    total = spec["width"] + spec["padding"]["left"] + spec["padding"]["right"]
    assert total <= (358 if narrow else 1120)
    sizes = [layer["mark"]["fontSize"] for layer in spec["layer"] if layer["mark"]["type"] == "text"]
    assert min(sizes) >= 12.5


def test_the_matrix_has_a_table_twin_and_a_sentence(data: Any) -> None:
    table = matrix_table(data)
    count = len(shown(data))
    assert len(table["rows"]) == count * (count - 1) // 2 and all(len(row) == len(table["head"]) for row in table["rows"])
    assert spoken_matrix(data) == data["sentence"]


def test_a_picture_is_written_whole(tmp_path: Path, capsys: Any) -> None:
    pytest.importorskip("vl_convert")
    target = tmp_path / "together.svg"
    asked = ["together", "--as-of", DAY, "--draws", "256", "--svg", str(target), "--narrow", "--json"]
    assert main(asked) == 0
    text = target.read_text(encoding="utf-8")
    assert text.startswith('<svg role="img" aria-label="Of ') and HUES["need"] in text
    assert json.loads(capsys.readouterr().out)["draws"] == 256
    assert main(["together", "--svg", str(tmp_path / "none" / "x.svg")]) == 2
    assert main(asked) == 2 and "exists already" in capsys.readouterr().err
    assert target.read_text(encoding="utf-8") == text


def test_cli_and_python_say_the_same(capsys: Any) -> None:
    assert main(["together", "--as-of", DAY, "--draws", "256", "--claim", "jobs-100k", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == api.together("stargate", ["jobs-100k"], as_of=DAY, draws=256).to_dict()


def test_a_programme_without_claims_says_so() -> None:
    programme = sg.load("stargate").model_copy(update={"claims": {}})
    empty = sg.together(programme, as_of=DAY, draws=256)
    assert empty.sentence() == "This programme file holds no claims, so there is nothing to judge."
    assert render_together(empty.to_dict()) and matrix(empty.to_dict())["layer"]


@pytest.mark.slow
@pytest.mark.parametrize(("page", "count"), [("docs/together.md", 5), ("docs/given.md", 7)])
def test_the_pages_work_as_they_stand(page: str, count: int, tmp_path: Path) -> None:
    pytest.importorskip("vl_convert")
    assert run_page(page, tmp_path) == count
    run_python(page)
