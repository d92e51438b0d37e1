"""What a creator is told when no text came: the problem, that nothing was charged, and a way on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ai_routing.prompts import softening
from content.models import Generation


class GenerationFailed(Exception):
    """A generation ended without text; `problem` says why."""

    def __init__(self, generation: Generation) -> None:
        super().__init__(generation.error_code)
        self.generation = generation


@dataclass(frozen=True, slots=True)
class Failure:
    status: int
    title: str | Promise
    detail: str | Promise


FAILURES: Final[dict[str, Failure]] = {
    "ai_unavailable": Failure(
        503,
        _("No model could answer"),
        _("Every model that may write this was tried, and none answered. Nothing was charged. Try again in a minute."),
    ),
    "content_blocked": Failure(
        422,
        _("The provider's content filter stopped this"),
        _("Nothing was charged. Say it with other words: hint instead of describing, and leave out explicit detail."),
    ),
    "voice_not_kept": Failure(
        422,
        _("The text would have said what your voice never says"),
        _(
            "Every model that was asked used a word of your never-say list, so none of it is shown. Nothing was charged."
            " Write again, or take the word off the list."
        ),
    ),
    "invalid_request": Failure(
        400,
        _("The brief is too long for the model"),
        _("Nothing was charged. Shorten the brief and try again."),
    ),
}


def problem(generation: Generation) -> dict[str, Any]:
    """Return the problem body (RFC 9457) of a failed generation."""
    failure = FAILURES[generation.error_code]
    body: dict[str, Any] = {
        "type": f"urn:huntaze:problem:{generation.error_code}",
        "title": str(failure.title),
        "status": failure.status,
        "detail": str(failure.detail),
        "code": generation.error_code,
        "generation_id": str(generation.pk),
    }
    if generation.error_code == "content_blocked":
        filtered = what_was_filtered(generation)
        body["filtered"] = {"where": filtered.get("where"), "categories": filtered.get("categories", [])}
        body["way_on"] = str(failure.detail)
        if (softer := gentler(generation)) is not None:
            body["safe_rewrite"] = softer.as_json()
    return body


def what_was_filtered(generation: Generation) -> dict[str, Any]:
    """Return where the filter found something, and the categories; empty when no version was filtered."""
    return next((variant.filtered for variant in generation.variants.all() if variant.filtered), {})


def gentler(generation: Generation) -> softening.Softened | None:
    """Return the brief in words that a filter lets pass, to be offered; None where there are none."""
    if generation.error_code != "content_blocked":
        return None
    categories = what_was_filtered(generation).get("categories", [])
    softer = softening.soften(generation.prompt, language=generation.language, categories=categories)
    return softer if softer.changes else None
