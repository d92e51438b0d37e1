"""What a content says on each channel, with the label that tells of AI where the channel's policy asks for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from content.channels import counting
from content.channels.specs import SPECS, LabelRule
from content.models import Channel, ChannelText, Content, Origin, Platform

SENTENCES: Final = {
    "en": "Written with AI",
    "fr": "Écrit avec l’IA",
    "de": "Mit KI geschrieben",
    "es": "Escrito con IA",
    "it": "Scritto con l’IA",
    "pt": "Escrito com IA",
}
# Hashtags that say it already.
TOLD: Final = frozenset({"ai", "ia", "ki", "aigenerated", "aiassisted", "madewithai"})


@dataclass(frozen=True, slots=True)
class Text:
    """What goes out on a channel: `body` ends with `label` where the text carries one; `origin` is who wrote it."""

    title: str
    body: str
    label: str = ""
    customized: bool = False
    origin: str = Origin.HUMAN

    @property
    def origin_name(self) -> str:
        return str(Origin(self.origin).label)


def of(content: Content) -> list[str]:
    """Return the channels that a content is for, in the order of `Channel`."""
    chosen = {row.channel for row in content.channels.all()}
    if not chosen:
        # Texts of the API and of older days name a platform only.
        chosen = {content.platform}
    return [channel for channel in Channel.values if channel in chosen]


def set(content: Content, channels: Iterable[str]) -> None:  # noqa: A001 - read as channels.set(…)
    """Make these the channels of a content. What was said on one that is taken out is forgotten with it."""
    wanted = [channel for channel in Channel.values if channel in frozenset(channels)]
    with transaction.atomic():
        content.channels.exclude(channel__in=wanted).delete()
        ChannelText.objects.bulk_create(
            [ChannelText(content=content, channel=channel) for channel in wanted], ignore_conflicts=True
        )
        platform = next((channel for channel in wanted if channel in Platform.values), Platform.GENERIC)
        if platform != content.platform:
            content.platform = platform
            content.save(update_fields=["platform"])
    forget_loaded(content)


def forget_loaded(content: Content) -> None:
    """Have rows that were prefetched with a content read anew."""
    getattr(content, "_prefetched_objects_cache", {}).pop("channels", None)


def row_of(content: Content, channel: str) -> ChannelText | None:
    return next((row for row in content.channels.all() if row.channel == channel), None)


def text(content: Content, channel: str) -> Text:
    """Return what the content says on a channel: its own text there or the shared one, labelled."""
    row = row_of(content, channel)
    customized = row is not None and row.customized
    title, body = (row.title, row.body) if row is not None and row.customized else (content.title, content.body)
    origin = origin_of(content, channel)
    label = label_for(content, channel, body, origin) if body.strip() else ""
    return Text(
        title=title if SPECS[channel].takes_title else "",
        body=labelled(body, label),
        label=label,
        customized=customized,
        origin=origin,
    )


def origin_of(content: Content, channel: str) -> str:
    """Return who wrote what the content says on a channel."""
    row = row_of(content, channel)
    return (row.origin if row is not None and row.customized else "") or content.origin


def label_for(content: Content, channel: str, body: str, origin: str) -> str:
    """Return the label that the channel's policy asks for; empty for a human text, or where it stands there already."""
    if origin == Origin.HUMAN or is_off(content, channel) or tells(body):
        return ""
    return label_of(channel, content.language)


def label_of(channel: str, language: str) -> str:
    """Return how a text in a language tells of AI on a channel."""
    return SPECS[channel].ai_label or SENTENCES.get(language, SENTENCES["en"])


def is_off(content: Content, channel: str) -> bool:
    """Whether the creator turned the label off, where the channel's policy lets them."""
    row = row_of(content, channel)
    return SPECS[channel].label_rule != LabelRule.ALWAYS and row is not None and not row.labelled


def tells(body: str) -> bool:
    """Whether a text says by itself that AI had a part in it."""
    return any(word.lower() in TOLD for word in counting.hashtags(body)) or any(
        sentence.lower() in body.lower() for sentence in SENTENCES.values()
    )


def labelled(body: str, label: str) -> str:
    """Return the text with its label: beside the hashtags when it ends with some, else in a line of its own."""
    if not label:
        return body
    body = body.rstrip()
    last = body.rpartition("\n")[2].split()
    if label.startswith("#") and last and last[-1].startswith("#"):
        return f"{body} {label}"
    return f"{body}\n\n{label}"
