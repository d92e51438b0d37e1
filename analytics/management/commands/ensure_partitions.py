from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from analytics import partitions


class Command(BaseCommand):
    help = "Create the monthly partitions of the event table that are missing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--months-ahead", type=int, default=3, help="how many months after this one (default: 3)")

    def handle(self, *args: Any, **options: Any) -> None:
        created = partitions.ensure(now=timezone.now(), months_ahead=options["months_ahead"])
        self.stdout.write(f"Created: {', '.join(created)}" if created else "All partitions are there.")
