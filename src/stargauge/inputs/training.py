"""Models to train, utilisation and use of the fleet by the catalogue: picks and labels, never computes."""

from __future__ import annotations

from stargauge.programme.known import Known
from stargauge.quantity.quantity import DTYPES, quantity
from stargauge.quantity.statement import Estimate, resting_on

_TEMPLATE = "frontier"


def _by_model(known: Known, attribute: str) -> list[Estimate]:
    return [known.default("model", model, attribute) for model in known.axes["model"]]


@quantity("1", "draw model")
def model_active_parameters(known: Known) -> list[Estimate]:
    """Parameters of each model at work per token."""
    return _by_model(known, "active_parameters")


@quantity("1", "draw model")
def model_layers(known: Known) -> list[Estimate]:
    """Layers of each model."""
    return _by_model(known, "layers")


@quantity("1", "draw model")
def model_width(known: Known) -> list[Estimate]:
    """Hidden width of each model."""
    return _by_model(known, "hidden")


@quantity("1", "draw model")
def model_sequence(known: Known) -> list[Estimate]:
    """Tokens per sequence in training of each model; absent where nobody said."""
    return _by_model(known, "sequence")


@quantity("token", "draw model")
def model_training_tokens(known: Known) -> list[Estimate]:
    """Tokens of one training run of each model; absent where nobody said."""
    return _by_model(known, "training_tokens")


@quantity("token", "draw model")
def training_batch_tokens(known: Known) -> list[Estimate]:
    """Tokens per optimiser step of each model; absent where nobody said."""
    return _by_model(known, "batch_tokens")


@quantity("1", "draw model", least=0.0, most=1.0)
def training_utilisation(known: Known) -> list[Estimate]:
    """Model FLOPs per dense 16-bit peak in training of each model; that of the template where nobody measured it."""
    usual = known.default("model", _TEMPLATE, "mfu")
    return [usual if not e.statements else e for e in _by_model(known, "mfu")]


@quantity("FLOP/s", "draw")
def training_job_peak(known: Known) -> Estimate:
    """Dense 16-bit peak of one accelerator of the job whose step time is shown."""
    named = ("usage", "training-job", "accelerator")
    peak = known.default("accelerator", known.catalogue.text(*named), f"peak_{DTYPES[0]}")
    return resting_on(peak, known.catalogue.hindsight(*named))


@quantity("1", "draw", least=0.0, most=1.0)
def inference_share(known: Known) -> Estimate:
    """Share of the fleet's time that serves users."""
    return known.default("usage", "fleet-share", "inference")


@quantity("1", "draw", least=0.0, most=1.0)
def training_share(known: Known) -> Estimate:
    """Share of the rest that goes into runs which end in a released model; research has what is left."""
    return known.default("usage", "fleet-share", "training")
