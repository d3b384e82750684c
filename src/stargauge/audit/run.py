"""The audit of a run: every claim with its readings, verdicts, drivers, evidence and the words for them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from stargauge.audit.claims.evaluate import Judge, Outcome
from stargauge.audit.claims.language import Reading, deadline
from stargauge.audit.claims.questions import Question, questions
from stargauge.audit.claims.record import Archive
from stargauge.audit.claims.verdict import NOT_TESTABLE, OPEN, SILENT, Judgement, ReadingVerdict, Setting, decidable, judge, odds_by, taken
from stargauge.audit.drivers.drivers import MOST_DRAWS, Draws, Moved, Target, drivers
from stargauge.audit.drivers.groups import groups_of
from stargauge.audit.sources.captures import capture_of
from stargauge.audit.wording.answer import answer, claim_answer, compared_value, record_of
from stargauge.audit.wording.languages import COMMON_TEXTS, words_of
from stargauge.audit.wording.sentence import Names, sentence
from stargauge.audit.wording.words import likelihood, root_of
from stargauge.engine.executors import Workers
from stargauge.engine.result import Result
from stargauge.engine.run import blocks_of
from stargauge.engine.sample import Sampler
from stargauge.engine.select import Frame
from stargauge.engine.simulate import simulate
from stargauge.engine.streams import BLOCK
from stargauge.quantity.shown import Shown
from stargauge.quantity.statement import PICK, Mixture

#: The name under which a run collects what the audit needs.
COLLECTOR = "audit"
#: The name under which a result that something is given for keeps what arithmetic settles without that.
SETTLED_HERE = "audit: settled with nothing given"
DEPENDS = "depends on reading"
#: How many blocks of what was drawn are made again at a time.
TOGETHER = 8
#: How many drivers a verdict names; all of them: `stargauge drivers`.
SHOWN_DRIVERS = 3


@dataclass(frozen=True)
class ClaimVerdict(Shown):
    """The verdict on a claim: who said what when, how we read it, and the answer per reading and as a whole."""

    id: str
    speaker: str
    said: str
    says: str
    source: str
    ours: tuple[str, ...]
    dispute: int | None
    readings: tuple[ReadingVerdict, ...]
    status: str
    sentence: str
    evidence: tuple[dict[str, Any], ...]
    capture: str = ""
    language: str = "en"
    author: Mapping[str, Any] | None = None

    @property
    def cutoffs(self) -> str:
        """What in the readings is our choice, in words; empty where nothing is."""
        return words_of(self.language).say("ours", parts=", ".join(self.ours)) if self.ours else ""

    def to_dict(self) -> dict[str, Any]:
        """As plain data: the form of JSON, Python and the command line."""
        return {
            "id": self.id, "speaker": self.speaker, "author": dict(self.author) if self.author else None, "said": self.said,
            "says": self.says, "source": self.source, "ours": list(self.ours),
            "dispute": self.dispute, "capture": self.capture or None, "status": self.status, "sentence": self.sentence,
            "readings": [reading.to_dict() for reading in self.readings], "evidence": list(self.evidence),
        }  # fmt: skip


class Verdicts(tuple[ClaimVerdict, ...], Shown):
    """The verdicts on the claims of a programme, in its order, with the run that they are of."""

    programme: str
    as_of: date
    draws: int
    seed: int

    @classmethod
    def of(cls, result: Result, verdicts: Iterable[ClaimVerdict]) -> Verdicts:
        """The verdicts of a run."""
        made = cls(verdicts)
        made.programme, made.as_of = result.programme.name, result.known.as_of
        made.draws, made.seed = result.draws, result.seed
        return made


def judge_of(asked: Sequence[Question], known: Any) -> Judge:
    """The collector that gathers truth and margin of what is asked while a run goes on; name it COLLECTOR."""
    readings = [question.reading for question in asked if not question.missing]
    return Judge.of(readings, _archive(known).shown(readings))


def audit(
    result: Result, known: Any, claims: Mapping[str, Any] | None = None, *, ids: Collection[str] = (), language: str = "en",
    with_drivers: bool = True, workers: Workers = 1,
) -> tuple[ClaimVerdict, ...]:  # fmt: skip
    """A verdict on every claim, from a run that collected `judge_of(...)` under COLLECTOR. `with_drivers`: and what moves its odds most.

    `language`: of every text; those of the programme file are in it where the file has a translation.

    Writes truth and margin per reading into the result. Where something is given, odds are of the draws in which it holds, and a reading
    that is itself given reads as that; arithmetic has settled what it settles with nothing given. `workers`: processes to see which.
    """
    claims = known.programme.claims if claims is None else claims
    frame = result.world.frame
    asked = questions(claims, frame.quantities, frame.axes, ids)
    outcomes = _outcomes(result, asked, known)
    sampler = _sampler(result, [address.name for address in _addresses(asked)], only_picks=not with_drivers)
    sample = _drawn(result, sampler.chances)
    setting = setting_of(known, frame, language, settled_of(result, known, asked, workers))
    behind = _behind(result, asked)
    captured = captures_of(known, claims)
    made = {q.key: judge(q, outcomes.get(q.key), setting, _picks(sample, behind[q.key]), captured=bool(captured[q.claim])) for q in asked}
    made |= {key: taken(made[key], holds) for key, holds in _given(result).items() if key in made}
    open_ones = [q for q in asked if with_drivers and made[q.key].odds is not None and made[q.key].status in (OPEN, SILENT)]
    targets = [Target.reading(q.reading, outcomes[q.key], behind[q.key]) for q in open_ones]
    found = drivers(targets, _draws(result, sampler, sample)) if targets else []
    movers = dict(zip([q.key for q in open_ones], found, strict=True))
    speakers = getattr(known.programme, "speakers", None) or {}
    verdicts = {
        q.key: _reading(
            q, made[q.key], movers.get(q.key), setting, _options(q, movers.get(q.key), outcomes.get(q.key), sample, result, setting)
        )
        for q in asked
    }
    return tuple(
        _claim(
            name,
            claim,
            [verdicts[q.key] for q in asked if q.claim == name],
            setting,
            captured[name],
            language,
            speakers.get(str(claim.speaker)),
        )
        for name, claim in claims.items()
    )


def judgements(result: Result, known: Any, claims: Mapping[str, Any], *, ids: Collection[str] = ()) -> dict[str, Judgement]:
    """Status and odds of every reading, without the model range and without words: for whoever asks again how likely it is."""
    frame = result.world.frame
    asked = questions(claims, frame.quantities, frame.axes, ids)
    outcomes, setting = _outcomes(result, asked, known), setting_of(known, frame, settled=settled_of(result, known, asked))
    captured = captures_of(known, claims)
    return {q.key: judge(q, outcomes.get(q.key), setting, captured=bool(captured[q.claim])) for q in asked}


def settled_of(result: Result, known: Any, asked: Sequence[Question], workers: Workers = 1) -> Mapping[str, Judgement] | None:
    """What arithmetic settles with nothing given, by `claim/reading`: under a condition that stays so, and nothing else becomes so.

    None where nothing is given: then the draws of the result tell. Else they are drawn once more, as many as were asked for, none left out.
    """
    if result.condition is None:
        return None
    if SETTLED_HERE in result.collected:
        told: dict[str, Judgement] = result.collected[SETTLED_HERE]
    else:
        told = result.collected[SETTLED_HERE] = {}
    setting = setting_of(known, result.world.frame)
    new = [q for q in asked if q.key not in told and decidable(q, setting)]
    if new:
        draws = result.conditions.asked if result.conditions is not None else result.draws
        worlds = simulate(known, (), draws=draws, seed=result.seed, workers=workers, collectors={COLLECTOR: judge_of(new, known)})
        outcomes = judge_of(new, known).outcomes(worlds.collected[COLLECTOR])
        told.update({q.key: judge(q, outcomes.get(q.reading), setting) for q in new})
    return {key: made for key, made in told.items() if made.settled_by == "arithmetic"}


def _given(result: Result) -> Mapping[str, bool]:
    """The readings that are given, and whether they are given to hold."""
    return result.conditions.keys if result.conditions is not None else {}


def compared(
    result: Result, known: Any, claims: Mapping[str, Any], *, ids: Collection[str] = ()
) -> tuple[dict[str, Outcome], dict[str, Judgement]]:
    """Truth per draw and status of every reading, by `claim/reading`: for whoever sets them against each other."""
    frame = result.world.frame
    asked = questions(claims, frame.quantities, frame.axes, ids)
    outcomes, setting = _outcomes(result, asked, known), setting_of(known, frame, settled=settled_of(result, known, asked))
    captured = captures_of(known, claims)
    return outcomes, {q.key: judge(q, outcomes.get(q.key), setting, captured=bool(captured[q.claim])) for q in asked}


def captures_of(known: Any, claims: Mapping[str, Any]) -> dict[str, str]:
    """The capture of each claim, empty where it has none."""
    sources = getattr(known.programme, "sources", None) or {}
    return {name: capture_of(claim, sources) for name, claim in claims.items()}


def _outcomes(result: Result, asked: Sequence[Question], known: Any) -> dict[str, Outcome]:
    if COLLECTOR in result.collected:
        by_reading: Mapping[Reading, Outcome] = judge_of(asked, known).outcomes(result.collected[COLLECTOR])
        out = {q.key: by_reading[q.reading] for q in asked if q.reading in by_reading}
        result.truth.update({key: outcome.truth for key, outcome in out.items() if outcome.undecided is None})
        result.margin.update({key: outcome.margin for key, outcome in out.items() if outcome.margin is not None})  # type: ignore[misc]
        return out
    return {key: Outcome(truth, _margin(result, key), (), None) for key, truth in result.truth.items()}


def _margin(result: Result, key: str) -> Any:
    return np.asarray(result.margin[key], dtype=np.float32) if key in result.margin else None


def draws_of(result: Result, names: Iterable[str]) -> Draws:
    """What the inputs upstream of some quantities drew in the first draws of a run: the streams made again, no run needed."""
    sampler = _sampler(result, names)
    return _draws(result, sampler, _drawn(result, sampler.chances))


def _draws(result: Result, sampler: Sampler, sample: Mapping[str, Any]) -> Draws:
    inputs = result.world.inputs
    units = {name: made.quantity.unit for name, made in inputs.items()}
    return Draws(_drawn(result, sampler.streams, np.float32), sample, units, groups_of(inputs), chosen=result.condition is not None)


def _sampler(result: Result, names: Iterable[str], only_picks: bool = False) -> Sampler:
    """The streams of the inputs upstream of some quantities. `only_picks`: only of those that switch with a choice."""
    world, asked = result.world, sorted(set(names))
    needed = world.graph.plan(asked).inputs if asked else ()
    wanted = [name for name in needed if name in world.inputs and not world.inputs[name].quantity.static]
    if only_picks:
        wanted = [name for name in wanted if world.inputs[name].picks]
    return Sampler({name: world.inputs[name] for name in wanted}, world.axes, world.seed, world.programme, world.leading, world.held)


def _drawn(result: Result, made: Callable[[int, int], Mapping[str, Any]], kind: type[np.floating[Any]] = np.float64) -> dict[str, Any]:
    """What a sampler makes of the first draws of a run; some blocks at a time."""
    count = min(MOST_DRAWS, result.draws)
    blocks = blocks_of(count)
    out: dict[str, Any] = {}
    for start in range(0, blocks, TOGETHER):
        for name, values in made(start, min(TOGETHER, blocks - start)).items():
            held = out.setdefault(name, np.empty(count, dtype=kind))
            held[start * BLOCK : start * BLOCK + len(values)] = values
    return out


def upstream(result: Result, names: Iterable[str]) -> frozenset[str]:
    """The inputs that some quantities depend on, and the choices that switch any of their cells."""
    wanted = set(names)
    found = result.world.graph.upstream(wanted) if wanted else set()
    inputs = [result.world.inputs[name] for name in found if name in result.world.inputs]
    return frozenset(found.union(*(made.picks for made in inputs)))


def _behind(result: Result, asked: Iterable[Question]) -> dict[str, frozenset[str]]:
    """What each reading depends on; many ask about the same quantities."""
    found: dict[frozenset[str], frozenset[str]] = {}
    out = {}
    for question in asked:
        names = frozenset(address.name for address in _addresses([question]))
        if names not in found:
            found[names] = upstream(result, names)
        out[question.key] = found[names]
    return out


def _addresses(asked: Iterable[Question]) -> Iterable[Any]:
    return Judge.of([q.reading for q in asked if not q.missing]).addresses


def _archive(known: Any) -> Archive:
    sources = getattr(known.programme, "sources", None) or {}
    return Archive.of(getattr(known.programme, "records", None) or {}, known.as_of, {name: root_of(name, sources) for name in sources})


def texts_of(programme: Any, language: str) -> Mapping[str, str]:
    """The texts of a programme file in a language, by the text as it stands in the file; common ones where it has none."""
    found: Mapping[str, Mapping[str, str]] = getattr(programme, "translations", None) or {}
    common = COMMON_TEXTS.get(language, {}) if getattr(programme, "language", language) != language else {}
    return {**common, **found.get(language, {})}


def setting_of(known: Any, frame: Frame, language: str = "en", settled: Mapping[str, Judgement] | None = None) -> Setting:
    """What every reading is judged against. `settled`: where something is given, what arithmetic settles without that."""
    programme = known.programme
    given = dict[str, str]()
    for group in ("sites", "parties"):
        members = getattr(programme, group, None) or {}
        given.update({name: _short(member.name) for name, member in members.items() if getattr(member, "name", None)})
    names = Names(frame.axes, frame.quantities, given, words_of(language), texts_of(programme, language))
    sources = getattr(programme, "sources", None) or {}
    return Setting(known.as_of, _archive(known), frame.quantities, names, _looked_at(known), sources, BLOCK, settled)


def _looked_at(known: Any) -> Callable[[str], date | None]:
    """The day up to which a site's state is known: its last look; a site that was given up has nothing more to be looked at."""
    given_up = {site.id for site in known.sites if known.site_cancelled(site)}
    return lambda site: known.as_of if site in given_up else known.observed_through(site)


