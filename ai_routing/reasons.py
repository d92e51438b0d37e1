"""Why a model was chosen, and what weighed in it, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from ai_routing.jobs import Route
from ai_routing.routing import Rule, TaskType

TASKS: Final[Mapping[str, StrOrPromise]] = {
    TaskType.MARKETING_TEMPLATE.value: gettext_lazy("Post or caption"),
    TaskType.CHATBOT.value: gettext_lazy("Reply"),
    TaskType.STRATEGY.value: gettext_lazy("Strategy"),
    TaskType.BASIC_ANALYTICS.value: gettext_lazy("Simple analysis"),
    TaskType.ADVANCED_ANALYTICS.value: gettext_lazy("Deep analysis"),
    TaskType.SENTIMENT_SIMPLE.value: gettext_lazy("Mood of a text"),
    TaskType.MODERATION.value: gettext_lazy("Moderation"),
    TaskType.DOCUMENTATION.value: gettext_lazy("Documentation"),
    TaskType.CODE.value: gettext_lazy("Code"),
    TaskType.COMPLIANCE.value: gettext_lazy("Compliance"),
    TaskType.LEGAL.value: gettext_lazy("Legal"),
}
"""What creators call the task types, in the order in which they are offered."""

SHAPES: Final[Mapping[str, StrOrPromise]] = {
    "the number of words": gettext_lazy("the number of words"),
    "its numbers": gettext_lazy("its numbers"),
    "commas and colons": gettext_lazy("commas and colons"),
    "its questions": gettext_lazy("its questions"),
    "a list": gettext_lazy("a list"),
    "quoted text": gettext_lazy("quoted text"),
    "what is at stake": gettext_lazy("what is at stake"),
}
"""What the analysis calls the features that are no words of the brief."""


def reason(route: Route) -> str:
    """Return why this model wrote it, as a sentence."""
    match route.rule:
        case Rule.CRITICAL:
            return _("Marked critical: the premium model writes it.")
        case Rule.SENSITIVE_TASK:
            return _("A legal or compliance text: the premium model writes these, however simple they look.")
        case Rule.COMPLEX:
            return _("Complexity %(complexity)s of 10: it needs the premium model.") % {"complexity": route.complexity}
        case Rule.OVERRIDE:
            return _("Huntaze sends every text of this kind to this model for now.")
        case Rule.CAPABLE:
            return _("It asks for more than the economy model can take in: the premium model writes it.")
        case Rule.PINNED:
            return _("The request names this model.")
        case Rule.ORDINARY | str():
            return _("Complexity %(complexity)s of 10, nothing critical: the economy model writes it as well.") % {
                "complexity": route.complexity
            }


def contributions(route: Route) -> tuple[tuple[str, float], ...]:
    """Return what weighed most in the estimate, each with its points of complexity."""
    return tuple((feature(name), points) for name, points in route.contributions)


def feature(name: str) -> str:
    """Return what weighed in an estimate; words of the brief, which come in quotes, stand as they are."""
    known = TASKS.get(name.replace(" ", "_")) or SHAPES.get(name)
    return name if known is None else str(known)
