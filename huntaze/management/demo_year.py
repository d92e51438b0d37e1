"""A believable year of the demo creator: who came to the page, who followed and left, and who paid for what.

Made by a fixed seed and counted from today, so that each run tells the same story. It is stored by the functions that
store what really happens, and so with the same events; only page views, which no row stands behind, are events alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.models import Role, User
from accounts.privacy import consents
from analytics import events, partitions
from analytics.models import Event
from content.models import Content, Publication
from fans import books, following, keeping, notes
from fans.models import Earning, Fan, FanIdentity

DAYS: Final = 365
PEOPLE: Final = 160
FOLLOWERS: Final = 30
FEE_PERCENT: Final = {"onlyfans": 20, "fansly": 20, "patreon": 8}
PRICES: Final = {"onlyfans": 999, "fansly": 799, "patreon": 500}
CURRENCIES: Final = {"onlyfans": "usd", "fansly": "usd", "patreon": "eur"}
HOSTS: Final = ("", "", "instagram.com", "instagram.com", "x.com", "t.co", "reddit.com", "google.com")
NAMES: Final = (
    "Mia",
    "Noah",
    "Lea",
    "Tom",
    "Inès",
    "Jonas",
    "Chloé",
    "Max",
    "Zoé",
    "Liam",
    "Nora",
    "Hugo",
    "Ada",
    "Felix",
    "Emma",
    "Sami",
    "Clara",
    "Leo",
    "Maya",
    "Paul",
    "Jade",
    "Oscar",
    "Lina",
    "Victor",
    "Alma",
    "Simon",
    "Iris",
    "Karl",
    "Lucie",
    "Marco",
)
TAGS: Final = ("Regular", "Night owl", "Prints")
UNUSABLE: Final = make_password(None)
NOTES: Final = (
    "Likes the rain pictures best, says so every month.",
    "Works nights: answers come at five in the morning.",
    "Asked for prints. Wait for the winter set.",
)


def fill(creator: User, *, now: datetime) -> bool:
    """Tell the year of a creator who has no fans yet; return whether it was told."""
    if Fan.objects.filter(user=creator).exists():
        return False
    dice = Random(20261128)  # noqa: S311  # a story, and no secret
    with transaction.atomic():
        for month in months(now):
            partitions.ensure(now=month, months_ahead=0)
        fans = people(creator, dice, now=now)
        books.record_all(creator, list(payments(creator, fans, dice, now=now)), now=now)
        mistakes(creator, dice, now=now)
        followers(creator, fans[:FOLLOWERS], dice, now=now)
        Event.objects.bulk_create(views(creator, dice, now=now), batch_size=2_000)
    return True


def months(now: datetime) -> Iterator[datetime]:
    for number in range(DAYS // 28 + 1):
        yield now - timedelta(days=28 * number)


def people(creator: User, dice: Random, *, now: datetime) -> list[Fan]:
    """Store the fans all at once: one by one would keep whoever starts the product waiting."""
    tags = [keeping.named(creator, name) for name in TAGS]
    found, identities, tagged = [], [], []
    for number, pk in enumerate(books.new_ids(PEOPLE)):
        first = NAMES[number % len(NAMES)]
        name, handle = f"{first} {chr(65 + number // len(NAMES))}.", f"{first.lower()}_{number + 11}"
        platform = dice.choices(list(FEE_PERCENT), weights=(6, 2, 2))[0]
        fan = Fan(
            pk=pk,
            user=creator,
            name=name,
            language=dice.choice(("en", "en", "en", "fr", "de", "")),
            do_not=["No discounts"] if number % 40 == 3 else [],
            words=keeping.words(name, [(platform, handle)]),
            created_at=now,
            updated_at=now,
        )
        found.append(fan)
        identities.append(FanIdentity(user=creator, fan=fan, platform=platform, handle=handle))
        tagged += [Fan.tags.through(fan=fan, fantag=tag) for tag in tags if dice.random() < 0.15]
    Fan.objects.bulk_create(found)
    FanIdentity.objects.bulk_create(identities)
    Fan.tags.through.objects.bulk_create(tagged)
    for number, text in enumerate(NOTES):
        notes.write(found[5 + 30 * number], text, now=now - timedelta(days=5 + 30 * number))
    notes.propose(found[7], "May have a birthday in May: wrote “my month” twice.", now=now - timedelta(days=1))
    return found


def payments(creator: User, fans: list[Fan], dice: Random, *, now: datetime) -> Iterator[books.Line]:
    """Yield a subscription for each fan, its renewals until they leave, and tips and extras between."""
    posts = list(
        Content.objects.for_user(creator).filter(state="published").order_by("pk").values_list("pk", flat=True)
    )
    platforms = dict(FanIdentity.objects.for_user(creator).values_list("fan", "platform"))
    for number, fan in enumerate(fans):
        platform = platforms[fan.pk]
        # More come later in the year than early: the page grows.
        day = int(DAYS * (1 - dice.random() ** 0.6)) + 1
        stays = dice.choices((1, 2, 4, 8, 13), weights=(3, 3, 3, 2, 2))[0]
        for turn in range(stays):
            at = now - timedelta(days=day - 30 * turn, hours=dice.randrange(24), minutes=dice.randrange(60))
            if at >= now:
                break
            kind = "renewal" if turn else "subscription"
            yield line(fan, platform, kind, PRICES[platform], at)
            for extra in range(dice.choices((0, 1, 2, 5), weights=(5, 3, 2, 1))[0]):
                later = at + timedelta(days=dice.randrange(28), minutes=extra)
                if later < now:
                    what = dice.choice(("tip", "tip", "ppv", "message"))
                    post = UUID(str(dice.choice(posts))) if posts and what == "ppv" else None
                    yield line(fan, platform, what, dice.choice((300, 500, 500, 1_000, 1_500, 4_000)), later, post)
        if number % 50 == 9:
            yield line(None, "stripe", "other", 12_000, now - timedelta(days=day % 300 + 1))


def line(fan: Fan | None, platform: str, source: str, gross: int, at: datetime, post: UUID | None = None) -> books.Line:
    return books.Line(
        source=source,
        platform=platform,
        currency=CURRENCIES.get(platform, "eur"),
        gross_minor=gross,
        fee_minor=gross * FEE_PERCENT.get(platform, 3) // 100,
        occurred_at=at,
        fan_id=UUID(str(fan.pk)) if fan else None,
        payer=str(fan.pk) if fan else "",
        content_id=post,
    )


def mistakes(creator: User, dice: Random, *, now: datetime) -> None:
    """Refund some payments, and take one back that was a mistake."""
    rows = list(Earning.objects.for_user(creator).filter(source="ppv").order_by("occurred_at", "gross_minor", "pk"))
    for row in dice.sample(rows, k=min(4, len(rows))):
        back_at = min(now, row.occurred_at + timedelta(days=2))
        books.refund(row, gross_minor=row.gross_minor, occurred_at=back_at, now=now, note="Asked for it back")
    tips = Earning.objects.for_user(creator).filter(source="tip").order_by("-occurred_at", "pk")
    for row in tips[:1]:
        books.remove(row, now=now)


def followers(creator: User, fans: list[Fan], dice: Random, *, now: datetime) -> None:
    """Have some fans follow the page here, with accounts that nobody can log in to; a few leave again."""
    for number, fan in enumerate(fans):
        account = User(
            email=f"fan-{creator.pk}-{number}@huntaze.example",
            name=fan.name,
            role=Role.FAN,
            email_verified_at=now,
            agreed=consents.PRESENT,
            password=UNUSABLE,
        )
        account.save()
        Fan.objects.filter(pk=fan.pk).update(account=account)
        at = now - timedelta(days=int(DAYS * (1 - dice.random() ** 0.7)), hours=dice.randrange(1, 20))
        following.follow(account, creator, source=dice.choice(("page", "page", "post")), now=at)
        if number % 9 == 4:
            following.unfollow(account, creator, now=at + (now - at) / 2)


def views(creator: User, dice: Random, *, now: datetime) -> Iterator[Event]:
    """Yield page views: more on Sundays and in the evening, and more as the year goes on."""
    on_page = Publication.objects.filter(user=creator, state="published").order_by("pk")
    posts = [str(pk) for pk in on_page.values_list("content", flat=True)]
    for ago in range(DAYS, 0, -1):
        day = now - timedelta(days=ago)
        busy = 4 + 9 * (DAYS - ago) // DAYS + (5 if day.weekday() == 6 else 0)
        for _visit in range(dice.randrange(busy // 2, busy + 1)):
            at = day.replace(
                hour=dice.choice((7, 8, 12, 13, 18, 19, 20, 20, 21, 21, 22, 23)), minute=dice.randrange(60)
            )
            if at >= now:
                continue
            of_post = bool(posts) and dice.random() < 0.3
            data = {
                "page": "post" if of_post else "creator",
                "content_id": dice.choice(posts) if of_post else None,
                "referrer_host": dice.choice(HOSTS),
                "visitor": dice.getrandbits(48),
                "device": dice.choice(("phone", "phone", "phone", "desktop", "tablet")),
            }
            yield events.made("page.viewed", user_id=creator.pk, data=data, now=at)
