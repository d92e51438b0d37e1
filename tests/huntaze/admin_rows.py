"""A row of every kind that the admin lists; each number makes another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import uuid4

from allauth.account.models import EmailAddress
from django.db.models import Model

from accounts import api_keys, audit
from accounts.models import ApiKey, AuditEntry, Consent, DataExport, Erasure, RetentionPeriod, Session, Tier, User
from accounts.sessions import rows
from ai_routing.models import (
    CachedAnswer,
    Conversation,
    LedgerEntry,
    PromptRecord,
    Proposal,
    RouterEvaluation,
    RoutingOverride,
    Run,
    Step,
    Turn,
)
from billing import quota
from billing.models import (
    BillingLetter,
    Budget,
    BudgetAlert,
    BudgetPeriod,
    Comp,
    QuotaPeriod,
    Reservation,
    Subscription,
    WebhookEvent,
)
from content.models import Content, Generation, Length, Platform, Review
from huntaze.backups import models as backups
from huntaze.observability.models import AlarmState, Incident, IncidentUpdate
from tests.conftest import person

NOW: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
PROMPT: Final = "what only the creator should read"


def user(number: int) -> User:
    return person(f"creator{number}@example.org", name=f"Creator {number}", tier=Tier.PRO)


def api_key(number: int) -> ApiKey:
    return api_keys.create(user(number), name="key", now=NOW)[0]


def audit_entry(number: int) -> AuditEntry:
    return audit.record(user(number), "sign_in", data={"name": PROMPT}, now=NOW + timedelta(seconds=number))


def session(number: int) -> Session:
    return rows.start(user(number), Session.Kind.API, request=None, now=NOW + timedelta(seconds=number))


def consent(number: int) -> Consent:
    return Consent.objects.create(
        user=user(number), subject="terms", version="1", act="given", way="sign_up", created_at=NOW
    )


def data_export(number: int) -> DataExport:
    return DataExport.objects.create(user=user(number), created_at=NOW)


def erasure(number: int) -> Erasure:
    return Erasure.objects.create(
        user=user(number), created_at=NOW, due_at=NOW, report={"content.Content": {"deleted": 1}}
    )


def retention_period(number: int) -> RetentionPeriod:
    return RetentionPeriod.objects.create(key=f"made up {number}", days=30, changed_at=NOW)


def email_address(number: int) -> EmailAddress:
    owner = user(number)
    address: EmailAddress = EmailAddress.objects.create(user=owner, email=owner.email)
    return address


def period(number: int) -> QuotaPeriod:
    return quota.current_period(user(number), now=NOW)


def reservation(number: int) -> Reservation:
    return quota.reserve(user(number), credits=1, premium=False, now=NOW)


def content(number: int) -> Content:
    return Content.objects.create(
        user=user(number), title=f"Title {number}", body="Body", created_at=NOW, updated_at=NOW
    )


def generation(number: int) -> Generation:
    return Generation.objects.create(
        user=user(number),
        prompt=PROMPT,
        task_type="marketing_template",
        platform=Platform.X,
        language="en",
        length=Length.SHORT,
        decision={},
        created_at=NOW,
    )


def ledger_entry(number: int) -> LedgerEntry:
    return LedgerEntry.objects.create(
        user=user(number),
        created_at=NOW + timedelta(seconds=number),
        purpose="content",
        reference=uuid4(),
        task_type="marketing_template",
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


def budget(number: int) -> Budget:
    return Budget.objects.create(scope="user", user=user(number), period="day", limit_micro_usd=5)


def budget_period(number: int) -> BudgetPeriod:
    return BudgetPeriod.objects.create(budget=budget(number), starts_at=NOW, ends_at=NOW + timedelta(days=1))


def budget_alert(number: int) -> BudgetAlert:
    return BudgetAlert.objects.create(budget_period=budget_period(number), percent=80, created_at=NOW)


def billing_letter(number: int) -> BillingLetter:
    return BillingLetter.objects.create(
        user=user(number), kind="plan-ended", about=f"sub_{number}", data={"plan": "pro"}, created_at=NOW
    )


def webhook_event(number: int) -> WebhookEvent:
    return WebhookEvent.objects.create(
        event_id=f"evt_{number}",
        type="invoice.paid",
        customer=f"cus_{number}",
        user=user(number),
        payload={"data": {"object": {"customer_name": PROMPT}}},
        received_at=NOW + timedelta(seconds=number),
        next_attempt_at=NOW,
    )


def comp(number: int) -> Comp:
    return Comp.objects.create(user=user(number), plan="scale", reason=f"Reason {number}", created_at=NOW)


def subscription(number: int) -> Subscription:
    return Subscription.objects.create(
        user=user(number),
        stripe_id=f"sub_{number}",
        status="active",
        plan="pro",
        interval="month",
        currency="eur",
        yearly_minor=348_00,
        period_ends_at=NOW,
        updated_at=NOW,
    )


def cached_answer(number: int) -> CachedAnswer:
    return CachedAnswer.objects.create(
        key=number.to_bytes(32, "big"),
        user=user(number),
        scope=b"s" * 32,
        guard=b"g" * 32,
        task_type="chatbot",
        tier="economy",
        prompt_version="conversation.en.v1",
        provider="openai",
        model="gpt-4o-mini",
        text=PROMPT,
        finish_reason="stop",
        input_tokens=1,
        output_tokens=1,
        created_at=NOW,
        expires_at=NOW,
    )


def prompt_record(number: int) -> PromptRecord:
    return PromptRecord.objects.create(
        user=user(number), reference=uuid4(), created_at=NOW, expires_at=NOW, ciphertext=b"sealed"
    )


def routing_override(number: int) -> RoutingOverride:
    return RoutingOverride.objects.create(
        task_type="chatbot", tier="premium", note=f"Reason {number}", created_by=user(number), created_at=NOW
    )


def router_evaluation(number: int) -> RouterEvaluation:
    return RouterEvaluation.objects.create(
        created_at=NOW + timedelta(seconds=number),
        dataset="prompts",
        dataset_sha256="0" * 64,
        router="weights v1",
        rows=number,
        metrics={},
    )


def conversation(number: int) -> Conversation:
    return Conversation.objects.create(user=user(number), title=PROMPT, created_at=NOW, updated_at=NOW)


def turn(number: int) -> Turn:
    talk = conversation(number)
    return Turn.objects.create(
        conversation=talk,
        reservation=quota.reserve(talk.user, credits=1, premium=False, now=NOW),
        index=0,
        question=PROMPT,
        decision={},
        queued_at=NOW,
        created_at=NOW,
    )


def run(number: int) -> Run:
    return Run.objects.create(
        user=user(number), workflow="campaign", title=PROMPT, brief={"goal": PROMPT}, budget_credits=9, created_at=NOW
    )


def step(number: int) -> Step:
    owner = run(number)
    return Step.objects.create(
        run=owner,
        reservation=quota.reserve(owner.user, credits=1, premium=False, now=NOW),
        stage="plan",
        agent="strategist",
        title=PROMPT,
        inputs={"goal": PROMPT},
        queued_at=NOW,
        created_at=NOW,
    )


def proposal(number: int) -> Proposal:
    made = step(number)
    return Proposal.objects.create(run=made.run, step=made, index=0, effect="post", payload={"body": PROMPT})


def review(number: int) -> Review:
    row = content(number)
    return Review.objects.create(
        user=row.user,
        content=row,
        text_sha256=number.to_bytes(32, "big"),
        verdict=Review.Verdict.BLOCKED,
        created_at=NOW,
        appeal=PROMPT,
        appealed_at=NOW + timedelta(seconds=number),
    )


def backup_run(number: int) -> backups.Run:
    moment = NOW + timedelta(days=number)
    return backups.Run.objects.create(
        kind=backups.Run.Kind.BACKUP,
        state=backups.Run.State.DONE,
        backup=f"20261128T031500Z-{number:08x}",
        began_at=moment,
        ended_at=moment + timedelta(seconds=40),
        lease_expires_at=moment,
        size=1_000_000,
    )


def incident(number: int) -> Incident:
    row = Incident.objects.create(title=f"Incident {number}", components=["web"], started_at=NOW)
    IncidentUpdate.objects.create(incident=row, at=NOW, words="We look.")
    return row


def alarm(number: int) -> AlarmState:
    return AlarmState.objects.create(name=f"made-up-{number}", since=NOW, value=number)


MADE: Final[dict[type[Model], Callable[[int], Model]]] = {
    User: user,
    ApiKey: api_key,
    Consent: consent,
    DataExport: data_export,
    Erasure: erasure,
    RetentionPeriod: retention_period,
    AuditEntry: audit_entry,
    Session: session,
    EmailAddress: email_address,
    QuotaPeriod: period,
    Reservation: reservation,
    Budget: budget,
    BudgetPeriod: budget_period,
    BudgetAlert: budget_alert,
    BillingLetter: billing_letter,
    WebhookEvent: webhook_event,
    Comp: comp,
    Subscription: subscription,
    Content: content,
    Generation: generation,
    Review: review,
    LedgerEntry: ledger_entry,
    CachedAnswer: cached_answer,
    PromptRecord: prompt_record,
    RoutingOverride: routing_override,
    RouterEvaluation: router_evaluation,
    Conversation: conversation,
    Turn: turn,
    Run: run,
    Step: step,
    Proposal: proposal,
    backups.Run: backup_run,
    Incident: incident,
    AlarmState: alarm,
}
