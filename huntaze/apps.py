from __future__ import annotations

import sys

from django.apps import AppConfig
from django.conf import settings


class HuntazeConfig(AppConfig):
    name = "huntaze"
    verbose_name = "Huntaze"

    def ready(self) -> None:
        # They read the settings and the models, which are not there when this module is read.
        from accounts import page_changes  # noqa: PLC0415
        from huntaze.database import notices  # noqa: PLC0415
        from huntaze.edge import tasks  # noqa: PLC0415
        from huntaze.observability import declaring, joining  # noqa: PLC0415

        notices.HEARERS[page_changes.HEARD_AS] = tasks.heard
        declaring.declare()
        joining.start(joining.role_of(sys.argv), otlp=bool(settings.WATCHING.otlp_endpoint))
