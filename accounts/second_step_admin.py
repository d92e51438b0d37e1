"""The admin's page that takes a second step away."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.entrance import second_factors, second_step_reset
from accounts.models import User


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("How they showed that it is them. It is written to the audit log."),
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
    )


def page(model_admin: ModelAdmin[User], request: HttpRequest, id: str) -> HttpResponse:  # Django's name
    """Ask for the reason, then take the second step away. For superusers, and not for their own account."""
    operator = cast(User, request.user)
    if not operator.is_superuser:
        raise PermissionDenied
    user = model_admin.get_object(request, unquote(id))
    if user is None:
        raise Http404("There is no such person")
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        return reset(request, user, operator, form.cleaned_data["reason"])
    told: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": _("Reset the second step"),
        "opts": User._meta,
        "person": user,
        "is_on": second_factors.is_on(user),
        "form": form,
    }
    return TemplateResponse(request, "admin/accounts/second_step.html", told)


def reset(request: HttpRequest, user: User, operator: User, reason: str) -> HttpResponse:
    try:
        second_step_reset.reset(user, by=operator, reason=reason, request=request, now=timezone.now())
    except second_step_reset.NothingToReset:
        messages.warning(request, _("There is no second step to reset."))
    except second_step_reset.OwnAccount:
        messages.error(request, _("Your own second step is changed in your settings."))
    else:
        messages.success(request, _("The second step is gone and all sessions are over. The person is told by mail."))
    return redirect(reverse("admin:accounts_user_change", args=[user.pk]))
