"""What tokens cost and what power they take, from the catalogue's rents and IT power."""

from __future__ import annotations

import math

from stargauge.audit.compute.serving import Option, Power, Price
from stargauge.audit.wording.languages import written
from stargauge.catalogue.load import KnownCatalogue
from stargauge.quantity.compute.machine import Chip
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say

_HOUR, _MILLION = 3600.0, 1e6
_RENTED = "h100-sxm"  # the chip whose rent the catalogue has
_Z90 = 1.2815515655446004


def price_of(
    known: KnownCatalogue, chip: Chip, option: Option, tokens: tuple[float, float], prompt_share: float, spread: float,
    per_hour: float | None = None, utilisation: float | None = None,
) -> Price | None:  # fmt: skip
    """USD per million tokens; None where the chip has no figure by which its rent could be told from that of an H100.

    c = accelerators * rent / (3,600 * tokens per second * utilisation) * 1e6                  (1)

    `tokens`: of a prompt, of an answer; `prompt_share`: share of the accelerators' time that prompts take; `spread`: of the rate of tokens,
    standard deviation of logarithms, which joins with that of the rent.
    """
    prompt, answer = tokens
    rent, rent_spread, rent_from = _rent(known, chip, per_hour)
    if math.isnan(rent):
        return None
    used, used_from = _utilisation(known, utilisation)
    hourly = option.accelerators * rent / (_HOUR * used)
    answers = option.requests * answer
    middle = hourly / answers * _MILLION
    wide = math.exp(_Z90 * math.hypot(spread, rent_spread))
    return Price(
        per_hour={name: rent * math.exp(z * rent_spread) for name, z in (("p10", -_Z90), ("p50", 0.0), ("p90", _Z90))},
        per_hour_from=rent_from,
        utilisation=used,
        utilisation_from=used_from,
        output={"p10": middle / wide, "p50": middle, "p90": middle * wide},
        output_share=middle * (1.0 - prompt_share),
        input_share=hourly * prompt_share / (option.requests * prompt) * _MILLION,
    )


def _rent(known: KnownCatalogue, chip: Chip, per_hour: float | None) -> tuple[float, float, str]:
    """USD per hour of one accelerator, the spread of its logarithm, and whence it is."""
    if per_hour is not None:
        if not per_hour > 0.0:
            raise InputError(
                Fault(
                    say("got {per_hour:g}; expected USD per accelerator and hour, more than 0", per_hour=per_hour), path="--price-per-hour"
                )
            )
        return per_hour, 0.0, say("as given")
    said = known.estimate("price", _RENTED, "rent_range", "USD/h")
    peak = known.estimate("accelerator", _RENTED, "peak_bf16", "FLOP/s").value
    ratio = chip.peaks.get("bf16", math.nan) / float(peak)  # type: ignore[arg-type]
    low, middle, high = (_quantile(said.value, q) for q in (0.1, 0.5, 0.9))
    rent = written(f"{middle:.2f}")
    told = say("rent of an H100, {rent} USD/h", rent=rent)
    if chip.name != _RENTED:
        told = say(
            "rent of an H100, {rent} USD/h, times {ratio} for the dense 16-bit peak (assumption: rent goes with the peak)", rent=rent,
            ratio=written(f"{ratio:.2f}"),
        )  # fmt: skip
    return middle * ratio, math.log(high / low) / (2.0 * _Z90) if low > 0.0 else 0.0, told


def _utilisation(known: KnownCatalogue, given: float | None) -> tuple[float, str]:
    if given is not None:
        if not 0.0 < given <= 1.0:
            raise InputError(Fault(say("got {given:g}; expected a share above 0 and up to 1", given=given), path="--utilisation"))
        return given, say("as given")
    return _quantile(known.estimate("usage", "serving", "utilisation").value, 0.5), say("assumption of the catalogue")


def power_of(known: KnownCatalogue, chip: Chip, accelerators: float) -> Power | None:
    """IT power of so many accelerators; None where nobody gives what one takes."""
    if "it_power" not in known.catalogue.attributes("accelerator", chip.name):
        return None
    said = known.estimate("accelerator", chip.name, "it_power", "W")
    each = _quantile(said.value, 0.5)
    if math.isnan(each):
        return None
    assumed = any(one.source == "stargauge-assumption" for one in said.statements)
    source = say("assumption of the catalogue") if assumed else say("catalogue, with CPUs, network and storage")
    return Power(each, each * accelerators, source)


def _quantile(value: object, q: float) -> float:
    return value.quantile(q) if isinstance(value, Distribution) else float(value)  # type: ignore[arg-type]
