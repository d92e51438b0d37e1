"""The committed trace is what its generator makes, and holds what it is said to hold."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from ai_routing import drafts
from ai_routing.routing import OutputLength, TaskType
from bench import savings_answers, trace
from bench.traces import assumptions
from bench.traces.assumptions import ASSISTANT
from content import brief

MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def committed() -> trace.Trace:
    return trace.read()


def test_the_committed_trace_is_what_the_generator_makes(committed):
    assert committed == trace.made()


def test_it_is_small_enough_to_be_committed():
    assert trace.PATH.stat().st_size < MEGABYTE


def test_it_is_large_and_of_every_task(committed):
    assert len(committed.requests) >= 5_000
    assert {request.task for request in committed.requests} == {ASSISTANT, *TaskType}
    assert len({request.creator for request in committed.requests}) > 100


def test_it_is_in_order_and_lasts_two_days(committed):
    times = [request.at for request in committed.requests]
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] < assumptions.DAYS * 86_400


def test_evenings_are_busier_than_nights(committed):
    hours = Counter(int(request.at // 3_600) % 24 for request in committed.requests)
    assert hours[20] > 4 * hours[4]


def test_its_shares_are_those_that_are_stated(committed):
    shares = trace.statistics(committed)
    assert shares["language"]["fr"] == pytest.approx(assumptions.FRENCH, abs=0.05)
    first = shares["repeats"]["first"]
    for why, (share, _, _) in trace.REPEATS.items():
        assert shares["repeats"][why] == pytest.approx(share * first, rel=0.35), why
    posts = shares["task"]["marketing_template"]
    assert shares["repeats"]["again"] == pytest.approx(posts * assumptions.AGAIN, rel=0.25)


@pytest.mark.parametrize("task", sorted({task for kind in assumptions.SESSION_KINDS.values() for task in kind.tasks}))
def test_each_task_has_about_the_share_that_the_sessions_give_it(committed, task):
    weight = {name: kind.share * kind.requests for name, kind in assumptions.SESSION_KINDS.items()}
    expected = sum(weight[name] * kind.tasks.get(task, 0.0) for name, kind in assumptions.SESSION_KINDS.items()) / sum(
        weight.values()
    )
    assert trace.statistics(committed)["task"][task] == pytest.approx(expected, rel=0.3, abs=0.003)


def test_a_repeat_is_an_earlier_request_to_the_letter(committed):
    seen = set()
    for request in committed.requests:
        if request.repeats:
            assert (request.creator, request.task, request.text) in seen
        seen.add((request.creator, request.task, request.text))


def test_turns_of_a_conversation_come_in_order(committed):
    turns = defaultdict(list)
    for request in committed.requests:
        if request.talk:
            turns[request.talk].append(request.turn)
    assert turns
    assert all(numbers == list(range(len(numbers))) for numbers in turns.values())


def test_most_texts_are_asked_once(committed):
    texts = Counter(request.text for request in committed.requests if not (request.repeats or request.fresh))
    assert sum(count for count in texts.values() if count > 1) < 0.35 * len(committed.requests)


def test_good_answers_pass_the_checks_of_drafts(committed):
    tasks = [request for request in committed.requests if request.task != ASSISTANT]
    for number, request in enumerate(tasks[::23]):
        wanted = brief.Brief(
            prompt=request.text,
            task_type=request.task,
            platform=request.platform,
            language=request.language,
            length=request.length,
        )
        expected = drafts.Expectations(
            language=request.language,
            output_length=OutputLength(request.length),
            platform=request.platform,
            is_document=TaskType(wanted.task_type) in brief.DOCUMENTS,
        )
        text = savings_answers.to(request, number=number, economy="economy", premium="premium").text
        assert drafts.faults(text, expected) == (), (request, text)


def test_as_many_drafts_are_bad_as_is_stated(committed):
    posts = [request for request in committed.requests if request.task == "marketing_template"]
    answers = [
        savings_answers.to(request, number=number, economy="economy", premium="premium").by_model
        for number, request in enumerate(posts)
    ]
    economy = sum(answer["economy"].defect is not None for answer in answers) / len(posts)
    premium = sum(answer["premium"].defect is not None for answer in answers) / len(posts)
    assert economy == pytest.approx(assumptions.BAD_DRAFTS["marketing_template"], rel=0.4)
    assert premium < economy / 2
