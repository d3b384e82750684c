"""What stands in the way of a page: checks for robots, blocks by country, refusals, maintenance, consent, payment, nothing at all.

Hosts serve these with status 200, and blocks also with 404. The words are data: a heading is a title (or a part of it) or one of the first
lines and must match as a whole; a phrase must begin a line, or nearly so. Patterns see casefolded text with single spaces.
They hold for short pages alone: a longer one has content of its own, which may speak of such things.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from stargauge.evidence.observe import phrases

Kind = Literal["blocked_or_captcha", "maintenance", "paywall", "consent_wall"]

HEADINGS = 3
#: Longer pages are no stub and no wall; walls of consent list much.
STUB = 2500
CONSENT_LENGTH = 6000
#: On pages as short as this a phrase need not begin its line.
FEW = 500
#: Whoever speaks of themselves, or of others, is no host that turns somebody away.
PERSON = re.compile(
    r"\b(?:my|i|me|i'm|i've|he|she|they|his|her|their|mein\w*|ich|mir|mich|er|sein|seine[nmrs]?|je|moi|mon|ma|said|says|sagte|sagt|says"
    r"|told)\b"
)
#: So many words make a line of prose; buttons and menus have fewer.
PROSE = 5

_IT = (
    r"(?:(?:this|the|our|your|that|requested) )*(?:web ?site|site|page|web ?page|service|server|content|video|article|resource|product"
    r"|app|portal)"
)
_ES = (
    r"(?:(?:diese|dieser|dieses|die|der|das|unsere|unser|angeforderte) )*"
    r"(?:web ?seite|webseite|website|internetseite|seite|inhalt|inhalte|video|artikel|dienst|server|angebot|portal|shop|sendung)"
)
_CE = r"(?:(?:ce|cette|cet|le|la|notre|l') ?)*(?:site(?: web)?|page|contenu|vidéo|article|service|serveur)"
_ADVERB = (
    r"(?:(?:currently|temporarily|briefly|now|down|leider|derzeit|zurzeit|momentan|vorübergehend|gerade|zur zeit|actuellement"
    r"|temporairement) )*"
)
_PLACE_EN = r"(?:your|this) (?:current )?(?:country|region|location|area|territory|jurisdiction)"
_PLACE_DE = r"(?:ihrem|deinem|diesem|ihrer|deiner|dieser) (?:land|region|gebiet|standort)"
_PLACE_FR = r"(?:votre|cette|ce) (?:pays|région|zone|territoire)"

#: Blocks: of robots, of addresses, of countries. Whatever the status.
BLOCK_HEADING = re.compile(
    r"(?:http )?(?:error|fehler|erreur)?[ :-]*(?:code)?[ :-]*(?:1006|1007|1008|1009|1010|1012|1015|1020)(?: .*ray id.*)?"
    r"|access (?:to this (?:page|site|website|resource) )?(?:has been |is |was )?(?:denied|blocked|restricted)"
    r"|.* used cloudflare to restrict access"
    r"|(?:web )?(?:page|request|site|url|access) blocked!?|blocked|you (?:have been|are) blocked"
    r"|sicherheits(?:abfrage|prüfung|überprüfung|check)|zugriff (?:verweigert|blockiert|gesperrt)|zugang (?:verweigert|gesperrt)"
    r"|(?:human|bot|robot|browser) (?:verification|check|detection)|vérification(?: de sécurité)?|accès (?:refusé|bloqué|interdit)"
)
BLOCK_TEXT = re.compile(
    r"incapsula incident|request unsuccessful\. incapsula|enable js and disable any ad ?blocker|datadome|perimeterx|px-captcha"
    r"|ddos protection by|performance (?:&|and) security by cloudflare|error (?:code:? ?)?10(?:0[6-9]|1[0-9]|20)\b"
    r"|(?:owner|administrator) of this (?:web ?site|site) .{0,60}(?:has )?(?:banned|blocked)"
    r"|your (?:ip|ip address|country|region|network|browser|client) (?:address )?(?:has been|is|was) (?:banned|blocked|denied|not allowed)"
    r"|(?:press (?:&|and) hold|confirm|prove|verify)\b.{0,30}\b(?:you are|you're|that you are|you aren't|you are not) (?:a )?(?:human"
    r"|robot|not a (?:ro)?bot)"
    r"|(?:complete|pass) the (?:security|human|captcha|browser) check|i'?m not a robot|are you (?:a )?(?:robot|human)"
    r"|(?:bitte )?(?:bestätigen|bestätige|beweisen|beweise|zeigen) (?:sie|du)?,? ?(?:uns,? )?dass (?:sie|du) (?:kein|ein) (?:roboter"
    r"|bot|mensch)"
    r"|(?:veuillez )?(?:confirmer|confirmez|prouver|prouvez|vérifier|vérifiez) que vous (?:n'êtes pas|êtes) (?:un |une )?(?:robot|humain)"
    rf"|(?:{_IT}|this|it) (?:is|are|isn't) {_ADVERB}(?:not |un)?(?:available|accessible|offered|supported|blocked"
    rf"|restricted)(?: for you| to visitors)?"
    rf" (?:in|from|for) {_PLACE_EN}"
    rf"|(?:not|un)(?: ?)available (?:in|from) {_PLACE_EN}"
    rf"|{_ES} (?:ist|sind|steht|stehen)\b.{{0,20}}(?:in|aus|für) {_PLACE_DE}"
    rf"|(?:in|aus) {_PLACE_DE} (?:ist|sind|steht) .{{0,60}}nicht (?:verfügbar|zugänglich|erreichbar)"
    rf"|{_CE} (?:n'est|n'est pas|est)\b.{{0,30}}(?:disponible|accessible)\b.{{0,20}}(?:dans|depuis|pour) {_PLACE_FR}"
)
#: What is asked of whoever looks, or held against them, in any words: for lines that need not begin with it.
BLOCK_ANYWHERE = re.compile(
    r"(?:only|solely|nur|uniquement|seulement) (?:be )?(?:\w+ )?(?:played|viewed|watched|accessed|available|shown|abrufbar|verfügbar"
    r"|disponible|accessible)"
    r" (?:in|from|within|to (?:users|viewers|visitors) in|aus|dans|en|au|depuis)\b"
    r"|access this (?:web ?site|site|page|content) from (?:a |your )?(?:country|region|location)|(?:in|aus) (?:ihrem|deinem) (?:land"
    r"|standort).{0,20}nicht"
    r"|(?:unusual|suspicious|automated|abnormal) (?:traffic|activity|requests|behaviou?r)|(?:ungewöhnliche|verdächtige"
    r"|automatisierte)\w* (?:aktivität|zugriff|anfrage|verhalten|datenverkehr)"
    r"|(?:activité|trafic|comportement|requête)s? (?:inhabituel|suspect|anormal|automatisé)"
    r"|(?:using|behind|use|disable|turn off|nutzen|verwenden|deaktivieren|utilisez|désactive[rz]).{0,30}\b(?:vpn|proxy|anonymi[sz]er"
    r"|ad ?blocker|werbeblocker|bloqueur)"
    r"|(?:vpn|proxy|ad ?blocker|werbeblocker|bloqueur).{0,30}(?:detected|erkannt|détecté|disable|deaktivieren|turn off)"
    r"|(?:requests?|clicking|browsing|anfragen|requêtes) too (?:quickly|fast|often|many)|too many requests|zu viele anfragen"
    r"|trop de requêtes"
    r"|(?:verify|confirm|prove|bestätigen|vérifier|confirmer) (?:your|ihre|votre) (?:identity|humanity|age|identität|alter|identité|âge)"
    r"|(?:solve|complete|lösen|résoudre|résolvez)\b.{0,30}(?:puzzle|challenge|captcha|rätsel|aufgabe|défi|énigme)|(?:slide"
    r"|drag) .{0,20}(?:puzzle|verify|unlock)"
    r"|(?:ihre|deine|your|votre) (?:ip|adresse ip).{0,40}(?:gesperrt|blockiert|blocked|banned|bloquée)|(?:isn't|not"
    r"|un) ?available where you are"
    r"|(?:sind sie|bist du|êtes-vous|are you) (?:ein|un|a|kein)\w* (?:mensch|roboter|robot|humain|human|bot)|complete the (?:\w+ )?check"
    r"|(?:n'est|n'est pas|est).{0,20}(?:accessible|disponible) (?:depuis|dans) votre pays"
    r"|you are (?:over|at least|older than) (?:16|18|21)|(?:über|mindestens) (?:16|18) jahre"
)
#: Refusals without a name, for pages that come with a status that says something else.
REFUSAL_HEADING = re.compile(
    r"(?:(?:http )?(?:error|fehler|erreur)?[ :-]*(?:401|403)[ :-]*)?(?:forbidden|unauthori[sz]ed|not allowed|verboten"
    r"|interdit)(?: \(?(?:403|401)\)?)?"
    r"|(?:http )?(?:error|fehler|erreur) ?40[13]|40[13]"
)
REFUSAL_TEXT = re.compile(
    r"you (?:do not|don't) have (?:the )?permissions? to (?:access|view)|(?:sie|du) (?:haben|hast) keine berechtigung"
    r"|vous n'(?:êtes pas autorisé|avez pas (?:l'autorisation|la permission))"
)
MAINTENANCE_HEADING = re.compile(
    r"(?:(?:http )?(?:error|fehler|erreur)?[ :-]*50[0234][ :-]*)?"
    r"(?:service (?:temporarily )?unavailable|bad gateway|gateway time-?out|internal server error|backend fetch failed"
    r"|dienst nicht verfügbar)(?: \(?50[0234]\)?)?"
    r"|(?:http )?(?:error|fehler|erreur)[ :-]*50[0234]\b.*|50[0234]"
    r"|(?:scheduled |planned |site |website |system |under |down for |in |en )*maintenance(?: mode| work| en cours)?"
    r"|wartung(?:sarbeiten|smodus)?"
    r"|(?:database|datenbank)-?(?: error|fehler)|be right back|(?:we'll|we will) be (?:right )?back(?: soon| shortly)?"
    r"|(?:wir sind |gleich |bald )+(?:wieder )?(?:da|zurück)|(?:site|page) en maintenance"
)
MAINTENANCE_TEXT = re.compile(
    rf"(?:{_IT}|we) (?:is|are|'re)?(?:'re)? ?{_ADVERB}(?:(?:down|closed|offline|unavailable) )?(?:for|under|undergoing|performing|doing|in)"
    r" (?:(?:some|scheduled|planned|routine|essential|a bit of|brief) )*maintenance"
    r"|(?:we are|we're) (?:currently )?(?:performing|carrying out|doing|undergoing) (?:(?:some|scheduled|planned|routine"
    r"|essential) )*(?:maintenance|updates|upgrades)"
    rf"|{_ADVERB}(?:unavailable|offline|down) (?:for|due to) (?:(?:scheduled|planned|routine|essential) )*maintenance"
    rf"|(?:the )?(?:server|service|site|website) is {_ADVERB}(?:unable to|overloaded|too busy|unavailable\b(?! in))"
    r"|error establishing a database connection|guru meditation|(?:error )?50[0234] (?:service|bad|gateway|internal|backend)"
    r"|(?:we'll|we will) be (?:right )?back (?:soon|shortly)"
    rf"|{_ES} (?:wird|werden|befindet sich|ist|sind) {_ADVERB}(?:gewartet|(?:im|in) (?:wartung|wartungsmodus)|überlastet|wegen wartung"
    rf"|aktualisiert)"
    r"|(?:wegen|aufgrund) (?:von )?(?:\w+ )?wartung(?:sarbeiten)? .{0,60}(?:nicht (?:erreichbar|verfügbar)|offline)"
    rf"|{_CE} (?:est )?{_ADVERB}(?:en (?:cours de )?maintenance|indisponible|surchargé)|nous (?:serons|sommes) (?:de retour|bientôt)"
)
#: Hosts that ask to come back, or say that something of theirs does not work.
LATER_ANYWHERE = re.compile(
    r"(?:try|check|come|visit|reload|refresh|retry)\b.{0,30}\b(?:again|back|later|soon|shortly|reloading|minutes?|moments?)"
    r"|something went wrong|try reloading"
    r"|^(?:technical (?:difficulties|problems?|error|fault)|technische[rs]? (?:störung|probleme?|schwierigkeiten|fehler)|(?:problème"
    r"|incident|erreur)s? techniques?)\W*$"
    r"|(?:we|wir|nous|due to|aufgrund|wegen|en raison).{0,30}(?:technical (?:difficult|problem|issue|error|fault)"
    r"|technische[rnms]? (?:störung|problem|schwierigkeit)"
    r"|(?:problème|incident|erreur|difficulté)s? techniques?)|(?:wartung|maintenance)(?:sarbeiten)? (?:est |ist |is )?(?:en cours|läuft"
    r"|in progress)"
    r"|you are (?:now )?in (?:a|the) queue|warteschlange|file d'attente"
    r"|(?:versuchen|versuche|probieren|probiere) (?:sie )?es .{0,40}(?:noch ?(?:ein)?mal|erneut|später|wieder|neu)"
    r"|(?:schauen|kommen) sie .{0,30}(?:später|wieder|vorbei)"
    r"|(?:vorübergehend|zeitweise|momentan|derzeit|zurzeit|gerade|kurzzeitig) (?:leider )?nicht (?:erreichbar|verfügbar|abrufbar"
    r"|zugänglich)"
    r"|(?:momentanément|temporairement|actuellement) (?:in(?:disponible|accessible)|hors service)|(?:temporarily|momentarily"
    r"|currently) (?:unavailable|offline|down)"
    r"|(?:réessayer|réessayez|revenez|revenir) .{0,30}(?:tard|instants|minutes|bientôt)|upstream (?:connect error|request timeout)"
    r"|connection (?:refused|failure|reset)"
)
PAYWALL_TEXT = re.compile(
    r"(?:subscribe|register|sign up|log in or subscribe|subscribe now|become a (?:member|subscriber))(?: now| today)? (?:to"
    r"|and) (?:continue|keep|read|unlock|get (?:full )?access)"
    r"|to (?:continue|keep) reading|to read the (?:full|rest|whole|complete)|continue reading (?:with|by)|read the full (?:story"
    r"|article) (?:with|by)"
    r"|(?:this|the) (?:article|story|content|post|page) is (?:only |exclusively |reserved )?(?:for|available to|reserved for) (?:our "
    r"|paid |paying )*(?:subscribers|members|premium)"
    r"|(?:you've|you have) (?:reached|used|read) (?:your|all|the).{0,30}(?:free|limit)|subscribers? only|already a subscriber"
    r"|(?:dieser|diesen|der) (?:artikel|beitrag|text|inhalt) (?:ist )?(?:nur |exklusiv |ausschliesslich |ausschließlich )*(?:für|mit"
    r"|im) .{0,20}(?:abo|plus|premium|mitglied)"
    r"|(?:jetzt|kostenlos|hier)? ?(?:abonnieren|registrieren|anmelden|testen) und (?:weiter|sofort )?(?:\w+ )?lesen"
    r"|(?:jetzt )?weiterlesen mit|weiterlesen mit .{0,20}abo"
    r"|sie haben bereits ein abo|(?:bereits|schon) abonnent|nur für abonnent"
    r"|(?:cet|l') ?article (?:complet )?est réservé|réservé aux abonnés|il vous reste .{0,12} (?:de cet article )?à lire|déjà abonné"
    r"|(?:abonnez-vous|inscrivez-vous) pour (?:lire|continuer|accéder)"
    r"|this is an? (?:premium|members?-only|subscriber-only|exclusive) |exklusiv für (?:mitglieder|abonnent|leser)"
    r"|(?:jetzt )?mitglied werden"
    r"|unlock (?:this|the|full|all|unlimited) |(?:create|get|start) (?:a|an|your) (?:free |new )?(?:account|trial"
    r"|subscription)\b.{0,20}\bto (?:continue|keep|read|access)"
    r"|(?:sie|du) (?:möchten|möchtest|wollen|willst) weiterlesen|weiterlesen\?|(?:testen|lesen) sie .{0,40}(?:für|ab"
    r"|um) \d+(?:[.,]\d+)? (?:€|euro|franken)"
    r"|la suite (?:de cet article )?est réservée|(?:pour )?lire la suite.{0,40}abonn|s'abonner (?:pour|à partir)"
)
CONSENT_WORDS = re.compile(
    r"\bcookies?\b|\bconsent\b|privacy|personal data|partners? (?:store|process|use)|tracking|zustimm|einwillig|datenschutz|privatsphäre"
    r"|personenbezogen|werbung|vie privée|consentement|données|before you continue|avant de continuer|bevor sie|bevor du"
    r"|datenverarbeitung|pur-abo"
)
#: What there is to press on a wall of consent.
CONSENT_CHOICE = re.compile(
    r"(?:i )?(?:accept|agree|reject|decline|allow|refuse)(?: (?:all|and continue|and close|to all|cookies|all cookies|necessary"
    r"|only necessary))*"
    r"|(?:manage|cookie|more) (?:options|preferences|settings|choices|cookies)|(?:alle )?(?:cookies )?(?:akzeptieren|ablehnen|zulassen"
    r"|erlauben|annehmen)"
    r"(?: (?:und|&) (?:weiter|schliessen|schließen|fortfahren))?|(?:consent|accept|agree|allow|pay|subscribe|continue)(?: \S+){1,4}"
    r"|(?:mit werbung|im abo|ohne tracking|mit tracking|werbefrei)(?: \S+){1,4}|(?:accepter|refuser|continuer|s'abonner|je m'abonne"
    r"|j'accepte)(?: \S+){0,4}|(?:zustimmen|einverstanden|ich stimme zu|nur notwendige.*)(?: und weiter)?|einstellungen(?: verwalten)?"
    r"|yes|no|ok|ja|nein|oui|non|got it|verstanden"
    r"|(?:tout )?(?:accepter|refuser)(?: (?:tout|et (?:fermer|continuer)))?|continuer sans accepter|j'accepte|paramétrer(?: .*)?"
)
#: What a page says while it has nothing to show yet.
WAITING = re.compile(
    r"(?:loading|please wait|one moment|redirecting|you (?:are|will) (?:be|being) redirected|(?:seite |wird |inhalt |app )*geladen"
    r"|(?:wird |seite )?lädt"
    r"|lade(?:n)?|bitte warten|einen moment|(?:sie werden |wird )?weitergeleitet|chargement(?: en cours)?|veuillez patienter|patientez"
    r"|redirection(?: en cours)?)(?: ?bitte| please)?(?: \d+ ?%)?"
)


@dataclass(frozen=True)
class Wall:
    """What stands in the way, and the words by which it is known."""

    kind: Kind
    says: str


def block(title: str, text: str, short: int) -> Wall | None:
    """A check for robots, or a block by address or country."""
    known = len(text) <= short and (_headed(BLOCK_HEADING, title, text) or phrases.line_says(BLOCK_TEXT, text, phrases.FIRST_PERSON))
    if known or (len(text) <= FEW and _alone(BLOCK_ANYWHERE, text)):
        return Wall("blocked_or_captcha", text or title)
    return None


def refusal(title: str, text: str, short: int) -> Wall | None:
    """A refusal or an outage that comes with a status which says something else."""
    if len(text) > short:
        return None
    if _headed(REFUSAL_HEADING, title, text) or phrases.line_says(REFUSAL_TEXT, text, phrases.FIRST_PERSON):
        return Wall("blocked_or_captcha", text or title)
    if _headed(MAINTENANCE_HEADING, title, text) or phrases.line_says(MAINTENANCE_TEXT, text, phrases.FIRST_PERSON):
        return Wall("maintenance", text or title)
    if len(text) <= FEW and _alone(LATER_ANYWHERE, text):
        return Wall("maintenance", text or title)
    return None


def in_the_way(text: str) -> Wall | None:
    """A page that shows a part, or nothing, until somebody pays or consents."""
    if len(text) <= CONSENT_LENGTH and _asks_consent(text):
        return Wall("consent_wall", text)
    if len(text) <= STUB and phrases.line_says(PAYWALL_TEXT, text, phrases.FIRST_PERSON):
        return Wall("paywall", text)
    return None


def says_nothing(text: str) -> bool:
    """Whether a text has no word, or only those of a page that is not there yet."""
    lines = [phrases.plain("".join(one for one in line if unicodedata.category(one) != "Cf")) for line in text.splitlines()]
    told = [line.strip(" .…!-–—|·") for line in lines if any(one.isalnum() for one in line)]
    return all(WAITING.fullmatch(line) for line in told)


def _alone(pattern: re.Pattern[str], text: str) -> bool:
    """Whether a line holds such words, and they stand on a page with little else: no more prose on other things than on this."""
    lines = [phrases.plain(line) for line in text.splitlines()]
    about = [bool(pattern.search(line)) and not PERSON.search(line) for line in lines]
    prose = [(line, says) for line, says in zip(lines, about, strict=True) if len(line.split()) >= PROSE]
    return any(about) and sum(len(line) for line, says in prose if not says) <= sum(len(line) for line, says in prose if says)


def _headed(pattern: re.Pattern[str], title: str, text: str) -> bool:
    """Whether the title, a part of it, or one of the first lines is such a heading, as a whole."""
    heads = [*phrases.parts(title), *map(phrases.plain, text.splitlines()[:HEADINGS])]
    return any(pattern.fullmatch(head.strip(" .!?*-")) for head in heads if head.strip(" .!?*-"))


def _asks_consent(text: str) -> bool:
    """Whether a page offers a choice about cookies or data and has less prose on anything else."""
    lines = [phrases.plain(line) for line in text.splitlines()]
    choice = any(CONSENT_CHOICE.fullmatch(line.strip(" .!?>»→")) for line in lines)
    prose = [line for line in lines if len(line.split()) >= PROSE]
    about = sum(len(line) for line in prose if CONSENT_WORDS.search(line))
    return choice and about > sum(map(len, prose)) - about
