"""A model reads what was scheduled as well: paid by us, believed within limits, never waited for."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import notifications
from accounts.models import User
from ai_routing import attempts, completion, leases
from ai_routing.jobs import Route
from ai_routing.models import LedgerEntry
from billing.models import QuotaPeriod, Reservation
from content import moderation, tasks
from content.models import Content, Judgement, Review
from content.moderation import opinions, working
from tests.content import states
from tests.fakes.openai_server import Fault, OpenAIServer

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = "Come and see what I did with my cousin last night."


@pytest.fixture
def content(alice: User) -> Content:
    return states.post(alice, body=TEXT, title="", platform="onlyfans")


def answer(*findings: dict[str, str]) -> str:
    return json.dumps({"findings": list(findings)})


def finding(**changed: str) -> dict[str, str]:
    return {
        "rule": "non_consent",
        "severity": "block",
        "quote": "what I did with my cousin",
        "reason": "Reads as if she had not agreed.",
        **changed,
    }


def asked(content: Content) -> Judgement:
    review = moderation.judge(content, now=timezone.now())
    judgement = moderation.second_opinion(review, now=timezone.now())
    assert judgement is not None
    return judgement


def read(content: Content) -> Review:
    working.work(asked(content).pk)
    review = moderation.of(content)
    assert review is not None
    return review


def test_what_a_model_finds_blocks_and_is_told(content: Content, alice: User, provider: OpenAIServer) -> None:
    provider.script(text=answer(finding()))

    review = read(content)

    assert (review.verdict, review.model_state) == (Review.Verdict.BLOCKED, Review.Model.JUDGED)
    verdict = moderation.may_publish(content)
    assert verdict.blocked
    (told,) = verdict.findings
    assert (told.by, told.reason) == ("gpt-4o-mini", "Reads as if she had not agreed.")
    (notification,) = notifications.newest(alice)
    assert TEXT[:20] in notification.text


def test_it_takes_no_credit_and_is_in_the_ledger(content: Content, alice: User, provider: OpenAIServer) -> None:
    provider.script(text=answer())

    review = read(content)

    assert (review.verdict, review.model_state) == (Review.Verdict.CLEAR, Review.Model.JUDGED)
    period = QuotaPeriod.objects.get(user=alice)
    assert (period.used, period.reserved) == (0, 0)
    entry = LedgerEntry.objects.get()
    assert (entry.purpose, entry.credits, entry.task_type) == ("moderation", 0, "moderation")
    assert entry.cost_micro_usd
    assert Judgement.objects.get().credits == 0


def test_it_is_asked_also_when_the_creator_has_no_credits_left(
    content: Content, alice: User, provider: OpenAIServer
) -> None:
    review = moderation.judge(content, now=timezone.now())
    moderation.second_opinion(review, now=timezone.now())
    Judgement.objects.all().delete()
    QuotaPeriod.objects.update(credit_limit=0)

    assert moderation.second_opinion(review, now=timezone.now()) is not None


def test_the_same_text_is_not_asked_about_twice(content: Content, provider: OpenAIServer) -> None:
    provider.script(text=answer())
    review = read(content)

    assert moderation.second_opinion(review, now=timezone.now()) is None
    assert len(provider.requests) == 1


@pytest.mark.parametrize(
    ("changed", "severities"),
    [
        ({"quote": "words that are not there"}, []),
        ({"quote": ""}, []),
        ({"rule": "medical"}, ["warn"]),
        ({"severity": "warn"}, ["warn"]),
        ({"quote": "“What I did with MY cousin”"}, ["block"]),
    ],
)
def test_a_model_is_believed_within_limits(
    content: Content, provider: OpenAIServer, changed: dict[str, str], severities: list[str]
) -> None:
    provider.script(text=answer(finding(**changed)))

    review = read(content)

    assert [one["severity"] for one in review.findings] == severities


def test_without_a_model_the_rules_have_decided(content: Content, provider: OpenAIServer) -> None:
    for _ in range(8):
        provider.script(Fault.SERVER_ERROR)

    review = read(content)

    assert (review.verdict, review.model_state) == (Review.Verdict.CLEAR, Review.Model.AWAY)
    assert moderation.may_publish(content).allowed
    assert not Reservation.objects.open().exists()


def test_the_demonstration_model_is_not_asked(content: Content, settings: Any, provider: OpenAIServer) -> None:
    settings.AI_ECONOMY_MODELS = settings.AI_PREMIUM_MODELS = ["local:demonstration"]
    review = moderation.judge(content, now=timezone.now())

    assert moderation.second_opinion(review, now=timezone.now()) is None

    review.refresh_from_db()
    assert review.model_state == Review.Model.AWAY
    assert not opinions.is_trusted()


def test_what_is_blocked_already_is_not_paid_for(alice: User, provider: OpenAIServer) -> None:
    review = moderation.judge(states.post(alice, body="Barely legal", title=""), now=timezone.now())

    assert moderation.second_opinion(review, now=timezone.now()) is None


def test_the_next_sweep_hands_it_out(content: Content, provider: OpenAIServer, eager_workers: None) -> None:
    provider.script(text=answer(finding()))
    asked(content)

    tasks.sweep_stuck_judgements()

    assert Judgement.objects.get().status == "done"


def test_a_dead_worker_loses_nothing(content: Content, provider: OpenAIServer) -> None:
    judgement = asked(content)
    now = timezone.now()
    assert working.claim(judgement.pk, now=now - timedelta(minutes=1)) is not None

    assert working.stuck(now=now) == [judgement.pk]
    provider.script(text=answer(finding()))
    working.work(judgement.pk)

    assert Judgement.objects.get().status == "done"
    assert LedgerEntry.objects.filter(outcome="lost").count() == 1


def test_what_kills_its_workers_is_given_up(content: Content, provider: OpenAIServer) -> None:
    judgement = asked(content)
    Judgement.objects.update(claim=leases.MOST_CLAIMS)

    assert working.stuck(now=timezone.now()) == []

    judgement.refresh_from_db()
    assert (judgement.status, judgement.error_code) == ("failed", "ai_unavailable")
    assert Review.objects.get().model_state == Review.Model.AWAY
    assert not Reservation.objects.open().exists()


def test_a_post_that_is_deleted_meanwhile_takes_its_judgement_along(content: Content, provider: OpenAIServer) -> None:
    judgement = asked(content)
    claimed = working.claim(judgement.pk, now=timezone.now())
    assert claimed is not None
    job, route = opinions.job(claimed.review), Route.from_json(claimed.decision)
    content.delete()
    provider.script(text=answer(finding()))
    result = completion.run(job, route, sink=attempts.Unread(), stop_requested=lambda: False)

    working.end(claimed, job, route, result, now=timezone.now())

    assert not Review.objects.exists()
    assert LedgerEntry.objects.count() == 1
    assert not Reservation.objects.open().exists()
