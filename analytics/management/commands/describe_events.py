from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from analytics import event_docs


class Command(BaseCommand):
    help = "Print the page about all event types, docs/events.md."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(event_docs.page(), ending="")
