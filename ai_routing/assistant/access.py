"""The only way to a conversation: by id, for its owner. Anybody else's does not exist."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404

from accounts.models import User
from ai_routing.models import Conversation, Turn


def conversation(user: User, conversation_id: UUID) -> Conversation:
    """Return the user's conversation. Raises Http404."""
    return get_object_or_404(Conversation.objects.for_user(user), pk=conversation_id)


def turn(user: User, turn_id: UUID) -> Turn:
    """Return a turn of one of the user's conversations, with that conversation and its user. Raises Http404."""
    return get_object_or_404(
        Turn.objects.select_related("conversation__user").filter(conversation__user=user), pk=turn_id
    )
