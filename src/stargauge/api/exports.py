"""The answer of a check in the forms of others: ClaimReview, CSV, Markdown; in English or German."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from stargauge.api.answers import check
from stargauge.api.programmes import Progress, claim_of, load
from stargauge.api.runs import DRAWS
from stargauge.audit.export.article import article
from stargauge.audit.export.claimreview import Publisher, reviews
from stargauge.audit.export.table import table
from stargauge.audit.wording.languages import words_of
from stargauge.catalogue.load import Catalogue
from stargauge.evidence.archive import Archive
from stargauge.programme.schema import Programme
from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.spoken import say

#: The forms of an export, each with the ending of its file and what it is.
FORMS = {
    "claimreview": ("jsonld", "application/ld+json"), "csv": ("csv", "text/csv; charset=utf-8"),
    "markdown": ("md", "text/markdown; charset=utf-8"),
}  # fmt: skip


@dataclass(frozen=True)
class Export:
    """An export as text, and why claims are missing from it, by claim."""

    text: str
    left_out: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text


def export(
    form: str, programme: str | Path | Programme = "stargate", *, claim: str | None = None, language: str = "en",
    publisher: str = "", url: str = "", publisher_url: str = "", proof: str = "", forecasts: bool = False,
    as_of: date | str | None = None, draws: int = DRAWS, seed: int = 0, workers: int | None = None, values: Catalogue | None = None,
    evidence: str | Path | Archive | None = None, progress: Progress | None = None,
) -> Export:  # fmt: skip
    """The claims of a programme, or one of them, in a form of others: `claimreview` (JSON-LD), `csv` or `markdown`.

    A claimreview is published under `publisher` and stands at `url`; `proof`: where the bundle of its evidence is. With `forecasts` it
    holds open claims too. Raises InputError for a form, a language or a claim that there is not, and where nothing can be reviewed.
    """
    if form not in FORMS:
        raise InputError(
            say('there is no export "{form}"{near} (one of {forms})', form=form, near=did_you_mean(form, FORMS), forms=", ".join(FORMS))
        )
    words_of(language)
    who = Publisher(publisher, url, publisher_url, proof)
    if form == "claimreview":
        who.check()
    made = load(programme)
    if claim is not None:
        claim_of(made, claim)
    answer = check(
        made, as_of=as_of, draws=draws, seed=seed, workers=workers, values=values, evidence=evidence, progress=progress, language=language
    ).to_dict()
    if claim is not None and not any(one["id"] == claim for one in answer["claims"]):
        raise InputError(say('the claim "{claim}" had not been made by {as_of}', claim=claim, as_of=answer["as_of"]))
    return _made(form, answer, claim, who, forecasts)


def _made(form: str, answer: dict[str, Any], claim: str | None, who: Publisher, forecasts: bool) -> Export:
    if form == "csv":
        return Export(table(answer, claim))
    if form == "markdown":
        return Export(article(answer, claim))
    found = reviews(answer, who, claim, forecasts)
    return Export(json.dumps(found.document, indent=1, ensure_ascii=False, allow_nan=False) + "\n", found.left_out)
