"""Every fault and defect of the provider, alone and in pairs, at each stage of a completion, through the whole door.

The course of each is held against `courses`, and in the end all books against each other. Pairs run side by side:
those in which the provider falls silent wait most of the time.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import product
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from accounts.models import Tier as PlanTier
from accounts.models import User
from ai_routing import breaker, drafts, reading
from ai_routing.caching import policy
from ai_routing.completion import Completion
from ai_routing.jobs import Job
from ai_routing.ledger import Bill
from ai_routing.models import LedgerEntry
from ai_routing.routing import OutputLength, TaskType
from tests.ai_routing import books, courses, door, sample
from tests.ai_routing.caching import questions
from tests.ai_routing.courses import Trick, Way
from tests.ai_routing.sample import Page
from tests.fakes.openai_server import Defect, Fault, OpenAIServer, RecordedRequest

pytestmark = pytest.mark.django_db(transaction=True)

ECONOMY = ("azure:gpt-4o-mini", "openai:gpt-4o-mini")
PREMIUM = ("azure:gpt-4o", "openai:gpt-4o")
PERMITTED = "openai:gpt-6-luna"
DEADLINE_SECONDS = 20
STALL_SECONDS = 1.2
NEVER_SAY = "umbrella"
MARK = re.compile(r"pair(?:\d\d)?-\d{4}-")
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"title": {"type": "string"}, "score": {"type": "integer"}},
    "required": ["title", "score"],
    "additionalProperties": False,
}
OF_JSON = [Defect.INVALID_JSON, Defect.FENCED_JSON, Defect.SCHEMA_VIOLATION, Defect.REFUSAL]
OF_PROSE = [defect for defect in Defect if defect not in OF_JSON or defect is Defect.REFUSAL]
FAULTS = list(Fault)

# One for each way of going on; the square of all of them is done at the first stage.
TYPICAL: list[Trick] = [
    Fault.BAD_KEY,
    Fault.RATE_LIMITED,
    Fault.HANG_MID_STREAM,
    Fault.CUT_MID_STREAM,
    Fault.EMPTY_ANSWER,
    Fault.PROMPT_FILTERED,
    Fault.CONTEXT_TOO_LONG,
    Fault.NONE,
]
IN_PROSE: list[Trick] = [*TYPICAL, Defect.WRONG_LANGUAGE, Defect.CONTAINS]
IN_JSON: list[Trick] = [*TYPICAL, Defect.SCHEMA_VIOLATION]


@pytest.fixture
def alice(alice: User) -> User:
    """A creator with credits and budgets for all of it."""
    alice.tier = PlanTier.SCALE
    alice.save()
    books.open_budgets(alice)
    return alice


@pytest.fixture(autouse=True)
def patience(
    provider: OpenAIServer, short_pauses: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> OpenAIServer:
    """A provider that may fail as often as it likes without being left alone."""
    settings.AI_DEADLINE_SECONDS = DEADLINE_SECONDS
    monkeypatch.setattr(breaker, "FAILURES", 10**6)
    monkeypatch.setattr(reading, "TICK_SECONDS", 0.05)
    return provider


@dataclass(frozen=True, slots=True)
class Stage:
    """A place in a completion: what must go wrong to come there, and whom the job may ask."""

    way: Way
    before: tuple[Trick, ...] = ()
    changes: Callable[[Job], Job] = lambda job: job
    critical: bool = False

    def job(self, user: User, mark: str) -> Job:
        tail = sample.tail(brief=f"Rainy Sunday in Lyon, {mark}")
        made = sample.job(user, tail, critical=self.critical)
        return self.changes(replace(made, expectations=expected(made)))


def expected(job: Job) -> drafts.Expectations:
    return drafts.Expectations(
        language="en",
        output_length=OutputLength.SHORT,
        platform="instagram",
        never_say=(NEVER_SAY,),
        protected=job.prompt.messages[0].content,
    )


def structured(job: Job) -> Job:
    assert job.expectations is not None
    return replace(
        job,
        prompt=replace(job.prompt, response_schema=SCHEMA),
        expectations=replace(job.expectations, response_schema=SCHEMA),
        repairs=1,
    )


CHECKED = Way(ECONOMY, escalation=PREMIUM)
OBJECT = Way(ECONOMY, escalation=PREMIUM, repairs=1, of_json=True)
EVERYTHING: list[Trick] = [*FAULTS, *OF_PROSE]
STAGES: dict[str, tuple[Stage, list[Trick]]] = {
    "first and second call of a draft": (Stage(CHECKED), EVERYTHING),
    "second deployment": (Stage(CHECKED, (Fault.BAD_KEY,)), IN_PROSE),
    "escalation": (Stage(CHECKED, (Defect.REFUSAL,)), IN_PROSE),
    "escalation of what may not be shown": (Stage(CHECKED, (Defect.LEAK,)), IN_PROSE),
    "second deployment of the escalation": (Stage(CHECKED, (Defect.REPETITION, Fault.BAD_KEY)), IN_PROSE),
    "premium": (Stage(Way(PREMIUM), critical=True), IN_PROSE),
    "first and second call of an object": (Stage(OBJECT, (), structured), [*TYPICAL, *OF_JSON]),
    "repair": (Stage(OBJECT, (Defect.SCHEMA_VIOLATION,), structured), IN_JSON),
    "escalation of an object": (Stage(OBJECT, (Defect.FENCED_JSON, Defect.INVALID_JSON), structured), IN_JSON),
}


@dataclass(frozen=True, slots=True)
class Trial:
    """One job whose calls meet the tricks in turn, and what came of it."""

    job: Job
    way: Way
    tricks: tuple[Trick, ...]
    mark: str
    lookup: Fault | None = None

    def script(self, provider: OpenAIServer) -> None:
        for trick in self.tricks:
            kind: dict[str, Any] = {"fault": trick} if isinstance(trick, Fault) else {"defect": trick}
            provider.script(**kind, word=NEVER_SAY, retry_after=0.02, containing=self.mark)
        if self.lookup:
            provider.script(self.lookup, endpoint="embeddings", retry_after=0.02, containing=self.mark)

    @property
    def is_silent(self) -> bool:
        return bool(courses.SILENT.intersection([*self.tricks, self.lookup]))

    def run(self, provider: OpenAIServer) -> Result:
        self.script(provider)
        page, reference, started = Page(), uuid4(), monotonic()
        try:
            done, bill = door.through(self.job, page=page, reference=reference)
        finally:
            connection.close()
        return Result(self, done, bill, reference, page.text, monotonic() - started)


@dataclass(frozen=True, slots=True)
class Result:
    """What a trial came to."""

    trial: Trial
    done: Completion
    bill: Bill
    reference: UUID
    shown: str
    seconds: float

    def check(self, rows: Sequence[LedgerEntry], asked: Sequence[RecordedRequest]) -> None:
        """Hold it, its calls' ledger rows and what the provider was asked against the course that is documented."""
        course = courses.of(self.trial.way, self.trial.tricks)
        expected = [row.told() for row in course.rows]
        assert [(row.kind, row.outcome, f"{row.provider}:{row.model}") for row in rows] == expected
        assert [f"{request.provider}:{request.model}" for request in asked] == [row.deployment for row in course.rows]
        is_answered = course.kept is not None
        assert (self.done.error_code, self.done.answered) == (course.error_code, is_answered)
        assert (self.done.escalated, self.bill.escalated) == (course.escalated, course.escalated)
        assert (self.bill.credits > 0) is is_answered
        assert self.bill.credits == sum(row.credits for row in rows)
        assert self.seconds < DEADLINE_SECONDS
        if not is_answered:
            assert self.done.text == ""
            return
        [kept] = [request for request, row in zip(asked, course.rows, strict=True) if row is course.kept]
        assert self.done.text == kept.sent_text.strip() == self.shown.strip() != ""


