"""Bring the products, prices and portal of the Stripe account in line with billing/plans.py."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing import stripe_catalogue, stripe_client


class Command(BaseCommand):
    help = "Create or update the plans at Stripe. Safe to repeat: a second run finds nothing to do."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--simulated", action="store_true", help="do nothing where no simulator plays Stripe (STRIPE_API_HOST)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["simulated"] and not getattr(settings, "STRIPE_API_HOST", ""):
            return
        try:
            for change in stripe_catalogue.sync():
                self.stdout.write(f"{change.what:<11} {change.name}")
        except stripe_client.AWAY as error:
            raise CommandError(f"Stripe does not answer: {error}. Run this again; it goes on where it was.") from error
