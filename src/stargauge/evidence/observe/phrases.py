"""Words by which pages say that they show no content: an error in the title, a tombstone, a wall, a check for robots.

Patterns are matched on casefolded text with single spaces and plain apostrophes. They say what a page calls itself, never what is true:
whoever uses them stores the text beside the outcome.
"""

from __future__ import annotations

import re
from typing import Literal

#: Words by which a person speaks of something, and a host of a block does not.
SPOKEN = re.compile(r"\b(?:my|our|his|her|their|i|me|we|he|she|they|mein|meine|unser|unsere|sein|seine|ihr|ihre|ich|mir|wir|er|sie)\b")
FIRST_PERSON = re.compile(r"\b(?:my|i|me|mein|meine|ich|mir)\b")

#: What a tombstone suggests. A suggestion of the platform's text, never a finding of ours.
Reason = Literal[
    "", "author", "author_account_gone", "suspended", "protected", "platform_rules", "legal", "age", "blocked_by_author", "unavailable"
]

#: A part of a title (split at | - – — · :) that says "there is no such page", as a whole.
NO_SUCH_PAGE = re.compile(
    r"(?:(?:http )?(?:error|fehler|erreur|errore)[ :-]*)?404(?: (?:error|fehler|not found|page not found|seite nicht gefunden))?"
    r"|(?:(?:this|the|sorry,? (?:this|the|that)|that) )?(?:page|post|content|article|file|story)"
    r" (?:(?:was|is|could|can|has been) )?(?:not (?:be )?found|not available|unavailable|removed|deleted|missing)"
    r"|(?:the |this )?(?:page|post|article) (?:cannot|can't|couldn't) be found"
    r"|(?:this |sorry,? this )?(?:page|post|article) (?:isn't available|is no longer available|does(?: not|n't) exist|no longer exists)"
    r"|not found|(?:page |seite )?gone|nothing found|nichts gefunden|oops!? (?:page|nothing) (?:not )?found"
    r"|(?:(?:diese|die) )?(?:seite|artikel|beitrag|inhalt|datei|dieser beitrag|dieser artikel|der beitrag|der artikel)"
    r" (?:(?:wurde|konnte|ist) )?(?:leider )?nicht (?:mehr )?(?:gefunden(?: werden)?|verfügbar|vorhanden)"
    r"|(?:(?:diese|die) )?seite (?:existiert|gibt es) nicht(?: mehr)?"
    r"|page (?:non trouvée|introuvable)|(?:cette )?page n'existe (?:pas|plus)|pagina non trovata|página no encontrada"
)

#: Paths of pages to which hosts send whoever asks for what does not exist.
SIGNPOSTS = re.compile(r"(?:^|/)(?:404|error(?:-?404)?|fehler|not-?found|page-?not-?found|seite-nicht-gefunden|410|gone)(?:\.\w+)?/?$")

LOGIN_PATH = re.compile(
    r"(?:^|/)(?:log-?in|sign-?in|sign_in|anmelden|einloggen|connexion|sessions?/new|oauth2?|sso|authorize|i/flow/login|accounts?/login)(?:\.\w+)?(?:/|$)"
)
LOGIN_HOST = re.compile(r"(?:^|\.)(?:login|signin|accounts|auth|sso|id)\.")
CONSENT = re.compile(r"(?:^|\.)consent\.|/consent(?:/|$)")

#: A short page that asks for a login instead of showing what was asked.
LOGIN_WALL = re.compile(
    r"(?:log|sign) in to (?:continue|see|view|read)|you must (?:be logged in|log in|sign in)|please (?:log|sign) in\b"
    r"|(?:melden sie sich|melde dich) an, um|bitte (?:melden sie sich|loggen sie sich)|sie müssen (?:sich anmelden|angemeldet sein)"
    r"|connectez-vous pour"
)

#: A title of a page that stands between us and the host's answer.
ROBOT_TITLE = re.compile(
    r"just a moment\.*|attention required!?.*|access denied|are you (?:a robot|human)\??|(?:human|security) (?:verification|check)"
    r"|ddos-guard|pardon our interruption|request (?:blocked|rejected)|verify (?:that )?you are (?:a )?human.*"
    r"|robot check|captcha|bot (?:check|verification)"
    r"|zugriff verweigert|sicherheitsüberprüfung|einen moment.*|bitte warten.*"
)
#: A short page by which a host turns robots away.
ROBOT_TEXT = re.compile(
    r"(?:solve|complete|enter) (?:the |this |a )?captcha|captcha (?:required|challenge|verification|check)"
    r"|unusual traffic|ungewöhnlichen? datenverkehr|checking your browser|verify (?:that )?you are (?:a )?human"
    r"|enable javascript and cookies"
    r"|you have been blocked|your (?:ip|request|access) (?:address )?(?:has been|was|is) (?:blocked|rejected|denied)|rate limit exceeded"
    r"|too many requests|automated (?:access|requests|queries)"
)

