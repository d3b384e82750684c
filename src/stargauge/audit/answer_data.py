"""The whole answer as plain data: what JSON, the report and the web show. Numbers come in; nothing new is computed here."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from stargauge import __version__
from stargauge.audit.backtest import measured
from stargauge.audit.claims.language import Comparison, NotTestable, leaves, parse
from stargauge.audit.claims.verdict import ReadingVerdict
from stargauge.audit.given import given_data
from stargauge.audit.jobs.job_claims import NumberVerdict
from stargauge.audit.money.money import told_by
from stargauge.audit.run import ClaimVerdict, texts_of
from stargauge.audit.series_data import fans
from stargauge.audit.sites.sites import rows_of, whole_of
from stargauge.audit.sites.sites import wanted as wanted_sites
from stargauge.audit.sources.captures import Held
from stargauge.audit.sources.explanation import explained, node_data, reported, source_data, statement_data, value_data
from stargauge.audit.summary import Days, headlines
from stargauge.audit.wording.claim_words import counts, off_by
from stargauge.audit.wording.languages import words_of
from stargauge.audit.wording.messages import ENGLISH, Messages
from stargauge.audit.wording.words import input_name
from stargauge.programme.load import asked_as
from stargauge.quantity.quantity import STAGES
from stargauge.quantity.statement import Estimate

__all__ = [
    "EXPLAINED", "answer_data", "assumptions", "dispute", "explained", "hindsight", "node_data", "slug", "statement_data", "value_data",
]  # fmt: skip

#: The addresses whose explanations go into a report.
EXPLAINED: tuple[str, ...] = (
    *(f"power_facility[{stage}]" for stage in STAGES), "capital_deployed", "funding_need", "funding_gap",
    "funding_available[committed]", "jobs_direct", "jobs_total", "jobs_construction_peak", "jobs_permanent",
)  # fmt: skip


def answer_data(check: Any, charts: bool = False, explanations: bool = False) -> dict[str, Any]:
    """A check as plain data. `charts`: with the month series and the shipped scores. `explanations`: those that the report links to."""
    known, result = check.known, check.result
    then = {verdict.id: verdict for verdict in check.then}
    named = input_names(check)
    out: dict[str, Any] = {
        "programme": {"id": slug(check.programme.name), "name": texts_of(check.programme, check.language).get(check.programme.name)
                      or check.programme.name, "about": check.programme.about,
                      "asked_as": asked_as(check.programme)},
        "language": check.language, "texts_language": check.programme.language, "untranslated": untranslated(check),
        "input_names": named,
        "as_of": str(known.as_of), "draws": result.draws, "seed": result.seed, "seconds": round(check.seconds, 2),
        **given_data(check.given), **check.summary,
        "dispute": dispute(check.verdicts, then, check.then_day, check.captures, words_of(check.language)),
        "claims": [_claim(verdict, then.get(verdict.id), check.then_day, check.jobs, check.language, named) for verdict in check.verdicts],
        "quantities": fans(result, _charted(check)) if charts else _headline_quantities(check),
        "statements": [statement_data(s) for s in known.programme.statements() if s.source],
        "sources": _sources(check),
        "captures": {name: one.to_dict() for name, one in check.captures.items()},
        "hindsight": hindsight(result.inputs.values()),
        "assumptions": assumptions(result.inputs.values()),
        "looked_for": _looked_for(check.verdicts),
        "attribution": list(check.programme.attribution),
        "supposed": list(check.programme.supposed), "reproduce": [_command(check)],
        "version": __version__, "inputs_sha256": result.inputs_sha256,
    }  # fmt: skip
    if check.odds is not None:
        out["odds"] = check.odds.to_dict()
    if check.delays is not None:
        out["schedule"] = check.delays.to_dict()
    if check.money is not None:
        out["funds"] = check.money.to_dict()
    for name in ("needs", "definitions", "together"):
        if (part := getattr(check, name)) is not None:
            out[name] = part.to_dict()
    if check.finance is not None:
        out["finance"] = check.finance.to_dict()
    if explanations:
        when = Days.of(known).ahead
        out["lineage"] = {address: reported(result.explain(address, when), known) for address in EXPLAINED if address in result.series}
        if check.money is not None:
            out["cells"] = _cells(check)
    if charts:
        if wanted_sites(known):
            out["sites"], out["sites_together"] = list(rows_of(result, known)), whole_of(result, known)
        scores = measured.shipped()
        out["accuracy"] = scores.to_dict(known.catalogue.catalogue) if scores else None
    return out


def _cells(check: Any) -> dict[str, Any]:
    """Short explanations of the numbers that stand in the tables of money, by address."""
    asked = told_by(check.money.to_dict())
    made = [node for when, addresses in asked for node in check.result.explain_briefly(addresses, date.fromisoformat(when))]
    return {node.address: reported(node, check.known) for node in made}


def _charted(check: Any) -> list[str]:
    """The addresses whose months a chart may show: not those of single sites, of which the table shows a day."""
    of_sites = {*wanted_sites(check.known)} - {*headlines(check.known)}
    return [address for address in check.result.series if address not in of_sites]


def _command(check: Any) -> str:
    """The command that gives the same answer again, with all that was laid over the programme and all that is given."""
    known, result, given = check.known, check.result, check.given
    laid = "".join(f" {'--set' if '=' in one else '--scenario'} {shlex.quote(one)}" for one in check.programme.supposed)
    draws = result.draws if given is None else given.asked
    taken = "".join(f" --given {shlex.quote(part.text)}" for part in (given.parts if given is not None else ()))
    asked = shlex.quote(asked_as(check.programme))
    return f"stargauge check {asked}{laid} --as-of {known.as_of} --draws {draws} --seed {result.seed}{taken}"


def untranslated(check: Any) -> list[str]:
    """What is said in claims as the file has it, in its own language, since it has no text of it in that of the answer."""
    if check.language == check.programme.language:
        return []
    texts = texts_of(check.programme, check.language)
    written = (text for name in (v.id for v in check.verdicts) for text in claim_texts(check.programme.claims[name]))
    return [text for text in dict.fromkeys(written) if text not in texts]


def input_names(check: Any) -> dict[str, str]:
    """What the inputs that move a claim are called in the language of the answer."""
    words, texts = words_of(check.language), texts_of(check.programme, check.language)
    moving = sorted({driver.input for verdict in check.verdicts for reading in verdict.readings for driver in reading.drivers})
    return {name: input_name(name, words, texts) for name in moving}


def claim_texts(claim: Any) -> Iterator[str]:
    """The texts of a claim that a reader sees: what was said, what is ours, the names of its readings and why they cannot be tested."""
    yield claim.says
    yield from claim.ours
    for name, reading in claim.readings.items():
        yield name
        made = parse(reading)
        if isinstance(made, NotTestable) and made.reason:
            yield made.reason


def slug(name: str) -> str:
    """A name as an id."""
    return "-".join("".join(letter if letter.isalnum() else " " for letter in name.lower()).split())


def _headline_quantities(check: Any) -> dict[str, Any]:
    days = Days.of(check.known)
    out = {}
    for address, series in check.result.series.items():
        if "month" not in series.axes:
            continue
        low, middle, high = (series.at(days.ahead).quantiles((q,))[q] for q in (0.1, 0.5, 0.9))
        numbers = [None if v != v else float(v) for v in (low, middle, high)]
        out[address] = {"unit": series.unit, "date": str(days.ahead), **dict(zip(("p10", "p50", "p90"), numbers, strict=True))}
    return out


def _claim(
    verdict: ClaimVerdict,
    before: ClaimVerdict | None,
    day: date | None,
    numbers: Sequence[NumberVerdict],
    language: str,
    names: Mapping[str, str],
) -> dict[str, Any]:
    made = verdict.to_dict()
    if told := [one.to_dict() for one in numbers if one.number.claim == verdict.id]:
        made["jobs"] = told
    past = {reading.name: reading for reading in before.readings} if before else {}
    for reading, judged in zip(made["readings"], verdict.readings, strict=True):
        if reading["margin"]:
            reading["margin"]["off_by"] = off_by(judged, words_of(language))
            reading["margin"]["counts"] = counts(judged, words_of(language)) or None
        for driver in reading["drivers"]:
            driver["says"] = names.get(driver["input"], driver["says"])
        reading["why"] = _asked_first(judged)
        earlier = past.get(reading["name"])
        reading["then"] = _then(earlier, day) if earlier and day else None
    return dict(made)


def _asked_first(judged: ReadingVerdict) -> str | None:
    """The address that a reading compares first, where it compares any."""
    found = next((leaf for leaf in leaves(parse(judged.expression)) if isinstance(leaf, Comparison)), None)
    return None if found is None else str(found.address)


def _then(reading: ReadingVerdict, day: date) -> dict[str, Any]:
    return {
        "as_of": str(day),
        "probability": reading.probability,
        "likelihood": reading.likelihood,
        "status": reading.status,
        "text": reading.answer,
    }


def dispute(
    verdicts: Sequence[ClaimVerdict],
    then: Mapping[str, ClaimVerdict],
    day: date | None,
    captures: Mapping[str, Held],
    words: Messages = ENGLISH,
) -> list[dict[str, Any]]:
    """The claims of the dispute in order: speaker, reading, the answer as it could be given then, the answer now, record, capture."""
    out = []
    for verdict in sorted((v for v in verdicts if v.dispute is not None), key=lambda v: v.dispute or 0):
        before = then.get(verdict.id)
        shown = [row for row in verdict.evidence if row.get("decides")] or list(verdict.evidence)
        out.append(
            {
                "order": verdict.dispute, "claim": verdict.id, "speaker": verdict.speaker, "said": verdict.said, "says": verdict.says,
                "reading": _read_as(verdict, words),
                "then": {"as_of": str(day) if day else None,
                         "text": _in_short(before) if before else words.texts["not_asked"], "status": before.status if before else ""},
                "now": {"text": _in_short(verdict), "status": verdict.status},
                "record": {"text": _record_text(shown[-2:], verdict.readings, words), "grade": shown[-1].get("grade") if shown else None},
                "capture": captures[verdict.capture].text if verdict.capture else "none",
            }
        )  # fmt: skip
    return out


def _read_as(verdict: ClaimVerdict, words: Messages) -> str:
    """The first reading as a sentence, and the names of the others."""
    first, others = verdict.readings[0], [reading.title or reading.name for reading in verdict.readings[1:]]
    text = next((r.sentence for r in verdict.readings if not r.expression.startswith("not testable")), first.sentence)
    also = words.say("also_read", names=", ".join(others)) if others else ""
    return text + also + (words.texts["cutoffs_ours"] if verdict.ours else "")


def _in_short(verdict: ClaimVerdict) -> str:
    """The answer where all readings agree, else one short answer per reading."""
    if len(verdict.readings) == 1 or len({reading.status for reading in verdict.readings}) == 1:
        return verdict.readings[0].answer
    return "; ".join(f"{reading.title or reading.name}: {_inside(reading.answer, verdict.language)}" for reading in verdict.readings)


def _inside(answer: str, language: str) -> str:
    """An answer inside a sentence: a German one may begin with a noun and keeps its capital."""
    return answer if language == "de" else answer[:1].lower() + answer[1:]


def _record_text(rows: Iterable[Mapping[str, Any]], readings: Iterable[ReadingVerdict], words: Messages) -> str:
    """What the record holds in short; where it holds nothing, whether arithmetic settled a reading all the same."""
    texts = [f"{row['about']}: {row['text']}" for row in rows]
    computed = any(reading.settled_by == "arithmetic" for reading in readings)
    return "; ".join(dict.fromkeys(texts)) or words.texts["only_computed" if computed else "not_found"]


def _sources(check: Any) -> dict[str, Any]:
    """The sources of the programme, and those of the catalogue values that the run used."""
    used = {s.source for made in check.result.inputs.values() for e in made.estimates for s in e.statements}
    catalogue = {name: entry for name, entry in check.known.catalogue.catalogue.sources.items() if name in used}
    texts = texts_of(check.programme, check.language)
    made = {name: source_data(entry) for name, entry in {**catalogue, **check.known.programme.sources}.items()}
    return {name: {**source, "publisher": texts.get(source["publisher"], source["publisher"])} for name, source in made.items()}


def hindsight(inputs: Iterable[Any]) -> list[dict[str, str]]:
    """The values that are younger than the knowledge date, and the day each was published."""
    found: dict[str, date] = {}
    for made in inputs:
        for estimate in made.estimates:
            if estimate.hindsight is not None:
                found[made.quantity.name] = max(estimate.hindsight, found.get(made.quantity.name, date.min))
    return [{"name": name, "calibrated_to": str(day)} for name, day in sorted(found.items())]


def assumptions(inputs: Iterable[Any]) -> list[dict[str, Any]]:
    """Inputs that rest on an assumption: without a source, or of the catalogue's weakest grade."""
    out = []
    for made in inputs:
        seen: set[tuple[str, str]] = set()
        for estimate in made.estimates:
            if not _assumed(estimate):
                continue
            reason = estimate.note or next((s.note for s in estimate.statements if s.note), "no source")
            text = next((s.text for s in estimate.statements if s.text), "")
            if (text, reason) not in seen:
                seen.add((text, reason))
                out.append({"name": made.quantity.name, "value": text, "reason": reason})
    return out


def _assumed(estimate: Estimate) -> bool:
    return estimate.kind == "assumed" or any(s.grade == "D" for s in estimate.statements)


def _looked_for(verdicts: Sequence[ClaimVerdict]) -> list[str]:
    silent = [(v, r) for v in verdicts for r in v.readings if r.status == "passed, record silent" or r.status.startswith("not shown")]
    return [f"{v.id}: {r.sentence}" for v, r in silent]
