from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from ai_routing.evaluation import dataset, judging, report
from ai_routing.models import RouterEvaluation


class Command(BaseCommand):
    help = "Judge the router on the held-out prompts, beside prompt length and chance."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")
        parser.add_argument("--store", action="store_true", help="keep the figures, for the admin's history")

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = judging.judge()
        figures = verdict.as_json()
        if options["store"]:
            RouterEvaluation.objects.create(
                created_at=timezone.now(),
                dataset=dataset.NAME,
                dataset_sha256=dataset.sha256(),
                router=verdict.router,
                rows=verdict.rows,
                metrics=figures,
            )
        self.stdout.write(json.dumps(figures, indent=2) if options["json"] else report.as_markdown(verdict), ending="")
