"""What schema.org publishes on the types of a review of a claim: names of properties by type, and what each may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_THING = frozenset(
    re.findall(r"\w+", """
    additionalType alternateName description disambiguatingDescription identifier image mainEntityOfPage name potentialAction
    sameAs subjectOf url
    """)
)  # fmt: skip
_CREATIVE_WORK = _THING | frozenset(
    re.findall(r"\w+", """
    about abstract author citation copyrightHolder copyrightYear creator dateCreated dateModified datePublished headline
    inLanguage isBasedOn isPartOf keywords license mainEntity mentions publisher sdDatePublished sdLicense sdPublisher
    sourceOrganization text version
    """)
)  # fmt: skip
#: Type -> its properties, its own and inherited.
PROPERTIES: Mapping[str, frozenset[str]] = {
    "ClaimReview": _CREATIVE_WORK | frozenset(["claimReviewed", "itemReviewed", "reviewAspect", "reviewBody", "reviewRating"]),
    "Claim": _CREATIVE_WORK | frozenset(["appearance", "claimInterpreter", "firstAppearance"]),
    "CreativeWork": _CREATIVE_WORK,
    "Rating": _THING | frozenset(["author", "bestRating", "ratingExplanation", "ratingValue", "reviewAspect", "worstRating"]),
    "Organization": _THING | frozenset(["address", "email", "founder", "legalName", "logo", "parentOrganization"]),
    "Person": _THING | frozenset(["affiliation", "familyName", "givenName", "jobTitle", "memberOf", "worksFor"]),
}
#: Property -> the types that may stand there; all other properties used hold a text, a number, a date or an address.
RANGES: Mapping[str, frozenset[str]] = {
    "author": frozenset({"Organization", "Person"}), "itemReviewed": frozenset(PROPERTIES), "reviewRating": frozenset({"Rating"}),
    "citation": frozenset({"CreativeWork"}), "appearance": frozenset({"CreativeWork"}), "firstAppearance": frozenset({"CreativeWork"}),
}  # fmt: skip
#: What Google's documentation of ClaimReview asks for and recommends, by type.
GOOGLE_REQUIRED = {"ClaimReview": ("claimReviewed", "reviewRating", "url"), "Rating": ("alternateName",)}
GOOGLE_RECOMMENDED = {
    "ClaimReview": ("author", "itemReviewed"), "Claim": ("appearance", "author", "datePublished"),
    "Rating": ("bestRating", "ratingValue", "worstRating"),
}  # fmt: skip


def faults(node: Mapping[str, Any], where: str = "") -> Iterator[str]:
    """What in a node is not of the vocabulary: unknown properties, values of a wrong type. Terms with a prefix are another's."""
    kind = node.get("@type")
    known = PROPERTIES.get(str(kind)) if kind else _THING
    if known is None:
        yield f"{where}: there is no type {kind}"
        return
    for name, value in node.items():
        if name.startswith("@") or ":" in name:
            continue
        if name not in known:
            yield f"{where}: {kind} has no {name}"
        for part in value if isinstance(value, list) else [value]:
            yield from _value_faults(name, part, f"{where}.{name}")


def _value_faults(name: str, value: Any, where: str) -> Iterator[str]:
    if name in RANGES:
        if not isinstance(value, Mapping):
            yield f"{where}: got {value!r}; expected a node"
        elif "@type" in value and value["@type"] not in RANGES[name]:
            yield f"{where}: {value['@type']} cannot stand there"
        else:
            yield from faults(value, where)
    elif isinstance(value, Mapping):
        yield f"{where}: got a node; expected a plain value"
    elif not isinstance(value, str | int | float):
        yield f"{where}: got {value!r}"
