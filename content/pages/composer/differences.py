"""Two drafts side by side: the texts that differ, each under the name of the channel that says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from content import history
from content.channels import SPECS
from content.history import Draft, Piece


@dataclass(frozen=True, slots=True)
class Difference:
    """A text of two drafts: `before` is what one says, `pieces` what the other one changes in it."""

    place: str
    before: str
    pieces: Sequence[Piece]

    @property
    def name(self) -> str:
        return str(SPECS[self.place].name) if self.place else _("All channels")


def between(before: Draft, after: Draft) -> list[Difference]:
    """Return what differs: the shared text, and each channel's own that one of both has. At least the shared text."""
    shared, *own = dict.fromkeys(place for draft in (before, after) for place, _title, _body in draft.texts())
    found = [place for place in (shared, *own) if before.words_at(place) != after.words_at(place)]
    return [
        Difference(place, before.words_at(place), history.diff(before.words_at(place), after.words_at(place)))
        for place in found or [shared]
    ]
