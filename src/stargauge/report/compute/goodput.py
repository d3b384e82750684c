"""What a training job keeps of its time, for the terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from stargauge.report.locale import language, notation, say
from stargauge.report.locale import written as as_written
from stargauge.report.terminal import PLAIN, Style, labelled, table, wrapped
from stargauge.report.wording import counted

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
Columns = list[tuple[str, int, str]]


def _lost() -> Columns:
    return [(say("where time goes"), 32, "l"), (say("mean"), 7, "r"), ("P10", 7, "r"), ("P50", 7, "r"), ("P90", 7, "r")]


def _causes() -> Columns:
    return [
        (say("stopped by"), 26, "l"), (say("of stops"), 8, "r"), (say("one every"), 10, "r"), (say("of time"), 8, "r"),
        (say("new node"), 8 if language() == "en" else 11, "l"),
    ]  # fmt: skip


def _sizes() -> Columns:
    return [
        (say("accelerators"), 12, "r"), (say("h to a stop"), 11, "r"), (say("interval"), 9, "r"), ("P10", 7, "r"), ("P50", 7, "r"),
        ("P90", 7, "r"),
    ]  # fmt: skip


def _inputs() -> Columns:
    unit = (say("unit"), 4 if language() == "en" else 7, "l")
    return [(say("rests on"), 38, "w"), ("P10", 8, "r"), ("P90", 8, "r"), unit, (say("source"), 14, "w")]


def _histories() -> Columns:
    return [("", 22, "l"), (say("mean"), 7, "r"), ("P10", 7, "r"), ("P50", 7, "r"), ("P90", 7, "r")]


def render_goodput(data: Data, style: Style = PLAIN, written: str | None = None) -> str:
    """The answer of `stargauge goodput`: goodput and time between stops, intervals, lost time by part and cause, sizes, histories."""
    lines = [style.bold(line) for line in wrapped(sentence(data), style.width)]
    lines += [style.soft(line) for text in about(data) for line in wrapped(text, style.width)]
    lines += ["", *table(_lost(), lost_rows(data), style)]
    lines += [style.soft(line) for text in waits(data) for line in wrapped(text, style.width)]
    lines += ["", *wrapped(intervals(data), style.width)]
    lines += ["", *table(_causes(), cause_rows(data), style), *(style.soft(line) for line in wrapped(causes_from(), style.width))]
    lines += ["", style.bold(say("By size")), *table(_sizes(), size_rows(data), style)]
    if data["simulated"]["histories"]:
        lines += ["", style.bold(say("Event by event")), *wrapped(simulated(data), style.width)]
        lines += table(_histories(), simulated_rows(data), style)
    lines += ["", *table(_inputs(), input_rows(data), style), *(style.soft(line) for line in wrapped(assumed(), style.width))]
    for text in left_out(data):
        lines += labelled("", say("left out: {what}", what=text), style, indent=0, label_width=0)
    page = say("Page and pictures  {folder}", folder=written) if written else say("Page and pictures  add --out FOLDER")
    return style.finish([*lines, "", page, say("All of it          add --json")])


def causes_from() -> str:
    """Whence the shares of causes are."""
    return say("Causes by the 419 stops of one job (Llama 3 405B, 54 days on 16,384 H100), at whatever rate the job has.")


def assumed() -> str:
    """What the ranges are, and the mark at some of them."""
    return say(
        "P10 to P90 of each range. * an assumption of ours without a source; change any of them with its option, or with --catalogue."
    )


def left_out(data: Data) -> list[str]:
    """What the answer leaves out."""
    return [say(text, "goodput") for text in data["left_out"]]


def part_text(part: str) -> str:
    """Where time goes, in words."""
    return say(PARTS[part], "goodput")


def sentence(data: Data) -> str:
    """The answer in one sentence."""
    kept, between = data["goodput"], data["mtbf_h"]
    return say(
        "{number} {chip}: {middle} of the time of one job becomes kept work ({low} to {high}; {mean} on average); it is stopped every "
        "{between}.",
        number=as_written(f"{data['accelerators']:,}"), chip=data["chip_title"], middle=percent(kept["p50"]), low=percent(kept["p10"]),
        high=percent(kept["p90"]), mean=percent(kept["mean"]), between=f"{hours(between['p50'])}{_between(between)}",
    )  # fmt: skip


def _between(levels: Data) -> str:
    """A range of times, where there is one."""
    low, high = hours(levels["p10"]), hours(levels["p90"])
    return "" if low == high else f" ({say('{low} to {high}', low=low, high=high)})"


def waits(data: Data) -> list[str]:
    """How often a job waits for spares at all, where that pulls means below middles."""
    made = data["waits"]
    if not made["share_of_draws"]:
        return []
    return [
        say(
            "Waits for a spare are rare but long: more than {share} of the time in {draws} of the draws, and {mean} of it there on "
            "average. State --spares and --repair to narrow that.",
            share=percent(made["more_than"]), draws=percent(made["share_of_draws"]), mean=percent(made["mean_there"]),
        )
    ]  # fmt: skip


def about(data: Data) -> list[str]:
    """How checkpoints are written, and what the ranges are."""
    checkpoint = data["checkpoint"]
    stall = spread(checkpoint["stall_s"], "s")
    stated = any(one["name"] == "standing still for a checkpoint" and one["stated"] for one in data["inputs"])
    if data["writing"] is None and stated:
        wrote = say("A checkpoint stops the job for {time}.", time=stall)
    elif data["writing"] is None:
        wrote = say("A checkpoint stops the job for {time}; name a --model to have that from its state and the storage.", time=stall)
    elif data["writing"] == "background":
        wrote = say(
            "A checkpoint of {model} stops the job for {time} and is then written in the background for {after}.", model=data["model"],
            time=stall, after=spread(checkpoint["background_s"], "s"),
        )  # fmt: skip
    else:
        wrote = say("A checkpoint of {model} stops the job for {time}.", model=data["model"], time=stall)
    of = say(
        "Goodput: work that is kept, at full speed, over all time. P50 with P10 to P90 of {draws}.", draws=counted(data["draws"], "draw")
    )  # fmt: skip
    return [f"{of} {wrote}"]


def intervals(data: Data) -> str:
    """The interval used and the approximations to the best."""
    made = data["checkpoint"]["interval_min"]
    told = {"used": spread(made["used"], "min"), "young": number(made["young"]["p50"]), "daly": number(made["daly"]["p50"])}
    if made["stated"]:
        best = number(made["best"]["p50"])
        return say("Work between checkpoints: {used} (best {best} min; Young {young}, Daly {daly} min at the middle).", best=best, **told)
    return say("Work between checkpoints: {used} (the best, exactly; Young {young}, Daly {daly} min at the middle).", **told)


def lost_rows(data: Data) -> list[list[str]]:
    """Kept, then what is not, by part."""
    kept = data["goodput"]
    rows = [(say("kept work"), kept), *((part_text(one["part"]), one) for one in data["lost"])]
    return [[name, *(percent(one[level]) for level in ("mean", "p10", "p50", "p90"))] for name, one in rows]


def cause_rows(data: Data) -> list[list[str]]:
    """Causes of stops, the most frequent first."""
    return [
        [say(CAUSES.get(one["cause"], one["cause"].replace("_", " ")), "goodput"), percent(one["share_of_stops"]),
         hours(one["hours_between"]["p50"]), percent(one["share_of_time"]), say("yes") if one["swaps_a_node"] else say("no")]
        for one in data["causes"]
    ]  # fmt: skip


def size_rows(data: Data) -> list[list[str]]:
    """Sizes of the job."""
    return [
        [as_written(f"{one['accelerators']:,}"), number(one["mtbf_h"]["p50"]), minutes(one["interval_min"]["p50"]),
         *(percent(one["goodput"][level]) for level in ("p10", "p50", "p90"))]
        for one in data["sizes"]
    ]  # fmt: skip


def simulated(data: Data) -> str:
    """What was simulated, and how far the formula's mean is from it."""
    made = data["simulated"]
    told = {
        "histories": counted(made["histories"], "history", "histories"), "days": number(made["days"]),
        "events": as_written(f"{made['events']:,}"), "apart": as_written(f"{100 * made['apart']:+.2f}"),
    }  # fmt: skip
    if made["standard_error"] is None:
        return say(
            "{histories} of {days} days, {events} events; each has a draw of its own. Mean less that of the formula for the same draws: "
            "{apart} points.", **told,
        )  # fmt: skip
    return say(
        "{histories} of {days} days, {events} events; each has a draw of its own. Mean less that of the formula for the same draws: "
        "{apart} points (standard error {error}).", error=as_written(f"{100 * made['standard_error']:.2f}"), **told,
    )  # fmt: skip


