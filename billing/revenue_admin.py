"""The page "Revenue", the lists behind it, and the subscriptions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.readonly_admin import ReadOnlyAdmin
from billing import provider
from billing.models import Subscription
from billing.provider import Kind
from billing.revenue import definitions, figures

PAGE: Final = 50
MOST_PAGES: Final = 200
"""Further back, a search finds more than leafing does."""

TITLES: Final = {
    Kind.FAILED: _("Failed payments"),
    Kind.REFUND: _("Refunds"),
    Kind.DISPUTE: _("Disputes"),
}
OUTCOMES: Final = {
    Kind.FAILED: (("open", _("Open")), ("recovered", _("Recovered")), ("lost", _("Lost"))),
    Kind.REFUND: (("made", _("Given back")),),
    Kind.DISPUTE: (("open", _("Open")), ("won", _("Won")), ("lost", _("Lost"))),
}


@admin.register(Subscription)
class Subscriptions(ReadOnlyAdmin[Subscription]):
    """As the payment provider last told it. What becomes of it is decided there; a plan is given under "Given plans"."""

    change_list_template = "admin/billing/subscription_list.html"
    list_display = (
        "account",
        "plan",
        "interval",
        "currency",
        "status",
        "at_provider",
        "period_ends_at",
        "ends_at",
    )
    list_display_links = ("plan",)
    list_filter = ("status", "plan", "currency")
    list_select_related = ("user",)
    ordering = ("-id",)
    search_fields = ("user__email__startswith", "stripe_id__exact")
    readonly_fields = ("account", "at_provider")
    exclude = ("user",)

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("revenue/", self.admin_site.admin_view(self.revenue), name="billing_revenue"),
            path("revenue/<slug:kind>/", self.admin_site.admin_view(self.payments), name="billing_payments"),
        ]
        return own + super().get_urls()

    def revenue(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Revenue"),
            "opts": Subscription._meta,
            "figures": figures.read(now=timezone.now()),
            "meant": definitions.MEANT,
            "lists": [(kind.value, TITLES[kind]) for kind in Kind],
        }
        return TemplateResponse(request, "admin/billing/revenue.html", context)

    def payments(self, request: HttpRequest, kind: str) -> HttpResponse:
        """List single payments. Raises Http404 for a kind that is none, and PermissionDenied."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if kind not in set(Kind):
            raise Http404("There is no such list")
        asked = Kind(kind)
        outcomes = [value for value, _label in OUTCOMES[asked]]
        outcome = request.GET.get("outcome", "")
        search = request.GET.get("q", "").strip().replace("\x00", "")
        page = min(whole(request.GET.get("page", "1")), MOST_PAGES)
        found = provider.current().entries(
            asked,
            search=search,
            outcome=outcome if outcome in outcomes else "",
            most=PAGE + 1,
            skip=(page - 1) * PAGE,
        )
        words = dict(OUTCOMES[asked])
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": TITLES[asked],
            "opts": Subscription._meta,
            "entries": [replace(one, outcome=str(words.get(one.outcome, one.outcome))) for one in found[:PAGE]],
            "outcomes": [("", _("All")), *OUTCOMES[asked]] if len(outcomes) > 1 else [],
            "outcome": outcome if outcome in outcomes else "",
            "search": search,
            "earlier": page - 1,
            "later": page + 1 if len(found) > PAGE and page < MOST_PAGES else 0,
        }
        return TemplateResponse(request, "admin/billing/payments.html", context)

    @admin.display(description=_("account"), ordering="user__email")
    def account(self, row: Subscription) -> str:
        url = reverse("admin:accounts_user_change", args=[row.user_id])
        return format_html('<a href="{}">{}</a>', url, row.user.email)

    @admin.display(description=_("at the provider"))
    def at_provider(self, row: Subscription) -> str:
        url = provider.current().address_of("subscription", row.stripe_id)
        return format_html('<a href="{}" rel="noreferrer">{}</a>', url, row.stripe_id) if url else row.stripe_id


def whole(text: str) -> int:
    """Return the number of a page that was asked for; the first for what is none."""
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else 1
