"""A content is judged once for each text that it has, and that says whether it may be published."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from analytics.models import Event
from content import channels, moderation, voices
from content.models import ChannelText, Content, Review
from tests.content import states
from tests.content.voices.samples import voice

pytestmark = pytest.mark.django_db

BAD = "Barely legal and ready"
DOUBTFUL = "Tip me on PayPal tonight"
GOOD = "Rain on the roof, and a new set at nine."


def post(user: User, body: str, **fields: Any) -> Content:
    return states.post(user, body=body, title="", platform="onlyfans", **fields)


def test_a_good_text_may_be_published(alice: User) -> None:
    content = post(alice, GOOD)

    review = moderation.judge(content, now=timezone.now())

    assert (review.verdict, review.findings) == (Review.Verdict.CLEAR, [])
    assert moderation.may_publish(content).allowed


def test_a_blocked_text_may_not_and_says_why(alice: User) -> None:
    content = post(alice, BAD)
    moderation.judge(content, now=timezone.now())

    verdict = moderation.may_publish(content)

    assert verdict.blocked
    assert not verdict.allowed
    (told,) = verdict.findings
    assert (told.rule, told.excerpt, told.by_model) == ("minors", "Barely legal", False)
    assert told.explanation.why
    assert told.explanation.mend


def test_a_warning_is_to_be_read_once(alice: User) -> None:
    content = post(alice, DOUBTFUL)

    before = moderation.may_publish(content)
    moderation.acknowledge(content, now=timezone.now())
    after = moderation.may_publish(content)

    assert (before.blocked, before.must_acknowledge) == (False, True)
    assert after.allowed
    assert after.findings


def test_a_block_is_not_acknowledged_away(alice: User) -> None:
    content = post(alice, BAD)

    moderation.acknowledge(content, now=timezone.now())

    assert moderation.may_publish(content).blocked


def test_the_same_text_is_judged_once(alice: User) -> None:
    content = post(alice, DOUBTFUL)

    first = moderation.judge(content, now=timezone.now())
    second = moderation.judge(content, now=timezone.now())

    assert first == second
    assert Event.objects.filter(event="review.judged").count() == 1


def test_another_text_is_judged_anew(alice: User) -> None:
    content = post(alice, DOUBTFUL)
    moderation.acknowledge(content, now=timezone.now())
    content.body = DOUBTFUL + " or by Venmo"
    content.save()

    assert moderation.may_publish(content).must_acknowledge
    moderation.judge(content, now=timezone.now())
    assert Review.objects.count() == 2


def test_what_rules_find_later_is_to_be_read_too(alice: User) -> None:
    content = post(alice, DOUBTFUL)
    moderation.acknowledge(content, now=timezone.now())
    # As if the rules had known less when it was judged.
    Review.objects.update(findings=[])

    review = moderation.judge(content, now=timezone.now())

    assert review.acknowledged_at is None
    assert moderation.may_publish(content).must_acknowledge


def test_what_a_channel_says_for_itself_is_judged(alice: User) -> None:
    content = post(alice, GOOD)
    channels.set(content, ["huntaze", "onlyfans"])
    ChannelText.objects.filter(content=content, channel="onlyfans").update(customized=True, body=BAD)

    assert moderation.may_publish(Content.objects.get(pk=content.pk)).blocked


def test_what_no_channel_says_is_not(alice: User) -> None:
    content = post(alice, BAD)
    channels.set(content, ["onlyfans"])
    ChannelText.objects.filter(content=content).update(customized=True, body=GOOD)

    assert moderation.may_publish(Content.objects.get(pk=content.pk)).allowed


def test_another_channel_is_another_question(alice: User) -> None:
    content = post(alice, "My OnlyFans has the rest of it")
    channels.set(content, ["huntaze"])
    assert moderation.may_publish(Content.objects.get(pk=content.pk)).allowed

    channels.set(content, ["huntaze", "instagram"])
    assert moderation.may_publish(Content.objects.get(pk=content.pk)).must_acknowledge


def test_what_the_voice_never_says_is_a_warning(alice: User) -> None:
    row = voice(alice, never_say=("Rain",))
    content = post(alice, GOOD, voice=row)

    (told,) = moderation.look(content)

    assert (told.rule, told.excerpt, told.blocks) == ("never_say", "Rain", False)
    assert voices.never_say(row) == ("Rain",)


def test_looking_stores_nothing(alice: User) -> None:
    assert moderation.look(post(alice, BAD))
    assert not Review.objects.exists()