def _picks(sample: Mapping[str, Any], behind: frozenset[str]) -> dict[str, Any]:
    return {name: values for name, values in sample.items() if name.startswith(PICK) and name in behind}


def _short(name: str) -> str:
    """A name up to its first comma or bracket, as it stands in a list."""
    return name.split(",")[0].split(" (")[0]


def _options(
    question: Question, moved: Moved | None, outcome: Outcome | None, sample: Mapping[str, Any], result: Result, setting: Setting
) -> dict[str, list[dict[str, Any]]]:  # fmt: skip
    """Of the drivers that are choices, the options: what each is called, the odds and the middle of what is compared under it."""
    out = dict[str, list[dict[str, Any]]]()
    for driver in moved.drivers[:SHOWN_DRIVERS] if moved else ():
        labels = _labels(driver.input.removeprefix(PICK), result) if driver.input.startswith(PICK) else ()
        if not labels or outcome is None or driver.input not in sample:
            continue
        found = [(label, odds_by(outcome, sample[driver.input], place)) for place, label in enumerate(labels)]
        out[driver.input] = [
            {
                "name": _option_name(driver.input.removeprefix(PICK), label, setting),
                "odds": told[0] if told else None,
                "value": None if told is None or told[1] is None else compared_value(question.reading, told[1]),
            }
            for label, told in found
        ]
    return out


