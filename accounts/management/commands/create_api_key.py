from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import api_keys
from accounts.models import User


class Command(BaseCommand):
    help = "Create an API key for an account and print it. It cannot be printed again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="command line", help="what the key is for (default: command line)")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.by_address(options["email"])
        if user is None:
            raise CommandError(f"There is no account with the address {options['email']}.")
        _, secret = api_keys.create(user, name=options["name"], now=timezone.now())
        self.stdout.write(secret)
