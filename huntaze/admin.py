"""Where Django's admin looks for the pages of this app."""

from django.contrib import admin

from huntaze.observability.models import AlarmState, Incident
from huntaze.observability.status_admin import Alarms, Incidents

admin.site.register(Incident, Incidents)
admin.site.register(AlarmState, Alarms)
