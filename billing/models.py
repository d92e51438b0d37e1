"""Who subscribes to which plan; what may be spent on AI in a month or a day, and what is set aside for calls under way."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Tier
from billing.webhook_model import WebhookEvent as WebhookEvent


class QuotaPeriod(models.Model):
    """A creator's credits for one calendar month (UTC). `used + reserved` never passes `credit_limit` by a reservation.

    A limit may later be lowered below what is used; then nothing more can be reserved until the period ends.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="quota_periods", verbose_name=_("user")
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    plan = models.CharField(_("plan"), max_length=16)
    credit_limit = models.PositiveIntegerField(_("credits"))
    premium_limit = models.PositiveIntegerField(_("premium credits"))
    reserved = models.PositiveIntegerField(_("reserved"), default=0)
    used = models.PositiveIntegerField(_("used"), default=0)
    premium_reserved = models.PositiveIntegerField(_("premium reserved"), default=0)
    premium_used = models.PositiveIntegerField(_("premium used"), default=0)

    class Meta:
        verbose_name = _("quota period")
        verbose_name_plural = _("quota periods")
        constraints = [
            models.UniqueConstraint(fields=["user", "starts_at"], name="quota_period_unique"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="quota_period_ends_after_start"),
            models.CheckConstraint(condition=Q(premium_used__lte=F("used")), name="quota_premium_used_within_used"),
            models.CheckConstraint(
                condition=Q(premium_reserved__lte=F("reserved")), name="quota_premium_reserved_within_reserved"
            ),
        ]

        # By which the sweep for used-up credits finds the months under way. No counter is in an index of this table:
        # PostgreSQL would have to write them all with every text that is settled.
        indexes = [models.Index(fields=["ends_at"], name="quota_period_ends_at")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.starts_at:%Y-%m}"


class ReservationQuerySet(models.QuerySet["Reservation"]):
    def open(self) -> ReservationQuerySet:
        return self.filter(state=Reservation.State.RESERVED)

    def expired(self, now: datetime) -> ReservationQuerySet:
        return self.open().filter(expires_at__lte=now)


class Reservation(models.Model):
    """Credits and money set aside for one completion, at the worst case, before any provider is called.

    Credits are what the creator pays, money is what we pay.
    """

    class State(models.TextChoices):
        RESERVED = "reserved", _("Reserved")
        SETTLED = "settled", _("Settled")
        RELEASED = "released", _("Released")

    period = models.ForeignKey(
        QuotaPeriod, on_delete=models.CASCADE, related_name="reservations", verbose_name=_("quota period")
    )
    credits = models.PositiveIntegerField(_("credits reserved"))
    premium = models.BooleanField(_("premium"), default=False)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.RESERVED)
    charged = models.PositiveIntegerField(_("credits charged"), default=0)
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("expires"))
    closed_at = models.DateTimeField(_("closed"), null=True)
    # These have defaults in the database too: a process of the version before inserts rows without them.
    cost_micro_usd = models.DecimalField(
        _("micro-USD reserved"), max_digits=18, decimal_places=6, default=0, db_default=0
    )
    charged_micro_usd = models.DecimalField(
        _("micro-USD spent"), max_digits=18, decimal_places=6, default=0, db_default=0
    )
    # Which periods it drew from is decided once, so that what is given back goes to the same, whatever happens to
    # budgets meanwhile. An array, since it is written and read with its row and never on its own.
    budget_period_ids = ArrayField(
        models.BigIntegerField(), verbose_name=_("budget periods"), default=list, db_default=[], blank=True
    )

    objects = ReservationQuerySet.as_manager()

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        constraints = [
            models.CheckConstraint(condition=Q(charged__lte=F("credits")), name="reservation_charged_within_credits"),
            models.CheckConstraint(
                condition=Q(state="reserved", closed_at=None) | (~Q(state="reserved") & Q(closed_at__isnull=False)),
                name="reservation_closed_has_time",
            ),
            models.CheckConstraint(condition=Q(state="settled") | Q(charged=0), name="reservation_charged_if_settled"),
            # More than was reserved may be spent: an escalation is on us, and its cost is real.
            models.CheckConstraint(
                condition=Q(cost_micro_usd__gte=0)
                & (Q(charged_micro_usd=0) | Q(state="settled", charged_micro_usd__gt=0)),
                name="reservation_spent_if_settled",
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(state="reserved"), name="reservation_open_expires_at"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state} {self.credits}"


class Budget(models.Model):
    """The most that may really be spent on models in a day or a month (UTC): for a user, a plan, or the whole platform.

    It holds for what is reserved after it was made; what was spent before is not counted. 0 stops all that costs.
    """

    class Scope(models.TextChoices):
        USER = "user", _("User")
        PLAN = "plan", _("Plan")
        PLATFORM = "platform", _("Platform")

    class Period(models.TextChoices):
        DAY = "day", _("Day")
        MONTH = "month", _("Month")

    scope = models.CharField(_("scope"), max_length=8, choices=Scope)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="budgets",
        verbose_name=_("user"),
        null=True,
        blank=True,
    )
    plan = models.CharField(_("plan"), max_length=16, choices=Tier, default="", blank=True)
    period = models.CharField(_("period"), max_length=8, choices=Period)
    limit_micro_usd = models.DecimalField(
        _("limit in micro-USD"), max_digits=18, decimal_places=6, help_text=_("1,000,000 micro-USD are one US dollar.")
    )
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "user", "plan", "period"],
                nulls_distinct=False,
                name="budget_unique",
                violation_error_message=_("There is such a budget already: change that one."),
            ),
            models.CheckConstraint(
                condition=Q(scope="user", user__isnull=False, plan="")
                | Q(scope="plan", user=None, plan__in=Tier.values)
                | Q(scope="platform", user=None, plan=""),
                name="budget_subject_fits_scope",
                violation_error_message=_("Give a user, or a plan, or for the platform neither."),
            ),
            models.CheckConstraint(condition=Q(period__in=["day", "month"]), name="budget_period_known"),
            models.CheckConstraint(
                condition=Q(limit_micro_usd__gte=0),
                name="budget_limit_not_negative",
                violation_error_message=_("A limit cannot be below 0."),
            ),
        ]

    def __str__(self) -> str:
        subject = self.plan or self.user_id or ""
        return f"{self.scope} {subject} {self.period}".replace("  ", " ")


