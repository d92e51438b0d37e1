"""Whether a draft has the form that can be pasted where it goes: the text alone, without Markdown or a frame."""

from __future__ import annotations

import re
from typing import Final

FENCE: Final = re.compile(r"^\s*```", re.MULTILINE)
MARKDOWN: Final = re.compile(
    r"^#{1,6}[ \t]+\S"  # heading
    r"|(?<![\w*])\*\*(?=\S)[^*\n]+?(?<=\S)\*\*(?![\w*])"  # bold
    r"|(?<!\w)__(?=\S)[^_\n]+?(?<=\S)__(?!\w)"
    r"|\[[^\]\n]+\]\((?:https?://|/|#)[^)\n]*\)"  # link
    r"|^\s*\|.*\|\s*\n\s*\|[\s:|-]+\|\s*$",  # table
    re.MULTILINE,
)
PLACEHOLDER: Final = re.compile(
    r"\[(?:insert|add|your|my|name|first name|link|date|time|price|creator|handle|insérer|insérez|ajouter|ajoutez|votre|vos|"
    r"ton|ta|nom|prénom|lien|heure|prix|ville|city|place|lieu)\b[^\]\n]{0,40}\](?!\()",
    re.IGNORECASE,
)
LABEL: Final = re.compile(
    r"\A\W*(?:(?:instagram|tiktok|threads|twitter|reddit|onlyfans|fansly|short|final)\s+)?"
    r"(?:caption|légende|post|tweet|publication|texte|(?:post |caption )?text|title|titre|output|response|réponse|draft|"
    r"brouillon)"
    r"(?:\s+(?:instagram|tiktok|threads|twitter|reddit|onlyfans|fansly))?\s*\**\s*[:：]"
    r"|^\W{0,3}(?:hashtags?|corps|body)\s*\**\s*[:：]",
    re.IGNORECASE | re.MULTILINE,
)
THING: Final = (
    r"(?:caption|légende|post|publication|tweet|draft|brouillon|version|proposition|text|texte|copy|e-?mail|message)"
)
OPENING: Final = re.compile(
    r"\A\W*(?:(?:sure(?: thing)?|certainly|of course|absolutely|bien sûr|absolument|avec plaisir|certainement)[\s!,.:]*)?"
    r"(?:here(?:'s| is| are)|voici)\s+(?:a |an |your |the |some |une |un |votre |vos |ta |ton |la |le |quelques |deux |trois |"
    rf"two |three )?(?:[\w'\-]+\s+){{0,4}}?{THING}s?\b[^\n]{{0,100}}[:：][ \t]*(?:\n|\Z)"
    r"|\A\W*(?:sure(?: thing)?|certainly|of course|absolutely|bien sûr|absolument|avec plaisir)\s*[!,.]\s*(?:here|voici)\b",
    re.IGNORECASE,
)
CLOSING: Final = re.compile(
    r"\blet me know if you(?:'d like| would like| want| need)[^\n]{0,30}\b(?:changes|adjustments|edits|tweaks|revisions|"
    r"another version|modifications|me to (?:adjust|change|edit|tweak))"
    r"|\bfeel free to (?:adjust|edit|modify|tweak|customi[sz]e|personali[sz]e) (?:it|this|the)"
    r"|\bwould you like me to (?:adjust|change|write|add|make|rewrite)"
    r"|n'hésite[zs]? pas à (?:adapter|modifier|ajuster|personnaliser) (?:ce|cette|le|la)"
    r"|\b(?:souhaitez-vous|voulez-vous|veux-tu|souhaites-tu) que je (?:modifie|change|ajuste|propose|réécrive|ajoute)"
    r"|\bdites-moi si vous (?:souhaitez|voulez) (?:des |que je |une autre )(?:modif|ajust|version|change)",
    re.IGNORECASE,
)
SUBJECT: Final = re.compile(r"\A\s*(?:subject|objet|betreff|asunto|oggetto|assunto)\s*[:：]\s*\S", re.IGNORECASE)
QUOTES: Final = {'"': '"', "“": "”", "«": "»", "„": "“", "'": "'", "‘": "’", "`": "`"}
TAKES_MARKDOWN: Final = frozenset({"reddit"})


def is_quoted(text: str) -> bool:
    """Tell whether one pair of quotation marks stands round the whole."""
    text = text.strip()
    closing = QUOTES.get(text[:1])
    if closing is None or len(text) < 3 or text[-1] != closing:
        return False
    inside = text[1:-1]
    if closing in {"'", "’"}:
        return not re.search(rf"{closing}(?!\w)", inside)
    return text[0] not in inside and closing not in inside


def is_framed(text: str) -> bool:
    """Tell whether something stands round the text that is no part of it: a label, a remark, a gap to fill."""
    plain = text.replace("’", "'")
    return any(pattern.search(plain) for pattern in (LABEL, OPENING, CLOSING, PLACEHOLDER))


def is_wrong(text: str, platform: str, *, is_document: bool, is_json: bool) -> bool:
    if is_json:
        return FENCE.search(text) is not None
    if is_document:
        return OPENING.search(text.replace("’", "'")) is not None
    if is_framed(text) or is_quoted(text):
        return True
    if platform == "email" and not SUBJECT.search(text):
        return True
    return platform not in TAKES_MARKDOWN and bool(MARKDOWN.search(text) or FENCE.search(text))
