"""What the demo creator begins with: a voice, slots, and posts in every state, made as a creator would make them."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from django.db import transaction

from accounts import handles
from accounts.models import User
from content import history, planning, voices
from content.models import Content
from content.planning import slots
from content.publishing import by_hand

EVENING: Final = time(18)
WEEKDAYS: Final = [0, 2, 4, 6]
BIO: Final = "Photographs of rain, small rooms and cold mornings. A new set every Friday."
SAMPLES: Final = [
    "Rain since six. I went anyway. One lens, wet shoes, eleven frames I like.",
    "No plan today. Coffee, the north window, and whatever the light wants.",
    "You asked how I find these corners. I get lost. That is the whole method.",
]
OUT: Final = [
    ("Umbrellas on the quay", "Rain all day, and the quay is all umbrellas. Which colour would you carry? #rain", 6),
    ("North window", "No plan today. Coffee, the north window, and whatever the light wants.", 3),
]
QUEUED: Final = [
    ("Puddles and neon", "The best light of the week is upside down, in a puddle, behind the station. #night"),
    ("A quiet studio morning", "Nobody here before nine. I move one lamp for an hour and call it work."),
    ("The set comes out on Friday", "Twenty frames, one evening, no retouching. Friday at six."),
]
DRAFTS: Final = [
    ("How I find these corners", "I get lost. That is the whole method, but let me show you where."),
    ("Winter set: first idea", "Fog, a red coat, and the tram depot at five in the morning."),
]


def fill(user: User, *, now: datetime) -> None:
    """Give a new demo creator something to see."""
    with transaction.atomic():
        wording = voices.Wording(
            name="Rainy days",
            tone="short, dry, warm underneath",
            audience="people who like photographs and weather",
            signature_phrases=("I went anyway",),
            never_say=("bespoke", "game-changer"),
        )
        voices.create(user, wording, SAMPLES, now=now)
        # Without a page of their own, nothing of theirs could go out there.
        profile = handles.take(user, handles.suggest(user))
        profile.bio = BIO
        profile.save(update_fields=["bio"])
        slots.add(user, WEEKDAYS, EVENING)
        for title, body, days in OUT:
            then = now - timedelta(days=days)
            (publication,) = planning.schedule(written(user, title, body, now=then), ["x"], then, now=then)
            by_hand.mark_posted(publication, now=then)
        for title, body in QUEUED:
            planning.enqueue(written(user, title, body, now=now), ["x"], now=now)
        tomorrow = now + timedelta(days=1)
        planning.schedule(written(user, "Behind the picture", QUEUED[0][1], now=now), ["threads"], tomorrow, now=now)
        for title, body in DRAFTS:
            written(user, title, body, now=now)
        planned = written(user, "Notes for the newsletter", "What I learned from a month of rain.", now=now)
        planned.planned_for = now + timedelta(days=4)
        planned.save(update_fields=["planned_for"])


def written(user: User, title: str, body: str, *, now: datetime) -> Content:
    draft = history.Draft(title=title, body=body, own={"x": history.OwnText(), "threads": history.OwnText()})
    return history.begin(user, draft, key=f"demo {title}", now=now)
