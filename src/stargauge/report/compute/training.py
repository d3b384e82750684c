"""A training job on a machine, for the terminal: the step, the day, the run, time and memory by part, and why this layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.terminal import Style, labelled, table, wrapped

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
_PARTS = [("", 24, "l"), ("s", 9, "r"), ("share", 7, "r")]
_HELD = [("", 24, "l"), ("GB", 9, "r"), ("share", 7, "r")]
_USE = [("of the dense figure, counted as", 44, "w"), ("P10", 7, "r"), ("P50", 7, "r"), ("P90", 7, "r")]
_BESIDE = [("", 24, "w"), ("s", 7, "r"), ("times", 5, "r"), ("what takes longer, or less (s)", 38, "w")]
_ROOM = [("layout", 42, "w"), ("s", 8, "r"), ("GB left", 8, "r"), ("tokens/s each", 13, "r")]
_FEWER = [("number", 9, "r"), ("s", 8, "r"), ("GB left", 8, "r"), ("tokens/s each", 13, "r"), ("layout", 34, "w")]
#: What stands at a layout with something that no measured run had.
MARK = "*"
MARKED = f"{MARK} has something that no measured run of such a model had; what it is: --json, outside"
#: Differences of a layout that are named; points of a front that are shown, about.
_MOST_DIFFERENCES, _ROWS = 3, 8


def render_training(data: Data, style: Style, folder: str | None = None) -> str:
    """The whole answer."""
    lines = [*(style.bold(line) for line in wrapped(sentence(data), style.width)), *wrapped(used(data), style.width), ""]
    for name, text in about(data):
        lines += labelled(name, text, style, indent=0, label_width=10)
    lines += ["", style.bold("Where the time goes"), *table(_PARTS, component_rows(data), style)]
    lines += [
        "",
        style.bold("What the fullest accelerator holds"),
        *table(_HELD, memory_rows(data), style),
        *wrapped(memory_told(data), style.width),
    ]
    lines += ["", style.bold("Utilisation"), *table(_USE, use_rows(data), style)]
    if data["beside"]:
        lines += ["", style.bold("Why this layout"), *table(_BESIDE, beside_rows(data), style)]
    for name, title, columns, row in _FRONTS:
        found = data["pareto"][name]
        if len(found) > 1:
            rows = few(found)
            lines += ["", style.bold(title), *table(columns, [row(one) for one in rows], style)]
            lines += [style.soft(f"{len(rows)} of {len(found)} points; all of them: --json")] if len(rows) < len(found) else []
    lines += ["", *wrapped(MARKED, style.width)] if marked(data) else []
    lines += ["", *wrapped(searched(data), style.width)]
    for text in data["notes"]:
        lines += wrapped(f"Note: {text}.", style.width)
    pictures = f"Pictures   {folder}" if folder else "Pictures   --out FOLDER"
    return style.finish([*lines, "", pictures, "All of it  --json"])


def sentence(data: Data) -> str:
    """The step and its rate, with intervals."""
    made, machine, model = data["result"], data["inputs"]["machine"], data["inputs"]["model"]
    rate = made["tokens_per_s"]
    return (
        f"{model['name']} on {made['accelerators']:,} {machine['title']}: a step takes {span(made['step_s'], ' s')}, "
        f"{span(rate, ' tokens/s')}, {made['tokens_per_s_accelerator']['p50']:,.0f} per accelerator."
    )


def used(data: Data) -> str:
    """The utilisation, by one named convention, and what is lost."""
    made, job = data["result"], data["inputs"]["job"]
    causal = next(one for one in made["operations"]["model"] if one["convention"] == "causal")
    whose = "an assumed" if data["inputs"]["machine"]["peak_assumed"] else "the maker's"
    return (
        f"Model FLOPs are {shares(causal['mfu'])} of {whose} dense {job['dtype']} figure (three times forward, causal attention); "
        f"{percent(made['exposed_communication'])} of the step is exchange that computing does not hide, {percent(made['bubble'])} waiting."
    )


def about(data: Data) -> list[tuple[str, str]]:
    """Layout, job, day and run."""
    made, job, given = data["result"], data["inputs"]["job"], data["inputs"]["given"]
    found = "as given" if len(given) > len(made["layout"]) - 2 else "parts given, the rest searched" if given else "searched"
    batch = f"{number_of(job['batch'], 'sequence')} of {number_of(job['sequence'], 'token')}"
    lines = [
        ("Layout", f"{short(made['layout'])} ({found}: the fastest of {data['search']['evaluated']:,} that fit)"),
        ("Batch", f"{batch}, {large(job['tokens_per_step'])} tokens a step ({_bases(job)})"),
        ("Day", f"{span(made['tokens_per_day'], ' tokens')}; {shares(made['goodput'])} of the time is kept work"),
    ]
    if made["run"]:
        days, hours = made["run"]["days"], made["run"]["accelerator_hours"]
        told = (
            f"{large(made['run']['tokens'])} tokens take {span(days, ' days')}, {span(hours, ' accelerator-hours')} ({job['tokens_basis']})"
        )
        lines.append(("Run", told))
    return lines


def _bases(job: Data) -> str:
    if job["batch_basis"] == job["sequence_basis"]:
        return str(job["batch_basis"])
    return f"batch {job['batch_basis']}; sequence {job['sequence_basis']}"


def component_rows(data: Data) -> list[Sequence[str]]:
    """The parts of the step that take time."""
    return [
        (COMPONENTS.get(one["name"], one["name"]), f"{one['seconds']:.3f}", percent(one["share"]))
        for one in data["result"]["components"] if one["seconds"] >= _LEAST
    ]  # fmt: skip


def memory_rows(data: Data) -> list[Sequence[str]]:
    """What is held by part, and what is left."""
    held = data["result"]["memory"]
    rows = [(MEMORY.get(name, name), value) for name, value in held["parts"].items() if value > 0.0]
    return [(name, gigabytes(value), percent(value / held["capacity"])) for name, value in (*rows, ("left", held["headroom"]))]


def memory_told(data: Data) -> str:
    """How far the memory may be off."""
    off = data["result"]["memory"]["off"]
    return f"Memory may be off by some {gigabytes(off)} GB either way (assumption: a tenth of activations, a fiftieth of the rest)."


def use_rows(data: Data) -> list[Sequence[str]]:
    """Utilisation by convention."""
    made = data["result"]["operations"]
    rows = [(f"model, {CONVENTIONS[one['convention']]}", one["mfu"]) for one in made["model"]]
    fused = data["result"]["layout"]["recompute"] == "selective"
    again = "hardware: with what is computed again" + (", nothing of note where attention is fused" if fused else "")
    rows.append((again, made["hardware"]["hfu"]))
    return [(name, *(percent(value[edge]) for edge in ("p10", "p50", "p90"))) for name, value in rows]


def beside_rows(data: Data) -> list[Sequence[str]]:
    """Other layouts; those that are the same one have one row with all their names."""
    made = dict[str, tuple[list[str], Data]]()
    for one in data["beside"]:
        key = one["name"] if one["layout"] is None else short(one["layout"])
        made.setdefault(key, ([], one))[0].append(str(one["name"]))
    return [beside_row({**one, "name": "; ".join(names)}) for names, one in made.values()]


def beside_row(one: Data) -> Sequence[str]:
    """Another layout: its step, how many times longer, and by which parts."""
    name = f"{one['name']}{MARK if one['outside'] else ''}"
    if one["layout"] is None:
        least = one["least_memory"]
        return name, "", "", "no layout divides so" if least is None else f"does not fit: needs {gigabytes(least)} GB at least"
    more = [(COMPONENTS.get(part, part), value) for part, value in one["more_s"].items() if abs(value) >= _SECOND][:_MOST_DIFFERENCES]
    told = ", ".join(f"{part} {value:+.2f}" for part, value in more)
    return name, f"{one['step_s']:.2f}", f"{one['times']:.2f}", told or "the same to a hundredth of a second"


def room_row(one: Data) -> Sequence[str]:
    """A point of the front of time against memory left."""
    return placed(one), f"{one['step_s']:.2f}", gigabytes(one["headroom"]), f"{one['tokens_per_s_accelerator']:,.0f}"


def fewer_row(one: Data) -> Sequence[str]:
    """A point of the front of time, memory left and accelerators."""
    each = f"{one['tokens_per_s_accelerator']:,.0f}"
    return f"{one['accelerators']:,}", f"{one['step_s']:.2f}", gigabytes(one["headroom"]), each, placed(one)


def placed(one: Data) -> str:
    """A point's layout in short, with a mark where it has something that no measured run had."""
    return short(one["layout"]) + (MARK if one["outside"] else "")


