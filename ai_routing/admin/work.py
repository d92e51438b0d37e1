"""The work of the assistant and of the AI team: how it went and what it cost, not what creators wrote or were told."""

from __future__ import annotations

from typing import TypeVar

from django.contrib import admin
from django.http import HttpRequest

from accounts.readonly_admin import ReadOnlyAdmin
from ai_routing.models import Conversation, Proposal, Run, Step, Turn

WORK = (
    "status",
    "error_code",
    "finish_reason",
    "model",
    "cache",
    "input_tokens",
    "cached_tokens",
    "output_tokens",
    "cost_micro_usd",
    "baseline_micro_usd",
    "credits",
    "latency_ms",
    "attempts",
    "claim",
    "queued_at",
    "lease_expires_at",
    "stop_requested_at",
    "finished_at",
    "decision",
)


@admin.register(Conversation)
class Conversations(ReadOnlyAdmin[Conversation]):
    list_display = ("id", "user", "language", "created_at", "updated_at")
    list_select_related = ("user",)
    ordering = ("-id",)
    search_fields = ("id__exact", "user__email__startswith")
    fields = ("id", "user", "language", "created_at", "updated_at")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Conversation | None:
        return untitled(super().get_object(request, object_id, from_field))


@admin.register(Turn)
class Turns(ReadOnlyAdmin[Turn]):
    list_display = ("id", "conversation_id", "index", "status", "error_code", "model", "cost_micro_usd", "created_at")
    ordering = ("-id",)
    search_fields = ("id__exact", "conversation__id__exact", "conversation__user__email__startswith")
    fields = ("id", "conversation_id", "index", "created_at", *WORK)


@admin.register(Run)
class Runs(ReadOnlyAdmin[Run]):
    list_display = ("id", "user", "workflow", "status", "error_code", "budget_credits", "created_at", "finished_at")
    list_select_related = ("user",)
    ordering = ("-id",)
    search_fields = ("id__exact", "user__email__startswith")
    fields = (
        "id",
        "user",
        "workflow",
        "language",
        "status",
        "error_code",
        "budget_credits",
        "created_at",
        "cancel_requested_at",
        "finished_at",
    )

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Run | None:
        return untitled(super().get_object(request, object_id, from_field))


@admin.register(Step)
class Steps(ReadOnlyAdmin[Step]):
    list_display = (
        "id",
        "run_id",
        "stage",
        "index",
        "agent",
        "status",
        "error_code",
        "model",
        "escalated",
        "cost_micro_usd",
        "created_at",
    )
    ordering = ("-id",)
    search_fields = ("id__exact", "run__id__exact", "run__user__email__startswith")
    fields = ("id", "run_id", "stage", "index", "agent", "repairs", "escalated", "created_at", *WORK)


@admin.register(Proposal)
class Proposals(ReadOnlyAdmin[Proposal]):
    list_display = ("id", "run_id", "index", "effect", "state", "decided_at", "result")
    ordering = ("-id",)
    search_fields = ("id__exact", "run__id__exact", "run__user__email__startswith")
    fields = ("id", "run_id", "step_id", "index", "effect", "state", "decided_at", "result")


Titled = TypeVar("Titled", Conversation, Run)


def untitled(found: Titled | None) -> Titled | None:
    """Return a row under its number: its title is the creator's words, and the page is headed by it."""
    if found is not None:
        found.title = str(found.pk)
    return found
