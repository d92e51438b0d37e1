"""Any process can be killed while posts go out and media is prepared: nothing is posted twice, and nothing is forgotten."""

from __future__ import annotations

import http.cookiejar
import json
import re
import socket
import urllib.parse
import urllib.request
from collections.abc import Iterator

import pytest
from celery import Celery

from devstack import records
from huntaze.management.commands.seed_demo import PASSWORD
from tests.fakes.openai_server import OpenAIServer
from tests.fakes.smtp_server import SmtpServer
from tests.processes.product import DEMO, Product

pytestmark = [pytest.mark.processes, pytest.mark.timeout(600)]

PARTS = "postgres,valkey,s3,database,web,worker-publishing,worker-background,worker-media,beat"
WITHIN_SECONDS = 90
POSTS = {"Umbrellas in November": ["huntaze", "x"], "North window": ["x"], "Puddles after dark": ["x"]}


@pytest.fixture(scope="module")
def mail_port() -> int:
    """A port on which no mail server listens yet."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def product(
    provider_of_the_product: OpenAIServer, mail_port: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    running = Product(tmp_path_factory.mktemp("product"), provider_of_the_product, parts=PARTS)
    running.variables["HUNTAZE_EMAIL_URL"] = f"smtp://127.0.0.1:{mail_port}"
    try:
        running.up()
        yield running
    finally:
        running.stack.close()


class Post:
    """A post of the demo creator's, and its publications; nothing is due before the test says so."""

    def __init__(self, product: Product, id: str, on: dict[str, str]) -> None:
        self.product, self.id, self.on = product, id, on

    def make_due(self, channel: str) -> None:
        moment = "due_at = date_trunc('minute', now()), attempt_at = date_trunc('minute', now())"
        self.product.rows(f"UPDATE content_publication SET {moment} WHERE id = '{self.on[channel]}' RETURNING 1")
        # Sooner than beat would.
        nudge(self.product, "publish", publication_id=self.on[channel])

    def state(self, channel: str) -> str:
        return str(self.product.one(f"SELECT state FROM content_publication WHERE id = '{self.on[channel]}'"))

    def wait_until(self, channel: str, state: str) -> None:
        self.product.wait_until(lambda: self.state(channel) == state, seconds=WITHIN_SECONDS)

    def told(self, channel: str) -> list[tuple[str, int]]:
        """Return what was recorded of a publication, and how often."""
        of_it = f"data->>'publication_id' = '{self.on[channel]}'"
        return self.product.rows(f"SELECT event, count(*) FROM analytics_events WHERE {of_it} GROUP BY 1 ORDER BY 1")

    def notified(self, channel: str) -> list[tuple[str, int]]:
        """Return what the creator was told of a publication in the app, and how often."""
        of_it = f"url LIKE '%{self.on[channel]}%'"
        return self.product.rows(f"SELECT kind, count(*) FROM accounts_notification WHERE {of_it} GROUP BY 1")

    @property
    def is_mailed(self) -> bool:
        mailed = f"SELECT bool_and(mailed_at IS NOT NULL) FROM content_publication WHERE content_id = '{self.id}'"
        return bool(self.product.one(f"{mailed} AND state = 'reminded'"))


def nudge(product: Product, task: str, **arguments: str) -> None:
    announced = records.announced(product.stack.state)
    assert announced is not None
    with Celery(broker=announced[1]["REDIS_URL"], set_as_current=False) as sender:
        sender.send_task(f"content.tasks.{task}", kwargs=arguments, queue="publishing")


@pytest.fixture(scope="module")
def posts(product: Product) -> dict[str, Post]:
    """Posts by their titles, scheduled for tomorrow."""
    told = product.python(
        "import json",
        "from datetime import timedelta",
        "from django.utils import timezone",
        "from accounts.models import User",
        "from content import history, planning",
        f"user, now = User.objects.get(email='{DEMO}'), timezone.now()",
        f"for title, channels in {POSTS}.items():",
        "    draft = history.Draft(title=title, body='Rain on the quay.')",
        "    content = history.begin(user, draft, key=title, now=now)",
        "    rows = planning.schedule(content, channels, now + timedelta(days=1), now=now)",
        "    print(json.dumps([title, str(content.pk), {row.channel: str(row.pk) for row in rows}]))",
    )
    rows = [json.loads(line) for line in told.splitlines() if line.startswith("[")]
    return {title: Post(product, content, on) for title, content, on in rows}


