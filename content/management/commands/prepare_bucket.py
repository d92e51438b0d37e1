"""Make the bucket of AWS_STORAGE_BUCKET_NAME private, let Huntaze's pages upload to it, and have it tidy up."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from content.media import storage


class Command(BaseCommand):
    help = "Set what the media bucket needs: no public access, uploads from HUNTAZE_BASE_URL, and a lifecycle."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            storage.prepare_bucket(settings.BASE_URL)
        except storage.AWAY as error:
            raise CommandError(f"The bucket {settings.AWS_STORAGE_BUCKET_NAME} cannot be set up: {error}") from error
        self.stdout.write(f"The bucket {settings.AWS_STORAGE_BUCKET_NAME} takes uploads from {settings.BASE_URL}.")
