from __future__ import annotations

import json
import time
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ai_routing.models import Run
from content.models import Asset
from huntaze.management import sample_creator

PATIENCE_SECONDS: Final = 180


class Command(BaseCommand):
    help = (
        "Make a creator with posts, a calendar, media and a campaign, for pictures of the pages; tell where they are."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Demo accounts have a public password: they are never created in production.")
        demo = sample_creator.prepare(timezone.now())
        runs = sample_creator.campaigns(demo.user, now=timezone.now())
        assets = sample_creator.media(demo.user, now=timezone.now()) if settings.AWS_STORAGE_BUCKET_NAME else []
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until and (
            Asset.objects.filter(pk__in=assets, state=Asset.State.PROCESSING).exists()
            or Run.objects.filter(pk__in=[run.pk for run in runs], status=Run.Status.RUNNING).exists()
        ):
            time.sleep(1)
        found = {
            "email": demo.user.email,
            "password": sample_creator.PASSWORD,
            "handle": sample_creator.HANDLE,
            "draft": demo.draft.pk,
            "review": demo.review.pk,
            "voice": demo.voice.pk,
            "publication": demo.publication.pk,
            "template": demo.template.pk,
            "asset": assets[0] if assets else None,
            "run": runs[0].pk,
        }
        self.stdout.write(json.dumps(found, default=str))
