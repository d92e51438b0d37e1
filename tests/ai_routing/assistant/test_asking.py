"""Ask, answer, stop: the story of a turn on the fake provider."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from ai_routing import completion, leases
from ai_routing.assistant import answering, asking, briefing, ending, sweep
from ai_routing.assistant.asking import AnswerUnderWay
from ai_routing.jobs import Route
from ai_routing.models import Conversation, LedgerEntry, Turn
from ai_routing.models.work import Status
from ai_routing.streams import Publisher
from analytics.models import Event
from billing import quota
from billing.models import QuotaPeriod, Reservation
from tests.ai_routing.assistant import talking
from tests.fakes.openai_server import Fault, OpenAIServer

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def told(provider: OpenAIServer, number: int = -1) -> list[tuple[str, str]]:
    body = provider.requests[number].body
    assert isinstance(body, dict)
    return [(message["role"], message["content"]) for message in body["messages"]]


class TestAnAnswer:
    def test_it_is_kept_charged_and_told(self, alice: User, provider: OpenAIServer) -> None:
        provider.script(text="Post on Sunday.")

        turn = talking.ask(alice, "When should I post?")

        assert (turn.status, turn.answer, turn.index) == (Status.DONE, "Post on Sunday.", 0)
        assert turn.conversation.title == "When should I post?"
        assert turn.credits == 1
        assert talking.counters(alice) == (1, 0)
        entry = LedgerEntry.objects.get()
        assert (entry.purpose, entry.task_type, entry.reference, entry.credits) == ("assistant", "chatbot", turn.pk, 1)
        assert entry.prompt_version.startswith("assistant.en.")
        asked, answered = (Event.objects.get(event=f"assistant.{name}").data for name in ("asked", "answered"))
        assert asked["turn_id"] == answered["turn_id"] == str(turn.pk)
        assert (asked["number"], asked["plan"], answered["status"]) == (1, "pro", "done")
        assert "Sunday" not in json.dumps([asked, answered])

    def test_it_is_an_easy_task_for_the_economy_model(self, alice: User, provider: OpenAIServer) -> None:
        turn = talking.ask(alice, "Hello")

        assert turn.decision["tier"] == "economy"
        assert turn.model == "gpt-4o-mini"

    def test_the_next_question_knows_what_was_said(self, alice: User, provider: OpenAIServer) -> None:
        provider.script(text="On Sunday.")
        first = talking.ask(alice, "When is best?")
        provider.script(text="Because of rain.")
        second = talking.ask(alice, "Why?", first.conversation)

        assert second.index == 1
        roles = [role for role, _ in told(provider)]
        assert roles == ["system", "user", "assistant", "user"]
        assert "When is best?" in told(provider)[1][1]
        assert told(provider)[2][1] == "On Sunday."
        assert "Why?" in told(provider)[3][1]

    def test_again_asks_the_last_question_anew_and_hides_the_answer_before(
        self, alice: User, provider: OpenAIServer
    ) -> None:
        provider.script(text="On Sunday.")
        first = talking.ask(alice, "When is best?")
        provider.script(text="On Monday.")

        turn = asking.again(first.conversation, now=timezone.now())
        answering.answer(turn.pk)

        assert talking.fresh(turn).answer == "On Monday."
        assert [role for role, _ in told(provider)] == ["system", "user"]
        provider.script(text="Because.")
        talking.ask(alice, "Why?", first.conversation)
        assert [content for role, content in told(provider) if role == "assistant"] == ["On Monday."]

    def test_it_answers_in_the_language_of_the_question(self, alice: User, provider: OpenAIServer) -> None:
        turn = talking.ask(alice, "Quand est-ce que je dois publier mes photos, et pourquoi ?")

        assert turn.conversation.language == "fr"
        assert LedgerEntry.objects.get().prompt_version.startswith("assistant.fr.")

    def test_a_fan_has_no_assistant(self, charlie: User, provider: OpenAIServer) -> None:
        with pytest.raises(quota.PlanRequired):
            asking.ask(charlie, None, "Hello", now=timezone.now())
        assert not Conversation.objects.exists()

    def test_a_message_that_comes_twice_is_answered_once(self, alice: User, provider: OpenAIServer) -> None:
        turn = talking.ask(alice)

        answering.answer(turn.pk)

        assert LedgerEntry.objects.count() == 1
        assert talking.counters(alice) == (1, 0)


class TestRefused:
    def test_without_credits_nothing_is_stored(self, alice: User, provider: OpenAIServer) -> None:
        quota.status(alice, now=timezone.now())
        QuotaPeriod.objects.update(credit_limit=0)

        with pytest.raises(quota.QuotaExhausted):
            asking.ask(alice, None, "Hello", now=timezone.now())

        assert not Conversation.objects.exists()
        assert not Event.objects.exists()
        assert provider.requests == []

    def test_one_answer_at_a_time(self, alice: User, provider: OpenAIServer) -> None:
        first = asking.ask(alice, None, "Hello", now=timezone.now())

        with pytest.raises(AnswerUnderWay):
            asking.ask(alice, first.conversation, "And?", now=timezone.now())

        assert Turn.objects.count() == 1
        assert Reservation.objects.count() == 1

    def test_another_conversation_does_not_wait(self, alice: User, provider: OpenAIServer) -> None:
        for _ in range(2):
            asking.ask(alice, None, "Hello", now=timezone.now())
        assert Turn.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_questions_at_once_one_is_taken(alice: User, provider: OpenAIServer) -> None:
    first = talking.ask(alice)
    barrier = threading.Barrier(4)
    ends: list[str] = []

    def question() -> None:
        conversation = Conversation.objects.get(pk=first.conversation_id)
        barrier.wait()
        try:
            asking.ask(alice, conversation, "And?", now=timezone.now())
            ends.append("taken")
        except AnswerUnderWay:
            ends.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=question) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(ends) == ["refused"] * 3 + ["taken"]
    assert Turn.objects.filter(status=Status.QUEUED).count() == 1
    assert Reservation.objects.filter(state=Reservation.State.RESERVED).count() == 1


class TestNoAnswer:
    def test_a_filter_is_told_and_not_charged(self, alice: User, provider: OpenAIServer) -> None:
        provider.script(Fault.PROMPT_FILTERED)

        turn = talking.ask(alice)

        assert (turn.status, turn.error_code, turn.answer) == (Status.FAILED, "content_blocked", "")
        assert turn.filtered["categories"]
        assert talking.counters(alice) == (0, 0)

    def test_providers_that_are_down_are_told_and_not_charged(self, alice: User, provider: OpenAIServer) -> None:
        provider.script(Fault.UNAVAILABLE, times=None)

        turn = talking.ask(alice)

        assert (turn.status, turn.error_code) == (Status.FAILED, "ai_unavailable")
        assert talking.counters(alice) == (0, 0)
        assert Event.objects.get(event="assistant.answered").data["status"] == "failed"

    def test_after_a_failure_the_conversation_goes_on_without_it(self, alice: User, provider: OpenAIServer) -> None:
        provider.script(Fault.PROMPT_FILTERED)
        first = talking.ask(alice, "Forbidden?")

        second = talking.ask(alice, "And this?", first.conversation)

        assert second.status == Status.DONE
        assert "Forbidden?" not in json.dumps(told(provider))

    def test_an_answer_of_nothing_but_invented_sources_says_so(self, alice: User, provider: OpenAIServer) -> None:
        provider.script(text="[post:1][post:2]", times=None)

        turn = talking.ask(alice)

        assert turn.status == Status.DONE
        assert "none of it is left" in turn.answer


class TestStopping:
    def test_before_the_first_word_it_is_free(self, alice: User, provider: OpenAIServer) -> None:
        turn = asking.ask(alice, None, "Hello", now=timezone.now())
        asking.stop(turn, now=timezone.now())

        answering.answer(turn.pk)

        turn = talking.fresh(turn)
        assert (turn.status, turn.answer) == (Status.STOPPED, "")
        assert talking.counters(alice) == (0, 0)

    @pytest.mark.django_db(transaction=True)
    def test_after_the_first_words_they_are_kept_and_paid(self, alice: User, provider: OpenAIServer) -> None:
        provider.script(text="One two three four five six seven eight nine ten", chunk_delay=0.3)
        turn = asking.ask(alice, None, "Count", now=timezone.now())

        def stop() -> None:
            asking.stop(turn, now=timezone.now())
            connection.close()

        timer = threading.Timer(0.8, stop)
        timer.start()

        answering.answer(turn.pk)
        timer.join()

        turn = talking.fresh(turn)
        assert turn.status == Status.STOPPED
        assert turn.answer.startswith("One")
        assert not turn.answer.endswith("ten")
        assert talking.counters(alice) == (turn.credits, 0)
        assert turn.credits == 1

    def test_a_stop_of_what_has_ended_changes_nothing(self, alice: User, provider: OpenAIServer) -> None:
        turn = talking.ask(alice)

        asking.stop(turn, now=timezone.now())

        assert talking.fresh(turn).stop_requested_at is None


class TestCrashes:
    @pytest.fixture
    def turn(self, alice: User, provider: OpenAIServer) -> Turn:
        return asking.ask(alice, None, "Hello", now=timezone.now())

    def test_what_is_fresh_is_left_alone(self, turn: Turn) -> None:
        assert sweep.stuck(now=turn.queued_at + leases.PATIENCE) == []
        answering.claim(turn.pk, now=turn.queued_at)
        assert sweep.stuck(now=turn.queued_at + leases.LEASE) == []

    def test_a_lost_message_is_sent_again(self, turn: Turn) -> None:
        assert sweep.stuck(now=turn.queued_at + leases.PATIENCE + SECOND) == [turn.pk]

    def test_a_dead_workers_turn_is_answered_by_another_and_charged_once(self, alice: User, turn: Turn) -> None:
        answering.claim(turn.pk, now=turn.queued_at)

        assert sweep.stuck(now=turn.queued_at + leases.LEASE + SECOND) == [turn.pk]
        answering.answer(turn.pk)

        assert talking.fresh(turn).claim == 2
        outcomes = LedgerEntry.objects.order_by("pk").values_list("outcome", "credits")
        assert list(outcomes) == [("lost", 0), ("completed", 1)]
        assert talking.counters(alice) == (1, 0)

    def test_a_worker_that_comes_back_from_the_dead_changes_nothing(self, alice: User, turn: Turn) -> None:
        stalled = answering.claim(turn.pk, now=turn.queued_at)
        assert stalled is not None
        sweep.stuck(now=turn.queued_at + leases.LEASE + SECOND)
        answering.answer(turn.pk)
        before = Turn.objects.values().get()

        job = briefing.job(stalled.conversation, stalled)
        route = Route.from_json(stalled.decision)
        desk = answering.Desk(stalled, Publisher("late"), answering.numbering(stalled))
        late = completion.run(job, route, sink=desk, stop_requested=bool)
        ending.end(stalled, job, route, late, now=timezone.now())

        assert Turn.objects.values().get() == before
        assert talking.counters(alice) == (1, 0)
        assert sum(entry.credits for entry in LedgerEntry.objects.all()) == 1

    def test_a_commit_whose_answer_got_lost_is_not_written_twice(self, turn: Turn) -> None:
        claimed = answering.claim(turn.pk, now=turn.queued_at)
        assert claimed is not None
        job = briefing.job(claimed.conversation, claimed)
        route = Route.from_json(claimed.decision)
        desk = answering.Desk(claimed, Publisher("x"), answering.numbering(claimed))
        result = completion.run(job, route, sink=desk, stop_requested=bool)
        for _ in range(2):
            ending.end(claimed, job, route, result, now=timezone.now())

        assert LedgerEntry.objects.count() == 1
        assert Event.objects.filter(event="assistant.answered").count() == 1

    def test_after_three_dead_workers_it_is_given_up_and_released(self, alice: User, turn: Turn) -> None:
        now = turn.queued_at
        for _ in range(leases.MOST_CLAIMS):
            answering.claim(turn.pk, now=now)
            now += leases.LEASE + SECOND
            sweep.stuck(now=now)

        turn = talking.fresh(turn)
        assert (turn.status, turn.error_code) == (Status.FAILED, "ai_unavailable")
        assert talking.counters(alice) == (0, 0)
        assert LedgerEntry.objects.filter(outcome="lost").count() == leases.MOST_CLAIMS

    def test_what_nobody_takes_for_ten_minutes_is_given_up(self, turn: Turn) -> None:
        assert sweep.stuck(now=turn.queued_at + leases.OLDEST + SECOND) == []
        assert talking.fresh(turn).status == Status.FAILED
