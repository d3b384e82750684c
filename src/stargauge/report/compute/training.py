"""A training job on a machine, for the terminal: the step, the day, the run, time and memory by part, and why this layout."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stargauge.report.locale import language, notation, say, written
from stargauge.report.terminal import Style, labelled, table, wrapped
from stargauge.report.wording import counted

Data = Mapping[str, Any]
_GIGA, _SECOND = 1e9, 5e-3
#: Seconds below which a part of a step is not listed.
_LEAST = 0.0005
#: What the parts of a step are called.
COMPONENTS: Mapping[str, str] = {
    "matrix": "matrix products", "attention": "attention", "elementwise": "norms and activations", "experts": "sorting for experts",
    "kernels": "starting kernels", "logits": "output layer and loss", "optimizer": "optimiser", "tensor": "tensor exchange",
    "context": "context exchange", "expert": "expert exchange", "pipeline": "pipeline exchange", "data": "data exchange",
    "imbalance": "unequal stages", "bubble": "pipeline bubble",
}  # fmt: skip
MEMORY: Mapping[str, str] = {
    "weights": "weights", "gradients": "gradients", "optimizer": "optimiser", "activations": "activations",
    "logits": "output scores (logits)", "reserve": "reserve",
}  # fmt: skip
#: What each convention counts.
CONVENTIONS: Mapping[str, str] = {
    "palm": "PaLM: 6 N and whole attention", "causal": "three times forward, causal attention", "bridge": "Megatron-Bridge: causal",
    "narayanan": "Narayanan et al. 2021: whole attention",
}  # fmt: skip
#: What the rules are that drop layouts.
RULES: Mapping[str, str] = {
    "domain": "tensor beyond the fast network", "heads": "heads", "kv-heads": "heads of keys and values", "ffn": "width of a block",
    "layers": "more stages than layers", "context": "context", "sequence": "sequence", "stated-data": "stated data", "batch": "batch",
    "chunks": "chunks of a stage", "one-stage": "chunks of one stage", "turns": "stages of a schedule", "micro-batch": "micro-batch",
    "fill": "too few micro-batches", "expert-count": "number of experts", "experts": "experts over ranks",
    "one-chunk": "chunks of a schedule", "pairs": "micro-batches of a dualpipe", "ranks": "nothing to shard over",
}  # fmt: skip
#: What stands at a layout with something that no measured run had.
MARK = "*"
Columns = list[tuple[str, int, str]]
#: Differences of a layout that are named; points of a front that are shown, about.
_MOST_DIFFERENCES, _ROWS = 3, 8


def part_text(name: str) -> str:
    """What a part of a step is called."""
    return say(COMPONENTS[name], "training") if name in COMPONENTS else name


def mark_text() -> str:
    """What the mark at a layout means."""
    return say("{mark} has something that no measured run of such a model had; what it is: --json, outside", mark=MARK)


def _in_shares(unit: str) -> Columns:
    return [("", 24 if language() == "en" else 26, "l"), (unit, 9, "r"), (say("share"), 7, "r")]


def _used() -> Columns:
    return [(say("of the dense figure, counted as"), 44, "w"), ("P10", 7, "r"), ("P50", 7, "r"), ("P90", 7, "r")]


def _others() -> Columns:
    return [("", 24, "w"), ("s", 7, "r"), (say("times", "as long"), 5, "r"), (say("what takes longer, or less (s)"), 38, "w")]


def _roomy() -> Columns:
    return [(say("layout"), 42, "w"), ("s", 8, "r"), (say("GB left"), 8, "r"), (say("tokens/s each"), 13, "r")]


def _fewer() -> Columns:
    return [
        (say("number"), 9, "r"), ("s", 8, "r"), (say("GB left"), 8, "r"), (say("tokens/s each"), 13, "r"), (say("layout"), 34, "w"),
    ]  # fmt: skip


def render_training(data: Data, style: Style, folder: str | None = None) -> str:
    """The whole answer."""
    lines = [*(style.bold(line) for line in wrapped(sentence(data), style.width)), *wrapped(used(data), style.width), ""]
    for name, text in about(data):
        lines += labelled(name, text, style, indent=0, label_width=10)
    lines += ["", style.bold(say("Where the time goes")), *table(_in_shares("s"), component_rows(data), style)]
    lines += [
        "",
        style.bold(say("What the fullest accelerator holds")),
        *table(_in_shares("GB"), memory_rows(data), style),
        *wrapped(memory_told(data), style.width),
    ]
    lines += ["", style.bold(say("Utilisation")), *table(_used(), use_rows(data), style)]
    if data["beside"]:
        lines += ["", style.bold(say("Why this layout")), *table(_others(), beside_rows(data), style)]
    for name, title, columns, row in _fronts():
        found = data["pareto"][name]
        if len(found) > 1:
            rows = few(found)
            lines += ["", style.bold(title), *table(columns, [row(one) for one in rows], style)]
            more = say("{shown} of {all} points; all of them: --json", shown=len(rows), all=len(found))
            lines += [style.soft(more)] if len(rows) < len(found) else []
    lines += ["", *wrapped(mark_text(), style.width)] if marked(data) else []
    lines += ["", *wrapped(searched(data), style.width)]
    for text in data["notes"]:
        lines += wrapped(say("Note: {text}.", text=text), style.width)
    pictures = say("Pictures   {folder}", folder=folder) if folder else say("Pictures   --out FOLDER")
    return style.finish([*lines, "", pictures, say("All of it  --json")])


def sentence(data: Data) -> str:
    """The step and its rate, with intervals."""
    made, machine, model = data["result"], data["inputs"]["machine"], data["inputs"]["model"]
    rate = made["tokens_per_s"]
    return say(
        "{model} on {number} {chip}: a step takes {step}, {rate}, {each} per accelerator.", model=model["name"],
        number=written(f"{made['accelerators']:,}"), chip=machine["title"], step=span(made["step_s"], "s"), rate=span(rate, "tokens/s"),
        each=written(f"{made['tokens_per_s_accelerator']['p50']:,.0f}"),
    )  # fmt: skip


def used(data: Data) -> str:
    """The utilisation, by one named convention, and what is lost."""
    made, job = data["result"], data["inputs"]["job"]
    causal = next(one for one in made["operations"]["model"] if one["convention"] == "causal")
    told = {
        "share": shares(causal["mfu"]), "type": job["dtype"], "exchange": percent(made["exposed_communication"]),
        "waiting": percent(made["bubble"]),
    }  # fmt: skip
    if data["inputs"]["machine"]["peak_assumed"]:
        return say(
            "Model FLOPs are {share} of an assumed dense {type} figure (three times forward, causal attention); {exchange} of the step is "
            "exchange that computing does not hide, {waiting} waiting.", **told,
        )  # fmt: skip
    return say(
        "Model FLOPs are {share} of the maker's dense {type} figure (three times forward, causal attention); {exchange} of the step is "
        "exchange that computing does not hide, {waiting} waiting.", **told,
    )  # fmt: skip


def about(data: Data) -> list[tuple[str, str]]:
    """Layout, job, day and run."""
    made, job, given = data["result"], data["inputs"]["job"], data["inputs"]["given"]
    of = {"layout": short(made["layout"]), "number": written(f"{data['search']['evaluated']:,}")}
    if len(given) > len(made["layout"]) - 2:
        layout = say("{layout} (as given: the fastest of {number} that fit)", **of)
    elif given:
        layout = say("{layout} (parts given, the rest searched: the fastest of {number} that fit)", **of)
    else:
        layout = say("{layout} (searched: the fastest of {number} that fit)", **of)
    batch = say(
        "{batch}, {tokens} tokens a step ({basis})", batch=batch_text(job), tokens=large(job["tokens_per_step"]), basis=_bases(job)
    )  # fmt: skip
    day = say("{tokens}; {share} of the time is kept work", tokens=span(made["tokens_per_day"], "tokens"), share=shares(made["goodput"]))
    lines = [(say("Layout"), layout), (say("Batch"), batch), (say("Day"), day)]
    if made["run"]:
        days, hours = made["run"]["days"], made["run"]["accelerator_hours"]
        told = say(
            "{tokens} tokens take {days}, {hours} ({basis})", tokens=large(made["run"]["tokens"]), days=span(days, "days"),
            hours=span(hours, "accelerator-hours"), basis=job["tokens_basis"],
        )  # fmt: skip
        lines.append((say("Run", "training"), told))
    return lines


def batch_text(job: Data) -> str:
    """The sequences of a step."""
    sequences, tokens = counted(int(job["batch"]), "sequence"), counted(int(job["sequence"]), "token")
    return say("{sequences} of {tokens}", sequences=sequences, tokens=tokens)


def _bases(job: Data) -> str:
    if job["batch_basis"] == job["sequence_basis"]:
        return str(job["batch_basis"])
    return say("batch {batch}; sequence {sequence}", batch=job["batch_basis"], sequence=job["sequence_basis"])


def component_rows(data: Data) -> list[Sequence[str]]:
    """The parts of the step that take time."""
    return [
        (part_text(one["name"]), written(f"{one['seconds']:.3f}"), percent(one["share"]))
        for one in data["result"]["components"] if one["seconds"] >= _LEAST
    ]  # fmt: skip


def memory_rows(data: Data) -> list[Sequence[str]]:
    """What is held by part, and what is left."""
    held = data["result"]["memory"]
    rows = [(say(MEMORY[name], "training") if name in MEMORY else name, value) for name, value in held["parts"].items() if value > 0.0]
    rows.append((say("left", "memory"), held["headroom"]))
    return [(name, gigabytes(value), percent(value / held["capacity"])) for name, value in rows]


def memory_told(data: Data) -> str:
    """How far the memory may be off."""
    off = data["result"]["memory"]["off"]
    return say(
        "Memory may be off by some {size} GB either way (assumption: a tenth of activations, a fiftieth of the rest).", size=gigabytes(off)
    )


def use_rows(data: Data) -> list[Sequence[str]]:
    """Utilisation by convention."""
    made = data["result"]["operations"]
    rows = [(say("model, {convention}", convention=say(CONVENTIONS[one["convention"]], "training")), one["mfu"]) for one in made["model"]]
    again = (
        say("hardware: with what is computed again, nothing of note where attention is fused")
        if data["result"]["layout"]["recompute"] == "selective"
        else say("hardware: with what is computed again")
    )
    rows.append((again, made["hardware"]["hfu"]))
    return [(name, *(percent(value[edge]) for edge in ("p10", "p50", "p90"))) for name, value in rows]


def beside_rows(data: Data) -> list[Sequence[str]]:
    """Other layouts; those that are the same one have one row with all their names."""
    made = dict[str, tuple[list[str], Data]]()
    for one in data["beside"]:
        key = one["name"] if one["layout"] is None else short(one["layout"])
        made.setdefault(key, ([], one))[0].append(say(str(one["name"]), "layout"))
    return [beside_row({**one, "name": "; ".join(names)}) for names, one in made.values()]


def beside_row(one: Data) -> Sequence[str]:
    """Another layout: its step, how many times longer, and by which parts."""
    name = f"{one['name']}{MARK if one['outside'] else ''}"
    if one["layout"] is None:
        least = one["least_memory"]
        needs = say("no layout divides so") if least is None else say("does not fit: needs {size} GB at least", size=gigabytes(least))
        return name, "", "", needs
    more = [(part_text(part), value) for part, value in one["more_s"].items() if abs(value) >= _SECOND][:_MOST_DIFFERENCES]
    told = ", ".join(f"{part} {written(f'{value:+.2f}')}" for part, value in more)
    same = say("the same to a hundredth of a second")
    return name, written(f"{one['step_s']:.2f}"), written(f"{one['times']:.2f}"), told or same


def room_row(one: Data) -> Sequence[str]:
    """A point of the front of time against memory left."""
    each = written(f"{one['tokens_per_s_accelerator']:,.0f}")
    return placed(one), written(f"{one['step_s']:.2f}"), gigabytes(one["headroom"]), each


def fewer_row(one: Data) -> Sequence[str]:
    """A point of the front of time, memory left and accelerators."""
    each = written(f"{one['tokens_per_s_accelerator']:,.0f}")
    return written(f"{one['accelerators']:,}"), written(f"{one['step_s']:.2f}"), gigabytes(one["headroom"]), each, placed(one)


def placed(one: Data) -> str:
    """A point's layout in short, with a mark where it has something that no measured run had."""
    return short(one["layout"]) + (MARK if one["outside"] else "")


