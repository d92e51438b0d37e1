from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Tier, User

EMAIL = "demo@huntaze.example"
PASSWORD = "write-something-good"  # noqa: S105  # printed on purpose; the command refuses to run in production


class Command(BaseCommand):
    help = "Create the demo creator and a demo operator, unless they are there. Refuses to run in production."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Demo accounts have a public password: they are never created in production.")
        if not User.objects.filter(email=EMAIL).exists():
            User.objects.create_user(EMAIL, PASSWORD, name="Demo Creator", tier=Tier.PRO)
        operator = f"operator+{EMAIL}"
        if not User.objects.filter(email=operator).exists():
            User.objects.create_superuser(operator, PASSWORD, name="Demo Operator")
        self.stdout.write(f"Creator:  {EMAIL}  {PASSWORD}\nOperator: {operator}  {PASSWORD}")
