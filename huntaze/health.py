"""`/healthz`: the process lives. `/readyz`: what it needs answers. Neither tells a secret or needs a log-in."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django_redis import get_redis_connection
from kombu import Connection

from ai_routing import connections
from ai_routing.streams import valkey

logger = logging.getLogger(__name__)


class HealthMiddleware:
    """Answers before sessions, hosts and redirects are looked at: a load balancer asks by address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        match request.path:
            case "/healthz":
                return live()
            case "/readyz":
                return ready()
        return self.get_response(request)


def live() -> HttpResponse:
    return JsonResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


def ready() -> HttpResponse:
    """Answer 200 when every part answers, else 503, with a word for each part."""
    parts = {name: "ok" if answers(name, probe) else "down" for name, probe in PROBES.items()}
    fit = set(parts.values()) == {"ok"}
    return JsonResponse(
        {"status": "ok" if fit else "down", **parts},
        status=200 if fit else 503,
        headers={"Cache-Control": "no-store"},
    )


def answers(name: str, probe: Callable[[], object]) -> bool:
    try:
        probe()
    except Exception as error:  # noqa: BLE001  # whatever is wrong with a part, the answer is that it is down
        logger.warning("Not ready: %s (%s)", name, type(error).__name__)
        return False
    return True


def ask_database() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connections.give_back()


def ask_queue() -> None:
    with Connection(settings.CELERY_BROKER_URL, connect_timeout=3) as broker:
        broker.connect()


PROBES: dict[str, Callable[[], object]] = {
    "database": ask_database,
    "cache": lambda: get_redis_connection("default").ping(),
    "streams": lambda: valkey().ping(),
    "queue": ask_queue,
}
