"""What a creator is told when a run or one of its steps came to nothing: why, and a way on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Failure:
    title: str | Promise
    detail: str | Promise


FAILURES: Final[dict[str, Failure]] = {
    "budget_exhausted": Failure(
        _("The run's budget does not cover the next step"),
        _("What was made so far stays below. Start again with a larger budget, or ask for fewer texts."),
    ),
    "quota_exhausted": Failure(
        _("Not enough credits"),
        _("What was made so far stays below. You can start again when your credits are renewed."),
    ),
    "plan_required": Failure(
        _("The premium share of your plan is used up"),
        _("A step needed the premium model. What was made so far stays below."),
    ),
    "campaign_limit": Failure(
        _("The campaigns of your plan are used up for this month"),
        _("A larger plan includes more."),
    ),
    "read_only": Failure(
        _("The account is read-only"),
        _("The last payment failed. What was made so far stays below. Pay the open invoice, and you can start again."),
    ),
    "ai_unavailable": Failure(
        _("No model could answer"),
        _("Every model that may do this was tried. The step that failed was not charged. Try again in a minute."),
    ),
    "content_blocked": Failure(
        _("The provider's content filter stopped this"),
        _("It was not charged. Say it with other words: hint instead of describing, and leave out explicit detail."),
    ),
    "invalid_request": Failure(
        _("There is more to read than the model can hold"),
        _("It was not charged. Shorten the brief, or ask for fewer texts."),
    ),
    "bad_answer": Failure(
        _("The answer was not usable"),
        _(
            "It was asked for again, then of a stronger model, and still did not have the right form. It was not charged."
        ),
    ),
}
