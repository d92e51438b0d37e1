"""What stays of a conversation that is deleted, and which answers are given again."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role, Tier, User
from ai_routing import completion, leases, streams
from ai_routing.assistant import answering, asking, briefing, conversations, ending, watching
from ai_routing.jobs import Route
from ai_routing.models import CachedAnswer, Conversation, LedgerEntry, PromptRecord, Turn
from ai_routing.streams import Publisher
from tests.ai_routing.assistant import talking
from tests.fakes.openai_server import OpenAIServer

pytestmark = pytest.mark.django_db


class TestDeleting:
    def test_turns_prompts_cache_and_stream_go_and_the_ledger_stays(
        self, alice: User, provider: OpenAIServer, django_capture_on_commit_callbacks: Any
    ) -> None:
        turn = talking.ask(alice)
        other = talking.ask(alice, "Something else?")
        with django_capture_on_commit_callbacks(execute=True):
            conversations.delete(turn.conversation, now=timezone.now())

        assert list(Turn.objects.all()) == [other]
        assert [record.reference for record in PromptRecord.objects.all()] == [other.pk]
        assert not CachedAnswer.objects.exists()
        assert not streams.valkey().exists(watching.key(turn.pk))
        assert LedgerEntry.objects.filter(reference=turn.pk).count() == 1
        assert talking.counters(alice) == (2, 0)

    def test_while_it_waits_its_credits_come_back(self, alice: User, provider: OpenAIServer) -> None:
        turn = asking.ask(alice, None, "Hello", now=timezone.now())

        conversations.delete(turn.conversation, now=timezone.now())
        answering.answer(turn.pk)

        assert talking.counters(alice) == (0, 0)
        assert provider.requests == []

    def test_a_worker_finds_nothing_to_claim(self, alice: User, provider: OpenAIServer) -> None:
        turn = asking.ask(alice, None, "Hello", now=timezone.now())
        conversations.delete(turn.conversation, now=timezone.now())

        assert answering.claim(turn.pk, now=timezone.now()) is None

    def test_while_it_is_written_the_worker_stops_and_what_was_written_is_charged_as_for_a_stop(
        self, alice: User, provider: OpenAIServer, django_capture_on_commit_callbacks: Any
    ) -> None:
        asked = asking.ask(alice, None, "Hello", now=timezone.now())
        turn = answering.claim(asked.pk, now=timezone.now())
        assert turn is not None
        job = briefing.job(turn.conversation, turn)
        route = Route.from_json(turn.decision)
        desk = answering.Desk(turn, Publisher("x"), answering.numbering(turn))
        result = completion.run(job, route, sink=desk, stop_requested=bool)

        conversations.delete(turn.conversation, now=timezone.now())

        assert leases.Lease(turn).stop_requested()
        Publisher(watching.key(turn.pk)).publish("token", {"text": "late"})
        for _ in range(2):
            with django_capture_on_commit_callbacks(execute=True):
                ending.end(turn, job, route, result, now=timezone.now())
        assert talking.counters(alice) == (1, 0)
        assert sum(entry.credits for entry in LedgerEntry.objects.all()) == 1
        assert not PromptRecord.objects.exists()
        assert not CachedAnswer.objects.exists()
        assert not streams.valkey().exists(watching.key(turn.pk))

    def test_before_the_first_word_it_is_free(self, alice: User, provider: OpenAIServer) -> None:
        asked = asking.ask(alice, None, "Hello", now=timezone.now())
        turn = answering.claim(asked.pk, now=timezone.now())
        assert turn is not None
        conversations.delete(turn.conversation, now=timezone.now())
        job, route = briefing.job(turn.conversation, turn), Route.from_json(turn.decision)
        desk = answering.Desk(turn, Publisher("x"), answering.numbering(turn))
        stop_requested = leases.Lease(turn).stop_requested

        result = completion.run(job, route, sink=desk, stop_requested=stop_requested)
        ending.end(turn, job, route, result, now=timezone.now())

        assert talking.counters(alice) == (0, 0)

    def test_deleting_twice_is_no_error(self, alice: User, provider: OpenAIServer) -> None:
        row = talking.ask(alice).conversation
        for _ in range(2):
            conversations.delete(row, now=timezone.now())
        assert not Conversation.objects.exists()


class TestTheCache:
    def test_the_same_first_question_is_answered_from_it_for_nothing(self, alice: User, provider: OpenAIServer) -> None:
        provider.script(text="On Sunday.")
        talking.ask(alice, "When is it best to publish?")

        turn = talking.ask(alice, "When is it best to publish?")

        assert (turn.cache, turn.answer, turn.credits) == ("exact", "On Sunday.", 0)
        assert len(provider.requests) == 1
        assert talking.counters(alice) == (1, 0)

    def test_again_and_later_questions_pass_it_by(self, alice: User, provider: OpenAIServer) -> None:
        first = talking.ask(alice, "When is it best to publish?")
        turn = asking.again(first.conversation, now=timezone.now())
        answering.answer(turn.pk)

        assert talking.fresh(turn).cache == "none"
        assert len(provider.requests) == 2

    def test_other_figures_make_it_another_question(self, alice: User, provider: OpenAIServer) -> None:
        talking.ask(alice, "Which of my posts was best?")
        talking.post(alice)

        assert talking.ask(alice, "Which of my posts was best?").cache == "none"

    def test_another_creator_never_gets_it(self, alice: User, bob: User, provider: OpenAIServer) -> None:
        User.objects.update(name="Same", tier=Tier.PRO, role=Role.CREATOR)
        talking.ask(User.objects.get(pk=alice.pk), "When is it best to publish?")

        assert talking.ask(User.objects.get(pk=bob.pk), "When is it best to publish?").cache == "none"
