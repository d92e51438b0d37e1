"""Generations and posts in every state that a page can meet."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import User
from ai_routing.models.work import Status
from content import generation as generations
from content import posts
from content.brief import Brief
from content.models import Content, Generation, Variant

State = tuple[Status, str]

TEXT = "Il pleut sur Lyon.\nCe soir, je vous montre l’envers du décor."
DONE: State = (Status.DONE, "")
STOPPED: State = (Status.STOPPED, "")
WRITING: State = (Status.WRITING, "")
QUEUED: State = (Status.QUEUED, "")


def failed(code: str) -> State:
    return (Status.FAILED, code)


def generation(user: User, *states: State) -> Generation:
    """Return a stored generation whose variants ended, or not, as asked."""
    row = generations.request(user, Brief(prompt="A brief", variants=len(states)), now=timezone.now())
    for variant, (status, error) in zip(row.variants.order_by("index"), states, strict=True):
        bring_to(variant, status, error)
    end(row, states)
    return Generation.objects.get(pk=row.pk)


def bring_to(variant: Variant, status: Status, error: str) -> None:
    now = timezone.now()
    variant.status, variant.error_code = status, error
    variant.attempts = 0 if status == Status.QUEUED else 1
    if status in (Status.DONE, Status.STOPPED):
        variant.body = f"{TEXT} ({variant.index})"
        variant.model = "gpt-4o-mini"
        variant.input_tokens, variant.cached_tokens, variant.output_tokens = 1_124, 1_024, 96
        variant.cost_micro_usd, variant.baseline_micro_usd = Decimal("150.3"), Decimal("3770")
        variant.latency_ms, variant.credits = 1_840, 1
    if status == Status.WRITING:
        variant.lease_expires_at = now + timedelta(minutes=1)
    if variant.ended:
        variant.finished_at = now
    variant.save()


def end(generation: Generation, states: tuple[State, ...]) -> None:
    found = [status for status, _error in states]
    order = (Status.WRITING, Status.QUEUED, Status.DONE, Status.STOPPED, Status.FAILED)
    generation.status = next(status for status in order if status in found)
    if generation.status == Status.FAILED:
        generation.error_code = states[0][1]
    if generation.ended:
        generation.finished_at = timezone.now()
    generation.save()
    with_text = generation.variants.exclude(body="").order_by("index").first()
    if generation.ended and with_text is not None:
        posts.from_variant(generation, with_text, now=timezone.now())


def post(user: User, number: int = 0, **fields: Any) -> Content:
    now = timezone.now()
    return Content.objects.create(
        user=user, **{"title": f"Post {number}", "body": TEXT, "created_at": now, "updated_at": now, **fields}
    )
