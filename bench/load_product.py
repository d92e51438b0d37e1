"""The product that bench/load.py drives: its processes, a provider that can be ended, and the creators who use it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import stripe

from bench.gateway_servers import HOST, ROOT, end, free_port
from devstack import records
from tests.processes.product import Product

PARTS: Final = "postgres,valkey,s3,stripe,database,web,worker-interactive,worker-background,beat"
POSTS: Final = 60
BUYERS: Final = 2
# A queue of Celery is a list in Valkey of the same name.
QUEUES: Final = ("ai_interactive", "ai_bulk", "payments", "rollups")

Event = dict[str, Any]


@dataclass(frozen=True)
class Creator:
    """Somebody with posts, a session of a browser and an API key."""

    key: str
    cookie: str


class Provider:
    """A provider of models in a process of its own, always at the same address."""

    def __init__(self, delay_ms: float) -> None:
        self.port = free_port()
        self.delay_ms = delay_ms
        self.process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/v1"

    def start(self) -> None:
        words = ["-m", "bench.upstream", "--port", str(self.port), "--delay-ms", str(self.delay_ms)]
        self.process = subprocess.Popen([sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        assert self.process.stdout.readline()

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.close_output()

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            end(self.process)
            self.close_output()

    def close_output(self) -> None:
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()


class Loaded(Product):
    """The product as production has it: no debugging, a provider in front of which it stands, so many web workers."""

    def __init__(self, folder: Path, provider: Provider, *, web_workers: int) -> None:
        super().__init__(folder, parts=PARTS)
        self.provider = provider
        self.web_workers = web_workers
        self.variables |= {
            # Without Django's notes on each query, which it makes for developers; production itself takes HTTPS alone.
            "HUNTAZE_ENV": "test",
            "HUNTAZE_WEB_WORKERS": str(web_workers),
            "HUNTAZE_EMAIL_URL": "dummymail://",
            "HUNTAZE_AI_DEADLINE_SECONDS": "30",
            "HUNTAZE_AI_STALL_SECONDS": "10",
            "OPENAI_BASE_URL": provider.url,
            "OPENAI_API_KEY": "unused",
            "HUNTAZE_ECONOMY_MODELS": "openai:gpt-4o-mini",
            "HUNTAZE_PREMIUM_MODELS": "openai:gpt-4o",
        }

    @property
    def provided(self) -> dict[str, str]:
        found = records.announced(self.stack.state)
        assert found is not None, "the product is not up"
        return found[1]

    def pid(self, part: str) -> int | None:
        record = records.survivors(self.stack.state).get(part)
        return record.process.pid if record else None

    def creators(self, count: int) -> list[Creator]:
        """Make so many, each on the largest plan, whose rate no client of ours reaches."""
        told = self.python(
            "import json",
            "from datetime import timedelta",
            "from django.conf import settings",
            "from django.test import Client",
            "from django.utils import timezone",
            "from accounts import api_keys",
            "from accounts.models import Tier, User",
            "from accounts.privacy import consents",
            "from content.models import Content",
            "now, made = timezone.now(), []",
            f"for number in range({count}):",
            "    name = f'load{number}@example.org'",
            "    user = User.objects.create_user(name, tier=Tier.SCALE, agreed=consents.PRESENT)",
            f"    at = [now - timedelta(hours=hour) for hour in range({POSTS})]",
            "    posts = [Content(user=user, body='Rain. ' * 40, created_at=one, updated_at=one) for one in at]",
            "    Content.objects.bulk_create(posts)",
            "    client = Client()",
            "    client.force_login(user)",
            "    name = settings.SESSION_COOKIE_NAME",
            "    key = api_keys.create(user, name='load', now=now)[1]",
            "    made.append([key, f'{name}={client.cookies[name].value}'])",
            "print('made', json.dumps(made))",
        )
        line = next(line for line in told.splitlines() if line.startswith("made "))
        return [Creator(*one) for one in json.loads(line.removeprefix("made "))]

    def events(self) -> list[Event]:
        """Let some customers subscribe, and return what Stripe told of it, to be told again under other ids."""
        told = self.python(
            "from accounts.models import User",
            "from billing import stripe_mirror",
            f"for number in range({BUYERS}):",
            "    user = User.objects.create_user(f'buyer{number}@example.org')",
            "    print('made', stripe_mirror.customer_of(user))",
        )
        customers = {line.split()[1] for line in told.splitlines() if line.startswith("made ")}
        url, key = self.provided["STRIPE_API_HOST"], self.provided["STRIPE_SECRET_KEY"]
        v1 = stripe.StripeClient(key, base_addresses={"api": url}).v1
        price = v1.prices.list({"lookup_keys": ["huntaze_pro_month_eur"]}).data[0].id
        for customer in customers:
            card = v1.payment_methods.attach("pm_card_visa", {"customer": customer})
            v1.customers.update(customer, {"invoice_settings": {"default_payment_method": card.id}})
            v1.subscriptions.create({"customer": customer, "items": [{"price": price}]})
        request = urllib.request.Request(f"{url}/v1/events?limit=100", headers={"Authorization": f"Bearer {key}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: list[Event] = json.load(answer)["data"]
        return [one for one in found if one["data"]["object"].get("customer") in customers]


@contextmanager
def running(folder: Path, *, web_workers: int, delay_ms: float) -> Iterator[Loaded]:
    """Start all of it in a folder of its own, and leave nothing behind."""
    provider = Provider(delay_ms)
    provider.start()
    product = Loaded(folder, provider, web_workers=web_workers)
    try:
        product.up()
        product.wait_until(product.is_quiet, seconds=120)
        yield product
    finally:
        product.stack.close()
        provider.end()


def cores() -> int:
    return os.cpu_count() or 1


def restart(product: Loaded, part: str, *, away_seconds: float) -> float:
    """End a part as a crash does, and return when; the supervisor brings it back, or we do."""
    at = time.monotonic()
    if part == "provider":
        product.provider.kill()
        time.sleep(away_seconds)
        product.provider.start()
    else:
        product.kill(part)
    return at
