"""The pages, one module each. Importing this enters them all; none imports what computes before it is asked."""

from stargauge.web.pages import (
    accuracy,
    chips,
    claims,
    compare,
    compute,
    edit,
    evidence,
    money,
    overview,
    plan,
    programmes,
    reading,
    sites,
    system,
    what_if,
    why,
)

__all__ = [
    "accuracy", "chips", "claims", "compare", "compute", "edit", "evidence", "money", "overview", "plan", "programmes", "reading", "sites",
    "system", "what_if", "why",
]  # fmt: skip
