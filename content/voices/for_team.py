"""The creator's voice for the AI team, whose writer and editor write in it."""

from __future__ import annotations

from accounts.models import User
from ai_routing.prompts.voices import Voice
from ai_routing.team import voice
from content.voices import speaking


def register() -> None:
    voice.register(current, spoken)


def current(user: User) -> Voice | None:
    used = speaking.default(user)
    return speaking.as_prompt(used) if used else None


def spoken(user: User, voice_id: str, version: int) -> Voice | None:
    found = speaking.find(user, voice_id)
    return speaking.at(found, version) if found else None
