"""Links by mail that let a person in without a password."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User


class SignInLink(models.Model):
    """A link that was mailed. Only digests are kept: of its token, and of what the browser that asked for it holds."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_in_links", verbose_name=_("user"))
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    browser_digest = models.BinaryField(max_length=32, editable=False)
    # Where it leads, a path of ours.
    next_url = models.CharField(max_length=500, blank=True, editable=False)
    # What asked for it, to be shown where somebody opens it elsewhere.
    address = models.GenericIPAddressField(_("address"), null=True, editable=False)
    browser = models.CharField(_("browser"), max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), editable=False)
    expires_at = models.DateTimeField(_("expires"), editable=False)
    used_at = models.DateTimeField(_("used"), null=True, editable=False)

    class Meta:
        verbose_name = _("sign-in link")
        verbose_name_plural = _("sign-in links")
        indexes = [models.Index(fields=["expires_at"], name="sign_in_link_expires")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.created_at:%Y-%m-%d %H:%M}"
