"""The claims as an article in Markdown (CommonMark): what was said, the verdict, what moves it, what is on record, how to check it.

What comes from the file or from a source is text: nothing in it can become markup, a link or HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stargauge.audit.export.wording import Data, Wording, claims_of, link, odds_of, plain, rows_of, source_of
from stargauge.audit.wording.input_names import inside
from stargauge.audit.wording.words import percent, sentence_case

_MARKUP = re.compile(r"[\\`*_{}\[\]#|~$]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
#: Below and above a number: these signs begin no markup there, and read as they are in the raw text too.
_COMPARED = re.compile(r"&lt;(?= \d)|(?<=\()&gt;(?= \d)|(?<=[^\W\d_] )&gt;(?= \d)")
_AS_THEY_ARE = {"&lt;": "<", "&gt;": ">"}
#: What readers of Markdown make links of by themselves.
_BY_ITSELF = re.compile(r"(?i)\b(https?|ftp|mailto|xmpp):|\bwww\.|@")


def article(answer: Data, claim: str | None = None) -> str:
    """The claims of an answer, or one of them, as Markdown."""
    wording = Wording(answer)
    blocks = [*_head(answer, wording)]
    for one in claims_of(answer, claim):
        blocks += _claim(one, answer, wording)
    return "\n\n".join([*blocks, *_foot(answer, wording)]) + "\n"


def escaped(text: object) -> str:
    """A text as Markdown shows it, sign for sign."""
    shown = "".join(_ENTITIES.get(sign, sign) for sign in _MARKUP.sub(lambda sign: "\\" + sign[0], plain(text)))
    shown = _COMPARED.sub(lambda sign: _AS_THEY_ARE[sign[0]], shown)
    return _BY_ITSELF.sub(lambda start: start[0][:-1] + f"&#{ord(start[0][-1])};", shown)


def _head(answer: Data, wording: Wording) -> Iterator[str]:
    yield f"# {wording.say('title', programme=escaped(answer['programme']['name']))}"
    yield f"**{escaped(answer['headline'])}**"
    day, evidence = wording.day(answer["as_of"]), answer["newest_evidence"]
    yield wording.say("standing", day=day, evidence=wording.day(evidence)) if evidence else wording.say("standing_blind", day=day)
    if answer["supposed"]:
        yield f"**{wording.say('supposed', parts=escaped(', '.join(answer['supposed'])))}**"


def _claim(claim: Data, answer: Data, wording: Wording) -> Iterator[str]:
    yield f"## {_own(claim['says'], wording)}"
    yield _who(claim, answer, wording)
    yield from _verdict(claim, wording)
    if any(odds_of(reading)[0] is not None for reading in claim["readings"]):
        yield f"*{escaped(wording.messages.texts['below_odds'])}*"
    yield from _moved(claim, answer, wording)
    if held := answer["captures"].get(claim["capture"]):
        yield _labelled("capture", _ending(_captured(held, wording)), wording)
    yield from _record(claim, wording)
    for told in claim.get("jobs") or ():
        yield _labelled("jobs", escaped(told["sentence"]), wording)
    if claim["ours"]:
        yield _labelled("ours", "; ".join(_own(part, wording) for part in claim["ours"]) + ".", wording)


def _own(text: str, wording: Wording) -> str:
    """A text of the programme file; one in another language than the article says so, and stands as a quotation."""
    language = wording.language_of(text)
    return escaped(text) if language == wording.language else f'«<span lang="{language}">{escaped(text)}</span>»'


def _labelled(key: str, text: str, wording: Wording) -> str:
    return f"**{wording.words[key]}**{wording.words['colon']}{text}"


def _who(claim: Data, answer: Data, wording: Wording) -> str:
    said = wording.say("said_by", speaker=escaped(claim["speaker"]), when=escaped(wording.when(claim["said"])))
    source = source_of(claim, answer)
    if not source:
        return _labelled("said_on", said, wording)
    where = wording.say("source", publisher=_linked(source["publisher"], source["url"]))
    return _labelled("said_on", f"{said} ({where}{_grade(source['grade'], wording)})", wording)


def _linked(text: str, url: str) -> str:
    return f"[{escaped(text)}](<{address}>)" if (address := link(url)) else escaped(text)


def _grade(grade: str | None, wording: Wording) -> str:
    return f", {wording.say('grade', grade=escaped(grade))}" if grade else ""


def _verdict(claim: Data, wording: Wording) -> Iterator[str]:
    """One reading: its answer, and what would have to be so. Several: each with both."""
    readings = claim["readings"]
    if len(readings) == 1:
        yield _labelled("verdict", f"**{_answer(readings[0], wording)}**{_then(readings[0], wording)}", wording)
        if not _nothing_asked(readings[0]):
            yield _labelled("read_as", _ending(escaped(readings[0]["sentence"])), wording)
        return
    yield _labelled("verdict", f"**{escaped(wording.status(claim['status']))}.** {wording.words['readings']}:", wording)
    yield "\n".join(_reading(reading, wording) for reading in readings)


def _nothing_asked(reading: Data) -> bool:
    """Whether a reading says that it asks nothing: then its answer has said so already."""
    return str(reading["expression"]).startswith("not testable")


def _reading(reading: Data, wording: Wording) -> str:
    name = f"*{_own(reading['title'], wording)}*"
    asked = "" if _nothing_asked(reading) else f", {wording.words['that_is']} {escaped(reading['sentence'])}"
    return f"- {name}{asked}{wording.words['colon']}**{_answer(reading, wording)}**{_then(reading, wording)}"


def _answer(reading: Data, wording: Wording) -> str:
    """The answer; a reason of the file in it that has another language is marked as such."""
    text = str(reading["answer"])
    reasons = [own for own in wording.untranslated if reading["status"] == "not testable" and text.endswith(own)]
    if not reasons:
        return _ending(escaped(text))
    reason = max(reasons, key=len)
    return f"{escaped(text.removesuffix(reason))} {_own(reason, wording)}.".lstrip()


def _then(reading: Data, wording: Wording) -> str:
    """The answer as it could be given on the day of the dispute, where it was another one."""
    then = reading["then"]
    if not then:
        return ""
    known_on = wording.messages.say("known_on", day=wording.day(then["as_of"]))
    before = then["text"].removesuffix(known_on)
    if before == reading["answer"].removesuffix(wording.messages.say("known_on", day=wording.day(wording.as_of))):
        return ""
    return " " + _ending(escaped(wording.say("then", day=wording.day(then["as_of"]), answer=_after_colon(before, wording))))


def _after_colon(answer: str, wording: Wording) -> str:
    """An answer after the day of it: one that begins with a day goes on in lower case."""
    begins = answer.startswith(("Am ", "Bis ", "Vom ")) if wording.language == "de" else answer.startswith(("Met ", "Not met ", "Partly "))
    return answer[:1].lower() + answer[1:] if begins else answer


def _ending(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _captured(held: Data, wording: Wording) -> str:
    """The capture that holds what was said, and how often it was found since."""
    if not held["captured"]:
        return wording.say("captured_unseen", id=escaped(held["id"]))
    told = {"id": escaped(held["id"]), "day": wording.day(held["captured"][:10])}
    return (
        wording.say("captured", found=held["found"], checks=held["checks"], **told)
        if held["checks"]
        else wording.say("captured_once", **told)
    )


def _moved(claim: Data, answer: Data, wording: Wording) -> Iterator[str]:
    """What moves the odds most: of a claim with several readings, of each that has odds, by its name."""
    found = [(reading, told) for reading in claim["readings"] if (told := _drivers(reading, answer, wording))]
    if found and len(claim["readings"]) == 1:
        yield _labelled("moved", f"{found[0][1]}.", wording)
    elif found:
        yield f"**{wording.words['moved']}**{wording.words['colon'].rstrip()}"
        yield "\n".join(f"- *{_own(reading['title'], wording)}*{wording.words['colon']}{told}." for reading, told in found)


def _drivers(reading: Data, answer: Data, wording: Wording) -> str:
    out = list[str]()
    for driver in reading["drivers"][:3]:
        name = answer["input_names"].get(driver["input"], driver["input"])
        told = escaped(inside(name, wording.language))
        out.append(wording.say("driver", input=told, share=percent(driver["share"], wording.messages)))
    return "; ".join(out)


def _record(claim: Data, wording: Wording) -> Iterator[str]:
    rows = rows_of(claim)
    if rows:
        yield f"**{wording.words['record']}**{wording.words['colon'].rstrip()}"
        yield "\n".join(_row(row, wording) for row in rows)
    elif any(reading["status"] not in ("open", "not testable") and not reading["settled_by"] for reading in claim["readings"]):
        yield _labelled("record", f"{wording.words['nothing']}.", wording)


def _row(row: Data, wording: Wording) -> str:
    told = wording.say("record_row", about=escaped(sentence_case(row["about"])), value=escaped(row["text"]))
    where = ", ".join(part for part in (_linked(row["publisher"], row["url"]), escaped(wording.when(row["as_of"]))) if part)
    return f"- {told} ({where}{_grade(row['grade'], wording)})"


def _foot(answer: Data, wording: Wording) -> Iterator[str]:
    yield f"## {wording.words['cite_title']}"
    yield wording.say(
        "cite", version=answer["version"], programme=escaped(answer["programme"]["name"]), day=wording.day(answer["as_of"]),
        draws=wording.number(answer["draws"]), seed=answer["seed"], inputs=answer["inputs_sha256"],
    )  # fmt: skip
    commands = "\n".join(f"    {plain(command)}" for command in answer["reproduce"])
    yield f"{wording.words['again']}\n\n{commands}"
    yield wording.words["grades"]
    if answer["attribution"]:
        yield wording.say("attribution", parts=escaped("; ".join(answer["attribution"])))
