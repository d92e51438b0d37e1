"""What a creator is told of each find: what it is, why it matters, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from content.moderation.rules import BLOCK

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Explanation:
    title: Words
    why: Words
    mend: Words


@dataclass(frozen=True, slots=True)
class Told:
    """A find as a page shows it. `reason` is a model's own sentence, in the language of the text."""

    rule: str
    severity: str
    excerpt: str
    by: str
    explanation: Explanation
    reason: str = ""

    @property
    def blocks(self) -> bool:
        return self.severity == BLOCK

    @property
    def by_model(self) -> bool:
        return self.by != "rules"


EXPLANATIONS: Final[dict[str, Explanation]] = {
    "minors": Explanation(
        _("Minors in a sexual context"),
        _("Nothing sexual may be said in one breath with somebody under 18, not even in play. There is no exception."),
        _("Take out the age, the school or the sexual part. If it is about an adult, say it without the comparison."),
    ),
    "young": Explanation(
        _("Children or teenagers close to something sexual"),
        _("Platforms remove texts that name children or teens near sexual words, whatever is meant."),
        _("Move them apart, into another post if you can, or say it with other words."),
    ),
    "non_consent": Explanation(
        _("Sex without consent"),
        _("Every platform and card company forbids texts that offer or play with sex without consent."),
        _("Take it out, or make plain that everybody agreed."),
    ),
    "deepfake": Explanation(
        _("A real person put into images by AI"),
        _("Images of a real person that AI made without their agreement are forbidden, and a crime in many countries."),
        _("Offer images of yourself only, or of somebody who agreed in writing, and say so."),
    ),
    "illegal": Explanation(
        _("An act that may not be shown"),
        _("No platform takes this, and showing it is a crime in most countries."),
        _("Take it out."),
    ),
    "secrets": Explanation(
        _("A card number or a secret key"),
        _("Whoever reads the post could pay or sign in with it."),
        _("Take it out. If it has been public before, have it replaced."),
    ),
    "password": Explanation(
        _("It looks like a password"),
        _("Whoever reads the post could sign in with it."),
        _("Take it out, or go on if it is meant for your readers."),
    ),
    "doxxing": Explanation(
        _("Private details of somebody else"),
        _("Names, addresses and numbers of others may not be published without their agreement."),
        _("Take them out."),
    ),
    "personal_data": Explanation(
        _("An address, a telephone number or an email"),
        _("What is public once stays public, and strangers may turn up."),
        _("Take it out, or use one that you keep for work."),
    ),
    "off_platform_payment": Explanation(
        _("Payment outside the platform"),
        _("OnlyFans, Fansly and others close accounts that ask for payment elsewhere, and you lose their protection."),
        _("Point to the platform's own tips, messages or subscriptions."),
    ),
    "medical": Explanation(
        _("A claim about health"),
        _("Promises to heal or to lose weight are misleading advertising where they are not proven."),
        _("Say what it did for you, and that it is no medical advice; or take it out."),
    ),
    "advertising": Explanation(
        _("It looks like advertising, and does not say so"),
        _(
            "What you are paid for, or get a share of, must be labelled: by law in France and the EU, and by the platforms."
        ),
        _("Add #ad, “Paid partnership” or “Publicité”, at the beginning."),
    ),
    "platform_words": Explanation(
        _("A word that this platform may refuse"),
        _("Creators report that OnlyFans and Fansly hold back texts with this word."),
        _("Choose another word for that channel."),
    ),
    "platform_reach": Explanation(
        _("A word that may cost you reach"),
        _("Instagram, Threads and TikTok show texts with this word to fewer people, or remove them."),
        _("Choose another word for that channel, or hint at it."),
    ),
    "never_say": Explanation(
        _("Your voice never says this"),
        _("It is on the never-say list of the voice that this post is written in."),
        _("Choose another word, or take it off the list."),
    ),
}

UNKNOWN: Final = Explanation(
    _("Worth a second look"), _("A rule that is no longer used found this."), _("Read it again.")
)


def told(findings: Iterable[Mapping[str, Any]]) -> list[Told]:
    """Return stored findings as a page shows them, what blocks first."""
    found = [
        Told(
            rule=one["rule"],
            severity=one["severity"],
            excerpt=one["excerpt"],
            by=one["by"],
            explanation=EXPLANATIONS.get(one["rule"], UNKNOWN),
            reason=one.get("reason", ""),
        )
        for one in findings
    ]
    return sorted(found, key=lambda one: not one.blocks)
