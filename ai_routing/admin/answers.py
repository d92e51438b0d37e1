from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.readonly_admin import ReadOnlyAdmin
from ai_routing.models import CachedAnswer


@admin.register(CachedAnswer)
class CachedAnswers(ReadOnlyAdmin[CachedAnswer]):
    """Without their text in the list, for it was written for one creator. One that went wrong may be deleted."""

    list_display = (
        "created_at",
        "user",
        "task_type",
        "tier",
        "provider",
        "model",
        "prompt_version",
        "output_tokens",
        "hits",
        "expires_at",
    )
    list_select_related = ("user",)
    ordering = ("-id",)
    search_fields = ("user__email__startswith",)
    fields = (
        "user",
        "task_type",
        "tier",
        "prompt_version",
        "provider",
        "model",
        "text",
        "finish_reason",
        "input_tokens",
        "output_tokens",
        "embedding_model",
        "hits",
        "created_at",
        "expires_at",
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)
