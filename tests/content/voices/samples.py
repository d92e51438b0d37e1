"""Texts of two made-up creators, and voices made of them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.models import User
from content import voices
from content.models import Voice

FRENCH = (
    "Coucou toi ! Ce soir, petit secret… Je te montre les coulisses 💋 Tu viens ? #coulisses",
    "Coucou toi ! J’ai pensé à ton message toute la journée. Petit secret entre nous : demain, 21 h. 💋",
    "Tu dors ? Moi non. Petit secret : la nouvelle série est prête 💋✨ #coulisses",
)
HARBOUR = (
    "Good morning. The light over the harbour was so soft today that I forgot the coffee on the stove, and by the time"
    " I remembered it the whole kitchen smelled of burnt toast and salt."
)
PLACES = (
    "You asked me how I choose the places for a set, and the honest answer is that I walk around for hours with no plan"
    " at all until something in the light makes me stop and look again."
)
ENGLISH = (HARBOUR, PLACES)


def voice(user: User, **fields: Any) -> Voice:
    """Return a stored voice of two French samples."""
    wording = {"name": "Soir", "language": "fr", "tone": "Complice.", **fields}
    texts = wording.pop("texts", list(FRENCH[:2]))
    return voices.create(user, voices.Wording(**wording), texts, now=timezone.now())
