"""Signed addresses of media files, for whoever was found to own them."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePosixPath

from django.utils import timezone

from content import channels
from content.media import places, signing
from content.media.workshop import CUT
from content.models import Asset

# By how much a picture may differ from a channel's ratio and still go there uncut.
NEAR = 0.03


def url(asset: Asset, rendition: str = "thumb", *, now: datetime | None = None, download: bool = False) -> str:
    """Return an address that opens the file for 15 to 30 minutes: `thumb`, `preview`, `original`, or for a channel.

    It is the same for up to 15 minutes. "" while the file is not ready. The caller has checked who asks.
    """
    if asset.state != Asset.State.READY:
        return ""
    name = for_channel(asset, rendition) if rendition in channels.SPECS else rendition
    key = places.key(asset, name)
    return signing.url(key, now=now or timezone.now(), download=file_name(asset, name, key) if download else "")


def for_channel(asset: Asset, channel: str) -> str:
    """Return the shape that suits a channel: the file as it is where that fits, else the cut nearest to it."""
    ratios = [width / height for width, height in channels.SPECS[channel].aspect_ratios]
    if not ratios or asset.kind == Asset.Kind.VIDEO or not asset.width or not asset.height:
        return places.ORIGINAL
    own = asset.width / asset.height
    nearest = min(ratios, key=lambda ratio: abs(ratio - own))
    if abs(nearest - own) <= NEAR * nearest:
        return places.ORIGINAL
    return min(CUT, key=lambda name: abs(CUT[name][0] / CUT[name][1] - nearest))


def file_name(asset: Asset, rendition: str, key: str) -> str:
    """Return what a download is called: the creator's name for it, with the suffix of what it is."""
    stem, suffix = asset.name, PurePosixPath(key).suffix
    return f"{stem}{suffix}" if rendition == places.ORIGINAL else f"{stem}-{rendition}{suffix}"
