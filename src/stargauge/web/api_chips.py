"""The API's answers about chips by themselves: a training job, a service, what a job keeps of its time."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query, Request, Response
from pydantic import Field

from stargauge.web import chips
from stargauge.web.api_parameters import WHOLE, YES_OR_NO, Asker, AsOf, Maybe, Number, Seed, Text
from stargauge.web.api_routes import answers
from stargauge.web.asked import Asked

_BEGINNING = "by any unique beginning of its name in the catalogue"
Model = Annotated[Text, Query(description=f"The model, {_BEGINNING}.", examples=["llama3-405b"])]
OfModel = Annotated[Maybe[Text], Query(description=f"The model, {_BEGINNING}: what a checkpoint writes.")]
OnChip = Annotated[Text, Query(description=f"The chip, {_BEGINNING}.", examples=["gb300"])]
Cluster = Annotated[Text, Query(description="How many of which chip.", examples=["16384xh100"])]
Batch = Annotated[
    Maybe[Annotated[int, Field(ge=1, le=chips.MOST_BATCH)]], WHOLE, Query(description="Sequences of a step; the model's where left out.")
]
Sequence = Annotated[
    Maybe[Annotated[int, Field(ge=1, le=chips.MOST_SEQUENCE)]],
    WHOLE,
    Query(description="Tokens of a sequence; the model's where left out."),
]
Dtype = Annotated[Literal["bf16", "fp8", "mxfp8", "nvfp4"], Query(description="Type of matrix products.")]
Layout = Annotated[Maybe[Text], Query(description="Parts of the layout that are given, such as `tp=8,pp=16`; the others are searched.")]
RunTokens = Annotated[
    Maybe[Annotated[float, Field(ge=1, le=chips.MOST_TOKENS)]], Query(description="Tokens of the whole run, such as 15.6e12.")
]
Software = Annotated[Maybe[Text], Query(description="The day of the software, such as `2024-07`; the knowledge date where left out.")]
Oversubscription = Annotated[
    Maybe[Text], Query(description="`7@3072`: beyond 3,072 accelerators each has a seventh of its network; none where left out.")
]
Pareto = Annotated[bool, YES_OR_NO, Query(description="Also fewer accelerators: the front of their number, step time and memory left.")]
Balanced = Annotated[bool, YES_OR_NO, Query(description="Experts get equal numbers of tokens; otherwise some get more, as by chance.")]

Ttft = Annotated[Maybe[Text], Query(description="Most time to the first token, such as `2s`; no limit where left out.")]
TtftOf = Annotated[Literal["p99", "p50", "mean"], Query(description="Of which requests the limit on the first token holds.")]
Tpot = Annotated[Maybe[Text], Query(description="Most time per token after the first, such as `20ms`; no limit where left out.")]
TokensIn = Annotated[int, Field(ge=1, le=chips.MOST_SEQUENCE), WHOLE, Query(alias="input", description="Tokens of a prompt.")]
TokensOut = Annotated[int, Field(ge=2, le=chips.MOST_SEQUENCE), WHOLE, Query(alias="output", description="Tokens of an answer.")]
Accelerators = Annotated[
    Maybe[Annotated[int, Field(ge=1, le=chips.MOST_ACCELERATORS)]],
    WHOLE,
    Query(description="How many accelerators there are; as many as are best where left out."),
]
WeightType = Annotated[
    Maybe[Text], Query(alias="dtype", description="Type of weights, such as `nvfp4`; as published, or 8 bits, where left out.")
]
Concurrency = Annotated[
    Maybe[Annotated[int, Field(ge=1, le=chips.MOST_USERS)]], WHOLE, Query(description="Users who ask again as soon as they are answered.")
]
Rate = Annotated[Maybe[Text], Query(description="Requests per second at random, such as `20/s`; in place of `concurrency`.")]
PrefixHits = Annotated[float, Field(ge=0.0, lt=1.0), Query(description="Share of prompts' tokens that a cache of prefixes has.")]
Speculative = Annotated[float, Field(ge=1.0, le=16.0), Query(description="Tokens that a pass gives a request.")]
Disaggregated = Annotated[
    Maybe[bool], YES_OR_NO, Query(description="Prompts on accelerators of their own, or not; whichever is better where left out.")
]
MostRequests = Annotated[
    Maybe[Annotated[int, Field(ge=1, le=chips.MOST_REQUESTS)]],
    WHOLE,
    Query(description="Requests that a rank of attention takes at once at most; 1,024, an assumption, where left out."),
]
PricePerHour = Annotated[
    Maybe[Annotated[float, Field(ge=chips.LEAST_SHARE, le=1e6)]],
    Query(description="Rent of an accelerator-hour, USD."),
]
Utilisation = Annotated[
    Maybe[Annotated[float, Field(ge=chips.LEAST_SHARE, le=1.0)]],
    Query(description="Share of the time in use."),
]

FailureRate = Annotated[Maybe[Text], Query(description="Stops per node and day, such as `0.004` or `0.003..0.006`.")]
CheckpointWrite = Annotated[Maybe[Text], Query(description="How long the job stands still for a checkpoint, such as `30s` or `10s..60s`.")]
HowWritten = Annotated[Literal["background", "blocking"], Query(description="How a checkpoint is written, with `model`.")]
Storage = Annotated[Maybe[Text], Query(description="What the whole store takes, such as `2TB/s`, with `model`.")]
Interval = Annotated[Text, Query(description="Useful work between checkpoints, such as `20min`; `auto`: the best.")]
Restart = Annotated[Maybe[Text], Query(description="Detection and reload after a stop, such as `8min`.")]
Spares = Annotated[Maybe[Text], Query(description="Nodes in reserve, such as `64`, or a share of all nodes such as `2%`.")]
Repair = Annotated[Maybe[Text], Query(description="Until a swapped node is a spare again, such as `24h`.")]
Planned = Annotated[Maybe[Text], Query(description="Share of time in planned stops, such as `2%`.")]
Stragglers = Annotated[Maybe[Text], Query(description="Share of speed lost to slow nodes, such as `1%`.")]
Days = Annotated[float, Field(ge=0.01, le=chips.MOST_DAYS), Query(description="Days of a history.")]
Simulate = Annotated[
    Maybe[Annotated[int, Field(ge=0, le=chips.MOST_HISTORIES)]],
    WHOLE,
    Query(description="Histories event by event, of all the days; 256 short ones where left out."),
]
RangeDraws = Annotated[int, Field(ge=16, le=chips.MOST_GOODPUT_DRAWS), WHOLE, Query(description="Draws of the ranges.")]


@answers("/train", "stargauge train --model MODEL --cluster NxCHIP --json")
async def train(
    request: Request, model: Model, cluster: Cluster, batch: Batch = None, sequence: Sequence = None, dtype: Dtype = "bf16",
    layout: Layout = None, tokens: RunTokens = None, software: Software = None, oversubscription: Oversubscription = None,
    balanced: Balanced = False, pareto: Pareto = False, as_of: AsOf = None, progress: Number = None,
) -> Response:  # fmt: skip
    """A training job on a machine. The fastest layout, step time, days of a run, memory, utilisation, and why that layout.

    At most 1,048,576 accelerators. A search looks at as many choices of layouts as half a minute allows; the command takes more.
    """
    return await Asker(request, Asked(as_of=as_of), progress or 0)(
        "train", model=model, cluster=cluster, batch=batch, sequence=sequence, dtype=dtype, layout=layout, tokens=tokens,
        software=software, oversubscription=oversubscription, balanced=balanced, pareto=pareto,
    )  # fmt: skip


@answers("/infer", "stargauge infer --model MODEL --chip CHIP --json")
async def infer(
    request: Request, model: Model, chip: OnChip, ttft: Ttft = None, tpot: Tpot = None, ttft_of: TtftOf = "p99", prompt: TokensIn = 1024,
    reply: TokensOut = 1024, accelerators: Accelerators = None, dtype: WeightType = None, concurrency: Concurrency = None,
    rate: Rate = None, prefix_hits: PrefixHits = 0.0, speculative: Speculative = 1.0, disaggregated: Disaggregated = None,
    layout: Layout = None, software: Software = None, price_per_hour: PricePerHour = None, utilisation: Utilisation = None,
    most_requests: MostRequests = None, as_of: AsOf = None, progress: Number = None,
) -> Response:  # fmt: skip
    """A model served by a chip. Layout and load with most output tokens under limits on their times, cost, power, the front.

    Limits that nothing keeps come back as 422 with the nearest that something does.
    """
    return await Asker(request, Asked(as_of=as_of), progress or 0)(
        "infer", model=model, chip=chip, ttft=ttft, tpot=tpot, ttft_of=ttft_of, input=prompt, output=reply, accelerators=accelerators,
        dtype=dtype, concurrency=concurrency, rate=rate, prefix_hits=prefix_hits, speculative=speculative, disaggregated=disaggregated,
        layout=layout, software=software, price_per_hour=price_per_hour, utilisation=utilisation, most_requests=most_requests,
    )  # fmt: skip


@answers("/goodput", "stargauge goodput --cluster NxCHIP --json")
async def goodput(
    request: Request, cluster: Cluster, model: OfModel = None, failure_rate: FailureRate = None, checkpoint_write: CheckpointWrite = None,
    writing: HowWritten = "background", storage: Storage = None, interval: Interval = "auto", restart: Restart = None,
    spares: Spares = None, repair: Repair = None, planned: Planned = None, stragglers: Stragglers = None, days: Days = 54.0,
    simulate: Simulate = None, draws: RangeDraws = chips.GOODPUT_DRAWS, seed: Seed = 0, as_of: AsOf = None, progress: Number = None,
) -> Response:  # fmt: skip
    """What a training job keeps of its time. Stops, the best checkpoint interval, goodput by size, histories event by event.

    At most 20 million events in all histories together; the command takes more.
    """
    return await Asker(request, Asked(as_of=as_of, seed=seed), progress or 0)(
        "goodput", cluster=cluster, model=model, failure_rate=failure_rate, checkpoint_write=checkpoint_write, writing=writing,
        storage=storage, interval=interval, restart=restart, spares=spares, repair=repair, planned=planned, stragglers=stragglers,
        days=days, simulate=simulate, draws=draws,
    )  # fmt: skip
