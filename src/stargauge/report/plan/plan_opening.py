"""What is said first of a plan of building: how sure it is, what it costs against the file as it stands, and what is the catch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stargauge.audit.wording.words import likelihood
from stargauge.report.locale import say, words
from stargauge.report.plan.plan_money import means_kind
from stargauge.report.plan.plan_words import built_sites, money_text, not_proven, planned, share_text, shares_text, ways_out
from stargauge.report.power.power_words import ASSUMED
from stargauge.report.wording import counted, day_text, figures, percent

Data = Mapping[str, Any]
#: What runs by its day in less than this share of the draws is told as a catch, and a gap to the bound above this.
_SELDOM, _WIDE = 0.5, 0.02


def opening(data: Data) -> list[tuple[str, list[str]]]:
    """What a reader has to know beside the answer, each under its word; what the answer does not hold is left out.

    The catch comes first where it is that what was asked could not be looked at.
    """
    made = [
        (say("How sure"), [sure(data)]), (say("It costs"), [against(data)]), (say("The catch"), list(catches(data))),
        (say("A way out"), ways_out(data)),
    ]  # fmt: skip
    made.sort(key=lambda one: not (unheld_text(data) and one[0] == say("The catch")))
    return [(name, kept) for name, texts in made if (kept := [one for one in texts if one])]


def sure(data: Data) -> str:
    """How likely it is that what is asked is kept, with the plan and as the file stands."""
    if not planned(data) or not data["targets"] or data["targets"][0]["simulated"] is None:
        return ""
    first = data["targets"][0]
    told = shares_text(data, "simulated")
    if len(data["targets"]) == 1:
        told = say("{word} ({share} ± {error})", word=likelihood(first["simulated"], words()), share=told.removesuffix(" %"),
                   error=f"{figures(round(100.0 * first['error'], 1))} %")  # fmt: skip
    return say("{simulated} on draws that the plan has not seen, {promised} on those that chose it; with the file as it stands {stated}.",
               simulated=told, promised=shares_text(data, "promised"), stated=shares_text(data, "as_stated"))  # fmt: skip


def against(data: Data) -> str:
    """Capital and present value of what is decided, beside those of the file as it stands."""
    made = data["cost"]
    if not planned(data) or not made or not built_sites(data):
        return ""
    capital, total = (money_text(made[name], made["unit"]) for name in ("capital", "total"))
    filed = made.get("as_filed")
    if not filed:
        return say("{capital} of capital; present value {total}.", capital=capital, total=total)
    return say(
        "{capital} of capital, where the file as it stands takes {filed}; present value {total}, where that of the file is {worth}.",
        capital=capital, filed=money_text(filed["capital"], made["unit"]), total=total, worth=money_text(filed["total"], made["unit"]),
    )  # fmt: skip


def catches(data: Data) -> Iterator[str]:
    """What speaks against taking the answer as it is, the weightiest first."""
    if not planned(data):
        yield not_proven(data)
        return
    yield unheld_text(data)
    yield over_text(data)
    if any((data["money"] or {}).get("nobody") or ()):
        yield say("Nobody is known who would pay for all of it.")
    yield late_text(data)
    yield residual_text(data)
    yield gap_text(data)
    assumed = [one for one in data["assumptions"] if is_assumed(one)]
    if assumed:
        yield say("{count} of the {all} numbers behind it are assumptions without a source.", count=figures(len(assumed)),
                  all=figures(len(data["assumptions"])))  # fmt: skip


def unheld_text(data: Data) -> str:
    """That to keep parties within their means, as was asked, limits nothing, since of none of them these are known."""
    made = data["money"]
    if not planned(data) or not made or not made["limited"] or any(one["knowable"] for one in made["parties"]):
        return ""
    return say("Nobody who would pay publishes accounts: to keep each party within its means ({means}) limits nothing here, so this is the "
               "plan without that limit.", means=means_kind(made))  # fmt: skip


def over_text(data: Data) -> str:
    """Who would have to find more money than it has, the most first."""
    parties = (data["money"] or {}).get("parties") or ()
    lacking = sorted((one for one in parties if one.get("over")), key=lambda one: -one["over"])
    if not lacking:
        return ""
    named = ", ".join(say("{party} {money}", party=one["name"], money=money_text(one["over"], data["money"]["unit"])) for one in lacking)
    return say("To be found beyond what they have: {parties}.", parties=named)


def late_text(data: Data) -> str:
    """How many buildings run by the day in less than half of the draws, and why they are built all the same."""
    built = [one for site in data["sites"] for one in site["buildings"] if one.get("in_time")]
    late = [one for one in built if max(one["in_time"].values()) < _SELDOM]
    if not late:
        return ""
    return say("Ready by {day} in less than half of the draws: {late} of {all}. They count where others are late.",
               day=day_text(data["targets"][0]["by"]), late=figures(len(late)), all=counted(len(built), "building"))  # fmt: skip


def residual_text(data: Data) -> str:
    """How much of the present value hangs on what is still worth something at the end of the clock."""
    made = data["cost"]
    if not made or made.get("without_residual") is None or not built_sites(data):
        return ""
    return say("The present value counts what halls and equipment are still worth after {day}; without that it is {money}.",
               day=day_text(made["until"]), money=money_text(made["without_residual"], made["unit"]))  # fmt: skip


def gap_text(data: Data) -> str:
    """That a cheaper plan may exist, where the bound leaves room for one."""
    made = data["method"]
    if not made or made["gap"] < _WIDE or data["goal"] == "capacity":
        return ""
    return say("A better plan may exist: if no queue held anything up, the best would take {gap} less.", gap=share_text(made["gap"]))


def is_assumed(one: Data) -> bool:
    """Whether a number behind the plan has no source."""
    return one["kind"] in ("assumed", "assumption") or one["source"] == ASSUMED


def chance_text(one: Data) -> str:
    """The simulated probability of a target with its standard error."""
    if one["simulated"] is None or one["error"] is None:
        return percent(one["simulated"])
    return f"{percent(one['simulated'])} ± {figures(round(100.0 * one['error'], 1))}"
