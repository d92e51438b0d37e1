"""Restore the newest backup for practice, and compare it with what was backed up."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from huntaze.backups import drilling
from huntaze.backups.faults import Fault


class Command(BaseCommand):
    help = "Restore into a database that is made and dropped; exit with an error when a count or a checksum differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("backup", nargs="?", default="", help="its name (default: the newest)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = drilling.drill(options["backup"], now=timezone.now())
        except Fault as fault:
            raise CommandError(str(fault)) from fault
        seconds = (run.ended_at - run.began_at).total_seconds() if run.ended_at else 0
        self.stdout.write(
            f"{run.backup}: {run.rows} rows came back, every table the same by number and checksum, in {seconds:.0f} s."
        )
