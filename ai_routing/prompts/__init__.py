"""What the models are sent: static prefixes by family, the creator's voice, and fenced words of everybody else."""

from ai_routing.prompts.building import (
    LANGUAGE_NAMES,
    UNTOLD,
    VERBATIM,
    Prompt,
    Tail,
    build,
    for_agent,
    for_conversation,
    seeing,
    verbatim,
)
from ai_routing.prompts.families import family_of
from ai_routing.prompts.material import Material
from ai_routing.prompts.voices import Voice
from ai_routing.providers.contract import Message

__all__ = [
    "LANGUAGE_NAMES",
    "UNTOLD",
    "VERBATIM",
    "Material",
    "Message",
    "Prompt",
    "Tail",
    "Voice",
    "build",
    "family_of",
    "for_agent",
    "for_conversation",
    "seeing",
    "verbatim",
]
