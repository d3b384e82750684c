"""Models to train, utilisation and use of the fleet by the catalogue: picks and labels, never computes."""

from __future__ import annotations

from stargauge.catalogue.model_flop import attention_width, multiplied_parameters
from stargauge.catalogue.model_rates import at_level, rate_of
from stargauge.programme.known import Known
from stargauge.quantity.distribution import STANDARD_NORMAL
from stargauge.quantity.quantity import DTYPES, quantity
from stargauge.quantity.statement import Estimate, resting_on

_TEMPLATE = "frontier"
#: Where the catalogue says of which accelerators one large job is.
_JOB_CHIP = ("usage", "training-job", "accelerator")


def _by_model(known: Known, attribute: str) -> list[Estimate]:
    return [known.default("model", model, attribute) for model in known.axes["model"]]


@quantity("1", "draw model")
def model_active_parameters(known: Known) -> list[Estimate]:
    """Parameters of each model that a token is multiplied with: by its dimensions, else as stated."""
    return [multiplied_parameters(known.catalogue, model) for model in known.axes["model"]]


@quantity("1", "draw model")
def model_layers(known: Known) -> list[Estimate]:
    """Layers of each model."""
    return _by_model(known, "layers")


@quantity("1", "draw model")
def model_width(known: Known) -> list[Estimate]:
    """Width of the heads of each model: by its dimensions, else its hidden width as stated."""
    return [attention_width(known.catalogue, *one) for one in zip(known.axes["model"], model_sequence(known), strict=True)]


@quantity("1", "draw model")
def model_sequence(known: Known) -> list[Estimate]:
    """Tokens per sequence in training of each model; those of the template where nobody said."""
    own, template = _by_model(known, "sequence"), known.default("model", _TEMPLATE, "sequence")
    return [one if one.statements else template for one in own]


@quantity("token", "draw model")
def model_training_tokens(known: Known) -> list[Estimate]:
    """Tokens of one training run of each model; absent where nobody said."""
    return _by_model(known, "training_tokens")


@quantity("token", "draw model")
def training_batch_tokens(known: Known) -> list[Estimate]:
    """Tokens per optimiser step of each model; absent where nobody said."""
    return _by_model(known, "batch_tokens")


@quantity("1", "chip model")
def training_utilisation_p50(known: Known) -> list[Estimate]:
    """Median of the model FLOPs per dense 16-bit peak of each generation while it trains each model."""
    return [_utilisation(known, model, chip, 0.5) for chip in known.axes["chip"] for model in known.axes["model"]]


@quantity("1", "chip model")
def training_utilisation_p90(known: Known) -> list[Estimate]:
    """Upper end (P90) of the model FLOPs per dense 16-bit peak of each generation while it trains each model."""
    return [_utilisation(known, model, chip, 0.9) for chip in known.axes["chip"] for model in known.axes["model"]]


@quantity("1", "draw")
def training_utilisation_deviate(known: Known) -> Estimate:
    """Where the utilisation lies in its spread, a standard normal deviate shared by all: software, network, how well a layout fits."""
    return Estimate(STANDARD_NORMAL, "default", note="a pure stream of chance; the spread is that of the utilisations")


@quantity("1", "model")
def training_job_utilisation_p50(known: Known) -> list[Estimate]:
    """Median of the utilisation of the accelerators of one large job that trains each model."""
    return [_utilisation_of_job(known, model, 0.5) for model in known.axes["model"]]


@quantity("1", "model")
def training_job_utilisation_p90(known: Known) -> list[Estimate]:
    """Upper end (P90) of the utilisation of the accelerators of one large job that trains each model."""
    return [_utilisation_of_job(known, model, 0.9) for model in known.axes["model"]]


def _utilisation(known: Known, model: str, chip: str, level: float) -> Estimate:
    """What was modelled for the chip, else measured for the model on any, else what the template has."""
    return at_level(rate_of(known.catalogue, model, "mfu", chip, (model, "mfu"), (_TEMPLATE, "mfu")), level)


def _utilisation_of_job(known: Known, model: str, level: float) -> Estimate:
    return resting_on(_utilisation(known, model, known.catalogue.text(*_JOB_CHIP), level), known.catalogue.hindsight(*_JOB_CHIP))


@quantity("FLOP/s", "draw")
def training_job_peak(known: Known) -> Estimate:
    """Dense 16-bit peak of one accelerator of the large job."""
    peak = known.default("accelerator", known.catalogue.text(*_JOB_CHIP), f"peak_{DTYPES[0]}")
    return resting_on(peak, known.catalogue.hindsight(*_JOB_CHIP))


@quantity("1", "draw", least=0.0, most=1.0)
def inference_share(known: Known) -> Estimate:
    """Share of the fleet's time that serves users."""
    return known.default("usage", "fleet-share", "inference")


@quantity("1", "draw", least=0.0, most=1.0)
def training_share(known: Known) -> Estimate:
    """Share of the rest that goes into runs which end in a released model; research has what is left."""
    return known.default("usage", "fleet-share", "training")
