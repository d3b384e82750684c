"""What is given: conditions read and checked, the worlds in which they hold, every answer over these, and what is refused."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from typing import Any

import numpy as np
import pytest

import stargauge as sg
from stargauge import api
from stargauge.api.runs import condition
from stargauge.audit import given as searching
from stargauge.audit.claims.language import parse
from stargauge.audit.given import FEWEST, Part, given_data, held_of
from stargauge.cli.main import main
from stargauge.engine.held import Held
from stargauge.engine.streams import BLOCK
from stargauge.quantity.errors import InputError

DAY = "2026-09-30"
JOBS = "jobs-100k/economy-wide"
POWER = "power_facility[operational]"
PART = Part("overrun_factor >= 1", parse("overrun_factor >= 1"), "cost overrun is at least 1")


@pytest.fixture(scope="module")
def stargate() -> Any:
    return sg.load("stargate")


@pytest.fixture(scope="module")
def now(stargate: Any) -> Any:
    return api.known(stargate, DAY)


def refused(given: Any, stargate: Any, now: Any, draws: int = 256) -> list[str]:
    with pytest.raises(InputError) as error:
        condition(given, stargate, now=now, draws=draws)
    return [fault.message for fault in error.value.faults]


# --- the worlds in which it holds -------------------------------------------------------------------------------------------------


def truths(stargate: Any, now: Any, draws: int, *keys: str) -> list[np.ndarray]:
    result, _ = api.runs.audited(now, stargate, draws, 0, 1, (), None, with_drivers=False)
    return [result.truth[key] for key in keys]


def test_the_worlds_kept_are_those_in_which_it_holds(stargate: Any, now: Any) -> None:
    found = condition(JOBS, stargate, now=now, draws=256)
    assert found is not None
    (truth,) = truths(stargate, now, found.held.made, JOBS)
    assert np.array_equal(found.held.mask, truth) and found.held.made % BLOCK == 0
    assert found.held.kept >= 256 > truth[: found.held.made - BLOCK].sum()  # the first whole blocks that are enough
    other = condition(f"not {JOBS}", stargate, now=now, draws=256)
    assert other is not None
    size = min(other.held.made, found.held.made)
    assert np.array_equal(other.held.mask[:size], ~truth[:size])


def test_a_claim_of_one_reading_needs_no_reading_and_one_in_the_language_is_the_same(stargate: Any, now: Any) -> None:
    one = condition("lordstown-2026", stargate, now=now, draws=256)
    other = condition("power_facility[operational,  lordstown] >= 1 MW by 2026-12-31", stargate, now=now, draws=256)
    third = condition(["lordstown-2026/as said", "lordstown-2026"], stargate, now=now, draws=256)
    assert one is not None and other is not None and third is not None
    assert one.held.key == other.held.key == third.held.key and len(third.parts) == 1
    assert one.parts[0].key == "lordstown-2026/as said" and other.parts[0].key is None


def test_a_reading_named_like_the_language_is_still_that_reading(stargate: Any) -> None:
    claim = stargate.claims["lordstown-2026"].model_copy(
        update={"readings": {">= 1 MW": stargate.claims["lordstown-2026"].readings["as said"]}}
    )
    programme = stargate.model_copy(update={"claims": {"power": claim}})
    found = condition("not power/>= 1 MW", programme, as_of=DAY, draws=256)
    assert found is not None and found.keys == {"power/>= 1 MW": False}


def test_nothing_given_is_no_condition(stargate: Any, now: Any) -> None:
    assert condition(None, stargate, now=now) is None and condition([], stargate, now=now) is None
    assert held_of(None) is None and given_data(None) == {}


def test_any_number_of_workers_finds_the_same_worlds(stargate: Any, now: Any) -> None:
    one, two = (condition("lordstown-2026", stargate, now=now, draws=512, workers=workers) for workers in (1, 2))
    assert one is not None and two is not None and one.held.key == two.held.key
    results = [
        api.simulate(stargate, quantities=[POWER, "jobs_total"], draws=512, as_of=DAY, given=one, workers=workers) for workers in (1, 2)
    ]
    for address in (POWER, "jobs_total"):
        assert np.array_equal(results[0][address].values, results[1][address].values, equal_nan=True)
    assert results[0].fingerprint == results[1].fingerprint


def test_it_says_itself(stargate: Any, now: Any) -> None:
    found = condition(["lordstown-2026", f"not {JOBS}"], stargate, now=now, draws=256)
    assert found is not None
    data = found.to_dict()
    assert json.loads(json.dumps(data)) == data
    assert set(data) == {"conditions", "sentence", "probability", "worlds_made", "kept", "effective", "note"}
    assert data["kept"] == data["effective"] == found.held.kept and data["probability"] == data["kept"] / data["worlds_made"]
    assert [part["key"] for part in data["conditions"]] == ["lordstown-2026/as said", JOBS]
    assert [part["holds"] for part in data["conditions"]] == [True, False]
    assert data["sentence"].startswith("Given that facility power that runs at Lordstown reaches at least 1 MW by the end of December 2026")
    assert ", and that it does not hold that jobs in all" in data["sentence"] and f"{data['worlds_made']:,} worlds" in data["sentence"]


def test_what_always_holds_changes_nothing_and_says_so(stargate: Any, now: Any) -> None:
    found = condition("jobs_total >= 1 by 2028-12-31", stargate, now=now, draws=256)
    assert found is not None and found.held.kept == found.held.made == 256
    assert found.note() == "It holds in every world made, so it changes nothing."


# --- what is refused --------------------------------------------------------------------------------------------------------------


def test_all_faults_come_at_once(stargate: Any, now: Any) -> None:
    asked = ["jobs-100", "jobs-100k", "jobs-100k/wide", "leavitt-trust", "softbank-lt10/as said", "site-underway", "altman-praise"]
    asked += ["not altman-praise", "ten-buildings", f"{POWER} >= 2 GWh by 2027-12-31", "nvidia-100bn", ""]
    found = refused(asked, stargate, now)
    assert len(found) == 12 and all(message.startswith("--given: ") for message in found)
    for message, part in zip(found, (
        'there is no claim "jobs-100"; did you mean "jobs-100k"', "name one: jobs-100k/as said, jobs-100k/by 2029, jobs-100k/economy-wide",
        'has no reading "wide"; did you mean "economy-wide"? (all: as said, by 2029, economy-wide)', "cannot be a condition: an opinion",
        'cannot be a condition: "secured" was never defined', "it holds in every world, and changes nothing",
        "it holds in every world, and changes nothing", "the record says otherwise, so it holds in no world",
        "the record says otherwise, so it holds in no world", "power_facility[operational] is in W", "it is about the record alone",
        "got nothing",
    ), strict=True):  # fmt: skip
        assert part in message


def test_what_contradicts_each_other_by_logic_names_the_two(stargate: Any, now: Any) -> None:
    found = refused([f"{POWER} >= 2 GW on 2027-12-31", f"{POWER} < 1.5 GW on 2027-12-31", "lordstown-2026"], stargate, now)
    assert len(found) == 1 and "contradict each other: no world can have both" in found[0]
    assert ">= 2 GW" in found[0] and "< 1.5 GW" in found[0] and "lordstown" not in found[0]
    assert "contradict each other" in refused([JOBS, f"not {JOBS}"], stargate, now)[0]
    alone = refused("power_facility[operational] >= 2 GW on 2027-12-31 and power_facility[operational] < 1 GW on 2027-12-31", stargate, now)
    assert "contradicts itself" in alone[0]


def test_what_holds_together_in_no_world_gives_the_numbers(stargate: Any, now: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MOST_WORLDS", 1024)
    (found,) = refused([f"{POWER} >= 3.4 GW on 2027-12-31", "power_it[operational] < 1.9 GW on 2027-12-31"], stargate, now)
    assert "hold together in none of 1,024 worlds, though each alone holds" in found and f"at least {FEWEST}" in found


def test_what_holds_too_seldom_is_refused_with_the_numbers(stargate: Any, now: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MOST_WORLDS", 2048)
    (found,) = refused(f"{POWER} >= 3 GW by 2026-12-31", stargate, now)
    count = int(found.split("holds in ")[1].split(" ")[0])
    assert 0 < count < FEWEST and f"holds in {count} of 2,048 worlds; at least {FEWEST} are needed" in found


def test_with_fewer_than_asked_it_goes_on_and_says_so(stargate: Any, now: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MOST_WORLDS", 8192)
    found = condition(f"{POWER} >= 2 GW by 2026-12-31", stargate, now=now, draws=1024, workers=2)
    assert found is not None and FEWEST <= found.held.kept < 1024 and found.held.made == 8192
    times = np.sqrt(1024 / found.held.kept)
    assert found.note() == (f"Only {found.held.kept} worlds are kept of 1,024 asked for, so sampling errors are {times:.1f} times as wide.")


def test_what_arithmetic_settles_is_no_condition(stargate: Any, now: Any) -> None:
    assert "settled by arithmetic: no world has it" in refused("no-money/with borrowing", stargate, now)[0]
    assert "it holds in every world" in refused("no-money/with announced", stargate, now)[0]
    assert "Not knowable: no accounts of MGX" in refused("no-money/as said", stargate, now)[0]


# --- every answer over these worlds -----------------------------------------------------------------------------------------------


def test_both_is_the_one_given_the_other_times_the_other(stargate: Any, now: Any) -> None:
    keys = ("lordstown-2026/as said", JOBS, "portwash-2028/power", "saline-jobs/permanent", "oracle-300bn/as said")
    made = truths(stargate, now, 512, *keys)
    for given, name in zip(made, keys, strict=True):
        result = api.runs.audited(now, stargate, 512, 0, 1, (), None, given=_of(given, name), with_drivers=False)[0]
        for truth, other in zip(made, keys, strict=True):
            both = np.count_nonzero(truth & given)
            assert np.count_nonzero(result.truth[other]) == both  # P(A and B) = P(A | B) P(B), to the draw
            assert both / 512 == pytest.approx(result.truth[other].mean() * given.mean(), rel=1e-12)


def _of(mask: np.ndarray, key: str) -> Any:
    from stargauge.audit.given import Condition

    return Condition((), Held(mask), len(mask))


def test_the_law_of_total_probability_holds_for_every_reading(stargate: Any, now: Any) -> None:
    whole = api.runs.audited(now, stargate, 512, 0, 1, (), None, with_drivers=False)[0]
    truth = whole.truth[JOBS]
    parts = [api.runs.audited(now, stargate, 512, 0, 1, (), None, given=_of(mask, JOBS), with_drivers=False)[0] for mask in (truth, ~truth)]
    weight = truth.mean()
    assert len(whole.truth) > 30
    for key, values in whole.truth.items():
        assert values.mean() == pytest.approx(weight * parts[0].truth[key].mean() + (1 - weight) * parts[1].truth[key].mean(), abs=1e-12)


OUTPUTS = ("capital_deployed", "funding_need", "jobs_total", POWER)


@pytest.mark.parametrize(
    ("name", "whole", "asked", "part"),
    [
        ("overrun_factor", "uniform(low=1, high=1.6)", "overrun_factor <= 1.15", "uniform(low=1, high=1.15)"),
        ("overrun_factor", "uniform(low=1, high=1.6)", "overrun_factor > 1.45", "uniform(low=1.45, high=1.6)"),
        ("equipment_unit_cost", "uniform(low=15 USD/W, high=45 USD/W)", "equipment_unit_cost > 35 USD/W",
         "uniform(low=35 USD/W, high=45 USD/W)"),
    ],
)  # fmt: skip
def test_given_that_an_input_lies_in_a_range_is_a_run_with_it_in_that_range(name: str, whole: str, asked: str, part: str) -> None:
    """A uniform input, given that it lies in a part of its range, is uniform over that part: two runs of one world, other draws."""
    kept, direct = (_run(name, value, seed, given) for value, seed, given in ((whole, 0, asked), (part, 7, None)))
    assert kept.world.held is not None and kept.world.held.made > 1.9 * kept.draws
    for address in OUTPUTS:
        one, other = (_last(result, address) for result in (kept, direct))
        for level in (0.25, 0.5, 0.75):
            far = abs(np.quantile(one, level) - np.quantile(other, level))
            assert far <= 4 * np.hypot(_error(one, level), _error(other, level)) + 1e-9 * abs(np.quantile(one, level))
    for key, truth in kept.truth.items():
        share, other = truth.mean(), direct.truth[key].mean()
        spread = np.sqrt(max(other * (1 - other), 1 / 1024) * (1 / len(truth) + 1 / 1024))
        assert abs(share - other) <= 4.5 * spread, key


def _run(name: str, value: str, seed: int, given: str | None) -> Any:
    """Outputs and the truth of every reading, with one input set."""
    programme = sg.load("stargate", settings={name: value})
    now = api.known(programme, DAY)
    found = condition(given, programme, now=now, draws=1024, seed=seed)
    return api.runs.audited(now, programme, 1024, seed, 1, OUTPUTS, None, given=found, with_drivers=False)[0]


def _last(result: Any, address: str) -> np.ndarray:
    from datetime import date

    values = result[address].at(date(2028, 12, 31)).values
    return np.asarray(values[~np.isnan(values)])


def _error(values: np.ndarray, level: float) -> float:
    """Standard error of a quantile: half the distance between the quantiles one standard error of its rank away."""
    step = np.sqrt(level * (1 - level) / len(values))
    return float(np.quantile(values, level + step) - np.quantile(values, level - step)) / 2


def test_statuses_by_record_stay_and_what_is_given_reads_as_that() -> None:
    plain, under = (sg.check("stargate", as_of=DAY, draws=256, given=given) for given in (None, f"not {JOBS}"))
    statuses = [{f"{v.id}/{r.name}": (r.status, r.settled_by) for v in one.verdicts for r in v.readings} for one in (plain, under)]
    changed = {key for key in statuses[0] if statuses[0][key] != statuses[1][key]}
    assert changed == {JOBS} and statuses[1][JOBS] == ("given not to hold", None)
    reading = next(r for v in under.verdicts for r in v.readings if f"{v.id}/{r.name}" == JOBS)
    assert reading.probability is None and reading.answer == "Given here: taken not to hold" and reading.margin.p90 < 0
    assert under.then == () and under.then_day is None and plain.then
    data = under.to_dict()
    assert data["given"]["kept"] == data["draws"] == under.result.draws
    assert data["reproduce"][0].endswith(f"--draws 256 --seed 0 --given 'not {JOBS}'") and "given" not in plain.to_dict()


def test_agreement_that_a_condition_alone_makes_is_no_arithmetic() -> None:
    """A hundred thousand direct jobs are a hundred thousand of all kinds too: every world kept agrees, and still it is open."""
    verdicts = {v.id: v for v in sg.audit("stargate", as_of=DAY, draws=256, given="jobs-100k/by 2029")}
    every = {reading.name: reading for reading in verdicts["jobs-100k"].readings}["economy-wide"]
    assert (every.status, every.settled_by, every.probability) == ("open", None, 0.98)


def test_a_passed_deadline_is_not_settled_by_what_is_given(stargate: Any, now: Any) -> None:
    """Where the sites are observed, agreement of all draws settles a passed deadline; not where only the draws that are kept agree."""
    claims = {
        "power": stargate.claims["lordstown-2026"].model_copy(update={"readings": {"r": "capital_deployed >= 19 bn USD by 2025-12-31"}})
    }
    programme = stargate.model_copy(update={"claims": claims})
    view = api.known(programme, DAY)
    plain = api.runs.audited(view, programme, 256, 0, 1, (), None, claims)[0].truth["power/r"]
    assert plain.any() and not plain.all()
    result, verdicts = api.runs.audited(view, programme, 256, 0, 1, (), None, claims, given=_of(plain, "power/r"))
    assert result.truth["power/r"].all() and verdicts[0].readings[0].status == "passed, record silent"


def test_what_is_settled_with_nothing_given_stays_settled(stargate: Any, now: Any) -> None:
    """Of the worlds asked for none has it, and none does in a condition's few worlds, or some do: the answer stays, word for word."""
    spent = api.simulate(stargate, quantities=["capital_deployed"], draws=2048, as_of=DAY)["capital_deployed"].at(date(2025, 12, 31)).values
    rare = float(np.max(spent[:256]) + np.max(spent)) / 2
    assert np.max(spent[:256]) < rare < np.max(spent)
    says = {"r": f"capital_deployed >= {rare / 1e9:.4f} bn USD by 2025-12-31"}
    claims = {"money": stargate.claims["lordstown-2026"].model_copy(update={"readings": says})}
    programme = stargate.model_copy(update={"claims": claims})
    view = api.known(programme, DAY)
    plain = api.runs.audited(view, programme, 256, 0, 1, (), None, claims)[1][0].readings[0]
    assert (plain.status, plain.settled_by) == ("not met", "arithmetic")
    high = np.asarray(spent > np.quantile(spent, 0.9))
    given = dataclasses.replace(_of(high, "money/r"), asked=256)
    result, verdicts = api.runs.audited(view, programme, 256, 0, 1, (), None, claims, given=dataclasses.replace(given, parts=(PART,)))
    assert 0 < result.truth["money/r"].mean() < 1
    assert verdicts[0].readings[0].to_dict() == plain.to_dict()


