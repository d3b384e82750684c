"""What may be supposed of an input: shares, covers, rates, prices and lives within what they can be, whatever the way they come in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.programme_files import SMALL

from stargauge import api
from stargauge.cli.main import main
from stargauge.engine.simulate import inputs_of, model_graph
from stargauge.programme.bounds import beyond
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.errors import InputError
from stargauge.quantity.statement import Mixture


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("dscr_required=0.5", "expected at least 1"), ("dscr_required=nan", "not a number"), ("market_leverage=1.5", "at most 1"),
        ("market_leverage=-1", "at least 0"), ("market_leverage=0.9..1.3", "of which P1 is"), ("hours_sold_share=inf", "not a number"),
        ("accelerator_life=0 yr", "at least 1 d"), ("accelerator_rent=-2 USD/h", "at least 0 USD/h"), ("discount_rate=1.2", "at most 1"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_on_the_command_line(asked: str, expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["finance", "xai-colossus-1", "--set", asked]) == 2
    told = " ".join(capsys.readouterr().err.split())
    name, _, value = asked.partition("=")
    assert expected in told and f'got "{value}"' in told and name in told and "--set" in told and "nothing was run" in told


def test_what_cannot_be_is_told_with_its_line_in_a_programme_and_its_scenarios(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(
        SMALL
        + "\nassumptions:\n  market_leverage: {value: 1.5, reason: a test}\n"
        + "scenarios:\n  cheap:\n    about: a test\n    reason: a test\n    assumptions:\n"
        + "      dscr_required: {value: 0.5, reason: a test}\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        api.known(api.load(wrong))
    lines = wrong.read_text(encoding="utf-8").splitlines()
    faults = caught.value.faults
    assert len(faults) == 2
    for fault, name in zip(faults, ("market_leverage", "dscr_required"), strict=True):
        assert fault.line is not None and name in lines[fault.line - 1] and name in fault.message


def test_what_can_be_is_taken() -> None:
    for name, value in (("market_leverage", "0.99"), ("dscr_required", "50"), ("hours_sold_share", "0"), ("discount_rate", "8 %")):
        api.known(api.load("xai-colossus-1", settings={name: value}))


@pytest.mark.parametrize("programme", ["stargate", "xai-colossus-1", "meta-hyperion"])
def test_what_the_catalogue_and_the_programmes_say_is_within(programme: str) -> None:
    quantities = model_graph().quantities
    bounded = [name for name, made in quantities.items() if made.least is not None]
    for name, made in inputs_of(api.known(api.load(programme), "2026-11-22"), bounded).items():
        for estimate in made.estimates:
            value = estimate.value
            for option in value.options if isinstance(value, Mixture) else (value,):
                cells = [option] if isinstance(option, Distribution) else [v for v in np.ravel(np.asarray(option)).tolist() if v == v]
                assert all(beyond(cell, quantities[name]) is None for cell in cells), (name, option)
