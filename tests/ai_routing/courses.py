"""What docs/errors.md, docs/drafts.md and the design say a completion comes to, as a sum to be done by hand.

Given what is wrong with each call in turn, it tells the calls that are made, how each ends, and what the creator gets.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from tests.fakes.openai_server import Defect, Fault

TRIES_PER_DEPLOYMENT: Final = 2

Trick = Fault | Defect
"""What is wrong with one call."""


class Then(StrEnum):
    """What follows on a call without an answer."""

    AGAIN = "the same deployment is asked again, once"
    NEXT = "the next deployment is asked"
    END = "nobody else is asked"


COURSES: Final[dict[Fault, tuple[str, Then]]] = {
    Fault.BAD_KEY: ("misconfigured", Then.NEXT),
    Fault.MODEL_NOT_FOUND: ("misconfigured", Then.NEXT),
    Fault.INSUFFICIENT_QUOTA: ("misconfigured", Then.NEXT),
    Fault.RATE_LIMITED: ("rate_limited", Then.AGAIN),
    Fault.SERVER_ERROR: ("unavailable", Then.AGAIN),
    Fault.UNAVAILABLE: ("unavailable", Then.AGAIN),
    Fault.CONNECTION_DROPPED: ("unavailable", Then.AGAIN),
    Fault.SLOW_FIRST_BYTE: ("timed_out", Then.AGAIN),
    Fault.HANG: ("timed_out", Then.AGAIN),
    Fault.HANG_MID_STREAM: ("timed_out", Then.AGAIN),
    Fault.CUT_MID_STREAM: ("interrupted", Then.AGAIN),
    Fault.STREAM_ENDS_EARLY: ("interrupted", Then.AGAIN),
    Fault.ERROR_MID_STREAM: ("interrupted", Then.AGAIN),
    Fault.MALFORMED_JSON: ("malformed", Then.AGAIN),
    Fault.EMPTY_ANSWER: ("malformed", Then.AGAIN),
    Fault.PROMPT_FILTERED: ("content_filter", Then.END),
    Fault.COMPLETION_FILTERED: ("content_filter", Then.END),
    Fault.CONTEXT_TOO_LONG: ("context_too_long", Then.END),
    Fault.MISSING_USAGE: ("completed", Then.END),
    Fault.NONE: ("completed", Then.END),
}
SILENT: Final = frozenset({Fault.SLOW_FIRST_BYTE, Fault.HANG, Fault.HANG_MID_STREAM})
UNDELIVERABLE: Final = frozenset({Defect.CONTAINS, Defect.LEAK})
"""Drafts in words that are never delivered; the others are better than nothing."""

ERROR_CODES: Final = {"content_filter": "content_blocked", "context_too_long": "invalid_request"}


@dataclass(slots=True)
class Row:
    """A call as the ledger should tell it."""

    deployment: str
    outcome: str
    trick: Trick
    is_undeliverable: bool
    kind: str = "call"

    @property
    def is_faulty(self) -> bool:
        return isinstance(self.trick, Defect)

    def told(self) -> tuple[str, str, str]:
        return self.kind, self.outcome, self.deployment


@dataclass(frozen=True, slots=True)
class Way:
    """Whom a job may ask: its own deployments, who is stronger, how often for a repair, and who answers after a filter.

    A job `of_json` can use nothing that has any defect.
    """

    deployments: tuple[str, ...]
    escalation: tuple[str, ...] = ()
    repairs: int = 0
    permitted: tuple[str, ...] = ()
    of_json: bool = False


@dataclass(slots=True)
class Course:
    """A completion whose calls meet the tricks in turn; after the last trick all is well."""

    way: Way
    tricks: deque[Trick]
    rows: list[Row] = field(default_factory=list)
    kept: Row | None = None
    escalated: bool = False
    telling: Row | None = None

    @property
    def last(self) -> Row:
        return self.rows[-1]

    @property
    def error_code(self) -> str:
        return "" if self.kept else ERROR_CODES.get((self.telling or self.last).outcome, "ai_unavailable")

    def run(self) -> None:
        way, draft = self.way, None
        self.ask(way.deployments)
        for _ in range(way.repairs):
            if self.last.is_faulty:
                draft = self.last
                self.ask(way.deployments)
        draft = self.last if self.last.is_faulty else draft
        if draft is not None and self.is_wanting():
            self.replace(draft)
        elif self.last.outcome == "completed":
            self.kept = self.last
        if self.kept is None and self.is_filtered_by_category() and way.permitted:
            self.ask_permitted()
        for row in self.rows:
            self.judge(row)

    def is_wanting(self) -> bool:
        """A filter's word is the last; any other failure of a repair, and any fault, is for those who are stronger."""
        return self.last.is_faulty or self.last.outcome not in {"completed", "content_filter"}

    def ask_permitted(self) -> None:
        """When those who may answer cannot, it is the filter's word that the creator hears."""
        refused = self.last
        self.ask(self.way.permitted)
        if self.last.outcome == "completed" and not self.last.is_undeliverable:
            self.kept = self.last
        else:
            self.telling = refused

    def replace(self, draft: Row) -> None:
        way = self.way
        others = way.escalation or (way.deployments if self.last.is_undeliverable else ())
        if others:
            self.escalated = bool(way.escalation)
            self.ask(others)
        if self.last is not draft and self.last.outcome == "completed" and not self.last.is_undeliverable:
            self.kept = self.last
        elif not draft.is_undeliverable:
            self.kept = draft

    def judge(self, row: Row) -> None:
        if row is self.kept or not row.is_faulty:
            return
        if self.kept is None and row is self.last:
            row.outcome = "rejected"
        else:
            row.kind = "draft"

    def is_filtered_by_category(self) -> bool:
        """Azure names what its filter found in a prompt; nobody else does."""
        return self.last.trick is Fault.PROMPT_FILTERED and self.last.deployment.startswith("azure:")

    def ask(self, deployments: tuple[str, ...]) -> None:
        for deployment in deployments:
            for _ in range(TRIES_PER_DEPLOYMENT):
                trick = self.tricks.popleft() if self.tricks else Fault.NONE
                outcome, then = ("completed", Then.END) if isinstance(trick, Defect) else COURSES[trick]
                unusable = trick in UNDELIVERABLE or (self.way.of_json and isinstance(trick, Defect))
                self.rows.append(Row(deployment, outcome, trick, unusable))
                if then is Then.END:
                    return
                if then is Then.NEXT:
                    break


def of(way: Way, tricks: Iterable[Trick]) -> Course:
    """Return what a completion that goes this way comes to when its calls meet the tricks in turn."""
    course = Course(way, deque(tricks))
    course.run()
    return course