def run_all(tried: Sequence[Trial], provider: OpenAIServer, settings: Any) -> None:
    """Run the trials side by side, the silent ones in a larger crowd, and report all that went wrong."""
    results: list[Result] = []
    for silent, crowd in ((False, 3), (True, 24)):
        settings.AI_STALL_SECONDS = STALL_SECONDS if silent else 10
        with ThreadPoolExecutor(crowd) as threads:
            chosen = [trial for trial in tried if trial.is_silent is silent]
            results += threads.map(lambda trial: trial.run(provider), chosen)
    rows = by_reference()
    asked = by_mark(provider)
    wrong = []
    for result in results:
        try:
            result.check(rows[result.reference], asked[result.trial.mark])
        except AssertionError as error:
            wrong.append(f"{' + '.join(result.trial.tricks)}: {error}")
    assert not wrong, f"{len(wrong)} of {len(tried)} went wrong:\n" + "\n".join(wrong[:20])


def by_reference() -> dict[UUID, list[LedgerEntry]]:
    """Return the calls in the ledger, those for vectors left out."""
    found: dict[UUID, list[LedgerEntry]] = defaultdict(list)
    for row in LedgerEntry.objects.exclude(kind="embedding").order_by("attempt"):
        found[row.reference].append(row)
    return found


