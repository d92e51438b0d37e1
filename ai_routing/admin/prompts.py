from __future__ import annotations

from typing import Any, Final, cast

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from accounts.readonly_admin import ReadOnlyAdmin
from ai_routing import retention
from ai_routing.models import PromptRecord

LOOKED: Final = "Read the words"


@admin.register(PromptRecord)
class PromptRecords(ReadOnlyAdmin[PromptRecord]):
    """What models were asked. A superuser may read the words of one, for support or an abuse report; each look is logged."""

    change_form_template = "admin/ai_routing/prompt_record.html"
    list_display = ("created_at", "user", "reference", "expires_at")
    list_select_related = ("user",)
    ordering = ("-id",)
    search_fields = ("reference__exact", "user__email__startswith")
    fields = ("reference", "user", "created_at", "expires_at")

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.words)
        return [path("<path:object_id>/words/", page, name="ai_routing_words"), *super().get_urls()]

    def words(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what was asked. Only by POST: a page that is merely opened, or fetched ahead, must not count as a look."""
        operator = cast(User, request.user)
        if not operator.is_superuser:
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        record = self.get_object(request, object_id)
        if record is None:
            raise Http404("There is no such record: it may have expired")
        LogEntry.objects.create(
            user=operator,
            content_type=ContentType.objects.get_for_model(PromptRecord),
            object_id=str(record.pk),
            object_repr=str(record),
            action_flag=CHANGE,
            change_message=LOOKED,
        )
        audit.record(record.user, "words_read", actor=operator, request=request)
        return TemplateResponse(request, "admin/ai_routing/prompt_words.html", self.told(request, record))

    def told(self, request: HttpRequest, record: PromptRecord) -> dict[str, Any]:
        try:
            messages, error = retention.reveal(record), ""
        except retention.Unreadable as unreadable:
            messages, error = [], str(unreadable)
        return {
            **self.admin_site.each_context(request),
            "title": _("The words of a prompt"),
            "opts": PromptRecord._meta,
            "record": record,
            "messages_asked": messages,
            "error": error,
        }
