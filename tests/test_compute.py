"""`stargauge compute`: what a fleet serves and trains beside what today's users need; the same numbers everywhere."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.cli_runs import ask

from stargauge import api
from stargauge.api.chip_rates import output_rate, rows_of, utilisation
from stargauge.audit.compute.rate_use import DAY, job_of
from stargauge.catalogue.load import load_catalogue
from stargauge.catalogue.machines import transformer_of
from stargauge.catalogue.model_rates import at_level, rate_of
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.errors import InputError
from stargauge.report.compute.compute import fitted, headline, render_compute
from stargauge.report.locale import speaking
from stargauge.report.terminal import PLAIN

AS_OF, DRAWS = "2026-11-22", 256
RUN: dict[str, Any] = {"as_of": AS_OF, "draws": DRAWS}


@pytest.fixture(scope="module")
def stargate() -> dict[str, Any]:
    return plain(api.compute("stargate", **RUN))


def plain(made: Any) -> dict[str, Any]:
    return dict(json.loads(json.dumps(made.to_dict(), allow_nan=False)))


def middles(data: dict[str, Any], address: str) -> list[float]:
    return [row["values"][address]["p50"] for row in data["years"]]


# --- numbers ----------------------------------------------------------------------------------------------------------------------


def test_the_command_line_gives_the_numbers_of_python(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("--model", "deepseek-v3", "--users", "800e6..900e6", "--tokens", "400", "--messages", "20")
    answer = ask(capsys, "compute", *asked, "--as-of", AS_OF, "--draws", str(DRAWS), "--json")
    made = api.compute("stargate", model="deepseek-v3", users="800e6..900e6", tokens=400, messages=20, **RUN)
    assert answer.code == 0, answer.err
    printed, expected = json.loads(answer.out), plain(made)
    assert [printed.pop("supposed")[-1], expected.pop("supposed")[-1]] == ["tokens_per_message=400 token"] * 2
    assert printed == expected


def test_years_have_the_numbers_of_their_addresses(stargate: dict[str, Any]) -> None:
    names = ["inference_demand_covered", "inference_power_facility_needed", "training_fleet_days[frontier]", "compute_h100e"]
    made = api.simulate("stargate", quantities=names, **RUN)
    row = next(row for row in stargate["years"] if row["date"] == "2028-12-31")
    for name in names:
        found = made[name].at(date(2028, 12, 31)).quantiles()
        assert [row["values"][name][level] for level in ("p10", "p50", "p90")] == pytest.approx([float(one) for one in found.values()])
    covered = made["inference_demand_covered"].at(date(2028, 12, 31)).values
    assert row["covered"] == np.mean(covered >= 1.0)
    assert stargate["at"]["inference_demand_covered"]["p50"] == pytest.approx(row["values"]["inference_demand_covered"]["p50"])


def test_twice_the_users_take_twice_the_power_and_are_covered_half_as_much(stargate: dict[str, Any]) -> None:
    users = stargate["demand"]["parts"]["weekly_users"]["p50"]
    twice = plain(api.compute("stargate", users=2 * users, **RUN))
    for name, factor in (("power_it_needed", 2.0), ("demand_covered", 0.5), ("users_served", 1.0), ("breakeven_tokens", 0.5)):
        address = f"inference_{name}"
        np.testing.assert_allclose(middles(twice, address), np.array(middles(stargate, address)) * factor, rtol=1e-9)


def test_what_is_needed_over_what_is_there_is_what_is_not_covered_twice() -> None:
    """In every world: power needed times how often it is covered is the power there, at the racks and at the meter."""
    names = [f"inference_{name}" for name in ("demand_covered", "power_it_needed", "power_it", "power_facility_needed", "power_facility")]
    made = {name: api.simulate("stargate", quantities=names, **RUN)[name].values[:, -1] for name in names}
    for kind in ("power_it", "power_facility"):
        np.testing.assert_allclose(made[f"inference_{kind}_needed"] * made["inference_demand_covered"], made[f"inference_{kind}"])


def test_users_are_those_known_on_the_day() -> None:
    """300 million in December 2024, 900 million in February 2026; what was stated later does not exist."""
    early = plain(api.compute("stargate", as_of="2025-01-23", draws=DRAWS))
    assert early["demand"]["parts"]["weekly_users"]["p50"] == 300e6
    assert [one["users"] for one in early["demand"]["history"]] == [300e6]
    late = plain(api.compute("stargate", **RUN))["demand"]["history"]
    assert late[0]["users"] == 300e6 and late[-1]["users"] == 900e6 and len(late) >= 6


def test_another_model_is_trained_and_served(stargate: dict[str, Any]) -> None:
    made = plain(api.compute("stargate", model="llama-3.1-405b", serve="gpt-oss-120", **RUN))
    assert (made["model"], made["served"]) == ("llama-3.1-405b", "gpt-oss-120b")
    runs = "training_runs_per_year[llama-3.1-405b]"
    assert middles(made, runs)[-1] > 0
    assert made["at"][runs] == stargate["at"][runs]  # one address, one number, whichever model is asked for
    assert middles(made, "inference_users_served")[-1] != middles(stargate, "inference_users_served")[-1]
    assert middles(made, "accelerators") == middles(stargate, "accelerators")


def test_a_model_that_programmes_do_not_reckon_can_be_chosen() -> None:
    """Its rates are reckoned for the accelerators of the programme, and marked as modelled."""
    assert "kimi-k2" not in api.known(api.load("stargate"), AS_OF).axes["model"]
    made = plain(api.compute("xai-colossus-1", model="kimi-k2", **RUN))
    assert made["model"] == made["served"] == "kimi-k2"
    assert middles(made, "training_tokens_per_day[kimi-k2]")[-1] > 0 and middles(made, "inference_users_served")[-1] > 0
    assert {(one["mfu"]["basis"], one["output_tokens_per_s"]["basis"]) for one in made["generations"]} == {("modelled", "modelled")}


def test_every_shipped_programme_is_answered_in_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    for name in api.shipped():
        answer = ask(capsys, "compute", name, "--draws", "256")
        assert answer.code == 0, answer.err
        assert max(map(len, answer.out.splitlines())) <= 80, name
        assert "nan" not in answer.out.lower().split() and "None" not in answer.out


# --- rates of a model on a chip ---------------------------------------------------------------------------------------------------


def own(tmp_path: Path, *rows: str) -> Any:
    file = tmp_path / "own.csv"
    file.write_text("\n".join(["kind,name,attribute,value,unit", *rows, ""]), encoding="utf-8")
    return load_catalogue(file)


def test_what_is_modelled_goes_before_what_was_measured(tmp_path: Path) -> None:
    """A rate of the model on the chip; else what was measured of it there; else nothing."""
    plain_one = load_catalogue().known(date(2026, 11, 22))
    measured = ("deepseek-v3", "inference_rate_h200-sxm")
    assert rate_of(plain_one, "deepseek-v3", "inference_rate", "no-chip", ("deepseek-v3", "inference_rate_no-chip")).statements == ()
    mine = own(tmp_path, "rate,deepseek-v3,inference_rate_h200-sxm,900..1100,tokens/s").known(date(2026, 11, 22))
    assert at_level(rate_of(mine, "deepseek-v3", "inference_rate", "h200-sxm", measured), 0.9).value == pytest.approx(1100)
    assert rate_of(plain_one, "no-model", "inference_rate", "h200-sxm", measured) == plain_one.estimate("model", *measured)


def test_rows_of_one_s_own_give_rates_and_say_so(tmp_path: Path) -> None:
    rows = [f"rate,deepseek-v3,{name}" for name in ("inference_rate_gb200-nvl72,5000,tokens/s", "mfu_gb200-nvl72,0.37,1")]
    made = plain(api.compute("stargate", model="deepseek-v3", values=own(tmp_path, *rows), **RUN))
    chip = next(one for one in made["generations"] if one["chip"] == "gb200-nvl72")
    assert (chip["output_tokens_per_s"]["p50"], chip["mfu"]["p90"]) == (5000.0, 0.37)
    assert chip["output_tokens_per_s"]["basis"] == chip["mfu"]["basis"] == "assumed"


def test_the_shipped_rates_are_those_that_the_fits_give() -> None:
    """Where this fails a fit has changed: `python -m tests.compute_tables` writes the rates anew."""
    values = load_catalogue()
    for what, made in (("mfu", utilisation), ("inference_rate", output_rate)):
        rate = made(values, "llama-3.3-70b", "h100-sxm")
        shipped = values.known(DAY).estimate("rate", "llama-3.3-70b", f"{what}_h100-sxm").value
        assert rate is not None and isinstance(shipped, Distribution)
        assert [shipped.quantile(0.1), shipped.quantile(0.9)] == pytest.approx([rate.low, rate.high], rel=1e-3), what


def test_utilisation_gives_the_tokens_of_the_training_model_back() -> None:
    """Tokens per second of the job by its step; by MFU, peak and operations per token as a programme counts them the same."""
    values = load_catalogue()
    address = "training_flop_per_token[deepseek-v3]"
    flop = float(api.simulate("stargate", quantities=[address], as_of=AS_OF, draws=16)[address].values[0])
    rate = utilisation(values, "deepseek-v3", "h100-sxm", around=False)
    found = api.train("deepseek-v3", "40960xh100-sxm", dtype="fp8", sequence=4096, batch=16384, software=DAY, as_of=DAY).outcome
    assert rate is not None
    middle = float(np.sqrt(rate.low * rate.high)) * 989e12 * found.accelerators / flop
    assert middle == pytest.approx(found.tokens_per_s.p50, rel=1e-3)


def test_programmes_count_operations_as_the_training_model_does() -> None:
    """By the dimensions for every model that has them; the template's range has the shape behind its rates in its middle."""
    known = load_catalogue().known(DAY)
    names = api.known(api.load("stargate"), AS_OF).axes["model"]
    made = api.simulate("stargate", quantities=[f"training_flop_per_token[{name}]" for name in names], as_of=AS_OF, draws=2048)
    for name in names:
        each = transformer_of(known, name).training_flop_per_token(job_of(known, name)[0], "causal")
        middle = float(np.median(made[f"training_flop_per_token[{name}]"].values))
        assert middle == pytest.approx(each, rel=0.03 if name == "frontier" else 1e-9), name


