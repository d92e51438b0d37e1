"""The control endpoints, by which another process scripts the vendor and reads what it was asked."""

from collections.abc import Callable
from typing import Any

from tests.fakes.openai_server import behaviours
from tests.fakes.openai_server.vendor import Vendor

PREFIX = "/__control/"


class ControlRefused(Exception):
    """A control request that cannot be carried out: `status` is its HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def carry_out(vendor: Vendor, reset: Callable[[], None], method: str, path: str, body: Any) -> dict[str, Any]:
    """Do what a control request asks and return its answer.

    `reset` forgets everything and ends the answers under way. Raises ControlRefused.
    """
    match method, path.removeprefix(PREFIX):
        case "POST", "script":
            return _script(vendor, body)
        case "POST", "reset":
            reset()
            return {}
        case "POST", "clock":
            return _clock(vendor, body)
        case "GET", "requests":
            return {"requests": [request.as_json() for request in vendor.journal.requests()]}
    raise ControlRefused(
        404, f"No control endpoint {method} {path}; there are POST script, reset and clock, and GET requests."
    )


def _script(vendor: Vendor, body: Any) -> dict[str, Any]:
    wanted = body if isinstance(body, list) else [body]
    if not all(isinstance(settings, dict) for settings in wanted):
        raise ControlRefused(400, "Send a JSON object of settings, or a list of them.")
    try:
        read = [behaviours.from_settings(settings) for settings in wanted]
    except behaviours.BehaviourInvalid as error:
        raise ControlRefused(400, str(error)) from error
    for behaviour in read:
        vendor.script.add(behaviour)
    return {"waiting": len(vendor.script)}


def _clock(vendor: Vendor, body: Any) -> dict[str, Any]:
    match body:
        case {"advance": int() | float() as seconds}:
            vendor.advance_clock(seconds)
        case {"now": int() | float() as now}:
            vendor.set_clock(now)
        case _:
            raise ControlRefused(400, 'Send {"advance": seconds} or {"now": seconds}.')
    return {}
