"""Whether a post can go out: what is missing or wrong, for each channel, before anything is promised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from content import channels, media, moderation
from content.models import Channel, Content
from content.publishing import adapters, failures

if TYPE_CHECKING:
    from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend. `channel` is "" for what concerns them all."""

    code: str
    message: str | Promise
    channel: str = ""

    @property
    def channel_name(self) -> str:
        return str(Channel(self.channel).label) if self.channel else ""

    def __str__(self) -> str:
        return f"{self.channel_name}: {self.message}" if self.channel else str(self.message)


class NotReady(Exception):
    """The post cannot go out like this; `faults` say what to mend."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults


def faults(content: Content, wanted: Sequence[str]) -> list[Fault]:
    """Return what keeps the content from these channels; empty when it can be scheduled."""
    if content.deleted_at:
        return [Fault("deleted", _("This post is in the bin: restore it first"))]
    if not content.body.strip():
        own = any(row.customized and row.body.strip() for row in content.channels.all())
        # A post is known by its shared text, in lists and on the calendar.
        return [Fault("empty", _("The text for all channels is empty") if own else _("There is no text yet"))]
    if not wanted:
        return [Fault("no_channel", _("Choose where it goes"))]
    verdict = moderation.may_publish(content)
    if verdict.blocked:
        return [Fault("blocked", _("Something in the text may not be published"))]
    if verdict.must_acknowledge:
        return [Fault("warned", _("Something in the text is worth a second look: read it, then go on"))]
    unknown = [channel for channel in wanted if channel not in channels.SPECS]
    if unknown:
        return [Fault("unknown_channel", _("There is no such channel"))]
    files = media.of(content)
    found = []
    for channel in wanted:
        of_text = channels.faults(channels.text(content, channel), channel, files)
        found += [Fault(fault.code, fault.message, channel) for fault in of_text if fault.stops]
        found += [
            Fault(code, failures.explain(code).what, channel)
            for code in adapters.of(channel).missing(content.user, channel)
        ]
    return found


def check(content: Content, wanted: Sequence[str]) -> None:
    """Raise NotReady unless the content can go to these channels."""
    if found := faults(content, wanted):
        raise NotReady(found)