def test_a_chip_without_figures_has_no_rate(tmp_path: Path) -> None:
    values = own(tmp_path, "accelerator,mine,peak_bf16,500,TFLOP/s")
    assert list(rows_of(values, "llama-3.3-70b", ["mine"], around=False)) == []


# --- faults -----------------------------------------------------------------------------------------------------------------------


def test_every_fault_of_what_is_asked_comes_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "compute", "--model", "llama", "--serve", "gpx", "--users", "many", "--messages", "3 W", "--tokens", "-3")
    assert answer.code == 2 and answer.out == ""
    for option in ("--model", "--serve", "--users", "--messages", "--tokens"):
        assert f"{option} " in answer.told
    assert "llama-3.1-405b, llama-3.3-70b" in answer.told and "above 0" in answer.told


def test_a_model_without_dimensions_is_refused_with_those_that_can_be_served(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"serve mine; name another to serve: .*deepseek-v3") as fault:
        api.compute("stargate", model="mine", values=own(tmp_path, "model,mine,active_parameters,7e9,1"), **RUN)
    assert fault.value.faults[0].path == "model"


# --- words ------------------------------------------------------------------------------------------------------------------------


def test_the_answer_says_what_is_assumed_and_which_power_it_is(stargate: dict[str, Any]) -> None:
    text = " ".join(render_compute(stargate).split())
    assert "output tokens per message" in text and "assumption" in text
    assert "of IT power" in text and "at the meter" in text and "Dec 2024 300 million" in text
    assert "a template whose size is assumed, not a model" in text
    assert "in text alone" in text and "no growth, images, voice, agents or API" in text
    assert "0.34 Wh (ChatGPT" in text and "0.24 Wh (Gemini" in text and "more than there are people" in text


