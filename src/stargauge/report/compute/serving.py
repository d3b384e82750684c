"""How a model is best served, for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stargauge.report.locale import language, say
from stargauge.report.locale import written as as_written
from stargauge.report.terminal import PLAIN, Style, labelled, table, wrapped
from stargauge.report.wording import counted, iso_day, show

Data = Mapping[str, Any]

Columns = list[tuple[str, int, str]]


def _times() -> Columns:
    return [(say("time"), 30, "l"), ("P10", 9, "r"), ("P50", 9, "r"), ("P90", 9, "r"), (say("limit"), 9, "r")]


def _passes() -> Columns:
    wide = (11, 17) if language() == "en" else (15, 18)
    decode, prompts = (say("decode step"), wide[0], "r"), (say("prompts (prefill)"), wide[1], "r")
    return [(say("part"), 32, "l"), decode, ("", 5, "r"), prompts, ("", 5, "r")]


def _front() -> Columns:
    german = language() == "de"
    return [
        (say("tok/s/user"), 11 if german else 10, "r"), (say("out tok/s/acc"), 13, "r"), ("TTFT P99", 8, "r"),
        (say("decoding"), 9 if german else 8, "r"), (say("layout"), 17, "w"), (say("prompts on"), 14, "w"),
    ]  # fmt: skip


#: Parts of a pass, in words.
PARTS = {
    "attention_weights": "attention's weights", "core": "scores, values (KV cache)", "blocks": "dense and shared blocks",
    "experts": "routed experts", "head": "output layer (logits)", "communication": "communication", "overhead": "overhead and moving",
    "total": "in all",
}  # fmt: skip
#: Another type is told of first where it gives so many times as much.
_MUCH = 1.1
#: So many points of the front are shown.
_SHOWN = 10
_GIGA, _CENT = 1e9, 100.0


def render_serving(data: Data, style: Style = PLAIN, written: str | None = None, front: bool = False) -> str:
    """The answer of `stargauge infer`: rate with interval, layout, times against limits, what binds, parts, the front, cost, power."""
    lines = [style.bold(line) for line in wrapped(sentence(data), style.width)]
    lines += [line for text in told(data) for line in wrapped(text, style.width)]
    lines += ["", *table(_times(), times(data), style), ""]
    for text in (*binds(data), memory(data)):
        lines += wrapped(text, style.width)
    lines += ["", *table(_passes(), passes(data), style)]
    lines += [style.soft(line) for line in wrapped(passes_told(data), style.width)]
    shown = data["front"] if front else spaced(data["front"], _SHOWN)
    lines += ["", style.bold(say("Speed per user against output per accelerator"))]
    lines += table(_front(), [front_row(one) for one in shown], style)
    if len(shown) < len(data["front"]):
        lines += [style.soft(say("{shown} of {all} points; all of them: --pareto", shown=len(shown), all=len(data["front"])))]
    lines += [""]
    for name, text in known(data):
        lines += labelled(name, text, style, indent=0, label_width=9)
    lines += labelled(say("Files"), written or say("add --out FOLDER"), style, indent=0, label_width=9)
    return style.finish([*lines, say("All of it  add --json")])


def known(data: Data) -> list[tuple[str, str]]:
    """Cost, power, how it is counted, and the notes, each with its name."""
    made = [(say("Cost"), price(data)), (say("Power", "of accelerators"), power(data)), (say("Counted"), counting(data))]
    return [*made, *((say("Note", "a hint"), text) for text in data["notes"])]


def sentence(data: Data) -> str:
    """Output per accelerator and speed per user, with the interval."""
    made, range_ = data["result"], data["result"][EACH]
    return say(
        "{subject}: {rate} output tokens per second and accelerator (P10 to P90: {low} to {high}), {user} per second and user.",
        subject=subject(data), rate=rate(range_["p50"]), low=rate(range_["p10"]), high=rate(range_["p90"]), user=rate(made[USER]["p50"]),
    )  # fmt: skip


def told(data: Data) -> list[str]:
    """What follows the sentence: another type that gives much more, what is asked, the layout."""
    return [*other_type(data), setting(data), layout(data)]


def other_type(data: Data) -> list[str]:
    """That another type of weights gives much more under the same limits."""
    own = data["result"][EACH]["p50"]
    there = [one for one in data["by_type"] if one[EACH] is not None]
    most = max(there, key=lambda one: one[EACH]["p50"], default=None)
    if most is None or most[EACH]["p50"] < _MUCH * own:
        return []
    made = most[EACH]
    return [
        say(
            "With weights in {type} it would be {rate} ({low} to {high}), {times} times as much, under the same limits (--dtype {type}); "
            "what that does to answers is not judged.",
            type=most["dtype"], rate=rate(made["p50"]), low=rate(made["p10"]), high=rate(made["p90"]),
            times=as_written(f"{made['p50'] / own:.1f}"),
        )
    ]  # fmt: skip


def subject(data: Data) -> str:
    """Model and chip; without what stands in brackets behind the chip's name."""
    asked = data["inputs"]
    return say("{model} on {chip}", model=asked["model"]["name"], chip=asked["chip"]["title"].partition(" (")[0])


