"""The receipt for a bundle of evidence: one page that says what the file shows and what not, in plain English and German."""

from __future__ import annotations

import shlex
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from stargauge import __version__
from stargauge.audit.wording.languages import LANGUAGES, words_of
from stargauge.evidence.archive import Entry, Kind
from stargauge.evidence.bundle import Content
from stargauge.evidence.observe.records import history, is_supplied
from stargauge.evidence.proving import Proved, Shown
from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.spoken import in_language
from stargauge.report.evidence.evidence import harmless
from stargauge.report.locale import say


@dataclass(frozen=True)
class Receipt:
    """The page in parts: what is in the file, what it shows, what not, and the commands that check it."""

    language: str
    title: str
    lead: str
    facts: tuple[tuple[str, tuple[str, ...]], ...]
    proves: tuple[str, ...]
    leaves_open: tuple[str, ...]
    checks: tuple[tuple[str, str], ...]
    words: Mapping[str, str]


@cache
def _english() -> dict[str, str]:
    return tomllib.loads(files("stargauge.report.evidence").joinpath("receipt.toml").read_text(encoding="utf-8"))


@cache
def words_of_receipt(language: str) -> dict[str, str]:
    """The words of the receipt in a language, by their keys."""
    return in_language(_english(), language)


def receipt(shown: Shown, file: str, language: str = "en") -> Receipt:
    """The receipt for what a bundle shows. `file`: the name of the bundle, for the commands. Raises InputError for another language."""
    if language not in LANGUAGES:
        raise InputError(
            say(
                'there is no receipt in "{language}"{near} (one of {languages})',
                language=language,
                near=did_you_mean(language, LANGUAGES),
                languages=", ".join(LANGUAGES),
            )
        )
    words, first = words_of_receipt(language), shown.entries[0]
    return Receipt(
        language, words["title"].format(id=first.id), " ".join(_lead(shown, first, language)), tuple(_facts(shown, first, language)),
        tuple(_proves(shown, first, language)), tuple(_leaves_open(shown, first, words)), tuple(_checks(shown, first, file, words)), words,
    )  # fmt: skip


def _lead(shown: Shown, first: Proved, language: str) -> Iterator[str]:
    words = words_of_receipt(language)
    yield words["lead" if first.target else "lead_no_target"].format(kind=_kind(first, words), target=harmless(first.target or ""))
    if first.trusted:
        yield words["lead_then"].format(time=moment(first.trusted[0].time, language))
    else:
        yield words["lead_no_time"]
    if shown.later:
        yield words["later"].format(count=_number(len(shown.later), language))


def _kind(one: Proved, words: Mapping[str, str]) -> str:
    supplied = one.leaf.kind == "capture" and one.about is not None and is_supplied(one.about)
    return words["kind_supplied" if supplied else f"kind_{one.leaf.kind}"]


def moment(time: datetime, language: str) -> str:
    """`22 January 2025, 17:40 UTC`, `22. Januar 2025, 17:40 UTC`."""
    words = words_of(language)
    return f"{words.texts['day'].format(day=time.day, month=words.months[time.month - 1], year=time.year)}, {time:%H:%M} UTC"


def _number(value: int, language: str) -> str:
    return words_of(language).count(value)


