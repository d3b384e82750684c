"""Cost of letting a building, and property-tax abatements with their conditions."""

from __future__ import annotations

from stargauge.programme.known import Known
from stargauge.quantity.quantity import quantity
from stargauge.quantity.statement import ABSENT, Estimate


@quantity("1", "draw", least=0.0, most=1.0)
def building_management_share(known: Known) -> Estimate:
    """Cost of managing a let building over its rent."""
    return known.default("price", "capacity-lease", "management_share")


def _abatement(known: Known, attribute: str) -> list[Estimate]:
    """A term of the abatement of each site, from the catalogue under the site's own id; absent where none is on record."""
    named = known.catalogue.names("funding")
    return [known.default("funding", site.id, attribute) if site.id in named else ABSENT for site in known.sites]


@quantity("1", "site", least=0.0, most=1.0)
def abatement_share(known: Known) -> list[Estimate]:
    """Share of property tax that a site is spared; absent where nobody said."""
    return _abatement(known, "abatement_share")


@quantity("d", "site")
def abatement_term(known: Known) -> list[Estimate]:
    """Time for which it is spared, from the first operation."""
    return _abatement(known, "abatement_term")


@quantity("job", "site")
def abatement_jobs(known: Known) -> list[Estimate]:
    """Permanent posts that the abatement requires."""
    return _abatement(known, "abatement_jobs")


@quantity("USD/job/d", "site")
def abatement_wage(known: Known) -> list[Estimate]:
    """Least salary of a required post, per calendar day."""
    return _abatement(known, "abatement_wage")


@quantity("USD", "site", least=0.0)
def abatement_investment(known: Known) -> list[Estimate]:
    """Least investment that the abatement requires."""
    return _abatement(known, "abatement_investment")