def test_below_a_value_by_a_day_says_what_by_means(stargate: Any, now: Any) -> None:
    said = refused(["power_facility[operational] < 3 GW by 2027-12-31"], stargate, now)
    assert said[0].endswith('"by" means at some time until then; for the value on that day use "on"')
    assert condition("power_facility[operational] < 3 GW on 2027-12-31", stargate, now=now, draws=256) is not None
    assert '"by"' not in refused(["power_facility[operational] >= 1 MW by 2027-12-31"], stargate, now)[0]


@pytest.mark.parametrize(
    "ask",
    [
        lambda given: sg.simulate("stargate", quantities=["jobs_direct"], draws=256, as_of=DAY, given=given),
        lambda given: sg.jobs("stargate", draws=256, as_of=DAY, given=given),
        lambda given: sg.money("stargate", draws=256, as_of=DAY, given=given),
        lambda given: sg.schedule("stargate", draws=256, as_of=DAY, given=given),
        lambda given: sg.finance("stargate", site="abilene", draws=256, as_of=DAY, given=given),
        pytest.param(
            lambda given: sg.cost("stargate", site="abilene", chip="gb200-nvl72", draws=256, as_of=DAY, given=given),
            marks=pytest.mark.slow,  # without a condition it also asks what moves the cost
        ),
    ],
    ids=["simulate", "jobs", "money", "schedule", "finance", "cost"],
)
def test_every_answer_is_of_the_worlds_kept_and_says_so(ask: Any, stargate: Any, now: Any) -> None:
    given = condition("lordstown-2026", stargate, now=now, draws=256)
    assert given is not None
    data, plain = ask(given).to_dict(), ask(None).to_dict()
    assert data["given"] == given.to_dict() and data["draws"] == given.held.kept and plain["draws"] == 256
    assert "given" not in plain and {**data, "given": None, "draws": 0} != {**plain, "given": None, "draws": 0}
    json.dumps(data, allow_nan=False)