#: A short page that cannot show anything without a script.
NEEDS_SCRIPT = re.compile(
    r"javascript (?:is not available|is disabled|is required)|(?:enable|activate|turn on) javascript|requires javascript"
    r"|javascript aktivieren|ohne javascript|you need to enable javascript"
)

_TOMBSTONES: tuple[tuple[Reason, tuple[str, ...]], ...] = (
    (
        "author",
        (
            r"this (?:post|tweet|message|comment) (?:was|has been) (?:deleted|removed) by (?:the|its) (?:\w+ )?(?:author|user|owner)",
            r"(?:comment|post) (?:deleted|removed) by (?:user|author)",
            r"dieser (?:post|tweet|beitrag|kommentar) wurde (?:vom|von der|durch den|durch die) "
            r"(?:verfasser|verfasserin|autor|autorin|nutzer|nutzerin|ersteller) (?:des \w+ )?gelöscht",
        ),
    ),
    (
        "author_account_gone",
        (
            r"(?:post|tweet) is from an account that no longer exists",
            r"(?:post|tweet|beitrag) stammt von einem account, der nicht mehr existiert",
        ),
    ),
    (
        "suspended",
        (
            r"(?:post|tweet) is from a suspended account",
            r"(?:account|user) (?:has been |is )?suspended",
            r"(?:account|konto) (?:wurde |ist )?gesperrt",
        ),
    ),
    (
        "protected",
        (
            r"account owner limits who can (?:view|see)",
            r"these (?:posts|tweets) are protected",
            r"account is private",
            r"(?:posts|tweets|beiträge) sind geschützt",
        ),
    ),
    (
        "legal",
        (
            r"(?:withheld|unavailable|removed|blocked) .{0,60}(?:legal (?:demand|request|reasons|order)|court order)",
            r"(?:aufgrund|wegen) (?:einer |eines )?(?:rechtlichen|gerichtlichen|gesetzlichen) ",
        ),
    ),
    (
        "platform_rules",
        (r"violated the .{0,30}rules", r"removed for violating", r"removed by (?:the )?moderators?", r"verstößt gegen (?:die|unsere) "),
    ),
    ("age", (r"age-restricted|age restricted (?:adult )?content", r"(?:confirm|verify) your age", r"altersbeschränk")),
    ("blocked_by_author", (r"you(?:'re| are) blocked from", r"has blocked you", r"hat dich blockiert")),
    (
        "unavailable",
        (
            r"this (?:post|tweet|video|content|status) (?:is (?:currently )?unavailable|is (?:no longer|not) available|isn't available)",
            r"dieser (?:post|tweet|beitrag|inhalt) ist (?:leider )?(?:derzeit )?nicht (?:mehr )?verfügbar",
            r"(?:post|message) not found, may have been deleted",
        ),
    ),
)
#: What the text in place of a post suggests, the more telling first.
TOMBSTONES: tuple[tuple[Reason, re.Pattern[str]], ...] = tuple((reason, re.compile("|".join(patterns))) for reason, patterns in _TOMBSTONES)

_TITLE_PARTS = re.compile(r"\s+[|–—·»-]\s+|\s*:\s+|[|»]")
_SPACE = re.compile(r"\s+")
_START = 40


def plain(text: str) -> str:
    """Text as the patterns expect it."""
    return _SPACE.sub(" ", text.replace("’", "'")).strip().casefold()


def says_no_such_page(title: str, whole: bool = False) -> bool:
    """Whether a title, or a part of it, says that there is no such page; `whole`: not a part, as of a line of text."""
    return any(NO_SUCH_PAGE.fullmatch(part.strip(" .!?")) for part in ([plain(title)] if whole else parts(title)))


def parts(title: str) -> list[str]:
    """A title and its parts, as the patterns expect them."""
    return [plain(title), *_TITLE_PARTS.split(plain(title))]


def line_says(pattern: re.Pattern[str], text: str, by_others: re.Pattern[str] = SPOKEN) -> bool:
    """Whether a line of a page begins with these words, or nearly so. A person who writes of such words says whose they are."""
    for line in map(plain, text.splitlines()):
        found = pattern.search(line)
        if found and found.start() <= _START and not by_others.search(line[: found.start()]):
            return True
    return False


def tombstone_reason(text: str) -> Reason | None:
    """What the text suggests that a platform gives in place of a post; none where it is none that we know."""
    found = plain(text)
    return next((reason for reason, pattern in TOMBSTONES if pattern.search(found)), None)


def tombstone_on_page(text: str) -> bool:
    """Whether a short page is such a text."""
    return any(line_says(pattern, text) for _, pattern in TOMBSTONES)
