"""Save what a creator types, without ever overwriting what another tab saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db import transaction

from accounts.models import User
from analytics import events
from content import channels
from content.history import drafts, origins, provenance, versions
from content.history.drafts import KEY, Draft, OwnText
from content.history.origins import TYPED, Made
from content.models import ChannelText, Content, ContentVersion, Origin, Platform, ProvenanceEntry, Variant

Reason = ContentVersion.Reason
Action = ProvenanceEntry.Action
RECENT: Final = 20


class Conflict(Exception):
    """Somebody else, another tab most likely, changed the text meanwhile; `current` is what it says now."""

    def __init__(self, current: Content) -> None:
        super().__init__("The text was changed elsewhere meanwhile. Look at both, and choose or merge.")
        self.current = current


class NeedsText(Exception):
    """A post that is scheduled or published cannot be emptied: unschedule it first."""


def begin(user: User, draft: Draft, *, key: str, now: datetime, planned_for: datetime | None = None) -> Content:
    """Store a new draft, with its first words. Asked again with the same `key`, return the one that is there."""
    with transaction.atomic():
        # One at a time for each creator: a page that lost its answer asks again while the first request still runs.
        User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)
        for content in Content.objects.for_user(user).order_by("-pk")[:RECENT]:
            if key and content.brief.get(KEY) == key:
                return content
        content = Content.objects.create(
            user=user,
            title=draft.title,
            body=draft.body,
            language=draft.language,
            audience=draft.audience,
            platform=Platform.GENERIC,
            brief={**draft.brief, KEY: key},
            planned_for=planned_for,
            created_at=now,
            updated_at=now,
        )
        store_channels(content, draft.own, dict.fromkeys(draft.own, Origin.HUMAN), now=now)
        if versions.words(versions.said(content)):
            versions.keep(content, Reason.TYPED, now=now)
            log(content, TYPED, {}, now=now)
        events.record(
            "content.created",
            user_id=user.pk,
            data={
                "content_id": str(content.pk),
                "type": content.type,
                "platform": content.platform,
                "origin": content.origin,
            },
            now=now,
        )
    return content


def save(
    content: Content,
    draft: Draft,
    *,
    base_revision: int,
    now: datetime,
    made: Made = TYPED,
    written: Mapping[str, str] | None = None,
) -> Content:
    """Store a draft over the revision that it was made from, and return the content as it is now.

    `written` is who wrote each text, where that is known already. What is there already is no change, so that a save
    whose answer was lost can be repeated. Raises Conflict, and NeedsText.
    """
    with transaction.atomic():
        current = locked(content)
        stored = drafts.of(current)
        if same_words(draft, stored) and draft.own.keys() == stored.own.keys():
            return settings_only(current, draft, stored, now=now)
        if base_revision != current.revision:
            raise Conflict(current)
        if not draft.body.strip() and current.state != Content.State.DRAFT:
            raise NeedsText("A post that is scheduled or published needs its text.")
        before, was = versions.said(current), current.origin
        versions.begin(current, before, now=now)
        write(current, draft, {**origins.after(current, draft, made), **(written or {})}, now=now)
        if versions.said(current) != before and versions.keep(current, made.reason, now=now):
            log(current, made, versions.by_place(before), now=now)
            tell(current, made, was=was, now=now)
    return current


def tell(content: Content, made: Made, *, was: str, now: datetime) -> None:
    """Record that the words were changed, and what became of what a model had written. `was` is who wrote them before."""
    named = {"content_id": str(content.pk)}
    events.record("content.edited", user_id=content.user_id, data=named, now=now)
    if made.variant is not None:
        data = {
            **named,
            "generation_id": str(made.variant.generation_id),
            "variant_id": str(made.variant.pk),
            "how": "replaced" if made.reason == Reason.REWRITTEN else "inserted",
        }
        events.record("draft.used", user_id=content.user_id, data=data, now=now)
    elif made.reason == Reason.TYPED and was == Origin.AI_GENERATED and content.origin != was:
        data = {**named, "origin": str(content.origin)}
        events.record("draft.edited", user_id=content.user_id, data=data, now=now)


def locked(content: Content) -> Content:
    """Return a content as it is now, with its channels; nobody else changes it until the transaction ends."""
    return Content.objects.prefetch_related("channels").select_for_update(no_key=True).get(pk=content.pk)


def same_words(draft: Draft, stored: Draft) -> bool:
    return (draft.title, draft.body) == (stored.title, stored.body) and all(
        said_there(own) == said_there(stored.own.get(channel, OwnText())) for channel, own in draft.own.items()
    )


def said_there(own: OwnText) -> tuple[str, str] | None:
    return (own.title, own.body) if own.customized else None


def settings_only(content: Content, draft: Draft, stored: Draft, *, now: datetime) -> Content:
    """Store what is no word: the brief, the audience, the language, labels. The last one to change them wins."""
    if draft == stored:
        return content
    content.brief = {**draft.brief, KEY: content.brief.get(KEY, "")}
    content.audience, content.language = draft.audience, draft.language
    content.save(update_fields=["brief", "audience", "language"])
    store_channels(content, draft.own, {}, now=now)
    return content


def write(content: Content, draft: Draft, written: Mapping[str, str], *, now: datetime) -> None:
    content.title, content.body = draft.title, draft.body
    content.origin = written[versions.SHARED]
    content.audience, content.language = draft.audience, draft.language
    content.brief = {**draft.brief, KEY: content.brief.get(KEY, "")}
    content.revision += 1
    content.updated_at = now
    content.save(update_fields=["title", "body", "audience", "language", "brief", "origin", "revision", "updated_at"])
    store_channels(content, draft.own, written, now=now)


def store_channels(content: Content, own: Mapping[str, OwnText], written: Mapping[str, str], *, now: datetime) -> None:
    """Make these the channels of a content, and store what it says on each; log where its label is switched."""
    before = dict(ChannelText.objects.filter(content=content).values_list("channel", "labelled"))
    channels.set(content, own)
    for channel, text in own.items():
        who = {"origin": written[channel]} if channel in written else {}
        ChannelText.objects.filter(content=content, channel=channel).update(
            customized=text.customized, title=text.title, body=text.body, labelled=text.labelled, **who
        )
    channels.forget_loaded(content)
    for channel, text in own.items():
        if text.labelled != before.get(channel, True):
            provenance.record(
                content,
                Action.LABELLED if text.labelled else Action.UNLABELLED,
                text=channels.text(content, channel).body,
                channel=channel,
                now=now,
            )


def log(content: Content, made: Made, before: Mapping[str, str], *, now: datetime) -> None:
    """Log the texts that differ from what was said before, each in its place."""
    written = origins.now_of(content)
    for place, words in versions.by_place(versions.said(content)).items():
        if not words or words == before.get(place):
            continue
        concerned = made.concerns(place)
        variant = made.variant if place == made.where else None
        provenance.record(
            content,
            versions.ACTIONS[made.reason] if concerned else Action.EDITED,
            text=words,
            origin=written[place],
            channel=place,
            model=variant.model if variant else "",
            generation_id=variant.generation_id if variant else None,
            now=now,
        )


def insert(content: Content, variant: Variant, *, title: str, now: datetime, where: str = versions.SHARED) -> Content:
    """Make a variant the text of its content, whatever the content says now: that stays among its versions.

    With a channel as `where` it becomes what that one says of its own.
    """
    with transaction.atomic():
        current = locked(content)
        draft = drafts.of(current)
        return save(
            current,
            draft.saying(where, variant.body, title=title),
            base_revision=current.revision,
            made=Made(reason=Reason.GENERATED, variant=variant, where=place_in(draft, where)),
            now=now,
        )


def replace_passage(
    content: Content, variant: Variant, source: str, *, now: datetime, where: str = versions.SHARED
) -> Content:
    """Put a rewrite where the passage stands that it rewrites; where that is gone, in the place of the whole text."""
    with transaction.atomic():
        current = locked(content)
        draft = drafts.of(current)
        body = draft.body_at(where)
        return save(
            current,
            draft.saying(where, body.replace(source, variant.body, 1) if source in body else variant.body),
            base_revision=current.revision,
            made=Made(reason=Reason.REWRITTEN, variant=variant, where=place_in(draft, where)),
            now=now,
        )


def place_in(draft: Draft, where: str) -> str:
    """Return the place of a text: a channel that was taken out meanwhile has none of its own."""
    return where if where in draft.own else versions.SHARED


def restore(content: Content, version: ContentVersion, *, now: datetime) -> Content:
    """Make a version what the content says again. That is a new version; nothing in between is lost."""
    with transaction.atomic():
        current = locked(content)
        stored = drafts.of(current)
        own = {
            channel: back(version, channel, text)
            for channel, text in {**{channel: OwnText() for channel in version.channels}, **stored.own}.items()
        }
        return save(
            current,
            replace(stored, title=version.title, body=version.body, own=own),
            base_revision=current.revision,
            made=Made(reason=Reason.RESTORED),
            written=versions.origins(version),
            now=now,
        )


def back(version: ContentVersion, channel: str, stands: OwnText) -> OwnText:
    """Return what a version said on a channel. What the channel says of its own now is kept in its row."""
    said = version.channels.get(channel)
    if said is None:
        return replace(stands, customized=False)
    return replace(stands, customized=True, title=said["title"], body=said["body"])


def set_aside(content: Content, draft: Draft, *, now: datetime) -> Content:
    """Keep a draft as a version without making it the text: what another tab saved stands, and nothing is lost."""
    with transaction.atomic():
        current = locked(content)
        theirs, written = drafts.of(current), origins.now_of(current)
        mine = save(current, draft, base_revision=current.revision, now=now)
        if mine.revision == current.revision:
            return mine
        return save(
            mine, theirs, base_revision=mine.revision, made=Made(reason=Reason.RESTORED), written=written, now=now
        )