def setting(data: Data) -> str:
    """Lengths, types, software, how requests come."""
    asked, types = data["inputs"]["demand"], data["inputs"]["types"]
    kept = say(
        "weights in {blocks}, attention's in {attention}, KV cache in {cache}, products in {products}",
        **{name: types[name] for name in ("blocks", "attention", "cache", "products")},
    )
    return say(
        "{tokens_in}, {tokens_out}; {types}; software of {day}; {coming}.", tokens_in=_tokens_in(asked), tokens_out=_tokens_out(asked),
        types=kept, day=iso_day(str(data["inputs"]["software"])), coming=coming(asked),
    )  # fmt: skip


def _tokens_in(asked: Data) -> str:
    number = as_written(f"{asked['input_tokens']:,}")
    if not asked["prefix_hits"]:
        return say("{number} tokens in", number=number)
    share = _whole_percent(asked["prefix_hits"])
    return say("{number} tokens in, {share} of them from a cache of prefixes", number=number, share=share)


def _tokens_out(asked: Data) -> str:
    number = as_written(f"{asked['output_tokens']:,}")
    if asked["accepted_per_pass"] <= 1:
        return say("{number} out", number=number)
    return say("{number} out, {each} per pass and request", number=number, each=as_written(f"{asked['accepted_per_pass']:g}"))


def coming(asked: Data) -> str:
    """How requests come."""
    if asked["concurrency"]:
        number = round(asked["concurrency"])
        return say("{number} user who ask again at once" if number == 1 else "{number} users who ask again at once", number=_count(number))
    if asked["rate_per_s"]:
        return say("{rate} requests per second, at random", rate=as_written(f"{asked['rate_per_s']:g}"))
    return say("requests at random, as many as the limits allow") if asked["at_random"] else say("always enough requests waiting")


def _count(number: float) -> str:
    return as_written(f"{number:,}")


def layout(data: Data) -> str:
    """Replicas, their layout, what they work on."""
    made = data["result"]
    told = {"best": _best(data), "asked": say("{rate} requests per second in all", rate=rate(made["requests_per_s"]))}
    own, busy = made["prompt_layout"], _whole_percent(made["prompts_busy"])
    if own is None:
        return say("{best} and taking prompts in between ({busy} of the time); {asked}.", busy=busy, **told)
    servers = say(
        "{number} prompt server of {accelerators} ({layout})" if made["prompt_servers"] == 1
        else "{number} prompt servers of {accelerators} ({layout})",
        number=rate(made["prompt_servers"]), accelerators=counted(own["accelerators"], "accelerator"), layout=own["text"],
    )  # fmt: skip
    if made["in_proportion"]:
        return say(
            "{best}, and in proportion to a large service {servers} for each, {busy} busy; {asked}.", servers=servers, busy=busy, **told
        )
    return say("{best}, and {servers}, {busy} busy; {asked}.", servers=servers, busy=busy, **told)


