"""What a creator earned, as books that are only added to, and the files that it was read from."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts import append_only
from content.models.keys import OwnedQuerySet, uuid_key
from fans.models.people import Fan, Site


class Currency(models.TextChoices):
    """Those with two decimals: an amount is told in whole cents."""

    EUR = "eur", "EUR"
    USD = "usd", "USD"
    GBP = "gbp", "GBP"
    CAD = "cad", "CAD"
    AUD = "aud", "AUD"
    CHF = "chf", "CHF"
    NZD = "nzd", "NZD"
    SEK = "sek", "SEK"
    NOK = "nok", "NOK"
    DKK = "dkk", "DKK"
    PLN = "pln", "PLN"
    CZK = "czk", "CZK"
    BRL = "brl", "BRL"
    MXN = "mxn", "MXN"


class EarningImport(models.Model):
    """A statement that a creator uploaded: its file as long as it is needed, how it is read, and how far that is."""

    class State(models.TextChoices):
        MAPPING = "mapping", _("Waits for its columns")
        READY = "ready", _("Ready")
        RUNNING = "running", _("Under way")
        DONE = "done", _("Done")
        UNDOING = "undoing", _("Being taken back")
        UNDONE = "undone", _("Taken back")
        FAILED = "failed", _("Failed")

    WORKING = (State.RUNNING, State.UNDOING)

    id = uuid_key()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="earning_imports", verbose_name=_("creator")
    )
    name = models.CharField(_("file"), max_length=200)
    # The whole text; emptied when it is no longer needed.
    text = models.TextField(_("text of the file"), blank=True)
    # Tells statements of the same make: the next one of it is read like this one.
    heading = models.CharField(max_length=64, editable=False)
    # Which column holds what, and what is told for all rows.
    mapping = models.JSONField(_("columns"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.MAPPING)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    # How far a worker is, and what it found.
    position = models.PositiveIntegerField(_("rows read"), default=0)
    added = models.PositiveIntegerField(_("new"), default=0)
    known = models.PositiveIntegerField(_("known already"), default=0)
    wrong = models.PositiveIntegerField(_("left out"), default=0)
    claim = models.PositiveSmallIntegerField(default=0, editable=False)
    lease_expires_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(_("uploaded"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = OwnedQuerySet["EarningImport"].as_manager()

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        indexes = [
            models.Index(fields=["user", "-id"], name="earning_import_newest"),
            models.Index(fields=["user", "heading", "-id"], name="earning_import_heading"),
            models.Index(
                fields=["lease_expires_at"], condition=Q(state__in=["running", "undoing"]), name="earning_import_work"
            ),
            models.Index(fields=["created_at"], condition=~Q(text=""), name="earning_import_kept"),
        ]

    def __str__(self) -> str:
        return self.name


class Earning(models.Model):
    """A line of the books. A refund, or a mistake that is taken back, is a line of its own that names what it corrects.

    Amounts are never negative: `kind` says which way they count. Lines are never changed; the fan of one is forgotten when
    the fan is (`fans.forgetting`).
    """

    class Kind(models.TextChoices):
        EARNED = "earned", _("Earned")
        REFUNDED = "refunded", _("Refunded")
        REMOVED = "removed", _("Taken back")

    class Source(models.TextChoices):
        SUBSCRIPTION = "subscription", _("Subscription")
        RENEWAL = "renewal", _("Renewal")
        TIP = "tip", _("Tip")
        PPV = "ppv", _("Pay-per-view")
        MESSAGE = "message", _("Message")
        OTHER = "other", _("Other")

    id = uuid_key()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="earnings", verbose_name=_("creator")
    )
    fan = models.ForeignKey(
        Fan, on_delete=models.DO_NOTHING, null=True, blank=True, related_name="earnings", verbose_name=_("fan")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.EARNED)
    corrects = models.ForeignKey(
        "self",
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name=_("corrects"),
    )
    source = models.CharField(_("source"), max_length=16, choices=Source)
    platform = models.CharField(_("platform"), max_length=16, choices=Site)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency)
    gross_minor = models.BigIntegerField(_("gross"))
    fee_minor = models.BigIntegerField(_("fee"))
    net_minor = models.BigIntegerField(_("net"))
    occurred_at = models.DateTimeField(_("when"))
    # No constraint: the post may be gone, the line stays.
    content_id = models.UUIDField(_("post"), null=True, blank=True)
    external_id = models.CharField(_("reference"), max_length=120, blank=True)
    # Tells a line from every other, also when it is read again; `edition` grows when one that was taken back comes anew.
    fingerprint = models.CharField(max_length=64, editable=False)
    edition = models.PositiveSmallIntegerField(default=0, editable=False)
    statement = models.ForeignKey(
        EarningImport,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="earnings",
        verbose_name=_("statement"),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("recorded"))

    objects = OwnedQuerySet["Earning"].as_manager()

    class Meta:
        verbose_name = _("earning")
        verbose_name_plural = _("earnings")
        constraints = [
            models.UniqueConstraint(fields=["user", "fingerprint", "edition"], name="earning_once"),
            models.UniqueConstraint(fields=["corrects"], condition=Q(kind="removed"), name="earning_removed_once"),
            models.CheckConstraint(
                condition=Q(gross_minor__gte=0, fee_minor__gte=0, net_minor=F("gross_minor") - F("fee_minor")),
                name="earning_adds_up",
            ),
            models.CheckConstraint(condition=Q(kind="earned") ^ Q(corrects__isnull=False), name="earning_corrects"),
        ]
        indexes = [
            models.Index(fields=["user", "-occurred_at", "-id"], name="earning_newest"),
            models.Index(fields=["fan", "-occurred_at", "-id"], name="earning_of_fan"),
            models.Index(fields=["user", "source", "-occurred_at", "-id"], name="earning_source"),
            models.Index(fields=["user", "platform", "-occurred_at", "-id"], name="earning_platform"),
            models.Index(fields=["user", "currency", "-occurred_at", "-id"], name="earning_currency"),
            models.Index(
                fields=["user", "content_id", "-occurred_at"],
                condition=Q(content_id__isnull=False),
                name="earning_content",
            ),
            models.Index(fields=["statement", "id"], name="earning_statement"),
        ]
        triggers = [append_only.trigger(forgets=["fan_id"], is_deletable=True)]

    def __str__(self) -> str:
        return f"{self.kind} {self.net_minor} {self.currency}"
