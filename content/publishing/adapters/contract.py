"""What a channel does with a post at its minute: the one interface between publishing and any platform.

There are two today: the creator's own page, and the reminder to post by hand. An official platform API becomes a third
one. What none of them may ever do is ask for, keep or use a creator's password or session on a platform.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from accounts.models import User
from content.channels import Text
from content.models import Asset, Publication


@dataclass(frozen=True, slots=True)
class Published:
    """It can be seen by others, at `url` where the channel tells one."""

    url: str = ""


@dataclass(frozen=True, slots=True)
class Reminded:
    """The creator is to post it by hand, and is told so now."""


@dataclass(frozen=True, slots=True)
class Failed:
    """It did not go out, for the reason `code` of `failures`. What `may_pass` is tried again after a while."""

    code: str
    may_pass: bool = False


Outcome = Published | Reminded | Failed


class Adapter(Protocol):
    """How one kind of channel publishes.

    `is_repeatable`: whether `publish` may be called again when its caller died before the outcome was stored. An
    adapter whose platform knows no idempotency key says False; then such a publication fails as `unknown_outcome`
    rather than risk a second post. One that has such keys hands over `publication.pk`, which never changes.
    """

    @property
    def is_repeatable(self) -> bool: ...

    def missing(self, user: User, channel: str) -> list[str]:
        """Return the codes of what the creator has to set up before anything can go out here."""
        ...

    def publish(self, publication: Publication, text: Text, media: Sequence[Asset]) -> Outcome:
        """Put it out. Called outside any transaction, by one worker at a time; may take its time, and may raise."""
        ...
