"""Alarms ring once, to everybody who should hear, and are over once, to those who heard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage

from huntaze.observability import alarms, judging, latency, slos
from huntaze.observability.minutes import Span
from huntaze.observability.models import AlarmState, Measured
from tests.fakes import receivers
from tests.fakes.receivers import HOOK, ROUTING_KEY, Receiver

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 28, 12, 0, 20, tzinfo=UTC)
FULL = [timedelta(minutes=number) for number in range(1, 400)]


def minute(back: timedelta, **data: Any) -> None:
    at = NOW.replace(second=0) - back
    whole = {"groups": {}, "routes": {}, "gauges": {}, "components": {}, **data}
    Measured.objects.update_or_create(span=Span.MINUTE, at=at, defaults={"data": whole})


def group(total: int, *, errors: int = 0, milliseconds: float = 20) -> dict[str, Any]:
    buckets = [0] * latency.LENGTH
    buckets[latency.bucket(milliseconds)] = total
    return {"groups": {"page": {"buckets": buckets, "errors": errors}}}


def measured(name: str, *values: float) -> None:
    """Store a figure for the last minutes, the newest last."""
    for number, value in enumerate(reversed(values), 1):
        minute(timedelta(minutes=number), gauges={name: {"last": value, "most": value}})


def is_past(name: str, *, now: datetime = NOW) -> bool:
    return judging.judge(slos.BY_NAME[name], judging.Past(now=now)).past


# --- Figures and thresholds -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("milliseconds", "rings"), [(150, False), (250, True)])
def test_slow_pages_ring_by_the_p95_of_both_windows(milliseconds: float, rings: bool) -> None:
    for back in FULL[:20]:
        minute(back, **group(100, milliseconds=milliseconds))

    assert is_past("slow-pages") is rings


def test_what_was_slow_and_is_over_does_not_ring() -> None:
    for back in FULL[:20]:
        minute(back, **group(100, milliseconds=250 if back >= timedelta(minutes=7) else 20))

    assert not is_past("slow-pages")


def test_of_two_requests_one_that_failed_is_no_trend() -> None:
    minute(FULL[0], **group(2, errors=1, milliseconds=9_000))

    assert not is_past("error-burn-fast")
    assert not is_past("slow-pages")


@pytest.mark.parametrize(
    ("share", "fast", "steady"),
    # The budget is 0.1 %: 0.5 % burns it 5 times too fast, 1 % 10 times, 2 % 20 times.
    [(0, False, False), (5, False, False), (10, False, True), (20, True, True)],
)
def test_errors_ring_by_how_fast_they_burn_the_budget(share: int, fast: bool, steady: bool) -> None:
    for back in FULL:
        minute(back, **group(1_000, errors=share))

    assert (is_past("error-burn-fast"), is_past("error-burn")) == (fast, steady)


def test_a_burn_that_is_over_stops_ringing_soon_though_its_hour_was_bad() -> None:
    for back in FULL[:70]:
        minute(back, **group(1_000, errors=0 if back <= timedelta(minutes=6) else 50))

    assert not is_past("error-burn-fast")


def test_a_slow_burn_is_seen_over_a_day() -> None:
    for number in range(25):
        at = NOW.replace(minute=0, second=0) - timedelta(hours=number)
        data = {**group(60_000, errors=240), "routes": {}, "gauges": {}, "components": {}}
        Measured.objects.create(span=Span.HOUR, at=at, data=data)
    for back in FULL[:130]:
        minute(back, **group(1_000, errors=4))

    assert is_past("error-burn-slow")
    assert not is_past("error-burn")


@pytest.mark.parametrize(
    ("values", "rings"),
    [((400, 400, 400, 400, 400), True), ((400, 400, 10, 400, 400), False), ((400, 400, 400), False), ((), False)],
)
def test_a_figure_rings_when_each_minute_of_its_window_was_past(values: tuple[float, ...], rings: bool) -> None:
    measured("webhook.lag", *values)

    assert is_past("webhook-lag") is rings


def test_a_figure_may_be_too_low() -> None:
    measured("ai.able.economy", 0, 0)
    assert is_past("ai-economy-away")

    measured("ai.able.economy", 0, 50)
    assert not is_past("ai-economy-away")


def test_a_threshold_that_nobody_set_never_rings(settings: Any) -> None:
    measured("ai.cost_today", 900, 900)
    assert not is_past("ai-cost")

    settings.WATCHING = replace(settings.WATCHING, cost_usd=500.0)
    assert is_past("ai-cost")


def test_a_gap_in_what_was_measured_rings_once_somebody_looks_again() -> None:
    for number in (1, 2, 15, 16):
        minute(timedelta(minutes=number), gauges={"webhook.lag": {"last": 0, "most": 0}})

    assert is_past("nothing-measured")
    assert not is_past("nothing-measured", now=NOW + timedelta(minutes=20))


def test_every_alarm_that_is_judged_here_has_a_judge_and_needs_no_figures() -> None:
    alarms.judge_all(now=NOW)

    kept = set(AlarmState.objects.values_list("name", flat=True))
    assert kept == {alarm.name for alarm in slos.ALARMS if alarm.kind is not slos.Kind.CLOUD}
    assert not AlarmState.objects.filter(firing=True).exists()


# --- Who is told, and how often -------------------------------------------------------------------------------------


@pytest.fixture
def slack() -> Iterator[Receiver]:
    with receivers.slack() as server:
        yield server


@pytest.fixture
def pagerduty() -> Iterator[Receiver]:
    with receivers.pagerduty() as server:
        yield server


@pytest.fixture(autouse=True)
def named(settings: Any, slack: Receiver, pagerduty: Receiver) -> None:
    settings.WATCHING = replace(
        settings.WATCHING,
        slack_url=slack.url + HOOK,
        pagerduty_key=ROUTING_KEY,
        pagerduty_url=pagerduty.url + "/v2/enqueue",
        emails=("operators@example.org",),
        runbooks_url="https://wiki.example/runbooks",
    )


def round_of(minutes: float, lag: float) -> None:
    """Have the clock's round come by so many minutes from NOW, with webhooks that late since five minutes."""
    at = NOW + timedelta(minutes=minutes)
    for number in range(1, 6):
        moment = at.replace(second=0) - timedelta(minutes=number)
        data = {"groups": {}, "routes": {}, "gauges": {"webhook.lag": {"last": lag, "most": lag}}, "components": {}}
        Measured.objects.update_or_create(span=Span.MINUTE, at=moment, defaults={"data": data})
    alarms.run(now=at)


