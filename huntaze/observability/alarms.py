"""Rings, and says when it is over: once each, to every receiver, however often this runs and whoever was away."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from huntaze.observability import judging, notices, slos
from huntaze.observability.models import AlarmState
from huntaze.observability.notices import Notice, Receiver
from huntaze.observability.slos import Alarm, Kind

logger = logging.getLogger(__name__)

FIRING: Final = "firing"
OVER: Final = "over"
REMIND_AFTER: Final = timedelta(hours=4)
"""An alarm that nobody has ended or silenced is told of again."""
CALM: Final = timedelta(minutes=3)
"""So long an alarm must have been well before it is over: one that comes and goes would ring all day."""


def run(*, now: datetime) -> None:
    """Judge every alarm, keep how it stands, and tell whoever has not been told."""
    judge_all(now=now)
    tell_all(notices.receivers(), now=now)


def judge_all(*, now: datetime) -> None:
    past = judging.Past(now=now)
    for alarm in slos.ALARMS:
        if alarm.kind is not Kind.CLOUD:
            keep(alarm, judging.judge(alarm, past), now=now)


def keep(alarm: Alarm, verdict: judging.Verdict, *, now: datetime) -> None:
    """Note a verdict. Of two runs at once, the second waits and sees what the first has noted."""
    with transaction.atomic():
        AlarmState.objects.get_or_create(name=alarm.name, defaults={"since": now})
        state = AlarmState.objects.select_for_update().get(name=alarm.name)
        if verdict.value is not None:
            state.value = verdict.value
        if verdict.past:
            state.past_at = now
            if not state.firing:
                state.firing, state.since, state.told = True, now, rung(state)
                logger.error("Alarm %s rings: %s", alarm.name, shown(alarm, state))
        elif state.firing and verdict.value is not None and now - (state.past_at or state.since) >= CALM:
            state.firing, state.since = False, now
            logger.warning("Alarm %s is over: %s", alarm.name, shown(alarm, state))
        state.save()


def rung(state: AlarmState) -> dict[str, str]:
    """Return what receivers still know: who was told that it was over hears of it anew."""
    return {name: word for name, word in state.told.items() if word == FIRING}


def tell_all(receivers: Sequence[Receiver], *, now: datetime) -> None:
    names = [alarm.name for alarm in slos.ALARMS]
    waiting = AlarmState.objects.filter(Q(firing=True) | ~Q(told={}), name__in=names).order_by("name")
    for state in waiting:
        alarm = slos.BY_NAME[state.name]
        if state.silent_until is not None and state.silent_until > now:
            continue
        tell(alarm, state, [each for each in receivers if alarm.severity in each.hears], now=now)


def tell(alarm: Alarm, state: AlarmState, receivers: Sequence[Receiver], *, now: datetime) -> None:
    """Tell those who do not know yet. Who could not be reached is tried again in a minute; the others are not told twice."""
    word = FIRING if state.firing else OVER
    told: dict[str, str] = dict(state.told)
    again = state.firing and state.told_at is not None and now - state.told_at >= REMIND_AFTER
    reached = False
    for receiver in receivers:
        if told.get(receiver.name, "") == word and not again:
            continue
        # Nobody hears that something is over who did not hear that it rang.
        if word == OVER and told.get(receiver.name) != FIRING:
            continue
        try:
            receiver.send(Notice(alarm, firing=state.firing, since=state.since, shown=shown(alarm, state)))
        except notices.Refused as error:
            logger.warning("%s was not told of the alarm %s: %s", receiver.name, alarm.name, error)
            continue
        told[receiver.name] = word
        reached = True
    if reached or (word == OVER and not state.firing):
        known = {name: said for name, said in told.items() if state.firing or said == FIRING}
        AlarmState.objects.filter(pk=state.pk, firing=state.firing).update(
            told=known, told_at=now if reached else state.told_at
        )


def shown(alarm: Alarm, state: AlarmState) -> str:
    """Return the figure and its threshold in words."""
    value = "unknown" if state.value is None else f"{state.value:,.1f} {alarm.unit}".strip()
    way = "above" if alarm.above else "below"
    return value if alarm.kind is Kind.SILENCE else f"{value} (rings {way} {alarm.threshold():g})"


def standing() -> Mapping[str, AlarmState]:
    return {state.name: state for state in AlarmState.objects.filter(name__in=slos.BY_NAME)}