class BudgetPeriod(models.Model):
    """What a budget's day or month has seen so far, in micro-USD.

    A reservation never makes `spent + reserved` pass the limit; `spent` alone may pass it when a call came out dearer.
    """

    budget = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="periods", verbose_name=_("budget"))
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    spent_micro_usd = models.DecimalField(_("micro-USD spent"), max_digits=18, decimal_places=6, default=0)
    reserved_micro_usd = models.DecimalField(_("micro-USD reserved"), max_digits=18, decimal_places=6, default=0)

    class Meta:
        verbose_name = _("budget period")
        verbose_name_plural = _("budget periods")
        constraints = [
            models.UniqueConstraint(fields=["budget", "starts_at"], name="budget_period_unique"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="budget_period_ends_after_start"),
            models.CheckConstraint(
                condition=Q(spent_micro_usd__gte=0, reserved_micro_usd__gte=0), name="budget_period_counters"
            ),
        ]
        indexes = [models.Index(fields=["ends_at"], name="budget_period_ends_at")]

    def __str__(self) -> str:
        return f"{self.budget_id} {self.starts_at:%Y-%m-%d}"


class BudgetAlert(models.Model):
    """That so much of a budget was spent in a period; noticed once, and mailed until everybody has it."""

    budget_period = models.ForeignKey(
        BudgetPeriod, on_delete=models.CASCADE, related_name="alerts", verbose_name=_("budget period")
    )
    percent = models.PositiveSmallIntegerField(_("percent"))
    created_at = models.DateTimeField(_("created"))
    mailed_at = models.DateTimeField(_("mailed"), null=True)
    # Set while a task is mailing it, so that no other does; no row stays locked while a mail server is talked to.
    claimed_at = models.DateTimeField(_("claimed"), null=True)
    # Only while somebody is still to be written to: who has it must not get it again with each further try.
    mailed_to = ArrayField(models.EmailField(), verbose_name=_("mailed to"), default=list, blank=True)

    class Meta:
        verbose_name = _("budget alert")
        verbose_name_plural = _("budget alerts")
        constraints = [
            models.UniqueConstraint(fields=["budget_period", "percent"], name="budget_alert_unique"),
            models.CheckConstraint(condition=Q(percent__in=[80, 95]), name="budget_alert_percent_known"),
        ]
        indexes = [models.Index(fields=["created_at"], condition=Q(mailed_at=None), name="budget_alert_to_mail")]

    def __str__(self) -> str:
        return f"{self.budget_period_id} {self.percent}"


PAYING: Final = Q(status__in=["active", "past_due"], is_collecting=True, access="full")
"""The subscriptions that count as revenue: neither on trial, nor paused, nor owing for longer than the grace."""


