"""What one attempt gave: one word of a fixed vocabulary, with what the answer itself said. No conclusion about the thing is drawn here.

The vocabulary, by what an outcome can count for:

- *there*: `ok`, `not_modified`, `content_differs` (there, with another text than the capture it was compared with), `event_edit`;
- *not found*: `http_404`, `http_410`, `soft_404`, `redirect_home`, `tombstone`, `api_not_found`;
- *restricted*: `http_401`, `http_403`, `http_451`, `redirect_login`, `logged_out` (a page that asks to log in), `paywall`,
  `api_restricted`;
- *no answer to the question*: `dns`, `tls`, `timeout`, `connection`, `http_429`, `http_5xx`, `blocked_or_captcha` (also by country, and a
  refusal with status 200), `consent_wall`, `maintenance`, `http_other`, `no_content` (nothing to read, or the same at every address of the
  host), `not_read` (our limits or guard ended it);
- *apart*: `another_page` (a page that shares nearly nothing with what was seen before: only a person can say what it is);
- *nothing was asked*: `not_asked` (the guard refuses the address);
- *stated*: `event_delete`; *proved*: `signed_absent`.

A network error is never "not found"; nor is what a check for robots answers, whatever its status. A wall is never "there".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from stargauge.evidence.capture.fetched import Fetched
from stargauge.evidence.capture.text import is_page
from stargauge.evidence.observe import phrases, walls
from stargauge.evidence.observe.compare import says_no_more

if TYPE_CHECKING:
    from stargauge.evidence.capture.capture import Taken
    from stargauge.evidence.capture.items import Thread

Outcome = Literal[
    "ok", "not_modified", "content_differs", "redirect_home", "redirect_login", "soft_404",
    "http_401", "http_403", "http_404", "http_410", "http_429", "http_451", "http_5xx", "http_other",
    "dns", "tls", "timeout", "connection", "blocked_or_captcha", "no_content", "not_read", "logged_out",
    "consent_wall", "maintenance", "paywall", "another_page", "not_asked",
    "tombstone", "api_not_found", "api_restricted", "event_delete", "event_edit", "signed_absent",
]  # fmt: skip

THERE: frozenset[Outcome] = frozenset({"ok", "not_modified", "content_differs", "event_edit"})
NOT_FOUND: frozenset[Outcome] = frozenset({"http_404", "http_410", "soft_404", "redirect_home", "tombstone", "api_not_found"})
RESTRICTED: frozenset[Outcome] = frozenset(
    {"http_401", "http_403", "http_451", "redirect_login", "logged_out", "paywall", "api_restricted"}
)
UNREACHABLE: frozenset[Outcome] = frozenset({
    "dns", "tls", "timeout", "connection", "http_429", "http_5xx", "http_other", "blocked_or_captcha", "consent_wall", "maintenance",
    "no_content", "not_read",
})  # fmt: skip
#: Counted apart from all others, until a person looks.
APART: frozenset[Outcome] = frozenset({"another_page"})
#: Who says why: nobody (our own reading of an answer), the platform, the author, or a notice that names a legal ground.
StatedBy = Literal["", "platform", "author", "legal_notice"]

_ERRORS: dict[str, Outcome] = {"dns": "dns", "tls": "tls", "timeout": "timeout", "connect": "connection", "protocol": "connection"}
_STATUS: dict[int, Outcome] = {
    304: "not_modified", 401: "http_401", 403: "http_403", 404: "http_404", 410: "http_410", 429: "http_429", 451: "http_451",
}  # fmt: skip
#: Longer pages have content of their own: a phrase in them may be quoted, or belong to another item of a thread.
SHORT = 1200
HEADLINES = 5
_HOME = frozenset({"", "index", "index.html", "index.htm", "index.php", "home", "start", "startseite", "default.aspx"})


@dataclass(frozen=True)
class Looked:
    """An attempt with the text that it shows: what is classified, and what other answers are compared with.

    `thread` is the conversation where the way of looking gives one; `taken` what a capture of the attempt keeps, where it is ready.
    `unread`: the text of an earlier attempt is not at hand, so that nothing follows from its absence.
    """

    fetched: Fetched
    text: str = ""
    thread: Thread | None = None
    taken: Taken | None = None
    unread: bool = False


@dataclass(frozen=True)
class Found:
    """An outcome; what the answer itself said (as it stood), what that suggests, and who states it, if anybody does."""

    outcome: Outcome
    says: str = ""
    reason: str = ""
    stated_by: StatedBy = ""


def classify(looked: Looked, made_up: Looked | None = None, controls: Sequence[Looked] = ()) -> Found:
    """The outcome of an attempt. `made_up`: the host's answer for an address that cannot exist; `controls`: for things that are there."""
    fetched = looked.fetched
    if fetched.error == "guard" and fetched.status is None and not any(hop.address for hop in fetched.hops):
        return Found("not_asked", fetched.message)
    if fetched.error:
        return Found(_ERRORS.get(fetched.error, "not_read"), fetched.message)
    if fetched.api:
        return _of_api(fetched)
    if robots := _robots(looked):
        return Found("blocked_or_captcha", robots)
    if wall := _wall(looked):
        return wall
    if fetched.tombstone:
        return _tombstone(fetched.tombstone)
    if moved := _redirect(fetched):
        return moved
    status = fetched.status
    if status is not None and (known := _STATUS.get(status)):
        return _of_status(known, looked)
    if status is None or not 200 <= status < 300:
        return Found("http_5xx" if status is not None and 500 <= status < 600 else "http_other", f"status {status}")
    return _of_page(looked, made_up, controls)


