"""What a process begins with, and ends with, so that it is seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from celery.signals import worker_shutdown

from ai_routing import telemetry as of_models
from huntaze.logs import bound, lines
from huntaze.observability import errors, messages
from huntaze.observability.counting import tally

SERVERS: Final = frozenset({"web", "worker", "beat"})
# OpenAI's name for an id of the caller's own: platform.openai.com/docs/api-reference/debugging-requests.
CLIENT_REQUEST_ID: Final = "X-Client-Request-Id"
ending: list[Callable[[], None]] = []


def role_of(argv: Sequence[str]) -> str:
    """Return what a process is, by its command line: web, worker, beat, or else command."""
    if "gunicorn" in argv[0]:
        return "web"
    return next((word for word in argv[1:] if word in {"worker", "beat"} and "celery" in argv[0]), "command")


def start(role: str, *, otlp: bool) -> None:
    """Join ids, report crashes and, with `otlp`, measure and trace, in processes that serve."""
    messages.connect()
    errors.start()
    ending.append(errors.stop)
    listens = otlp and role in SERVERS
    of_models.listen(on=listens, headers=of_call)
    if listens:
        # Its packages take a quarter of a second to import, and nobody else needs them.
        from huntaze.observability.telemetry import starting  # noqa: PLC0415

        starting.start(role)
        ending.append(starting.stop)
    if role == "web":
        tally.begin()
        ending.append(tally.flush)
    worker_shutdown.connect(end, weak=False, dispatch_uid="end")


def of_call() -> dict[str, str]:
    """Return the headers by which a provider's support can find a call of ours: random numbers, nothing of a person."""
    here = bound.current()
    found = {"X-Request-ID": here.request_id, CLIENT_REQUEST_ID: here.request_id, "traceparent": traceparent()}
    return {name: value for name, value in found.items() if value}


def traceparent() -> str:
    found = lines.trace()
    return f"00-{found['trace_id']}-{found['span_id']}-01" if found else ""


def end(**_rest: object) -> None:
    """Send what is left, because the process ends."""
    while ending:
        ending.pop()()
