"""The AI team's work: a run of a workflow, its steps, and what it proposes to do."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ai_routing.models import work
from billing.models import Reservation


class RunQuerySet(models.QuerySet["Run"]):
    def for_user(self, user: User) -> RunQuerySet:
        return self.filter(user=user)


class Run(models.Model):
    """A creator's order to the AI team: one workflow, from the brief to what the creator approves."""

    class Status(models.TextChoices):
        RUNNING = "running", _("Working")
        AWAITING_APPROVAL = "awaiting_approval", _("Waiting for your yes")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    id = models.UUIDField(primary_key=True, db_default=Func(function="uuidv7"), editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="runs", verbose_name=_("user")
    )
    workflow = models.CharField(_("workflow"), max_length=32)
    title = models.CharField(_("title"), max_length=160)
    # What the creator filled in, by the workflow's own fields.
    brief = models.JSONField(_("brief"))
    language = models.CharField(_("language"), max_length=8, default="en")
    budget_credits = models.PositiveIntegerField(_("budget, credits"))
    status = models.CharField(_("status"), max_length=24, choices=Status, default=Status.RUNNING)
    error_code = models.CharField(_("error"), max_length=32, blank=True)
    created_at = models.DateTimeField(_("created"))
    cancel_requested_at = models.DateTimeField(_("cancel requested"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        constraints = [
            models.CheckConstraint(condition=Q(status="failed") ^ Q(error_code=""), name="run_failed_has_error"),
            models.CheckConstraint(
                condition=Q(status__in=["running", "awaiting_approval"], finished_at=None)
                | Q(status__in=["done", "failed", "cancelled"], finished_at__isnull=False),
                name="run_ended_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="run_user_newest"),
            models.Index(fields=["user", "created_at"], name="run_user_month"),
            models.Index(fields=["created_at"], condition=Q(status="running"), name="run_running"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def ended(self) -> bool:
        return self.finished_at is not None


class StepQuerySet(work.WorkQuerySet["Step"]):
    pass


class Step(work.Work):
    """One job of one agent in a run: the unit of work of a worker."""

    id = models.UUIDField(primary_key=True, db_default=Func(function="uuidv7"), editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="steps", verbose_name=_("run"))
    reservation = models.OneToOneField(
        Reservation, on_delete=models.RESTRICT, related_name="+", verbose_name=_("reservation")
    )
    # The stage of the workflow, and the number among those that it fanned out into.
    stage = models.CharField(_("stage"), max_length=32)
    index = models.PositiveSmallIntegerField(_("index"), default=0)
    agent = models.CharField(_("agent"), max_length=32)
    title = models.CharField(_("title"), max_length=160)
    inputs = models.JSONField(_("inputs"), default=dict)
    output = models.JSONField(_("output"), null=True)
    # References of the creator's own rows that the output cites: ["post:0199…"].
    sources = models.JSONField(_("sources"), default=list)
    decision = models.JSONField(_("routing decision"), default=dict)
    repairs = models.PositiveSmallIntegerField(_("repairs"), default=0)
    escalated = models.BooleanField(_("escalated"), default=False)
    created_at = models.DateTimeField(_("created"))

    objects = StepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [
            models.UniqueConstraint(fields=["run", "stage", "index"], name="step_unique"),
            models.CheckConstraint(condition=~Q(status="done") | Q(output__isnull=False), name="step_done_has_output"),
            *work.constraints("step"),
        ]
        indexes = work.indexes("step")

    def __str__(self) -> str:
        return f"{self.run_id} {self.stage} {self.index} {self.status}"


class Proposal(models.Model):
    """Something that a run wants to do, and does only when the creator says yes."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waiting for your yes")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")

    id = models.UUIDField(primary_key=True, db_default=Func(function="uuidv7"), editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="proposals", verbose_name=_("run"))
    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="proposals", verbose_name=_("step"))
    index = models.PositiveSmallIntegerField(_("index"))
    # Which registered effect carries it out, and with what.
    effect = models.CharField(_("effect"), max_length=32)
    payload = models.JSONField(_("payload"))
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.PROPOSED)
    decided_at = models.DateTimeField(_("decided"), null=True)
    # The row that the effect made: "post:0199…".
    result = models.CharField(_("result"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        constraints = [
            models.UniqueConstraint(fields=["run", "index"], name="proposal_unique"),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_at=None) | (~Q(state="proposed") & Q(decided_at__isnull=False)),
                name="proposal_decided_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} #{self.index} {self.state}"
