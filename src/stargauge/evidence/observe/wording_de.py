"""The sentences of a standing in German."""

from __future__ import annotations

from datetime import datetime

from stargauge.evidence.observe.standing import ENOUGH, Observation, Standing, Tally, Thing

CAUSES = (
    "vom Autor gelöscht", "eine Einstellung des Kontos", "eine Massnahme der Plattform", "eine rechtliche Anordnung",
    "eine Sperre zwischen Konten", "ein Fehler der Anzeige", "unsere Anfragen wurden abgewiesen",
)  # fmt: skip
NOT_CAPTURED = "nicht erfasst"
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
    "unreachable": "keine Antwort", "restricted": "Zugang eingeschränkt", "not_found_once": "nicht gefunden, zu wenig für mehr",
    "not_found": "nicht gefunden", "withdrawn_stated": "zurückgezogen, wie angegeben", "account_unavailable": "Konto nicht verfügbar",
    "absent_proved": "abwesend, bewiesen", "reappeared": "wieder da",
}  # fmt: skip
SILENT = "Ob der Inhalt da ist, sagt das nicht."
ANOTHER_TEXT = "Der Text ist ein anderer als beim ersten Abruf mit demselben Verfahren."


def moment(at: datetime) -> str:
    """`22. Januar 2025, 21:14 UTC`."""
    return f"{at.day}. {MONTHS[at.month - 1]} {at.year}, {at:%H:%M} UTC"


def short_moment(at: datetime) -> str:
    """`22.01.2025 um 17:40 UTC`."""
    return f"{at:%d.%m.%Y} um {at:%H:%M} UTC"


def captured(at: datetime, supplied: bool) -> str:
    """When it was captured first."""
    return f"erfasst am {short_moment(at)}{' (von Dritten eingereicht)' if supplied else ''}"


def last_seen_short(at: datetime) -> str:
    """When it was seen last."""
    return f"zuletzt gesehen am {short_moment(at)}"


def last_seen(seen: Observation | None, stamp: str) -> str:
    """When it was seen last, and where that is kept."""
    if seen is None:
        return "Von uns nie gesehen."
    number = f"{seen.entry:,}".replace(",", "\u202f") if seen.entry is not None else ""
    notes = [f"Erfassung C-{seen.capture}" if seen.capture is not None else "", f"Eintrag {number} im Protokoll" if number else ""]
    notes = [note for note in (*notes, f"gestempelt von {stamp}" if stamp else "") if note]
    return f"Zuletzt gesehen am {moment(seen.time)}{' (' + ', '.join(notes) + ')' if notes else ''}."


def recent(tally: Tally) -> str:
    """The last 14 days of a page."""
    return f"In den letzten 14 Tagen bei {tally.not_found} von {_checks(tally.checks)} nicht gefunden."


def mixed(rounds: int) -> str:
    """Where ways of looking gave different answers."""
    times = "In einer Runde" if rounds == 1 else f"In {rounds} Runden"
    return f"{times} fand eine Art der Abfrage den Inhalt und eine andere nicht; Plattformen zeigen nicht allen dasselbe."


def short(standing: Standing) -> str:
    """A standing within a line."""
    every, after, state = standing.all, standing.after, standing.state
    there = f"bei {every.seen} von {_checks(every.checks)}"
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
        return f"{there} da, keine Antwort bei {'der letzten' if after.unreachable == 1 else f'den letzten {after.unreachable}'}"
    if state == "restricted":
        return f"{there} da, seither Zugang bei {after.restricted} von {_checks(after.checks)} eingeschränkt"
    if state == "not_found_once":
        return f"seither bei {after.not_found} von {_checks(after.checks)} nicht gefunden, zu wenig für mehr"
    if state == "not_found":
        alarm = " (erste Meldung)" if standing.first_alarm else ""
        found = f"seither bei {standing.counted} von {_checks(after.checks)} {_ways(standing)} nicht gefunden"
        return f"{found}{alarm}, warum ist nicht bekannt"
    if state == "withdrawn_stated":
        return f"zurückgezogen nach Angabe {_who(standing)}"
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
        there = f"Bei {every.seen} von {_checks(every.checks)} da{_at_last(standing)}." if every.checks else "Seither nicht geprüft."
        return [there, ANOTHER_TEXT if state == "edited" else ""]
    if state == "reappeared":
        unclear = every.restricted + every.unreachable
        told = f"Von {_checks(every.checks)}: gefunden bei {every.seen}, nicht gefunden bei {every.not_found}, ohne Ergebnis {unclear}."
        since = f"Wieder da seit dem {moment(standing.since)}." if standing.since else "Wieder da."
        return [since, told, ANOTHER_TEXT if standing.edited else ""]
    if state == "unreachable":
        return [f"Keine brauchbare Antwort bei den letzten Prüfungen ({after.unreachable}).", SILENT]
    if state == "restricted":
        return [
            f"Der Server verlangte seither bei {after.restricted} von {_checks(after.checks)} eine Anmeldung oder verweigerte den Zugang.",
            SILENT,
        ]
    if state == "not_found_once":
        lacking = "; ".join(LACKING[one] for one in standing.lacking)
        return [f"Seither bei {after.not_found} von {_checks(after.checks)} nicht gefunden. Für mehr reicht das nicht: {lacking}."]
    if state == "not_found":
        return _not_found(standing, thing)
    if state == "withdrawn_stated":
        words = f" Im Wortlaut: «{standing.says}»." if standing.says else ""
        unknown = _unknown(thing) if standing.removed_by == "unknown" else ""
        return [f"Zurückgezogen nach Angabe {_who(standing)}.{words}", "Eine solche Angabe kann zurückgenommen werden.", unknown]
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
        between = f" zwischen {moment(standing.first_counted)} und {moment(standing.last_counted)}"
    others = "andere Beiträge desselben Servers" if thing == "post" else "andere Seiten derselben Website"
    return [
        f"Seither bei {standing.counted} von {_checks(standing.after.checks)} {_ways(standing)}{between} nicht gefunden;"
        f" {'andere Beiträge des Kontos' if standing.account_control else others} waren gleichzeitig erreichbar.",
        "Erste Meldung: Diese Prüfungen umfassen weniger als einen Tag." if standing.first_alarm else "",
        _unknown(thing),
        _listed(),
    ]


def _at_last(standing: Standing) -> str:
    return ", auch bei der letzten" if standing.last_check is standing.last_seen else ""


def _host(standing: Standing) -> str:
    return f"von {standing.host}" if standing.host else "seines Servers"


def _checks(number: int) -> str:
    return f"{number} {'Prüfungen' if number != 1 else 'Prüfung'}"


def _ways(standing: Standing) -> str:
    return f"aus {len(standing.networks)} Netzen" if len(standing.networks) > 1 else f"mit {len(standing.methods)} Verfahren"


def _who(standing: Standing) -> str:
    if standing.stated_by == "author":
        return "des Autors"
    if standing.stated_by == "legal_notice":
        return "eines rechtlichen Hinweises"
    platform = f"der Plattform ({standing.host})" if standing.host else "der Plattform"
    return f"{platform}, die den Autor als Handelnden nennt" if standing.removed_by == "author" else platform


def _unknown(thing: Thing) -> str:
    return f"Nicht bekannt ist, wer {'den Beitrag' if thing == 'post' else 'die Seite'} entfernt oder verborgen hat und warum."


def _listed() -> str:
    return f"Mögliche Ursachen, ohne Reihenfolge: {'; '.join(CAUSES)}."
