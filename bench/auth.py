"""What does it cost to know who is asking?

Asks a view that does nothing, through the whole stack of middleware and in one process, as it is with no authentication at
all, and as every view of the API has it, with an API client's token, an API key and a browser's session, in turn, round by
round. Prints what the fastest twentieth and the half stayed below, and the ratio of the former to the bare view: what else
the machine does only ever adds, and adds most where one waits for PostgreSQL. The last line is JSON. Run it with
`make bench NAME=auth`.

The throttle is left out: it counts in Valkey, whoever asks. PostgreSQL shares the machine with what is measured.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huntaze.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpRequest  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

from accounts import api_keys  # noqa: E402
from accounts.access import scoped  # noqa: E402
from accounts.models import Scope, User  # noqa: E402
from accounts.sessions import clients, cookies  # noqa: E402

BARE: Final = "/_bare"
GUARDED: Final = "/_guarded"


class Bare(APIView):
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()

    def get(self, _request: Request) -> Response:
        return Response({})


@scoped(read=Scope.USAGE)
class Guarded(APIView):
    throttle_classes = ()

    def get(self, _request: Request) -> Response:
        return Response({})


urlpatterns = [path(BARE[1:], Bare.as_view()), path(GUARDED[1:], Guarded.as_view())]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2_000)
    rounds = parser.parse_args().rounds
    call_command("migrate", verbosity=0)
    settings.ROOT_URLCONF = __name__
    application = get_wsgi_application()
    user, _made = User.objects.get_or_create(email="auth@example.org", defaults={"name": "Bench"})
    user.set_password("a rather long sentence")
    user.save()
    ways = {name: asking(application, *how) for name, how in of(user).items()}
    microseconds = measured(ways, rounds)
    report(microseconds, rounds)
    user.delete()


def of(user: User) -> dict[str, tuple[str, dict[str, str]]]:
    """Return where each kind of client asks, and what it sends with it."""
    now = timezone.now()
    pair = clients.begin(user, request=HttpRequest(), now=now)
    _key, secret = api_keys.create(user, name="bench", now=now)
    browser = Client()
    browser.force_login(user)
    return {
        "bare view": (BARE, {}),
        "token": (GUARDED, {"HTTP_COOKIE": f"{cookies.ACCESS}={pair.access}"}),
        "API key": (GUARDED, {"HTTP_AUTHORIZATION": f"Bearer {secret}"}),
        "browser session": (GUARDED, {"HTTP_COOKIE": f"sessionid={browser.cookies['sessionid'].value}"}),
    }


def asking(application: Any, url: str, headers: dict[str, str]) -> Callable[[], float]:
    """Return a function that asks once, and returns the microseconds until the answer was whole."""
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": url,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        **headers,
    }
    seen: list[str] = []

    def ask() -> float:
        started = time.perf_counter()
        answer = application({**environ, "wsgi.input": io.BytesIO()}, lambda status, _headers: seen.append(status))
        b"".join(answer)
        answer.close()
        taken = time.perf_counter() - started
        if seen.pop() != "200 OK":
            raise SystemExit(f"{url} did not answer 200")
        return taken * 1e6

    return ask


def measured(ways: dict[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Ask in turn, so that what else the machine does falls on all alike; the first tenth warms up."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + rounds // 10):
        for name, ask in ways.items():
            taken = ask()
            if number >= rounds // 10:
                found[name].append(taken)
    return found


def report(found: dict[str, list[float]], rounds: int) -> None:
    fast = {name: statistics.quantiles(each, n=20)[0] for name, each in found.items()}
    half = {name: statistics.median(each) for name, each in found.items()}
    bare = fast["bare view"]
    for name in found:
        print(f"{name:16} {fast[name]:7.0f} µs {half[name]:7.0f} µs   {fast[name] / bare:5.2f} times the bare view")
    figures = {
        "bench": "auth",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "rounds": rounds,
        "p5_us": {name: round(each, 1) for name, each in fast.items()},
        "p50_us": {name: round(each, 1) for name, each in half.items()},
        "ratio": {name: round(each / bare, 3) for name, each in fast.items() if name != "bare view"},
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