def _of_api(fetched: Fetched) -> Found:
    if fetched.tombstone:
        return _tombstone(fetched.tombstone)
    if fetched.api == "signed_absent":
        return Found("signed_absent", f"revision {fetched.revision}" if fetched.revision else "")
    if fetched.api == "restricted":
        return Found("api_restricted", fetched.message, phrases.tombstone_reason(fetched.message) or "")
    if fetched.api == "not_found":
        return Found("http_410", fetched.message, "", "platform") if fetched.status == 410 else Found("api_not_found", fetched.message)
    return Found("ok")


def _tombstone(text: str) -> Found:
    reason = phrases.tombstone_reason(text) or "unavailable"
    if reason == "protected" or reason == "age":
        return Found("api_restricted", text, reason)
    stated: StatedBy = "platform" if reason == "author" else "legal_notice" if reason == "legal" else ""
    return Found("tombstone", text, reason, stated)


def _of_status(outcome: Outcome, looked: Looked) -> Found:
    text = looked.text if len(looked.text) <= SHORT else ""
    if outcome == "http_410":
        return Found(outcome, text, phrases.tombstone_reason(text) or "", "platform")
    return Found(outcome, text if outcome in NOT_FOUND | RESTRICTED else "", "legal" if outcome == "http_451" else "")


def _robots(looked: Looked) -> str:
    """What a check for robots says, or an empty text."""
    fetched = looked.fetched
    if fetched.header("cf-mitigated").lower() == "challenge":
        return "cf-mitigated: challenge"
    title = phrases.plain(fetched.title)
    if title and (phrases.ROBOT_TITLE.fullmatch(title) or phrases.ROBOT_TITLE.fullmatch(title.split(" | ")[0])):
        return fetched.title
    short = len(looked.text) <= SHORT and fetched.status != 429
    return looked.text if short and phrases.line_says(phrases.ROBOT_TEXT, looked.text, phrases.FIRST_PERSON) else ""


def _wall(looked: Looked) -> Found | None:
    """A block whatever its status but those that say so themselves; a refusal or an outage that calls itself there, or not found."""
    fetched, status = looked.fetched, looked.fetched.status
    if status is None or status in (401, 403, 429, 451) or status >= 500:
        return None
    wall = walls.block(fetched.title, looked.text, SHORT)
    if wall is None and (200 <= status < 300 or status in (404, 410)):
        wall = walls.refusal(fetched.title, looked.text, SHORT)
    return Found(wall.kind, wall.says) if wall else None


