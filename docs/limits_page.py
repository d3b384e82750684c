"""The page of limits, made from the constants of the code: how much of everything may be handed in or asked for."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple

from generated import code, table

from stargauge.evidence.capture.fetch import Limits
from stargauge.web.settings import Settings

HEAD = """# Limits

How much may be handed in or asked for. What is larger is refused with what was expected; where a row says "looked at" or "kept", the rest
is left out. The right column is the name in the code, from which this page is made. On a server others wait too, so some limits are lower
there than those of the commands.
"""


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Limit(NamedTuple):
    """One limit: what it is of, where it stands in the code, and the unit it counts in."""

    what: str
    module: str
    name: str
    unit: str = ""


PROGRAMME = (
    Limit("a programme file", "programme.positions", "MAX_BYTES", "B"),
    Limit("values and keys in it", "programme.positions", "MAX_NODES"),
    Limit("levels in it", "programme.positions", "MAX_DEPTH"),
    Limit("faults that are told at once", "programme.positions", "MAX_FAULTS"),
    Limit("years between its first and its last month", "programme.date_checks", "MAX_YEARS"),
    Limit("characters of a reading", "audit.claims.language", "LONGEST"),
    Limit("levels of brackets in a reading", "audit.claims.language", "DEEPEST"),
    Limit("the size of a number", "quantity.units", "MOST"),
    Limit("a CSV file of your own (catalogue, records, weather, unpacked)", "catalogue.tables", "MOST_BYTES", "B"),
    Limit("a tariff", "catalogue.tariff", "_LARGEST", "B"),
    Limit("a file of cases for `validate reading`", "reading.validate", "_LARGEST", "B"),
    Limit("the sigma of a lognormal", "quantity.distribution", "_MOST_SIGMA"),
    Limit("P90 over P10 of a range above zero", "quantity.distribution", "_MOST_RATIO"),
    Limit("a file of published data for `import`", "programme.statement_table", "MOST_BYTES", "B"),
    Limit("rows of it", "programme.statement_table", "MOST_ROWS"),
    Limit("faults of it that are told at once", "programme.statement_table", "MOST_FAULTS"),
)
RUNS = (
    Limit("draws", "engine.run", "MOST_DRAWS"),
    Limit("worker processes of a run", "api.runs", "MOST_WORKERS"),
    Limit("draws of `plan`", "api.plan", "MOST_DRAWS"),
    Limit("worlds in which `plan` builds", "api.plan", "MOST_WORLDS"),
    Limit("draws of `needs`", "api.needs", "MOST_DRAWS"),
    Limit("draws of `hours`", "api.hours", "MOST_DRAWS"),
    Limit("draws of `power`", "api.supply", "MOST_DRAWS"),
    Limit("years of weather of `power`", "api.supply", "MOST_YEARS"),
    Limit("draws of `system`", "api.system", "MOST_DRAWS"),
    Limit("draws of `goodput`", "api.goodput", "MOST_DRAWS"),
    Limit("histories of `goodput`", "api.goodput", "MOST_HISTORIES"),
    Limit("days of `goodput`", "api.goodput", "MOST_DAYS"),
    Limit("runs of `sweep`", "api.sweep", "MOST_CELLS"),
    Limit("runs of a sweep asked of the API", "web.sweep", "MOST_CELLS"),
)
EVIDENCE = (
    Limit("a file handed in", "evidence.capture.supplied", "LARGEST", "B"),
    Limit("what its packed parts hold together", "evidence.capture.supplied", "UNPACKED", "B"),
    Limit("its packed parts", "evidence.capture.supplied", "PARTS"),
    Limit("a feed", "evidence.capture.feeds", "LARGEST", "B"),
    Limit("levels of a feed", "evidence.capture.feeds", "DEEPEST"),
    Limit("elements of a feed", "evidence.capture.feeds", "MOST_NODES"),
    Limit("entries kept of a feed", "evidence.capture.feeds", "MOST_ITEMS"),
    Limit("a page whose text is taken", "evidence.capture.text", "LONGEST", "B"),
    Limit("posts of an archive of X", "evidence.capture.x_archive", "MOST"),
    Limit("posts kept of a conversation on Mastodon", "evidence.capture.mastodon", "MOST"),
    Limit("posts kept of a conversation on Bluesky", "evidence.capture.bluesky", "MOST"),
    Limit("blocks of a repository on Bluesky", "evidence.capture.atproto.car", "MOST_BLOCKS"),
    Limit("one such block", "evidence.capture.atproto.car", "LARGEST_BLOCK", "B"),
    Limit("operations in the history of an identity", "evidence.capture.atproto.plc", "MOST"),
    Limit("a message of the browser", "evidence.capture.devtools", "LONGEST", "B"),
    Limit("connections of a page in a browser", "evidence.capture.proxy", "MOST"),
    Limit("addresses of a host that are tried", "evidence.capture.connection", "MOST_ADDRESSES"),
    Limit("characters kept of a header in what an entry says", "evidence.capture.capture", "LONGEST"),
    Limit("characters of a page looked at for links", "evidence.capture.links", "LONGEST"),
    Limit("payloads of an entry", "evidence.items", "MOST_PAYLOADS"),
    Limit("a manifest in the log", "evidence.log.leaf", "MOST_BYTES", "B"),
    Limit("an entry of the log", "evidence.log.tiles", "MOST_BYTES", "B"),
    Limit("lines of signatures of a checkpoint", "evidence.log.note", "MOST_SIGNATURES"),
    Limit("files of a bundle", "evidence.bundle", "MOST_FILES"),
    Limit("words and proofs of a bundle, together", "evidence.bundle", "MOST_WORDS", "B"),
    Limit("each content of a bundle", "evidence.bundle", "MOST_CONTENT", "B"),
    Limit("a time stamp", "evidence.timestamp", "MOST_BYTES", "B"),
    Limit("items of a followed thread asked for in one round", "evidence.observe.following", "MOST_ASKED"),
    Limit("alerts that wait for a webhook", "evidence.observe.alerts", "MOST_WAITING"),
)
READING = (
    Limit("an article for `draft`", "cli.draft_text", "LARGEST", "B"),
    Limit("characters of a quotation", "reading.passages", "LONGEST_QUOTE"),
    Limit("characters of a sentence that is looked at", "reading.frames", "LONGEST"),
    Limit("characters of a number", "reading.numerals", "LONGEST"),
)
SERVER = (
    Limit("an address with what it asks", "web.guard", "MOST_ADDRESS", "B"),
    Limit("characters of an input that is set", "web.asked", "LONGEST_SET"),
    Limit("characters of any other parameter", "web.asked", "LONGEST"),
    Limit("inputs set, claims given, in one address", "web.asked", "MOST_LAID"),
    Limit("draws", "web.asked", "MOST_DRAWS"),
    Limit("draws of a part whose every draw takes long (it says with how many)", "web.view", "MOST_LONG"),
    Limit("draws of answers kept in a process", "web.view", "MOST_DRAWS_KEPT"),
    Limit("worlds in which `plan` builds", "web.api_plan", "MOST_WORLDS"),
    Limit("memory of a process that computes (half of the machine's, at most)", "web.work", "MOST_MEMORY", "B"),
    Limit("files of a folder", "web.library", "MOST_FILES"),
    Limit("a file of a folder", "web.library", "MOST_BYTES", "B"),
    Limit("characters of a file that is edited", "web.files", "MOST_TEXT"),
    Limit("characters of an article", "web.pages.reading", "MOST_ARTICLE"),
    Limit("drafts of an article in one form", "web.pages.reading", "MOST_DRAFTS"),
    Limit("targets of an evidence folder on a page", "web.pages.evidence", "MOST_TARGETS"),
    Limit("characters of a captured text on a page", "web.pages.evidence", "MOST_TEXT"),
    Limit("lines of a comparison of two texts", "web.pages.evidence", "MOST_LINES"),
    Limit("an uploaded bundle, unpacked", "web.pages.evidence", "MOST_UNPACKED", "B"),
    Limit("accelerators of `train`, `infer`", "web.chips", "MOST_ACCELERATORS"),
    Limit("sequences of a step", "web.chips", "MOST_BATCH"),
    Limit("tokens of a sequence", "web.chips", "MOST_SEQUENCE"),
    Limit("tokens of a run", "web.chips", "MOST_TOKENS"),
    Limit("users who ask at once", "web.chips", "MOST_USERS"),
    Limit("choices of layouts in one search", "web.chips", "MOST_CHOICES"),
    Limit("requests of a rank", "web.chips", "MOST_REQUESTS"),
    Limit("days of `goodput`", "web.chips", "MOST_DAYS"),
    Limit("histories of `goodput`", "web.chips", "MOST_HISTORIES"),
    Limit("draws of `goodput`", "web.chips", "MOST_GOODPUT_DRAWS"),
    Limit("events in all histories", "web.chips", "MOST_EVENTS"),
    Limit("answers that wait", "web.desk", "MOST_WAITING"),
    Limit("of them those of one reader", "web.desk", "MOST_OF_ONE"),
    Limit("numbers under which progress is told", "web.progress", "MOST_NUMBERS"),
    Limit("listeners to progress", "web.progress", "MOST_LISTENERS"),
    Limit("open connections", "web.serve", "MOST_AT_ONCE"),
    Limit("worker processes of `serve`", "cli.serve", "MOST_WORKERS"),
)
GROUPS = {"Programmes and tables": PROGRAMME, "Runs": RUNS, "Evidence": EVIDENCE, "Reading": READING, "The server": SERVER}


def shown(value: float, unit: str = "") -> str:
    """A number as people read it: bytes in powers of 1,024 where they are some."""
    if unit == "B":
        for factor, name in ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")):
            if value >= factor and value % factor == 0:
                return f"{value // factor:,.0f} {name}"
        return f"{value:,.0f} bytes"
    if value < 1e12:
        return f"{value:,.0f}"
    first, raised = f"{value:.0e}".split("e+")
    return f"{first} × 10".removeprefix("1 × ") + str(int(raised)).translate(_RAISED)


def value_of(limit: Limit) -> float:
    """The value that a limit has in the code."""
    return float(getattr(import_module(f"stargauge.{limit.module}"), limit.name))


def _rows(limits: Sequence[Limit]) -> list[list[str]]:
    return [[one.what, shown(value_of(one), one.unit), code(f"{one.module}.{one.name}")] for one in limits]


def _more() -> dict[str, list[list[str]]]:
    """Limits that stand as defaults of a class."""
    fetch, server = Limits(), Settings()
    return {
        "Evidence": [
            ["an answer of a page, as sent", shown(fetch.bytes, "B"), code("evidence.capture.fetch.Limits.bytes")],
            ["the same, unpacked", shown(fetch.unpacked, "B"), code("evidence.capture.fetch.Limits.unpacked")],
            ["time of a fetch", f"{fetch.seconds:g} s", code("evidence.capture.fetch.Limits.seconds")],
            ["redirects", shown(fetch.redirects), code("evidence.capture.fetch.Limits.redirects")],
        ],
        "The server": [
            ["a body that is sent", shown(server.upload_bytes, "B"), code("web.settings.Settings.upload_bytes")],
            ["time of one answer", f"{server.job_seconds:g} s", code("web.settings.Settings.job_seconds")],
            ["what is kept", shown(server.kept_bytes, "B"), code("web.settings.Settings.kept_bytes")],
            ["pages of one reader at once", shown(server.at_once), code("web.settings.Settings.at_once")],
            ["then a second", shown(server.per_second), code("web.settings.Settings.per_second")],
        ],
    }


def page() -> str:
    """The whole page."""
    more, parts = _more(), [HEAD]
    for title, limits in GROUPS.items():
        parts += [f"## {title}\n", table(("of", "at most", "in the code"), [*_rows(limits), *more.get(title, [])])]
    return "\n".join(parts)
