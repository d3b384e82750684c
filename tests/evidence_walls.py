"""Pages that stand in the way of what was asked, as hosts serve them, and ordinary pages that speak of such things.

Made up for tests in the manner of such pages. Each: name, status, title, text, and the outcomes that are right.
"""

from __future__ import annotations

BLOCK, CONSENT, MAINTENANCE = "blocked_or_captcha", "consent_wall", "maintenance"
PAYWALL, EMPTY, LOGIN = "paywall", "no_content", "logged_out"
Wall = tuple[str, int, str, str, tuple[str, ...]]

WALLS: tuple[Wall, ...] = (
    ("incapsula", 200, "", "Request unsuccessful. Incapsula incident ID: 443000270023-12345678", (BLOCK,)),
    ("incapsula 404", 404, "", "Request unsuccessful. Incapsula incident ID: 443000270023-12345678", (BLOCK,)),
    ("datadome", 200, "site.example", "Please enable JS and disable any ad blocker", (BLOCK, EMPTY)),
    ("datadome 404", 404, "site.example", "Please enable JS and disable any ad blocker", (BLOCK, EMPTY)),
    (
        "cloudflare 1006",
        404,
        "Access denied | site.example used Cloudflare to restrict access",
        "Error 1006 Ray ID: 8f2ab\nAccess denied\nWhat happened?\nThe owner of this website (site.example) has banned your IP address.",
        (BLOCK,),
    ),
    ("cloudflare 1020", 200, "", "Error code: 1020\nAccess denied\nThis website is using a security service to protect itself.", (BLOCK,)),
    ("cloudflare 1009", 200, "", "Error 1009\nThe owner of this website has banned the country or region your IP address is in.", (BLOCK,)),
    ("nginx 403", 200, "403 Forbidden", "403 Forbidden\nnginx", (BLOCK,)),
    ("apache 403", 200, "Forbidden", "Forbidden\nYou don't have permission to access this resource.", (BLOCK,)),
    (
        "akamai",
        200,
        "Access Denied",
        'Access Denied\nYou don\'t have permission to access "http://site.example/story" on this server.\nReference #18.2d3',
        (BLOCK,),
    ),
    ("geo en", 200, "News", "Sorry, this content is not available in your region.\nWe apologise for the inconvenience.", (BLOCK,)),
    ("geo 404", 404, "Not available", "This site is unavailable in your country due to data protection rules.", (BLOCK,)),
    ("geo de", 200, "Mediathek", "Dieser Inhalt ist in Ihrem Land leider nicht verfügbar.", (BLOCK,)),
    ("geo fr", 200, "Replay", "Ce contenu n'est pas disponible dans votre pays.", (BLOCK,)),
    (
        "perimeterx",
        200,
        "Access to this page has been denied",
        "Press & Hold to confirm you are a human (and not a bot).\nReference ID 3b7c",
        (BLOCK,),
    ),
    ("aws waf", 200, "Human Verification", "Let's confirm you are human\nComplete the security check before continuing.", (BLOCK,)),
    ("robot de", 200, "Sicherheitsabfrage", "Bitte bestätigen Sie, dass Sie kein Roboter sind.", (BLOCK,)),
    ("robot fr", 200, "Vérification", "Veuillez confirmer que vous n'êtes pas un robot pour continuer.", (BLOCK,)),
    ("firewall", 200, "Web Page Blocked", "Web Page Blocked!\nThe page cannot be displayed. Please contact the administrator.", (BLOCK,)),
    (
        "maintenance en",
        200,
        "Site maintenance",
        "We'll be back soon!\nSorry for the inconvenience, we are performing some maintenance.",
        (MAINTENANCE,),
    ),
    (
        "maintenance de",
        200,
        "Wartungsarbeiten",
        "Wartungsarbeiten\nUnsere Website wird gerade gewartet. Wir sind in Kürze wieder für Sie da.",
        (MAINTENANCE,),
    ),
    ("maintenance fr", 200, "Maintenance", "Site en maintenance\nNous serons de retour très bientôt.", (MAINTENANCE,)),
    ("wordpress", 200, "Maintenance", "Briefly unavailable for scheduled maintenance. Check back in a minute.", (MAINTENANCE,)),
    (
        "503 as 200",
        200,
        "503 Service Unavailable",
        "Service Unavailable\nThe server is temporarily unable to service your request.",
        (MAINTENANCE,),
    ),
    ("varnish", 200, "503 Backend fetch failed", "Error 503 Backend fetch failed\nGuru Meditation:\nXID: 123", (MAINTENANCE,)),
    ("database", 200, "Database Error", "Error establishing a database connection", (MAINTENANCE,)),
    ("overloaded de", 200, "Fehler", "Der Server ist zurzeit überlastet. Bitte versuchen Sie es später erneut.", (MAINTENANCE,)),
    (
        "consent en",
        200,
        "site.example",
        "We value your privacy\nWe and our partners store and access information on a device, such as cookies, and process personal data.\n"
        "Accept all\nReject all\nManage options",
        (CONSENT,),
    ),
    (
        "consent de",
        200,
        "Zeitung",
        "Mit Werbung weiterlesen\nBesuchen Sie uns wie gewohnt mit Werbung und Tracking. Ihre Zustimmung können Sie jederzeit widerrufen.\n"
        "Akzeptieren und weiter\nPur-Abo abschliessen",
        (CONSENT,),
    ),
    (
        "consent de 2",
        200,
        "Portal",
        "Wir benötigen Ihre Einwilligung\nWir verwenden Cookies und verarbeiten persönliche Daten. Datenschutz\nAlle akzeptieren\nAblehnen",
        (CONSENT,),
    ),
    (
        "consent fr",
        200,
        "Journal",
        "Le respect de votre vie privée est notre priorité\nNous et nos partenaires utilisons des cookies pour traiter des données.\n"
        "Tout accepter\nContinuer sans accepter",
        (CONSENT,),
    ),
    (
        "consent google",
        200,
        "Before you continue",
        "Before you continue to Video\nWe use cookies and data to deliver services.\nReject all\nAccept all",
        (CONSENT,),
    ),
    (
        "paywall en",
        200,
        "Story | Paper",
        "Story\nThe first words of it.\nSubscribe to continue reading\nAlready a subscriber? Sign in",
        (PAYWALL, LOGIN),
    ),
    (
        "paywall de",
        200,
        "Bericht",
        "Bericht\nDie ersten Worte davon.\nDieser Artikel ist nur für Abonnenten.\nJetzt abonnieren und weiterlesen",
        (PAYWALL,),
    ),
    (
        "paywall fr",
        200,
        "Article",
        "Article\nLes premiers mots.\nCet article est réservé aux abonnés.\nIl vous reste 85 % de cet article à lire.",
        (PAYWALL,),
    ),
    ("empty", 200, "Story", "", (EMPTY,)),
    ("blank", 200, "", "\u00a0\n\u200b", (EMPTY,)),
    ("loading", 200, "App", "Loading...", (EMPTY,)),
    ("loading de", 200, "App", "Wird geladen …", (EMPTY,)),
    ("redirecting", 200, "", "You are being redirected...\nPlease wait", (EMPTY, BLOCK)),
)

