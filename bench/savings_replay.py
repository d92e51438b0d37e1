"""Replays the trace through the real door to the models, in the trace's own time."""

from __future__ import annotations

import heapq
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from unittest import mock

from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from accounts.models import User
from ai_routing import analysis, catalogue, completion, prompts
from ai_routing.assistant import briefing
from ai_routing.caching import evaluation, policy
from ai_routing.jobs import Job, Route
from ai_routing.models import Cache
from ai_routing.prompts import Message
from ai_routing.prompts.material import Material
from ai_routing.providers import openai
from ai_routing.routing import OutputLength, TaskType
from bench import savings_answers
from bench.savings_vendor import ToldVendor
from bench.trace import Request, Trace
from bench.traces import assumptions
from bench.traces.assumptions import ASSISTANT
from billing import quota
from content import brief
from tests import database
from tests.fakes.openai_server import API_KEY
from tests.fakes.openai_server.breakpoint_cache import CacheUse
from tests.fakes.openai_server.connection import Connection
from tests.fakes.openai_server.listener import Listener

EMBEDDING: Final = "openai:text-embedding-3-small"
HOST: Final = "127.0.0.1"
FIRST_WORD_SECONDS: Final = 0.6
WORDS_A_SECOND: Final = 60
"""How quickly a model writes: a request that comes again meanwhile finds nothing in the cache."""

READING_SECONDS: Final = 5.0
NAMESPACE: Final = uuid.UUID(int=assumptions.SEED)


@dataclass(frozen=True, slots=True)
class Configuration:
    """Which models serve the tiers, at OpenAI."""

    name: str
    economy: str
    premium: str


@dataclass(frozen=True, slots=True)
class Ended:
    """How a request of the trace ended. `uses` has what each call had from the prompt cache, by world.

    `wrong` is the question that an answer from the cache was written for, where it was another one.
    """

    number: int
    reference: uuid.UUID
    refused: str = ""
    answered: bool = False
    tier: str = ""
    rule: str = ""
    cache: str = Cache.NONE
    escalated: bool = False
    faulty: bool = False
    wrong: str = ""
    credits: int = 0
    uses: tuple[dict[str, CacheUse], ...] = ()


