"""Answers of watching as plain data: a round, and everything kept about a target."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stargauge.evidence.archive import Entry
from stargauge.evidence.capture.items import written
from stargauge.evidence.observe.records import History, state_about, tally_dict
from stargauge.evidence.observe.standing import Standing, State
from stargauge.evidence.observe.states import changes
from stargauge.evidence.observe.watch import RoundResult
from stargauge.evidence.observe.wording import label, tell, words_of

ROUND_SCHEMA = "stargauge-watch/1"
HISTORY_SCHEMA = "stargauge-history/1"


def round_data(result: RoundResult) -> dict[str, Any]:
    """A round: each target with its state now and before, and what was left out."""
    return {
        "schema": ROUND_SCHEMA,
        "round": result.id,
        "targets": [
            {
                "target": one.target.url,
                "before": one.before,
                "changed": one.changed,
                "label_before": _label(one.before),
                **_standing(one.history),
            }
            for one in result.checked
        ],
        "left_out": [{"target": url, "reason": why} for url, why in result.left_out],
    }  # fmt: skip


def history_data(made: History) -> dict[str, Any]:
    """Everything kept about a target: what may be said, how it came to that, and each entry."""
    return {
        "schema": HISTORY_SCHEMA,
        "target": made.target,
        **_standing(made),
        "changes": [_change(one) for one in changes(made.observations, made.thing)],
        "entries": [_entry(one) for one in made.entries],
        "faults": list(made.faults),
    }


def _standing(made: History) -> dict[str, Any]:
    now = made.standing
    return {
        "thing": made.thing, "state": now.state, "label": _label(now.state), "line": {"en": made.line("en"), "de": made.line("de")},
        "text": {"en": tell(now, made.thing, "en"), "de": tell(now, made.thing, "de")}, "standing": state_about(now, made.thing),
    }  # fmt: skip


def _label(state: State) -> dict[str, str]:
    return {"en": label(state), "de": label(state, "de")}


def _change(one: Standing) -> dict[str, Any]:
    return {
        "state": one.state, "before": one.before, "since": written(one.since) if one.since else "", "first_alarm": one.first_alarm,
        "all": tally_dict(one.all), "rests_on": list(one.entries),
    }  # fmt: skip


def _entry(one: Entry) -> dict[str, Any]:
    what = {language: "; ".join(_what(one, words_of(language))) for language in ("en", "de")}
    return {"id": one.id, "kind": one.kind, "time": written(one.time), "what": what, "about": dict(one.about)}


def _what(one: Entry, words: Any) -> Iterator[str]:
    """What an entry says, in a few words."""
    about = one.about
    way = words.way(str(about.get("method", "")), str(about.get("vantage", "local")))
    if one.kind == "observation" and "thread" in about:
        yield from _of_thread(about["thread"], words)
    elif about.get("method") == "statement":
        yield words.stated(str(about.get("stated_by", "others")), str(about.get("says", "")))
    elif one.kind == "observation":
        seen = words.IN_CONVERSATION if about.get("role") == "capture" else ""
        yield f"{seen}{words.word(str(about.get('outcome', 'unreadable')))} ({way})"
        for beside in about.get("beside", ()):
            yield f"{words.word(str(beside['role']))}: {words.word(str(beside['outcome']))}"
    elif one.kind == "capture":
        yield f"{words.word(str(about.get('outcome', about.get('status', 'captured'))))} ({way})"
    elif one.kind == "state":
        yield words.state_of(str(about.get("state", "")), bool(about.get("first_alarm")))
    elif one.kind == "erasure":
        yield words.erasure_of(str(about.get("entry", "")), str(about.get("ground", "")))
    elif one.kind == "heartbeat":
        yield f"{words.word(str(about.get('event', '')))}: {about.get('missed', 1)}, {about.get('reason', '')}"


def _of_thread(made: dict[str, Any], words: Any) -> Iterator[str]:
    for name in ("added", "edited", "reordered"):
        if made.get(name):
            yield words.changed(name, len(made[name]))
    for known in sorted(set(made.get("gone_from_view", {}).values())):
        yield words.gone_from_view(sum(one == known for one in made["gone_from_view"].values()), known)
