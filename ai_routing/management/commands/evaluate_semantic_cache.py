from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ai_routing import catalogue
from ai_routing.caching import evaluation
from ai_routing.caching.evaluation import Scored
from ai_routing.providers import contract

SHOWN: Final = tuple(threshold for threshold in evaluation.THRESHOLDS if round(threshold * 100) % 5 == 0)


class Command(BaseCommand):
    help = (
        "Measure, on labelled pairs of questions, from which similarity on an embedding model may answer for another."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--model",
            default=getattr(settings, "AI_EMBEDDING_MODEL", ""),
            help="provider:model of the embeddings (default: HUNTAZE_EMBEDDING_MODEL)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["model"]:
            raise CommandError("No embedding model: set HUNTAZE_EMBEDDING_MODEL, or give --model provider:model")
        try:
            deployment = catalogue.parse(options["model"])
            scored = evaluation.score(evaluation.pairs(), deployment)
        except (ImproperlyConfigured, contract.ProviderFailed) as error:
            raise CommandError(f"{options['model']}: {error}") from error
        self.describe(scored, deployment)
        self.by_threshold(scored)
        self.recommend(scored, deployment)

    def describe(self, scored: Sequence[Scored], deployment: catalogue.Deployment) -> None:
        same, different = evaluation.same(scored), evaluation.different(scored)
        self.stdout.write(
            f"{deployment}: {len(scored)} pairs ({len(same)} same, {len(different)} different), "
            f"pairs.jsonl {evaluation.pairs_digest()[:12]}. Shares with their 95 % confidence intervals."
        )
        let_through = evaluation.rate(same, -1, guarded=True)
        self.stdout.write(f"The guard lets through {let_through} of the same pairs, and of the different ones:")
        for reason in evaluation.REASONS:
            self.stdout.write(
                f"  {reason:10} {evaluation.rate(evaluation.different(scored, reason), -1, guarded=True)}"
            )

    def by_threshold(self, scored: Sequence[Scored]) -> None:
        same, different = evaluation.same(scored), evaluation.different(scored)
        row = "{:>9}  {:22} {:22} {:22} {:22}"
        self.stdout.write(
            "\n" + row.format("threshold", "hits", "hits, no guard", "false hits", "false hits, no guard").rstrip()
        )
        for threshold in SHOWN:
            rates = [
                str(evaluation.rate(kind, threshold, guarded=guarded))
                for kind in (same, different)
                for guarded in (True, False)
            ]
            self.stdout.write(row.format(f"{threshold:.2f}", *rates).rstrip())
        self.stdout.write("\nFalse hits by reason, with and without the guard")
        self.stdout.write(" threshold  " + " ".join(f"{reason:>14}" for reason in evaluation.REASONS))
        for threshold in SHOWN:
            cells = []
            for reason in evaluation.REASONS:
                kind = evaluation.different(scored, reason)
                guarded, bare = (evaluation.rate(kind, threshold, guarded=is_on).hits for is_on in (True, False))
                cells.append(f"{guarded:>5} /{bare:>3} of{len(kind):>3}")
            self.stdout.write(f"{threshold:>10.2f}  " + " ".join(f"{cell:>14}" for cell in cells))

    def recommend(self, scored: Sequence[Scored], deployment: catalogue.Deployment) -> None:
        found = evaluation.recommend(scored)
        if found is None:
            raise CommandError("Every threshold has a false hit on the fitting half: leave the semantic cache off.")
        self.stdout.write(
            f"\nLowest threshold without a false hit on the fitting half: {found.threshold:.2f}. "
            f"On the other half: hits {found.hits}, false hits {found.false_hits}."
        )
        if not found.is_safe:
            raise CommandError("It does not hold on the other half: leave the semantic cache off.")
        measured = f"{timezone.now():%Y-%m-%d}, pairs.jsonl {evaluation.pairs_digest()[:12]}, {len(scored)} pairs"
        entry = {str(deployment): {"similarity": found.threshold, "measured": measured}}
        self.stdout.write(f"To use it:\nHUNTAZE_SEMANTIC_THRESHOLDS={json.dumps(entry)}")
