"""A creator who has worked with Huntaze for a while: what the pictures of the pages show.

The texts are samples, written by hand: no model is asked. Each run makes an account of its own, so nothing that a
developer has made is touched.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from PIL import Image, ImageDraw

from accounts.models import Consent, CreatorProfile, Tier, User
from accounts.privacy import consents
from ai_routing.models import Run
from ai_routing.team import briefs, runs, workflows
from content import history, moderation, planning, tagging, trash
from content.history import Draft, OwnText
from content.media import places, receiving, storage
from content.models import Content, Folder, PostTemplate, Publication, Voice
from content.planning import slots
from content.publishing import notices, states
from content.voices import keeping

ZONE: Final = "Europe/Paris"
HANDLE: Final = "demo_studio"
PASSWORD: Final = "write-something-good"  # noqa: S105  # for an account of a developer's own database

BODIES: Final = [
    (
        "Rainy Sunday",
        (
            "Rain on the skylight, tea going cold, and a playlist I have not changed since March.\n\n"
            "Today I am answering questions: ask me anything about the new set."
        ),
        ("behind the scenes",),
        ("instagram", "huntaze"),
    ),
    (
        "The bag is packed",
        (
            "Two sweaters, one camera and far too much tea. I leave on Monday and I will not say where.\n\n"
            "Guess in the comments: the first one to be right sees the photos a day early."
        ),
        ("travel", "photo set"),
        ("instagram", "x", "huntaze"),
    ),
    (
        "First light on the coast",
        (
            "Seven in the morning, nobody here but the gulls. I stood in the cold for one picture, and it was worth every "
            "minute.\n\nThe whole set comes on Friday."
        ),
        ("travel", "photo set"),
        ("huntaze", "threads"),
    ),
    (
        "How I light a small room",
        "One window, one white sheet, no lamp. Turn the bed, not the camera: that is the whole trick.",
        ("tutorial",),
        ("tiktok",),
    ),
    (
        "Friday’s set is up",
        "Twenty-four pictures from the coast, and the one that nearly fell into the sea.",
        ("photo set",),
        ("huntaze", "x"),
    ),
    (
        "Thank you for 10,000",
        "Ten thousand of you. I read every message this week, even the ones about my socks.",
        (),
        ("huntaze",),
    ),
    (
        "Lettre du dimanche",
        "Trois images que je n’ai montrées à personne, et la raison pour laquelle je les garde depuis deux ans.",
        ("lettre",),
        ("email",),
    ),
]
SAMPLES: Final = [
    "Rain again. I made tea, forgot it, made another one. That is the whole morning, and I would not trade it.",
    "You asked how I pick the pictures. I do not. I close the laptop, and keep what I still remember on Monday.",
    "No plan today: a bag, a camera, the first train. If you know this platform, say nothing.",
]


@dataclass(slots=True)
class Demo:
    """The account, and where its things are found."""

    user: User
    draft: Content
    review: Content
    voice: Voice
    publication: Publication
    template: PostTemplate
    assets: list[UUID] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)


def prepare(now: datetime) -> Demo:
    """Make the account with all its things. Refuses where others are served."""
    if settings.PRODUCTION:
        raise SystemExit("An account with a public password is never made in production.")
    with transaction.atomic():
        user = creator(now)
        voice = keeping.create(
            user,
            keeping.Wording(
                name="Evenings",
                tone="Warm and dry. Says less than it could, and never sells.",
                audience="People who have followed me for years",
                signature_phrases=("and I would not trade it",),
                boundaries="Nothing about family, no addresses, no prices.",
                never_say=("babe", "limited offer"),
            ),
            SAMPLES,
            now=now - timedelta(days=20),
        )
        posts = [post(user, number, now=now - timedelta(days=9 - number)) for number in range(len(BODIES))]
        publication = planned(user, posts, now=now)
        draft = written_over(posts[1], now=now)
        review = blocked(user, now=now)
        template = PostTemplate.objects.create(
            user=user,
            name="Friday set",
            body="The whole set is up: … pictures from …",
            channels=["huntaze", "x"],
            created_at=now,
            updated_at=now,
        )
        trash.put_away(user, [post(user, 3, now=now - timedelta(days=3), title="Too long")], now=now)
    return Demo(user, draft, review, voice, publication, template)


def creator(now: datetime) -> User:
    CreatorProfile.objects.filter(handle=HANDLE).update(handle=None)
    user = User.objects.create_user(
        f"pictures-{now:%Y%m%d-%H%M%S}@huntaze.example", PASSWORD, name="Demo Creator", tier=Tier.PRO, time_zone=ZONE
    )
    CreatorProfile.objects.create(
        user=user,
        handle=HANDLE,
        bio="Photographs of small rooms and cold mornings. A new set every Friday.",
        makes=["photos"],
        languages=["en", "fr"],
        channels=["huntaze", "instagram", "x"],
        onboarded_at=now,
    )
    consents.give_required(user, way=Consent.Way.SIGN_UP, now=now)
    return user


def post(user: User, number: int, *, now: datetime, title: str = "") -> Content:
    heading, body, tags, channels = BODIES[number]
    draft = Draft(title=title or heading, body=body, own={channel: OwnText() for channel in channels})
    content = history.begin(user, draft, key=f"{number}{title}", now=now)
    for tag in tags:
        tagging.put_on(user, [content], tag)
    return content


def planned(user: User, posts: list[Content], *, now: datetime) -> Publication:
    """Fill the slots of the week, and let some of what was planned be over; return what waits for the creator."""
    slots.add(user, [0, 2, 4], time(9, 0))
    slots.add(user, [1, 3, 6], time(18, 30))
    local = now.astimezone(ZoneInfo(ZONE))
    evening = local.replace(hour=18, minute=30, second=0, microsecond=0)
    for number, days in ((0, 1), (2, 2), (6, 4)):
        planning.schedule(posts[number], BODIES[number][3], evening + timedelta(days=days), now=now)
    planning.enqueue(posts[3], BODIES[3][3], now=now)
    for number, days in ((4, 2), (5, 1)):
        due = evening - timedelta(days=days)
        for row in planning.schedule(posts[number], BODIES[number][3], due + timedelta(days=7), now=due):
            Publication.objects.filter(pk=row.pk).update(
                due_at=due, state="published", published_at=due, title=posts[number].title, body=posts[number].body
            )
            row.refresh_from_db()
            notices.published(row, posts[number], now=due)
        states.refresh(posts[number])
    failed = post(user, 0, now=now - timedelta(days=2), title="A story in four parts")
    (row,) = planning.schedule(failed, ["huntaze"], evening + timedelta(days=7), now=now)
    Publication.objects.filter(pk=row.pk).update(
        due_at=now - timedelta(days=1), state="failed", error_code="media_not_ready"
    )
    row.refresh_from_db()
    notices.failed(row, failed, now=now)
    states.refresh(failed)
    waits = post(user, 2, now=now - timedelta(hours=4), title="Blue hour")
    (row,) = planning.schedule(waits, ["instagram"], evening + timedelta(days=7), now=now)
    Publication.objects.filter(pk=row.pk).update(
        due_at=now - timedelta(minutes=20), state="reminded", reminded_at=now - timedelta(minutes=20), mailed_at=now
    )
    row.refresh_from_db()
    notices.reminded(row, waits, now=now)
    return row


def written_over(content: Content, *, now: datetime) -> Content:
    """Change a draft a few times, so that it has a history."""
    for ago, words in (
        (50, "Guess where."),
        (20, "Guess in the comments. The first one to be right sees it all early."),
    ):
        draft = history.draft_of(content)
        draft = Draft(
            title=draft.title,
            body=f"{BODIES[1][1].partition('Guess')[0]}{words}",
            own=draft.own,
        )
        content = history.save(content, draft, base_revision=content.revision, now=now - timedelta(minutes=ago))
    draft = history.draft_of(content)
    return history.save(
        content,
        Draft(title=draft.title, body=BODIES[1][1], own=draft.own),
        base_revision=content.revision,
        now=now,
    )


def blocked(user: User, *, now: datetime) -> Content:
    """Keep a post that the rules find something in."""
    draft = Draft(
        title="Ask me",
        body="Write to me at demo@example.com, or call +33 6 12 34 56 78. A limited offer, babe.",
        own={"huntaze": OwnText(), "instagram": OwnText()},
    )
    content = history.begin(user, draft, key="review", now=now - timedelta(hours=1))
    moderation.judge(content, now=now)
    return content


def campaigns(user: User, *, now: datetime) -> list[Run]:
    """Have the AI team plan a week; its steps go to the workers of the running product."""
    workflow = workflows.named("weekly-plan")
    today = briefs.today_of(user, now=now)
    told = {workflow.about: "A trip to the coast, and the new photo set on Friday", "platforms": ["instagram", "x"]}
    form = briefs.BriefForm(workflow, {**briefs.beginning(workflow, user, today=today), **told}, today=today)
    if not form.is_valid():
        raise SystemExit(form.errors.as_text())
    return [runs.start(user, workflow, form.brief(), budget_credits=200, now=now)]


def media(user: User, *, now: datetime) -> list[UUID]:
    """Upload some drawn pictures as a browser would, in a folder of their own; a worker prepares them."""
    folder = Folder.objects.create(user=user, name="Coast", created_at=now)
    found = []
    for number, name in enumerate(("First light", "Gulls", "The platform", "Blue hour", "Skylight", "Window")):
        picture = drawn(number)
        announced = receiving.Announced(f"{name}.jpg", len(picture), "image/jpeg")
        asset = receiving.begin(user, announced, folder if number % 2 else None, now=now)
        storage.client().put_object(Bucket=settings.AWS_STORAGE_BUCKET_NAME, Key=places.staging(asset, 1), Body=picture)
        asset = receiving.close(asset, now=now)
        asset.alt_text = f"{name}, in blue and rose" if number % 3 else ""
        asset.save(update_fields=["alt_text"])
        found.append(UUID(str(asset.pk)))
    return found


def drawn(number: int) -> bytes:
    """Return a picture of a horizon and a sun, another one for each number."""
    wide = (1200, 900) if number % 3 else (900, 1200)
    sky = Image.linear_gradient("L").resize(wide)
    tones = [("#1f2a44", "#e8b7a8"), ("#345", "#f0d9b5"), ("#2b2f3a", "#c08497"), ("#14213d", "#7a9cc6")]
    dark, light = tones[number % len(tones)]
    picture = Image.composite(Image.new("RGB", wide, light), Image.new("RGB", wide, dark), sky)
    pen = ImageDraw.Draw(picture)
    x, y, r = wide[0] * (2 + number % 4) // 7, wide[1] // 2, wide[1] // 9
    pen.ellipse((x - r, y - r, x + r, y + r), fill="#fff1e0")
    pen.rectangle((0, wide[1] * 2 // 3, *wide), fill=dark)
    into = io.BytesIO()
    picture.save(into, "JPEG", quality=88)
    return into.getvalue()
