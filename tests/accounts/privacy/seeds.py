"""A row of every table that holds something about people, each text in it marked: a new table needs a seed here."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Model
from django.test import Client

from accounts.models import (
    ApiKey,
    AuditEntry,
    Consent,
    CreatorProfile,
    DataExport,
    Erasure,
    Notification,
    SignInLink,
    User,
)
from accounts.models import Session as SignIn
from accounts.privacy import registry
from ai_routing import retention, streams
from ai_routing.assistant import watching as turn_watching
from ai_routing.models import (
    CachedAnswer,
    Conversation,
    LedgerEntry,
    PromptRecord,
    Proposal,
    RoutingOverride,
    Run,
    Step,
    Turn,
)
from ai_routing.providers.contract import Message
from ai_routing.team import watching as run_watching
from billing import quota
from billing.models import BillingLetter, Budget, BudgetAlert, BudgetPeriod, QuotaPeriod, Reservation
from content import models as content
from content import watching
from content.media import places, storage
from tests.accounts.privacy import analytics_seeds, billing_seeds, fan_seeds, stripe_seeds
from tests.accounts.privacy.marking import NOW, TOKEN, Seed, Seeds, mark, marks


def reservation(seeds: Seeds) -> Reservation:
    return quota.reserve(seeds.user, credits=1, premium=False, now=NOW)


WORK: Final = {"queued_at": NOW, "error_code": ""}


def asset(seeds: Seeds) -> Any:
    row = seeds.marked(
        content.Asset,
        user=seeds.user,
        kind="image",
        state="ready",
        error_code="",
        media_type="image/png",
        size=9,
        updated_at=NOW,
    )
    row.key = f"{places.home(row)}1/original"
    row.save()
    put(row.key, f"{mark(content.Asset, 'bytes')}".encode())
    put(places.staging(row, 1), TOKEN.encode())
    return row


def put(key: str, data: bytes) -> None:
    storage.client().put_object(Bucket=settings.AWS_STORAGE_BUCKET_NAME, Key=key, Body=data)


def rendition(seeds: Seeds) -> Any:
    owner = seeds.of(content.Asset)
    key = f"{places.home(owner)}1/thumb.webp"
    put(key, TOKEN.encode())
    return seeds.marked(content.Rendition, asset=owner, key=key, media_type="image/webp", size=8, width=1, height=1)


def generation(seeds: Seeds) -> Any:
    row = seeds.marked(
        content.Generation,
        user=seeds.user,
        content=seeds.of(content.Content),
        kind="rewrite",
        task_type="chatbot",
        platform="x",
        language="en",
        length="short",
        status="queued",
        error_code="",
    )
    streams.Publisher(watching.key(row.pk)).publish("token", {"text": TOKEN})
    return row


def turn(seeds: Seeds) -> Any:
    row = seeds.marked(Turn, conversation=seeds.of(Conversation), reservation=reservation(seeds), index=0, **WORK)
    streams.Publisher(turn_watching.key(row.pk)).publish("token", {"text": TOKEN})
    return row


def run(seeds: Seeds) -> Any:
    row = seeds.marked(
        Run, user=seeds.user, workflow="campaign", language="en", budget_credits=9, status="running", error_code=""
    )
    streams.Publisher(run_watching.key(row.pk)).publish("token", {"text": TOKEN})
    return row


def step(seeds: Seeds) -> Any:
    return seeds.marked(
        Step, run=seeds.of(Run), reservation=reservation(seeds), stage="plan", agent="strategist", **WORK
    )


def prompt_record(seeds: Seeds) -> Any:
    sealed = retention.seal([Message("user", mark(PromptRecord, "ciphertext"))])
    return PromptRecord.objects.create(
        user=seeds.user, reference=uuid4(), created_at=NOW, expires_at=NOW + timedelta(days=30), ciphertext=sealed
    )


def ledger_entry(seeds: Seeds) -> Any:
    return LedgerEntry.objects.create(
        user=seeds.user,
        created_at=NOW,
        purpose="content",
        reference=uuid4(),
        task_type="chatbot",
        complexity=2,
        critical=False,
        tier="economy",
        reason="A sentence.",
        provider="openai",
        model="gpt-4o-mini",
        prompt_version="writer.en.v1",
        attempt=1,
        outcome=LedgerEntry.Outcome.COMPLETED,
        cost_micro_usd=Decimal("123.456"),
    )


def log_entry(seeds: Seeds) -> Any:
    """An edit by the person, and one of the person by somebody else."""
    kind = ContentType.objects.get_for_model(User)
    other = User.objects.create_user(f"other-{uuid4().hex}@example.org")
    LogEntry.objects.create(
        user=other, content_type=kind, object_id=str(seeds.user.pk), object_repr=seeds.user.email, action_flag=CHANGE
    )
    return LogEntry.objects.create(
        user=seeds.user,
        content_type=kind,
        object_id=str(other.pk),
        object_repr="other",
        action_flag=CHANGE,
        change_message=mark(LogEntry, "change_message"),
    )


def session(seeds: Seeds) -> Any:
    client = Client()
    client.force_login(seeds.user)
    return Session.objects.get(session_key=client.session.session_key)


def audit_entry(seeds: Seeds) -> Any:
    """Something about the person, and something that they did to somebody else."""
    other = User.objects.create_user(f"edited-{uuid4().hex}@example.org")
    for user, actor in ((other, seeds.user), (seeds.user, None)):
        entry = AuditEntry.objects.create(
            user=user,
            actor=actor,
            kind="api_key_created",
            data={"name": mark(AuditEntry, "data")},
            user_agent=mark(AuditEntry, "user_agent"),
            address="192.0.2.7",
            created_at=NOW,
        )
    return entry


def data_export(seeds: Seeds) -> Any:
    file = default_storage.save(f"exports/{uuid4()}/1/huntaze.zip", ContentFile(TOKEN.encode()))
    return DataExport.objects.create(
        user=seeds.user, state="ready", created_at=NOW, ready_at=NOW, expires_at=NOW + timedelta(days=7), file=file
    )


def erasure(seeds: Seeds) -> Any:
    return Erasure.objects.create(user=seeds.user, state="kept", created_at=NOW, due_at=NOW)


def budget_alert(seeds: Seeds) -> Any:
    """One of the person's own budget, and one of the platform's that was mailed to them."""
    shared = Budget.objects.create(scope="platform", period="day", limit_micro_usd=5)
    period = BudgetPeriod.objects.create(budget=shared, starts_at=NOW, ends_at=NOW + timedelta(days=1))
    BudgetAlert.objects.create(
        budget_period=period, percent=80, created_at=NOW, mailed_to=[seeds.user.email, "somebody@example.org"]
    )
    return BudgetAlert.objects.create(budget_period=seeds.of(BudgetPeriod), percent=80, created_at=NOW)


def review(seeds: Seeds) -> Any:
    """One of the person's own text, and one that the person decided about for somebody else."""
    other = User.objects.create_user(f"judged-{uuid4().hex}@example.org")
    theirs = content.Content.objects.create(user=other, body="Rain", created_at=NOW, updated_at=NOW)
    content.Review.objects.create(
        user=other, content=theirs, text_sha256=b"o" * 32, verdict="blocked", created_at=NOW, decided_by=seeds.user
    )
    return seeds.marked(
        content.Review,
        user=seeds.user,
        content=seeds.of(content.Content),
        text_sha256=b"s" * 32,
        verdict="blocked",
        decision="",
    )


