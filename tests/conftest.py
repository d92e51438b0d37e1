"""What every test stands on: its own database and Valkey, people, a provider, and strictness."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from celery import current_app
from django.conf import settings as django_settings
from django.core.cache import cache, caches
from django.db.models.sql.compiler import SQLCompiler
from django.test import TransactionTestCase, override_settings
from django.utils import timezone, translation
from playwright.sync_api import Browser, sync_playwright
from pytest_django.plugin import blocking_manager_key
from rest_framework.test import APIClient
from xdist.remote import Producer
from xdist.scheduler import LoadGroupScheduling

from accounts import api_keys
from accounts.models import Role, Tier, User
from accounts.privacy import consents
from ai_routing import overrides, streams
from tests import database, strictness
from tests.fakes.openai_server import OpenAIServer

PASSWORD = "correct horse battery"

ONE_AT_A_TIME = ("tests/processes/", "tests/journeys/test_first_post.py")
"""Each of these starts the whole product: two of them at once starve each other."""

ONE_PRODUCT = "tests/processes/writing/"
"""These share one product, and so come one after another."""


class OneProductAtATime(LoadGroupScheduling):
    """Hands the tests that start the product to one test process. (pytest 9.2 ignores xdist's marks for groups.)"""

    def _split_scope(self, nodeid: str) -> str:
        return "processes" if nodeid.startswith(ONE_AT_A_TIME) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneProductAtATime:
    return OneProductAtATime(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.nodeid.startswith(ONE_PRODUCT))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Migrate the template before any test's time runs: after a new migration it takes longer than some tests may."""
    if not hasattr(session.config, "workerinput"):
        with session.config.stash[blocking_manager_key].unblock():
            database.prepare()


@pytest.fixture(scope="session")
def worker() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "gw0")


@pytest.fixture(scope="session")
def django_db_setup(worker: str, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        name = database.clone(worker)
    yield
    with django_db_blocker.unblock():
        database.drop(name)


@pytest.fixture(scope="session", autouse=True)
def own_valkey(worker: str) -> None:
    """A database number of Valkey for each test process."""
    url, _, _ = django_settings.REDIS_URL.rpartition("/")
    django_settings.REDIS_URL = f"{url}/{int(worker.removeprefix('gw'))}"
    django_settings.CACHES["default"]["LOCATION"] = django_settings.REDIS_URL
    # A cache that was asked for while Django started up keeps the address that it had.
    del caches["default"]
    current_app.conf["broker_url"] = django_settings.REDIS_URL


@pytest.fixture(autouse=True)
def clean_slate(own_valkey: None) -> Iterator[None]:
    cache.clear()
    overrides.forget()
    yield
    streams.valkey().flushdb()
    translation.activate("en")


@pytest.fixture(scope="session", autouse=True)
def unordered_queries_are_shuffled() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SQLCompiler, "get_order_by", strictness.shuffled)
        yield


@pytest.fixture(scope="session", autouse=True)
def fast_emptying() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: database.empty())
        yield


@pytest.fixture(scope="session", autouse=True)
def fast_passwords() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session")
def openai_server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


@pytest.fixture
def provider(openai_server: OpenAIServer, settings: Any) -> Iterator[OpenAIServer]:
    """A provider that answers, behind both OpenAI's and Azure's protocol; the economy tier falls back to the second."""
    settings.AZURE_OPENAI_ENDPOINT = openai_server.azure_url
    settings.AZURE_OPENAI_API_KEY = openai_server.api_key
    settings.OPENAI_BASE_URL = openai_server.url
    settings.OPENAI_API_KEY = openai_server.api_key
    settings.AI_ECONOMY_MODELS = ["azure:gpt-4o-mini", "openai:gpt-4o-mini"]
    settings.AI_PREMIUM_MODELS = ["azure:gpt-4o", "openai:gpt-4o"]
    settings.AI_STALL_SECONDS = 1
    settings.AI_DEADLINE_SECONDS = 10
    yield openai_server
    openai_server.reset()


@pytest.fixture
def eager_workers(settings: Any) -> Iterator[None]:
    """Run a task where it is sent, once the transaction that sends it is committed."""
    current_app.conf.update(task_always_eager=True, task_eager_propagates=True)
    yield
    current_app.conf.update(task_always_eager=False, task_eager_propagates=False)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium, for the tests of one module."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    assert chromium, "Chromium is missing: apt-get install chromium, or brew install --cask chromium"
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop runs in the thread in which the tests look at the rows.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        # As root, in a container, Chromium has no sandbox; it visits nothing but this machine.
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-quic"])
        yield running
        running.close()


def person(email: str, **fields: Any) -> User:
    """Store somebody who agreed to all that is asked today."""
    return User.objects.create_user(email, PASSWORD, **{"agreed": consents.PRESENT, **fields})


@pytest.fixture
def alice(db: None) -> User:
    """A creator, and the owner in every story."""
    return person("alice@example.org", name="Alice", tier=Tier.PRO)


@pytest.fixture
def bob(db: None) -> User:
    """Another creator."""
    return person("bob@example.org", name="Bob")


@pytest.fixture
def charlie(db: None) -> User:
    """A fan."""
    return person("charlie@example.org", name="Charlie", role=Role.FAN)


@pytest.fixture
def operator(db: None) -> User:
    return User.objects.create_superuser("operator@example.org", PASSWORD, agreed=consents.PRESENT)


def api_client(user: User) -> APIClient:
    _, secret = api_keys.create(user, name="test", now=timezone.now())
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


@pytest.fixture
def alice_api(alice: User) -> APIClient:
    return api_client(alice)


@pytest.fixture
def bob_api(bob: User) -> APIClient:
    return api_client(bob)
