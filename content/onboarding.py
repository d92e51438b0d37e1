"""The three questions to a new creator, and the brief of their first post that the answers lead to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import CreatorProfile, User
from content.models import Channel, Length, Platform


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that creators make, with a brief of the sort that they would type for it."""

    slug: str
    icon: str
    label: str | Promise
    prompt: str | Promise
    tone: str = "warm"
    length: Length = Length.SHORT


KINDS: Final = (
    Kind(
        "photos",
        "camera",
        _("Photos"),
        _("New photo set tonight at nine, shot in the rain by the window. Make them curious, not pushy."),
        "mysterious",
    ),
    Kind(
        "videos",
        "clapperboard",
        _("Videos"),
        _(
            "My new video is out: three takes went wrong, and they are in it. Invite them to guess which one I love most."
        ),
        "playful",
    ),
    Kind(
        "adult",
        "flame",
        _("For adults"),
        _("A new set for subscribers on Friday evening. Hint at the mood and show nothing. Ask which colour to wear."),
        "sensual, tasteful",
    ),
    Kind(
        "fitness",
        "dumbbell",
        _("Fitness"),
        _(
            "Twenty minutes, no equipment: the morning routine that I did not want to do today, and did. Dare them to join."
        ),
        "direct",
    ),
    Kind(
        "beauty",
        "sparkles",
        _("Beauty and fashion"),
        _("One jacket, three looks for one day: coffee, office, late dinner. Ask which one they would steal."),
        "elegant",
    ),
    Kind(
        "food",
        "chef-hat",
        _("Cooking"),
        _("Soup for a grey Sunday, from what was left in the fridge. Make them hungry, and ask what is in theirs."),
    ),
    Kind(
        "music",
        "music",
        _("Music"),
        _("A new song at midnight. It began as a voice memo on a night bus. Share one line of it, and when to listen."),
        "mysterious",
    ),
    Kind(
        "art",
        "palette",
        _("Art and crafts"),
        _(
            "I finished the piece that I nearly threw away last week. Show what changed, and thank whoever said: keep it."
        ),
    ),
    Kind(
        "games",
        "gamepad-2",
        _("Games and streams"),
        _("Live tonight at eight: the level that beat me four times. Invite them to watch me win, or laugh at me."),
        "funny",
    ),
    Kind(
        "writing",
        "book-open",
        _("Writing and teaching"),
        _("The one thing that I wish somebody had told me when I began, in three sentences. Ask for theirs."),
        "direct",
        Length.MEDIUM,
    ),
)
UNASKED: Final = Kind(
    "anything",
    "pencil-line",
    _("Something else"),
    _("Introduce me: what I make, why I began, and what comes this week. End with a question that is easy to answer."),
)
CHOICES: Final = [(kind.slug, kind.label) for kind in KINDS]
BY_SLUG: Final = {kind.slug: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class FirstBrief:
    """The composer's fields for a first post, in the creator's language and for their first channel."""

    prompt: str
    platform: str
    channels: list[str]
    language: str
    tone: str
    length: str

    def fields(self) -> dict[str, str]:
        """Return what the form for one platform takes of it."""
        return {
            "prompt": self.prompt,
            "platform": self.platform,
            "language": self.language,
            "tone": self.tone,
            "length": self.length,
        }


def first_brief(user: User, profile: CreatorProfile) -> FirstBrief:
    """Return the brief that fits the answers; what was skipped is filled with what fits anybody."""
    kind = next((BY_SLUG[slug] for slug in profile.makes if slug in BY_SLUG), UNASKED)
    language = profile.languages[0] if profile.languages else user.locale
    channels = [channel for channel in profile.channels if channel in Channel.values]
    # We speak fewer languages than the models do: then the brief is in the reader's own, and the text in the other.
    with translation.override(language if language in dict(settings.LANGUAGES) else user.locale):
        prompt = str(kind.prompt)
    return FirstBrief(
        prompt=prompt,
        platform=next((channel for channel in channels if channel in Platform.values), Platform.GENERIC.value),
        channels=channels[:1],
        language=language,
        tone=kind.tone,
        length=kind.length.value,
    )
