"""The parts that the status page tells of, and how each is found to stand: asked for real, or by what was measured."""

from __future__ import annotations

import logging
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.mail import get_connection
from django.utils.translation import gettext_lazy as _

from ai_routing import breaker, catalogue
from content.media import storage
from huntaze import health
from huntaze.observability.minutes import Span, since

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

logger = logging.getLogger(__name__)

WINDOW: Final = timedelta(minutes=5)
FEW: Final = 10
"""Below so many requests in the window, a share of errors says little."""
ASK_SECONDS: Final = 5


class State(StrEnum):
    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"


WORST: Final = (State.DOWN, State.DEGRADED, State.UP)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the components are judged by: the last minutes' requests, and this minute's figures."""

    groups: Mapping[str, Any]
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Component:
    """`judge` returns None when nothing is known."""

    key: str
    name: _StrPromise
    judge: Callable[[Seen], State | None]


def look(figures: Mapping[str, float], *, now: datetime) -> dict[str, State]:
    """Return how each part stands that anything is known of. It takes some seconds at the most, and raises nothing."""
    seen = Seen(recent(now), figures)
    found = {}
    for component in every():
        try:
            state = component.judge(seen)
        except Exception as error:  # noqa: BLE001  # whatever is wrong with a part, the answer is that it is down
            logger.warning("Down: %s (%s)", component.key, type(error).__name__)
            state = State.DOWN
        if state is not None:
            found[component.key] = state
    return found


def recent(now: datetime) -> Mapping[str, Any]:
    groups: Mapping[str, Any] = since(Span.MINUTE, now - WINDOW)["groups"]
    return groups


def every() -> list[Component]:
    """Return the parts in the order of the page; of providers, those that are configured."""
    providers = dict.fromkeys(deployment.provider for deployment in catalogue.configured())
    return [
        Component("web", _("Pages"), web),
        Component("api", _("API"), api),
        *(Component(f"ai.{each}", PROVIDERS[each], of_provider(each)) for each in providers),
        Component("database", _("Database"), database),
        Component("queue", _("Background work"), queue),
        Component("webhooks", _("Payments"), webhooks),
        Component("mail", _("Mail"), mail),
        Component("media", _("Images and videos"), media),
    ]


PROVIDERS: Final = {
    catalogue.Provider.AZURE: _("Writing (Azure OpenAI)"),
    catalogue.Provider.OPENAI: _("Writing (OpenAI)"),
    catalogue.Provider.LOCAL: _("Writing (demonstration model)"),
}


def web(seen: Seen) -> State:
    return worst(asked("/healthz"), by_errors(seen, "page"))


def api(seen: Seen) -> State:
    return worst(asked("/readyz"), by_errors(seen, "api"), by_errors(seen, "waiting"))


def worst(*states: State | None) -> State:
    return min((state for state in states if state is not None), key=WORST.index)


def asked(path: str) -> State:
    """Ask our own address, as a stranger would."""
    request = urllib.request.Request(settings.BASE_URL + path)  # noqa: S310  # the settings name it
    try:
        with urllib.request.urlopen(request, timeout=ASK_SECONDS) as answer:  # noqa: S310  # the same
            return State.UP if answer.status == 200 else State.DOWN
    except (OSError, ValueError) as error:
        logger.warning("%s did not answer: %s", path, type(error).__name__)
        return State.DOWN


def by_errors(seen: Seen, group: str) -> State | None:
    place = seen.groups.get(group)
    if place is None or (total := sum(place["buckets"])) < FEW:
        return None
    share = place["errors"] / total
    return State.DOWN if share >= 0.5 else State.DEGRADED if share >= 0.05 else State.UP


def of_provider(provider: catalogue.Provider) -> Callable[[Seen], State | None]:
    def judge(_seen: Seen) -> State | None:
        ours = [deployment for deployment in catalogue.configured() if deployment.provider is provider]
        states = [state.state for state in breaker.states(ours)]
        if not states:
            return None
        able = sum(state is breaker.State.CLOSED for state in states)
        return State.UP if able == len(states) else State.DEGRADED if able else State.DOWN

    return judge


def database(_seen: Seen) -> State:
    health.ask_database()
    return State.UP


def by_age(seconds: float | None, *, degraded: float, down: float) -> State | None:
    if seconds is None:
        return None
    return State.DOWN if seconds > down else State.DEGRADED if seconds > degraded else State.UP


def queue(seen: Seen) -> State | None:
    ages = [seconds for name, seconds in seen.figures.items() if name.startswith("queue.age.")]
    waited = seen.figures.get("queue.age.ai_interactive")
    return min(
        filter(
            None,
            [by_age(waited, degraded=15, down=120), by_age(max(ages, default=None), degraded=600, down=3_600)],
        ),
        key=WORST.index,
        default=None,
    )


def webhooks(seen: Seen) -> State | None:
    return by_age(seen.figures.get("webhook.lag"), degraded=300, down=3_600)


def mail(_seen: Seen) -> State:
    """Open a connection to the mail server, as one that sends would. Raises OSError, smtplib.SMTPException."""
    connection = get_connection(timeout=ASK_SECONDS)
    try:
        connection.open()
    finally:
        connection.close()
    return State.UP


def media(_seen: Seen) -> State:
    """Ask for the bucket. Raises botocore's errors."""
    storage.client().head_bucket(Bucket=settings.AWS_STORAGE_BUCKET_NAME)
    return State.UP
