"""Conversations of a creator with the in-app assistant."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ai_routing.models import work
from billing.models import Reservation


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def for_user(self, user: User) -> ConversationQuerySet:
        return self.filter(user=user)


class Conversation(models.Model):
    """Questions and answers that belong together; kept until the creator deletes them."""

    id = models.UUIDField(primary_key=True, db_default=Func(function="uuidv7"), editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="conversations", verbose_name=_("user")
    )
    title = models.CharField(_("title"), max_length=160)
    language = models.CharField(_("language"), max_length=8, default="en")
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("changed"))

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        indexes = [models.Index(fields=["user", "-updated_at", "-id"], name="conversation_user_newest")]

    def __str__(self) -> str:
        return self.title


class TurnQuerySet(work.WorkQuerySet["Turn"]):
    pass


class Turn(work.Work):
    """A question of the creator and the assistant's answer to it: the unit of work of a worker."""

    id = models.UUIDField(primary_key=True, db_default=Func(function="uuidv7"), editable=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="turns", verbose_name=_("conversation")
    )
    reservation = models.OneToOneField(
        Reservation, on_delete=models.RESTRICT, related_name="+", verbose_name=_("reservation")
    )
    index = models.PositiveIntegerField(_("index"))
    question = models.TextField(_("question"), max_length=4_000)
    answer = models.TextField(_("answer"), blank=True)
    # References, among those of `material`, that the answer cites: ["post:0199…"].
    sources = models.JSONField(_("sources"), default=list)
    # What the tools told at the time of the question: [{"ref": …, "title": …, "text": …}].
    material = models.JSONField(_("material"), default=list)
    decision = models.JSONField(_("routing decision"))
    created_at = models.DateTimeField(_("created"))

    objects = TurnQuerySet.as_manager()

    class Meta:
        verbose_name = _("turn")
        verbose_name_plural = _("turns")
        constraints = [
            models.UniqueConstraint(fields=["conversation", "index"], name="turn_unique"),
            # One answer at a time: the next question builds on it.
            models.UniqueConstraint(
                fields=["conversation"], condition=Q(status__in=work.UNDER_WAY), name="turn_one_under_way"
            ),
            models.CheckConstraint(condition=~Q(status="done") | ~Q(answer=""), name="turn_done_has_text"),
            *work.constraints("turn"),
        ]
        indexes = work.indexes("turn")

    def __str__(self) -> str:
        return f"{self.conversation_id} #{self.index} {self.status}"
