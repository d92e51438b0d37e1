"""What a creator is told when no answer came: the problem, that nothing was charged, and a way on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ai_routing.models import Turn
from ai_routing.prompts import softening


@dataclass(frozen=True, slots=True)
class Failure:
    status: int
    title: str | Promise
    detail: str | Promise


FAILURES: Final[dict[str, Failure]] = {
    "ai_unavailable": Failure(
        503,
        _("No model could answer"),
        _("Every model that may answer was tried, and none did. Nothing was charged. Ask again in a minute."),
    ),
    "content_blocked": Failure(
        422,
        _("The provider's content filter stopped this"),
        _("Nothing was charged. Ask it with other words, and leave out explicit detail."),
    ),
    "invalid_request": Failure(
        400,
        _("The question is too long for the model"),
        _("Nothing was charged. Shorten the question, or begin a new conversation."),
    ),
}


def problem(turn: Turn) -> dict[str, Any]:
    """Return the problem body (RFC 9457) of a turn that failed."""
    failure = FAILURES[turn.error_code]
    body: dict[str, Any] = {
        "type": f"urn:huntaze:problem:{turn.error_code}",
        "title": str(failure.title),
        "status": failure.status,
        "detail": str(failure.detail),
        "code": turn.error_code,
        "turn_id": str(turn.pk),
    }
    if turn.error_code == "content_blocked":
        body["filtered"] = {"where": turn.filtered.get("where"), "categories": turn.filtered.get("categories", [])}
        body["way_on"] = str(failure.detail)
        if (offer := gentler(turn)) is not None:
            body["safe_rewrite"] = offer.as_json()
    return body


def gentler(turn: Turn) -> softening.Softened | None:
    """Return the question in words that the filter may let pass; None when it was not refused, or there are none."""
    if turn.error_code != "content_blocked":
        return None
    found = softening.soften(
        turn.question, language=turn.conversation.language, categories=turn.filtered.get("categories", [])
    )
    return found if found.changes else None
