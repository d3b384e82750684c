"""How a model is best served, for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stargauge.quantity.errors import counted as number_of
from stargauge.quantity.units import show
from stargauge.report.terminal import PLAIN, Style, labelled, table, wrapped

Data = Mapping[str, Any]

_TIMES = [("time", 30, "l"), ("P10", 9, "r"), ("P50", 9, "r"), ("P90", 9, "r"), ("limit", 9, "r")]
_PASSES = [("part", 32, "l"), ("decode step", 11, "r"), ("", 5, "r"), ("prompts (prefill)", 17, "r"), ("", 5, "r")]
_FRONT = [
    ("tok/s/user", 10, "r"), ("out tok/s/acc", 13, "r"), ("TTFT P99", 8, "r"), ("decoding", 8, "r"), ("layout", 17, "w"),
    ("prompts on", 14, "w"),
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
    lines += ["", *table(_TIMES, times(data), style), ""]
    for text in (*binds(data), memory(data)):
        lines += wrapped(text, style.width)
    lines += ["", *table(_PASSES, passes(data), style)]
    lines += [style.soft(line) for line in wrapped(passes_told(data), style.width)]
    shown = data["front"] if front else spaced(data["front"], _SHOWN)
    lines += ["", style.bold("Speed per user against output per accelerator"), *table(_FRONT, [front_row(one) for one in shown], style)]
    if len(shown) < len(data["front"]):
        lines += [style.soft(f"{len(shown)} of {len(data['front'])} points; all of them: --pareto")]
    lines += [""]
    for name, text in (("Cost", price(data)), ("Power", power(data)), ("Counted", counting(data))):
        lines += labelled(name, text, style, indent=0, label_width=9)
    for note in data["notes"]:
        lines += labelled("Note", note, style, indent=0, label_width=9)
    lines += labelled("Files", written or "add --out FOLDER", style, indent=0, label_width=9)
    return style.finish([*lines, "All of it  add --json"])


def sentence(data: Data) -> str:
    """Output per accelerator and speed per user, with the interval."""
    made, range_ = data["result"], data["result"][EACH]
    return (
        f"{subject(data)}: {rate(range_['p50'])} output tokens per second and accelerator "
        f"(P10 to P90: {rate(range_['p10'])} to {rate(range_['p90'])}), {rate(made[USER]['p50'])} per second and user."
    )


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
        f"With weights in {most['dtype']} it would be {rate(made['p50'])} ({rate(made['p10'])} to {rate(made['p90'])}), "
        f"{made['p50'] / own:.1f} times as much, under the same limits (--dtype {most['dtype']}); what that does to answers is not judged."
    ]


def subject(data: Data) -> str:
    """Model and chip; without what stands in brackets behind the chip's name."""
    asked = data["inputs"]
    return f"{asked['model']['name']} on {asked['chip']['title'].partition(' (')[0]}"


def setting(data: Data) -> str:
    """Lengths, types, software, how requests come."""
    asked, types = data["inputs"]["demand"], data["inputs"]["types"]
    kept = (
        f"weights in {types['blocks']}, attention's in {types['attention']}, KV cache in {types['cache']}, products in {types['products']}"
    )
    more = f", {asked['prefix_hits']:.0%} of them from a cache of prefixes" if asked["prefix_hits"] else ""
    guessed = f", {asked['accepted_per_pass']:g} per pass and request" if asked["accepted_per_pass"] > 1 else ""
    lengths = f"{asked['input_tokens']:,} tokens in{more}, {asked['output_tokens']:,} out{guessed}"
    return f"{lengths}; {kept}; software of {data['inputs']['software']}; {coming(asked)}."


def coming(asked: Data) -> str:
    """How requests come."""
    if asked["concurrency"]:
        return f"{number_of(round(asked['concurrency']), 'user')} who ask again at once"
    if asked["rate_per_s"]:
        return f"{asked['rate_per_s']:g} requests per second, at random"
    return "requests at random, as many as the limits allow" if asked["at_random"] else "always enough requests waiting"


def layout(data: Data) -> str:
    """Replicas, their layout, what they work on."""
    made = data["result"]
    copies = f"{number_of(round(made['replicas']), 'replica')} of {number_of(made['layout']['accelerators'], 'accelerator')}"
    text = f"Best of {number_of(data['search']['layouts'], 'layout')}: {copies} ({made['layout_text']}), each decoding "
    text += f"{decoding(made)} requests{' on average' if made['decoding'] < _FEW else ''}"
    asked = f"{rate(made['requests_per_s'])} requests per second in all"
    own, busy = made["prompt_layout"], format(made["prompts_busy"], ".0%")
    if own is None:
        return f"{text} and taking prompts in between ({busy} of the time); {asked}."
    called = "prompt server" if made["prompt_servers"] == 1 else "prompt servers"
    share, to = (" in proportion to a large service", " for each") if made["in_proportion"] else ("", "")
    servers = f"{rate(made['prompt_servers'])} {called} of {number_of(own['accelerators'], 'accelerator')} ({own['text']}){to}"
    return f"{text}, and{share} {servers}, {busy} busy; {asked}."