def by_mark(provider: OpenAIServer) -> dict[str, list[RecordedRequest]]:
    """Return the chats that the provider was asked for, by the mark in their brief."""
    found: dict[str, list[RecordedRequest]] = defaultdict(list)
    for request in provider.requests:
        if request.path.partition("?")[0].endswith("/chat/completions"):
            marks = MARK.findall(" ".join(message["content"] for message in request.body["messages"][1:]))
            found[marks[0]].append(request)
    return found


def trials(stage: Stage, firsts: list[Trick], seconds: list[Trick], user: User, *, lead: str = "pair") -> list[Trial]:
    """Return a trial for each pair; for a first trick after which nobody is asked, one is enough."""
    made: list[Trial] = []
    for first, second in product(firsts, seconds):
        tricks = (*stage.before, first, second)
        if second is not seconds[0] and courses.of(stage.way, tricks).tricks:
            continue
        mark = f"{lead}-{len(made):04}-"
        made.append(Trial(stage.job(user, mark), stage.way, tricks, mark))
    return made


def test_every_fault_and_every_defect_is_tried() -> None:
    assert set(courses.COURSES) == set(Fault)
    assert {*OF_JSON, *OF_PROSE} == set(Defect)


@pytest.mark.parametrize("name", STAGES)
def test_pairs_come_to_what_is_documented_and_the_books_agree(
    name: str, alice: User, provider: OpenAIServer, settings: Any
) -> None:
    stage, tricks = STAGES[name]

    run_all(trials(stage, tricks, tricks, alice), provider, settings)

    books.assert_books_agree(alice)


@pytest.mark.parametrize("before", [(), (Defect.CONTAINS,)], ids=["of a brief", "of the escalation"])
def test_pairs_at_the_permitted_model(
    before: tuple[Trick, ...], alice: User, provider: OpenAIServer, settings: Any
) -> None:
    settings.AI_PERMITTED_MODELS = [PERMITTED]
    stage = Stage(replace(CHECKED, permitted=(PERMITTED,)), (*before, Fault.PROMPT_FILTERED))

    run_all(trials(stage, IN_PROSE, [Fault.NONE] if before else IN_PROSE, alice), provider, settings)

    books.assert_books_agree(alice)


def asked_in_words(job: Job) -> Job:
    """A question whose answer may be given again, and which is compared by meaning."""
    return replace(job, caching=policy.of(TaskType.CHATBOT))


def test_pairs_of_the_lookup_and_the_first_call(alice: User, provider: OpenAIServer, settings: Any) -> None:
    settings.AI_EMBEDDING_MODEL = str(questions.EMBEDS)
    settings.AI_SEMANTIC_THRESHOLDS = questions.THRESHOLDS
    stage = Stage(CHECKED, changes=asked_in_words)
    chats: list[Trick] = [Fault.NONE, Fault.CUT_MID_STREAM, Fault.PROMPT_FILTERED, Defect.WRONG_LANGUAGE]
    pairs = [
        replace(trial, lookup=lookup)
        for number, lookup in enumerate(FAULTS)
        for trial in trials(stage, chats, [Fault.NONE], alice, lead=f"pair{number:02}")
    ]

    run_all(pairs, provider, settings)

    books.assert_books_agree(alice)
    looked_up = LedgerEntry.objects.filter(kind="embedding")
    assert looked_up.count() == len(pairs)
    assert not looked_up.exclude(credits=0).exists()
