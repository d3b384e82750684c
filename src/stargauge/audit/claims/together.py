"""Which claims can hold together: the readings of a run compared, by reading and summed up by claim."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from stargauge.audit.claims.evaluate import Outcome
from stargauge.audit.claims.joint import EXCLUDE, OPPOSITE, Conflicts, Member, Pair, Quantities, Sets, conflicts, largest_sets, pairs
from stargauge.audit.claims.language import AnyOf
from stargauge.audit.claims.questions import Question
from stargauge.audit.claims.verdict import OPEN, SILENT, Judgement
from stargauge.audit.given import Condition, given_data
from stargauge.audit.wording.languages import words_of
from stargauge.audit.wording.messages import ENGLISH, Messages
from stargauge.audit.wording.words import shown

#: Sets that can hold together listed at most.
MOST_SETS = 12
BY_READING, BY_CLAIM, BY_FIRST = "by_reading", "by_claim", "by_first_reading"


@dataclass(frozen=True)
class Level:
    """What can hold together on one level: of readings, of claims in some reading, or of claims in the reading named first."""

    members: tuple[Member, ...]
    pairs: tuple[Pair, ...]
    conflicts: Conflicts
    sets: Sets

    @property
    def free(self) -> tuple[str, ...]:
        """Those that hold in some worlds and not in others."""
        return tuple(one.key for one in self.members if one.free)

    def about(self, key: str) -> Level:
        """Only the pairs, conflicts and sets that one member takes part in."""
        met = tuple(one for one in self.pairs if key in (one.first, one.second))
        clashes = replace(self.conflicts, found=tuple(one for one in self.conflicts.found if key in one.members))
        return replace(
            self, pairs=met, conflicts=clashes, sets=replace(self.sets, found=tuple(s for s in self.sets.found if key in s.members))
        )

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "members": [
                {"key": one.key, "probability": odds_of(one), "share": one.probability, "state": state_of(one)} for one in self.members
            ],
            "pairs": [one.to_dict() for one in self.pairs], "conflicts": self.conflicts.to_dict(self.sets.draws),
            "sets": self.sets.to_dict(self.free, MOST_SETS),
        }  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A reading that is compared, in words. `title`: its name in the language of the answer."""

    key: str
    claim: str
    sentence: str
    status: str
    title: str = ""


@dataclass(frozen=True)
class Together:
    """Which claims of a programme can hold together, as known on a day. `left_out`: readings that cannot be compared, and their status."""

    programme: str
    asked_as: str
    name: str
    as_of: str
    draws: int
    seed: int
    fingerprint: str
    told: tuple[Told, ...]
    left_out: Mapping[str, str]
    levels: Mapping[str, Level]
    given: Condition | None = None
    about: str | None = None
    claimless: bool = False
    language: str = "en"

    @property
    def open_claims(self) -> tuple[str, ...]:
        """The claims of which some reading holds in some worlds and not in others: the same ones for every level of claims."""
        free = set(self.levels[BY_READING].free)
        return tuple(dict.fromkeys(one.claim for one in self.told if one.key in free))

    def most_at_once(self, name: str) -> tuple[str, ...]:
        """Of the claims still open the most that hold in one world, on a level of claims; those that hold in all of them are among them."""
        level = self.levels[name]
        best = level.sets.found[0].members if level.sets.found else ()
        always = {one.key for one in level.members if not one.free and one.truth.all()}
        return tuple(claim for claim in self.open_claims if claim in best or claim in always)

    def _named(self, key: str) -> str:
        """A reading as `claim/reading`, the reading by its name in the language of the answer."""
        title = next((one.title for one in self.told if one.key == key), "")
        return f"{key.partition('/')[0]}/{title}" if title else key

    def sentence(self, words: Messages = ENGLISH) -> str:
        """What can hold together, in one sentence."""
        level = self.levels[BY_READING]
        if self.claimless:
            return words.texts["claimless"]
        if self.about is not None:
            return self._sentence_about(self.about, words)
        if not level.free or not level.sets.found:
            return words.texts["together_none"] + "."
        best = level.sets.found[0]
        if len(level.free) == 1:
            return words.say("together_single", reading=self._named(level.free[0]), share=words.say(
                "together_share", kept=words.count(best.draws), made=words.count(level.sets.draws))) + "."  # fmt: skip
        key = "together_all" if len(best.members) == len(level.free) else "together_one"
        share = words.say("together_share", kept=words.count(best.draws), made=words.count(level.sets.draws))
        out = words.say(key, count=len(level.free), most=len(best.members), share=share)
        apart = sum(one.relation in (EXCLUDE, OPPOSITE) for one in level.pairs)
        number = "together_no_pair" if not apart else "together_apart_one" if apart == 1 else "together_apart"
        out += words.say(number, count=apart)
        if more := sum(len(one.members) > 2 for one in level.conflicts.found):
            out += words.say("together_conflicts", count=more)
        if len(self.open_claims) > 1:
            out += words.say("together_claims", count=len(self.open_claims), most=len(self.most_at_once(BY_CLAIM)))
        return out + "."

    def _sentence_about(self, key: str, words: Messages) -> str:
        """What can hold together with one reading, in one sentence."""
        level = self.levels[BY_READING]
        if key not in level.free or not level.sets.found:
            own = next(one for one in level.members if one.key == key)
            holds = bool(own.truth.all())
            return words.say("together_fixed" if holds else "together_fixed_not", reading=self._named(key)) + "."
        best, apart = level.sets.found[0], [one for one in level.pairs if one.relation in (EXCLUDE, OPPOSITE)]
        share = words.say("together_share", kept=words.count(best.draws), made=words.count(level.sets.draws))
        out = words.say("together_about", reading=self._named(key), count=len(level.free) - 1, most=len(best.members) - 1, share=share)
        number = "together_about_no_pair" if not apart else "together_about_apart_one" if len(apart) == 1 else "together_about_apart"
        return out + words.say(number, count=len(apart)) + "."

    def to_dict(self) -> dict[str, Any]:
        """`{programme, ..., sentence, readings, left_out, by_reading, by_claim, by_first_reading}`: JSON, Python and the command line."""
        chances = {one.key: odds_of(one) for one in self.levels[BY_READING].members}
        return {
            "programme": self.programme, "asked_as": self.asked_as, "name": self.name, "as_of": self.as_of, "draws": self.draws,
            "seed": self.seed, "fingerprint": self.fingerprint, **given_data(self.given),
            "sentence": self.sentence(words_of(self.language)),
            "readings": [
                {"key": one.key, "claim": one.claim, "sentence": one.sentence, "status": one.status, "probability": chances[one.key]}
                for one in self.told
            ],
            "left_out": [{"key": key, "status": status} for key, status in self.left_out.items()],
            "open_claims": list(self.open_claims),
            **{name: level.to_dict() | self._claims_dict(name) for name, level in self.levels.items()},
        }  # fmt: skip

    def _claims_dict(self, name: str) -> dict[str, Any]:
        """Of a level of claims: the most of the open ones that hold in one world, and those of them that then do not."""
        if name == BY_READING:
            return {}
        most = self.most_at_once(name)
        return {"at_once": {"members": list(most), "without": [claim for claim in self.open_claims if claim not in most]}}


