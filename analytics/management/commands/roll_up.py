from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from analytics.rollups import running


class Command(BaseCommand):
    help = "Add the events that arrived since the last time to the figures. The worker does so every minute."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Events taken: {running.run_all(timezone.now, wait=True)}")
