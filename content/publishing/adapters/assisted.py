"""Platforms elsewhere: at the minute the creator is reminded, and posts by hand with everything ready to copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from accounts.models import User
from content.channels import Text
from content.models import Asset, Publication
from content.publishing.adapters.contract import Outcome, Reminded


class Assisted:
    # The reminder is stored with the outcome; the mail follows from the stored row.
    is_repeatable: Final = True

    def missing(self, user: User, channel: str) -> list[str]:
        return []

    def publish(self, publication: Publication, text: Text, media: Sequence[Asset]) -> Outcome:
        return Reminded()