def through(model: Any, **values: Any) -> Any:
    return model.objects.create(**values)


SEEDS: Final[dict[type[Model], Seed]] = {
    User: lambda seeds: seeds.user,
    CreatorProfile: lambda s: CreatorProfile.objects.create(
        **marks(CreatorProfile) | {"user": s.user, "handle": f"{TOKEN}_handle"}
    ),
    ApiKey: lambda s: s.marked(ApiKey, user=s.user, prefix="hz_12345", digest=b"d" * 32),
    Notification: lambda s: s.marked(Notification, user=s.user),
    SignIn: lambda s: s.marked(
        SignIn,
        user=s.user,
        kind="api",
        country="FR",
        address="192.0.2.8",
        last_seen_at=NOW,
        expires_at=NOW,
        refresh_digest=b"r" * 32,
        ended_at=None,
        ending="",
    ),
    Consent: lambda s: Consent.objects.create(
        user=s.user, subject="terms", version="1", act="given", way="sign_up", created_at=NOW
    ),
    AuditEntry: audit_entry,
    DataExport: data_export,
    Erasure: erasure,
    User.groups.through: lambda s: through(
        User.groups.through, user=s.user, group=Group.objects.create(name="editors")
    ),
    User.user_permissions.through: lambda s: through(
        User.user_permissions.through, user=s.user, permission=Permission.objects.order_by("pk").first()
    ),
    EmailAddress: lambda s: EmailAddress.objects.create(user=s.user, email=f"{TOKEN}@second.example"),
    EmailConfirmation: lambda s: EmailConfirmation.objects.create(
        email_address=s.of(EmailAddress), key=mark(EmailConfirmation, "key")
    ),
    SignInLink: lambda s: s.marked(
        SignInLink, user=s.user, digest=b"l" * 32, browser_digest=b"b" * 32, expires_at=NOW, address="192.0.2.7"
    ),
    Authenticator: lambda s: Authenticator.objects.create(
        user=s.user, type="totp", data={"secret": mark(Authenticator, "data")}, created_at=NOW
    ),
    SocialAccount: lambda s: s.marked(SocialAccount, user=s.user, provider="google"),
    SocialToken: lambda s: s.marked(SocialToken, account=s.of(SocialAccount)),
    LogEntry: log_entry,
    Session: session,
    **analytics_seeds.SEEDS,
    QuotaPeriod: lambda s: quota.current_period(s.user, now=NOW),
    **billing_seeds.SEEDS,
    **fan_seeds.SEEDS,
    **stripe_seeds.SEEDS,
    Reservation: reservation,
    Budget: lambda s: Budget.objects.create(scope="user", user=s.user, period="day", limit_micro_usd=5),
    BudgetPeriod: lambda s: BudgetPeriod.objects.create(
        budget=s.of(Budget), starts_at=NOW, ends_at=NOW + timedelta(days=1)
    ),
    BudgetAlert: budget_alert,
    BillingLetter: lambda s: BillingLetter.objects.create(
        user=s.user, kind="plan-ended", about="sub_1", data={"plan": "pro"}, created_at=NOW
    ),
    LedgerEntry: ledger_entry,
    PromptRecord: prompt_record,
    CachedAnswer: lambda s: s.marked(
        CachedAnswer,
        user=s.user,
        key=b"k" * 32,
        scope=b"s" * 32,
        guard=b"g" * 32,
        input_tokens=1,
        output_tokens=1,
        expires_at=NOW,
    ),
    RoutingOverride: lambda s: RoutingOverride.objects.create(
        task_type="chatbot", tier="premium", note="A reason", created_by=s.user, created_at=NOW
    ),
    Conversation: lambda s: s.marked(Conversation, user=s.user, language="en", updated_at=NOW),
    Turn: turn,
    Run: run,
    Step: step,
    Proposal: lambda s: s.marked(Proposal, run=s.of(Run), step=s.of(Step), index=0),
    content.Tag: lambda s: s.marked(content.Tag, user=s.user),
    content.Voice: lambda s: s.marked(content.Voice, user=s.user, language="en", updated_at=NOW),
    content.VoiceSample: lambda s: s.marked(content.VoiceSample, voice=s.of(content.Voice)),
    content.VoiceVersion: lambda s: s.marked(content.VoiceVersion, voice=s.of(content.Voice), number=1),
    content.VoiceReading: lambda s: s.marked(
        content.VoiceReading, voice=s.of(content.Voice), reservation=reservation(s), **WORK
    ),
    content.WeekSummary: lambda s: s.marked(
        content.WeekSummary, user=s.user, week=NOW.date(), language="en", reservation=reservation(s), **WORK
    ),
    content.Content: lambda s: s.marked(content.Content, user=s.user, language="en", updated_at=NOW),
    content.Content.tags.through: lambda s: through(
        content.Content.tags.through, content=s.of(content.Content), tag=s.of(content.Tag)
    ),
    content.ChannelText: lambda s: s.marked(content.ChannelText, content=s.of(content.Content), channel="x"),
    content.ContentVersion: lambda s: s.marked(
        content.ContentVersion, content=s.of(content.Content), revision=1, reason="typed", origin="human"
    ),
    content.PostTemplate: lambda s: s.marked(content.PostTemplate, user=s.user, updated_at=NOW),
    content.ProvenanceEntry: lambda s: content.ProvenanceEntry.objects.create(
        user=s.user, content_id=uuid4(), action="edited", origin="human", text_sha256=b"t" * 32, created_at=NOW
    ),
    content.Generation: generation,
    content.Variant: lambda s: s.marked(
        content.Variant, generation=s.of(content.Generation), reservation=reservation(s), index=0, **WORK
    ),
    content.IdempotencyKey: lambda s: s.marked(
        content.IdempotencyKey,
        user=s.user,
        request_hash=b"r" * 32,
        generation=s.of(content.Generation),
        locked_until=NOW,
    ),
    content.Folder: lambda s: s.marked(content.Folder, user=s.user),
    content.Asset: asset,
    content.Asset.tags.through: lambda s: through(
        content.Asset.tags.through, asset=s.of(content.Asset), tag=s.of(content.Tag)
    ),
    content.Rendition: rendition,
    content.Attachment: lambda s: content.Attachment.objects.create(
        content=s.of(content.Content), asset=s.of(content.Asset), position=0
    ),
    content.Review: review,
    content.Judgement: lambda s: s.marked(
        content.Judgement, review=s.of(content.Review), reservation=reservation(s), **WORK
    ),
    content.Slot: lambda s: content.Slot.objects.create(user=s.user, weekday=1, at="09:00"),
    content.Publication: lambda s: s.marked(
        content.Publication,
        user=s.user,
        content=s.of(content.Content),
        channel="x",
        state="scheduled",
        error_code="",
        due_at=NOW,
        attempt_at=NOW,
    ),
}


def sow(user: User) -> Seeds:
    """Store a row of every table that is declared."""
    seeds = Seeds(user, SEEDS)
    for record in registry.all():
        seeds.of(record.model)
    return seeds
