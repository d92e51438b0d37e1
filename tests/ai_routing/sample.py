"""Requests, and the page they are written on, as the tests of this folder use them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

from accounts.models import User
from ai_routing import analysis, breaker, catalogue, chain, prompts
from ai_routing.catalogue import Deployment, Provider
from ai_routing.jobs import Job
from ai_routing.providers import contract
from ai_routing.routing import OutputLength, TaskType

AZURE = Deployment(Provider.AZURE, "gpt-4o-mini")
OPENAI = Deployment(Provider.OPENAI, "gpt-4o-mini")

TAIL = prompts.Tail(
    creator="Alice",
    plan="pro",
    brief="Rainy Sunday in Lyon, with a latte by the window",
    task_type=TaskType.MARKETING_TEMPLATE,
    platform="instagram",
    language="en",
    tone="",
    length=OutputLength.SHORT,
)


def tail(**changes: Any) -> prompts.Tail:
    return replace(TAIL, **changes)


def prompt(**changes: Any) -> prompts.Prompt:
    return prompts.build(tail(**changes))


def job(user: User, tail: prompts.Tail = TAIL, *, critical: bool | None = None, **changes: Any) -> Job:
    made = Job(
        user=user,
        purpose="content",
        prompt=prompts.build(tail, demonstration=catalogue.is_demonstration()),
        text=tail.brief,
        stated=analysis.Stated(
            task_type=tail.task_type, critical=critical, output_length=tail.length, language=tail.language
        ),
    )
    return replace(made, **changes)


def caller(
    page: Page | None = None,
    *,
    stop_requested: Callable[[], bool] | None = None,
    seconds: float = 10.0,
    stall_seconds: float = 5.0,
) -> chain.Caller:
    return chain.Caller(
        sink=page or Page(),
        stop_requested=stop_requested or never,
        limits=chain.Limits(give_up_at=monotonic() + seconds, stall_seconds=stall_seconds),
        panel=breaker.read([AZURE, OPENAI]),
    )


def call(
    text: str = "Coffee at dawn", *, system: str = "", stall_seconds: float = 5.0, **changes: Any
) -> contract.Call:
    first = (contract.Message("system", system),) if system else ()
    made = contract.Call(
        model="gpt-4o-mini",
        messages=(*first, contract.Message("user", text)),
        max_output_tokens=200,
        temperature=0.5,
        cache_key="sample",
        stall_seconds=stall_seconds,
    )
    return replace(made, **changes)


@dataclass(slots=True)
class Page:
    """What a creator sees of a text being written."""

    text: str = ""
    pieces: int = 0
    restarts: int = 0
    seen: list[str] = field(default_factory=list)

    def token(self, text: str) -> None:
        self.text += text
        self.pieces += 1

    def restart(self) -> None:
        self.seen.append(self.text)
        self.text = ""
        self.restarts += 1


def never() -> bool:
    """Answer `stop_requested` of a creator who waits for the end."""
    return False
