"""Serving rates and use by the catalogue: picks and labels, never computes."""

from __future__ import annotations

from stargauge.catalogue.model_rates import at_level, rate_of
from stargauge.programme.known import Known
from stargauge.quantity.distribution import STANDARD_NORMAL
from stargauge.quantity.quantity import quantity
from stargauge.quantity.statement import Estimate, resting_on

#: Where the catalogue says which model the fleet serves.
_SERVED = ("usage", "serving", "model")


@quantity("1")
def serving_model(known: Known) -> Estimate:
    """The model that users are served with, by its place among the models."""
    name, (said, *_) = known.catalogue.text(*_SERVED), known.catalogue.said(*_SERVED)
    made = Estimate(float(known.axes["model"].index(name)), "default" if said.source else "assumed", (said,), None, f"model: {name}")
    return resting_on(made, known.catalogue.hindsight(*_SERVED))


@quantity("token/s", "chip model")
def inference_rate_p50(known: Known) -> list[Estimate]:
    """Median of the output tokens per second of one accelerator serving each model; absent where nobody modelled or measured it."""
    return _rates(known, 0.5)


@quantity("token/s", "chip model")
def inference_rate_p90(known: Known) -> list[Estimate]:
    """Upper end (P90) of the output tokens per second of one accelerator serving each model; absent where nobody modelled or measured."""
    return _rates(known, 0.9)


def _rates(known: Known, level: float) -> list[Estimate]:
    """What was modelled for stated lengths, else measured."""

    def rate(chip: str, model: str) -> Estimate:
        return at_level(rate_of(known.catalogue, model, "inference_rate", chip, (model, f"inference_rate_{chip}")), level)

    return [rate(chip, model) for chip in known.axes["chip"] for model in known.axes["model"]]


@quantity("1", "draw")
def inference_rate_deviate(known: Known) -> Estimate:
    """Where the rate lies in its spread, a standard normal deviate shared by all accelerators: what is served, how long, how fast."""
    return Estimate(STANDARD_NORMAL, "default", note="a pure stream of chance; the spread is that of the rates")


@quantity("B/s", "chip")
def accelerator_bandwidth(known: Known) -> list[Estimate]:
    """Memory bandwidth of one accelerator of each generation; absent where nobody said."""
    return [known.default("accelerator", chip, "memory_bandwidth") for chip in known.axes["chip"]]


@quantity("1", "draw", least=0.0, most=1.0)
def serving_utilisation(known: Known) -> Estimate:
    """Share of the rate of an accelerator reached in service."""
    return known.default("usage", "serving", "utilisation")


@quantity("1", "draw")
def serving_peak_factor(known: Known) -> Estimate:
    """Peak demand of a day over its mean."""
    return known.default("usage", "serving", "peak_factor")


@quantity("USD/h", "draw", least=0.0)
def accelerator_rent(known: Known) -> Estimate:
    """Rent of one H100 per hour."""
    return known.default("price", "h100-sxm", "rent_range")


@quantity("1", "draw")
def weekly_users(known: Known) -> Estimate:
    """Weekly users of the largest service, as its company said last."""
    return known.default("usage", "chatgpt", "weekly_users")


@quantity("1", "draw")
def messages_per_user_week(known: Known) -> Estimate:
    """Messages of a weekly user per week."""
    return known.default("usage", "chatgpt", "messages_per_user_week")


@quantity("token", "draw")
def tokens_per_message(known: Known) -> Estimate:
    """Output tokens per message, with those of hidden reasoning."""
    return known.default("usage", "chatgpt", "tokens_per_message")
