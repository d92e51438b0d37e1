"""Tells people of an alarm: a Slack channel, PagerDuty, and addresses by mail, as far as the settings name them."""

from __future__ import annotations

import json
import smtplib
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from huntaze.observability.slos import Alarm, Severity

SECONDS: Final = 10


class Refused(Exception):
    """Nobody took it. The text has the status or the kind of error and never the address, which may be a secret."""


@dataclass(frozen=True, slots=True)
class Notice:
    alarm: Alarm
    firing: bool
    since: datetime
    shown: str

    @property
    def line(self) -> str:
        state = "ALARM" if self.firing else "Over"
        return f"[{settings.ENVIRONMENT}] {state}: {self.alarm.name}. {self.alarm.says}"

    @property
    def runbook(self) -> str:
        """Where its page can be read; without an address in the settings, where it lies in the repository."""
        return f"{settings.WATCHING.runbooks_url or 'docs/runbooks'}/{self.alarm.name}.md"

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        since = f"{self.since:%Y-%m-%d %H:%M} UTC"
        severity = str(self.alarm.severity)
        return (("Figure", self.shown), ("Since", since), ("Severity", severity), ("What to do", self.runbook))


@dataclass(frozen=True, slots=True)
class Receiver:
    """`send` raises Refused. It hears of alarms of these severities."""

    name: str
    hears: frozenset[Severity]
    send: Callable[[Notice], None]


def receivers() -> list[Receiver]:
    """Return who is named in the settings."""
    everything = frozenset(Severity)
    found = []
    if settings.WATCHING.slack_url:
        found.append(Receiver("slack", everything, to_slack))
    if settings.WATCHING.pagerduty_key:
        found.append(Receiver("pagerduty", frozenset({Severity.PAGE}), to_pagerduty))
    if settings.WATCHING.emails:
        found.append(Receiver("mail", everything, by_mail))
    return found


def to_slack(notice: Notice) -> None:
    """Post to an incoming webhook; its address is the secret."""
    facts = [{"type": "mrkdwn", "text": f"*{name}*\n{value}"} for name, value in notice.facts]
    blocks: list[dict[str, object]] = [
        {"type": "header", "text": {"type": "plain_text", "text": notice.line[:150]}},
        {"type": "section", "fields": facts},
    ]
    if settings.WATCHING.runbooks_url:
        button = {"type": "button", "text": {"type": "plain_text", "text": "Open the runbook"}, "url": notice.runbook}
        blocks.append({"type": "actions", "elements": [button]})
    # The text is what a telephone shows in place of the blocks.
    if post(settings.WATCHING.slack_url, {"text": notice.line, "blocks": blocks}).strip() != "ok":
        raise Refused("the answer is not Slack's")


def to_pagerduty(notice: Notice) -> None:
    """Open an incident, or close it, by the Events API, version 2. One alarm has one incident, however often it is told."""
    event: dict[str, object] = {
        "routing_key": settings.WATCHING.pagerduty_key,
        "event_action": "trigger" if notice.firing else "resolve",
        "dedup_key": f"alarm/{settings.ENVIRONMENT}/{notice.alarm.name}",
    }
    if notice.firing:
        event |= {
            "client": "Huntaze",
            "client_url": settings.BASE_URL,
            "links": [{"href": notice.runbook, "text": "Runbook"}] if settings.WATCHING.runbooks_url else [],
            "payload": {
                "summary": notice.line[:1024],
                "source": settings.BASE_URL,
                "severity": "critical",
                "component": notice.alarm.name,
                "group": settings.ENVIRONMENT,
                "custom_details": dict(notice.facts),
            },
        }
    try:
        answer = json.loads(post(settings.WATCHING.pagerduty_url, event))
    except ValueError:
        answer = {}
    if not isinstance(answer, dict) or answer.get("status") != "success":
        raise Refused("the answer is not PagerDuty's")


def by_mail(notice: Notice) -> None:
    facts = "\n".join(f"{name}: {value}" for name, value in notice.facts)
    message = EmailMessage(
        subject=notice.line[:200],
        body=f"{notice.alarm.says}\n\n{facts}\n",
        to=list(settings.WATCHING.emails),
        # No answering machine is to answer it (RFC 3834).
        headers={"Auto-Submitted": "auto-generated"},
        connection=get_connection(timeout=SECONDS),
    )
    try:
        message.send()
    except (OSError, smtplib.SMTPException) as error:
        raise Refused(type(error).__name__) from error


def post(url: str, body: Mapping[str, object]) -> str:
    """Post JSON and return what was answered. Tried once: the alarm is told again in a minute. Raises Refused."""
    if not url.startswith(("https://", "http://127.0.0.1:")):
        raise Refused("the address is not one of https")
    request = urllib.request.Request(  # noqa: S310  # looked at above
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310  # looked at above
            return str(answer.read(10_000).decode(errors="replace"))
    except urllib.error.HTTPError as error:
        raise Refused(f"HTTP {error.code}") from error
    except (OSError, ValueError) as error:
        raise Refused(type(error).__name__) from error
