"""What can be asked of the money: a day, amounts, and who pays only a share; and the faults of a question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from stargauge.programme.known import Known
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say
from stargauge.quantity.units import parse_number

#: How far ahead of the day asked for gaps and breaches are looked for.
AHEAD = timedelta(days=731)


@dataclass(frozen=True)
class Question:
    """What is asked of the money: the day on which it has to be there, amounts in USD, and who pays only a share, and from when."""

    when: date
    amounts: tuple[float, ...] = ()
    party: str = ""
    share: float = 1.0
    since: date | None = None
    last: date = date.max

    @property
    def until(self) -> date:
        """The last day looked at for gaps and breaches: two years ahead, at most the end of the clock."""
        return min(self.when + AHEAD, self.last)


_EXAMPLE = (
    "parties: {acme: {name: Acme, accounts: public, cash: {value: 10 bn USD, as_of: 2026-03-31, source: my-source}, commitments: "
    "{acme-equity: {to: programme, kind: equity, stage: committed, amount: {value: 5 bn USD, source: my-source}}}}}"
)


def question_of(
    known: Known, when: date | str | None, amounts: Iterable[float | str], pays: Mapping[str, float | str] | Sequence[str] | None,
    since: date | str | None,
) -> Question:  # fmt: skip
    """What is asked, from numbers and days or from their texts. Raises InputError with every fault of it."""
    faults, ids = list[Fault](), [party.id for party in known.parties]
    first, last = known.months[0].replace(day=1), known.months[-1]
    usual = min(max(known.as_of, first), last)
    if not ids:
        faults.append(
            Fault(
                say(
                    "the programme has no parties, so nobody's money can be looked at; add them to its file, such as {example}",
                    example=_EXAMPLE,
                )
            )
        )
    day_asked = _asked_day("--date", when, first, last, faults)
    needs = tuple(value for value in (_asked_amount(one, faults) for one in amounts) if value is not None)
    party, share = _asked_share(_pairs(pays, faults), ids, faults)
    begins = _asked_day("--from", since, first, last, faults)
    if since is not None and not pays:
        faults.append(Fault(say("--from goes with --if, such as --if openai=0.5 --from 2027-01-01")))
    if faults:
        raise InputError(faults)
    return Question(day_asked or usual, needs, party, share, (begins or usual) if party else None, last)


def _asked_day(option: str, when: date | str | None, first: date, last: date, faults: list[Fault]) -> date | None:
    """A day inside the model's clock; none where none is given or it is faulty."""
    try:
        found = date.fromisoformat(when) if isinstance(when, str) else when
    except ValueError:
        faults.append(
            Fault(
                say('{option}: got "{when}", which is no day of the calendar; expected a day such as 2027-01-01', option=option, when=when)
            )
        )
        return None
    if found is not None and not first <= found <= last:
        faults.append(
            Fault(
                say(
                    "{option}: {found} is outside the model's clock; expected a day from {first} to {last}",
                    option=option,
                    found=found,
                    first=first,
                    last=last,
                )
            )
        )
    return found


def _asked_amount(amount: float | str, faults: list[Fault]) -> float | None:
    if not isinstance(amount, str):
        return float(amount)
    try:
        return parse_number(amount, "USD")
    except InputError as error:
        faults.append(Fault(f"--need: {error}"))
        return None


def _pairs(pays: Mapping[str, float | str] | Sequence[str] | None, faults: list[Fault]) -> list[tuple[str, float]]:
    """Party and share of each `PARTY=SHARE`: 0.5 or 50 %."""
    if isinstance(pays, Mapping):
        texts: list[tuple[str, float | str, str]] = [(party, share, f"{party}={share}") for party, share in pays.items()]
    else:
        texts = [(text.partition("=")[0].strip(), text.partition("=")[2].strip(), text) for text in pays or ()]
    found = list[tuple[str, float]]()
    for party, share, text in texts:
        try:
            found.append((party, parse_number(share, "1")))
        except InputError:
            found.append((party, 1.0))
            faults.append(Fault(say('--if: got "{text}"; expected PARTY=SHARE, such as --if openai=0.5', text=text)))
    return found


def _asked_share(pairs: Sequence[tuple[str, float]], ids: Sequence[str], faults: list[Fault]) -> tuple[str, float]:
    """Who pays only a share, and which; nobody and all where nothing is asked."""
    if len(pairs) > 1:
        faults.append(Fault(say("--if: got {pairs} parties; expected one, such as openai=0.5", pairs=len(pairs))))
    for party, share in pairs:
        if party not in ids:
            near = did_you_mean(party, ids)
            faults.append(
                Fault(
                    say(
                        '--if: there is no party "{party}"{near} (all: {ids})',
                        party=party,
                        near=near,
                        ids=", ".join(ids) or say("none", "parties"),
                    )
                )
            )
        if not 0.0 <= share <= 1.0:
            faults.append(Fault(say("--if: got {share:g}; expected a share from 0 (pays nothing) to 1 (pays all)", share=share)))
    return pairs[0] if pairs else ("", 1.0)
