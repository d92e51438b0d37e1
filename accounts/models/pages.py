"""Public pages that changed."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class PageChange(models.Model):
    """That a transaction touched a public page, written by the triggers of `accounts.page_changes`.

    It waits for the caches in front of us to forget the page; without any, it is deleted.
    """

    tag = models.CharField(_("page"), max_length=64)
    transaction = models.BigIntegerField(_("transaction"))
    created_at = models.DateTimeField(_("created"), db_default=Now())
    # When it is seen to next; in the future while a worker sees to it.
    due_at = models.DateTimeField(_("due"), db_default=Now())
    # How many times the caches were told.
    told = models.PositiveSmallIntegerField(_("told"), default=0, db_default=0)

    class Meta:
        verbose_name = _("change of a page")
        verbose_name_plural = _("changes of pages")
        indexes = [
            models.Index(fields=["tag", "transaction"], name="page_change_once"),
            models.Index(fields=["due_at"], name="page_change_due"),
        ]

    def __str__(self) -> str:
        return self.tag