#: Ordinary pages: name, title, text.
PAGES: tuple[tuple[str, str, str], ...] = (
    ("post", "Anna on Social", "Anna\nThe maintenance of the bridge will take ten years, they say.\n12 replies"),
    ("post about blocks", "A post", "Ben\nMy bank says access denied whenever I travel. Anyone else?"),
    ("post about cookies", "A post", "Cleo\nI baked cookies for the whole team and they accept all of them."),
    ("notice", "Roadworks", "Wartungsarbeiten an der Brücke\nDie Stadt sperrt die Brücke vom 3. bis 9. Mai. Der Verkehr wird umgeleitet."),
    (
        "story with a banner",
        "Who pays?",
        "We use cookies. Accept all\nWho pays?\nThe company announced on Tuesday that it would spend 100 billion within four years.\n"
        "Banks said on Wednesday that no loan had been asked for, and the ministry had no comment on the matter.\n"
        "Analysts doubt that the sum can be raised in that time, since the partners hold far less than that.",
    ),
    (
        "story with an offer",
        "Who pays?",
        "Who pays?\nThe company announced on Tuesday that it would spend 100 billion on data centres.\nSubscribe to our newsletter",
    ),
    ("short", "Note", "A short note."),
    ("about a service", "Status", "The railway service was unavailable on Monday, said the operator."),
    ("about a ban", "News", "The country has banned the sale of such devices. Shops have a year to comply."),
    ("german post", "Beitrag", "Dora\nLeider ist das Buch in meinem Land nicht verfügbar, schade."),
)

