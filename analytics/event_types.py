"""Every event type with the fields its data must hold. A new event is declared here before it is recorded."""

from __future__ import annotations

from typing import Final

Fields = dict[str, type | tuple[type, ...]]

# Money in events is a string of micro-USD, since JSON numbers are floats to many readers.
EVENT_TYPES: Final[dict[str, Fields]] = {
    "account.signed_up": {"role": str, "locale": str},
    "generation.requested": {
        "generation_id": str,
        "task_type": str,
        "variants": int,
        "plan": str,
        "credits_reserved": int,
    },
    "generation.finished": {"generation_id": str, "status": str, "content_id": (str, type(None)), "plan": str},
    "ai.completion": {
        "purpose": str,
        "reference": str,
        "task_type": str,
        "tier": str,
        "model": str,
        "outcome": str,
        "cache": str,
        "escalated": bool,
        "attempts": int,
        "input_tokens": int,
        "cached_tokens": int,
        "output_tokens": int,
        "cost_micro_usd": (str, type(None)),
        "baseline_micro_usd": (str, type(None)),
        "credits": int,
        "plan": str,
    },
    "budget.alert": {
        "scope": str,
        "plan": str,
        "period": str,
        "starts_at": str,
        "percent": int,
        "limit_micro_usd": str,
        "spent_micro_usd": str,
    },
    "ai.repriced": {
        "reference": str,
        "model": str,
        "task_type": str,
        "plan": str,
        "cost_micro_usd": str,
        "baseline_micro_usd": str,
    },
    "assistant.asked": {
        "conversation_id": str,
        "turn_id": str,
        "number": int,
        "pieces": int,
        "plan": str,
        "credits_reserved": int,
    },
    "assistant.answered": {"conversation_id": str, "turn_id": str, "status": str, "cited": int, "plan": str},
    "team.run_started": {"run_id": str, "workflow": str, "budget_credits": int, "plan": str},
    "team.run_finished": {"run_id": str, "workflow": str, "status": str, "error_code": str, "credits": int},
    "content.created": {"content_id": str, "type": str, "platform": str, "origin": str},
    "content.edited": {"content_id": str},
    "content.deleted": {"content_id": str},
    "media.uploaded": {"asset_id": str, "kind": str, "bytes": int},
    "media.ready": {"asset_id": str, "kind": str, "bytes": int},
    "media.rejected": {"asset_id": str, "code": str},
    "media.deleted": {"assets": int},
    "voice.created": {"voice_id": str, "version": int},
    "voice.changed": {"voice_id": str, "version": int},
    "voice.learned": {"voice_id": str, "version": int},
    "voice.learning_set": {"voice_id": str, "learns": bool},
    "voice.deleted": {"voice_id": str, "version": int},
    "voice.restored": {"voice_id": str, "version": int},
    "review.judged": {"review_id": str, "content_id": str, "verdict": str, "by": str, "rules": list},
    "review.acknowledged": {"review_id": str, "content_id": str},
    "review.appealed": {"review_id": str, "content_id": str},
    "review.decided": {"review_id": str, "content_id": str, "decision": str},
}
