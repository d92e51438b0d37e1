"""What was found in a text before it could be published, and what operators said when its creator objected."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ai_routing.models import work
from billing.models import Reservation
from content.models.keys import OwnedQuerySet, uuid_key
from content.models.texts import Content


class Review(models.Model):
    """A judgement of what a content says, under the SHA-256 of what was judged.

    `findings` is a list of {"rule", "severity", "excerpt", "by"}: what was found, how bad it is (warn or block), where,
    and by whom (`rules` or the model's name); what a model found carries its "reason" too.
    """

    class Model(models.TextChoices):
        """What the model's part of the judgement has come to."""

        NOT_ASKED = "not_asked", _("Not asked")
        UNDER_WAY = "under_way", _("Under way")
        JUDGED = "judged", _("Judged")
        AWAY = "away", _("Not available: the rules decided")

    class Verdict(models.TextChoices):
        CLEAR = "clear", _("Nothing found")
        WARNED = "warned", _("Worth a second look")
        BLOCKED = "blocked", _("Not to be published")

    class Decision(models.TextChoices):
        UPHELD = "upheld", _("Stays blocked")
        OVERTURNED = "overturned", _("May be published")

    id = uuid_key()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reviews", verbose_name=_("user")
    )
    content = models.ForeignKey(Content, on_delete=models.CASCADE, related_name="reviews", verbose_name=_("content"))
    text_sha256 = models.BinaryField(max_length=32)
    # What was judged. Operators see it where its creator objects, and nowhere else.
    text = models.TextField(_("text"), default="", db_default="", blank=True)
    channels = models.JSONField(_("channels"), default=list, db_default=[], blank=True)
    model_state = models.CharField(
        _("the model's part"), max_length=16, choices=Model, default=Model.NOT_ASKED, db_default=Model.NOT_ASKED
    )
    verdict = models.CharField(_("verdict"), max_length=16, choices=Verdict)
    findings = models.JSONField(_("findings"), default=list, blank=True)
    created_at = models.DateTimeField(_("created"))
    # The creator has read the warnings and goes on.
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True)
    appeal = models.TextField(_("appeal"), max_length=2_000, blank=True)
    appealed_at = models.DateTimeField(_("appealed"), null=True)
    decision = models.CharField(_("decision"), max_length=16, choices=Decision, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    note = models.TextField(_("note"), max_length=2_000, blank=True)
    mailed_at = models.DateTimeField(_("mailed"), null=True)

    objects = OwnedQuerySet["Review"].as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [
            models.UniqueConstraint(fields=["content", "text_sha256"], name="review_once_per_text"),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None) | (~Q(decision="") & Q(decided_at__isnull=False)),
                name="review_decision_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["appealed_at", "id"], name="review_appealed"),
            models.Index(
                fields=["appealed_at"], condition=Q(appealed_at__isnull=False, decision=""), name="review_queue"
            ),
            models.Index(
                fields=["decided_at"],
                condition=Q(decided_at__isnull=False, mailed_at=None),
                name="review_unmailed",
            ),
            models.Index(fields=["user", "-id"], name="review_user_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.content_id} {self.verdict}"


class JudgementQuerySet(work.WorkQuerySet["Judgement"]):
    pass


class Judgement(work.Work):
    """A model reads the text of a review as well: the unit of work of a worker. On us: it takes no credit."""

    id = uuid_key()
    review = models.OneToOneField(Review, on_delete=models.CASCADE, related_name="judgement", verbose_name=_("review"))
    reservation = models.OneToOneField(
        Reservation, on_delete=models.RESTRICT, related_name="+", verbose_name=_("reservation")
    )
    decision = models.JSONField(_("routing decision"))
    created_at = models.DateTimeField(_("created"))

    objects = JudgementQuerySet.as_manager()

    class Meta:
        verbose_name = _("judgement of a model")
        verbose_name_plural = _("judgements of models")
        constraints = work.constraints("judgement")
        indexes = work.indexes("judgement")

    def __str__(self) -> str:
        return f"{self.review_id} {self.status}"
