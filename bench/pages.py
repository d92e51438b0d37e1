"""How fast is every page of the creator's app when the account is very full?

Fills one account with 100,000 posts and 20,000 media files, starts two web workers, and asks for each page that a
creator can open, and for an empty Django view. Prints p50, p95, the ratio to the empty view, and the number and time of
its queries. Run it with `make bench NAME=pages`.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huntaze.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts.models import CreatorProfile, User  # noqa: E402
from ai_routing.models import Run  # noqa: E402
from bench import pages_rows  # noqa: E402
from bench.streams import HOST, free_port, percentile_95, wait_for  # noqa: E402
from content.models import Asset, Content, Publication, Tag, Voice  # noqa: E402

EMPTY = "/_empty"
LIMIT_MS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    page: str
    status: int
    requests: int
    p50_ms: float
    p95_ms: float
    ratio: float
    queries: int
    sql_ms: float
    kilobytes: int


def main() -> None:
    options = arguments()
    user, cookie = pages_rows.fill(posts=options.posts, media=options.media)
    found = addresses(user)
    queries = {url: asked_of_the_database(user, url) for url in found.values()}
    with server() as port:
        web = http.client.HTTPConnection(HOST, port, timeout=60)
        timed(web, EMPTY, cookie, options)
        empty = timed(web, EMPTY, cookie, options)
        rows = [
            figures(name, timed(web, url, cookie, options), queries[url], statistics.median(empty[0]))
            for name, url in found.items()
        ]
        again = timed(web, EMPTY, cookie, options)
    report(rows, [*empty[0], *again[0]], options)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--media", type=int, default=20_000)
    parser.add_argument("--requests", type=int, default=60, help="for each page")
    parser.add_argument("--seconds", type=float, default=15, help="the most that a page is asked for")
    return parser.parse_args()


def addresses(user: User) -> dict[str, str]:
    """Return every page of the creator's app, by its name, with rows from the middle of the account."""
    posts = Content.objects.for_user(user).order_by("-id").values_list("pk", flat=True)
    post, draft = posts[posts.count() // 2], posts.filter(state="draft").first()
    scheduled = Publication.objects.for_user(user).filter(state="scheduled", content__deleted_at=None)
    publication = scheduled.order_by("due_at").values("pk")[0]["pk"]
    asset = Asset.objects.for_user(user).order_by("-id").values_list("pk", flat=True)[100]
    run, tag = Run.objects.filter(user=user).order_by("pk").last(), Tag.objects.filter(user=user).order_by("pk").first()
    voice = Voice.objects.filter(user=user).get()
    profile = CreatorProfile.objects.get(user=user)
    assert run is not None
    assert tag is not None
    return {
        "home": "/app/",
        "create": "/app/create",
        "create, a draft": f"/app/create/{draft}",
        "history": f"/app/create/{draft}/history",
        "posts": "/app/posts",
        "posts, deep": f"/app/posts?before={post}",
        "posts, search": "/app/posts?q=harbour",
        "posts, rare word": "/app/posts?q=4711",
        "posts, filters": f"/app/posts?state=draft&channel=x&tag={tag.pk}",
        "posts, campaign": f"/app/posts?campaign={run.pk}",
        "posts, bin": "/app/posts?bin=1",
        "tags": "/app/tags",
        "templates": "/app/templates",
        "calendar, month": "/app/calendar",
        "calendar, week": "/app/calendar?view=week",
        "calendar, day": "/app/calendar?view=day",
        "calendar, list": "/app/calendar?view=list",
        "queue": "/app/calendar/queue",
        "feed": "/app/calendar/feed",
        "publication": f"/app/publications/{publication}",
        "schedule": f"/app/posts/{draft}/schedule",
        "media": "/app/media",
        "media, search": "/app/media?q=window",
        "media, a tag": f"/app/media?tag={tag.pk}",
        "media, bin": "/app/media?bin=1",
        "media, picker": "/app/media/picker",
        "a media file": f"/app/media/{asset}",
        "voices": "/app/voice",
        "a voice": f"/app/voice/{voice.pk}",
        "campaigns": "/app/campaigns",
        "a campaign": f"/app/campaigns/{run.pk}",
        "campaign, brief": "/app/campaigns/new/campaign",
        "review": f"/app/review/{draft}",
        "assistant": "/app/assistant",
        "palette": "/app/find?q=harbour",
        "notifications": "/app/notifications",
        "settings": "/app/settings",
        "security": "/app/settings/security",
        "sessions": "/app/settings/sessions",
        "activity": "/app/settings/activity",
        "privacy": "/app/settings/privacy",
        "welcome": "/app/welcome",
        "public page": f"/@{profile.handle}",
    }


def asked_of_the_database(user: User, url: str) -> tuple[int, float, float]:
    """Return how many queries a page takes, their milliseconds, and those of the slowest, without the web between."""
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user)
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        client.get(url)
    times = [float(query["time"]) * 1_000 for query in asked.captured_queries]
    if times and max(times) > LIMIT_MS / 4:
        slowest = max(asked.captured_queries, key=lambda query: float(query["time"]))
        print(f"{url}: a query of {slowest['time']} s: {slowest['sql'][:1500]}", file=sys.stderr)
    return len(times), sum(times), max(times, default=0)


