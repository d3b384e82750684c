"""What the system and the readers of file formats say of a fault, in the language that is spoken; what it has no text of is quoted."""

from __future__ import annotations

import re

from stargauge.quantity.spoken import language, say, texts

#: In their own words: of the readers of YAML, CSV, JSON, XML, ZIP and text, and what a system says beside `SYSTEM` of the faults.
KNOWN = (
    "Too many open files", "Disk quota exceeded", "Connection refused", "timed out",
    "mapping values are not allowed in this context", "mapping values are not allowed here", "did not find expected key",
    "did not find expected '-' indicator", "did not find expected ',' or ']'", "did not find expected ',' or '}'",
    "did not find expected node content", "did not find expected <document start>", "could not find expected ':'",
    "found unexpected end of stream", "found unexpected document indicator", "found character that cannot start any token",
    "found unknown escape character", "found undefined tag handle", "block sequence entries are not allowed in this context",
    "control characters are not allowed", "surrogates not allowed",
    "unexpected end of data", "line contains NUL", "field larger than field limit (131072)", "invalid start byte",
    "invalid continuation byte",
    "Expecting value", "Expecting property name enclosed in double quotes", "Expecting ':' delimiter", "Expecting ',' delimiter",
    "Extra data", "Unterminated string starting at", "Illegal trailing comma before end of object",
    "Illegal trailing comma before end of array",
    "syntax error", "no element found", "not well-formed (invalid token)", "unclosed token", "mismatched tag", "duplicate attribute",
    "undefined entity", "junk after document element", "unbound prefix", "unknown encoding",
    "File is not a zip file", "Bad magic number for central directory", "Truncated central directory",
)  # fmt: skip


#: What a reader of JSON found, and where.
_AT = re.compile(r"(?P<what>[^:]+(?:':')?[^:]*): line (?P<line>\d+) column (?P<column>\d+) \(char (?P<character>\d+)\)")


def problem(error: object) -> str:
    """What went wrong by an error of the system or of a library, or by its text."""
    told = getattr(error, "strerror", None) or getattr(error, "msg", None) or str(error)
    text = str(told)
    if at := _AT.fullmatch(text):
        return say("{what}: line {line} column {column} (char {character})", **{**at.groupdict(), "what": problem(at["what"])})
    return say(text) if text in texts(language()) else say("{words}", words=text)