def test_energy_per_message_is_the_power_needed_over_the_messages(stargate: dict[str, Any]) -> None:
    made, parts = stargate["energy_per_message"], stargate["demand"]["parts"]
    day = next(row for row in stargate["years"] if row["date"] == stargate["date"])
    messages = parts["weekly_users"]["p50"] * parts["messages_per_user_week"]["p50"] / 7 / 24
    each = day["values"]["inference_power_it_needed"]["p50"] / messages
    assert made["it"]["p50"] == pytest.approx(each, rel=1e-6) and made["facility"]["p50"] > made["it"]["p50"]
    assert {one["service"]: one["wh"] for one in made["stated"]} == {"chatgpt": 0.34, "google-gemini": 0.24}


def test_each_modelled_rate_names_the_command_that_gives_it(stargate: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    """Type, lengths and limits are told, and the command gives the middle of a rate that has no spread around it."""
    last = stargate["generations"][-1]
    text = " ".join(render_compute(stargate).split())
    for name in ("output_tokens_per_s", "mfu"):
        assert last[name]["command"] in text and last[name]["note"] in text
    own = plain(api.compute("xai-colossus-1", model="llama-3-70b", **RUN))["generations"][0]
    told = json.loads(ask(capsys, *own["output_tokens_per_s"]["command"].split()[1:], "--json").out)
    assert told["result"]["output_tokens_per_s_accelerator"]["p50"] == pytest.approx(own["output_tokens_per_s"]["p50"], rel=0.01)


def test_no_number_of_a_table_is_cut_off() -> None:
    rows = [("2026", "12,345,678–98,765,432,109")]
    assert "…" not in "\n".join(fitted([("year", 4, "l"), ("P10–P90", 9, "r")], rows, PLAIN))


def test_the_finding_is_said_in_german_too(stargate: dict[str, Any]) -> None:
    with speaking("de"):
        told = headline(stargate)
    assert "Nutzer je Woche" in told and "weekly" not in told
