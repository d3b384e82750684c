"""Measured serving rates and use by the catalogue: picks and labels, never computes."""

from __future__ import annotations

from stargauge.programme.known import Known
from stargauge.quantity.distribution import STANDARD_NORMAL, Distribution
from stargauge.quantity.quantity import quantity
from stargauge.quantity.statement import ABSENT, Estimate

_TEMPLATE = "frontier"


def _rates(known: Known, quantile: float) -> list[Estimate]:
    out = []
    measured = known.catalogue.catalogue.attributes("model", _TEMPLATE)
    for chip in known.axes["chip"]:
        rate = f"inference_rate_{chip}"
        said = known.default("model", _TEMPLATE, rate) if rate in measured else ABSENT
        value = said.value.quantile(quantile) if isinstance(said.value, Distribution) else said.value
        out.append(Estimate(value, said.kind, said.statements, said.hindsight, said.note))
    return out


@quantity("token/s", "chip")
def inference_rate_p50(known: Known) -> list[Estimate]:
    """Median of the output tokens per second of one accelerator serving the reference model; absent where nobody measured."""
    return _rates(known, 0.5)


@quantity("token/s", "chip")
def inference_rate_p90(known: Known) -> list[Estimate]:
    """Upper end (P90) of the output tokens per second of one accelerator serving the reference model; absent where nobody measured."""
    return _rates(known, 0.9)


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
    """Share of the measured rate reached in service."""
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
