"""Check an answer before it is kept: repair it, ask the premium model in its place, or refuse to show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from ai_routing import chain, drafts
from ai_routing.attempts import Attempt, CannotRestart, Kind, Outcome
from ai_routing.catalogue import Deployment
from ai_routing.prompts import Prompt
from ai_routing.providers.contract import Message

REPAIRABLE: Final = frozenset({drafts.DraftFault.SCHEMA, drafts.DraftFault.FORMAT})

REPAIR: Final = (
    "Your answer does not have the form that was asked for. Answer again: the whole, corrected, as JSON that follows the"
    " schema, and nothing else."
)


@dataclass(frozen=True, slots=True)
class Plan:
    """How an answer comes about: whom to ask, what it must be like, and whom to ask when it is not."""

    deployments: Sequence[Deployment]
    escalation: Sequence[Deployment] = ()
    expectations: drafts.Expectations | None = None
    repairs: int = 0


@dataclass(slots=True)
class Cascade:
    """The attempts at one answer.

    `kept` is the number of the one that is the answer, None when there is none; then `telling` is the number of the one
    that tells why.
    """

    prompt: Prompt
    plan: Plan
    caller: chain.Caller
    attempts: list[Attempt]
    kept: int | None = None
    escalated: bool = False
    telling: int = -1

    def climb(self) -> None:
        """Ask until an answer passes its checks, or there is nobody left to ask."""
        draft: int | None = None
        self.ask(self.plan.deployments, self.prompt)
        for _ in range(self.plan.repairs):
            if not REPAIRABLE.intersection(self.last.faults):
                break
            draft = len(self.attempts) - 1
            self.ask(self.plan.deployments, repair_of(self.prompt, self.last.text))
        if self.last.faults:
            draft = len(self.attempts) - 1
        if draft is not None and self.is_wanting():
            self.escalate(draft)
        elif self.last.is_answer:
            self.kept = len(self.attempts) - 1
        self.attempts = [self.judged(number, attempt) for number, attempt in enumerate(self.attempts)]

    def is_wanting(self) -> bool:
        """Whether the last call left no sound answer, and nobody's word, the creator's or a filter's, to leave it at that."""
        if self.last.outcome in {Outcome.STOPPED, Outcome.CONTENT_FILTER}:
            return False
        return bool(self.last.faults) or not self.last.is_answer

    def escalate(self, draft: int) -> None:
        """Ask those that are stronger than who wrote the `draft`, and choose between the two answers."""
        # With nobody stronger to ask, the same ones are asked again, once, only for what may not be shown at all.
        others = self.plan.escalation or (self.plan.deployments if undeliverable(self.last) else ())
        if others and not self.caller.out_of_time():
            self.escalated = bool(self.plan.escalation)
            self.ask(others, self.prompt)
        self.settle_for(draft)

    def ask_permitted(self, deployments: Sequence[Deployment]) -> None:
        """Ask those that may answer what a filter refused. When they cannot, the filter's word stands."""
        refused = len(self.attempts) - 1
        self.ask(deployments, self.prompt)
        last = len(self.attempts) - 1
        if self.last.is_answer and not undeliverable(self.last):
            self.kept = last
            return
        self.telling = refused
        if self.last.faults:
            self.attempts[last] = replace(self.last, outcome=Outcome.REJECTED)

    @property
    def last(self) -> Attempt:
        return self.attempts[-1]

    def ask(self, deployments: Sequence[Deployment], prompt: Prompt) -> None:
        try:
            if self.attempts and self.last.text:
                self.caller.sink.restart()
        except CannotRestart:
            return
        made = chain.ask(deployments, prompt, self.caller)
        self.attempts.extend([*made[:-1], self.checked(made[-1])])

    def checked(self, attempt: Attempt) -> Attempt:
        """Return an attempt with what is wrong with its text. A stopped text is the creator's own choice."""
        if self.plan.expectations is None or attempt.outcome is not Outcome.COMPLETED:
            return attempt
        faults = drafts.faults(attempt.text, self.plan.expectations, finish_reason=attempt.finish_reason)
        return replace(attempt, faults=tuple(str(fault) for fault in faults))

    def settle_for(self, draft: int) -> None:
        """Choose between a draft that failed its checks and what came after it."""
        last = len(self.attempts) - 1
        if last > draft and self.last.is_answer and not undeliverable(self.last):
            self.kept = last
        elif self.last.outcome is not Outcome.STOPPED and not undeliverable(self.attempts[draft]):
            # A flawed text is better than none.
            self.kept = draft
            if last > draft:
                self.caller.sink.restart()
                self.caller.sink.token(self.attempts[draft].text)

    def judged(self, number: int, attempt: Attempt) -> Attempt:
        """Return an attempt as the ledger tells it: a text that was thrown away is a draft, or, the last, rejected."""
        if number == self.kept or not attempt.faults:
            return attempt
        if self.kept is None and number == len(self.attempts) - 1:
            return replace(attempt, outcome=Outcome.REJECTED)
        return replace(attempt, kind=Kind.DRAFT)


def undeliverable(attempt: Attempt) -> bool:
    return any(fault in drafts.UNDELIVERABLE for fault in attempt.faults)


def repair_of(prompt: Prompt, answer: str) -> Prompt:
    """Return the prompt that shows a model its answer and asks for it in the right form."""
    return replace(prompt, messages=(*prompt.messages, Message("assistant", answer), Message("user", REPAIR)))
