"""What is counted comes out as it went in: over processes, minutes, hours, days, and repeated runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from django.http import HttpResponse
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from ai_routing import streams
from huntaze.observability import counting, latency, minutes
from huntaze.observability.counting import Tally
from huntaze.observability.minutes import Span
from huntaze.observability.models import Measured

NOW = datetime(2026, 11, 28, 12, 0, 30, tzinfo=UTC)


class Clock:
    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at.timestamp()


def counted(at: datetime, *milliseconds: float, status: int = 200, path: str = "/pricing") -> Tally:
    """Return what a process has counted that answered so many requests in a minute."""
    tally = Tally(Clock(at))
    tally.started = True
    client = Client()
    request = client.get(path).wsgi_request
    for each in milliseconds:
        tally.note(request, HttpResponse(status=status), each / 1_000)
    return tally


def stored(span: Span, at: datetime) -> Any:
    return Measured.objects.get(span=span, at=at).data


@pytest.mark.django_db
def test_two_processes_make_one_minute_hour_and_day() -> None:
    counted(NOW, 4, 120, 250).flush()
    counted(NOW, 120, status=503).flush()
    later = NOW + timedelta(minutes=1)
    counted(later, 30, path="/api/usage/").flush()

    minutes.store(now=later + timedelta(minutes=1))

    page = stored(Span.MINUTE, NOW.replace(second=0))["groups"]["page"]
    assert page["errors"] == 1
    assert {latency.BOUNDS_MS[number]: count for number, count in enumerate(page["buckets"]) if count} == {
        5: 1,
        150: 2,
        300: 1,
    }
    assert stored(Span.MINUTE, NOW.replace(second=0))["routes"].keys() == {"GET /pricing"}
    for span, at in ((Span.HOUR, NOW.replace(second=0)), (Span.DAY, NOW.replace(hour=0, second=0))):
        groups = stored(span, at)["groups"]
        assert sum(groups["page"]["buckets"]) == 4
        assert sum(groups["api"]["buckets"]) == 1


@pytest.mark.django_db
def test_a_repeated_run_changes_nothing_and_late_counts_are_taken_in() -> None:
    end = NOW + timedelta(minutes=1)
    counted(NOW, 10).flush()
    minutes.store(now=end)
    first = list(Measured.objects.order_by("span", "at").values_list("span", "at", "data"))

    minutes.store(now=end)
    assert list(Measured.objects.order_by("span", "at").values_list("span", "at", "data")) == first

    counted(NOW, 10).flush()
    minutes.store(now=end + timedelta(minutes=1))
    assert sum(stored(Span.DAY, NOW.replace(hour=0, second=0))["groups"]["page"]["buckets"]) == 2


@pytest.mark.django_db
def test_minutes_that_nobody_stored_for_two_hours_are_stored_later() -> None:
    counted(NOW, 10).flush()

    minutes.store(now=NOW + timedelta(hours=2))

    assert stored(Span.MINUTE, NOW.replace(second=0))["groups"]["page"]["errors"] == 0


@pytest.mark.django_db
def test_figures_and_parts_are_kept_with_their_minute_and_summed_up() -> None:
    for number, (lag, state) in enumerate((("3", "up"), ("90", "down"), ("5", "up"))):
        at = NOW + timedelta(minutes=number)
        minutes.tell({"gauge|webhook.lag": lag, "component|web": state, "made|up|by": "newer"}, now=at)

    minutes.store(now=NOW + timedelta(minutes=3))

    hour = stored(Span.HOUR, NOW.replace(second=0))
    assert hour["gauges"]["webhook.lag"] == {"last": 5.0, "most": 90.0}
    assert hour["components"]["web"] == {"up": 2, "down": 1}


@pytest.mark.django_db
def test_counts_wait_while_valkey_is_away(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    tally = counted(NOW, 10, 10)
    with monkeypatch.context() as patch:
        patch.setattr(counting, "valkey_for_writing", lambda: redis.Redis(port=1))
        tally.flush()
    assert "Counts wait" in caplog.text

    tally.flush()

    fields = streams.valkey().hgetall(counting.key(minutes.minute_of(NOW)))
    assert fields["g|page|1"] == "2"


@pytest.mark.django_db
def test_what_waits_for_a_model_is_counted_apart_and_health_and_files_not_at_all() -> None:
    factory = RequestFactory()
    tally = Tally(Clock(NOW))
    tally.started = True
    for path in ("/healthz", "/readyz", "/static/css/app.css"):
        tally.note(factory.get(path), HttpResponse(), 0.001)
    assert not tally.counts

    assert counting.group_of("api/content/generate", HttpResponse()) == "waiting"
    assert counting.group_of("api/x", HttpResponse(content_type="text/event-stream")) == "waiting"
    assert counting.group_of("api/usage/", HttpResponse()) == "api"
    tally.note(factory.get("/made/up/by/a/stranger"), HttpResponse(status=404), 0.001)
    assert {field for _minute, field in tally.counts} == {"g|page|0", "r|(none)|0"}


@pytest.mark.django_db
def test_what_is_old_is_forgotten() -> None:
    for span, kept in minutes.KEPT.items():
        Measured.objects.create(span=span, at=NOW - kept - timedelta(hours=1))
        Measured.objects.create(span=span, at=NOW - kept + timedelta(hours=1))

    assert minutes.forget(now=NOW) == 3
    assert Measured.objects.count() == 3


@given(st.lists(st.floats(0, 9_999), min_size=1, max_size=300), st.sampled_from([0.5, 0.95, 0.99]))
def test_a_percentile_is_never_further_off_than_its_bucket_is_wide(times: list[float], share: float) -> None:
    histogram = [0] * latency.LENGTH
    for each in times:
        histogram[latency.bucket(each)] += 1
    true = sorted(times)[min(len(times) - 1, max(0, -int(-share * len(times) // 1) - 1))]

    found = latency.quantile(histogram, share)

    assert found is not None
    number = latency.bucket(true)
    lower = latency.BOUNDS_MS[number - 1] if number else 0
    assert lower <= found <= latency.BOUNDS_MS[number]


def test_without_requests_there_is_no_percentile() -> None:
    assert latency.quantile([0] * latency.LENGTH, 0.95) is None


def test_slower_than_the_promise_are_those_above_it() -> None:
    histogram = [0] * latency.LENGTH
    for each in (199, 200, 201, 60_000):
        histogram[latency.bucket(each)] += 1

    assert latency.slower(histogram, 200) == 2
    assert latency.quantile(histogram, 1.0) == 10_000
