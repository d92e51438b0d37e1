from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analytics import stored_events


class Command(BaseCommand):
    help = "Look at a sample of the stored events, and say which do not hold what their version declares."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--most", type=int, default=1_000, help="how many of each type, the newest (default: 1000)")

    def handle(self, *args: Any, **options: Any) -> None:
        checked, faults = stored_events.check(most=options["most"])
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} of {checked} events are not what their version declares.")
        self.stdout.write(f"{checked} events are what their versions declare.")
