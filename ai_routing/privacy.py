"""What is held about people around models: the ledger, what models were asked, answers to give again, runs, conversations.

The ledger and the overrides can only be added to; what forgets a person in them stands here, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts import append_only, privacy
from accounts.models import User
from accounts.privacy import retention as retention_periods
from ai_routing import retention, streams
from ai_routing.assistant import watching as turn_watching
from ai_routing.models import (
    CachedAnswer,
    Conversation,
    LedgerEntry,
    PromptRecord,
    Proposal,
    RouterEvaluation,
    RoutingOverride,
    Run,
    Step,
    Turn,
)
from ai_routing.team import watching as run_watching

# Of each unit of work (`ai_routing.models.work`): what tells of the person's use, and what only runs the machine.
OF_WORK: Final = (
    "status",
    "queued_at",
    "stop_requested_at",
    "finished_at",
    "error_code",
    "filtered",
    "model",
    "input_tokens",
    "cached_tokens",
    "output_tokens",
    "cost_micro_usd",
    "baseline_micro_usd",
    "credits",
)
OF_THE_MACHINE: Final = ("claim", "lease_expires_at", "finish_reason", "cache", "latency_ms", "attempts", "reservation")

ASSISTANT = _("The assistant: what you asked it, and what it answered")
TEAM = _("The AI team: your orders, what agents made of them, and your word on it")
ANSWERS = _("Answers that can be given again without asking a model")
PROMPTS = _("Help when something went wrong, and against abuse")
LEDGER = _("Accounts and limits: which model wrote when, and for how much")
ROUTING = _("Who decided how requests are routed")


def prompts_kept() -> str:
    days: int = settings.AI_PROMPT_RETENTION_DAYS
    if not days:
        return gettext("Not kept")
    return ngettext("%(days)s day, encrypted", "%(days)s days, encrypted", days) % {"days": days}


# In the language of whoever reads it.
PROMPTS_KEPT: Final = lazy(prompts_kept, str)()


def declare() -> None:
    privacy.free(RouterEvaluation, "figures of the router on a fixed data set")
    privacy.register(*of_the_team(), *of_the_assistant(), *of_models(), *of_the_books())
    retention_periods.declare(
        retention_periods.Rule(
            "prompts",
            days=settings.AI_PROMPT_RETENTION_DAYS,
            label=_("What models were asked, encrypted"),
            why=_("HUNTAZE_PROMPT_RETENTION_DAYS says so; each row knows its end."),
            least=settings.AI_PROMPT_RETENTION_DAYS,
            most=settings.AI_PROMPT_RETENTION_DAYS,
            task="purge_expired",
        )
    )
    retention_periods.declare(
        retention_periods.Rule(
            "answers",
            days=7,
            label=ANSWERS,
            why=_("At most; each kind of task has its own, from one day on."),
            least=7,
            most=7,
            task="purge_expired",
        )
    )


def of_the_team() -> list[privacy.Record]:
    return [
        privacy.Record(
            Proposal,
            person="run__user",
            purpose=TEAM,
            basis=privacy.Basis.CONTRACT,
            kept=privacy.WITH_ACCOUNT,
            personal=["effect", "payload", "state", "decided_at", "result"],
            free=["id", "step", "index"],
        ),
        privacy.Record(
            Step,
            person="run__user",
            purpose=TEAM,
            basis=privacy.Basis.CONTRACT,
            kept=privacy.WITH_ACCOUNT,
            personal=[*OF_WORK, "decision", "agent", "title", "inputs", "output", "sources", "created_at"],
            free=["id", *OF_THE_MACHINE, "stage", "index", "repairs", "escalated"],
        ),
        privacy.Record(
            Run,
            person="user",
            purpose=TEAM,
            basis=privacy.Basis.CONTRACT,
            kept=privacy.WITH_ACCOUNT,
            personal=[
                "workflow",
                "title",
                "brief",
                "language",
                "budget_credits",
                "status",
                "error_code",
                "created_at",
                "cancel_requested_at",
                "finished_at",
            ],
            free=["id"],
            erased=privacy.Deleted(before=forget_runs),
        ),
    ]


def of_the_assistant() -> list[privacy.Record]:
    return [
        privacy.Record(
            Turn,
            person="conversation__user",
            purpose=ASSISTANT,
            basis=privacy.Basis.CONTRACT,
            kept=privacy.WITH_ITS_CONTENT,
            personal=[*OF_WORK, "decision", "question", "answer", "sources", "material", "created_at"],
            free=["id", *OF_THE_MACHINE, "index"],
            erased=privacy.Deleted(before=forget_turns),
        ),
        privacy.Record(
            Conversation,
            person="user",
            purpose=ASSISTANT,
            basis=privacy.Basis.CONTRACT,
            kept=_("Until you delete it, or as long as the account"),
            personal=["title", "language", "created_at", "updated_at"],
            free=["id"],
        ),
    ]


def of_models() -> list[privacy.Record]:
    return [
        privacy.Record(
            CachedAnswer,
            person="user",
            purpose=ANSWERS,
            basis=privacy.Basis.INTEREST,
            kept=_("1 to 7 days"),
            personal=["task_type", "model", "text", "hits", "created_at", "expires_at"],
            free=[
                "id",
                "key",
                "scope",
                "guard",
                "embedding",
                "embedding_model",
                "tier",
                "prompt_version",
                "provider",
                "finish_reason",
                "input_tokens",
                "output_tokens",
            ],
        ),
        privacy.Record(
            PromptRecord,
            person="user",
            purpose=PROMPTS,
            basis=privacy.Basis.INTEREST,
            kept=PROMPTS_KEPT,
            personal=["created_at", "expires_at", "ciphertext"],
            free=["id", "reference"],
            shown={"ciphertext": asked},
        ),
    ]


def of_the_books() -> list[privacy.Record]:
    return [
        privacy.Record(
            LedgerEntry,
            person="user",
            purpose=LEDGER,
            basis=privacy.Basis.DUTY,
            kept=_("Under your name as long as the account, without it for good"),
            personal=OF_THE_LEDGER,
            free=[
                "id",
                "corrects",
                "reference",
                "prompt_version",
                "attempt",
                "faults",
                "cache_write_tokens",
                "usage_source",
                "baseline_cached_micro_usd",
                "first_token_ms",
                "latency_ms",
                "provider_request_id",
            ],
            erased=privacy.Anonymised(forget_spender, _("whose they were is forgotten; they hold no words")),
        ),
        privacy.Record(
            RoutingOverride,
            person="created_by",
            purpose=ROUTING,
            basis=privacy.Basis.INTEREST,
            kept=_("Under your name as long as the account, without it for good"),
            personal=["task_type", "tier", "cascade", "note", "created_at"],
            free=["id"],
            erased=privacy.Anonymised(forget_decider, _("whose they were is forgotten")),
        ),
    ]


OF_THE_LEDGER: Final = (
    "created_at",
    "kind",
    "purpose",
    "plan",
    "task_type",
    "language",
    "complexity",
    "critical",
    "tier",
    "reason",
    "provider",
    "model",
    "outcome",
    "cache",
    "input_tokens",
    "cached_tokens",
    "output_tokens",
    "cost_micro_usd",
    "baseline_micro_usd",
    "credits",
)


def forget_spender(user: User, at_most: int) -> int:
    """Forget whose ledger entries these are; return of how many."""
    with append_only.opened():
        some = LedgerEntry.objects.filter(user=user).order_by("pk").values("pk")[:at_most]
        return LedgerEntry.objects.filter(pk__in=some).update(user=None)


def forget_decider(user: User, at_most: int) -> int:
    """Forget which operator made these overrides; return of how many."""
    with append_only.opened():
        some = RoutingOverride.objects.filter(created_by=user).order_by("pk").values("pk")[:at_most]
        return RoutingOverride.objects.filter(pk__in=some).update(created_by=None)


def forget_runs(rows: Sequence[Run]) -> None:
    streams.forget([run_watching.key(row.pk) for row in rows])


def forget_turns(rows: Sequence[Turn]) -> None:
    streams.forget([turn_watching.key(row.pk) for row in rows])


def asked(row: PromptRecord) -> Any:
    """Return the words of a record for whom they belong to."""
    try:
        return [{"role": message.role, "content": message.content} for message in retention.reveal(row)]
    except retention.Unreadable:
        return str(_("[encrypted with a key that is no longer there]"))
