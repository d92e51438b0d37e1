"""What agents may look up of a creator's texts: their posts, their figures, and what is planned."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, Q, Sum
from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.middleware import time_zone
from accounts.models import User
from ai_routing import tools
from ai_routing.models import LedgerEntry
from ai_routing.models.work import Status
from ai_routing.prompts.material import Material
from content.models import Content, Generation, Platform, Publication

MOST_POSTS: Final = 20
FIRST_CHARACTERS: Final = 280
MOST_PLANNED: Final = 40
MOST_DAYS: Final = 31
WINDOW: Final = timedelta(days=28)
WEEK: Final = timedelta(days=7)
MICRO: Final = Decimal(1_000_000)

Arguments = dict[str, Any]


def register() -> None:
    tools.register(
        tools.Tool(
            "own_posts",
            gettext_lazy("Your newest posts"),
            own_posts,
            ("post", "posts", "caption", "wrote", "publication", "publications", "légende", "écrit"),
        )
    )
    tools.register(
        tools.Tool(
            "own_kpis",
            gettext_lazy("Your figures"),
            own_kpis,
            (
                "cost",
                "credits",
                "saved",
                "figures",
                "stats",
                "how many",
                "coût",
                "crédits",
                "économisé",
                "chiffres",
                "combien",
            ),
        )
    )
    tools.register(
        tools.Tool(
            "calendar",
            gettext_lazy("What you have planned"),
            calendar,
            ("calendar", "planned", "schedule", "when", "calendrier", "prévu", "planifié", "quand"),
        )
    )


def own_posts(user: User, arguments: Arguments, _now: datetime) -> list[Material]:
    """Return the newest posts, each with its platform, day, origin and first words. `limit` is at most 20."""
    limit = max(1, min(int(arguments.get("limit", 10)), MOST_POSTS))
    with translation.override(user.locale):
        return [
            Material(
                ref=f"post:{post.pk}",
                title=str(post)[:80],
                text=f"{described(post)}: {post.body[:FIRST_CHARACTERS]}",
            )
            for post in Content.objects.for_user(user).order_by("-id")[:limit]
        ]


def described(post: Content) -> str:
    return f"{post.get_platform_display()}, {post.created_at.date().isoformat()}, {post.get_origin_display()}"


def calendar(user: User, arguments: Arguments, now: datetime) -> list[Material]:
    """Return what is planned from the day `from` (ISO, the creator's own; default today) for `days` days, at most 31."""
    zone = time_zone(user) or UTC
    told = arguments.get("from")
    first = date.fromisoformat(told) if told else now.astimezone(zone).date()
    begins = datetime.combine(first, time(), zone)
    days = max(1, min(int(arguments.get("days", 7)), MOST_DAYS))
    ends = datetime.combine(first + timedelta(days=days), time(), zone)
    meant = (
        Content.objects.for_user(user)
        .filter(state=Content.State.DRAFT, planned_for__gte=begins, planned_for__lt=ends)
        .order_by("planned_for", "pk")[:MOST_PLANNED]
    )
    scheduled = (
        Publication.objects.for_user(user)
        .filter(due_at__gte=begins, due_at__lt=ends, content__deleted_at=None)
        .exclude(state=Publication.State.CANCELED)
        .select_related("content")
        .order_by("due_at", "pk")[:MOST_PLANNED]
    )
    with translation.override(user.locale):
        found = [(post.planned_for, post, [post.get_platform_display()]) for post in meant if post.planned_for]
        of_content: dict[object, list[str]] = {}
        for row in scheduled:
            where = f"{row.get_channel_display()} ({row.get_state_display()})"
            if row.content_id not in of_content:
                of_content[row.content_id] = []
                found.append((row.due_at, row.content, of_content[row.content_id]))
            of_content[row.content_id].append(where)
        return [
            Material(
                ref=f"plan:{post.pk}",
                title=str(post)[:80],
                text=f"{at.astimezone(zone):%Y-%m-%d %H:%M}, {', '.join(where)}",
            )
            for at, post, where in sorted(found, key=lambda one: one[0])[:MOST_PLANNED]
        ]


def own_kpis(user: User, _arguments: Arguments, now: datetime) -> list[Material]:
    """Return the figures of the last 28 days beside those of the 28 days before; "n/a" where there is nothing."""
    with translation.override(user.locale):
        return [
            *posts_per_platform(user, now),
            *posts_per_week(user, now),
            *generations(user, now),
            *spending(user, now),
        ]


def of_window(field: str, now: datetime) -> tuple[Q, Q]:
    """Return what a row of the last 28 days meets, and one of the 28 days before."""
    middle = now - WINDOW
    return Q(**{f"{field}__gt": middle, f"{field}__lte": now}), Q(
        **{f"{field}__gt": middle - WINDOW, f"{field}__lte": middle}
    )


def posts_per_platform(user: User, now: datetime) -> Iterator[Material]:
    last, before = of_window("created_at", now)
    rows = (
        Content.objects.for_user(user)
        .filter(last | before)
        .values("platform")
        .annotate(last=Count("pk", filter=last), before=Count("pk", filter=before))
        .order_by("-last", "platform")
    )
    for row in rows:
        platform = Platform(row["platform"])
        title = _("Posts on %(platform)s") % {"platform": platform.label}
        yield kpi(f"posts_{platform}", title, row["last"], row["before"])
    if not rows:
        yield kpi("posts", _("Posts"), None, None)


def posts_per_week(user: User, now: datetime) -> Iterator[Material]:
    weeks = {
        f"w{number}": Count(
            "pk", filter=Q(created_at__gt=now - number * WEEK, created_at__lte=now - (number - 1) * WEEK)
        )
        for number in range(1, 5)
    }
    counted = Content.objects.for_user(user).filter(created_at__gt=now - 4 * WEEK).aggregate(**weeks)
    if any(counted.values()):
        newest_first = ", ".join(str(counted[f"w{number}"]) for number in range(1, 5))
        yield Material("kpi:posts_per_week", _("Posts per week, newest week first"), newest_first)


def generations(user: User, now: datetime) -> Iterator[Material]:
    last, before = of_window("created_at", now)
    rows = Generation.objects.for_user(user).filter(last | before)
    kinds = {
        "made": (_("Texts asked for"), Q()),
        "used": (_("Texts that became posts"), Q(content__isnull=False)),
        "stopped": (_("Texts stopped"), Q(status=Status.STOPPED)),
        "failed": (_("Texts that failed"), Q(status=Status.FAILED)),
    }
    counts = rows.aggregate(
        **{f"{name}_last": Count("pk", filter=last & which) for name, (_title, which) in kinds.items()},
        **{f"{name}_before": Count("pk", filter=before & which) for name, (_title, which) in kinds.items()},
    )
    for name, (title, _which) in kinds.items():
        yield kpi(
            f"generations_{name}",
            title,
            counts[f"{name}_last"] if counts["made_last"] else None,
            counts[f"{name}_before"] if counts["made_before"] else None,
        )


def spending(user: User, now: datetime) -> Iterator[Material]:
    last, before = of_window("created_at", now)
    rows = LedgerEntry.objects.filter(last | before, user=user)
    sums = rows.aggregate(
        **{
            f"{name}_{period}": Sum(column, filter=within)
            for name, column in (
                ("credits", "credits"),
                ("cost", "cost_micro_usd"),
                ("baseline", "baseline_micro_usd"),
            )
            for period, within in (("last", last), ("before", before))
        }
    )
    yield kpi("credits", _("Credits used"), sums["credits_last"], sums["credits_before"])
    yield kpi("cost", _("Cost of AI"), dollars(sums["cost_last"]), dollars(sums["cost_before"]))
    yield kpi(
        "saving",
        _("Saved against GPT-4o for everything"),
        saving(sums["cost_last"], sums["baseline_last"]),
        saving(sums["cost_before"], sums["baseline_before"]),
    )


def kpi(name: str, title: str, last: int | str | None, before: int | str | None) -> Material:
    text = _("last 28 days: %(last)s; the 28 days before: %(before)s") % {"last": shown(last), "before": shown(before)}
    return Material(f"kpi:{name}", title, text)


def shown(value: int | str | None) -> str:
    return _("n/a") if value is None else str(value)


def dollars(micro_usd: Decimal | None) -> str | None:
    return None if micro_usd is None else f"${formats.number_format(micro_usd / MICRO, decimal_pos=4)}"


def saving(cost: Decimal | None, baseline: Decimal | None) -> str | None:
    if cost is None or not baseline:
        return None
    return f"{round(100 * (baseline - cost) / baseline)}%"
