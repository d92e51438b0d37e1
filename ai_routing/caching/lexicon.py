"""The words of English and French that the guard reads: which carry a meaning that must agree, and which are ordinary.

All are folded: lower case, without accents. What is in none of these lists may be a name, and is taken for one, so a
list can only be too short for the hit rate, never for safety.
"""

from __future__ import annotations

import functools
import unicodedata
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent


def folded(word: str) -> str:
    """Return a word in lower case, without accents, with straight apostrophes."""
    decomposed = unicodedata.normalize("NFKD", word.casefold().replace("’", "'").replace("œ", "oe"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def table(**words: str) -> dict[str, str]:
    """Return each word with the name of the group that it is listed under."""
    return {word: group.rstrip("_") for group, listed in words.items() for word in listed.split()}


def listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


NUMBERS: Final[dict[str, dict[str, int]]] = {
    "en": {
        "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
        "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
        "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
        "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100, "thousand": 1_000,
        "million": 1_000_000, "billion": 1_000_000_000, "dozen": 12,
    },
    "fr": {
        "zero": 0, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
        "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16, "vingt": 20, "vingts": 20,
        "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "septante": 70, "huitante": 80,
        "octante": 80, "nonante": 90, "cent": 100, "cents": 100, "mille": 1_000, "million": 1_000_000,
        "millions": 1_000_000, "milliard": 1_000_000_000, "milliards": 1_000_000_000, "douzaine": 12,
    },
}  # fmt: skip
"""Number words by language: "six" and "cent" do not mean the same in both. A language that is not here has none."""

ORDINALS: Final[dict[str, str]] = table(
    _1="first premier premiere premiers premieres",
    _2="deuxieme deuxiemes",
    _3="third troisieme troisiemes",
    _4="fourth quatrieme",
    _5="fifth cinquieme",
    _6="sixth sixieme",
    _7="seventh septieme",
    _8="eighth huitieme",
    _9="ninth neuvieme",
    _10="tenth dixieme",
)

CALENDAR: Final[dict[str, str]] = table(
    monday="monday mondays lundi lundis",
    tuesday="tuesday tuesdays mardi mardis",
    wednesday="wednesday wednesdays mercredi mercredis",
    thursday="thursday thursdays jeudi jeudis",
    friday="friday fridays vendredi vendredis",
    saturday="saturday saturdays samedi samedis",
    sunday="sunday sundays dimanche dimanches",
    weekend="weekend weekends week-end week-ends",
    january="january janvier",
    february="february fevrier",
    march="march mars",
    april="april avril",
    may="mai",
    june="june juin",
    july="july juillet",
    august="august aout",
    september="september septembre",
    october="october octobre",
    november="november novembre",
    december="december decembre",
    spring="spring printemps",
    summer="summer ete",
    autumn="autumn fall automne",
    winter="winter hiver",
    christmas="christmas xmas noel",
    halloween="halloween",
    valentine="valentine valentines valentin",
    easter="easter paques",
    today="today aujourd'hui",
    tonight="tonight",
    tomorrow="tomorrow demain",
    yesterday="yesterday hier",
    morning="morning mornings matin matins matinee",
    afternoon="afternoon afternoons apres-midi",
    evening="evening evenings soir soirs",
    night="night nights nuit nuits",
    noon="noon midi",
    midnight="midnight minuit",
    second="seconds secondes seconde",
    minute="minute minutes min mins",
    hour="hour hours heure heures hourly",
    day="day days daily jour jours journee quotidien quotidienne quotidiennement",
    week="week weeks weekly semaine semaines hebdomadaire hebdo",
    month="month months monthly mois mensuel mensuelle mensuels mensuellement",
    quarter="quarter quarters quarterly trimestre trimestriel",
    year="year years yearly annual annually ans annee annees annuel annuelle annuels",
)

DIRECTIONS: Final[dict[str, str]] = table(
    up="increase raise grow growth boost gain more rise upgrade maximise maximize augment augmenter augmente augmentez"
    " augmentation accroitre croitre croissance hausse hausser gagner gagne plus davantage booster",
    down="decrease reduce lower less fewer drop cut shrink lose losing lost loss losses decline downgrade minimise"
    " minimize diminuer diminue diminution reduire reduis reduit baisser baisse moins perdre perds perdu perte",
    high="high higher highest eleve elevee haut haute",
    low="low lowest faible bas basse",
    upward="up",
    off="off",
    down_="down",
    out="out outside_of hors",
    back_="back",
    before="before avant prior",
    after="after apres following",
    since="since depuis",
    until="until till jusque jusqu",
    during="during pendant",
    from_="from",
    into="into vers",
    over="over above dessus sur-plus exceed exceeding",
    under="under below dessous sous",
    instead="instead lieu plutot",
    against="than versus vs contre against",
    only="only solely exclusively exclusive seulement uniquement exclusivement exclusif exclusive seul seule seuls",
    all_="all every everyone everybody everything each tous tout toute toutes chaque always toujours",
    most="most plupart majorite",
    many="many beaucoup much nombreux nombreuses",
    few="few peu little",
    least="least",
    either="or ou either soit",
    both="both",
    next_="next upcoming prochain prochaine prochains prochaines suivant suivante",
    last="last latest past previous recent dernier derniere derniers dernieres precedent precedente",
    another="another other others different differently new newest again once-more autre autres nouveau nouvelle"
    " nouveaux nouvelles nouvel encore",
    same="same identical meme memes identique",
    best="best better meilleur meilleure meilleurs meilleures mieux top",
    worst="worst worse pire pires",
    bad="bad badly poor mauvais mauvaise mauvaises mal",
    start="start begin starting commencer commence demarrer demarre debut debuter",
    stop="stop end finish quit arreter arrete arretez terminer fin cesser finir",
    pause="pause suspend suspendre mettre-en-pause",
    add="add adding ajouter ajoute ajoutez",
    remove="remove delete erase deletion removal supprimer supprime supprimez suppression effacer efface retirer"
    " retire enlever enleve",
    restore="restore recover undo restaurer recuperer retablir",
    open="open reopen ouvrir ouvre ouvert rouvrir",
    close="close shut fermer ferme fermez fermeture cloturer",
    enable="enable activate activer active activez",
    disable="disable deactivate desactiver desactive",
    inactive="inactive inactif inactifs inactives dormant",
    accept="accept approve accepter accepte approuver approuve",
    refuse="refuse reject decline deny refuser refuse rejeter rejette",
    forbid="forbid forbidden ban banned prohibit prohibited illegal interdit interdite interdire illegal bannir banni",
    block="block blocked blocking bloquer bloque",
    unblock="unblock debloquer debloque",
    buy="buy purchase buying bought acheter achete achat achats",
    sell="sell sale sales selling sold vendre vends vente ventes",
    send="send sending sent envoyer envoie envoyez envoi",
    receive="receive received receiving recevoir recois",
    free="free gratuit gratuite gratuits gratuitement",
    paid="paid payant payante payants",
    public="public publicly publique publics",
    private="private privately prive privee prives privees",
    subscribe="subscribe s'abonner abonner sinscrire inscrire",
    unsubscribe="unsubscribe desabonner desabonne desinscrire",
    follow="follow following suivre",
    unfollow="unfollow",
    hide="hide hidden cacher cache masquer masque",
    unpublish="unpublish depublier",
    upload="upload uploading televerser importer import",
    download="download downloading export telecharger exporter",
    lock="lock verrouiller",
    unlock="unlock deverrouiller",
    logout="logout deconnecter deconnexion disconnect",
    early="early earlier earliest tot",
    late="late later tard retard",
    short="short shorter shorten court courte courts courtes raccourcir brief",
    long="long longer lengthen longue longs longues rallonger allonger",
    fast="fast faster rapide",
    slow="slow slower slowly lent lente lentement",
    cheap="cheap cheaper pas-cher",
    dear="expensive dearer couteux",
    old="old older ancien ancienne anciens vieux vieille",
    easy="easy facile",
    hard="hard difficult difficile",
    big="big bigger large grand grande gros grosse",
    small="small smaller tiny petit petite petits",
    formal="formal formel formelle",
    casual="casual informal informel decontracte",
    serious="serious serieux serieuse",
    sad="sad unhappy triste",
    happy="happy heureux heureuse contente",
    angry="angry furieux fache",
    positive="positive positif positifs",
    negative="negative negatif negatifs",
    love="love loved adore aime",
    hate="hate hated deteste hais",
    true="true vrai",
    false="false faux fausse fake",
    man="he him his man men male homme hommes",
    woman="she her hers woman women female femme femmes elle elles",
    online="online ligne",
    offline="offline",
    manual="manually manuellement",
    automatic="automatic automatically auto automatique automatiquement",
    half="half moitie demi demie",
    double_="double twice doubler",
    triple="triple thrice",
    maximum="maximum max",
    minimum="minimum min-",
    average="average moyenne moyen-ne",
)
"""Words of which another one, or a missing one, turns a question round: comparatives, opposites, quantities."""

NEGATIONS: Final[dict[str, str]] = table(
    not_="not cannot cant dont wont isnt doesnt didnt arent wasnt werent shouldnt couldnt wouldnt havent hasnt hadnt"
    " aint non pas",
    no="no none aucun aucune",
    never="never jamais",
    nothing="nothing rien",
    nobody="nobody personne",
    nor="neither nor ni",
    without="without sans",
    except_="except unless sauf hormis excepte",
    hardly="hardly barely guere",
)
NEGATED_BY: Final = frozenset(
    {"pas", "jamais", "rien", "aucun", "aucune", "personne", "ni", "guere", "plus", "que", "qu"}
)
"""What completes the French "ne"."""

QUESTIONS: Final[dict[str, str]] = table(
    why="why pourquoi",
    when="when quand",
    where="where",
    who="who whom whose",
    quantity="combien",
    often="often frequently souvent",
    must="should must ought shall dois doit devons doivent devrais devrait devrions faut faudrait obliged obligatoire"
    " mandatory oblige obligee required",
)
PHRASES: Final[dict[tuple[str, str], str]] = {
    ("how", "many"): "quantity",
    ("how", "much"): "quantity",
    ("how", "come"): "why",
    ("what", "time"): "when",
    ("what", "day"): "when",
    ("which", "day"): "when",
    ("quelle", "heure"): "when",
    ("quel", "moment"): "when",
    ("quel", "jour"): "when",
    ("have", "to"): "must",
    ("has", "to"): "must",
    ("quelle", "raison"): "why",
}
"""Two words that ask as one."""

SMALL: Final = listed(
    "a an the this that these those my your our their its i you we they it me us them am is are was were be been do does"
    " did to of in on at for with as by and but if so can could may will would have has had very too le la les l un une"
    " des du de d au aux ce cet cette ces mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs je j tu nous"
    " vous ils il on se s m t y en et mais si dans par pour avec est es suis sont a ai as ont peux peut que qu qui c tres"
    " trop etre avoir faire fais any some"
)
"""Words that a negation or a direction passes over to reach what it is about."""

HELPING: Final = listed(
    "help give tell show write let send suggest explain find make get teach remind aider aide aidez donner donne donnez"
    " dire dis dites montrer montre ecris expliquer explique suggere suggerer proposer propose trouver trouve"
    " rappeler rappelle faire fais envoie conseiller conseille recommander recommande faut laisse generer redige"
    " rediger"
)
"""After these, "me" is who asks for help and could be left out; elsewhere it says who does what to whom."""

PUBLIC_NAMES: Final = listed(
    "instagram tiktok onlyfans fansly reddit threads twitter x youtube snapchat facebook twitch telegram whatsapp discord"
    " patreon openai gpt azure stripe paypal google apple android iphone ios mac windows chrome safari firefox huntaze"
    " api graphql rest http https json csv pdf xml url html seo kpi rgpd gdpr vat tva ppv dm cta english french german"
    " spanish italian portuguese anglais francais allemand espagnol italien portugais"
)
"""Names that identify nobody: a question with these may be shared."""

ALSO_NAMES: Final = frozenset({"amber", "art", "bill", "cash", "claire", "guy"})
"""Ordinary words, or forms of one, that are as often somebody's name."""

CURRENCIES: Final[dict[str, str]] = {
    **dict.fromkeys(("€", "euro", "euros", "eur"), "€"),
    **dict.fromkeys(("$", "dollar", "dollars", "usd", "bucks"), "$"),
    **dict.fromkeys(("£", "pound", "pounds", "gbp"), "£"),
    **dict.fromkeys(("%", "percent", "pourcent"), "%"),
}

ENDINGS: Final = ("'s", "s", "es", "d", "ed", "ing", "ly", "er", "e", "ent", "ez", "ons", "ant", "ee", "ees", "x")


@functools.cache
def ordinary() -> frozenset[str]:
    """Return the words that may differ between two questions without the guard's objecting."""
    files = [HERE / f"ordinary_words.{language}.txt" for language in ("en", "fr")]
    return frozenset(word for file in files for word in file.read_text(encoding="utf-8").split())


@functools.lru_cache(maxsize=8_192)
def stems(word: str) -> tuple[str, ...]:
    """Return a folded word and what it may be a form of, the word itself first."""
    found = [word]
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            cut = word[: -len(ending)]
            found += [cut, cut + "e", cut + "er", cut[:-1]] if ending in {"ing", "ed", "er"} else [cut, cut + "er"]
    return tuple(found)


@functools.lru_cache(maxsize=8_192)
def is_ordinary(word: str) -> bool:
    return word not in ALSO_NAMES and any(stem in ordinary() for stem in stems(word))


def group(word: str, groups: dict[str, str]) -> str | None:
    """Return the group that a folded word, or what it is a form of, belongs to.

    A word that is ordinary as it stands is no form of another: "here" is not "her".
    """
    if word in groups:
        return groups[word]
    if word in ordinary():
        return None
    return next((groups[stem] for stem in stems(word) if stem in groups), None)
