"""Capture of a file that a person hands in: the method `supplied`."""

from __future__ import annotations

import hashlib
from typing import Any

from stargauge.evidence.capture.capture import LONGEST, Options, Taken, about_thread, as_bytes
from stargauge.evidence.capture.fetch import TOOL
from stargauge.evidence.capture.items import written
from stargauge.evidence.capture.supplied import Supplied, read_file, read_supplied
from stargauge.evidence.capture.warc import resource_warc
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say


def take(target: str, options: Options) -> Taken:
    """Keep a file as it came, with what it states beside our own clock. `target`: the URL it shows; empty: as the file itself states."""
    if options.file is None:
        raise InputError(say("expected a file that shows the target"))
    data = read_file(options.file)
    made = read_supplied(data, options.file.name, target)
    shown = target or made.url
    if not shown:
        raise InputError(Fault(say("the file does not say what it shows; name the URL with --shows"), file=str(options.file)))
    ours = options.now()
    about = _about(made, shown, data, options, written(ours))
    payloads = {"file": data, "metadata": as_bytes({**about, "facts": dict(made.facts)})}
    payloads["warc"] = data if made.kind == "warc" else resource_warc(shown, ours, data, made.media, about, TOOL)
    if made.text and not made.text.fault:
        payloads["text"] = made.text.text.encode()
    if made.thread:
        payloads["thread"] = as_bytes(made.thread.to_dict())
    return Taken(shown, about, payloads, None, made.thread, made.text.text if made.text else "", made.notes)


def _about(made: Supplied, shown: str, data: bytes, options: Options, ours: str) -> dict[str, Any]:
    assert options.file is not None
    about: dict[str, Any] = {
        "method": "supplied", "user_supplied": True, "source_terms": made.terms, "format": made.kind, "requested": shown,
        "final_url": made.url, "added": ours, "tool": TOOL, "vantage": options.vantage, "logged_in": options.logged_in,
        "file_name": options.file.name[:LONGEST], "file_sha256": hashlib.sha256(data).hexdigest(), "file_size": len(data),
        "documents": made.documents, "notes": list(made.notes),
    }  # fmt: skip
    if made.stated:
        about["stated_time"] = written(made.stated)
    if made.status is not None:
        about["status"] = made.status
    if made.title:
        about["title"] = made.title[:LONGEST]
    if made.text and not made.text.fault:
        about["text_sha256"], about["text_version"] = made.text.sha256, made.text.version
    return about | (about_thread(made.thread) if made.thread else {})
