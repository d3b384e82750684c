"""What a fleet serves and trains beside what today's users need, as plain text; its sentences are those of the web's page too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.locale import notation, say
from stargauge.report.retold import retold
from stargauge.report.terminal import PLAIN, Style, command_for, in_language, known_text, table, to_copy, wrapped
from stargauge.report.wording import bare, chip_name, counted, day_text, number_text, percent, percent_range, range_text, show, value_text

_TEMPLATE = "frontier"
_SERVICES = {"chatgpt": "ChatGPT", "google-gemini": "Gemini"}


def render_compute(data: Mapping[str, Any], style: Style = PLAIN) -> str:
    """The finding, what is served, the power it takes, what is trained, what the generations reach, and what all that rests on."""
    run = f"{known_text(data)}, {counted(data['draws'], 'draw')}"
    told = f"{data['programme']['name']}{supposed_text(data)}, {run}. {models_text(data)}"
    lines = [style.bold(one) for one in wrapped(headline(data), style.width)]
    for text in (since(data), energy(data), told):
        lines += wrapped(text, style.width) if text else []
    for title, part in (
        (say("What it serves, at each year's end"), _served(data, style)),
        (say("How much it covers of what today's {users} weekly users take", users=users(data)), _covered(data, style)),
        (say("Power that they need, and that the share which serves has"), _power(data, style)),
        (say("What it trains: {model}", model=data["model"]), _trained(data, style)),
        (say("What one accelerator reaches"), _reached(data, style)),
        (say("What that rests on"), _rests(data, style)),
    ):
        lines += ["", *(style.bold(one) for one in wrapped(title, style.width)), *part]
    why = to_copy(f"{say('Why?'):<8}", command_for(data["programme"]["asked_as"], "inference_demand_covered"), style)
    return style.finish([*lines, "", *wrapped(basis(), style.width), *why])


def supposed_text(data: Mapping[str, Any]) -> str:
    """What was laid over the programme, to follow its name."""
    return say(", supposing {what}", what=", ".join(data["supposed"])) if data["supposed"] else ""


# --- sentences --------------------------------------------------------------------------------------------------------------------


def headline(data: Mapping[str, Any]) -> str:
    """How much of today's demand the fleet covers at the date that answers look ahead to, and the power that the demand needs."""
    row = _row(data)
    values = row["values"]
    many, power, meter = (values[f"inference_{name}"] for name in ("demand_covered", "power_it_needed", "power_facility_needed"))
    if data["generations"] and not any(one["output_tokens_per_s"]["p50"] for one in data["generations"]):
        chips = ", ".join(chip_name(one["chip"]) for one in data["generations"])
        return say(
            "Nobody gives a rate at which {chips} serve a model, so what {name} serves cannot be said.", chips=chips,
            name=data["programme"]["name"],
        )  # fmt: skip
    if not many["p50"]:
        return say("Nothing of {name} serves users at the end of {year}.", name=data["programme"]["name"], year=row["date"][:4])
    return say(
        "At the end of {year} the share of {name} that serves users could carry {many} times what today’s {users} weekly users take "
        "in text alone ({span}; no growth, images, voice, agents or API). They need {power} of IT power ({low} to {high}), {meter} at the "
        "meter.",
        year=row["date"][:4], name=data["programme"]["name"], many=value_text(many), span=range_text(many), users=users(data),
        power=value_text(power), low=value_text(power, "p10", "p10"), high=value_text(power, "p90", "p90"), meter=value_text(meter),
    )  # fmt: skip


