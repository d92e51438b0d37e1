"""Bring back media that was deleted or overwritten since a backup, from the versions that S3 keeps."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from huntaze.backups import restoring
from huntaze.backups.faults import Fault


class Command(BaseCommand):
    help = "Bring the media bucket back to the list of a backup: what is missing or was overwritten since."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("backup", nargs="?", default="", help="its name (default: the newest)")
        parser.add_argument("--dry-run", action="store_true", help="only say what is not as it was")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = restoring.chosen(options["backup"])
            found = restoring.look_at_media(made, brings_back=not options["dry_run"])
        except Fault as fault:
            raise CommandError(str(fault)) from fault
        self.stdout.write(
            f"Media: {found.same} as they were, {found.missing} missing, {found.changed} overwritten, "
            f"{found.brought_back} brought back, {found.lost} that S3 has no more."
        )
        for key in found.examples:
            self.stdout.write(f"  {key}")
        if found.lost:
            raise CommandError(f"{found.lost} files are lost.")
