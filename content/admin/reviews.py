"""The operators' queue of appeals, and the word that they have on each."""

from __future__ import annotations

from typing import Any, Final, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from accounts.readonly_admin import ReadOnlyAdmin
from content import moderation
from content.models import Review
from content.moderation import explaining

LOOKED: Final = "Read the text of an appeal"
DECIDED: Final = "Decided an appeal: "


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(label=_("Decision"), choices=Review.Decision, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Note to the creator"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 80}),
        help_text=_("They read this in the app and by mail."),
    )


class Queue(admin.SimpleListFilter):
    title = _("appeal")
    parameter_name = "appeal"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("decided", _("decided")), ("all", _("all reviews"))]

    def choices(self, changelist: Any) -> Any:
        yield {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": _("waiting"),
        }
        for lookup, title in self.lookup_choices:
            yield {
                "selected": self.value() == str(lookup),
                "query_string": changelist.get_query_string({self.parameter_name: lookup}),
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Review]) -> QuerySet[Review]:
        if self.value() == "all":
            return queryset
        if self.value() == "decided":
            return queryset.exclude(decision="")
        return queryset.filter(appealed_at__isnull=False, decision="")


@admin.register(Review)
class Reviews(ReadOnlyAdmin[Review]):
    """What was found in texts before publishing: without more, the appeals that wait.

    A text is its creator's own: a superuser may read one that was appealed, and each look is logged.
    """

    change_form_template = "admin/content/review.html"
    list_display = ("appealed_at", "user", "verdict", "rules", "model_state", "decision", "decided_by", "created_at")
    list_filter = (Queue,)
    list_select_related = ("user", "decided_by")
    ordering = ("appealed_at", "-id")
    search_fields = ("id__exact", "content__id__exact", "user__email__startswith")
    fields = (
        "user",
        "verdict",
        "found",
        "channels",
        "model_state",
        "created_at",
        "acknowledged_at",
        "appeal",
        "appealed_at",
        "decision",
        "note",
        "decided_by",
        "decided_at",
    )
    readonly_fields = ("found",)

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.decide)
        return [path("<path:object_id>/decide/", page, name="content_review_decide"), *super().get_urls()]

    def decide(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the text of an appeal, and take the decision. Only by POST: a page fetched ahead must not count as a look."""
        operator = cast(User, request.user)
        if not operator.is_superuser:
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        review = self.get_object(request, object_id)
        if review is None or review.appealed_at is None:
            raise Http404("There is no such appeal")
        form = DecisionForm(request.POST if "decision" in request.POST or "note" in request.POST else None)
        if form.is_valid():
            return self.decided(request, review, form)
        if not form.is_bound:
            LogEntry.objects.log_actions(operator.pk, [review], CHANGE, LOOKED, single_object=True)
            audit.record(review.user, "words_read", actor=operator, request=request)
        told = {
            **self.admin_site.each_context(request),
            "title": _("An appeal"),
            "opts": Review._meta,
            "review": review,
            "findings": explaining.told(review.findings),
            "form": form,
        }
        return TemplateResponse(request, "admin/content/review_decide.html", told)

    def decided(self, request: HttpRequest, review: Review, form: DecisionForm) -> HttpResponse:
        operator = cast(User, request.user)
        decision = form.cleaned_data["decision"]
        try:
            moderation.decide(review, operator, decision, form.cleaned_data["note"], now=timezone.now())
        except moderation.AlreadyDecided:
            messages.warning(request, _("Another operator was quicker: this appeal has been decided."))
        else:
            self.log_change(request, review, f"{DECIDED}{decision}")
            messages.success(request, _("Decided. The creator is told in the app and by mail."))
        return redirect(reverse("admin:content_review_changelist"))

    @admin.display(description=_("rules"))
    def rules(self, review: Review) -> str:
        return ", ".join(sorted({one["rule"] for one in review.findings}))

    @admin.display(description=_("found"))
    def found(self, review: Review) -> str:
        return "; ".join(f"{one['severity']}: {one['rule']} ({one['by']})" for one in review.findings) or "-"
