"""The sentences of the fake model, in the languages that it writes, and how it tells which one is asked for."""

import re
from dataclasses import dataclass

_WORD = re.compile(r"[^\W\d_]+")
_ASKED_FOR = re.compile(r"^Language: *(\w+)", re.MULTILINE)
_FRENCH_HINT = re.compile(r"\b(french|français|française|langue|language\W+fr)\b", re.IGNORECASE)
_NAMES = {
    "english": "en", "en": "en", "french": "fr", "fr": "fr", "german": "de", "de": "de", "spanish": "es", "es": "es",
    "italian": "it", "it": "it", "portuguese": "pt", "pt": "pt",
}  # fmt: skip
FRENCH = set(
    _WORD.findall(
        "au aux avec ce ces cette dans de des du elle en est et il je la le les leur ma mes mon ne nos notre nous ou par pas"
        " plus pour que qui sa sans ses son sous sur tes ton un une vos votre vous écris rédige publie légende"
    )
)
ENGLISH = set(
    _WORD.findall(
        "a about an and are as at be by can do for from have i in is it me my not of on or our post that the their they"
        " this to we what will with write you your caption short long"
    )
)
# What a prompt of this product says around the brief.
_SETTINGS = {
    "creator", "plan", "task", "platform", "language", "length", "tone", "brief", "material", "title", "format", "json",
    "schema", "short", "medium", "long", "english", "french", "generic", "instagram", "marketing", "template", "free",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Phrases:
    """What one language has: how a text opens, turns and ends, what it may say between, and words for want of others."""

    openings: tuple[str, ...]
    turns: tuple[str, ...]
    endings: tuple[str, ...]
    middles: tuple[str, ...]
    spare_words: tuple[str, ...]
    refusal: str


PHRASES = {
    "en": Phrases(
        openings=("Today is all about {0}.", "Let me tell you about {0}.", "You asked for {0}, so here it is."),
        turns=(
            "I kept the {1} simple and let the {2} do the talking.",
            "First came the {1}, and then the {2} surprised me.",
        ),
        endings=("Tell me in the comments: {3} or {4}?", "Save this for the day you need more {3} and less {4}."),
        middles=(
            "Nobody told me that {2} would feel this good before noon.",
            "There is a quiet kind of joy in getting the {0} right.",
            "If you only try one thing this week, let it be the {1}.",
            "I used to rush through the {4}, and I missed the best part.",
            "My neighbours laughed at the {3} until they saw the result.",
            "What I love most is how every {2} ends up a little different.",
            "Some days the plan holds, other days it falls apart by breakfast.",
            "A friend asked me why I bother, and honestly the answer is easy.",
            "It took three tries, two cups of tea and a lot of patience.",
            "You do not need much money for this, only an hour and some care.",
            "I wrote down what worked, so that you can skip my mistakes.",
            "Look closely at the last picture and you will see what I mean.",
            "By the end of the evening everyone wanted the recipe.",
            "Next month I will show you the part that happens behind the door.",
            "Thank you for being here, it really does change how I work.",
            "Small steps count, even when they look like nothing from outside.",
            "The light came in sideways and made everything worth keeping.",
            "Ask me anything, I read each message before going to bed.",
        ),
        spare_words=("morning", "light", "coffee", "detail", "moment"),
        refusal="I'm sorry, but I can't help with that request.",
    ),
    "fr": Phrases(
        openings=(
            "Aujourd'hui, je vous parle de {0}.", "Vous vouliez {0} : voilà, c'est prêt.", "Tout a commencé avec {0}.",
        ),
        turns=(
            "J'ai gardé {1} tout simple et j'ai laissé parler {2}.", "D'abord {1}, et puis {2} m'a surprise.",
        ),
        endings=(
            "Dites-moi en commentaire : {3} ou {4} ?", "À garder pour le jour où il faudra plus de {3} que de {4}.",
        ),
        middles=(
            "Personne ne m'avait dit que {2} ferait autant de bien avant midi.",
            "Il y a une joie tranquille à réussir {0} du premier coup.",
            "Si vous ne deviez essayer qu'une chose cette semaine, choisissez {1}.",
            "Avant, je passais trop vite sur {4}, et je ratais le meilleur.",
            "Mes voisins ont souri devant {3} jusqu'au moment du résultat.",
            "Ce que j'aime le plus, c'est que {2} change un peu chaque fois.",
            "Certains jours le programme tient, d'autres il s'écroule au petit déjeuner.",
            "Une amie m'a demandé pourquoi je m'obstine, et la réponse est simple.",
            "Il a fallu trois essais, deux tasses de thé et beaucoup de patience.",
            "Pas besoin de dépenser beaucoup, une heure et un peu de soin suffisent.",
            "J'ai noté ce qui marche, pour vous éviter mes erreurs.",
            "Regardez bien la dernière photo et vous comprendrez tout de suite.",
            "À la fin de la soirée, tout le monde voulait la recette.",
            "Le mois prochain, je vous montre ce qui se passe derrière la porte.",
            "Merci d'être là, cela change vraiment ma façon de travailler.",
            "Les petits pas comptent, même quand ils ne se voient pas de loin.",
            "La lumière arrivait de côté et rendait tout précieux.",
            "Posez-moi vos questions, je lis chaque message avant de dormir.",
        ),
        spare_words=("matin", "lumière", "café", "détail", "instant"),
        refusal="Je suis désolée, mais je ne peux pas répondre à cette demande.",
    ),
    "de": Phrases(
        openings=("Heute geht es um {0}.", "Ich erzähle euch von {0}."),
        turns=("Zuerst kam {1}, und dann hat mich {2} überrascht.",),
        endings=("Schreibt mir in die Kommentare: {3} oder {4}?",),
        middles=(
            "Niemand hat mir gesagt, dass es vor dem Mittag so gut tut.",
            "Wenn ihr diese Woche nur eine Sache ausprobiert, dann diese.",
            "Es brauchte drei Versuche, zwei Tassen Tee und viel Geduld.",
            "Ihr braucht dafür nicht viel Geld, nur eine Stunde und etwas Sorgfalt.",
            "Schaut euch das letzte Bild genau an, dann versteht ihr mich.",
            "Danke, dass ihr da seid, das verändert meine Arbeit wirklich.",
            "Kleine Schritte zählen, auch wenn sie von außen nach nichts aussehen.",
        ),
        spare_words=("Morgen", "Licht", "Kaffee", "Detail", "Moment"),
        refusal="Es tut mir leid, aber dabei kann ich nicht helfen.",
    ),
    "es": Phrases(
        openings=("Hoy os hablo de {0}.", "Todo empezó con {0}."),
        turns=("Primero llegó {1}, y después me sorprendió {2}.",),
        endings=("Decidme en los comentarios: ¿{3} o {4}?",),
        middles=(
            "Nadie me había dicho que sentaría tan bien antes del mediodía.",
            "Si esta semana solo probáis una cosa, que sea esta.",
            "Hicieron falta tres intentos, dos tazas de té y mucha paciencia.",
            "No hace falta gastar mucho, basta una hora y un poco de cuidado.",
            "Mirad bien la última foto y entenderéis lo que quiero decir.",
            "Gracias por estar aquí, de verdad cambia mi manera de trabajar.",
            "Los pasos pequeños cuentan, aunque desde fuera no se vean.",
        ),
        spare_words=("mañana", "luz", "café", "detalle", "momento"),
        refusal="Lo siento, pero no puedo ayudarte con esa petición.",
    ),
    "it": Phrases(
        openings=("Oggi vi parlo di {0}.", "Tutto è cominciato con {0}."),
        turns=("Prima è arrivato {1}, e poi mi ha sorpreso {2}.",),
        endings=("Ditemi nei commenti: {3} oppure {4}?",),
        middles=(
            "Nessuno mi aveva detto che avrebbe fatto così bene prima di mezzogiorno.",
            "Se questa settimana provate una cosa sola, che sia questa.",
            "Ci sono voluti tre tentativi, due tazze di tè e molta pazienza.",
            "Non serve spendere molto, bastano un'ora e un po' di cura.",
            "Guardate bene l'ultima foto e capirete che cosa intendo.",
            "Grazie di essere qui, cambia davvero il mio modo di lavorare.",
            "I piccoli passi contano, anche quando da fuori non si vedono.",
        ),
        spare_words=("mattina", "luce", "caffè", "dettaglio", "momento"),
        refusal="Mi dispiace, ma non posso aiutarti con questa richiesta.",
    ),
    "pt": Phrases(
        openings=("Hoje vou falar de {0}.", "Tudo começou com {0}."),
        turns=("Primeiro veio {1}, e depois fui surpreendida por {2}.",),
        endings=("Digam-me nos comentários: {3} ou {4}?",),
        middles=(
            "Ninguém me disse que faria tão bem antes do meio-dia.",
            "Se esta semana só experimentarem uma coisa, que seja esta.",
            "Foram precisas três tentativas, duas chávenas de chá e muita paciência.",
            "Não é preciso gastar muito, basta uma hora e algum cuidado.",
            "Olhem bem para a última fotografia e vão perceber o que digo.",
            "Obrigada por estarem aqui, isso muda mesmo a minha forma de trabalhar.",
            "Os pequenos passos contam, mesmo quando não se veem de fora.",
        ),
        spare_words=("manhã", "luz", "café", "detalhe", "momento"),
        refusal="Desculpa, mas não posso ajudar com esse pedido.",
    ),
}  # fmt: skip


def words(text: str) -> list[str]:
    return _WORD.findall(text)


def language_of(prompt: str) -> str:
    """Tell the language to answer in: the one asked for by name, else that of most of the words."""
    asked_for = _ASKED_FOR.search(prompt)
    if asked_for and asked_for[1].lower() in _NAMES:
        return _NAMES[asked_for[1].lower()]
    if _FRENCH_HINT.search(prompt):
        return "fr"
    lowered = [word.lower() for word in words(prompt)]
    french = sum(word in FRENCH for word in lowered)
    english = sum(word in ENGLISH for word in lowered)
    return "fr" if french > english else "en"


def topics_of(prompt: str, language: str) -> list[str]:
    """Take the five words that the answer is about from the prompt."""
    plain = FRENCH | ENGLISH | _SETTINGS
    lowered = (word.lower() for word in words(prompt))
    own = dict.fromkeys(word for word in lowered if len(word) > 3 and word not in plain)
    return [*own, *(word for word in PHRASES[language].spare_words if word not in own)][:5]
