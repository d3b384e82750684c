"""What a training job keeps of its time, for the terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.audit.wording.languages import written as as_written
from stargauge.quantity.errors import counted as number_of
from stargauge.report.terminal import PLAIN, Style, labelled, table, wrapped

Data = Mapping[str, Any]
#: Where time goes that is not kept, in words.
PARTS = {
    "checkpoints": "standing still for checkpoints", "redone": "work done again after a stop", "detection": "until a stop is noticed",
    "waiting": "waiting for a spare node", "reload": "reload", "planned": "planned stops", "slow": "slow nodes",
}  # fmt: skip
CAUSES = {
    "faulty_gpu": "faulty GPU", "gpu_memory": "GPU memory (HBM)", "software": "software", "network": "network switch or cable",
    "host_maintenance": "host maintenance", "gpu_sram": "GPU SRAM", "gpu_processor": "GPU system processor",
    "communication_timeout": "communication timeout", "gpu_thermal": "GPU thermal", "silent_data_corruption": "silent data corruption",
    "cpu": "CPU", "other": "other",
}  # fmt: skip
_YEAR = 365.25 * 24.0
_LOST = [("where time goes", 32, "l"), ("mean", 7, "r"), ("P10", 7, "r"), ("P50", 7, "r"), ("P90", 7, "r")]
_CAUSES = [("stopped by", 26, "l"), ("of stops", 8, "r"), ("one every", 10, "r"), ("of time", 8, "r"), ("new node", 8, "l")]
_SIZES = [
    ("accelerators", 12, "r"),
    ("h to a stop", 11, "r"),
    ("interval", 9, "r"),
    ("P10", 7, "r"),
    ("P50", 7, "r"),
    ("P90", 7, "r"),
]
_INPUTS = [("rests on", 38, "w"), ("P10", 8, "r"), ("P90", 8, "r"), ("unit", 4, "l"), ("source", 14, "w")]
_SIMULATED = [("", 22, "l"), ("mean", 7, "r"), ("P10", 7, "r"), ("P50", 7, "r"), ("P90", 7, "r")]


def render_goodput(data: Data, style: Style = PLAIN, written: str | None = None) -> str:
    """The answer of `stargauge goodput`: goodput and time between stops, intervals, lost time by part and cause, sizes, histories."""
    lines = [style.bold(line) for line in wrapped(sentence(data), style.width)]
    lines += [style.soft(line) for text in about(data) for line in wrapped(text, style.width)]
    lines += ["", *table(_LOST, lost_rows(data), style), *(style.soft(line) for text in waits(data) for line in wrapped(text, style.width))]
    lines += ["", *wrapped(intervals(data), style.width)]
    lines += ["", *table(_CAUSES, cause_rows(data), style), *(style.soft(line) for line in wrapped(CAUSES_FROM, style.width))]
    lines += ["", style.bold("By size"), *table(_SIZES, size_rows(data), style)]
    if data["simulated"]["histories"]:
        lines += ["", style.bold("Event by event"), *wrapped(simulated(data), style.width), *table(_SIMULATED, simulated_rows(data), style)]
    lines += ["", *table(_INPUTS, input_rows(data), style), *(style.soft(line) for line in wrapped(ASSUMED, style.width))]
    for text in data["left_out"]:
        lines += labelled("", f"left out: {text}", style, indent=0, label_width=0)
    return style.finish([*lines, "", f"Page and pictures  {written or 'add --out FOLDER'}", "All of it          add --json"])


CAUSES_FROM = "Causes by the 419 stops of one job (Llama 3 405B, 54 days on 16,384 H100), at whatever rate the job has."
ASSUMED = "P10 to P90 of each range. * an assumption of ours without a source; change any of them with its option, or with --catalogue."


def sentence(data: Data) -> str:
    """The answer in one sentence."""
    kept, between = data["goodput"], data["mtbf_h"]
    return (
        f"{data['accelerators']:,} {data['chip_title']}: {percent(kept['p50'])} of the time of one job becomes kept work "
        f"({percent(kept['p10'])} to {percent(kept['p90'])}; {percent(kept['mean'])} on average); it is stopped every "
        f"{hours(between['p50'])}{_between(between)}."
    )


def _between(levels: Data) -> str:
    """A range of times, where there is one."""
    low, high = hours(levels["p10"]), hours(levels["p90"])
    return "" if low == high else f" ({low} to {high})"


def waits(data: Data) -> list[str]:
    """How often a job waits for spares at all, where that pulls means below middles."""
    made = data["waits"]
    if not made["share_of_draws"]:
        return []
    return [
        f"Waits for a spare are rare but long: more than {percent(made['more_than'])} of the time in {percent(made['share_of_draws'])} of "
        f"the draws, and {percent(made['mean_there'])} of it there on average. State --spares and --repair to narrow that."
    ]


def about(data: Data) -> list[str]:
    """How checkpoints are written, and what the ranges are."""
    checkpoint = data["checkpoint"]
    stall = spread(checkpoint["stall_s"], "s")
    stated = any(one["name"] == "standing still for a checkpoint" and one["stated"] for one in data["inputs"])
    if data["writing"] is None:
        more = "" if stated else "; name a --model to have that from its state and the storage"
        wrote = f"A checkpoint stops the job for {stall}{more}."
    elif data["writing"] == "background":
        wrote = (
            f"A checkpoint of {data['model']} stops the job for {stall} and is then written in the background for "
            f"{spread(checkpoint['background_s'], 's')}."
        )
    else:
        wrote = f"A checkpoint of {data['model']} stops the job for {stall}."
    return [f"Goodput: work that is kept, at full speed, over all time. P50 with P10 to P90 of {number_of(data['draws'], 'draw')}. {wrote}"]


def intervals(data: Data) -> str:
    """The interval used and the approximations to the best."""
    made = data["checkpoint"]["interval_min"]
    used = f"Work between checkpoints: {spread(made['used'], 'min')}"
    best = f"best {number(made['best']['p50'])} min" if made["stated"] else "the best, exactly"
    return f"{used} ({best}; Young {number(made['young']['p50'])}, Daly {number(made['daly']['p50'])} min at the middle)."


def lost_rows(data: Data) -> list[list[str]]:
    """Kept, then what is not, by part."""
    kept = data["goodput"]
    rows = [("kept work", kept), *((PARTS[one["part"]], one) for one in data["lost"])]
    return [[name, *(percent(one[level]) for level in ("mean", "p10", "p50", "p90"))] for name, one in rows]


def cause_rows(data: Data) -> list[list[str]]:
    """Causes of stops, the most frequent first."""
    return [
        [CAUSES.get(one["cause"], one["cause"].replace("_", " ")), percent(one["share_of_stops"]), hours(one["hours_between"]["p50"]),
         percent(one["share_of_time"]), "yes" if one["swaps_a_node"] else "no"]
        for one in data["causes"]
    ]  # fmt: skip


def size_rows(data: Data) -> list[list[str]]:
    """Sizes of the job."""
    return [
        [f"{one['accelerators']:,}", number(one["mtbf_h"]["p50"]), minutes(one["interval_min"]["p50"]),
         *(percent(one["goodput"][level]) for level in ("p10", "p50", "p90"))]
        for one in data["sizes"]
    ]  # fmt: skip


def simulated(data: Data) -> str:
    """What was simulated, and how far the formula's mean is from it."""
    made = data["simulated"]
    error = "" if made["standard_error"] is None else f" (standard error {100 * made['standard_error']:.2f})"
    return (
        f"{number_of(made['histories'], 'history', 'histories')} of {number(made['days'])} days, {made['events']:,} events; each has a "
        f"draw of its own. Mean less that of the formula for the same draws: "
        f"{100 * made['apart']:+.2f} points{error}."
    ).replace("+-", "-")