def _labels(pick: str, result: Result) -> tuple[str, ...]:
    """What the options of a choice are called in the file or the model."""
    values = (estimate.value for made in result.world.inputs.values() for estimate in made.estimates)
    return next((one.labels for one in values if isinstance(one, Mixture) and one.pick == pick and one.labels), ())


def _option_name(pick: str, label: str, setting: Setting) -> str:
    """An option in words: of a choice of the model its own, else as the file calls it."""
    texts = setting.names.words.texts
    if own := texts.get(f"needs_pick {pick} {label}"):
        return own
    said = setting.names.text(label)
    return said if said != label else label.replace("-", " ").replace("_", " ")


def _reading(
    question: Question, made: Judgement, moved: Moved | None, setting: Setting, options: Mapping[str, list[dict[str, Any]]]
) -> ReadingVerdict:  # fmt: skip
    odds, words = made.odds, setting.names.words
    return ReadingVerdict(
        name=question.name,
        title=setting.names.text(question.name),
        expression=question.text,
        sentence=sentence(question.reading, setting.names),
        status=made.status,
        answer=answer(question.reading, made, setting),
        probability=odds.probability if odds else None,
        model_range=odds.model_range if odds else None,
        error=odds.error if odds else None,
        likelihood=likelihood(odds.probability, words) if odds and made.status in (OPEN, SILENT) else None,
        margin=made.margin,
        drivers=moved.drivers[:SHOWN_DRIVERS] if moved else (),
        moved=moved,
        options=options,
        record=record_of(question.reading, made, setting),
        missing=made.missing,
        settled_by=made.settled_by,
        deadline=deadline(question.reading),
    )


def _claim(
    name: str, claim: Any, readings: Sequence[ReadingVerdict], setting: Setting, capture: str, language: str, who: Any
) -> ClaimVerdict:
    statuses = list(dict.fromkeys(reading.status for reading in readings))
    rows = [row for reading in readings for row in reading.record]
    ours, text = getattr(claim, "ours", None) or (), setting.names.text
    return ClaimVerdict(
        id=name,
        speaker=text(str(claim.speaker)),
        said=str(claim.said),
        says=text(str(claim.says)),
        source=str(getattr(claim, "source", "") or ""),
        ours=tuple(text(str(part)) for part in ((ours,) if isinstance(ours, str) else ours)),
        dispute=getattr(claim, "dispute", None),
        readings=tuple(readings),
        status=statuses[0] if len(statuses) == 1 else DEPENDS if statuses else NOT_TESTABLE,
        sentence=claim_answer([(r.title, r.status, r.answer) for r in readings], setting.names.words),
        evidence=tuple(row for index, row in enumerate(rows) if row not in rows[:index]),
        capture=capture,
        language=language,
        author={"name": text(str(claim.speaker)), "kind": who.kind, "same_as": list(who.same_as)} if who else None,
    )
