"""Tells how a phase of a build ended: `python3 -m delivery.notify post_build`, as the last thing that the phase does.

A phase that has not left its mark has failed: Slack, mail and PagerDuty are told, as far as they are known. When the last
phase is reached and nothing failed, PagerDuty's incident is closed and, unless a pipeline goes on by itself, nothing else
is said: `delivery.deployment` comes next. Each receiver is tried whatever the others say.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from delivery import build, mail, pagerduty, slack, wallet
from delivery.build import Build
from delivery.posting import Refused

PHASES = ("install", "pre_build", "build", "post_build")


def main(words: list[str]) -> int:
    """Return 0 when whoever should know has been told, 1 when somebody could not be, 64 for an unknown phase."""
    if len(words) != 1 or words[0] not in PHASES:
        sys.stderr.write(f"Say which phase ends: {', '.join(PHASES)}\n")
        return 64
    here, secrets = build.current(), wallet.opened()
    failed = first_failed(words[0])
    if failed is None:
        sys.stdout.write(f"{words[0]}: well\n")
        return tell(resolving(here, secrets)) if words[0] == PHASES[-1] else 0
    sys.stdout.write(f"{failed}: failed\n")
    return tell(alerts(here, failed, secrets))


def first_failed(phase: str) -> str | None:
    """Return the first phase, up to this one, that did not come to its end."""
    return next((name for name in PHASES[: PHASES.index(phase) + 1] if not build.finished(name)), None)


def alerts(here: Build, failed: str, secrets: Mapping[str, str]) -> dict[str, Callable[[], None] | None]:
    """Return what tells each receiver of a failure; None for one that is not known."""
    known = secrets.get
    hook, key, server = known("SLACK_WEBHOOK_URL"), known("PAGERDUTY_ROUTING_KEY"), known("NOTICE_MAIL_SERVER")
    sender, recipients = known("NOTICE_MAIL_FROM"), known("NOTICE_MAIL_TO")
    events = known("PAGERDUTY_EVENTS_URL", pagerduty.EVENTS)
    return {
        "Slack": (lambda: slack.tell(hook, here, failed)) if hook else None,
        "mail": (lambda: mail.send(server, sender, recipients, here, failed))
        if server and sender and recipients
        else None,
        "PagerDuty": (lambda: pagerduty.trigger(key, here, failed, address=events)) if key else None,
    }


def resolving(here: Build, secrets: Mapping[str, str]) -> dict[str, Callable[[], None] | None]:
    """Return what tells each receiver that all is well again."""
    key, events = secrets.get("PAGERDUTY_ROUTING_KEY"), secrets.get("PAGERDUTY_EVENTS_URL", pagerduty.EVENTS)
    return {"PagerDuty": (lambda: pagerduty.resolve(key, here, address=events)) if key else None}


def tell(receivers: Mapping[str, Callable[[], None] | None]) -> int:
    """Tell all of them and print how that went. Return 1 when one of them refused."""
    refused = 0
    for name, say in receivers.items():
        if say is None:
            sys.stdout.write(f"{name}: not set up\n")
            continue
        try:
            say()
        except Refused as error:
            refused = 1
            sys.stdout.write(f"{name}: not told ({error})\n")
        else:
            sys.stdout.write(f"{name}: told\n")
    return refused


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