def simulated_rows(data: Data) -> list[list[str]]:
    """Histories beside the formula."""
    made = data["simulated"]
    return [
        [name, *(percent(made[key][level]) for level in ("mean", "p10", "p50", "p90"))]
        for name, key in ((say("histories"), "goodput"), (say("formula, same draws"), "formula"))
    ]


def input_rows(data: Data) -> list[list[str]]:
    """What the answer rests on."""
    return [
        [say(one["name"], "goodput"), number(one["p10"]), number(one["p90"]), "" if one["unit"] == "1" else _unit(one["unit"]),
         f"{say('assumption')} *" if one["assumption"] else say("stated") if one["stated"] else one["source"]]
        for one in data["inputs"]
    ]  # fmt: skip


def _unit(unit: str) -> str:
    return f"1{notation().unit(unit[1:])}" if unit.startswith("1/") else notation().unit(unit)


def percent(share: float) -> str:
    """A share in per cent."""
    return as_written(f"{100 * share:.1f} %")


def hours(value: float) -> str:
    """Hours, or seconds, minutes, days or years where these are nearer."""
    if value >= 2.0 * _YEAR:
        return say("{number} y", number=number(value / _YEAR))
    if value >= 48.0:
        return say("{days} d", days=number(value / 24.0))
    if value >= 1.0:
        return as_written(f"{value:.1f} h")
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
    return f"{middle} {unit}" if low == high else say("{middle} ({low} to {high})", middle=f"{middle} {unit}", low=low, high=high)


def head_of(what: str) -> list[str]:
    """The titles of a table: of lost time, causes, sizes, inputs or histories."""
    columns = {"lost": _lost, "causes": _causes, "sizes": _sizes, "inputs": _inputs, "histories": _histories}[what]()
    return [title for title, _, _ in columns]
