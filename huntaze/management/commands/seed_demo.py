from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Consent, Tier, User
from accounts.privacy import consents
from huntaze.management import demo, demo_year

EMAIL = "demo@huntaze.example"
PASSWORD = "write-something-good"  # noqa: S105  # printed on purpose; the command refuses to run in production


class Command(BaseCommand):
    help = "Create a demo creator with posts and a year of fans, and a demo operator, unless there. Not for production."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Demo accounts have a public password: they are never created in production.")
        creator = User.objects.filter(email=EMAIL).first()
        if creator is None:
            creator = User.objects.create_user(EMAIL, PASSWORD, name="Demo Creator", tier=Tier.PRO)
            demo.fill(creator, now=timezone.now())
        demo_year.fill(creator, now=timezone.now())
        if not consents.is_up_to_date(creator):
            consents.give_required(creator, way=Consent.Way.SIGN_UP, now=timezone.now())
        operator = f"operator+{EMAIL}"
        if not User.objects.filter(email=operator).exists():
            User.objects.create_superuser(operator, PASSWORD, name="Demo Operator")
        self.stdout.write(f"Creator:  {EMAIL}  {PASSWORD}\nOperator: {operator}  {PASSWORD}")