#: Written after the rules had been made and before any of them was changed for these.
LATER_WALLS: tuple[Wall, ...] = (
    ("sucuri", 200, "Sucuri WebSite Firewall - Access Denied", "Access Denied - Sucuri Website Firewall\nBlock ID: BNP005", (BLOCK,)),
    ("imperva", 200, "Error 15", "Access denied\nError 15\nThis request was blocked by our security service\nPowered by Imperva", (BLOCK,)),
    (
        "wordfence",
        200,
        "Your access to this site has been limited",
        "Your access to this site has been limited by the site owner\nIf you think you have been blocked in error, contact the owner.",
        (BLOCK,),
    ),
    ("iis", 200, "403 - Forbidden: Access is denied.", "Server Error\n403 - Forbidden: Access is denied.", (BLOCK,)),
    ("kasada", 200, "", "Please verify your identity to continue\nSlide right to complete the puzzle", (BLOCK,)),
    ("bbc like", 200, "iPlayer", "This programme can only be played in the UK.", (BLOCK,)),
    (
        "451 as 200",
        200,
        "Unavailable due to legal reasons",
        "451: Unavailable due to legal reasons\nWe recognize you are attempting to access this website from a country of the EEA, "
        "and therefore access cannot be granted at this time.",
        (BLOCK,),
    ),
    ("geo es-de", 404, "Nicht verfügbar", "Aus rechtlichen Gründen ist dieses Video in deinem Land nicht abrufbar.", (BLOCK,)),
    ("robot de 2", 200, "", "Unser System hat ungewöhnliche Aktivitäten festgestellt. Bitte lösen Sie das folgende Rätsel.", (BLOCK,)),
    ("robot fr 2", 404, "Accès temporairement restreint", "Nous avons détecté une activité inhabituelle depuis votre réseau.", (BLOCK,)),
    ("too fast", 200, "Slow down", "You are making requests too quickly. Please slow down and try again later.", (BLOCK,)),
    ("vpn", 200, "", "It looks like you are using a VPN or proxy. Please turn it off to continue.", (BLOCK,)),
    ("maint en 2", 200, "Back in a bit", "Our site is getting an upgrade\nPlease check back later today.", (MAINTENANCE,)),
    ("maint en 3", 200, "Sorry", "We're experiencing technical difficulties. Please try again in a few minutes.", (MAINTENANCE,)),
    ("maint de 2", 200, "Hinweis", "Unsere Seite ist vorübergehend nicht erreichbar. Wir arbeiten daran.", (MAINTENANCE,)),
    ("maint de 3", 200, "Technische Störung", "Technische Störung\nBitte versuchen Sie es in wenigen Minuten noch einmal.", (MAINTENANCE,)),
    ("maint fr 2", 200, "Oups", "Le site est momentanément indisponible. Merci de réessayer plus tard.", (MAINTENANCE,)),
    ("upstream", 200, "", "upstream connect error or disconnect/reset before headers. reset reason: connection failure", (MAINTENANCE,)),
    ("something wrong", 200, "Error", "Something went wrong. Try reloading.", (MAINTENANCE, EMPTY)),
    (
        "consent de 3",
        200,
        "Blatt",
        "Herzlich willkommen\nUm Inhalte zu finanzieren, verarbeiten wir Daten und setzen Cookies. Näheres in der Datenschutzerklärung.\n"
        "Mit Werbung nutzen\nIm Abo ohne Tracking nutzen",
        (CONSENT,),
    ),
    (
        "consent en 2",
        200,
        "Daily",
        "Your privacy choices\nYou can pay for an ad-free experience or consent to cookies.\nConsent and continue\nPay to reject",
        (CONSENT,),
    ),
    (
        "consent fr 2",
        200,
        "Le Quotidien",
        "Vous pouvez accéder gratuitement au site en acceptant les cookies, ou vous abonner.\nAccepter et continuer\nJe m'abonne",
        (CONSENT,),
    ),
    (
        "paywall en 2",
        200,
        "Analysis",
        "Analysis\nA first sentence.\nUnlock this article with a trial for 1 pound.\nSee all plans",
        (PAYWALL,),
    ),
    (
        "paywall de 2",
        200,
        "Hintergrund",
        "Hintergrund\nEin erster Satz.\nSie möchten weiterlesen?\nTesten Sie uns einen Monat für 1 Euro",
        (PAYWALL,),
    ),
    ("paywall fr 2", 200, "Enquête", "Enquête\nUne première phrase.\nLa suite est réservée à nos abonnés.\nS'abonner pour 1 €", (PAYWALL,)),
    ("registration", 200, "Story", "Story\nOne sentence.\nCreate a free account to continue reading.", (PAYWALL, LOGIN)),
    ("age", 200, "Shop", "Please confirm that you are over 18 to enter this site.", (BLOCK, "api_restricted")),
    ("only a logo", 200, "Site", "···", (EMPTY,)),
)