def test_it_rings_once_everywhere_and_is_over_once_everywhere(
    slack: Receiver, pagerduty: Receiver, mailoutbox: list[EmailMessage]
) -> None:
    for minutes, lag in ((0, 900), (1, 900), (2, 900), (10, 0), (11, 0)):
        round_of(minutes, lag)

    assert [body["text"] for body in slack.taken] == [
        "[test] ALARM: webhook-lag. Something that Stripe told has not been done for five minutes.",
        "[test] Over: webhook-lag. Something that Stripe told has not been done for five minutes.",
    ]
    assert [event["event_action"] for event in pagerduty.taken] == ["trigger", "resolve"]
    assert len({event["dedup_key"] for event in pagerduty.taken}) == 1
    first, last = mailoutbox
    assert first.to == ["operators@example.org"]
    assert "https://wiki.example/runbooks/webhook-lag.md" in first.body
    assert "900.0 s (rings above 300)" in first.body
    assert "Over" in last.subject
    assert [*slack.refusals, *pagerduty.refusals] == []
    assert AlarmState.objects.get(name="webhook-lag").told == {}


def test_one_that_comes_and_goes_rings_once(slack: Receiver) -> None:
    for minutes, lag in ((0, 900), (1, 0), (2, 900), (3, 0), (4, 900)):
        round_of(minutes, lag)

    assert len(slack.taken) == 1


def test_who_was_away_is_told_later_and_the_others_not_again(
    slack: Receiver, pagerduty: Receiver, mailoutbox: list[EmailMessage], caplog: pytest.LogCaptureFixture
) -> None:
    slack.faults = [500]
    round_of(0, 900)
    assert (len(slack.taken), len(pagerduty.taken), len(mailoutbox)) == (0, 1, 1)
    assert "slack was not told of the alarm webhook-lag: HTTP 500" in caplog.text
    assert HOOK not in caplog.text

    round_of(1, 900)
    assert (len(slack.taken), len(pagerduty.taken), len(mailoutbox)) == (1, 1, 1)


def test_who_never_heard_that_it_rang_does_not_hear_that_it_is_over(
    slack: Receiver, mailoutbox: list[EmailMessage]
) -> None:
    slack.faults = [500]
    round_of(0, 900)
    round_of(10, 0)

    assert slack.taken == []
    assert len(mailoutbox) == 2


def test_what_lasts_is_told_again_after_hours(slack: Receiver) -> None:
    for minutes in (0, 60, 239, 241, 300):
        round_of(minutes, 900)

    # Between those rounds nothing was measured, which is told too.
    assert len([body for body in slack.taken if "webhook-lag" in body["text"]]) == 2


def test_a_silent_alarm_is_judged_and_tells_nobody_until_the_time_is_over(slack: Receiver) -> None:
    AlarmState.objects.create(name="webhook-lag", since=NOW, silent_until=NOW + timedelta(minutes=30))
    round_of(0, 900)
    assert AlarmState.objects.get(name="webhook-lag").firing
    assert slack.taken == []

    round_of(31, 900)
    assert len([body for body in slack.taken if "webhook-lag" in body["text"]]) == 1


def test_a_ticket_wakes_nobody(slack: Receiver, pagerduty: Receiver) -> None:
    measured("backup.age", 40, 40)

    alarms.run(now=NOW)

    assert [body["text"].split(":")[1].strip() for body in slack.taken] == [
        "backup-old. The last backup is too long ago."
    ]
    assert pagerduty.taken == []


def test_while_nothing_is_known_an_alarm_stays_as_it_is(slack: Receiver) -> None:
    round_of(0, 900)
    Measured.objects.all().delete()

    alarms.run(now=NOW + timedelta(minutes=30))

    assert AlarmState.objects.get(name="webhook-lag").firing
    assert len(slack.taken) == 1


def test_without_receivers_it_is_only_noted(settings: Any, slack: Receiver) -> None:
    settings.WATCHING = replace(settings.WATCHING, slack_url="", pagerduty_key="", emails=())

    round_of(0, 900)

    assert AlarmState.objects.get(name="webhook-lag").firing
    assert slack.taken == []
