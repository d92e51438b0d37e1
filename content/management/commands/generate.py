from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from ai_routing import event_stream, saving, streams
from ai_routing.models.work import Status
from billing import quota
from content import brief, failures, figures, generation, watching
from content.models import Length, Platform

PATIENCE_SECONDS = 30


class Command(BaseCommand):
    help = "Write a text for an account, through the workers, and show it as it comes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("prompt", help="what the text is about")
        parser.add_argument("--user", default="demo@huntaze.example", help="the account (default: the demo creator)")
        parser.add_argument("--platform", default=Platform.GENERIC.value, choices=Platform.values)
        parser.add_argument("--language", choices=[code for code, _ in brief.LANGUAGES])
        parser.add_argument("--length", default=Length.SHORT.value, choices=Length.values)
        parser.add_argument("--tone", default="")
        parser.add_argument("--critical", action="store_true", help="have the premium model write it")
        parser.add_argument("--bulk", action="store_true", help="let it wait behind what people are waiting for")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.by_address(options["user"])
        if user is None:
            raise CommandError(f"There is no account with the address {options['user']}: name one with --user.")
        if not 1 <= len(options["prompt"]) <= brief.MAX_PROMPT:
            raise CommandError(f"The prompt must have 1 to {brief.MAX_PROMPT} characters.")
        asked = brief.Brief(
            prompt=options["prompt"],
            platform=options["platform"],
            language=options["language"] or user.locale,
            length=options["length"],
            tone=options["tone"],
            critical=options["critical"],
        )
        try:
            row = generation.request(user, asked, now=timezone.now(), bulk=options["bulk"])
        except (quota.QuotaExhausted, quota.PlanRequired) as error:
            raise CommandError(str(error)) from error
        self.show(row.pk)

    def show(self, generation_id: Any) -> None:
        quiet = 0
        for event in streams.follow(watching.key(generation_id), after=streams.BEGINNING, idle_seconds=1):
            if event is None:
                quiet += 1
                if watching.ended(generation_id):
                    break
                if quiet == PATIENCE_SECONDS:
                    self.stderr.write("No worker has taken it yet: is one running? (`make run` starts one)")
                continue
            if event.name == "token":
                self.stdout.write(event.data["text"], ending="")
                self.stdout.flush()
            if event.name in event_stream.ENDINGS:
                break
        self.summarise(generation_id)

    def summarise(self, generation_id: Any) -> None:
        row = watching.loaded(generation_id)
        if row.status == Status.FAILED:
            raise CommandError(str(failures.problem(row)["detail"]))
        told = figures.of_generation(row)
        saved = "n/a" if told.saved_percent is None else f"{told.saved_percent} %"
        self.stdout.write(
            f"\n\n{told.model}: {told.reason}\n{told.input_tokens} tokens in ({told.cached_tokens} cached),"
            f" {told.output_tokens} out, {told.latency_ms} ms, ${saving.written(told.cost_usd) or '?'},"
            f" saved {saved}, {told.credits} {'credit' if told.credits == 1 else 'credits'}"
        )
