from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ai_routing import reprice


class Command(BaseCommand):
    help = (
        "Price the calls since a day anew, at the prices of their days as they are known now, and add correction rows to"
        " the ledger for what differs. Safe to repeat. Credits that creators were charged stay as they are."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", required=True, metavar="YYYY-MM-DD", help="first day (UTC) to look at")
        parser.add_argument("--model", default="", help="only this model")
        parser.add_argument("--dry-run", action="store_true", help="tell what would be corrected, and write nothing")

    def handle(self, *args: Any, since: str, model: str, dry_run: bool, **options: Any) -> None:
        try:
            day = date.fromisoformat(since)
        except ValueError:
            raise CommandError(f"--since is {since!r}: write a day as YYYY-MM-DD") from None
        found = reprice.since(
            datetime(day.year, day.month, day.day, tzinfo=UTC), model=model, now=timezone.now(), dry_run=dry_run
        )
        verb = "would be corrected" if dry_run else "corrected"
        self.stdout.write(f"{found.seen} calls looked at, {found.corrected} {verb}.")
        self.stdout.write(
            f"Cost {usd(found.cost_micro_usd)}, baseline {usd(found.baseline_micro_usd)} to be added to what was written."
        )


def usd(micro_usd: Decimal) -> str:
    return f"{micro_usd / 1_000_000:+f} USD"
