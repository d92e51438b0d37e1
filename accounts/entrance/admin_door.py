"""The door of the admin: the log-in page of everybody, so that no password alone leads past a second step."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.audited_admin import AuditedSite
from accounts.entrance import second_factors
from accounts.models import User


class OperatorsSite(AuditedSite):
    site_header = site_title = gettext_lazy("Huntaze administration")

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and not lacks_second_step(request)

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """Lead to the log-in page; who is in already and must not enter reads why."""
        target = request.GET.get("next", "")
        safe = url_has_allowed_host_and_scheme(target, allowed_hosts=None)
        target = target if safe else reverse("admin:index")
        if not request.user.is_authenticated:
            return redirect(f"{reverse('account_login')}?{urlencode({'next': target})}")
        if lacks_second_step(request):
            messages.warning(request, _("The administration is open to operators with a second step. Add one first."))
            return redirect("accounts:security")
        if not super().has_permission(request):
            raise PermissionDenied(_("This part is for operators."))
        return redirect(target)


def lacks_second_step(request: HttpRequest) -> bool:
    """Whether an operator needs a second step, and has none."""
    user = request.user
    return (
        settings.OPERATORS_NEED_SECOND_STEP
        and isinstance(user, User)
        and user.is_staff
        and not second_factors.is_on(user)
    )
