from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from analytics.rollups import backfilling


class Command(BaseCommand):
    help = "Make the figures of days anew from their events. Events may be recorded and rolled up meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="start", type=date.fromisoformat, required=True, help="the first day")
        parser.add_argument("--to", dest="end", type=date.fromisoformat, required=True, help="the last day")
        parser.add_argument("--user", help="the address of one account; without it, all accounts and the platform")

    def handle(self, *args: Any, **options: Any) -> None:
        user = None
        if options["user"] and not (user := User.objects.filter(email=options["user"]).first()):
            raise CommandError("There is no account with that address.")
        now = timezone.now()
        try:
            number = backfilling.days(options["start"], options["end"], now=now, user=user)
        except backfilling.TooOld as refused:
            first = backfilling.first_day(now)
            raise CommandError(f"Events before {first} no longer say whose they were.") from refused
        self.stdout.write(f"Days made anew: {number}")