#: Below so many requests their average is told in three figures.
_FEW = 10.0


def decoding(made: Data) -> str:
    """Requests that a replica decodes, on average."""
    return rate(made["decoding"]) if made["decoding"] < _FEW else format(made["decoding"], ",.0f")


def times(data: Data) -> Iterable[Sequence[str]]:
    """Times with their interval, against the limits."""
    asked, made = data["inputs"]["demand"], data["result"]
    yield ["per token after the first", *(seconds(made["time_per_token_s"][q]) for q in _QUANTILES), seconds(asked["tpot_limit_s"])]
    for name, words in (("mean", "on average"), ("p50", "half of requests"), ("p99", "99 of 100")):
        limit = asked["ttft_limit_s"] if asked["ttft_of"] == name else None
        yield [f"to the first, {words}", *(seconds(made["first_token_s"][name][q]) for q in _QUANTILES), seconds(limit)]


_QUANTILES = ("p10", "p50", "p90")
EACH, USER = "output_tokens_per_s_accelerator", "output_tokens_per_s_user"


def binds(data: Data) -> list[str]:
    """What the best stands at, and what twice of each figure of the chip would give."""
    made = data["result"]
    at = ", ".join(one["what"] for one in made["binds"])
    first = f"What binds: {at}." if at else "No limit binds: a higher load would not give more by accelerator, or is not asked."
    gains = ", ".join(f"{one['name']} {'+' + format(one['gain'], '.0%') if one['gain'] else 'nothing'}" for one in made["gains"])
    types = ", ".join(f"{one['dtype']} {rate(one[EACH]['p50']) if one[EACH] else 'none in these limits'}" for one in data["by_type"])
    return [
        first,
        f"Twice of one figure of the chip would give, at this layout: {gains}.",
        f"Best by type of weights, the same limits: {types}.",
    ]


def memory(data: Data) -> str:
    """Memory of an accelerator by part."""
    held = data["result"]["memory"]
    parts = (("weights", "weights"), ("workspace", "buffers"), ("cache_used", "KV cache"))
    text = ", ".join(f"{words} {size(held[name])}" for name, words in parts)
    return (
        f"Memory per accelerator: {text}; room for a cache of {size(held['cache_room'])} of {size(held['capacity'])}, "
        f"{number_of(round(held['sequences_that_fit']), 'request')} of full length per replica."
    )


def passes(data: Data) -> Iterable[Sequence[str]]:
    """A decode step and taking prompts in, by part."""
    step, prompt = (pass_of(data, name) for name in ("step", "prompt"))
    for name, words in PARTS.items():
        yield [words, seconds(step[name]), share(step[name], step["total"]), seconds(prompt[name]), share(prompt[name], prompt["total"])]


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
    return f"A step of all requests that decode; {number_of(own['dp'], 'prompt')} taken in at once ({own['text']}), nothing beside."


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
        return "not told: the catalogue has no figure by which this chip's rent follows from that of an H100; give --price-per-hour"
    output, hour = made["output"], made["per_hour"]
    low, high = money(output["p10"]), money(output["p90"])
    return (
        f"{money(output['p50'])} USD per million output tokens (P10 to P90: {low} to {high}), all hours on them;"
        f" split by time: {money(made['output_share'])} per million output and {money(made['input_share'])} per million input tokens. "
        f"{money(hour['p50'])} USD per accelerator-hour ({made['per_hour_from']}), {made['utilisation']:.0%} of the time in use "
        f"({made['utilisation_from']}); money of the day of the rent."
    )


def power(data: Data) -> str:
    """IT power."""
    made, best = data["result"]["power"], data["result"]
    if made is None:
        return "not told: the catalogue has no IT power of this chip"
    whole, each = show(made["whole"], "W"), show(made["each"], "W")
    each_has = f"A replica with its share of prompt servers, {rate(best['accelerators'])} accelerators, takes"
    many = each_has if best["in_proportion"] else f"{best['accelerators']:,.0f} accelerators take"
    return f"{many} {whole} of IT power, {each} each ({made['source']}); cooling is not in it"


def counting(data: Data) -> str:
    """How tokens are counted."""
    return f"{data['counting']['output_per_accelerator']}; per user: {data['counting']['per_user']}"


def rate(value: float) -> str:
    """A rate, three figures: `3,150`, `0.42`."""
    return f"{float(f'{value:.3g}'):,.10g}"


def money(value: float) -> str:
    """An amount with cents, or three figures where it is small."""
    return f"{value:,.2f}" if value >= 1.0 else f"{value:.3g}"


def seconds(value: float | None) -> str:
    """A time, three figures."""
    if value is None:
        return ""
    return f"{float(f'{value:.3g}'):g} s" if value >= 1.0 else f"{float(f'{value * 1000:.3g}'):g} ms"


def size(value: float) -> str:
    """Bytes in GB."""
    return f"{value / _GIGA:,.3g} GB" if value < 1000 * _GIGA else f"{value / _GIGA:,.0f} GB"
