"""A creator objects, an operator decides about that very text, and the creator hears of it."""

from __future__ import annotations

import pytest
from django.core import mail
from django.utils import timezone

from accounts import notifications
from accounts.models import User
from content import moderation
from content.models import Content, Review
from content.moderation import appeals, telling
from tests.content import states

pytestmark = pytest.mark.django_db


@pytest.fixture
def content(alice: User) -> Content:
    return states.post(alice, body="Barely legal: my tax return", title="")


@pytest.fixture
def review(content: Content) -> Review:
    return moderation.judge(content, now=timezone.now())


def appealed(review: Review) -> Review:
    return moderation.appeal(review, "It is about taxes.", now=timezone.now())


def test_an_appeal_waits_for_the_operators(review: Review) -> None:
    appealed(review)

    assert list(appeals.waiting()) == [review]


def test_overturned_the_very_text_may_be_published(content: Content, review: Review, operator: User) -> None:
    moderation.decide(appealed(review), operator, Review.Decision.OVERTURNED, "A joke.", now=timezone.now())

    assert moderation.may_publish(content).allowed
    content.body += " And more that is barely legal."
    assert moderation.may_publish(content).blocked


def test_upheld_it_stays_blocked(content: Content, review: Review, operator: User) -> None:
    moderation.decide(appealed(review), operator, Review.Decision.UPHELD, "No.", now=timezone.now())

    assert moderation.may_publish(content).blocked
    with pytest.raises(moderation.AlreadyAppealed):
        appealed(review)


@pytest.mark.parametrize("decision", list(Review.Decision))
@pytest.mark.parametrize("locale", ["en", "fr"])
def test_the_creator_hears_of_it_in_the_app_and_by_mail(
    review: Review, alice: User, operator: User, decision: str, locale: str
) -> None:
    alice.locale = locale
    alice.save()
    moderation.decide(appealed(review), operator, decision, "Because of the words.", now=timezone.now())

    assert telling.mail_decisions(now=timezone.now()) == 1
    assert telling.mail_decisions(now=timezone.now()) == 0

    (notification,) = notifications.newest(alice)
    assert notification.url == f"/app/review/{review.content_id}"
    (message,) = mail.outbox
    assert message.to == [alice.email]
    assert "Because of the words." in message.body
    assert f"/app/review/{review.content_id}" in message.body
    assert ("publi" in message.subject or "bloqué" in message.subject) or locale == "en"


def test_each_appeal_is_decided_once(review: Review, operator: User) -> None:
    moderation.decide(appealed(review), operator, Review.Decision.UPHELD, "", now=timezone.now())

    with pytest.raises(moderation.AlreadyDecided):
        moderation.decide(review, operator, Review.Decision.OVERTURNED, "", now=timezone.now())


def test_what_is_not_blocked_cannot_be_appealed(alice: User) -> None:
    review = moderation.judge(states.post(alice, body="Rain", title=""), now=timezone.now())

    with pytest.raises(moderation.NotBlocked):
        appealed(review)
