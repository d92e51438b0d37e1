"""Who wrote each text of a content, once a draft is stored over it: the shared one, and those of channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from content.history import provenance, versions
from content.history.drafts import Draft
from content.models import Content, ContentVersion, Origin, Variant

Reason = ContentVersion.Reason
SHARED: Final = versions.SHARED


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """How a text came to be what a save says: `variant` was put into the text of the channel `where`, "" for the shared.

    All other texts of the same save are typed, or with a version that is restored they come back with it.
    """

    reason: str = Reason.TYPED
    variant: Variant | None = None
    where: str = SHARED

    def concerns(self, place: str) -> bool:
        return place == self.where or self.reason == Reason.RESTORED


TYPED: Final = Made()


@dataclass(frozen=True, slots=True)
class Wording:
    title: str
    body: str
    origin: str


def stand(content: Content) -> dict[str, Wording]:
    """Return the texts of a content with who wrote them: the shared one under "", a channel's own under its name."""
    own = {
        row.channel: Wording(row.title, row.body, row.origin or content.origin)
        for row in content.channels.all()
        if row.customized
    }
    return {SHARED: Wording(content.title, content.body, content.origin), **own}


def now_of(content: Content) -> dict[str, str]:
    return {place: text.origin for place, text in stand(content).items()}


def after(content: Content, draft: Draft, made: Made) -> dict[str, str]:
    """Return who wrote each text once the draft is stored over what the content says now."""
    standing = stand(content)
    asleep = {row.channel: row for row in content.channels.all() if not row.customized and row.body}
    found = {}
    for place, title, body in draft.texts():
        had = standing.get(place)
        if had is not None and (had.title, had.body) == (title, body) and not made.concerns(place):
            found[place] = had.origin
            continue
        if had is None and place in asleep and asleep[place].body == body:
            # What it said of its own before it said what all say.
            found[place] = asleep[place].origin or content.origin
            continue
        # A text of its own begins with what all channels say.
        found[place] = of_text(content, place, title, body, had=had or standing[SHARED], made=made)
    return found


def of_text(content: Content, place: str, title: str, body: str, *, had: Wording, made: Made) -> str:
    if place == made.where and made.reason == Reason.GENERATED and made.variant is not None:
        return Origin.AI_GENERATED if body.strip() == made.variant.body.strip() else Origin.AI_ASSISTED
    if place == made.where and made.reason == Reason.REWRITTEN:
        return Origin.AI_GENERATED if had.origin == Origin.AI_GENERATED else Origin.AI_ASSISTED
    if (earlier := versions.origin_of(content, place, title, body)) is not None:
        # Undone, or typed back to what it was.
        return earlier
    return provenance.follows(content, body, before=had.body, origin=had.origin)