@contextmanager
def server() -> Iterator[int]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "huntaze/gunicorn.py", "bench.pages_wsgi"],
        cwd=Path(__file__).resolve().parent.parent,
        env={**os.environ, "HUNTAZE_BIND": f"{HOST}:{port}", "HUNTAZE_WEB_WORKERS": "2"},
        stdout=subprocess.DEVNULL,
        stderr=None,
    )
    try:
        wait_for(port)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def timed(
    web: http.client.HTTPConnection, url: str, cookie: str, options: argparse.Namespace
) -> tuple[list[float], int, int]:
    """Return the milliseconds of each request, the last answer's status, and its bytes."""
    times: list[float] = []
    status = size = 0
    give_up_at = time.monotonic() + options.seconds
    for number in range(options.requests + 3):
        begun = time.perf_counter()
        web.request("GET", url, headers={"Cookie": cookie})
        answer = web.getresponse()
        size, status = len(answer.read()), answer.status
        # Each worker loads what it needs at its first requests.
        if number >= 3:
            times.append((time.perf_counter() - begun) * 1_000)
        if time.monotonic() > give_up_at and len(times) >= 2:
            break
    return times, status, size


def figures(
    name: str, measured: tuple[list[float], int, int], asked: tuple[int, float, float], empty_ms: float
) -> Figures:
    times, status, size = measured
    return Figures(
        page=name,
        status=status,
        requests=len(times),
        p50_ms=round(statistics.median(times), 1),
        p95_ms=round(percentile_95(times), 1),
        ratio=round(statistics.median(times) / empty_ms, 1),
        queries=asked[0],
        sql_ms=round(asked[1], 1),
        kilobytes=size // 1_024,
    )


def report(rows: list[Figures], empty: list[float], options: argparse.Namespace) -> None:
    print(f"{'page':18} {'status':>6} {'p50 ms':>8} {'p95 ms':>8} {'ratio':>6} {'queries':>8} {'SQL ms':>8} {'kB':>5}")
    print(f"{'(empty view)':18} {200:6} {statistics.median(empty):8.1f} {percentile_95(empty):8.1f} {1.0:6.1f}")
    for row in rows:
        mark = "  slow" if row.p95_ms > LIMIT_MS else ""
        print(
            f"{row.page:18} {row.status:6} {row.p50_ms:8.1f} {row.p95_ms:8.1f} {row.ratio:6.1f} {row.queries:8} "
            f"{row.sql_ms:8.1f} {row.kilobytes:5}{mark}"
        )
    told = {
        "posts": options.posts,
        "media": options.media,
        "web_workers": 2,
        "empty_p50_ms": round(statistics.median(empty), 2),
        "empty_p95_ms": round(percentile_95(empty), 2),
        "pages": len(rows),
        "over_200_ms": [row.page for row in rows if row.p95_ms > LIMIT_MS],
        "figures": [asdict(row) for row in rows],
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
