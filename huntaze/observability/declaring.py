"""What the tables of this app hold about people: nothing."""

from __future__ import annotations

from accounts import privacy
from huntaze.observability.models import AlarmState, Incident, IncidentUpdate, Mark, Measured


def declare() -> None:
    privacy.free(
        Measured, "Counts of requests by route and minute, and how the parts stood. Whose they were is not known."
    )
    privacy.free(AlarmState, "How an alarm stands. Who silenced one is in the audit log.")
    privacy.free(Mark, "When a backup was last made.")
    privacy.free(Incident, "What everybody is told on the status page. Who wrote it is in the audit log.")
    privacy.free(IncidentUpdate, "What everybody is told on the status page.")
