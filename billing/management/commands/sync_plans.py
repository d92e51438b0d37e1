"""Bring the products, prices and portal of the Stripe account in line with billing/plans.py."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing import stripe_catalogue, stripe_client


class Command(BaseCommand):
    help = "Create or update the plans at Stripe. Safe to repeat: a second run finds nothing to do."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            for change in stripe_catalogue.sync():
                self.stdout.write(f"{change.what:<11} {change.name}")
        except stripe_client.AWAY as error:
            raise CommandError(f"Stripe does not answer: {error}. Run this again; it goes on where it was.") from error