def odds_of(one: Member) -> float:
    """The odds of a member as they may be shown: of what is open, never beyond 2 to 98 %."""
    return shown(one.probability, settled=one.settled is not None)


def state_of(one: Member) -> str:
    """How a member stands: open, or the same in every world, by the record or because all draws agree."""
    if one.settled is not None:
        return "holds by the record" if one.settled else "does not hold by the record"
    return "open" if one.free else "holds in every draw" if one.truth.all() else "holds in no draw"


def members_of(
    asked: Sequence[Question], outcomes: Mapping[str, Outcome], made: Mapping[str, Judgement], draws: int
) -> tuple[tuple[Member, ...], dict[str, str]]:  # fmt: skip
    """The readings that can be compared, and the status of those that cannot: opinions, what nobody published, what sources differ on."""
    members, left = list[Member](), dict[str, str]()
    for question in asked:
        judged, outcome = made[question.key], outcomes.get(question.key)
        if judged.settled_by is not None and judged.status in ("met", "not met"):
            holds = judged.status == "met"
            members.append(Member(question.key, np.full(draws, holds), question.reading, holds))
        elif judged.status in (OPEN, SILENT) and outcome is not None and outcome.undecided is None:
            members.append(Member(question.key, outcome.truth, question.reading))
        else:
            left[question.key] = judged.status
    return tuple(members), left


def levels_of(members: Sequence[Member], claims: Mapping[str, str], quantities: Quantities, about: str | None = None) -> dict[str, Level]:
    """What can hold together on every level. `claims`: the claim of each reading. `about`: only what this reading takes part in."""
    some = [_any([one for one in members if claims[one.key] == claim], claim) for claim in dict.fromkeys(claims[m.key] for m in members)]
    first = [replace(next(one for one in members if claims[one.key] == claim), key=claim) for claim in dict.fromkeys(claims.values())
             if any(claims[one.key] == claim for one in members)]  # fmt: skip
    made = {BY_READING: _level(members, quantities), BY_CLAIM: _level(some, quantities), BY_FIRST: _level(first, quantities)}
    if about is None:
        return made
    return {name: level.about(about if name == BY_READING else claims[about]) for name, level in made.items()}


def _level(members: Iterable[Member], quantities: Quantities) -> Level:
    held = tuple(members)
    free = [one for one in held if one.free]
    return Level(held, pairs(free, quantities), conflicts(held, quantities), largest_sets(held))


def _any(readings: Sequence[Member], claim: str) -> Member:
    """A claim that holds where any of its readings does; the reading alone where there is only one."""
    if len(readings) == 1:
        return replace(readings[0], key=claim)
    if any(one.settled for one in readings):
        return Member(claim, np.ones_like(readings[0].truth), None, True)
    if all(one.settled is False for one in readings):
        return Member(claim, np.zeros_like(readings[0].truth), None, False)
    open_ones = [one for one in readings if one.settled is None]
    parts = tuple(one.reading for one in open_ones if one.reading is not None)
    return Member(claim, np.logical_or.reduce([one.truth for one in open_ones]), parts[0] if len(parts) == 1 else AnyOf(parts))
