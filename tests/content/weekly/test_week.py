"""The week in a few sentences: by the real client against a server that plays the vendor, and tells lies."""

from __future__ import annotations

import json
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from analytics.models import Event
from billing.models import QuotaPeriod
from content import week_summary
from content.models import WeekSummary
from content.pages import week as week_page
from content.weekly import facts, working
from tests.analytics import hand
from tests.analytics.hand import NOW
from tests.fakes.openai_server import Fault, OpenAIServer
from tests.strict_templates import refuse_unknown_variables

pytestmark = pytest.mark.django_db

URL = "/app/analytics/week"
MONDAY = date(2026, 11, 16)
TRUE = ("You earned €16.00, as in the week before.", [1])
ALSO_TRUE = ("Your page and posts had 4 views.", [3])
LIE = ("You earned €99.00 from 40 fans.", [1])


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)
    monkeypatch.setattr(week_page, "timezone", SimpleNamespace(now=lambda: NOW))


@pytest.fixture
def client(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def answer(*sentences: tuple[str, list[int]]) -> str:
    return json.dumps({"sentences": [{"text": text, "facts": numbers} for text, numbers in sentences]})


def summed_up(user: User) -> WeekSummary:
    row = week_summary.request(user, now=NOW)
    working.work(row.pk)
    row.refresh_from_db()
    return row


def test_the_facts_of_a_week(alice: User) -> None:
    hand.live(alice)

    assert [fact.text for fact in facts.of_week(alice, MONDAY)] == [
        "Earned after the platforms' fees, in EUR: €16.00; the week before the same.",
        "Payments in EUR: 2; the week before the same.",
        "Views of your page and posts: 4; the week before: 0.",
        "New followers: 3; the week before: 0.",
    ]


def test_they_are_in_the_readers_language(alice: User) -> None:
    hand.live(alice)
    alice.locale = "fr"

    assert "16,00\u202f€" in facts.of_week(alice, MONDAY)[0].text


def test_a_lie_is_left_out_and_the_truth_shown_with_its_figures(
    client: Client, alice: User, provider: OpenAIServer
) -> None:
    hand.live(alice)
    provider.script(text=answer(TRUE, LIE, ALSO_TRUE))

    row = summed_up(alice)
    page = client.get(URL).text

    assert (row.status, row.dropped, row.week) == ("done", 1, MONDAY)
    assert TRUE[0] in page
    assert ALSO_TRUE[0] in page
    assert "€99.00" not in page
    assert "1 sentence was left out" in page
    assert "Earned after the platforms&#x27; fees, in EUR: €16.00" in page
    assert "gpt-4o-mini" in page
    assert QuotaPeriod.objects.get(user=alice).used == row.credits == 1
    asked = json.dumps(provider.requests[-1].body, ensure_ascii=False)
    assert "4. New followers: 3" in asked
    assert Event.objects.filter(event="ai.completion", data__purpose="summary", user=alice).count() == 1


def test_of_lies_alone_nothing_is_shown_and_nothing_charged(
    client: Client, alice: User, provider: OpenAIServer
) -> None:
    hand.live(alice)
    for _ in range(6):
        provider.script(text=answer(LIE))

    row = summed_up(alice)
    page = client.get(URL).text

    assert (row.status, row.error_code, row.sentences) == ("failed", "bad_answer", [])
    assert "€99.00" not in page
    assert "New followers: 3" in page
    assert "nothing was charged" in page
    assert QuotaPeriod.objects.get(user=alice).used == 0


def test_it_is_asked_once_a_week(alice: User, provider: OpenAIServer) -> None:
    hand.live(alice)
    provider.script(text=answer(TRUE))

    first, again = summed_up(alice), week_summary.request(alice, now=NOW + timedelta(hours=1))

    assert first.pk == again.pk
    assert len(provider.requests) == 1


def test_what_failed_can_be_asked_again(client: Client, alice: User, provider: OpenAIServer) -> None:
    hand.live(alice)
    for _ in range(8):
        provider.script(Fault.SERVER_ERROR)
    summed_up(alice)

    assert "Try again" in client.get(URL).text
    client.post(URL)

    assert WeekSummary.objects.count() == 2


def test_a_dead_worker_loses_nothing(alice: User, provider: OpenAIServer) -> None:
    hand.live(alice)
    row = week_summary.request(alice, now=timezone.now() if timezone.now() < NOW else NOW)
    assert working.claim(row.pk, now=timezone.now() - timedelta(minutes=1)) is not None

    assert row.pk in working.stuck(now=timezone.now())
    provider.script(text=answer(TRUE))
    working.work(row.pk)

    row.refresh_from_db()
    assert row.status == "done"


def test_the_demonstration_model_is_not_asked(client: Client, alice: User, settings: object) -> None:
    settings.AI_ECONOMY_MODELS = settings.AI_PREMIUM_MODELS = ["local:demonstration"]  # type: ignore[attr-defined]
    hand.live(alice)

    page = client.get(URL).text

    assert "New followers: 3" in page
    assert "Sum it up" not in page
    client.post(URL)
    assert not WeekSummary.objects.exists()


def test_an_empty_week_says_so(client: Client) -> None:
    assert "Nothing was counted in this week" in client.get(URL).text
