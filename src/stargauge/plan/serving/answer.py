"""From the search to its answer: the best option with its parts, what binds it, and the front."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from stargauge.audit.compute.serving import Option, Parts
from stargauge.plan.serving.demand import Demand
from stargauge.plan.serving.limits import parts_at, parts_of
from stargauge.plan.serving.rows import Case
from stargauge.plan.serving.search import Search, refined, searched
from stargauge.quantity.compute.machine import Chip
from stargauge.quantity.compute.serving_memory import (
    ServingLayouts,
    ServingTypes,
    cache_bytes_per_sequence,
    serving_layouts,
    serving_memory,
)
from stargauge.quantity.compute.serving_step import Pass, decode_step, prefill
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say

#: How near to a limit counts as at it.
_AT = 0.99
#: A gain below this is none.
_GAIN = 0.005


def option_of(found: Search, row: int) -> Option:
    """One row in words and plain numbers."""
    rows, asked = found.rows, found.case.demand
    apart = int(rows.prompt_place[row]) >= 0
    units = float(found.units[row])
    servers = units * float(rows.servers[row])
    whole = float(np.ceil(servers * (1.0 - 1e-9))) if asked.whole else servers
    requests = float(rows.rate[row]) * units if asked.rate is None else asked.rate
    return Option(
        layout=parts_at(found, row),
        prompt_layout=parts_of(found, int(rows.prompt_place[row])) if apart else None,
        replicas=units,
        prompt_servers=whole,
        accelerators=float(found.accelerators[row]),
        batch=float(rows.decoding[row]),
        users=float(rows.users[row]),
        requests=requests,
        per_user=1.0 / float(rows.each[row]),
        per_accelerator=requests * asked.answer / float(found.accelerators[row]),
        each=float(rows.each[row]),
        first={name: float(rows.first(name)[row]) for name in ("mean", "p50", "p99")},
        busy=float(rows.busy[row]) * (servers / whole if apart else 1.0),
        transfer=float(rows.transfer[row]),
    )


def demand_told(asked: Demand) -> dict[str, Any]:
    """What was asked, under names that say what they are."""
    return {
        "input_tokens": asked.prompt, "output_tokens": asked.answer, "prefix_hits": asked.hits, "accepted_per_pass": asked.accepted,
        "verified_per_pass": asked.verified, "ttft_limit_s": asked.first, "ttft_of": asked.of, "tpot_limit_s": asked.each,
        "concurrency": asked.users, "rate_per_s": asked.rate, "accelerators": asked.accelerators, "disaggregated": asked.apart,
        "at_random": asked.at_random,
    }  # fmt: skip


def layout_of(parts: Parts) -> ServingLayouts:
    """A single layout in arrays."""
    return serving_layouts(parts.tp, parts.pp, parts.ep, parts.dp)


def named(made: Pass) -> dict[str, float]:
    """A pass of one layout by part, and in total; seconds."""
    parts = {name: float(np.asarray(value).reshape(-1)[0]) for name, value in made._asdict().items()}
    return {**parts, "total": sum(parts.values())}


def step_parts(case: Case, best: Option) -> dict[str, float]:
    """Seconds of a pass that decodes, without prompts, by part."""
    asked = case.demand
    context = asked.prompt + asked.answer / 2.0
    return named(decode_step(case.model, case.machine, layout_of(best.layout), best.batch, context, case.fit, case.types, asked.verified))


def prompt_parts(case: Case, best: Option) -> dict[str, float]:
    """Seconds of taking prompts in, one on each rank, by part."""
    asked, layout = case.demand, layout_of(best.prompt_layout or best.layout)
    many = layout.data
    made = prefill(
        case.model, case.machine, layout, asked.fresh * many, asked.prompt - asked.fresh / 2.0, case.fit, case.types, sequences=many
    )
    return named(made)


def memory_parts(case: Case, best: Option, slots: float) -> dict[str, float]:
    """Bytes per accelerator of a replica that decodes: weights, buffers, room for what is kept of tokens, and how much of it is in use."""
    asked, layout = case.demand, layout_of(best.layout)
    held = serving_memory(case.model, case.machine.chip, layout, case.fit.settings, case.types)
    each = float(cache_bytes_per_sequence(case.model, layout, asked.prompt + asked.answer / 2.0, case.types)[0])
    return {
        "capacity": case.machine.chip.memory, "weights": float(held.weights[0]), "workspace": float(held.workspace[0]),
        "cache_room": float(held.room[0]), "cache_used": each * best.batch / float(layout.data[0]), "sequences_that_fit": slots,
    }  # fmt: skip


def binding(found: Search, best: Option) -> list[dict[str, Any]]:
    """The limits that the best stands at."""
    asked, slots = found.case.demand, float(found.slots[_place(found, best.layout)])
    room = _room(best, slots, found.case.fit.settings.most_batch)
    limits = (
        ("tpot", say("time per token"), best.each, asked.each),
        ("ttft", say("time to the first token, {of}", of=say(asked.of, "of requests")), best.first[asked.of], asked.first),
        room,
    )
    at = [one for one in limits if one[3] is not None and one[2] >= _AT * one[3]]
    if not at and asked.at_random and asked.rate is None:
        # No more come in although no limit is reached: those to come have to find a slot.
        at = [(room[0], say("{limit}, with slots kept free for those to come", limit=room[1]), room[2], room[3])]
    return [{"limit": name, "what": what, "value": value, "most": most} for name, what, value, most in at]


def _room(best: Option, slots: float, most: float) -> tuple[str, str, float, float]:
    """Requests in flight against those that there is room for: by memory, or by what serving software takes."""
    usual = most * best.layout.dp
    if slots < usual:
        return ("memory", say("requests that memory has room for"), min(best.users, slots), slots)
    software = say("requests that serving software takes at once ({most} a rank; --most-requests)", most=f"{most:,.0f}")
    return ("batch", software, min(best.users, slots), slots)


def _place(found: Search, parts: Parts) -> int:
    wanted = (parts.tp, parts.pp, parts.ep, parts.dp)
    return int(np.flatnonzero(np.all(np.stack(found.layouts, axis=1) == wanted, axis=1))[0])


def _doubled(chip: Chip, what: str) -> Chip:
    if what == "compute":
        return replace(chip, peaks={name: 2.0 * value for name, value in chip.peaks.items()})
    if what == "network":
        return replace(chip, up=2.0 * chip.up, out=2.0 * chip.out)
    return replace(chip, **{what: 2.0 * getattr(chip, what)})


#: What is doubled in turn, and its name.
DOUBLED = {"bandwidth": "memory bandwidth", "memory": "memory", "compute": "computing peaks", "network": "networks"}


def gains(case: Case, best: Option) -> list[dict[str, Any]]:
    """How much more each accelerator would do with twice of one of its figures, the layout kept and the load chosen anew."""
    demand = replace(case.demand, rate=None, users=None, accelerators=None, apart=best.prompt_layout is not None)
    base = _most(replace(case, demand=demand), best)
    out = []
    for what, name in DOUBLED.items():
        machine = replace(case.machine, chip=_doubled(case.machine.chip, what))
        made = _most(replace(case, demand=demand, machine=machine), best)
        out.append({"what": what, "name": name, "gain": made / base - 1.0 if made / base - 1.0 >= _GAIN else 0.0})
    return sorted(out, key=lambda one: -float(one["gain"]))


def _most(case: Case, best: Option) -> float:
    """Output tokens per accelerator of one layout at the highest load under the limits."""
    layouts = [best.layout] if best.prompt_layout is None else [best.layout, best.prompt_layout]
    numbers = zip(*((one.tp, one.pp, one.ep, one.dp) for one in dict.fromkeys(layouts)), strict=True)
    found = searched(case, only=serving_layouts(*numbers))
    if not found.good.any():
        return 0.0
    one = refined(found)
    return float(one.worth[0])


def by_type(case: Case, others: Mapping[str, ServingTypes], fixed: Mapping[str, int]) -> list[dict[str, Any]]:
    """Output tokens per accelerator of the best with other types of numbers; None where nothing keeps the limits or nothing fits."""
    out = []
    for name, types in others.items():
        try:
            found = searched(replace(case, types=types), fixed)
        except InputError:
            found = None
        kept = found is not None and bool(found.good.any())
        out.append({"dtype": name, "per_accelerator": float(refined(found).worth[0]) if found is not None and kept else None})
    return out


def front_of(found: Search) -> list[Option]:
    """The front, fastest per user first."""
    return [option_of(found, int(row)) for row in found.front]


def best_of_kind(found: Search, apart: bool) -> Option | None:
    """The best with prompts apart, or not; None where none keeps the limits."""
    some = found.take((found.rows.prompt_place >= 0) == apart)
    return option_of(some, some.best) if len(some.rows.rate) and some.good.any() else None
