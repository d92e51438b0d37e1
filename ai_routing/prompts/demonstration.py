"""Prompts for the demonstration model: one line of rules, and little of everything else.

It has 135 million parameters and a window of 2,048 tokens of its own, which are shorter than those counted here: the
limits leave room for that and for the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ai_routing import tokens
from ai_routing.prompts import fencing, fitting
from ai_routing.prompts.material import Material, as_lines
from ai_routing.prompts.voices import Voice
from ai_routing.providers.contract import Message
from ai_routing.routing import OutputLength

RULES: Final = {
    "writer": "You write social media posts. Answer with the post only.",
    "assistant": "You help a content creator. Answer in one short paragraph.",
    "analyst": "You explain a creator's figures. Use only the figures given.",
    "strategist": "You plan content for a creator. Answer with a short plan.",
    "guardian": "You check texts before they are published. Say what is risky and why.",
    "documenter": "You write clear documentation. Answer with the document only.",
    "editor": "You improve texts. Answer with the better text only.",
}
INPUT_TOKENS: Final = 900
HISTORY_TOKENS: Final = 700
MATERIAL_TOKENS: Final = 300
VOICE_TOKENS: Final = 60
OUTPUT_TOKENS: Final = 320
"""What a small model writes late is worse."""
TEMPERATURE: Final = 0.6


def version_of(family: str) -> str:
    return "demonstration.v1" if family == "writer" else f"demonstration.{family}.v1"


def rules(family: str, voice: Voice | None) -> Message:
    """Return the one system message, with a line of the voice."""
    if voice is None:
        return Message("system", RULES[family])
    return Message("system", f"{RULES[family]} Voice: {fitting.cut(fencing.one_line(voice.description), VOICE_TOKENS)}")


def post(*, language: str, platform: str, tone: str, length: OutputLength, brief: str) -> Message:
    where = "" if platform == "generic" else f" for {fencing.one_line(platform)}"
    manner = f" Tone: {fencing.one_line(tone)}." if tone else ""
    asked = f"Write a {length} post{where} in {language} about this:{manner}"
    return Message("user", f"{asked}\n{fencing.fenced(brief)}")


def question(*, language: str, tone: str, brief: str) -> Message:
    manner = f" Tone: {fencing.one_line(tone)}." if tone else ""
    return Message("user", f"Answer in {language}.{manner}\n{fencing.fenced(brief)}")


def conversation(
    *, language: str, history: Sequence[Message], material: Sequence[Material], query: str
) -> tuple[Message, ...]:
    """Return the newest turns that fit, then the question after a few lines of material."""
    lines = [f"Answer in {language}.", *as_lines(material, MATERIAL_TOKENS), fencing.fenced(query)]
    asked = Message("user", "\n".join(lines))
    left = min(HISTORY_TOKENS, INPUT_TOKENS - tokens.in_messages([asked]))
    return (*fitting.newest(history, left, between_marks=False), asked)


def step(*, language: str, instruction: str, goal: str, material: Sequence[Material], keys: Sequence[str]) -> Message:
    """Return a step of the AI team. `keys` are those of the JSON object it answers with; none means plain text."""
    form = f" Answer with JSON only, with the keys {', '.join(keys)}." if keys else ""
    lines = [
        f"Answer in {language}.{form} {fencing.one_line(instruction)}",
        *as_lines(material, MATERIAL_TOKENS),
        fencing.fenced(goal),
    ]
    return Message("user", "\n".join(lines))
