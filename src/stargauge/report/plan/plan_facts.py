"""Facts, notes and numbers of a plan in words: on what decisions hang, what insisting costs, what the plan rests on."""

from __future__ import annotations

from stargauge.audit.wording.words import input_name
from stargauge.report.locale import language, say, words
from stargauge.report.plan.plan_words import LIMITS, Data, limit_text, money_text, share_text
from stargauge.report.power.power_words import source_text, what_text
from stargauge.report.wording import chip_name, day_text, fact_status_text, show

# -- what decisions hang on ------------------------------------------------------------------------------------------------------------


def fact_text(one: Data) -> str:
    """A fact that is not known yet, as a clause: `when the transformers of milam are there`; its own words where it is of another kind."""
    of = str(one.get("of") or "")
    told = {
        "grid_connection": say("when the grid feeds {of}", of=of),
        "transformers": say("when the transformers of {of} are there", of=of),
        "switchgear": say("when the switchgear of {of} is there", of=of),
        "onsite_generation": say("when the power plant of {of} is there", of=of),
        "stated_power": say("when the power stated for {of} is there", of=of),
        "hall": say("how long work on the hall of {of} takes", of=of),
        "delivery": say("when {chip} is delivered", chip=chip_name(of)),
        "as_filed": say("when {of} runs, as in the file", of=of),
        "under_way": say("when {of}, under way, is ready for racks", of=of),
        "all_under_way": say("how much of what is under way runs by {day}", day=day_text(of)),
    }  # fmt: skip
    return told.get(str(one.get("kind"))) or say(str(one["text"]))


def hangs_text(one: Data) -> str:
    """What ends the waiting for a start: a fact, a limit, or what else the answer says."""
    return limit_text({**one, "name": one["of"]}) if one["kind"] in LIMITS else fact_text(one)


# -- insisting -------------------------------------------------------------------------------------------------------------------------


def insist_name(one: Data) -> str:
    """On what somebody insists."""
    asked, sum_ = one["asked"], one["sum"]
    if one["what"] == "day":
        return say("the announced day, {day}", day=day_text(asked["by"]))
    if one["what"] == "sum":
        return say("the announced sum, {money} by {day}", money=money_text(sum_["money"]), day=day_text(sum_["by"]))
    return say("the announced amount, {amount}", amount=show(asked["amount"], asked["unit"]))


def insist_text(one: Data) -> str:
    """What it costs to insist on it, above the plan."""
    if one["what"] == "sum":
        return say("can be spent by then") if one["possible"] else say("cannot be spent by then")
    if not one["possible"]:
        return say("cannot be had")
    if one["difference"] is None:
        return money_text(one["cost"])
    if not one["difference"]:
        return say("nothing more")
    more = money_text(abs(one["difference"]))
    return say("{more} more", more=more) if one["difference"] >= 0.0 else say("{less} less", less=more)


def instead_text(one: Data) -> str:
    """What can be had instead of what somebody insists on, or what the same money buys."""
    if one["what"] == "sum":
        return " ".join(filter(None, (_spent_text(one["sum"]), _within_text(one["most"]))))
    if most := one["most"]:
        return say("{what} with {share} is the most", **_had(most))
    if instead := one["instead"]:
        return say("{money} also buys {what} with {share}", money=money_text(instead["money"]), **_had(instead))
    return "–"


def _spent_text(one: Data) -> str:
    """How much of an announced sum can be spent by its day, and when all of it could be."""
    told = say("At most {most} can be spent by then, {under_way} of it on what is under way; this plan spends {spent}.",
               most=money_text(one["most"]), under_way=money_text(one["under_way"]), spent=money_text(one["spent"]))  # fmt: skip
    if one["most"] >= one["money"]:
        return told
    first = say("All of it by {day} at the earliest.", day=day_text(one["first"])) if one["first"] else say("Not all of it on the clock.")
    return f"{told} {first}"


def _within_text(most: Data | None) -> str:
    """What a sum builds at most."""
    return say("Within the sum: {what} with {share} at most.", **_had(most)) if most else ""


def _had(one: Data) -> dict[str, str]:
    amount = show(one["amount"], one["unit"]) if one["amount"] else say("nothing")
    what = say("{amount} by {day}", amount=amount, day=day_text(one["by"]))
    return {"what": what, "share": share_text(one["probability"])}


# -- numbers ---------------------------------------------------------------------------------------------------------------------------


def assumption_text(name: str) -> str:
    """What a number behind the plan is of: `gas engines: capital cost`."""
    of, mark, what = name.partition(": ")
    if of == "model":
        return f"{say('model')}: {what_text(what) if language() == 'en' else input_name(what, words())}"
    return f"{source_text(of)}: {what_text(what)}" if mark else name


def kind_of_value(kind: str) -> str:
    """Whether a value is stated, of the catalogue, assumed or computed."""
    names = {"stated": say("stated"), "default": say("default"), "assumption": say("assumption"), "assumed": say("assumed"),
             "derived": say("computed"), "computed": say("computed"), "designed": say("designed")}  # fmt: skip
    return names.get(kind) or fact_status_text(kind)