def _facts(shown: Shown, first: Proved, language: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    words, about = words_of_receipt(language), first.about or {}
    if first.target:
        yield words["about"], (harmless(first.target),)
    if about.get("final_url") not in (None, "", first.target):
        yield words["final_url"], (harmless(str(about["final_url"])),)
    clock = [words["clock_back"].format(time=moment(first.leaf.clock, language))] if first.leaf.clock else []
    yield words["recorded"], (words["recorded_value"].format(time=moment(first.leaf.time, language)), *clock)
    for key, label in (("server_date", "server"), ("method", "how"), ("status", "status")):
        if about.get(key) not in (None, ""):
            yield words[label], (words.get(f"method_{about[key]}", harmless(str(about[key]))),)
    if shown.later and first.target:
        yield words["since"], (_since(shown, first, language),)
    yield words["stamped"], tuple(_stamps(first, language)) or (words["not_stamped"],)
    place = words["place_value"].format(
        index=_number(first.leaf.index, language), size=_number(shown.checkpoint.size, language), origin=harmless(shown.checkpoint.origin)
    )
    yield words["place"], (place,)
    yield words["root"], (shown.checkpoint.root.hex(),)
    own = [words["own_key"]] if shown.own_key else []
    yield words["signed"], (*(key.text for key in shown.signers), *own)
    yield words["contents"], tuple(_content(name, made, language) for name, made in first.contents.items())
    if others := shown.entries[1:]:
        yield words["also"], tuple(f"{one.id}: {_kind(one, words)}, {harmless(one.target or '–')}" for one in others)


def _since(shown: Shown, first: Proved, language: str) -> str:
    """What was found later, in the one line that a report has for it."""
    told = history(_Archive((first, *shown.later)), first.target or "")
    return told.line("de" if language == "de" else "en", _entry(first))


@dataclass(frozen=True)
class _Archive:
    """Entries that were proved, as an archive that can be read."""

    proved: tuple[Proved, ...]

    def add(self, kind: Kind, target: str, about: Mapping[str, Any], payloads: Mapping[str, bytes] | None = None) -> Entry:
        """Nothing can be added to what was proved."""
        raise InputError(say("a bundle is read, not added to"))

    def entries(self, kind: Kind | None = None, target: str | None = None) -> Iterator[Entry]:
        """Entries in order."""
        found = (_entry(one) for one in sorted(self.proved, key=lambda one: one.leaf.index))
        return (one for one in found if kind in (None, one.kind) and target in (None, one.target))

    def payload(self, entry: Entry, name: str) -> bytes:
        """Contents of later checks are not in a bundle."""
        raise InputError(say("the content {name} of {id} is not in this bundle", name=name, id=entry.id))


def _entry(one: Proved) -> Entry:
    payloads = {name: content.sha256 for name, content in one.contents.items()}
    return Entry(one.leaf.index, one.leaf.kind, one.target or "", one.leaf.time, one.about or {}, payloads)


def _stamps(first: Proved, language: str) -> Iterator[str]:
    words = words_of_receipt(language)
    for one in first.stamps:
        told = words["stamped_value" if one.trusted else "stamped_claim"]
        text = told.format(authority=harmless(one.authority), time=moment(one.time, language), serial=one.serial)
        yield f"{text} ({words['stamped_trusted' if one.trusted else 'stamped_doubt']})"


def _content(name: str, content: Content, language: str) -> str:
    words, size = words_of_receipt(language), _number(content.size, language)
    if not content.salt:
        return words["content_erased"].format(name=name, size=size)
    told = words["content"].format(name=name, size=size, sha256=content.sha256)
    return told if content.held is not None else f"{told} ({words['content_missing']})"


def _proves(shown: Shown, first: Proved, language: str) -> Iterator[str]:
    words = words_of_receipt(language)
    yield words["proves_same"]
    for one in first.stamps[:1]:
        said = words["proves_then" if one.trusted else "proves_then_untrusted"]
        yield said.format(time=moment(one.time, language), authority=harmless(one.authority))
    yield words["proves_kept"]
    yield words["proves_by"].format(key=", ".join(f"{key.name}+{key.id.hex()}" for key in shown.signers))


def _leaves_open(shown: Shown, first: Proved, words: Mapping[str, str]) -> Iterator[str]:
    yield words["not_true"]
    if first.leaf.kind == "capture":
        yield words["not_known" if first.about is None else "not_seen" if is_supplied(first.about) else "not_served"]
    yield words["not_before" if first.trusted else "not_when"]
    if shown.later:
        yield words["not_gone"]
    yield words["not_all"]


def _checks(shown: Shown, first: Proved, file: str, words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    key = "KEY" if shown.own_key or not shown.signers else shlex.quote(shown.signers[0].text)
    name = shlex.quote(file)
    yield words["verify_offline"], f"stargauge evidence verify {name} --key {key}"
    if first.stamps:
        stamped = "openssl ts -verify -data anchors/1/checkpoint -in anchors/1/stamp-1.tsr -CAfile ROOT.pem"
        yield words["verify_openssl"], f"unzip {name} -d bundle && cd bundle && {stamped}"


def render_text(made: Receipt) -> str:
    """The receipt as plain text."""
    lines = [made.title, "", made.lead, "", made.words["facts"]]
    lines += [f"  {label}: {text}" for label, texts in made.facts for text in texts]
    for title, points in ((made.words["proves"], made.proves), (made.words["not"], made.leaves_open)):
        lines += ["", title, *(f"  - {point}" for point in points)]
    lines += ["", made.words["verify"]]
    for label, command in made.checks:
        lines += [f"  {label}", f"    {command}"]
    return "\n".join([*lines, "", made.words["made"].format(version=__version__), ""])


def render_html(made: Receipt) -> str:
    """The receipt as one self-contained page that prints on one sheet of A4. Everything in it is escaped."""
    from jinja2 import Environment, PackageLoader

    pages = Environment(loader=PackageLoader("stargauge.report"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return pages.get_template("receipt.html.j2").render(r=made, w=made.words, version=__version__)
