from __future__ import annotations

import sys

from django.apps import AppConfig
from django.conf import settings


class HuntazeConfig(AppConfig):
    name = "huntaze"
    verbose_name = "Huntaze"

    def ready(self) -> None:
        # It listens to Celery and reads the settings, which are not there when this module is read.
        from huntaze.observability import declaring, joining  # noqa: PLC0415

        declaring.declare()
        joining.start(joining.role_of(sys.argv), otlp=bool(settings.WATCHING.otlp_endpoint))