def _redirect(fetched: Fetched) -> Found | None:
    """Where a redirect leads that is no answer to what was asked: a login, a consent page, the front page, an error page."""
    asked, came = urlsplit(fetched.url), urlsplit(fetched.final_url)
    if (asked.netloc, asked.path, asked.query) == (came.netloc, came.path, came.query):
        return None
    if _is_login(came.netloc, came.path) and not _is_login(asked.netloc, asked.path):
        return Found("redirect_login", fetched.final_url)
    if phrases.CONSENT.search(came.netloc.lower() + came.path.lower()):
        return Found("blocked_or_captcha", fetched.final_url, "consent")
    if fetched.status is not None and not 200 <= fetched.status < 300:
        return None  # the status says more than the way there
    if phrases.SIGNPOSTS.search(came.path.lower()) and not phrases.SIGNPOSTS.search(asked.path.lower()):
        return Found("soft_404", fetched.final_url)
    if _is_home(came.path, came.query) and not _is_home(asked.path, asked.query):
        return Found("redirect_home", fetched.final_url)
    return None


def _is_login(host: str, path: str) -> bool:
    return bool(phrases.LOGIN_HOST.search(host.lower()) or phrases.LOGIN_PATH.search(path.lower()))


def _is_home(path: str, query: str) -> bool:
    """The front page, also that of a language (`/de/`, `/en-us`)."""
    parts = [part for part in path.lower().split("/") if part]
    if parts and (len(parts[0]) == 2 or (len(parts[0]) == 5 and parts[0][2] in "-_")) and parts[0][:2].isalpha():
        parts = parts[1:]
    return len(parts) <= 1 and "".join(parts) in _HOME and not any(key in query for key in ("id=", "p="))


def _of_page(looked: Looked, made_up: Looked | None, controls: Sequence[Looked]) -> Found:
    """A page that came with 200: its own words first, then whether the host answers the same for what cannot exist."""
    fetched, text = looked.fetched, looked.text
    if not text and fetched.message:  # the page came, and reading it was ended
        return Found("not_read", fetched.message)
    if phrases.says_no_such_page(fetched.title):
        return Found("soft_404", fetched.title)
    if len(text) <= SHORT:
        if phrases.tombstone_on_page(text):
            return _tombstone(text)
        if len(text) <= SHORT // 3 and any(phrases.says_no_such_page(line, whole=True) for line in text.splitlines()[:HEADLINES]):
            return Found("soft_404", text)
        if phrases.line_says(phrases.LOGIN_WALL, text):
            return Found("logged_out", text)
        if phrases.line_says(phrases.NEEDS_SCRIPT, text, phrases.FIRST_PERSON):
            return Found("no_content", text)
    if wall := walls.in_the_way(text):
        return Found(wall.kind, wall.says)
    if _has_nothing(looked):
        return Found("no_content", text)
    # Without text there is nothing to compare; a picture or a PDF is there if it came.
    if made_up and made_up.fetched.status and 200 <= made_up.fetched.status < 300 and same_page(looked, made_up):
        if any(same_page(control, made_up) for control in controls):
            return Found("no_content", "the same page for every address")
        return Found("soft_404", "the same page as for an address that cannot exist")
    return Found("ok")


def _has_nothing(looked: Looked) -> bool:
    """Whether nothing came, or a page without words; a picture or a PDF has none and is there."""
    fetched = looked.fetched
    if looked.text:
        return walls.says_nothing(looked.text)
    return not looked.unread and (not fetched.body or is_page(fetched.header("content-type"), fetched.body))


def same_page(looked: Looked, other: Looked) -> bool:
    """Whether a page says nothing that another one of the host does not say too."""
    return says_no_more(looked.text, looked.fetched.url, other.text, other.fetched.url)
