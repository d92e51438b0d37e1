"""The creator's own page here. It shows every publication that is stored as published, so storing it is publishing it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.conf import settings

from accounts.models import CreatorProfile, User
from content.channels import Text
from content.models import Asset, Publication
from content.publishing.adapters.contract import Failed, Outcome, Published


class OwnPage:
    # The publication becomes visible in the transaction that stores the outcome, or not at all.
    is_repeatable: Final = True

    def missing(self, user: User, channel: str) -> list[str]:
        return [] if handle_of(user.pk) else ["no_page"]

    def publish(self, publication: Publication, text: Text, media: Sequence[Asset]) -> Outcome:
        handle = handle_of(publication.user_id)
        if not handle:
            return Failed("no_page")
        return Published(f"{settings.BASE_URL}/@{handle}#post-{publication.pk}")


def handle_of(user_id: int) -> str | None:
    return CreatorProfile.objects.filter(pk=user_id).values_list("handle", flat=True).first()
