"""Briefs that teach by example: what to say, and how little of it is enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from content.models import Length, Platform


@dataclass(frozen=True, slots=True)
class Example:
    slug: str
    icon: str
    title: str | Promise
    prompt: str | Promise
    platform: Platform
    tone: str
    length: Length

    def brief(self) -> dict[str, str]:
        """Return the fields of the form that the example fills."""
        return {
            "prompt": str(self.prompt),
            "platform": self.platform.value,
            "tone": self.tone,
            "length": self.length.value,
        }


EXAMPLES: Final = (
    Example(
        "teaser",
        "cloud-rain",
        _("Announce a drop"),
        _("Rainy Sunday, new behind-the-scenes set tonight at nine. Make them curious, not pushy."),
        Platform.INSTAGRAM,
        "mysterious",
        Length.SHORT,
    ),
    Example(
        "thanks",
        "gift",
        _("Thank your subscribers"),
        _("We passed 500 subscribers this morning. Say thank you, and that a free photo waits in their inbox."),
        Platform.ONLYFANS,
        "warm",
        Length.SHORT,
    ),
    Example(
        "return",
        "message-circle",
        _("Come back after a break"),
        _("I was away for two weeks, moving house. Now I am back, with one video a week. Ask what to film first."),
        Platform.FANSLY,
        "direct",
        Length.MEDIUM,
    ),
)


def find(slug: str) -> Example | None:
    return next((example for example in EXAMPLES if example.slug == slug), None)
