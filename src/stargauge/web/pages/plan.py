"""What would work: the plan of a programme that keeps a target, asked for in a form; and the same plan as a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say
from stargauge.web.plan_asked import FIELDS, LIMITS, TICKS, asked_plan, command, is_set, plainly, plan_of
from stargauge.web.routes import page
from stargauge.web.view import View

_ASKS = (*FIELDS, "full")
#: What stands in the part of the form that opens.
_MORE = (*(name for name in LIMITS if name != "money"), "means", "chips", "start_from", "no_further")


@page("/p/{programme}/plan", asks=_ASKS)
def plan(view: View, **asks: str) -> str:
    """The form at once, filled in as asked; the plan comes below it, at once where the address asks something, else by a button."""
    return view.render("plan_page.html.j2", a=view.named, now=any(one.strip() for one in asks.values()), answer=_answer_link(view, asks),
                       **_form(asks))  # fmt: skip


@page("/p/{programme}/plan/answer", asks=_ASKS, slow=True)
def answer(view: View, **asks: str) -> str:
    """The plan: the answer, charts and tables; what is wrong with the question where there is none."""
    from stargauge.report.locale import speaking
    from stargauge.report.plan.plan_page import plan_section

    try:
        made = plan_of(view, beside=is_set(asks.get("full", "")), **asked_plan(asks))
    except InputError as error:
        return view.render("plan_answer.html.j2", a=view.named, s=None, faults=[told.message for told in plainly(error)], **_form(asks))
    data = made.to_dict()
    with speaking(view.asked.language):
        section = plan_section(data)
        section["figures"] = {name: view.enter(figure) for name, figure in section["figures"].items()}
    overlay = view.linked(view.link("plan/file"), asks) if made.overlay else ""
    full = "" if is_set(asks.get("full", "")) or not made.overlay else view.linked(view.link("plan"), {**asks, "full": "1"})
    return view.render("plan_answer.html.j2", a=view.named, s=section, data=data, faults=[], overlay_link=overlay, full_link=full,
                       **_form(asks))  # fmt: skip


@page("/p/{programme}/plan/file", asks=_ASKS, slow=True)
def file(view: View, **asks: str) -> bytes:
    """The plan as a scenario file."""
    given = asked_plan(asks)
    made = plan_of(view, beside=is_set(asks.get("full", "")), **given)
    if not made.overlay:
        raise InputError(say("there is no plan to save: what is asked cannot be had, or nothing is left to decide"))
    name = f"{view.asked.programme}-plan.yaml"
    view.headers |= {"media": "application/yaml; charset=utf-8", "Content-Disposition": f'attachment; filename="{name}"'}
    return made.text(command(view, given)).encode()


def _form(asks: Mapping[str, str]) -> dict[str, Any]:
    """What the form shows: what stands in its fields, goals and powers by name."""
    from stargauge.plan.build_order.funding.funds import MEANS
    from stargauge.report.plan.plan_money import means_kind
    from stargauge.report.plan.plan_words import goal_text, power_text

    asked = {name: asks.get(name, "").strip() for name in _ASKS}
    ticked = {name for name, field in TICKS.items() if is_set(asked[field])}
    return {"plan_asked": asked, "plan_goals": ("cost", "capacity", "emissions", "wait"), "plan_ticks": TICKS, "plan_ticked": ticked,
            "goal_text": goal_text, "power_text": power_text, "plan_means": MEANS, "means_text": lambda name: means_kind({"means": name}),
            "plan_more": any(asked[name] for name in _MORE)}  # fmt: skip


def _answer_link(view: View, asks: Mapping[str, str]) -> str:
    return view.linked(view.link("plan/answer"), asks)
