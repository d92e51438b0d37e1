"""What becomes of what agents answer: repaired, escalated or refused, and held to the rows that they were given."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from accounts.models import User
from ai_routing.models import LedgerEntry, Run
from ai_routing.models.work import Status
from ai_routing.team import citations, outputs, workflows
from content.models import Content
from tests.ai_routing.team import crew
from tests.fakes.openai_server import OpenAIServer

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("defect", ["invalid_json", "schema_violation"])
def test_a_bad_answer_is_asked_for_again(
    start: Callable[..., Run], alice: User, provider: OpenAIServer, defect: str
) -> None:
    provider.script(defect=defect)

    run = crew.work(start("performance-review"))

    first = crew.stage(run, "read")[0]
    assert run.status == "done"
    assert (first.status, first.repairs, first.escalated, first.attempts) == (Status.DONE, 1, False, 2)
    faults = LedgerEntry.objects.filter(reference=first.pk).order_by("pk").values_list("faults", flat=True)
    assert [bool(found) for found in faults] == [True, False]
    crew.assert_books_agree(alice)


def test_a_second_bad_answer_goes_to_the_premium_model_at_no_extra_credit(
    start: Callable[..., Run], alice: User, provider: OpenAIServer
) -> None:
    provider.script(defect="schema_violation", times=2, model="gpt-4o-mini")

    run = crew.work(start("performance-review"))

    first = crew.stage(run, "read")[0]
    assert (first.status, first.repairs, first.escalated, first.model) == (Status.DONE, 1, True, "gpt-4o")
    assert first.credits <= first.reservation.credits
    crew.assert_books_agree(alice)


def test_when_nobody_gets_it_right_the_run_fails_and_nothing_is_charged(
    start: Callable[..., Run], alice: User, provider: OpenAIServer
) -> None:
    provider.script(defect="schema_violation", times=None)

    run = crew.work(start("performance-review"))

    first = crew.stage(run, "read")[0]
    assert (run.status, run.error_code) == ("failed", "bad_answer")
    assert (first.status, first.error_code, first.output) == (Status.FAILED, "bad_answer", None)
    assert [step.stage for step in run.steps.all()] == ["read"]
    assert crew.assert_books_agree(alice) == 0


@pytest.mark.parametrize("text", ["  ", "\x00"])
def test_a_draft_without_a_text_is_no_draft_and_is_not_charged(
    start: Callable[..., Run], alice: User, provider: OpenAIServer, text: str
) -> None:
    crew.says(provider, crew.finding("Nothing yet."))
    crew.says(provider, crew.plan("One"))
    crew.says(provider, crew.draft("One", text))

    run = crew.work(start())

    (written,) = crew.stage(run, "write")
    assert (run.status, run.error_code) == ("failed", "bad_answer")
    assert (written.credits, written.reservation.state, written.reservation.charged) == (0, "settled", 0)
    assert written.cost_micro_usd
    assert crew.assert_books_agree(alice) == sum(step.credits for step in run.steps.exclude(stage="write"))


def test_escapes_that_the_database_refuses_are_cleaned_and_whole_numbers_are_whole(
    start: Callable[..., Run], alice: User, provider: OpenAIServer
) -> None:
    crew.says(provider, crew.finding("It\x00 rains \ud800 a lot."))
    crew.says(provider, crew.plan("One \x00", hour=9.0, idea="\udfff"))
    crew.says(provider, crew.draft("One", "A \x00text."), times=2)

    run = crew.work(start())

    assert run.status == "awaiting_approval"
    assert crew.answer(run, "read")["findings"][0]["text"] == "It rains ? a lot."
    (item,) = crew.answer(run, "plan")["items"]
    assert (item["title"], repr(item["hour"]), item["idea"]) == ("One", "9", "?")
    assert crew.proposals(run)[0].payload["text"] == "A text."
    assert not LedgerEntry.objects.filter(outcome="lost").exists()
    crew.assert_books_agree(alice)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "null", '{"items": 3}', "{}", '{"items": [{"day": NaN}]}', '{"items": [{"day": 1e999}]}', "[" * 100_000],
)
def test_what_is_no_plan_is_unusable_and_nothing_else(start: Callable[..., Run], text: str) -> None:
    run = start()

    with pytest.raises(outputs.UnusableAnswer):
        outputs.read(text, run, workflows.named(run.workflow).stage("plan"), given=[])


def test_sources_that_were_not_given_are_taken_out_and_what_is_left_without_is_marked(
    start: Callable[..., Run], alice: User, provider: OpenAIServer
) -> None:
    now = timezone.now()
    post = Content.objects.create(user=alice, body="Umbrellas", created_at=now, updated_at=now)
    findings = [
        {"text": f"It rains [post:{post.pk}] in your posts.", "sources": ["kpi:rain", "post:none"]},
        {"text": "Fans love rain.", "sources": ["kpi:rain"]},
        {"text": "You posted once.", "sources": [f"[post:{post.pk}]", "kpi:credits"]},
    ]
    crew.says(provider, {"findings": findings})

    run = crew.work(start("performance-review"), until="advise")

    step = crew.stage(run, "read")[0]
    assert crew.answer(run, "read")["findings"] == [
        {"text": "It rains in your posts.", "sources": [f"post:{post.pk}"]},
        {"text": "Fans love rain.", "sources": [], "unsourced": True},
        {"text": "You posted once.", "sources": [f"post:{post.pk}", "kpi:credits"]},
    ]
    assert step.sources == [f"post:{post.pk}", "kpi:credits"]


def test_what_the_analyst_cited_the_strategist_may_cite_too(
    start: Callable[..., Run], alice: User, provider: OpenAIServer
) -> None:
    crew.says(provider, crew.finding("Few credits.", "kpi:credits"))
    crew.says(provider, crew.finding("Use more.", "kpi:credits", "kpi:cost"))

    run = crew.work(start("performance-review"), until="report")

    assert crew.stage(run, "advise")[0].sources == ["kpi:credits"]


def test_a_writer_sees_the_post_that_its_idea_points_to(
    start: Callable[..., Run], alice: User, provider: OpenAIServer
) -> None:
    now = timezone.now()
    post = Content.objects.create(user=alice, body="Umbrellas on the quay", created_at=now, updated_at=now)
    crew.says(provider, crew.finding("It rains.", f"post:{post.pk}"))
    crew.says(provider, crew.plan("One", sources=[f"post:{post.pk}"]))

    run = crew.work(start(), until="edit")

    step = crew.stage(run, "write")[0]
    assert "Umbrellas on the quay" in str(provider.requests[-1].body)
    assert step.inputs["given"] == [f"post:{post.pk}"]


def test_a_reference_never_stands_in_a_text_that_is_published() -> None:
    kept = citations.checked(crew.draft("One", "See [post:1] and kpi:cost."), {"post:1"}, claims=False)

    assert kept == {"title": "One", "text": "See and.", "sources": ["post:1"]}


def test_citations_find_every_source_once() -> None:
    answer = {"sections": [{"sources": ["a", "b"]}, {"sources": ["b", "c"]}], "sources": ["d"]}

    assert citations.of(answer) == ["d", "a", "b", "c"]
    assert citations.of([None, 3, "x"]) == []
