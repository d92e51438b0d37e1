"""`manage.py note_backup`: the last thing that a backup does, so that an alarm rings when none has been made for long."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from huntaze.observability.gauges import BACKUP
from huntaze.observability.models import Mark


class Command(BaseCommand):
    help = "Note that a backup of the database has been made, just now."

    def handle(self, *args: Any, **options: Any) -> None:
        Mark.objects.update_or_create(name=BACKUP, defaults={"at": timezone.now()})
        self.stdout.write("Noted.")
