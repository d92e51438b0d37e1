"""Opens an incident in PagerDuty, and closes it when a later build goes well: its Events API, version 2."""

from __future__ import annotations

import json

from delivery import posting
from delivery.build import Build

EVENTS = "https://events.pagerduty.com/v2/enqueue"


def trigger(key: str, build: Build, failed: str, *, address: str = EVENTS) -> None:
    """Open an incident, or add to the open one of this project. Raises posting.Refused."""
    event: dict[str, object] = {
        "routing_key": key,
        "event_action": "trigger",
        "dedup_key": dedup_key(build),
        "client": "Huntaze builds",
        "payload": {
            "summary": f"Build failed: {build.name} in {failed}"[:1024],
            "source": build.project,
            "severity": "error",
            "component": "build",
            "group": build.environment,
            "class": failed,
            "custom_details": {"commit": build.commit, "number": build.number},
        },
    }
    if build.url:
        event["client_url"] = build.url
        event["links"] = [{"href": build.url, "text": "Log of the build"}]
    _send(event, address)


def resolve(key: str, build: Build, *, address: str = EVENTS) -> None:
    """Close the incident of this project; where none is open, PagerDuty does nothing. Raises posting.Refused."""
    _send({"routing_key": key, "event_action": "resolve", "dedup_key": dedup_key(build)}, address)


def dedup_key(build: Build) -> str:
    """Return what one incident is known by: builds that fail one after the other are one trouble."""
    return f"build/{build.environment}/{build.project}"[:255]


def _send(event: dict[str, object], address: str) -> None:
    try:
        answer = json.loads(posting.post(address, event))
    except ValueError:
        answer = {}
    if not isinstance(answer, dict) or answer.get("status") != "success":
        raise posting.Refused("the answer is not PagerDuty's")
