"""Claims as ClaimReview of schema.org in JSON-LD, as publishers of fact checks use it.

A review is published by whoever uses Stargauge, under his own name and address. What the vocabulary has no word for (probability, range,
draws, hashes) stands under terms of our own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from stargauge.audit.export.wording import FORECAST, SETTLED, Data, Wording, claims_of, link, odds_of, plain, rows_of, source_of
from stargauge.audit.wording.words import sentence_case
from stargauge.quantity.dates import parse_window
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say

#: The prefix of our own terms in the context.
TERMS = "urn:stargauge:terms:"
CONTEXT: tuple[Any, ...] = ("https://schema.org", {"sg": TERMS})
#: Outcome -> its place on the scale from 1 (not met) to 3 (met).
RATING = {"not met": 1, "partly met": 2, "met": 3}
WORST, BEST = 1, 3
_KINDS = {"person": "Person", "organisation": "Organization"}

UNTESTABLE = "cannot be tested, so it is not rated"
STILL_OPEN = "still open: a forecast is published as a review only where it is asked for (--open)"


@dataclass(frozen=True)
class Publisher:
    """Who publishes the review, and where: the name, the address of the page of the review, his own address, that of the proof bundle."""

    name: str
    page: str
    site: str = ""
    proof: str = ""

    def check(self) -> None:
        """Raise InputError with everything that is missing or no address of the web."""
        faults = list[Fault]()
        if not plain(self.name):
            faults.append(Fault(say("a review bears the name of whoever publishes it: give --publisher NAME")))
        if not plain(self.page):
            faults.append(
                Fault(say("a review names the page on which it stands: give --url ADDRESS, such as https://example.org/checks/stargate"))
            )
        for option, address in (("--url", self.page), ("--publisher-url", self.site), ("--proof", self.proof)):
            if plain(address) and not link(address):
                faults.append(
                    Fault(
                        say(
                            'got {option} "{address}"; expected an address of the web, such as https://example.org/checks/stargate',
                            option=option,
                            address=address,
                        )
                    )
                )
        if faults:
            raise InputError(faults)


@dataclass(frozen=True)
class Reviews:
    """The reviews as one JSON-LD document, and why each other claim is not among them, by claim."""

    document: Mapping[str, Any]
    left_out: Mapping[str, str]


def reviews(answer: Data, publisher: Publisher, claim: str | None = None, forecasts: bool = False) -> Reviews:
    """One review per claim that can be rated; of one claim alone the review itself, of several a graph.

    `forecasts`: also claims with a reading that is still open. Raises InputError where nothing is left, with the reason of each claim.
    """
    publisher.check()
    wording = Wording(answer)
    made, left_out = list[dict[str, Any]](), dict[str, str]()
    for one in claims_of(answer, claim):
        if reason := _left_out(one, forecasts):
            left_out[one["id"]] = reason
        else:
            made.append(_review(one, answer, publisher, wording, alone=claim is not None))
    if not made:
        raise InputError([Fault(f"{name}: {reason}") for name, reason in left_out.items()] or say("there is no claim to review"))
    if claim is not None:
        return Reviews({"@context": list(CONTEXT), **made[0]}, left_out)
    return Reviews({"@context": list(CONTEXT), "@graph": made}, left_out)


def _left_out(claim: Data, forecasts: bool) -> str:
    """Why a claim is not reviewed; empty where it is. What cannot be tested by any reading, opinions with it, is never rated."""
    statuses = [reading["status"] for reading in claim["readings"]]
    if all(status in ("not testable", "record too thin") for status in statuses):
        return UNTESTABLE
    if any(status in FORECAST for status in statuses) and not forecasts:
        return STILL_OPEN
    return ""


def _review(claim: Data, answer: Data, publisher: Publisher, wording: Wording, alone: bool) -> dict[str, Any]:
    page = link(publisher.page)
    author = {"@type": "Organization", "name": plain(publisher.name)} | ({"url": link(publisher.site)} if publisher.site else {})
    sources = list(_citations(claim))
    proof = {"sg:proofBundle": {"@id": link(publisher.proof)}} if publisher.proof else {}
    return {
        "@type": "ClaimReview",
        "url": page if alone else f"{page.partition('#')[0]}#{claim['id']}",
        "datePublished": answer["as_of"],
        "inLanguage": wording.language,
        "author": author,
        "claimReviewed": plain(claim["says"]),
        "itemReviewed": _claim(claim, answer, wording),
        "reviewRating": _rating(claim, answer, wording),
        **({"citation": sources} if sources else {}),
        "sg:status": claim["status"],
        "sg:programme": answer["programme"]["id"],
        "sg:knowledgeDate": answer["as_of"],
        "sg:draws": answer["draws"],
        "sg:seed": answer["seed"],
        "sg:inputsSha256": answer["inputs_sha256"],
        "sg:version": answer["version"],
        "sg:reproduce": answer["reproduce"][0],
        **({"sg:supposed": list(answer["supposed"])} if answer["supposed"] else {}),
        "sg:reading": [_reading(reading) for reading in claim["readings"]],
        **proof,
    }


def _claim(claim: Data, answer: Data, wording: Wording) -> dict[str, Any]:
    """What was said: by whom, when, where. A primary text is its first appearance; any other source only one of its appearances."""
    source = source_of(claim, answer)
    address = link(source.get("url"))
    first = {"firstAppearance": {"@type": "CreativeWork", "url": address}} if address and source.get("grade") == "A" else {}
    seen = {"appearance": [_work(source["publisher"], address, source.get("date"))]} if address else {}
    return {
        "@type": "Claim", "name": plain(claim["says"]), "inLanguage": wording.language_of(claim["says"]), "author": _speaker(claim),
        "datePublished": _date(claim["said"]), **first, **seen,
    }  # fmt: skip


def _speaker(claim: Data) -> dict[str, Any]:
    """Who said it; of which kind, and the pages that say who it is, where the file says so."""
    made = claim.get("author")
    if not made:
        return {"name": plain(claim["speaker"])}
    same = [link(url) for url in made["same_as"] if link(url)]
    return {"@type": _KINDS[made["kind"]], "name": plain(made["name"])} | ({"sameAs": same[0] if len(same) == 1 else same} if same else {})


def _date(said: str) -> str:
    """A day, month, year or time of ISO 8601; of a span its last day, since it had been said by then."""
    text = plain(said)
    return str(parse_window(text).end) if ".." in text or "Q" in text or "H" in text else text


def _work(name: str, address: str, when: Any = None) -> dict[str, Any]:
    dated = {"datePublished": _date(str(when))} if when else {}
    return {"@type": "CreativeWork", "name": plain(name), "url": address, **dated}


def _citations(claim: Data) -> Iterator[dict[str, Any]]:
    seen = set[str]()
    for row in rows_of(claim):
        address = link(row["url"])
        if address and address not in seen:
            seen.add(address)
            yield _work(row["publisher"], address, row["published"])


def _rating(claim: Data, answer: Data, wording: Wording) -> dict[str, Any]:
    """Our words; a place on the scale only where every reading has the same outcome and no deadline is still to come."""
    readings = claim["readings"]
    statuses = {reading["status"] for reading in readings}
    to_come = any(reading["deadline"] and reading["deadline"] > answer["as_of"] for reading in readings)
    rated = len(statuses) == 1 and statuses <= set(SETTLED) and not to_come
    value = {"ratingValue": RATING[claim["status"]], "bestRating": BEST, "worstRating": WORST} if rated else {}
    word = sentence_case(readings[0]["likelihood"]) if len(readings) == 1 and readings[0]["likelihood"] else wording.status(claim["status"])
    parts = [f"{plain(claim['sentence']).rstrip('.')}."]
    if claim["ours"]:
        parts.append(wording.messages.say("ours", parts="; ".join(plain(part) for part in claim["ours"])))
    if any(reading["settled_by"] != "record" and reading["status"] not in ("not testable", "record too thin") for reading in readings):
        parts.append(wording.messages.texts["below_odds"])
    return {
        "@type": "Rating", "alternateName": word, **value,
        "ratingExplanation": " ".join(parts),
    }  # fmt: skip


def _reading(reading: Data) -> dict[str, Any]:
    """A reading in our own terms, without what it does not have."""
    probability, low, high = odds_of(reading)
    made = {
        "sg:name": plain(reading["name"]), "sg:expression": reading["expression"], "sg:sentence": plain(reading["sentence"]),
        "sg:status": reading["status"], "sg:answer": plain(reading["answer"]), "sg:probability": probability,
        "sg:modelRangeLow": low, "sg:modelRangeHigh": high, "sg:likelihood": reading["likelihood"], "sg:deadline": reading["deadline"],
    }  # fmt: skip
    return {name: value for name, value in made.items() if value is not None}
