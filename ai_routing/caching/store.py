"""Find an answer that was given before, keep one, and forget them.

An exact hit is the same request to the last byte of its prompt. A semantic hit is a request that differs in nothing but
the words of its question, with the same fingerprint (guard.py) and vectors at least as alike as was measured to be safe.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from django.db import connection
from pgvector.django import CosineDistance

from ai_routing import connections, prompts
from ai_routing.caching import embedding, guard, policy
from ai_routing.caching.embedding import Embedded
from ai_routing.catalogue import Deployment, Tier
from ai_routing.models import Cache, CachedAnswer
from ai_routing.prices import Tokens
from ai_routing.routing import TaskType

logger = logging.getLogger(__name__)

FORMAT: Final = 1
"""To be raised when keys or fingerprints are made in another way: what is stored is then never found."""

MOST_COMPARED: Final = 200
"""The newest answers of a scope whose vectors are compared; it bounds what a lookup reads, however many are kept."""

UNCOMPARED: Final = bytes(32)
"""The scope and the guard of an answer without a vector; no hash is like it."""

WHOLE: Final = "stop"
"""The one finish reason of an answer that is neither cut nor filtered."""


@dataclass(frozen=True, slots=True)
class Question:
    """A request as the caches see it.

    `text` is what is compared by meaning: the brief or the question, as it stands in the last message of the prompt.
    `variable` holds what else must be equal and is not in the prompt, such as a model that the client insists on.
    """

    user_id: int
    task_type: TaskType
    tier: Tier
    language: str
    prompt: prompts.Prompt
    text: str
    variable: str
    policy: policy.Policy


@dataclass(frozen=True, slots=True)
class Hit:
    """An answer from the cache. `tokens` are those it took when it was written; `similarity` is 1 for an exact hit."""

    cache: Cache
    text: str
    provider: str
    model: str
    tokens: Tokens
    finish_reason: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Found:
    """What a lookup came to. `embedded` is the call that it made, which costs, whether it led to a hit or not."""

    hit: Hit | None
    embedded: Embedded | None


NOTHING: Final = Found(None, None)


def find(question: Question, *, now: datetime) -> Found:
    """Return an answer that may be given again. Call it outside any transaction.

    Never raises for a provider's failure or for a database that is away: then there is no hit.
    """
    embedded = None
    try:
        if question.policy.exact and (hit := exact(question, now=now)):
            return Found(hit, None)
        if not is_semantic(question):
            return NOTHING
        # The vector takes a while, and others wait for the connection.
        connections.give_back()
        embedded = embedding.embed(question.text)
        if embedded is None or not embedded.vector:
            return Found(None, embedded)
        return Found(similar(question, embedded, now=now), embedded)
    except connections.DATABASE_AWAY as error:
        logger.warning("The cache of answers is passed over: %s", type(error).__name__)
        return Found(None, embedded)


def exact(question: Question, *, now: datetime) -> Hit | None:
    row = CachedAnswer.objects.defer("embedding").filter(key=key(question), expires_at__gt=now).first()
    return None if row is None else served(row, Cache.EXACT, similarity=1.0)


def similar(question: Question, embedded: Embedded, *, now: datetime) -> Hit | None:
    """Return the nearest answer of the question's scope and fingerprint, when it is near enough."""
    least = policy.threshold(embedded.deployment)
    if least is None:
        return None
    newest = CachedAnswer.objects.filter(
        scope=scope(question, str(embedded.deployment)),
        guard=fingerprint(question).digest(),
        expires_at__gt=now,
        embedding__isnull=False,
    ).order_by("-created_at")[:MOST_COMPARED]
    nearest = (
        CachedAnswer.objects.defer("embedding")
        .filter(pk__in=newest.values("pk"))
        .annotate(distance=CosineDistance("embedding", list(embedded.vector)))
        .order_by("distance")
        .first()
    )
    if nearest is None or 1 - nearest.distance < least.similarity:
        return None
    return served(nearest, Cache.SEMANTIC, similarity=1 - nearest.distance)


def served(row: CachedAnswer, cache: Cache, *, similarity: float) -> Hit:
    count(row.pk)
    return Hit(
        cache=cache,
        text=row.text,
        provider=row.provider,
        model=row.model,
        tokens=Tokens(input=row.input_tokens, output=row.output_tokens),
        finish_reason=row.finish_reason,
        similarity=similarity,
    )