def _best(data: Data) -> str:
    """The layout that is best: how many replicas, and what each decodes."""
    made = data["result"]
    told = {
        "layouts": counted(data["search"]["layouts"], "layout"), "replicas": counted(round(made["replicas"]), "replica"),
        "accelerators": counted(made["layout"]["accelerators"], "accelerator"), "layout": made["layout_text"], "requests": decoding(made),
    }  # fmt: skip
    if made["decoding"] < _FEW:
        return say(
            "Best of {layouts}: {replicas} of {accelerators} ({layout}), each decoding {requests} requests on average", **told
        )  # fmt: skip
    return say("Best of {layouts}: {replicas} of {accelerators} ({layout}), each decoding {requests} requests", **told)


#: Below so many requests their average is told in three figures.
_FEW = 10.0


def decoding(made: Data) -> str:
    """Requests that a replica decodes, on average."""
    return rate(made["decoding"]) if made["decoding"] < _FEW else as_written(format(made["decoding"], ",.0f"))


def times(data: Data) -> Iterable[Sequence[str]]:
    """Times with their interval, against the limits."""
    asked, made = data["inputs"]["demand"], data["result"]
    yield [say("per token after the first"), *(seconds(made["time_per_token_s"][q]) for q in _QUANTILES), seconds(asked["tpot_limit_s"])]
    waits = (
        ("mean", say("to the first, on average")), ("p50", say("to the first, half of requests")), ("p99", say("to the first, 99 of 100")),
    )  # fmt: skip
    for name, words in waits:
        limit = asked["ttft_limit_s"] if asked["ttft_of"] == name else None
        yield [words, *(seconds(made["first_token_s"][name][q]) for q in _QUANTILES), seconds(limit)]


_QUANTILES = ("p10", "p50", "p90")
EACH, USER = "output_tokens_per_s_accelerator", "output_tokens_per_s_user"


def binds(data: Data) -> list[str]:
    """What the best stands at, and what twice of each figure of the chip would give."""
    made = data["result"]
    at = ", ".join(one["what"] for one in made["binds"])
    none = say("No limit binds: a higher load would not give more by accelerator, or is not asked.")
    gains = ", ".join(f"{say(one['name'], 'a figure')} {_gain(one['gain'])}" for one in made["gains"])
    types = ", ".join(f"{one['dtype']} {rate(one[EACH]['p50']) if one[EACH] else say('none in these limits')}" for one in data["by_type"])
    return [
        say("What binds: {limits}.", limits=at) if at else none,
        say("Twice of one figure of the chip would give, at this layout: {gains}.", gains=gains),
        say("Best by type of weights, the same limits: {types}.", types=types),
    ]


def _gain(gain: float) -> str:
    return f"+{_whole_percent(gain)}" if gain else say("nothing")


def memory(data: Data) -> str:
    """Memory of an accelerator by part."""
    held = data["result"]["memory"]
    return say(
        "Memory per accelerator: weights {weights}, buffers {buffers}, KV cache {cache}; room for a cache of {room} of {all}, {requests} "
        "of full length per replica.",
        weights=size(held["weights"]), buffers=size(held["workspace"]), cache=size(held["cache_used"]), room=size(held["cache_room"]),
        all=size(held["capacity"]), requests=counted(round(held["sequences_that_fit"]), "request"),
    )  # fmt: skip


def passes(data: Data) -> Iterable[Sequence[str]]:
    """A decode step and taking prompts in, by part."""
    step, prompt = (pass_of(data, name) for name in ("step", "prompt"))
    for name in PARTS:
        shares = share(step[name], step["total"]), share(prompt[name], prompt["total"])
        yield [part_text(name), seconds(step[name]), shares[0], seconds(prompt[name]), shares[1]]


def part_text(name: str) -> str:
    """What a part of a pass is called."""
    return say(PARTS[name], "serving")


def pass_of(data: Data, name: str) -> dict[str, float]:
    """Seconds of a decode step or of prompts by part, and in all."""
    made = data["result"]
    parts = made["components" if name == "step" else f"{name}_components"]
    return {**{one["name"]: one["seconds"] for one in parts}, "total": made[f"{name}_s"]}


