"""Have the caches in front of us forget public pages, as at the end of a release."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts import public_pages
from huntaze.edge import changes


class Command(BaseCommand):
    help = "Have the caches in front of us forget public pages: ours, those of the creators named, or all"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("handles", nargs="*", metavar="@handle", help="the creators; our own pages without any")
        parser.add_argument("--all", action="store_true", help="every page, as after a change of how they look")

    def handle(self, *args: Any, handles: list[str], **options: Any) -> None:
        if options["all"]:
            tags = [public_pages.ALL]
        else:
            tags = [f"@{handle.removeprefix('@').lower()}" for handle in handles] or [public_pages.SITE]
        for tag in tags:
            changes.touch(tag)
        self.stdout.write(f"The caches will be told within seconds: {', '.join(tags)}")