def count(row_id: int) -> None:
    """Count a hit, unless somebody else is counting one on the same row now: nobody waits, and the ledger has them all."""
    table = CachedAnswer._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET hits = hits + 1"  # noqa: S608  # the table's name is ours
            f" WHERE id = (SELECT id FROM {table} WHERE id = %s FOR UPDATE SKIP LOCKED)",
            [row_id],
        )


def keep(
    question: Question,
    *,
    text: str,
    tokens: Tokens,
    deployment: Deployment,
    finish_reason: str,
    embedded: Embedded | None,
    now: datetime,
    faults: Collection[str] = (),
) -> None:
    """Keep an answer, in the caller's transaction and best as its last step. The newer one wins.

    An answer that is empty, cut, filtered or faulty is not kept; nor is any for a policy without caches.
    """
    wanted = question.policy.exact or question.policy.semantic
    if not wanted or finish_reason != WHOLE or not text.strip() or faults:
        return
    row = CachedAnswer(
        key=key(question),
        user_id=None if is_shared(question) else question.user_id,
        scope=UNCOMPARED,
        guard=UNCOMPARED,
        task_type=question.task_type,
        tier=question.tier,
        prompt_version=question.prompt.version,
        provider=deployment.provider,
        model=deployment.model,
        text=text,
        finish_reason=finish_reason,
        input_tokens=tokens.input,
        output_tokens=tokens.output,
        hits=0,
        created_at=now,
        expires_at=now + question.policy.ttl,
    )
    if embedded is not None and embedded.vector and is_semantic(question):
        model = str(embedded.deployment)
        row.scope, row.guard = scope(question, model), fingerprint(question).digest()
        row.embedding, row.embedding_model = list(embedded.vector), model[:64]
    CachedAnswer.objects.bulk_create([row], update_conflicts=True, unique_fields=["key"], update_fields=REPLACED)


REPLACED: Final = [field.name for field in CachedAnswer._meta.local_concrete_fields if field.name not in {"id", "key"}]


def forget(user_id: int) -> int:
    """Delete a creator's answers, when the voice was changed or the account is erased; return how many there were."""
    deleted, _ = CachedAnswer.objects.filter(user_id=user_id).delete()
    return deleted


def forget_prompt(version: str) -> int:
    """Delete the answers that a prompt version led to; return how many there were.

    An answer of another version is never found anyway: this makes room, or withdraws a version that was wrong.
    """
    deleted, _ = CachedAnswer.objects.filter(prompt_version=version).delete()
    return deleted


def purge_expired(now: datetime, at_most: int) -> int:
    """Delete expired answers, the oldest first and no more than `at_most`; return how many."""
    expired = CachedAnswer.objects.filter(expires_at__lte=now)
    # Asked twice: an answer may be renewed between being chosen and being deleted.
    deleted, _ = expired.filter(pk__in=expired.order_by("expires_at").values("pk")[:at_most]).delete()
    return deleted


# --- What must be equal ---------------------------------------------------------------------------------------------


def key(question: Question) -> bytes:
    """Return the hash of everything that leads to the answer."""
    return hashed(common(question) | {"prompt": asdict(question.prompt)})


def scope(question: Question, embedding_model: str) -> bytes:
    """Return the hash of everything but the question's words.

    Whatever else the prompt holds, history and the creator's own data included, is in it.
    """
    prompt = asdict(question.prompt)
    *before, last = prompt.pop("messages") or [{"content": ""}]
    content: str = last["content"]
    # Where it stands last: a question that also occurs elsewhere is no reason to overlook that place.
    start = content.rfind(question.text) if question.text else -1
    around = [content] if start < 0 else [content[:start], content[start + len(question.text) :]]
    parts = {"prompt": prompt, "before": before, "last": last | {"content": around}, "embedding_model": embedding_model}
    return hashed(common(question) | parts)


def common(question: Question) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "who": "shared" if is_shared(question) else question.user_id,
        "task_type": question.task_type,
        "tier": question.tier,
        "language": question.language,
        "settings": question.variable,
    }


def hashed(parts: dict[str, Any]) -> bytes:
    canonical = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return sha256(canonical.encode()).digest()


def fingerprint(question: Question) -> guard.Fingerprint:
    return guard.fingerprint(question.text, language=question.language)


def is_semantic(question: Question) -> bool:
    return question.policy.semantic and embedding.is_comparable(question.text)


def is_shared(question: Question) -> bool:
    """Tell whether the answer may go to others: the task allows it, and the question names nobody and quotes nothing.

    A long text is a creator's own even where it names nobody.
    """
    return question.policy.shareable and embedding.is_comparable(question.text) and not fingerprint(question).personal
