"""What a run may do once the creator says yes: effects that the apps which own the rows register at start-up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.utils.functional import Promise

from ai_routing.models import Run

Payload = dict[str, Any]


class UnknownEffect(LookupError):
    """No app has registered an effect of this name."""


class ProposalForm(forms.Form):
    """What the creator may change before saying yes. Its data is JSON on both ends of a run: `opened` and `payload`."""

    @classmethod
    def opened(cls, payload: Payload) -> dict[str, Any]:
        """Return what the form begins with."""
        return payload

    def payload(self) -> Payload:
        """Return the valid form as it is carried out."""
        return self.cleaned_data


@dataclass(frozen=True, slots=True)
class Made:
    """What an effect made: the row's reference, such as "post:0199…", and in the creator's language what it had to leave
    undone, such as giving a post its time while something is still missing."""

    ref: str
    held_back: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """`carry_out` takes the run, the payload, whether it was edited, and the time, in the caller's transaction.

    It makes a row. Nothing is published or sent at that moment by an effect.
    """

    name: str
    title: str | Promise
    form: type[ProposalForm]
    carry_out: Callable[[Run, Payload, bool, datetime], Made]


EFFECTS: Final[dict[str, Effect]] = {}


def register(effect: Effect) -> None:
    """Offer an effect to the workflows; called from an app's `ready`, where it may be called again."""
    EFFECTS[effect.name] = effect


def named(name: str) -> Effect:
    """Return an effect. Raises UnknownEffect."""
    try:
        return EFFECTS[name]
    except KeyError:
        raise UnknownEffect(f"No effect is named {name!r}; there are {', '.join(sorted(EFFECTS))}") from None
