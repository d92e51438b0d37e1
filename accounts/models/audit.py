"""What was done to and with an account, for good."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Func
from django.utils.translation import gettext_lazy as _

# Set for one transaction by `accounts.audit.anonymise`, and by nothing else.
DOOR = "huntaze.anonymising_audit"

ONLY_TO_ANONYMISE = f"""
    IF TG_OP = 'UPDATE' AND current_setting('{DOOR}', true) = 'yes'
        AND (NEW.address IS NULL OR NEW.address = OLD.address)
        AND NEW.user_agent IN ('', OLD.user_agent)
        AND NEW.data IN ('{{}}'::jsonb, OLD.data)
        AND (NEW.id, NEW.user_id, NEW.actor_id, NEW.kind, NEW.created_at)
            IS NOT DISTINCT FROM (OLD.id, OLD.user_id, OLD.actor_id, OLD.kind, OLD.created_at)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;
"""


class AuditEntry(models.Model):
    """Something that was done to or with an account. `kind` is declared in `accounts.audit`.

    Rows are only ever added: the database refuses to change or delete them, but for taking out what names a person.
    `user` is whom it concerns; null when nobody has the address that was tried. `actor` is who did it, when that was
    somebody else. Both outlive their rows, as numbers.
    """

    id = models.UUIDField(primary_key=True, db_default=Func(function="uuidv7"), editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="audit_entries",
        verbose_name=_("user"),
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        verbose_name=_("done by"),
    )
    kind = models.CharField(_("kind"), max_length=48)
    data = models.JSONField(_("data"), default=dict, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True, blank=True)
    user_agent = models.CharField(_("program"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes = [
            models.Index(fields=["user", "-id"], name="audit_user"),
            models.Index(fields=["actor", "-id"], name="audit_actor"),
            models.Index(fields=["kind", "-id"], name="audit_kind"),
            models.Index(fields=["-created_at"], name="audit_created_at"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=ONLY_TO_ANONYMISE,
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at:%Y-%m-%d %H:%M:%S}"
