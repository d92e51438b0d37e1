"""What models are asked for, and what came of it."""

from __future__ import annotations

from typing import Final

from analytics.event_types.declaration import EventType
from analytics.event_types.kinds import FLAG, ID, USD, listing, text, whole
from analytics.event_types.payments import PLAN

STATUS: Final = text("done", "failed", "stopped")
ORIGINS: Final = ("human", "ai_assisted", "ai_generated")
TASK: Final = text(most=32)
NAME: Final = text(most=64)
REVIEW: Final = {"review_id": ID, "content_id": ID}
VOICE_CHANGES: Final = {
    "created": "A brand voice was made.",
    "changed": "A brand voice was changed.",
    "learned": "A brand voice was learned from texts.",
    "deleted": "A brand voice was put into the bin.",
    "restored": "A brand voice was taken back out of the bin.",
}

TYPES: Final = (
    EventType(
        "generation.requested",
        "Texts were asked for.",
        by="content.generation",
        fields={
            "generation_id": ID,
            "task_type": TASK,
            "variants": whole(least=1),
            "plan": PLAN,
            "credits_reserved": whole(),
        },
    ),
    EventType(
        "generation.finished",
        "All texts that were asked for together have ended.",
        by="content.ending",
        fields={"generation_id": ID, "status": STATUS, "content_id": ID.or_none(), "plan": PLAN},
    ),
    EventType(
        "draft.used",
        "The creator put a version that a model wrote into a post.",
        by="content.history.saving",
        fields={
            "content_id": ID,
            "generation_id": ID,
            "variant_id": ID,
            "how": text("inserted", "replaced"),
        },
    ),
    EventType(
        "draft.edited",
        "The creator changed a text that was a model's alone until then.",
        by="content.history.saving",
        fields={"content_id": ID, "origin": text(*ORIGINS)},
    ),
    EventType(
        "proposal.decided",
        "The creator said yes or no to something that the AI team proposed.",
        by="ai_routing.team.approval",
        fields={"run_id": ID, "proposal_id": ID, "effect": NAME, "decision": text("approved", "rejected")},
    ),
    EventType(
        "ai.completion",
        "A model was asked, whatever came of it: one for each request, with all its attempts.",
        by="ai_routing.ledger",
        fields={
            "purpose": NAME,
            "reference": ID,
            "task_type": TASK,
            "tier": text(most=16),
            "model": NAME,
            "outcome": text(most=24),
            "cache": text("none", "exact", "semantic"),
            "escalated": FLAG,
            "attempts": whole(),
            "input_tokens": whole(),
            "cached_tokens": whole(),
            "output_tokens": whole(),
            "cost_micro_usd": USD.or_none(),
            "baseline_micro_usd": USD.or_none(),
            "credits": whole(),
            "plan": PLAN,
        },
    ),
    EventType(
        "ai.repriced",
        "A call is priced anew: the amounts are what was missing, and below 0 what was too much.",
        by="ai_routing.reprice",
        fields={
            "reference": ID,
            "model": NAME,
            "task_type": TASK,
            "plan": PLAN,
            "cost_micro_usd": USD,
            "baseline_micro_usd": USD,
        },
    ),
    EventType(
        "assistant.asked",
        "The assistant was asked something.",
        by="ai_routing.assistant.asking",
        fields={
            "conversation_id": ID,
            "turn_id": ID,
            "number": whole(least=1),
            "pieces": whole(),
            "plan": PLAN,
            "credits_reserved": whole(),
        },
    ),
    EventType(
        "assistant.answered",
        "An answer of the assistant has ended.",
        by="ai_routing.assistant.ending",
        fields={"conversation_id": ID, "turn_id": ID, "status": STATUS, "cited": whole(), "plan": PLAN},
    ),
    EventType(
        "team.run_started",
        "The AI team began with something.",
        by="ai_routing.team.runs",
        fields={"run_id": ID, "workflow": NAME, "budget_credits": whole(), "plan": PLAN},
    ),
    EventType(
        "team.run_finished",
        "The AI team has ended with something.",
        by="ai_routing.team.stages",
        fields={
            "run_id": ID,
            "workflow": NAME,
            "status": text("done", "failed", "cancelled"),
            "error_code": NAME,
            "credits": whole(),
        },
    ),
    *(
        EventType(f"voice.{what}", meaning, by="content.voices", fields={"voice_id": ID, "version": whole()})
        for what, meaning in VOICE_CHANGES.items()
    ),
    EventType(
        "voice.learning_set",
        "Learning from accepted texts was switched on or off.",
        by="content.voices",
        fields={"voice_id": ID, "learns": FLAG},
    ),
    EventType(
        "review.judged",
        "A text was held against the rules of moderation.",
        by="content.moderation",
        fields={
            **REVIEW,
            "verdict": text("clear", "warned", "blocked"),
            "by": text(most=32),
            "rules": listing(),
        },
    ),
    EventType(
        "review.acknowledged",
        "The creator has read the warnings about a text, and goes on.",
        by="content.moderation",
        fields=REVIEW,
    ),
    EventType("review.appealed", "The creator objects to a block.", by="content.moderation", fields=REVIEW),
    EventType(
        "review.decided",
        "An operator answered an objection.",
        by="content.moderation",
        fields={**REVIEW, "decision": text("upheld", "overturned")},
    ),
)
