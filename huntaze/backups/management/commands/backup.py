"""Back up the database and the list of media, now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from huntaze.backups import making
from huntaze.backups.faults import Fault


class Command(BaseCommand):
    help = "Dump the database, encrypted, to the bucket of HUNTAZE_BACKUP_BUCKET, with the list of media; verify it."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = making.make(now=timezone.now())
        except Fault as fault:
            raise CommandError(str(fault)) from fault
        seconds = (run.ended_at - run.began_at).total_seconds() if run.ended_at else 0
        self.stdout.write(
            f"{run.backup}: {run.rows} rows, {run.objects_of_media} media files in the list, {run.size} bytes, verified, "
            f"in {seconds:.0f} s."
        )
