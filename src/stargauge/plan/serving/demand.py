"""What is asked of a service, and the limits it has to keep."""

from __future__ import annotations

import math
from dataclasses import dataclass

from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say

#: Of which requests the limit on the first token holds: on average, for half, for 99 of 100.
MEASURES = ("mean", "p50", "p99")


@dataclass(frozen=True)
class Demand:
    """Requests of `prompt` tokens in and `answer` tokens out. Seconds; None: no limit, or not said.

    `hits`: share of a prompt's tokens that a cache of prefixes has; `accepted`: tokens that a pass gives a sequence (speculative decoding);
    `first`: most seconds to the first token, `of` which requests; `each`: most seconds per further token. `users` in a closed loop, or
    `rate` requests a second at random; else the load is what is looked for. `accelerators`: how many there are at most. `apart`: prompts
    and answers on accelerators of their own, or not, or (None) whichever is better.
    """

    prompt: int = 1024
    answer: int = 1024
    hits: float = 0.0
    accepted: float = 1.0
    first: float | None = None
    of: str = "p99"
    each: float | None = None
    users: float | None = None
    rate: float | None = None
    accelerators: int | None = None
    apart: bool | None = None

    @property
    def verified(self) -> float:
        """Tokens that a pass works on for each sequence: those it may give at most."""
        return float(math.ceil(self.accepted))

    @property
    def passes(self) -> float:
        """Passes of a request after its first token."""
        return (self.answer - 1) / self.accepted

    @property
    def fresh(self) -> float:
        """Tokens of a prompt that have to be worked on."""
        return max(self.prompt * (1.0 - self.hits), 1.0)

    @property
    def whole(self) -> bool:
        """Whether it is said how much is asked or there is, so that servers of prompts are whole."""
        return self.rate is not None or self.users is not None or self.accelerators is not None

    @property
    def at_random(self) -> bool:
        """Whether requests come at random; else the service always has as many as it takes."""
        return self.rate is not None or (self.users is None and self.first is not None)


def checked(demand: Demand) -> Demand:
    """The same; raises InputError with all faults."""
    rules = (
        (demand.prompt >= 1, "--input", say("got {prompt:,} tokens; expected at least 1", prompt=demand.prompt)),
        (
            demand.answer >= 2,
            "--output",
            say("got {answer:,} tokens; expected at least 2, so that there is a time between tokens", answer=demand.answer),
        ),
        (
            0.0 <= demand.hits < 1.0,
            "--prefix-hits",
            say("got {hits:g}; expected a share from 0 to less than 1, such as 0.56", hits=demand.hits),
        ),
        (
            1.0 <= demand.accepted <= 16.0,
            "--speculative",
            say("got {accepted:g}; expected 1 to 16 tokens per pass, such as 1.8", accepted=demand.accepted),
        ),
        (demand.first is None or demand.first > 0.0, "--ttft", say("expected a time above nought, such as 2s")),
        (demand.each is None or demand.each > 0.0, "--tpot", say("expected a time above nought, such as 20ms")),
        (demand.of in MEASURES, "--ttft-of", say('got "{of}"; expected one of {measures}', of=demand.of, measures=", ".join(MEASURES))),
        (demand.users is None or demand.users >= 1, "--concurrency", say("expected at least 1 user")),
        (demand.rate is None or demand.rate > 0.0, "--rate", say("expected a rate above nought, such as 20/s")),
        (demand.accelerators is None or demand.accelerators >= 1, "--accelerators", say("expected at least 1")),
        (demand.users is None or demand.rate is None, "--rate", say("stands in place of --concurrency; give one of them")),
    )
    if faults := [Fault(message, path=path) for good, path, message in rules if not good]:
        raise InputError(faults)
    return demand