def page(product: Product, path: str) -> str:
    """Log in as the demo creator, and read a page."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    with browser.open(f"{product.url}/login", timeout=60) as response:
        [token] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', response.read().decode())[:1]
    form = {"csrfmiddlewaretoken": token, "login": DEMO, "password": PASSWORD, "next": path}
    with browser.open(f"{product.url}/login", urllib.parse.urlencode(form).encode(), timeout=60) as response:
        assert response.url == product.url + path
        return str(response.read().decode())


def test_the_worker_dies_between_two_channels_of_one_post(product: Product, posts: dict[str, Post]) -> None:
    post = posts["Umbrellas in November"]
    post.make_due("huntaze")
    post.wait_until("huntaze", "published")
    with product.connect() as other:
        # The outcome cannot be stored as long as the post is held, so the worker is found in the middle.
        other.execute("SELECT FROM content WHERE id = %s FOR NO KEY UPDATE", [post.id])
        post.make_due("x")
        post.wait_until("x", "publishing")
        product.kill("worker-publishing")
    # Two minutes pass, and then the thirty seconds before the next try.
    lease = "lease_expires_at = now() - interval '1 second'"
    assert product.rows(f"UPDATE content_publication SET {lease} WHERE state = 'publishing' RETURNING claim") == [(1,)]
    post.wait_until("x", "scheduled")
    post.make_due("x")
    post.wait_until("x", "reminded")

    assert post.state("huntaze") == "published"
    assert post.told("huntaze") == [("publication.published", 1)]
    assert post.told("x") == [("publication.reminded", 1)]
    assert post.notified("huntaze") == [("publication-published", 1)]
    assert post.notified("x") == [("publication-due", 1)]
    kept = f"FROM content_provenanceentry WHERE content_id = '{post.id}' AND action = 'published'"
    assert product.rows(f"SELECT channel {kept}") == [("huntaze",)]
    handle = product.one(
        f"SELECT handle FROM accounts_creatorprofile p JOIN users u ON u.id = user_id WHERE email = '{DEMO}'"
    )
    with urllib.request.urlopen(f"{product.url}/@{handle}", timeout=60) as response:
        assert response.read().decode().count("Rain on the quay.") == 1


def test_a_mail_server_that_is_down_at_the_minute_is_made_up_for_once_it_is_back(
    product: Product, posts: dict[str, Post], mail_port: int
) -> None:
    post, later = posts["North window"], posts["Puddles after dark"]
    post.make_due("x")
    post.wait_until("x", "reminded")
    assert post.notified("x") == [("publication-due", 1)]
    # Two minutes and more pass.
    since = "reminded_at = reminded_at - interval '3 minutes'"
    product.rows(f"UPDATE content_publication SET {since} WHERE id = '{post.on['x']}' RETURNING 1")
    told = page(product, f"/app/publications/{post.on['x']}")
    assert "your reminder by mail is late" in told
    assert "Rain on the quay." in told
    assert not post.is_mailed

    with SmtpServer(mail_port) as server:
        product.wait_until(lambda: post.is_mailed, seconds=WITHIN_SECONDS)
        later.make_due("x")
        later.wait_until("x", "reminded")
        nudge(product, "mail_reminders")
        product.wait_until(lambda: later.is_mailed, seconds=WITHIN_SECONDS)

        subjects = [str(mail["Subject"]) for mail in server.messages]
    assert subjects.count("Time to post on X: North window") == 1
    assert subjects.count("Time to post on X: Puddles after dark") == 1
    assert "your reminder by mail is late" not in page(product, f"/app/publications/{post.on['x']}")


def test_the_worker_dies_while_it_prepares_a_media_file(product: Product) -> None:
    with product.connect() as other:
        # The outcome cannot be stored as long as this is held, so the worker is found in the middle.
        other.execute("LOCK TABLE content_rendition IN SHARE MODE")
        asset = product.python(
            "from django.conf import settings",
            "from django.utils import timezone",
            "from accounts.models import User",
            "from content import uploads",
            "from content.media import places, receiving, storage",
            "from tests.content.media import files",
            # Large enough to take some seconds.
            f"user, now, file = User.objects.get(email='{DEMO}'), timezone.now(), files.photo((5000, 3500))",
            "asset = receiving.begin(user, receiving.Announced('Quay.jpg', len(file), 'image/jpeg'), None, now=now)",
            "assert asset.parts == 1",
            "bucket, key = settings.AWS_STORAGE_BUCKET_NAME, places.staging(asset, 1)",
            "storage.client().put_object(Bucket=bucket, Key=key, Body=file)",
            "uploads.finish(asset, now=now)",
            "print(asset.pk)",
        ).splitlines()[-1]
        of_it = f"FROM content_asset WHERE id = '{asset}'"
        product.wait_until(lambda: product.one(f"SELECT claim {of_it}") == 1, seconds=WITHIN_SECONDS)
        assert product.one(f"SELECT state {of_it}") == "processing"
        product.kill("worker-media")
    # A minute passes.
    lease = "lease_expires_at = now() - interval '1 second'"
    product.rows(f"UPDATE content_asset SET {lease} WHERE id = '{asset}' RETURNING 1")

    product.wait_until(lambda: product.one(f"SELECT state {of_it}") == "ready", seconds=WITHIN_SECONDS)
    assert product.one(f"SELECT claim {of_it}") == 2
    ready = f"FROM analytics_events WHERE event = 'media.ready' AND data->>'asset_id' = '{asset}'"
    assert product.one(f"SELECT count(*) {ready}") == 1
    keys = {key for (key,) in product.rows(f"SELECT key FROM content_rendition WHERE asset_id = '{asset}'")}
    keys.add(product.one(f"SELECT key {of_it}"))
    assert len(keys) > 3

    def stored() -> set[str]:
        lines = ("from content.media import storage", "print(*storage.sizes(''), sep='\\n')")
        return {key for key in product.python(*lines).splitlines() if asset in key}

    # What was uploaded is deleted right after the file is ready.
    product.wait_until(lambda: stored() == keys, seconds=WITHIN_SECONDS)
