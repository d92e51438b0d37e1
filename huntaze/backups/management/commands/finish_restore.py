"""What a restored database needs before anybody is let in. `restore` calls it; it may be repeated."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from huntaze.backups import erased
from huntaze.backups.faults import Fault


class Command(BaseCommand):
    help = "Migrate, make the partitions of the next months, and erase again who was erased since the backup."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.BACKUP_BUCKET:
            raise CommandError("HUNTAZE_BACKUP_BUCKET is missing: who is to be erased again is listed there")
        # The backup may be an older release's.
        call_command("migrate", interactive=False, verbosity=0, stdout=self.stdout)
        call_command("ensure_partitions", stdout=self.stdout)
        try:
            done, left = erased.repeat(now=timezone.now())
        except Fault as fault:
            raise CommandError(str(fault)) from fault
        if left:
            raise CommandError(f"{len(left)} erasures did not come to their end: accounts {left}")
        self.stdout.write(f"Erased again: {done}.")
