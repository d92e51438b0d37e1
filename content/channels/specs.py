"""What each channel takes: lengths, hashtags, media, and how it wants AI told.

Where a platform documents its limit, the number is that one (docs/composer.md names the sources); where it does not,
it is what creators meet in practice, and a little less rather than more. Counts are ours: see `counting`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from content.models import Channel


class Counting(StrEnum):
    """What a platform calls a character."""

    POINTS = "points"
    """Unicode code points."""
    UTF16 = "utf16"
    """UTF-16 units: most emoji are two."""
    WEIGHTED = "weighted"
    """X: an address is 23, an emoji 2, a letter of a wide script 2."""
    EMOJI_BYTES = "emoji_bytes"
    """Threads: an emoji is as long as its UTF-8 bytes."""


class LabelRule(StrEnum):
    ALWAYS = "always"
    """The platform's terms ask for it: creators cannot turn it off."""
    UNLESS_TURNED_OFF = "unless_turned_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A channel. `aspect_ratios` are width and height, the best one first; empty where any will do.

    `truncated_at` is where the platform hides the rest behind "more". `ai_label` is what an AI-written text carries;
    where it is empty, a sentence in the text's own language (`texts.SENTENCES`).
    """

    name: str | Promise
    icon: str
    longest: int
    truncated_at: int
    counting: Counting = Counting.POINTS
    longest_title: int = 0
    needs_title: bool = False
    most_hashtags: int | None = None
    most_mentions: int | None = None
    most_media: int
    needs_media: bool = False
    longest_video_seconds: int | None = None
    aspect_ratios: tuple[tuple[int, int], ...] = ()
    ai_label: str = "#ai"
    label_rule: LabelRule = LabelRule.UNLESS_TURNED_OFF
    is_own: bool = False
    compose_url: str = ""

    @property
    def takes_title(self) -> bool:
        return self.longest_title > 0


SPECS: Final[dict[str, Spec]] = {
    Channel.HUNTAZE: Spec(
        name=_("My page"),
        icon="house",
        longest=20_000,
        truncated_at=600,
        longest_title=160,
        most_media=20,
        is_own=True,
    ),
    Channel.INSTAGRAM: Spec(
        name="Instagram",
        icon="image",
        longest=2_200,
        truncated_at=125,
        counting=Counting.UTF16,
        most_hashtags=30,
        most_mentions=20,
        most_media=10,
        needs_media=True,
        longest_video_seconds=15 * 60,
        aspect_ratios=((4, 5), (1, 1), (191, 100)),
        compose_url="https://www.instagram.com/",
    ),
    Channel.TIKTOK: Spec(
        name="TikTok",
        icon="video",
        longest=2_200,
        truncated_at=100,
        counting=Counting.UTF16,
        most_media=35,
        needs_media=True,
        longest_video_seconds=10 * 60,
        aspect_ratios=((9, 16),),
        compose_url="https://www.tiktok.com/upload",
    ),
    Channel.X: Spec(
        name="X",
        icon="message-circle",
        longest=280,
        truncated_at=280,
        counting=Counting.WEIGHTED,
        most_media=4,
        longest_video_seconds=140,
        aspect_ratios=((16, 9), (1, 1)),
        compose_url="https://x.com/compose/post",
    ),
    Channel.ONLYFANS: Spec(
        name="OnlyFans",
        icon="heart",
        longest=1_000,
        truncated_at=300,
        most_media=40,
        label_rule=LabelRule.ALWAYS,
        compose_url="https://onlyfans.com/posts/create",
    ),
    Channel.FANSLY: Spec(
        name="Fansly",
        icon="star",
        longest=3_000,
        truncated_at=300,
        most_media=40,
        label_rule=LabelRule.ALWAYS,
        compose_url="https://fansly.com/",
    ),
    Channel.REDDIT: Spec(
        name="Reddit",
        icon="users",
        longest=40_000,
        truncated_at=800,
        longest_title=300,
        needs_title=True,
        most_media=20,
        ai_label="",
        compose_url="https://www.reddit.com/submit",
    ),
    Channel.THREADS: Spec(
        name="Threads",
        icon="at-sign",
        longest=500,
        truncated_at=500,
        counting=Counting.EMOJI_BYTES,
        most_hashtags=1,
        most_media=20,
        longest_video_seconds=5 * 60,
        aspect_ratios=((4, 5), (1, 1)),
        compose_url="https://www.threads.net/",
    ),
    Channel.EMAIL: Spec(
        name=_("Email"),
        icon="mail",
        longest=20_000,
        truncated_at=2_000,
        longest_title=120,
        needs_title=True,
        most_media=10,
        ai_label="",
        compose_url="mailto:",
    ),
}
