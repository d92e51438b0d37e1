from __future__ import annotations

from django.contrib import admin

from accounts.readonly_admin import ReadOnlyAdmin
from content.models import Content, Generation


@admin.register(Content)
class Contents(ReadOnlyAdmin[Content]):
    list_display = ("title", "user", "type", "platform", "origin", "created_at")
    list_select_related = ("user",)
    ordering = ("-id",)
    search_fields = ("id__exact", "user__email__startswith")


@admin.register(Generation)
class Generations(ReadOnlyAdmin[Generation]):
    """Prompts are the creator's own: an operator sees how a generation went, not what was asked."""

    list_display = ("id", "user", "task_type", "platform", "status", "error_code", "created_at", "finished_at")
    list_select_related = ("user",)
    ordering = ("-id",)
    search_fields = ("id__exact", "user__email__startswith")
    exclude = ("prompt",)
