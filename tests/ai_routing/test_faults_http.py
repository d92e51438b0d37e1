"""The provider's faults as a client of the API meets them: what is documented, never a 500, and books that agree."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from ai_routing import breaker, reading
from ai_routing.models import LedgerEntry
from billing.models import QuotaPeriod
from content.models import Variant
from tests.ai_routing import books, courses
from tests.ai_routing.courses import SILENT, Trick, Way
from tests.fakes.openai_server import Defect, Fault, OpenAIServer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("eager_workers", "short_pauses", "budgets"),
]

ECONOMY = ("azure:gpt-4o-mini", "openai:gpt-4o-mini")
PREMIUM = ("azure:gpt-4o", "openai:gpt-4o")
DRAFT = Way(ECONOMY, escalation=PREMIUM)
CHAT = Way(ECONOMY)
STATUS = {"": 201, "content_blocked": 422, "invalid_request": 400, "ai_unavailable": 503}
BROKEN_OFF = [
    Fault.HANG_MID_STREAM,
    Fault.CUT_MID_STREAM,
    Fault.STREAM_ENDS_EARLY,
    Fault.ERROR_MID_STREAM,
    Fault.MALFORMED_JSON,
]

GENERATE: list[tuple[Trick, ...]] = [
    *[(fault,) for fault in Fault],
    *[(defect,) for defect in (Defect.WRONG_LANGUAGE, Defect.REFUSAL, Defect.LEAK)],
    (Fault.RATE_LIMITED, Fault.CUT_MID_STREAM),
    (Fault.HANG_MID_STREAM, Fault.COMPLETION_FILTERED),
    (Fault.BAD_KEY, Fault.MODEL_NOT_FOUND),
    (Fault.BAD_KEY, Fault.SERVER_ERROR, Fault.EMPTY_ANSWER),
    (Fault.UNAVAILABLE, Fault.CONTEXT_TOO_LONG),
    (Defect.REFUSAL, Fault.PROMPT_FILTERED),
    (Defect.LEAK, Fault.PROMPT_FILTERED),
    (Defect.LEAK, Fault.BAD_KEY, Fault.INSUFFICIENT_QUOTA),
    (Defect.LEAK, Defect.LEAK),
    (Defect.TOO_LONG, Defect.WRONG_LANGUAGE),
]
WHOLE: list[tuple[Trick, ...]] = [
    *[(fault,) for fault in Fault],
    (Fault.RATE_LIMITED, Fault.PROMPT_FILTERED),
    (Fault.BAD_KEY, Fault.SERVER_ERROR, Fault.UNAVAILABLE),
    (Fault.BAD_KEY, Fault.BAD_KEY),
    (Fault.EMPTY_ANSWER, Fault.CONTEXT_TOO_LONG),
]
STREAMED: list[tuple[Trick, ...]] = [
    *[(fault,) for fault in Fault if fault not in {*BROKEN_OFF, Fault.COMPLETION_FILTERED}],
    (Fault.SERVER_ERROR, Fault.EMPTY_ANSWER),
    (Fault.BAD_KEY, Fault.BAD_KEY),
    (Fault.RATE_LIMITED, Fault.PROMPT_FILTERED),
    (Fault.UNAVAILABLE, Fault.CONTEXT_TOO_LONG),
]


@pytest.fixture
def budgets(alice: User) -> None:
    books.open_budgets(alice)


@pytest.fixture(autouse=True)
def patience(provider: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "TICK_SECONDS", 0.05)
    # A Valkey that was away in another test is asked again at once.
    monkeypatch.setattr(breaker.shared(), "silent_until", float("-inf"))


def script(provider: OpenAIServer, tricks: tuple[Trick, ...], settings: Any) -> None:
    """Let the calls of the next request meet the tricks in turn."""
    settings.AI_STALL_SECONDS = 0.5 if SILENT.intersection(tricks) else 5
    for trick in tricks:
        kind: dict[str, Any] = {"fault": trick} if isinstance(trick, Fault) else {"defect": trick}
        provider.script(**kind, retry_after=0.02)


def used(user: User) -> int:
    return sum(period.used for period in QuotaPeriod.objects.filter(user=user))


def named(tricks: tuple[Trick, ...]) -> str:
    return "+".join(tricks)


# --- POST /api/content/generate --------------------------------------------------------------------------------------


def generate(client: APIClient) -> Any:
    return client.post(
        "/api/content/generate", {"prompt": "Rainy Sunday in Lyon", "platform": "instagram"}, format="json"
    )


@pytest.mark.parametrize("tricks", GENERATE, ids=named)
def test_a_text_is_written_or_the_documented_problem_told(
    tricks: tuple[Trick, ...], alice: User, alice_api: APIClient, provider: OpenAIServer, settings: Any
) -> None:
    script(provider, tricks, settings)
    course = courses.of(DRAFT, tricks)

    response = generate(alice_api)

    body = response.json()
    assert response.status_code == STATUS[course.error_code], body
    rows = LedgerEntry.objects.order_by("attempt")
    assert [(row.kind, row.outcome, f"{row.provider}:{row.model}") for row in rows] == [
        row.told() for row in course.rows
    ]
    if course.kept is None:
        assert response["Content-Type"] == "application/problem+json"
        assert body["code"] == course.error_code
        assert used(alice) == 0
        assert Variant.objects.get().body == ""
    else:
        assert body["content"]["body"]
        assert body["ai"]["model"] == course.kept.deployment.partition(":")[2]
        assert body["ai"]["attempts"] == len(course.rows)
        assert used(alice) == 1
    books.assert_books_agree(alice)


def test_the_same_again_costs_nothing_and_a_failure_is_never_given_again(
    alice: User, alice_api: APIClient, provider: OpenAIServer
) -> None:
    provider.script(Fault.PROMPT_FILTERED)
    assert generate(alice_api).status_code == 422
    first = generate(alice_api).json()
    again = generate(alice_api).json()

    assert (first["ai"]["cache"], again["ai"]["cache"]) == ("none", "exact")
    assert again["content"]["body"] == first["content"]["body"]
    assert again["ai"]["cost_usd"] in {"0", "0.000000"}
    assert used(alice) == 1
    assert len(provider.requests) == 2
    books.assert_books_agree(alice)


@pytest.mark.parametrize("defect", [Defect.REFUSAL, Defect.TOO_LONG])
def test_a_text_that_was_kept_for_want_of_a_better_is_not_given_again(
    defect: Defect, alice: User, alice_api: APIClient, provider: OpenAIServer
) -> None:
    provider.script(defect=defect, model="gpt-4o-mini")
    provider.script(Fault.BAD_KEY, model="gpt-4o", times=2)
    assert generate(alice_api).json()["ai"]["model"] == "gpt-4o-mini"

    assert generate(alice_api).json()["ai"]["cache"] == "none"
    books.assert_books_agree(alice)


# --- POST /api/ai/v1/chat/completions --------------------------------------------------------------------------------


def chat(client: APIClient, **fields: Any) -> Any:
    body = {"model": "auto", "messages": [{"role": "user", "content": "Say hello to my fans"}], **fields}
    return client.post("/api/ai/v1/chat/completions", body, format="json")


@pytest.mark.parametrize("tricks", WHOLE, ids=named)
def test_a_whole_answer_or_the_documented_problem(
    tricks: tuple[Trick, ...], alice: User, alice_api: APIClient, provider: OpenAIServer, settings: Any
) -> None:
    script(provider, tricks, settings)
    course = courses.of(CHAT, tricks)

    response = chat(alice_api)

    body = response.json()
    if course.kept is None:
        assert response.status_code == STATUS[course.error_code], body
        assert body["error"]["code"] == body["error"]["problem"]["code"] == course.error_code
        assert used(alice) == 0
    else:
        assert response.status_code == 200, body
        assert body["choices"][0]["message"]["content"]
        assert used(alice) == body["x_huntaze"]["credits"] == 1
    assert LedgerEntry.objects.count() == len(course.rows)
    books.assert_books_agree(alice)


def told(response: Any) -> list[Any]:
    """Return what a stream says: its pieces of JSON, and "[DONE]" as it is."""
    events = b"".join(response.streaming_content).decode().split("\n\n")
    data = [event.removeprefix("data: ") for event in events if event.startswith("data: ")]
    return [piece if piece == "[DONE]" else json.loads(piece) for piece in data]


def words(pieces: list[Any]) -> str:
    return "".join(
        piece["choices"][0]["delta"].get("content", "")
        for piece in pieces
        if piece != "[DONE]" and piece.get("choices")
    )


@pytest.mark.parametrize("tricks", STREAMED, ids=named)
def test_what_goes_wrong_before_the_first_word_is_mended_or_told_with_its_status(
    tricks: tuple[Trick, ...], alice: User, alice_api: APIClient, provider: OpenAIServer, settings: Any
) -> None:
    script(provider, tricks, settings)
    course = courses.of(CHAT, tricks)

    response = chat(alice_api, stream=True)

    if course.kept is None:
        assert response.status_code == STATUS[course.error_code]
        assert response.json()["error"]["code"] == course.error_code
        assert used(alice) == 0
    else:
        pieces = told(response)
        assert response.status_code == 200
        assert pieces[-1] == "[DONE]"
        assert words(pieces).strip() == provider.requests[-1].sent_text.strip()
        assert used(alice) == pieces[-2]["x_huntaze"]["credits"] == 1
    assert LedgerEntry.objects.count() == len(course.rows)
    books.assert_books_agree(alice)


@pytest.mark.parametrize("fault", [*BROKEN_OFF, Fault.COMPLETION_FILTERED], ids=str)
def test_what_breaks_off_after_words_were_sent_ends_with_an_error_and_is_not_charged(
    fault: Fault, alice: User, alice_api: APIClient, provider: OpenAIServer, settings: Any
) -> None:
    script(provider, (fault,), settings)

    response = chat(alice_api, stream=True)
    pieces = told(response)

    assert response.status_code == 200
    assert words(pieces) == provider.requests[0].sent_text
    code = "content_blocked" if fault is Fault.COMPLETION_FILTERED else "ai_unavailable"
    assert pieces[-1]["error"]["code"] == code
    assert used(alice) == 0
    # Words that were sent cannot be taken back, so nobody else is asked.
    assert [row.outcome for row in LedgerEntry.objects.all()] == [courses.COURSES[fault][0]]
    books.assert_books_agree(alice)


@pytest.mark.parametrize("pieces_read", [0, 1, 3])
def test_a_client_that_hangs_up_ends_the_providers_work_and_pays_for_the_words_so_far_at_most(
    pieces_read: int, alice: User, alice_api: APIClient, provider: OpenAIServer
) -> None:
    provider.script(text="word " * 400, chunk_delay=0.02)

    response = chat(alice_api, stream=True)
    arriving = iter(response.streaming_content)
    for _ in range(pieces_read):
        next(arriving)
    response.close()

    provider.wait_for(lambda requests: requests[0].client_disconnected, timeout=5)
    wait_until_settled(alice)
    [row] = LedgerEntry.objects.all()
    assert row.outcome == "stopped"
    assert row.output_tokens < 200
    assert used(alice) <= 1
    books.assert_books_agree(alice)


def wait_until_settled(user: User) -> None:
    books.wait_until(lambda: LedgerEntry.objects.filter(user=user).exists())


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    "wanted",
    [
        {"type": "json_object"},
        {"type": "json_schema", "json_schema": {"name": "x", "strict": True, "schema": {"type": "object"}}},
        {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "array"}}},
    ],
    ids=["object", "schema that strict mode refuses", "list"],
)
def test_a_form_that_a_client_asks_for_is_never_the_deployments_fault(
    wanted: dict[str, Any], stream: bool, alice: User, alice_api: APIClient, provider: OpenAIServer
) -> None:
    """Else one client could have the circuit opened for everybody."""
    for _ in range(3):
        response = chat(alice_api, response_format=wanted, stream=stream)
        if stream and response.status_code == 200:
            told(response)
        assert response.status_code in {200, 400}

    assert chat(alice_api).status_code == 200
    books.assert_books_agree(alice)
