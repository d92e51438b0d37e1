"""A generation as the API and the event stream tell it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from ai_routing import saving
from ai_routing.models.work import Status
from content import failures, figures
from content.models import Content, Generation, Variant


def generation(row: Generation) -> dict[str, Any]:
    """Return the body of DESIGN §3, with every variant and the URL of its events."""
    variants = sorted(row.variants.all(), key=lambda variant: variant.index)
    shown = {
        "id": str(row.pk),
        "status": row.status,
        "content": content(row.content) if row.content else None,
        "ai": ai(figures.summed(row, variants)),
        "variants": [variant_in(row, each) for each in variants],
        "events": reverse("content-api:generation-events", args=[row.pk]),
        "created_at": row.created_at.isoformat(),
    }
    if row.status == Status.FAILED:
        shown["error"] = failures.problem(row)
    return shown


def content(row: Content) -> dict[str, Any]:
    return {"id": str(row.pk), "title": row.title, "body": row.body, "type": row.type}


def variant_in(parent: Generation, row: Variant) -> dict[str, Any]:
    return {
        "variant_id": str(row.pk),
        "index": row.index,
        "status": row.status,
        "body": row.body,
        "error_code": row.error_code,
        "ai": ai(figures.summed(parent, [row])),
    }


def ai(told: figures.Figures) -> dict[str, Any]:
    """Return the figures with money as decimal strings of USD; null where it is not known."""
    return {
        "model": told.model,
        "task_type": told.task_type,
        "complexity": told.complexity,
        "critical": told.critical,
        "reason": told.reason,
        "contributions": [{"feature": feature, "points": points} for feature, points in told.contributions],
        "tokens": {"input": told.input_tokens, "output": told.output_tokens, "cached": told.cached_tokens},
        "latency_ms": told.latency_ms,
        "cost_usd": saving.written(told.cost_usd),
        "baseline_usd": saving.written(told.baseline_usd),
        "saved_usd": saving.written(told.saved_usd),
        "credits": told.credits,
        "cache": told.cache,
        "attempts": told.attempts,
    }
