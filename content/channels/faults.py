"""What keeps a text from a channel, or will look wrong there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from content.channels import counting
from content.channels.specs import SPECS, Spec
from content.channels.texts import Text
from content.models import Asset


@dataclass(frozen=True, slots=True)
class Fault:
    """Something to mend. One that `stops` keeps the text from going out on the channel; others are advice."""

    code: str
    channel: str
    message: str | Promise = field(compare=False)
    stops: bool = True


def faults(text: Text, channel: str, media: Sequence[Asset] = ()) -> list[Fault]:
    """Return what is wrong with a text and its media on a channel, the worst first."""
    spec = SPECS[channel]
    found = [*of_words(text, channel, spec), *of_media(channel, spec, media)]
    return sorted(found, key=lambda fault: not fault.stops)


def of_words(text: Text, channel: str, spec: Spec) -> list[Fault]:
    found = []
    over = counting.length(text.body, spec.counting) - spec.longest
    if not text.body.strip():
        found.append(Fault("empty", channel, _("There is no text yet")))
    if over > 0:
        found.append(
            Fault(
                "too_long",
                channel,
                ngettext_lazy("%(over)s character too long", "%(over)s characters too long", over) % {"over": over},
            )
        )
    if spec.needs_title and not text.title.strip():
        found.append(Fault("title_missing", channel, _("A title is needed here")))
    if spec.takes_title and (over := len(text.title) - spec.longest_title) > 0:
        found.append(
            Fault(
                "title_too_long",
                channel,
                ngettext_lazy(
                    "The title is %(over)s character too long", "The title is %(over)s characters too long", over
                )
                % {"over": over},
            )
        )
    hashtags = len(counting.hashtags(text.body))
    if spec.most_hashtags is not None and hashtags > spec.most_hashtags:
        found.append(
            Fault(
                "too_many_hashtags",
                channel,
                ngettext_lazy("More than %(most)s hashtag", "More than %(most)s hashtags", spec.most_hashtags)
                % {"most": spec.most_hashtags},
            )
        )
    if spec.most_mentions is not None and len(counting.mentions(text.body)) > spec.most_mentions:
        found.append(
            Fault(
                "too_many_mentions",
                channel,
                ngettext_lazy("More than %(most)s mention", "More than %(most)s mentions", spec.most_mentions)
                % {"most": spec.most_mentions},
            )
        )
    return found


def of_media(channel: str, spec: Spec, media: Sequence[Asset]) -> list[Fault]:
    found = []
    if len(media) > spec.most_media:
        found.append(
            Fault(
                "too_many_media",
                channel,
                ngettext_lazy("More than %(most)s media file", "More than %(most)s media files", spec.most_media)
                % {"most": spec.most_media},
            )
        )
    if any(asset.state != Asset.State.READY for asset in media):
        found.append(Fault("media_not_ready", channel, _("A media file is not ready yet")))
    longest = spec.longest_video_seconds
    if longest is not None and any((asset.duration_ms or 0) > longest * 1_000 for asset in media):
        found.append(
            Fault("video_too_long", channel, _("A video is longer than %(seconds)s seconds") % {"seconds": longest})
        )
    if spec.needs_media and not media:
        # Posted by hand: the picture may well be on the creator's phone.
        found.append(Fault("media_missing", channel, _("Needs a picture or a video"), stops=False))
    if any(asset.kind == Asset.Kind.IMAGE and not asset.alt_text for asset in media):
        found.append(Fault("alt_text_missing", channel, _("A picture has no alternative text"), stops=False))
    return found