class Clock:
    """The time of the replay."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> datetime:
        return assumptions.BEGINS + timedelta(seconds=self.at)


class Nobody:
    """Where the words go when nobody reads along."""

    def token(self, text: str) -> None:
        """Read nothing."""

    def restart(self) -> None:
        """Forget nothing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A call that has ended at the vendor and is settled when its words have all been written."""

    request: Request
    number: int
    job: Job
    route: Route
    result: completion.Completion
    reservation_id: int
    uses: tuple[dict[str, CacheUse], ...]


@dataclass(slots=True)
class Replay:
    """A replay under way. `waiting` holds what is to come: arrivals and answers, by their time."""

    configuration: Configuration
    creators: Sequence[User]
    vendor: ToldVendor
    clock: Clock
    waiting: list[tuple[float, int, Request | Answer]] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)
    talks: dict[int, list[Message]] = field(default_factory=dict)
    busy_until: dict[int, float] = field(default_factory=dict)
    written_for: dict[str, Request] = field(default_factory=dict)

    def go(self, requests: Sequence[Request]) -> None:
        for number, request in enumerate(requests):
            heapq.heappush(self.waiting, (request.at, number, request))
        while self.waiting:
            at, number, what = heapq.heappop(self.waiting)
            if isinstance(what, Request) and self.is_early(what, at):
                heapq.heappush(self.waiting, (self.busy_until[what.talk], number, what))
                continue
            self.clock.at = at
            if isinstance(what, Request):
                self.arrive(what, number)
            else:
                self.settle(what)

    def is_early(self, request: Request, at: float) -> bool:
        """Tell whether the answer before is still being written or read."""
        return request.turn > 0 and at < self.busy_until.get(request.talk, 0.0)

    def arrive(self, request: Request, number: int) -> None:
        job = self.job(request)
        route = completion.route(job)
        now = self.clock.now()
        try:
            with transaction.atomic():
                reservation = completion.admit(job, route, now=now)
        except (quota.QuotaExhausted, quota.PlanRequired) as error:
            self.ended.append(Ended(number, reference(number), refused=type(error).__name__, tier=route.tier))
            return
        answers = savings_answers.to(
            request, number=number, economy=self.configuration.economy, premium=self.configuration.premium
        )
        self.vendor.tell(answers.by_model, now=self.clock.at)
        result = completion.run(job, route, sink=Nobody(), stop_requested=never)
        answer = Answer(request, number, job, route, result, reservation.pk, tuple(self.vendor.uses))
        at = self.clock.at + seconds(result)
        self.busy_until[request.talk] = at + READING_SECONDS
        # An answer is settled before whatever arrives at the same moment.
        heapq.heappush(self.waiting, (at, number, answer))

    def settle(self, answer: Answer) -> None:
        request, result = answer.request, answer.result
        with transaction.atomic():
            bill = completion.settle(
                answer.job,
                answer.route,
                result,
                reservation_id=answer.reservation_id,
                reference=reference(answer.number),
                now=self.clock.now(),
            )
        if request.talk and result.answered:
            self.talks.setdefault(request.talk, []).extend(
                (Message("user", request.text), Message("assistant", result.text))
            )
        self.ended.append(
            Ended(
                number=answer.number,
                reference=reference(answer.number),
                answered=result.answered,
                tier=answer.route.tier,
                rule=answer.route.rule,
                cache=str(result.cache),
                escalated=result.escalated,
                faulty=bool(result.last.faults),
                wrong=self.wrong(request, result),
                credits=bill.credits,
                uses=answer.uses,
            )
        )

    def wrong(self, request: Request, result: completion.Completion) -> str:
        """Return the question that an answer from the cache was written for, where it is of another meaning."""
        if result.cache is Cache.NONE:
            self.written_for[result.text] = request
            return ""
        other = self.written_for[result.text]
        return "" if meaning(other) == meaning(request) else other.text

    def job(self, request: Request) -> Job:
        """Return the request as the pages make it, but for the stream, which costs the replay time and nothing else."""
        user = self.creators[request.creator]
        if request.task == ASSISTANT:
            return replace(self.turn(request, user), streamed=False)
        wanted = brief.Brief(
            prompt=request.text,
            task_type=request.task,
            platform=request.platform,
            language=request.language,
            tone=request.tone,
            length=request.length,
            again=request.fresh,
        )
        return replace(brief.job(user, wanted), streamed=False)

    def turn(self, request: Request, user: User) -> Job:
        """Return a turn as ai_routing.assistant.briefing does, which asks the database for the turns before it."""
        told = [Material(f"p{number}", "Figures", text) for number, text in enumerate(request.material, start=1)]
        prompt = prompts.for_conversation(
            creator=user.name,
            plan=user.tier,
            language=request.language,
            voice=None,
            history=self.talks.get(request.talk, [])[-2 * briefing.REMEMBERED :] if request.turn else [],
            query=request.text,
            material=told,
        )
        return Job(
            user=user,
            purpose=briefing.PURPOSE,
            prompt=prompt,
            text=request.text,
            stated=analysis.Stated(
                task_type=TaskType.CHATBOT, output_length=OutputLength.MEDIUM, language=request.language
            ),
            expectations=briefing.expectations(prompt),
            caching=policy.of(TaskType.CHATBOT) if request.turn == 0 else policy.BYPASS,
            cache_settings=briefing.digest(told),
        )


def meaning(request: Request) -> str:
    return request.meaning or request.text


def never() -> bool:
    return False


def seconds(result: completion.Completion) -> float:
    """Return how long a completion takes, a draft that was thrown away included."""
    if result.cache is not Cache.NONE:
        return 0.1
    return sum(FIRST_WORD_SECONDS + len(attempt.text.split()) / WORDS_A_SECOND for attempt in result.attempts)


def reference(number: int) -> uuid.UUID:
    return uuid.uuid5(NAMESPACE, str(number))


@contextmanager
def stage(configuration: Configuration) -> Iterator[tuple[ToldVendor, Clock]]:
    """Set up a database of its own, the vendor, the settings and the clock, for as long as the block lasts."""
    name = database.clone(f"savings_{configuration.name.lower()}")
    try:
        with scenery(configuration) as (vendor, clock):
            yield vendor, clock
    finally:
        database.drop(name)


@contextmanager
def scenery(configuration: Configuration) -> Iterator[tuple[ToldVendor, Clock]]:
    """Set up the vendor, the settings and the clock, on the database at hand."""
    vendor, clock = ToldVendor(), Clock()
    listener = Listener(0, vendor, Connection)
    listener.start()
    with ExitStack() as stack:
        stack.callback(listener.stop)
        stack.enter_context(mock.patch("django.utils.timezone.now", clock.now))
        # What only OpenAI itself takes, keys and breakpoints of its cache, is sent to no other host.
        stack.enter_context(mock.patch.object(openai, "OPENAI_HOST", HOST))
        stack.enter_context(
            override_settings(
                DEBUG=False,
                OPENAI_BASE_URL=f"http://{HOST}:{listener.port}/v1",
                OPENAI_API_KEY=API_KEY,
                AI_ECONOMY_MODELS=[f"openai:{configuration.economy}"],
                AI_PREMIUM_MODELS=[f"openai:{configuration.premium}"],
                AI_EMBEDDING_MODEL=EMBEDDING,
                AI_SEMANTIC_THRESHOLDS={},
                AI_PERMITTED_MODELS=[],
                AI_PRICE_OVERRIDES={},
                AI_CAPABILITY_OVERRIDES={},
            )
        )
        call_command("ensure_partitions", verbosity=0)
        yield vendor, clock


def threshold() -> float:
    """Return the similarity that the fake's vectors are safe from, measured as `manage.py evaluate_semantic_cache` does."""
    found = evaluation.recommend(evaluation.score(evaluation.pairs(), catalogue.parse(EMBEDDING)))
    if found is None:
        raise SystemExit("No threshold of the fake's vectors is safe: mend ai_routing/caching/guard.py first")
    return found.threshold


def people(trace: Trace) -> list[User]:
    made = [
        User(email=f"{creator.name}@huntaze.example", name=creator.name, tier=creator.plan, locale=creator.language)
        for creator in trace.creators
    ]
    for user in made:
        user.set_unusable_password()
    return User.objects.bulk_create(made)


def run(trace: Trace, configuration: Configuration, vendor: ToldVendor, clock: Clock, *, safe: float) -> list[Ended]:
    """Replay the trace where the scenery is set, with `safe` as the threshold of the semantic cache."""
    measured = {EMBEDDING: {"similarity": safe, "measured": "bench.savings, on the fake's vectors"}}
    with override_settings(AI_SEMANTIC_THRESHOLDS=measured):
        replay = Replay(configuration, people(trace), vendor, clock)
        replay.go(trace.requests)
    return replay.ended
