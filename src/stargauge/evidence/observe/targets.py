"""What is watched: an address with what it is, the control items and the made-up address that a round asks beside it."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from stargauge.evidence.capture.links import CONTROLS, host_of, linked_controls
from stargauge.evidence.observe.standing import Thing
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.problems import problem
from stargauge.quantity.spoken import say

__all__ = [
    "CONTROLS",
    "Target",
    "expect_targets",
    "host_of",
    "linked_controls",
    "made_up_address",
    "read_targets",
    "same_account",
    "target_of",
]

KEYS = ("kind", "control", "made-up", "account")
#: Paths of posts, by which a target is one unless it is said otherwise.
_POST = re.compile(r"/(?:status|statuses|post|posts|notes)/[^/]+/?$|^/@[^/]+/\d+/?$")


@dataclass(frozen=True)
class Target:
    """A thing to watch. `controls` are items of the same host that are there; without any, links of its own page are tried.

    `of_thread` is the address of the conversation in which it was seen, where that is why it is asked for.
    """

    url: str
    thing: Thing = "page"
    controls: tuple[str, ...] = ()
    made_up: str = ""
    account: str = ""
    of_thread: str = ""

    @property
    def host(self) -> str:
        """The host that is asked."""
        return host_of(self.url)


def target_of(url: str) -> Target:
    """A target by its address alone."""
    return Target(url, "post" if url.startswith("at://") or _POST.search(urlsplit(url).path) else "page")


def read_targets(path: Path) -> list[Target]:
    """Targets of a file, one a line: `URL [kind=page|post] [control=URL] [made-up=URL] [account=URL]`; a # begins a comment.

    Raises InputError with every fault of every line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(Fault(say("cannot be read: {strerror}", strerror=problem(error)), file=str(path))) from None
    except UnicodeDecodeError:
        raise InputError(Fault(say("is not UTF-8 text; expected one address a line"), file=str(path))) from None
    made: list[Target] = []
    faults: list[Fault] = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = re.split(r"(?:^|\s)#", line)[0].split()
        if words:
            target, wrong = _target(words)
            made.append(target)
            faults += [Fault(text, file=str(path), line=number, column=1) for text in wrong]
    twice = [url for url, times in Counter(one.url for one in made).items() if times > 1]
    faults += [Fault(say("{url} is listed more than once; keep one line", url=url), file=str(path)) for url in twice]
    if not made and not faults:
        faults.append(Fault(say("holds no address; expected one a line, such as https://example.org/page"), file=str(path)))
    if faults:
        raise InputError(faults)
    return made


def expect_targets(urls: Iterable[str]) -> list[Target]:
    """Targets by their addresses. Raises InputError with all that are none."""
    made, faults = [], []
    for url in dict.fromkeys(urls):
        made.append(target_of(url))
        faults += [Fault(text) for text in _address_faults(url)]
    if faults:
        raise InputError(faults)
    return made


def _target(words: Sequence[str]) -> tuple[Target, list[str]]:
    url, *rest = words
    made, faults = target_of(url), _address_faults(url)
    found: dict[str, Any] = {"thing": made.thing, "controls": (), "made_up": "", "account": ""}
    for word in rest:
        key, mark, value = word.partition("=")
        if not mark or key not in KEYS:
            faults.append(
                say(
                    'got "{word}"{near}; expected {keys}',
                    word=word,
                    near=did_you_mean(key, KEYS),
                    keys=", ".join(f"{one}=…" for one in KEYS),
                )
            )
        elif key == "kind":
            if value not in get_args(Thing):
                faults.append(say('got kind "{value}"; expected page or post', value=value))
            found["thing"] = value
        else:
            faults += _address_faults(value)
            if key == "control":
                if not faults and host_of(value) != host_of(url):
                    faults.append(
                        say(
                            "the control {value} is on another host than {url}; it must be on {host_of}",
                            value=value,
                            url=url,
                            host_of=host_of(url),
                        )
                    )
                found["controls"] = (*found["controls"], value)
            else:
                found[key.replace("-", "_")] = value
    return Target(url, **found), faults


def _address_faults(url: str) -> list[str]:
    try:
        split = urlsplit(url)
        good = split.scheme in ("http", "https", "at") and bool(split.netloc)
        if split.scheme != "at":  # the name before its path may hold colons
            good = good and bool(split.hostname)
            split.port  # noqa: B018 - raises for a port that is none
    except ValueError:
        good = False
    return [] if good else [say('"{url}" is no address; expected one such as https://example.org/page', url=url)]


def made_up_address(url: str, seed: str) -> str:
    """An address like this one for which nothing can exist: its last part is another, of the same make."""
    split = urlsplit(url)
    digest = hashlib.sha256(f"{seed} {url}".encode()).hexdigest()
    parts = split.path.rstrip("/").split("/")
    if len(parts) > 1 and parts[-1] and parts[-1] not in ("index.html", "index.php"):
        path = "/".join([*parts[:-1], _like(parts[-1], digest)]) + ("/" if split.path.endswith("/") else "")
        return urlunsplit((split.scheme, split.netloc, path, split.query, ""))
    query = parse_qsl(split.query, keep_blank_values=True)
    if query:
        query[-1] = (query[-1][0], _like(query[-1][1] or "x", digest))
        return urlunsplit((split.scheme, split.netloc, split.path, urlencode(query), ""))
    return urlunsplit((split.scheme, split.netloc, f"{'/'.join(parts)}/{digest[:16]}", "", ""))


def _like(part: str, digest: str) -> str:
    if part.isdecimal():
        # Above every number given so far, and within the 63 bits that such numbers have.
        digits = str(int(digest, 16))
        return ("90" + digits)[: max(len(part), 8)]
    stem, dot, ending = part.rpartition(".")
    if dot and ending.isalnum() and len(ending) <= 5 and stem:
        return f"{stem}-{digest[:12]}.{ending}"
    return f"{part}-{digest[:12]}"


def same_account(url: str, other: str) -> bool:
    """Whether two addresses of posts name one account: all of their path but the last part is the same."""
    one, two = urlsplit(url), urlsplit(other)
    parts, others = one.path.rstrip("/").split("/")[1:-1], two.path.rstrip("/").split("/")[1:-1]
    return host_of(url) == host_of(other) and parts == others and bool(parts or one.scheme == "at")