def _row(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The year's end that answers look ahead to; the last one of a clock that is over."""
    rows: Sequence[Mapping[str, Any]] = data["years"]
    return next((row for row in rows if row["date"] >= data["date"]), rows[-1])


def users(data: Mapping[str, Any]) -> str:
    """How many there are today: `900 million`."""
    return value_text(data["demand"]["parts"]["weekly_users"])


def since(data: Mapping[str, Any]) -> str:
    """From when on the demand is covered."""
    half, most = data["covered_from"]["half"], data["covered_from"]["nine_of_ten"]
    if not _row(data)["values"]["inference_demand_covered"]["p90"]:
        return ""
    if half is None:
        return say("In fewer than half of the worlds it ever covers that.")
    first = say("It covers that from {month} on in half of the worlds", month=day_text(half))
    return f"{first}, {say('from {month} on in nine of ten', month=day_text(most))}." if most else f"{first}."


def taken(data: Mapping[str, Any]) -> str:
    """What today's users take, of what that is made, and what each could take before the share that serves is full."""
    parts, row = data["demand"]["parts"], _row(data)
    each, per_message, even = parts["tokens_per_user_day"], parts["tokens_per_message"], row["values"]["inference_breakeven_tokens"]
    return say(
        "Today’s {users} weekly users take {take} output tokens each a day ({range}): {messages} messages a week, {tokens} output tokens "
        "per message ({span}; {basis}). At {even} each they would fill the share of the fleet that serves at the end of {year}.",
        users=users(data), take=bare(each, "p50"), range=range_text(each), messages=bare(parts["messages_per_user_week"], "p50"),
        tokens=bare(per_message, "p50"), span=range_text(per_message) or "–", even=bare(even, "p50"), year=row["date"][:4],
        basis=say("an assumption") if per_message["basis"] == "assumed" else say("stated"),
    )  # fmt: skip


def energy(data: Mapping[str, Any]) -> str:
    """What a message takes by that, beside what services say of theirs."""
    made = data["energy_per_message"]
    if made["it"]["p50"] is None:
        return ""
    middle, low, high = (number_text(made["it"][level]) for level in ("p50", "p10", "p90"))
    told = say(
        "That is {wh} Wh of IT energy for a message ({low} to {high}), {meter} Wh at the meter, with the accelerators provided for the "
        "peak of a day.", wh=middle, low=low, high=high, meter=number_text(made["facility"]["p50"]),
    )  # fmt: skip
    stated = [_stated_energy(one) for one in made["stated"]]
    if not stated:
        return told
    said = stated[0]
    for one in stated[1:]:
        said = say("{one} and {other}", one=said, other=one)
    beside = say("What companies say of theirs: {said}, with other models and without the peak of a day.", said=said)
    return f"{told} {beside}"


def _stated_energy(one: Mapping[str, Any]) -> str:
    """`0.34 Wh (ChatGPT, Jun 2025)`."""
    energy = f"{one['wh']:g}"
    return f"{notation().number(energy)} Wh ({_SERVICES.get(one['service'], one['service'])}, {day_text(one['as_of'])})"


def models_text(data: Mapping[str, Any]) -> str:
    """Which model is trained and which is served."""
    trained, served = _model(data["model"]), _model(data["served"])
    if data["model"] == data["served"]:
        return say("Trained and served: {model}.", model=trained)
    return say("Trained: {model}; served: {other}.", model=trained, other=served)


def _model(name: str) -> str:
    return say("frontier, a template whose size is assumed, not a model") if name == _TEMPLATE else name


def basis() -> str:
    """How tokens, users and power are counted."""
    return say(
        "Tokens served are output tokens, hidden reasoning included; the input tokens that come with them are in the rate of an "
        "accelerator. Demand is that of today: growth, images, voice, agents and the API are left out, so what is left over is for them. "
        "Power is that provided for the accelerators, with the peak of a day; needed on the mix of accelerators that stands then. Training "
        "counts model FLOPs, of the dense 16-bit peak."
    )


# --- tables -----------------------------------------------------------------------------------------------------------------------


def _served(data: Mapping[str, Any], style: Style) -> list[str]:
    columns = [(say("year"), 4, "l"), (say("accelerators"), 12, "r"), (say("in H100"), 12, "r"), (say("tokens/day"), 10, "r"),
               (say("weekly users"), 12, "r"), ("P10–P90", 12, "r")]  # fmt: skip
    rows = [
        (row["date"][:4], *(_count(row["values"][name]) for name in ("accelerators", "compute_h100e", "inference_tokens_per_day")),
         _count(row["values"]["inference_users_served"]), range_text(row["values"]["inference_users_served"], "–"))
        for row in data["years"]
    ]  # fmt: skip
    note = say(
        "Weekly users: how many of today's use it could serve in text, a measure of its capacity and no forecast; where that is more than "
        "there are people, it is room for more use of each."
    )
    return [*fitted(columns, rows, style), *wrapped(note, style.width)]


def _covered(data: Mapping[str, Any], style: Style) -> list[str]:
    columns = [(say("year"), 4, "l"), (say("in worlds"), 9, "r"), (say("times"), 6, "r"), ("P10–P90", 13, "r"),
               (say("tokens each"), 11, "r"), ("P10–P90", 17, "r")]  # fmt: skip
    rows = [
        (row["date"][:4], percent(row["covered"]), bare(of("demand_covered"), "p50"), range_text(of("demand_covered"), "–"),
         bare(of("breakeven_tokens"), "p50"), range_text(of("breakeven_tokens"), "–"))
        for row in data["years"]
        for of in [_of(row)]
    ]  # fmt: skip
    note = say(
        "In worlds: in how many it serves all of that. Times: how many times. Tokens each: output tokens per weekly user and day at which "
        "today's users would fill the share that serves; no assumption on what a user takes is in it."
    )
    return [*fitted(columns, rows, style), *wrapped(note, style.width)]


def _power(data: Mapping[str, Any], style: Style) -> list[str]:
    columns = [(say("year"), 4, "l"), (say("needed, IT"), 10, "r"), ("P10–P90", 11, "r"), (say("at the meter"), 12, "r"),
               (say("there, IT"), 9, "r"), (say("at the meter"), 12, "r")]  # fmt: skip
    rows = [
        (row["date"][:4], value_text(of("power_it_needed")), range_text(of("power_it_needed"), "–"),
         *(value_text(of(name)) for name in ("power_facility_needed", "power_it", "power_facility")))
        for row in data["years"]
        for of in [_of(row)]
    ]  # fmt: skip
    return fitted(columns, rows, style)


def _of(row: Mapping[str, Any]) -> Any:
    values = row["values"]
    return lambda name: values[f"inference_{name}"]


def _trained(data: Mapping[str, Any], style: Style) -> list[str]:
    names = [f"training_{name}[{data['model']}]" for name in ("tokens_per_day", "runs_per_year", "fleet_days")]
    columns = [(say("year"), 4, "l"), (say("tokens/day"), 10, "r"), (say("runs a year"), 11, "r"), ("P10–P90", 13, "r"),
               (say("days of one"), 11, "r"), ("P10–P90", 13, "r")]  # fmt: skip
    rows = [
        (row["date"][:4], _count(row["values"][names[0]]), bare(row["values"][names[1]], "p50"), range_text(row["values"][names[1]], "–"),
         bare(row["values"][names[2]], "p50"), range_text(row["values"][names[2]], "–"))
        for row in data["years"]
    ]  # fmt: skip
    made = data["job"]
    if made["days"]["p50"] is None:
        setting = f"--set 'model_training_tokens[{data['model']}]=15e12'"
        note = say("How many tokens a run of {model} takes is not on record: {setting}.", model=data["model"], setting=setting)
        return [*fitted(columns, rows, style), *wrapped(note, style.width)]
    note = say(
        "Runs and days on the whole share of the fleet that trains. On one job of {number} {chip} ({low} to {high}) a run takes {days} "
        "days ({span}).", number=_count(made["accelerators"]), chip=chip_name(made["chip"]), low=_count(made["accelerators"], "p10"),
        high=_count(made["accelerators"], "p90"), days=bare(made["days"], "p50"), span=range_text(made["days"]),
    )  # fmt: skip
    return [*fitted(columns, rows, style), *wrapped(note, style.width)]


def _reached(data: Mapping[str, Any], style: Style) -> list[str]:
    columns = [(say("chip"), 14, "l"), (say("tokens/s"), 8, "r"), ("P10–P90", 12, "r"), (say("basis"), 9, "l"), ("MFU", 5, "r"),
               ("P10–P90", 11, "r"), (say("basis"), 9, "l")]  # fmt: skip
    rows = [
        (chip_name(one["chip"]), *(part for made in (rate, mfu) for part in (bare(made, "p50"), range_text(made, "–"), basis_text(made))))
        for one in data["generations"]
        for rate, mfu in [(one["output_tokens_per_s"], one["mfu"])]
    ]  # fmt: skip
    note = say(
        "Output tokens of one accelerator that serves {served} at full load, and model FLOPs over dense 16-bit peak while it trains "
        "{model}.",
        served=data["served"], model=data["model"],
    )  # fmt: skip
    if any(one["output_tokens_per_s"]["basis"] == "bandwidth" for one in data["generations"]):
        bandwidth = say("Bandwidth: nobody gives a rate, so it serves as much per memory bandwidth as the best of the others.")
        note = f"{note} {bandwidth}"
    lines = [*fitted(columns, rows, style), *wrapped(note, style.width)]
    for title, name in ((say("Serving", "use"), "output_tokens_per_s"), (say("Training", "use"), "mfu")):
        lines += _in_full(title, [one[name] for one in data["generations"]], style)
    return lines


def _in_full(title: str, rates: Sequence[Mapping[str, Any]], style: Style) -> list[str]:
    """What modelled rates of a kind are of, and the command that shows the last one in full."""
    made = [one for one in rates if "command" in one]
    if not made:
        return []
    notes = "; ".join(dict.fromkeys(_rate_note(one["note"]) for one in made))
    told = say("{use}: {notes}. The last one in full, at the middle of what is assumed:", use=title, notes=notes)
    return [*wrapped(told, style.width), *wrapped(in_language(made[-1]["command"]), style.width, "  ", "  ")]


def _rate_note(note: str) -> str:
    """What a modelled rate is of."""
    what = note.removesuffix("; reckoned now")
    told = retold(
        what,
        "best layout of a job of {number} accelerators in {dtype}, of the dense 16-bit peak (assumed)",
        "best layout of a job of {number} accelerators in {dtype}, of the dense 16-bit peak",
        "best layout and load, {prompt} tokens in and {answer} out, {each} ms per token, first token within {first} s in 99 of 100, "
        "weights in {dtype}",
    )
    return told if what == note else say("{what}; reckoned now", what=told)


def basis_text(entry: Mapping[str, Any]) -> str:
    """What a number rests on, in a word."""
    told = {
        "modelled": say("modelled"), "measured": say("measured"), "assumed": say("assumed", "basis"), "bandwidth": say("bandwidth"),
        "stated": say("stated"), "computed": say("computed"),
    }  # fmt: skip
    return told.get(entry["basis"], str(entry["basis"]))


def fitted(columns: Sequence[tuple[str, int, str]], rows: Sequence[Sequence[str]], style: Style) -> list[str]:
    """A table whose columns of numbers are as wide as what stands in them: no number is cut off."""
    wide = [
        max(width, len(title), *(len(row[at]) for row in rows)) if side == "r" and rows else width
        for at, (title, width, side) in enumerate(columns)
    ]
    return table([(title, width, side) for (title, _, side), width in zip(columns, wide, strict=True)], rows, style)


def _parts() -> dict[str, str]:
    """What each part of demand and supply is called."""
    return {
        "weekly_users": say("weekly users"), "messages_per_user_week": say("messages of each, a week"),
        "tokens_per_message": say("output tokens per message"), "tokens_per_user_day": say("output tokens per user and day"),
        "inference_demand_tokens": say("output tokens of all, a day"), "inference_share": say("share of the fleet's time that serves"),
        "serving_utilisation": say("share of the rate reached in service"), "serving_peak_factor": say("peak of a day over its mean"),
        "training_share": say("share of the rest that trains models"),
    }  # fmt: skip


#: Those of them that are shares.
_SHARES = ("inference_share", "serving_utilisation", "training_share")


def _rests(data: Mapping[str, Any], style: Style) -> list[str]:
    columns = [("", 41, "l"), ("P50", 11, "r"), ("P10–P90", 10, "r"), ("", 10, "w")]
    parts = {**data["demand"]["parts"], **data["supply"]}
    rows = [(name, *(_share if key in _SHARES else _number)(parts[key]), _who(parts[key])) for key, name in _parts().items()]
    before = ", ".join(f"{day_text(one['as_of'])} {show(one['users'], '1')}" for one in data["demand"]["history"])
    told = say("Weekly users as stated: {each}.", each=before) if before else ""
    return [*fitted(columns, rows, style), *(wrapped(told, style.width) if told else [])]


def _number(entry: Mapping[str, Any]) -> tuple[str, str]:
    return _count(entry), "" if entry["p10"] == entry["p90"] else range_text(entry, "–")


def _share(entry: Mapping[str, Any]) -> tuple[str, str]:
    return percent(entry["p50"]), percent_range((entry["p10"], entry["p90"]))


def _count(entry: Mapping[str, Any], key: str = "p50") -> str:
    """A number with its magnitude and without its unit: the column names it."""
    units = (notation().unit(name) for name in ("tokens/d", "tokens"))
    text = value_text(entry, key, key)
    for unit in units:
        text = text.removesuffix(f" {unit}")
    return text


def _who(entry: Mapping[str, Any]) -> str:
    basis = say("assumption") if entry["basis"] == "assumed" else basis_text(entry)
    return say("{basis}, known later", basis=basis) if entry.get("hindsight") else basis