class Subscription(models.Model):
    """The subscription that decides what its owner may do: the newest that counts, as the payment provider last told it.

    `billing.subscriptions` writes it, together with the owner's tier; nobody else does.
    """

    class Access(models.TextChoices):
        FULL = "full", _("Full")
        READ_ONLY = "read_only", _("Read-only")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="subscription", verbose_name=_("user")
    )
    stripe_id = models.CharField(_("Stripe id"), max_length=255, unique=True)
    # No choices: a provider may have a new word before we do.
    status = models.CharField(_("status"), max_length=32, db_index=True)
    plan = models.CharField(_("plan"), max_length=16, choices=Tier)
    interval = models.CharField(_("interval"), max_length=8)
    currency = models.CharField(_("currency"), max_length=3)
    # What a year of it comes to, in minor units, less the discounts that last; null while nobody has told.
    yearly_minor = models.BigIntegerField(_("a year of it, in minor units"), null=True)
    # What follows from the subscription alone; with a plan that was given, the account may have more.
    access = models.CharField(_("access"), max_length=16, choices=Access, default=Access.FULL)
    period_ends_at = models.DateTimeField(_("period ends"))
    trial_ends_at = models.DateTimeField(_("trial ends"), null=True)
    ends_at = models.DateTimeField(_("ends"), null=True)
    unpaid_since = models.DateTimeField(_("unpaid since"), null=True)
    # In minor units, of the invoice that `unpaid_since` is about; None where nothing is owed, or it is not known.
    owed = models.PositiveBigIntegerField(_("owed"), null=True)
    is_collecting = models.BooleanField(_("collecting"), default=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"))

    class Meta:
        db_table = "subscriptions"
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.CheckConstraint(condition=Q(plan__in=Tier.values), name="subscription_plan_known"),
            models.CheckConstraint(condition=Q(access__in=["full", "read_only"]), name="subscription_access_known"),
        ]
        indexes = [
            models.Index(fields=["plan"], name="subscription_plan"),
            models.Index(fields=["currency"], name="subscription_currency"),
            models.Index(
                fields=["currency", "plan", "interval"],
                include=["yearly_minor", "status", "ends_at"],
                condition=PAYING,
                name="subscription_paying",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.plan} {self.status}"

    @property
    def counted_minor(self) -> int:
        """What a year of it comes to, if it counts as revenue (as in `PAYING`); 0 otherwise, and while nobody has told."""
        is_paying = self.status in {"active", "past_due"} and self.is_collecting and self.access == self.Access.FULL
        return (self.yearly_minor or 0) if is_paying else 0


class Comp(models.Model):
    """A plan that an operator gave, and nobody pays for: until the end of a day (UTC), or for good. See `billing.comps`."""

    class Ending(models.TextChoices):
        RAN_OUT = "ran_out", _("Ran out")
        TAKEN_BACK = "taken_back", _("Taken back")
        REPLACED = "replaced", _("Replaced by another")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="comps", verbose_name=_("user")
    )
    plan = models.CharField(_("plan"), max_length=16, choices=[one for one in Tier.choices if one[0] != Tier.FREE])
    last_day = models.DateField(
        _("last day"),
        null=True,
        blank=True,
        help_text=_("Until the end of that day (UTC). Empty: until it is taken back."),
    )
    reason = models.CharField(
        _("reason"),
        max_length=500,
        help_text=_("For operators, and in the copy of all data that the person may ask for."),
    )
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True, verbose_name=_("given by")
    )
    created_at = models.DateTimeField(_("given"), default=timezone.now, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    ending = models.CharField(_("how it ended"), max_length=16, choices=Ending, blank=True, default="", editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        editable=False,
        verbose_name=_("ended by"),
    )

    class Meta:
        verbose_name = _("given plan")
        verbose_name_plural = _("given plans")
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(ended_at=None), name="comp_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(plan__in=[one for one in Tier.values if one != Tier.FREE]), name="comp_plan_known"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="comp_has_reason"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ending="")
                | Q(ended_at__isnull=False, ending__in=["ran_out", "taken_back", "replaced"]),
                name="comp_ending_fits",
            ),
        ]
        indexes = [models.Index(fields=["last_day"], condition=Q(ended_at=None), name="comp_running_last_day")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.plan}"


class BillingLetter(models.Model):
    """A mail about a plan or its credits, of each kind one about the same thing; `billing.letters` has the words."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="billing_letters", verbose_name=_("user")
    )
    kind = models.CharField(_("kind"), max_length=16)
    about = models.CharField(_("about"), max_length=255)
    data = models.JSONField(_("data"))
    created_at = models.DateTimeField(_("created"))
    mailed_at = models.DateTimeField(_("mailed"), null=True)
    # Set while a task is mailing it, so that no other does; no row stays locked while a mail server is talked to.
    claimed_at = models.DateTimeField(_("claimed"), null=True)

    class Meta:
        verbose_name = _("billing letter")
        verbose_name_plural = _("billing letters")
        constraints = [models.UniqueConstraint(fields=["user", "kind", "about"], name="billing_letter_once")]
        indexes = [models.Index(fields=["created_at"], condition=Q(mailed_at=None), name="billing_letter_to_mail")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.about}"