def test_an_explanation_is_of_the_worlds_kept(stargate: Any, now: Any) -> None:
    given = condition(f"not {JOBS}", stargate, now=now, draws=256)
    under, plain = (sg.explain("jobs_total", stargate, as_of=DAY, draws=256, given=one) for one in (given, None))
    assert under.rows[0].spread[2] < plain.rows[0].spread[2]


def test_a_result_that_is_conditioned_is_audited_so(stargate: Any) -> None:
    result = sg.simulate(stargate, quantities=["jobs_total"], draws=256, as_of=DAY, given=JOBS)
    by_result = {v.id: v.to_dict() for v in sg.audit(result)}
    direct = {v.id: v.to_dict() for v in sg.audit(stargate, draws=256, as_of=DAY, given=JOBS)}
    assert by_result == direct
    with pytest.raises(InputError, match="made already"):
        sg.audit(result, given=JOBS)


def test_what_moves_a_number_takes_no_condition() -> None:
    with pytest.raises(InputError, match="stargauge drivers takes conditions"):
        sg.sensitivity("jobs_direct", "stargate", given=JOBS)


# --- from a terminal --------------------------------------------------------------------------------------------------------------


def run(capsys: Any, *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_condition_stands_before_the_answer(capsys: Any) -> None:
    code, out, _ = run(capsys, "simulate", "--quantity", "jobs_total", "--given", f"not {JOBS}", "--draws", "256", "--as-of", DAY)
    assert code == 0 and out.startswith("Given that it does not hold that jobs in all") and max(map(len, out.splitlines())) <= 80
    code, out, _ = run(capsys, "simulate", "--quantity", "jobs_total", "--given", f"not {JOBS}", "--draws", "256", "--as-of", DAY, "--json")
    assert json.loads(out)["given"]["conditions"][0]["key"] == JOBS


def test_a_terminal_refuses_with_exit_code_2(capsys: Any) -> None:
    code, out, err = run(capsys, "check", "--given", "jobs-100k", "--given", "leavitt-trust", "--as-of", DAY)
    assert code == 2 and not out and err.startswith("stargauge: 2 errors, nothing was run")
    code, _, err = run(capsys, "check", "--given", JOBS, "--xlsx", "/tmp/never.xlsx", "--as-of", DAY)
    assert code == 2 and "leave one of --given and --xlsx out" in " ".join(err.split())
    with pytest.raises(SystemExit):
        main(["odds", "--given", JOBS])
    for asked in (["sensitivity", "jobs_direct"], ["sources"], ["export", "csv"], ["explain", "jobs_direct", "--since", "2026-01-01"]):
        code, _, err = run(capsys, *asked, "--given", JOBS, "--as-of", DAY)
        assert code == 2 and "--given: " in err, asked
    for name in ("compare", "backtest"):
        with pytest.raises(SystemExit):
            main([name, "stargate", "--given", JOBS])


def test_a_seed_is_not_below_zero(capsys: Any) -> None:
    with pytest.raises(SystemExit):
        main(["check", "--seed", "-1"])
    assert "expected 0 or more" in capsys.readouterr().err
