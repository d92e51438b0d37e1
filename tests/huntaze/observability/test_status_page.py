"""What everybody is told: how the parts stand, stood, and what operators say of it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from huntaze.observability.minutes import Span
from huntaze.observability.models import Incident, IncidentUpdate, Measured
from tests.browsing import faults

pytestmark = pytest.mark.django_db


def looked(minutes_ago: float, **states: str) -> None:
    at = timezone.now() - timedelta(minutes=minutes_ago)
    data = {"components": {key: {state: 1} for key, state in states.items()}}
    Measured.objects.create(span=Span.MINUTE, at=at, data=data)


def day(days_ago: int, **minutes: dict[str, int]) -> None:
    at = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days_ago)
    Measured.objects.create(span=Span.DAY, at=at, data={"components": minutes, "groups": {}})


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ({"web": "up", "database": "up"}, "Everything works."),
        ({"web": "up", "queue": "degraded"}, "Some parts are slow, or work in part."),
        ({"web": "up", "queue": "degraded", "mail": "down"}, "Some parts are not available."),
    ],
)
def test_the_worst_part_speaks_for_the_whole(client: Client, states: dict[str, str], said: str) -> None:
    looked(1, **states)

    assert said in client.get("/status").content.decode()


def test_what_was_measured_too_long_ago_says_nothing_of_now(client: Client) -> None:
    looked(10, web="up")

    page = client.get("/status").content.decode()

    assert "how things stand is not known" in page
    assert "Everything works" not in page


def test_the_share_is_of_the_time_that_was_measured(client: Client) -> None:
    day(0, web={"up": 90, "down": 10}, api={"up": 50, "degraded": 50})
    day(5, web={"up": 1400})
    day(95, web={"down": 1440})

    page = client.get("/status").content.decode()

    # 10 of 1,500 minutes; slow is not down; what is older than 90 days is not counted.
    assert "99.3% of the measured time" in page
    assert "100.0% of the measured time" in page
    assert page.count("day-down") == 1
    assert page.count("day-degraded") == 1


def test_it_asks_the_same_few_queries_with_a_month_of_incidents(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    looked(1, web="up")
    for number in range(30):
        told = Incident.objects.create(title=f"Incident {number}", started_at=timezone.now() - timedelta(days=1))
        IncidentUpdate.objects.create(incident=told, at=timezone.now(), words="We look.")

    with django_assert_max_num_queries(4):
        client.get("/status")


def test_a_shared_cache_keeps_it_for_half_a_minute_for_visitors(client: Client, alice: Any) -> None:
    answer = client.get("/status")
    assert answer["Cache-Control"] == "public, max-age=0, s-maxage=30"
    assert not answer.cookies

    client.force_login(alice)
    assert "no-store" in client.get("/status")["Cache-Control"]


def test_incidents_are_told_in_the_readers_language_or_in_english(client: Client) -> None:
    now = timezone.now()
    told = Incident.objects.create(
        title="Slow pages", title_fr="Pages lentes", impact="degraded", components=["web"], started_at=now
    )
    IncidentUpdate.objects.create(
        incident=told, at=now, state="looking", words="We <b>look</b>.", words_fr="On cherche."
    )
    IncidentUpdate.objects.create(incident=told, at=now, state="found", words="A disk was full.")
    Incident.objects.create(
        title="Long over", started_at=now - timedelta(days=60), resolved_at=now - timedelta(days=59)
    )

    english = client.get("/status?lang=en").content.decode()
    french = client.get("/status?lang=fr").content.decode()

    assert "Slow pages" in english
    assert "We &lt;b&gt;look&lt;/b&gt;." in english
    assert "Pages lentes" in french
    assert "On cherche." in french
    assert "A disk was full." in french
    assert "Long over" not in english


def test_it_tells_no_secret(client: Client, settings: Any) -> None:
    looked(1, web="down", mail="down")

    page = client.get("/status").content.decode()

    for secret in (settings.REDIS_URL, settings.BASE_URL.partition("//")[2] + "/readyz", "Traceback", "Error"):
        assert secret not in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.browser
@pytest.mark.parametrize(
    ("width", "scheme", "language"), [(1280, "light", "en-GB"), (390, "dark", "fr-FR")], ids=["wide", "phone"]
)
def test_everybody_can_read_it(opened: Any, width: int, scheme: str, language: str) -> None:
    looked(1, web="up", database="degraded", mail="down")
    for number in range(90):
        day(number, web={"up": 1400, "down": number % 7}, database={"up": 1440}, mail={"up": 1000, "down": 440})
    told = Incident.objects.create(title="Mail waits", title_fr="E-mails en attente", started_at=timezone.now())
    IncidentUpdate.objects.create(incident=told, at=timezone.now(), words="We look.", words_fr="Nous cherchons.")

    page = opened("/status", user=None, viewport={"width": width, "height": 800}, color_scheme=scheme, locale=language)

    assert faults(page, f"status-{width}") == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert re.search("Mail waits|E-mails en attente", page.inner_text("main"))
