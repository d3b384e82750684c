"""What the accuracy of forecasts is told in: kinds of projects, and why something was not scored, in the language that is spoken."""

from __future__ import annotations

import re

from stargauge.report.locale import language, say
from stargauge.report.wording import day_text, status_text

_NO_ODDS = re.compile(r"no odds on (?P<day>\d{4}-\d{2}-\d{2}): (?P<why>.+)")


def kind_text(kind: str) -> str:
    """A kind of planned project, as its group is called in the records."""
    if language() == "en":
        return kind
    told = {
        "data_centre": say("data centre"), "ai_campus": say("AI campus"), "nuclear": say("nuclear power"),
        "power_and_grid": say("power and grid"), "fab": say("chip factory"), "other": say("other", "a project"),
    }  # fmt: skip
    return told.get(kind, kind.replace("_", " "))


def reason_text(reason: str) -> str:
    """Why something was looked at and not scored."""
    if found := _NO_ODDS.fullmatch(reason):
        nothing = say("nothing known to run") if found["why"] == "nothing known to run" else status_text(found["why"])
        day = found["day"] if language() == "en" else day_text(found["day"])
        return say("no odds on {day}: {why}", day=day, why=nothing)
    told = {
        "the phase was not known yet": say("the phase was not known yet"),
        "it was called reached already": say("it was called reached already"), "no deadline": say("no deadline"),
        "about the day it was said: no forecast": say("about the day it was said: no forecast"),
        "the site was not known then": say("the site was not known then"),
        "the party was not known then": say("the party was not known then"),
        "before the model's clock": say("before the model's clock"), "no plan of it was known then": say("no plan of it was known then"),
        "not knowable then": say("not knowable then"), "no start of work": say("no start of work"),
        "power decided, not the building": say("power decided, not the building"),
        "no plan or no day of its publication": say("no plan or no day of its publication"),
        "last looked at before the plan was published": say("last looked at before the plan was published"),
    }  # fmt: skip
    return told.get(reason) or (reason if language() == "en" else status_text(reason))
