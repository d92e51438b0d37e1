"""Where Django looks for the tables of this app."""

from huntaze.observability.models import AlarmState, Incident, IncidentUpdate, Mark, Measured

__all__ = ["AlarmState", "Incident", "IncidentUpdate", "Mark", "Measured"]
