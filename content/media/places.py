"""Where the bytes of a media file lie: keys in the bucket."""

from __future__ import annotations

from content.media.workshop import CUT, FITTED
from content.models import Asset

ORIGINAL = "original"
PLAY = "play"
SUFFIXES = {PLAY: "mp4", **dict.fromkeys(FITTED, "webp"), **dict.fromkeys(CUT, "jpg")}


def staging(asset: Asset, part: int | None = None) -> str:
    """Return the key of an uploaded part, from 1 on; without one, what the keys of all parts begin with."""
    return f"staging/{asset.user_id}/{asset.pk}/" + ("" if part is None else f"{part:04d}")


def home(asset: Asset) -> str:
    """Return what all keys of a prepared file begin with."""
    return f"media/{asset.user_id}/{asset.pk}/"


def made(asset: Asset, name: str) -> str:
    """Return the key of something that the worker makes under its present claim: no other one writes there."""
    return f"{home(asset)}{asset.claim}/{name}"


def key(asset: Asset, rendition: str) -> str:
    """Return the key of a shape of a file that is ready. Raises KeyError for a shape that there is not."""
    if rendition == ORIGINAL:
        return asset.key
    return f"{asset.key.rpartition('/')[0]}/{rendition}.{SUFFIXES[rendition]}"