#: A third set, to see how the rules do on what they were not made for; some are not known by their words.
LAST_WALLS: tuple[Wall, ...] = (
    ("shield", 200, "One more step", "One more step\nPlease complete the check to access the site.", (BLOCK,)),
    ("deny", 200, "Denied", "Your request was denied by policy.", (BLOCK,)),
    ("ip de", 200, "Gesperrt", "Ihre IP-Adresse wurde vorübergehend gesperrt.", (BLOCK,)),
    ("geo en 3", 200, "Watch", "This stream isn't available where you are.", (BLOCK,)),
    ("geo fr 3", 404, "Vidéo", "Cette vidéo n'est pas accessible depuis votre pays.", (BLOCK,)),
    ("bot fr", 200, "Contrôle", "Êtes-vous un robot ? Cochez la case pour continuer.", (BLOCK,)),
    ("bot de", 200, "Kurzer Check", "Sind Sie ein Mensch? Bitte setzen Sie ein Häkchen.", (BLOCK,)),
    ("move", 200, "We are moving", "We are moving to new servers. The site returns on Monday.", (MAINTENANCE,)),
    ("wartung", 200, "Umbau", "Hier wird umgebaut. Am Abend sind wir zurück.", (MAINTENANCE,)),
    ("fr maint", 200, "Travaux", "Une opération de maintenance est en cours.", (MAINTENANCE,)),
    ("busy", 200, "Busy", "Too many people are visiting right now. You are in a queue.", (MAINTENANCE, BLOCK)),
    ("consent", 200, "Site", "Cookies?\nWe set cookies for statistics and adverts if you let us.\nYes\nNo", (CONSENT,)),
    ("pay", 200, "Comment", "Comment\nOne line.\nThis is a premium article. Get access for 2 pounds a month.", (PAYWALL,)),
    ("abo", 200, "Kommentar", "Kommentar\nEine Zeile.\nExklusiv für Mitglieder. Jetzt Mitglied werden.", (PAYWALL,)),
)
MORE_PAGES: tuple[tuple[str, str, str], ...] = (
    ("release", "Press", "Press\nThe service is available in 40 countries. It can only be used in pounds for now."),
    (
        "vpn story",
        "Tech",
        "Tech\nSales of VPN programs doubled, said the maker on Monday.\nCritics doubt the numbers and ask for an audit.",
    ),
    (
        "outage story",
        "Technik",
        "Technik\nEine technische Störung legte am Montag die Züge lahm.\nDie Bahn sprach von tausend Verspätungen im Land.",
    ),
    ("job", "Careers", "Careers\nEngineer, maintenance (f/m/d)\nApply by 3 May. The post is permanent."),
    ("recipe", "Cookies", "Cookies\nMix flour and butter.\nBake for ten minutes."),
    ("fr post", "Message", "Emma\nLe site de la ville est enfin disponible dans notre région."),
    ("de notice", "Amt", "Amt\nDas Bürgerbüro ist am Freitag geschlossen. Bitte kommen Sie am Montag."),
    ("short reply", "Reply", "Finn\nNo. They do not have the money."),
    ("statement", "Statement", "Statement\nThe agreement is denied by both companies."),
    ("terms", "Abo", "Abo\nDas Abo kostet 12 Franken im Monat und kann jederzeit gekündigt werden."),
    ("puzzle", "Puzzle", "Puzzle\nGina solved the puzzle in three minutes and won."),
    ("later", "Talk", "Talk\nThe talk is postponed. A new date follows soon."),
)
