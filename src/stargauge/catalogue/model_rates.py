"""What a model reaches on an accelerator: modelled for a stated use where the catalogue has that, else what was measured."""

from __future__ import annotations

from dataclasses import replace

from stargauge.catalogue.load import KnownCatalogue
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.statement import ABSENT, Estimate

#: The kind of the rates that our models of training and serving give (`rate.csv`), one per model and accelerator.
RATE = "rate"
#: The source of these.
SOURCE = "stargauge-rates"


def rate_of(catalogue: KnownCatalogue, model: str, what: str, chip: str, *measured: tuple[str, str]) -> Estimate:
    """The rate (`mfu`, `inference_rate`) of a model on an accelerator; ABSENT where nobody gives one.

    What was modelled comes first: it is of this accelerator at the size and the lengths that the run is about, and fitted to what was
    measured. What was measured holds for the sizes and lengths that somebody happened to run: `measured`, names and attributes of models,
    the first that there is.
    """
    for kind, name, attribute in ((RATE, model, f"{what}_{chip}"), *(("model", *one) for one in measured)):
        if name in catalogue.names(kind) and attribute in catalogue.catalogue.attributes(kind, name):
            said = catalogue.estimate(kind, name, attribute)
            if said.statements:
                return said
    return ABSENT


def at_level(estimate: Estimate, level: float) -> Estimate:
    """An estimate at one level of its spread, with who said it."""
    value = estimate.value
    return replace(estimate, value=value.quantile(level)) if isinstance(value, Distribution) else estimate