def share(part: float, whole: float) -> str:
    """A part of a whole in per cent."""
    return f"{_CENT * part / whole:.0f} %" if whole else ""


def passes_told(data: Data) -> str:
    """What the table of a pass is of."""
    own = data["result"]["prompt_layout"] or data["result"]["layout"]
    return say(
        "A step of all requests that decode; {prompts} taken in at once ({layout}), nothing beside.", prompts=counted(own["dp"], "prompt"),
        layout=own["text"],
    )  # fmt: skip


def spaced(found: Sequence[Data], number: int) -> list[Data]:
    """Some of a list with its ends, evenly spaced."""
    if len(found) <= number:
        return list(found)
    return [found[round(place * (len(found) - 1) / (number - 1))] for place in range(number)]


def front_row(one: Data) -> Sequence[str]:
    """A point of the front."""
    own = one["prompt_layout"]
    return [
        rate(one[USER]["p50"]), rate(one[EACH]["p50"]), seconds(one["first_token_s"]["p99"]["p50"]), decoding(one), one["layout_text"],
        own["text"] if own else "",
    ]  # fmt: skip


def price(data: Data) -> str:
    """USD per million tokens and what it rests on."""
    made = data["result"]["price"]
    if made is None:
        return say("not told: the catalogue has no figure by which this chip's rent follows from that of an H100; give --price-per-hour")
    output, hour = made["output"], made["per_hour"]
    low, high = money(output["p10"]), money(output["p90"])
    return say(
        "{output} USD per million output tokens (P10 to P90: {low} to {high}), all hours on them; split by time: {out} per million output "
        "and {into} per million input tokens. {hour} USD per accelerator-hour ({rent}), {share} of the time in use ({used}); money of the "
        "day of the rent.",
        output=money(output["p50"]), low=low, high=high, out=money(made["output_share"]), into=money(made["input_share"]),
        hour=money(hour["p50"]), rent=made["per_hour_from"], share=_whole_percent(made["utilisation"]), used=made["utilisation_from"],
    )  # fmt: skip


def power(data: Data) -> str:
    """IT power."""
    made, best = data["result"]["power"], data["result"]
    if made is None:
        return say("not told: the catalogue has no IT power of this chip")
    told = {"whole": show(made["whole"], "W"), "each": show(made["each"], "W"), "source": made["source"]}
    if best["in_proportion"]:
        return say(
            "A replica with its share of prompt servers, {number} accelerators, takes {whole} of IT power, {each} each ({source}); "
            "cooling is not in it", number=rate(best["accelerators"]), **told,
        )  # fmt: skip
    number = as_written(f"{best['accelerators']:,.0f}")
    return say("{number} accelerators take {whole} of IT power, {each} each ({source}); cooling is not in it", number=number, **told)


def counting(data: Data) -> str:
    """How tokens are counted."""
    made = data["counting"]
    return say("{each}; per user: {user}", each=made["output_per_accelerator"], user=made["per_user"])


def _whole_percent(share: float) -> str:
    return f"{share:.0%}" if language() == "en" else f"{share:.0%}".replace("%", " %")


def rate(value: float) -> str:
    """A rate, three figures: `3,150`, `0.42`."""
    return as_written(f"{float(f'{value:.3g}'):,.10g}")


def money(value: float) -> str:
    """An amount with cents, or three figures where it is small."""
    return as_written(f"{value:,.2f}" if value >= 1.0 else f"{value:.3g}")


def seconds(value: float | None) -> str:
    """A time, three figures."""
    if value is None:
        return ""
    return as_written(f"{float(f'{value:.3g}'):g} s" if value >= 1.0 else f"{float(f'{value * 1000:.3g}'):g} ms")


def size(value: float) -> str:
    """Bytes in GB."""
    return as_written(f"{value / _GIGA:,.3g} GB" if value < 1000 * _GIGA else f"{value / _GIGA:,.0f} GB")