def marked(data: Data) -> bool:
    """Whether any layout that is shown bears the mark."""
    shown = [*data["beside"], *data["pareto"]["headroom"], *data["pareto"]["front"]]
    return any(one["outside"] for one in shown)


def _fronts() -> tuple[tuple[str, str, Columns, Callable[[Data], Sequence[str]]], ...]:
    fewer = say("Fewer accelerators: the front of number, time and memory left")
    return ("headroom", say("More memory left"), _roomy(), room_row), ("front", fewer, _fewer(), fewer_row)


def few(points: Sequence[Data]) -> Sequence[Data]:
    """Some points of a front, its ends among them; where they are of several numbers of accelerators the fastest of each number."""
    first = [one for place, one in enumerate(points) if place == 0 or one["accelerators"] != points[place - 1]["accelerators"]]
    chosen = first if len(first) > 1 else points
    step = -(-len(chosen) // _ROWS)
    return [*chosen[:-1:step], chosen[-1]]


def short(layout: Data) -> str:
    """A layout in short."""
    chunks = f"x{layout['interleave']}" if layout["interleave"] > 1 else ""
    parts = [f"TP{layout['tensor']}", f"PP{layout['pipeline']}{chunks}", f"DP{layout['data']}"]
    parts += [f"CP{layout['context']}"] if layout["context"] > 1 else []
    parts += [f"EP{layout['expert']}"] if layout["expert"] > 1 else []
    parts += [f"mb{layout['micro_batch']}", f"recompute {layout['recompute']}", f"shard {layout['sharding']}"]
    return " ".join(parts + ([str(layout["schedule"])] if layout["pipeline"] > 1 else []))


def searched(data: Data) -> str:
    """How many layouts there were, and what became of them."""
    made = data["search"]
    dropped = ", ".join(
        f"{say(RULES[name], 'training') if name in RULES else name} {written(f'{many:,}')}" for name, many in made["dropped"].items()
    )
    return say(
        "Of {grid} layouts of the grid, rules dropped: {dropped}; {unfit} do not fit the memory, the time of all other {others} was worked "
        "out. None is passed over.",
        grid=written(f"{made['grid']:,}"), dropped=dropped or say("none"), unfit=written(f"{made['does_not_fit']:,}"),
        others=written(f"{made['evaluated']:,}"),
    )  # fmt: skip


def span(value: Data, unit: str) -> str:
    """A middle with its P10 to P90."""
    named = say("accelerator-hours") if unit == "accelerator-hours" else notation().unit(unit)
    low, high = large(value["p10"]), large(value["p90"])
    return say("{middle} ({low} to {high})", middle=f"{large(value['p50'])} {named}", low=low, high=high)


def shares(value: Data) -> str:
    """A share in per cent with its P10 to P90."""
    low, high = percent(value["p10"]), percent(value["p90"])
    return say("{middle} ({low} to {high})", middle=percent(value["p50"]), low=low, high=high)


def large(value: float) -> str:
    """A number to three digits, with its thousands in words."""
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if abs(value) >= size:
            return f"{written(f'{value / size:.3g}')} {notation().unit(word)}"
    return written(f"{value:,.0f}" if abs(value) >= 1e3 else f"{value:.3g}")


def percent(share: float) -> str:
    """A share in per cent."""
    return f"{100 * share:.0f} %" if abs(share) >= 0.095 or share == 0.0 else written(f"{100 * share:.1f} %")


def gigabytes(value: float) -> str:
    """Bytes in gigabytes."""
    return written(f"{value / _GIGA:,.1f}")
