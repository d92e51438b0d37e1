"""The voice that the team writes in: registered at start-up by the app that keeps the creators' voices.

A step holds the name of a voice at a version, not its words: what a creator deletes from a voice is gone from runs too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from accounts.models import User
from ai_routing.prompts.voices import Voice

Current = Callable[[User], Voice | None]
Spoken = Callable[[User, str, int], Voice | None]

SPEAKERS: Final = frozenset({"writer", "editor"})
"""The agents whose words are the creator's in the end."""

PROVIDERS: Final[list[tuple[Current, Spoken]]] = []


def register(current: Current, spoken: Spoken) -> None:
    """Offer the creators' voices: the one that a creator uses now, and one by its id and version."""
    PROVIDERS[:] = [(current, spoken)]


def reference(user: User, agent: str) -> dict[str, str | int]:
    """Return what a step keeps of the voice that its agent writes in; empty for one without."""
    if agent not in SPEAKERS or not PROVIDERS:
        return {}
    voice = PROVIDERS[0][0](user)
    return {"id": voice.id, "version": voice.version} if voice else {}


def named(user: User, kept: dict[str, str | int] | None) -> Voice | None:
    """Return the voice that a step was given; None when it had none, or when it was deleted since."""
    if not kept or not PROVIDERS:
        return None
    return PROVIDERS[0][1](user, str(kept["id"]), int(kept["version"]))
