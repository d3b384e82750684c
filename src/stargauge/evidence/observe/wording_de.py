"""The sentences of a standing in German."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from stargauge.evidence.observe.standing import ENOUGH, Observation, Standing, Tally, Thing

CAUSES = (
    "vom Autor gelöscht", "eine Einstellung des Kontos", "eine Massnahme der Plattform", "eine rechtliche Anordnung",
    "eine Sperre zwischen Konten", "ein Fehler der Anzeige", "unsere Anfragen wurden abgewiesen",
)  # fmt: skip
NOT_CAPTURED = "nicht aufgenommen"
MIXED_SHORT = "je nach Art der Abfrage verschieden"
REASONS = {
    "suspended": "gesperrt", "deactivated": "deaktiviert", "deleted": "gelöscht", "protected": "geschützt", "takendown": "entfernt",
    "author_account_gone": "nicht mehr vorhanden",
}  # fmt: skip
LACKING = {
    "checks": f"weniger als {ENOUGH} Prüfungen, die zählen", "span": "zu kurze Zeit", "methods": "nur ein Verfahren aus einem Netz",
    "control": "kein anderer Inhalt desselben Servers oder keine erfundene Adresse zum Vergleich",
}  # fmt: skip
MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip
LABELS = {
    "not_checked": "nicht geprüft", "reported_by_third_party": "von Dritten berichtet", "live": "da", "edited": "da, mit anderem Text",
    "another_page": "unter der Adresse steht eine andere Seite",
    "unreachable": "keine Antwort", "restricted": "Zugang eingeschränkt", "not_found_once": "nicht gefunden, zu wenig für mehr",
    "not_found": "nicht gefunden", "withdrawn_stated": "zurückgezogen, wie angegeben", "account_unavailable": "Konto nicht verfügbar",
    "absent_proved": "nachweislich nicht vorhanden", "reappeared": "wieder da",
}  # fmt: skip
SILENT = "Ob der Inhalt da ist, sagt das nicht."
ANOTHER_TEXT = "Der Text ist ein anderer als beim ersten Abruf mit demselben Verfahren."


def moment(at: datetime) -> str:
    """`22. Januar 2025, 21:14 UTC`."""
    return f"{at.day}. {MONTHS[at.month - 1]} {at.year}, {at:%H:%M} UTC"


def short_moment(at: datetime) -> str:
    """`22.01.2025 um 17:40 UTC`."""
    return f"{at:%d.%m.%Y} um {at:%H:%M} UTC"


def number(count: int) -> str:
    """`2 302`, with a narrow space that does not break."""
    return f"{count:,}".replace(",", "\u202f")


def captured(at: datetime, supplied: bool, by_hand: bool = False) -> str:
    """When it was captured first, or written down by somebody."""
    made = "von Hand eingetragen" if by_hand else "aufgenommen"
    return f"{made} am {short_moment(at)}{' (von Hand eingereicht)' if supplied else ''}"


def erased(at: datetime, in_part: bool) -> str:
    """When the capture was erased, or something of it."""
    return f"{'teilweise gelöscht' if in_part else 'gelöscht'} am {at:%d.%m.%Y}"


def not_asked(why: str) -> str:
    """Why the last attempt asked nothing, within a line."""
    return f"beim letzten Versuch nicht abgefragt (Grund: {why.removeprefix('not asked: ')})"


def not_asked_sentence(why: str) -> str:
    """Why the last attempt asked nothing."""
    return f"Beim letzten Versuch wurde nichts abgefragt (Grund: {why.removeprefix('not asked: ')}). {SILENT}"


def last_seen_short(at: datetime) -> str:
    """When it was seen last."""
    return f"zuletzt gesehen am {short_moment(at)}"


def last_seen(seen: Observation | None, stamp: str) -> str:
    """When it was seen last, and where that is kept."""
    if seen is None:
        return "Von uns nie gesehen."
    place = number(seen.entry) if seen.entry is not None else ""
    notes = [f"Aufnahme C-{seen.capture}" if seen.capture is not None else "", f"Eintrag {place} im Logbuch" if place else ""]
    notes = [note for note in (*notes, f"gestempelt von {stamp}" if stamp else "") if note]
    return f"Zuletzt gesehen am {moment(seen.time)}{' (' + ', '.join(notes) + ')' if notes else ''}."


def recent(tally: Tally) -> str:
    """The last 14 days of a page."""
    return f"In den letzten 14 Tagen bei {number(tally.not_found)} von {_checks(tally.checks)} nicht gefunden."


def mixed(rounds: int) -> str:
    """Where ways of looking gave different answers."""
    times = "In einer Runde" if rounds == 1 else f"In {number(rounds)} Runden"
    return f"{times} fand eine Art der Abfrage den Inhalt und eine andere nicht; Plattformen zeigen nicht allen dasselbe."


def short(standing: Standing) -> str:
    """A standing within a line."""
    every, after, state = standing.all, standing.after, standing.state
    there = f"bei {number(every.seen)} von {_checks(every.checks)}"
    if state == "not_checked" or (state in ("live", "edited") and not every.checks):
        return "seither nicht geprüft"
    if state == "reported_by_third_party":
        return "laut Dritten nicht mehr zu finden, keine eigene Prüfung"
    if state == "live" or state == "edited":
        text = f"{there} noch da" if every.seen == every.checks else f"{there} da{_at_last(standing)}"
        return f"{text}, mit anderem Text als zuerst" if state == "edited" else text
    if state == "reappeared":
        return f"wieder da seit {short_moment(standing.since)}, {there} da" if standing.since else f"wieder da, {there} da"
    if state == "unreachable":
        return f"{there} da, keine Antwort bei {'der letzten' if after.unreachable == 1 else f'den letzten {number(after.unreachable)}'}"
    if state == "another_page":
        return f"{there} da, seither unter der Adresse bei {number(after.another_page)} von {_checks(after.checks)} eine andere Seite"
    if state == "restricted":
        return f"{there} da, seither Zugang bei {number(after.restricted)} von {_checks(after.checks)} eingeschränkt"
    if state == "not_found_once":
        return f"seither bei {number(after.not_found)} von {_checks(after.checks)} nicht gefunden, zu wenig für mehr"
    if state == "not_found":
        alarm = " (erste Meldung)" if standing.first_alarm else ""
        found = f"seither bei {number(standing.counted)} von {_checks(after.checks)} {_ways(standing)} nicht gefunden"
        return f"{found}{alarm}, warum ist nicht bekannt"
    if state == "withdrawn_stated":
        return f"zurückgezogen {_who(standing)}"
    if state == "account_unavailable":
        return f"Konto {REASONS.get(standing.reason, 'nicht verfügbar')} nach Angabe {_host(standing)}"
    return f"nicht im signierten Verzeichnis des Kontos{f' in Revision {standing.revision}' if standing.revision else ''}"


def sentences(standing: Standing, thing: Thing) -> list[str]:
    """What may be said beside when it was seen last."""
    every, after, state = standing.all, standing.after, standing.state
    if state == "not_checked":
        return ["Von uns nicht geprüft."]
    if state == "reported_by_third_party":
        return [
            "Dritte berichten, dass der Inhalt nicht mehr zu finden war. Eine eigene Beobachtung liegt nicht vor.",
            "Eine Gesprächsansicht zeigt nur einen Teil der Antworten; er kann auch nur nicht angezeigt worden sein.",
            _listed(),
        ]
    if state == "live" or state == "edited":
        there = (
            f"Bei {number(every.seen)} von {_checks(every.checks)} da{_at_last(standing)}." if every.checks else "Seither nicht geprüft."
        )
        return [there, ANOTHER_TEXT if state == "edited" else ""]
    if state == "reappeared":
        unclear = every.restricted + every.unreachable + every.another_page
        told = (
            f"Von {_checks(every.checks)}: gefunden bei {number(every.seen)}, nicht gefunden bei {number(every.not_found)}, ohne Ergebnis"
        )
        told = f"{told} {number(unclear)}."
        since = f"Wieder da seit dem {moment(standing.since)}." if standing.since else "Wieder da."
        return [since, told, ANOTHER_TEXT if standing.edited else ""]
    if state == "unreachable":
        last = "bei der letzten Prüfung" if after.unreachable == 1 else f"bei den letzten {_checks(after.unreachable)}"
        return [f"Keine brauchbare Antwort {last}.", SILENT]
    if state == "another_page":
        return [
            f"Bei {number(after.another_page)} von {_checks(after.checks)} seither stand unter der Adresse eine Seite, die mit dem Inhalt"
            " fast nichts gemeinsam hat.",
            "Ob er neu geschrieben wurde, ein Hinweis an seiner Stelle steht oder etwas anderes, kann nur sagen, wer nachsieht.",
            SILENT,
        ]
    if state == "restricted":
        return [
            f"Der Server verlangte seither bei {number(after.restricted)} von {_checks(after.checks)} eine Anmeldung"
            " oder verweigerte den Zugang.",
            SILENT,
        ]
    if state == "not_found_once":
        lacking = "; ".join(LACKING[one] for one in standing.lacking)
        return [f"Seither bei {number(after.not_found)} von {_checks(after.checks)} nicht gefunden. Für mehr reicht das nicht: {lacking}."]
    if state == "not_found":
        return _not_found(standing, thing)
    if state == "withdrawn_stated":
        words = f" Im Wortlaut: «{standing.says}»." if standing.says else ""
        unknown = _unknown(thing) if standing.removed_by == "unknown" else ""
        return [f"Zurückgezogen {_who(standing)}.{words}", "Eine solche Angabe kann zurückgenommen werden.", unknown]
    if state == "account_unavailable":
        return [
            f"Nach Angabe {_host(standing)} ist das Konto {REASONS.get(standing.reason, 'nicht verfügbar')}.",
            "Das gilt nur für diesen Server und kann zurückgenommen werden. Nicht bekannt ist, wer das veranlasst hat und warum.",
        ]
    return [
        f"Das signierte Verzeichnis des Kontos{f' in Revision {standing.revision}' if standing.revision else ''} enthält den Inhalt nicht.",
        f"Den Schlüssel hat der Server, bei dem das Konto liegt; wer gehandelt hat, zeigt das nicht. {_unknown(thing)}",
    ]


def _not_found(standing: Standing, thing: Thing) -> list[str]:
    between = ""
    if standing.first_counted and standing.last_counted:
        between = f" zwischen dem {moment(standing.first_counted)} und dem {moment(standing.last_counted)}"
    others = "andere Beiträge desselben Servers" if thing == "post" else "andere Seiten derselben Website"
    return [
        f"Seither bei {number(standing.counted)} von {_checks(standing.after.checks)} {_ways(standing)}{between} nicht gefunden;"
        f" {'andere Beiträge des Kontos' if standing.account_control else others} waren gleichzeitig erreichbar.",
        "Erste Meldung: Diese Prüfungen umfassen weniger als einen Tag." if standing.first_alarm else "",
        _unknown(thing),
        _listed(),
    ]


def _at_last(standing: Standing) -> str:
    return ", auch bei der letzten" if standing.last_check is standing.last_seen else ""


def _host(standing: Standing) -> str:
    return f"von {standing.host}" if standing.host else "seines Servers"


def _checks(count: int) -> str:
    return f"{number(count)} {'Prüfungen' if count != 1 else 'Prüfung'}"


def _ways(standing: Standing) -> str:
    if len(standing.networks) > 1:
        return f"aus den Netzen namens {_and(standing.networks)}"
    return f"mit {len(standing.methods)} Verfahren"


def _and(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} und {names[-1]}"


def _who(standing: Standing) -> str:
    if standing.stated_by == "author":
        return "nach Angabe des Autors"
    if standing.stated_by == "legal_notice":
        return "laut einem rechtlichen Hinweis"
    platform = f"nach Angabe der Plattform ({standing.host})" if standing.host else "nach Angabe der Plattform"
    return f"{platform}, die den Autor als Handelnden nennt" if standing.removed_by == "author" else platform


def _unknown(thing: Thing) -> str:
    return f"Nicht bekannt ist, wer {'den Beitrag' if thing == 'post' else 'die Seite'} entfernt oder verborgen hat und warum."


def _listed() -> str:
    return f"Mögliche Ursachen, ohne Reihenfolge: {'; '.join(CAUSES)}."


# --- the table of a history -----------------------------------------------------------------------------------------------------------

WORDS = {
    "ok": "da", "not_modified": "unverändert", "content_differs": "anderer Text", "redirect_home": "Umleitung zur Startseite",
    "redirect_login": "Umleitung zur Anmeldung", "soft_404": "Fehlerseite ohne Fehlercode", "http_401": "HTTP 401",
    "http_403": "HTTP 403", "http_404": "HTTP 404", "http_410": "HTTP 410", "http_429": "HTTP 429", "http_451": "HTTP 451",
    "http_5xx": "HTTP 5xx", "http_other": "anderer Status", "dns": "keine Adresse (DNS)", "tls": "keine gesicherte Verbindung (TLS)",
    "timeout": "Zeit abgelaufen", "connection": "keine Verbindung", "blocked_or_captcha": "abgewiesen oder Captcha",
    "consent_wall": "Einwilligung verlangt", "maintenance": "Wartung oder Störung", "paywall": "Bezahlschranke",
    "another_page": "eine andere Seite", "no_content": "kein Inhalt", "not_read": "nicht gelesen", "not_asked": "nicht abgefragt",
    "logged_out": "Anmeldung verlangt", "tombstone": "Hinweis an seiner Stelle", "api_not_found": "laut Schnittstelle nicht gefunden",
    "api_restricted": "laut Schnittstelle eingeschränkt", "event_delete": "Löschereignis", "event_edit": "Bearbeitung",
    "signed_absent": "nachweislich nicht vorhanden", "control": "Vergleich", "made_up": "erfundene Adresse", "account": "Konto",
    "target": "Ziel", "capture": "Aufnahme", "report": "Bericht", "captured": "aufgenommen", "unreadable": "nicht lesbar",
    "round": "Runde", "start": "Beginn", "stop": "Ende", "not_run": "nicht geprüft", "clock": "Uhr gestellt",
}  # fmt: skip
_BY = {"author": "vom Autor", "platform": "von der Plattform", "legal_notice": "durch einen rechtlichen Hinweis", "others": "von Dritten"}
_CHANGED = {"added": "neu", "edited": "bearbeitet", "reordered": "umgeordnet"}
_KNOWN = {
    "not_captured_this_time": "diesmal nicht aufgenommen", "found_when_asked_by_id": "einzeln abgefragt da",
    "not_found_when_asked_by_id": "einzeln abgefragt nicht gefunden", "restricted_when_asked_by_id": "einzeln abgefragt eingeschränkt",
    "no_answer": "keine Antwort",
}  # fmt: skip


def word(name: str) -> str:
    """A word of an entry, such as an outcome."""
    return WORDS.get(name, name.replace("_", " "))


def way(method: str, vantage: str) -> str:
    """How and from where."""
    return f"{method} von {vantage}"


def stated(by: str, says: str) -> str:
    """What somebody states."""
    return f"angegeben {_BY.get(by, by)}: {says}"


def changed(name: str, count: int) -> str:
    """How many items of a conversation were added, edited or re-ordered."""
    return f"{number(count)} {_CHANGED.get(name, name)}"


def gone_from_view(count: int, known: str) -> str:
    """How many items are no longer in a view, and what asking for them gave."""
    return f"{number(count)} nicht mehr in der Ansicht, {_KNOWN.get(known, known.replace('_', ' '))}"


def state_of(state: str, first_alarm: bool) -> str:
    """A state that was derived."""
    return f"Stand: {LABELS.get(state, state)}{', erste Meldung' if first_alarm else ''}"


def erasure_of(entry: str, ground: str) -> str:
    """What was erased, and on what ground."""
    return f"{entry} gelöscht: {ground}"


IN_CONVERSATION = "in einem Gespräch, "