def marked(data: Data) -> bool:
    """Whether any layout that is shown bears the mark."""
    shown = [*data["beside"], *data["pareto"]["headroom"], *data["pareto"]["front"]]
    return any(one["outside"] for one in shown)


_FRONTS = (
    ("headroom", "More memory left", _ROOM, room_row),
    ("front", "Fewer accelerators: the front of number, time and memory left", _FEWER, fewer_row),
)


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
    dropped = ", ".join(f"{RULES.get(name, name)} {many:,}" for name, many in made["dropped"].items())
    fits = f"{made['does_not_fit']:,} do not fit the memory, the time of all other {made['evaluated']:,} was worked out"
    return f"Of {made['grid']:,} layouts of the grid, rules dropped: {dropped or 'none'}; {fits}. None is passed over."


def number_of(many: float, what: str) -> str:
    """A number of things."""
    return f"{many:,} {what}{'' if many == 1 else 's'}"


def span(value: Data, unit: str) -> str:
    """A middle with its P10 to P90."""
    return f"{large(value['p50'])}{unit} ({large(value['p10'])} to {large(value['p90'])})"


def shares(value: Data) -> str:
    """A share in per cent with its P10 to P90."""
    return f"{percent(value['p50'])} ({percent(value['p10'])} to {percent(value['p90'])})"


def large(value: float) -> str:
    """A number to three digits, with its thousands in words."""
    for size, word in ((1e12, " trillion"), (1e9, " billion"), (1e6, " million")):
        if abs(value) >= size:
            return f"{value / size:.3g}{word}"
    return f"{value:,.0f}" if abs(value) >= 1e3 else f"{value:.3g}"


def percent(share: float) -> str:
    """A share in per cent."""
    return f"{100 * share:.0f} %" if abs(share) >= 0.095 or share == 0.0 else f"{100 * share:.1f} %"


def gigabytes(value: float) -> str:
    """Bytes in gigabytes."""
    return f"{value / _GIGA:,.1f}"
