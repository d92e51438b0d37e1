"""Save what a creator types, without ever overwriting what another tab saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from accounts.models import User
from analytics import events
from content import channels
from content.history import provenance, versions
from content.models import ChannelText, Content, ContentVersion, Origin, Platform, ProvenanceEntry, Variant

Reason = ContentVersion.Reason
Action = ProvenanceEntry.Action
RECENT: Final = 20
KEY: Final = "key"
"""In a brief, what tells the page that began the draft."""


class Conflict(Exception):
    """Somebody else, another tab most likely, changed the text meanwhile; `current` is what it says now."""

    def __init__(self, current: Content) -> None:
        super().__init__("The text was changed elsewhere meanwhile. Look at both, and choose or merge.")
        self.current = current


class NeedsText(Exception):
    """A post that is scheduled or published cannot be emptied: unschedule it first."""


@dataclass(frozen=True, slots=True)
class OwnText:
    """What a content says on one channel, when it is `customized`; and whether it tells of AI there."""

    customized: bool = False
    title: str = ""
    body: str = ""
    labelled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Everything that the composer holds of a content. `own` has a row for each channel that it is for."""

    title: str = ""
    body: str = ""
    own: Mapping[str, OwnText] = field(default_factory=dict)
    audience: str = Content.Audience.PUBLIC
    language: str = "en"
    brief: dict[str, Any] = field(default_factory=dict)


def draft_of(content: Content) -> Draft:
    """Return a content as a draft that can be changed and saved."""
    rows = {row.channel: row for row in content.channels.all()}
    return Draft(
        title=content.title,
        body=content.body,
        own={
            channel: OwnText(row.customized, row.title, row.body, row.labelled)
            if (row := rows.get(channel)) is not None
            else OwnText()
            for channel in channels.of(content)
        },
        audience=content.audience,
        language=content.language,
        brief={name: value for name, value in content.brief.items() if name != KEY},
    )


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
        store_channels(content, draft.own, now=now)
        if versions.words(versions.said(content)):
            versions.keep(content, Reason.TYPED, now=now)
            log(content, Reason.TYPED, None, now=now)
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
    reason: str = Reason.TYPED,
    variant: Variant | None = None,
    origin: str | None = None,
) -> Content:
    """Store a draft over the revision that it was made from, and return the content as it is now.

    `variant` is what a model wrote, when it was put into the text. What is there already is no change, so that a save
    whose answer was lost can be repeated. Raises Conflict, and NeedsText.
    """
    with transaction.atomic():
        current = locked(content)
        stored = draft_of(current)
        if same_words(draft, stored) and draft.own.keys() == stored.own.keys():
            return settings_only(current, draft, stored, now=now)
        if base_revision != current.revision:
            raise Conflict(current)
        if not draft.body.strip() and current.state != Content.State.DRAFT:
            raise NeedsText("A post that is scheduled or published needs its text.")
        before = versions.said(current)
        versions.begin(current, before, now=now)
        current.origin = origin or origin_after(current, draft, reason, variant)
        write(current, draft, now=now)
        if versions.said(current) != before and versions.keep(current, reason, now=now):
            log(current, reason, variant, now=now)
            events.record("content.edited", user_id=current.user_id, data={"content_id": str(current.pk)}, now=now)
    return current


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
    store_channels(content, draft.own, now=now)
    return content


def write(content: Content, draft: Draft, *, now: datetime) -> None:
    content.title, content.body = draft.title, draft.body
    content.audience, content.language = draft.audience, draft.language
    content.brief = {**draft.brief, KEY: content.brief.get(KEY, "")}
    content.revision += 1
    content.updated_at = now
    content.save(update_fields=["title", "body", "audience", "language", "brief", "origin", "revision", "updated_at"])
    store_channels(content, draft.own, now=now)


def store_channels(content: Content, own: Mapping[str, OwnText], *, now: datetime) -> None:
    """Make these the channels of a content, and store what it says on each; log where its label is switched."""
    before = dict(ChannelText.objects.filter(content=content).values_list("channel", "labelled"))
    channels.set(content, own)
    for channel, text in own.items():
        ChannelText.objects.filter(content=content, channel=channel).update(
            customized=text.customized, title=text.title, body=text.body, labelled=text.labelled
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


def origin_after(content: Content, draft: Draft, reason: str, variant: Variant | None) -> str:
    """Return who wrote the text once the draft is stored."""
    if reason == Reason.GENERATED and variant is not None:
        return Origin.AI_GENERATED if draft.body.strip() == variant.body.strip() else Origin.AI_ASSISTED
    if reason == Reason.REWRITTEN:
        return Origin.AI_GENERATED if content.origin == Origin.AI_GENERATED else Origin.AI_ASSISTED
    if (earlier := versions.saying(content, draft.title, draft.body)) is not None:
        # Undone, or typed back to what it was.
        return earlier.origin
    return provenance.follows(content, draft.body)


def log(content: Content, reason: str, variant: Variant | None, *, now: datetime) -> None:
    provenance.record(
        content,
        versions.ACTIONS[reason],
        text=versions.words(versions.said(content)),
        model=variant.model if variant else "",
        generation_id=variant.generation_id if variant else None,
        now=now,
    )


def insert(content: Content, variant: Variant, *, title: str, now: datetime) -> Content:
    """Make a variant the text of its content, whatever the content says now: that stays among its versions."""
    with transaction.atomic():
        current = locked(content)
        draft = draft_of(current)
        return save(
            current,
            replace(draft, title=draft.title or title, body=variant.body),
            base_revision=current.revision,
            reason=Reason.GENERATED,
            variant=variant,
            now=now,
        )


def replace_passage(content: Content, variant: Variant, source: str, *, now: datetime) -> Content:
    """Put a rewrite where the passage stands that it rewrites; where that is gone, in the place of the whole text."""
    with transaction.atomic():
        current = locked(content)
        draft = draft_of(current)
        body = draft.body.replace(source, variant.body, 1) if source in draft.body else variant.body
        return save(
            current,
            replace(draft, body=body),
            base_revision=current.revision,
            reason=Reason.REWRITTEN,
            variant=variant,
            now=now,
        )


def restore(content: Content, version: ContentVersion, *, now: datetime) -> Content:
    """Make a version what the content says again. That is a new version; nothing in between is lost."""
    with transaction.atomic():
        current = locked(content)
        stored = draft_of(current)
        own = {
            channel: OwnText(channel in version.channels, **version.channels.get(channel, {}), labelled=text.labelled)
            for channel, text in {**{channel: OwnText() for channel in version.channels}, **stored.own}.items()
        }
        draft = replace(stored, title=version.title, body=version.body, own=own)
        return save(
            current,
            draft,
            base_revision=current.revision,
            reason=Reason.RESTORED,
            origin=version.origin,
            now=now,
        )


def set_aside(content: Content, draft: Draft, *, now: datetime) -> Content:
    """Keep a draft as a version without making it the text: what another tab saved stands, and nothing is lost."""
    with transaction.atomic():
        current = locked(content)
        theirs = draft_of(current)
        origin = current.origin
        mine = save(current, draft, base_revision=current.revision, now=now)
        if mine.revision == current.revision:
            return mine
        return save(mine, theirs, base_revision=mine.revision, reason=Reason.RESTORED, origin=origin, now=now)
