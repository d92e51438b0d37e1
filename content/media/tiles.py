"""A file as lists show it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from content.media import addresses, faults
from content.media.faults import Fault
from content.models import Asset


@dataclass(frozen=True, slots=True)
class Tile:
    """`veiled` says that it is shown blurred until somebody looks at it on purpose."""

    asset: Asset
    thumb: str
    fault: Fault | None
    veiled: bool

    @property
    def is_ready(self) -> bool:
        return self.asset.state == Asset.State.READY

    @property
    def is_processing(self) -> bool:
        return self.asset.state == Asset.State.PROCESSING

    @property
    def is_video(self) -> bool:
        return self.asset.kind == Asset.Kind.VIDEO

    @property
    def length(self) -> str:
        """How long a video is, as players write it."""
        seconds = round((self.asset.duration_ms or 0) / 1_000)
        hours, rest = divmod(seconds, 3_600)
        minutes, seconds = divmod(rest, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def of(assets: Iterable[Asset], *, blur: bool, now: datetime) -> list[Tile]:
    return [
        Tile(
            asset=asset,
            thumb=addresses.url(asset, "thumb", now=now),
            fault=faults.FAULTS.get(asset.error_code),
            veiled=blur or asset.blurred,
        )
        for asset in assets
    ]