def simulated_rows(data: Data) -> list[list[str]]:
    """Histories beside the formula."""
    made = data["simulated"]
    return [
        [name, *(percent(made[key][level]) for level in ("mean", "p10", "p50", "p90"))]
        for name, key in (("histories", "goodput"), ("formula, same draws", "formula"))
    ]


def input_rows(data: Data) -> list[list[str]]:
    """What the answer rests on."""
    return [
        [one["name"], number(one["p10"]), number(one["p90"]), "" if one["unit"] == "1" else one["unit"],
         f"{one['source']}{' *' if one['assumption'] else ''}".replace("stargauge-assumption *", "assumption *")]
        for one in data["inputs"]
    ]  # fmt: skip


def percent(share: float) -> str:
    """A share in per cent."""
    return f"{100 * share:.1f} %"


def hours(value: float) -> str:
    """Hours, or seconds, minutes, days or years where these are nearer."""
    if value >= 2.0 * _YEAR:
        return f"{number(value / _YEAR)} y"
    if value >= 48.0:
        return f"{number(value / 24.0)} d"
    if value >= 1.0:
        return f"{value:.1f} h"
    return f"{60.0 * value:.0f} min" if value >= 1.0 / 30.0 else f"{number(3600.0 * value)} s"


def minutes(value: float) -> str:
    """Minutes, or what is nearer."""
    return f"{number(value)} min" if 1.0 <= value < 600.0 else hours(value / 60.0)


def number(value: float) -> str:
    """Three figures, never as a power of ten; thousands set apart."""
    if abs(value) >= 100:
        return as_written(f"{value:,.0f}")
    small = value != 0.0 and abs(value) < 1e-4
    return as_written(f"{value:.{2 - math.floor(math.log10(abs(value)))}f}".rstrip("0") if small else f"{value:.3g}")


def spread(levels: Data, unit: str) -> str:
    """A middle with its range, or one number where there is none."""
    low, middle, high = (number(levels[level]) for level in ("p10", "p50", "p90"))
    return f"{middle} {unit}" if low == high else f"{middle} {unit} ({low} to {high})"


def rows_of(head: Sequence[tuple[str, int, str]]) -> list[str]:
    """The titles of a table."""
    return [title for title, _, _ in head]


LOST_HEAD, CAUSE_HEAD, SIZE_HEAD, INPUT_HEAD, SIMULATED_HEAD = (rows_of(one) for one in (_LOST, _CAUSES, _SIZES, _INPUTS, _SIMULATED))
