"""What a line says, and what it never says."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Iterator

import pytest

from huntaze.logs import bound
from huntaze.logs.lines import JsonLines, PlainLines
from huntaze.logs.scrubbing import LONGEST, scrubbed

REQUEST_ID = "5f0e8c1a9b7d4e2f8a6c3b1d0e9f7a5c"


@pytest.fixture(autouse=True)
def unbound() -> Iterator[None]:
    bound.bind(bound.NOTHING)
    yield
    bound.bind(bound.NOTHING)


def record(
    message: str, *args: object, level: int = logging.INFO, error: BaseException | None = None, **extra: object
) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error else None
    made = logging.LogRecord("content.writer", level, __file__, 1, message, args, info)
    vars(made).update(extra)
    return made


def test_a_line_is_one_object_with_all_that_it_is_known_by() -> None:
    bound.bind(bound.Bound(request_id=REQUEST_ID, user_id="7", task_id="t-1", task="content.tasks.write_variant"))

    line = JsonLines().format(record("Variant %s\nwaits", 3, queue="ai_bulk", seconds=1.5, many=object()))

    told = json.loads(line)
    assert "\n" not in line
    assert told.pop("time").endswith("+00:00")
    assert told == {
        "level": "INFO",
        "logger": "content.writer",
        "message": "Variant 3\nwaits",
        "request_id": REQUEST_ID,
        "user_id": "7",
        "task_id": "t-1",
        "task": "content.tasks.write_variant",
        "queue": "ai_bulk",
        "seconds": 1.5,
    }


def test_an_extra_does_not_take_the_place_of_what_a_line_says_itself() -> None:
    told = json.loads(JsonLines().format(record("true", level=logging.ERROR, time="x", logger="y")))

    assert (told["logger"], told["level"]) == ("content.writer", "ERROR")
    assert told["time"] != "x"


def test_a_crash_is_told_with_its_kind_and_without_the_row() -> None:
    try:
        raise ValueError(
            "duplicate key\nDETAIL:  Key (email)=(fan@example.org) already exists.\nLINE 1: ... 'Zephyrine'"
        )
    except ValueError as error:
        told = json.loads(JsonLines().format(record("It failed", level=logging.ERROR, error=error)))

    assert told["error"] == "ValueError"
    assert "test_lines.py" in told["traceback"]
    for secret in ("fan@", "Zephyrine"):
        assert secret not in told["traceback"]


def test_people_get_the_same_without_braces() -> None:
    bound.bind(bound.Bound(request_id=REQUEST_ID))

    assert (
        PlainLines()
        .format(record("Mail to fan@example.org waits"))
        .endswith(f"INFO content.writer Mail to [address] waits  [request_id={REQUEST_ID[:8]}]")
    )


def test_without_a_request_nothing_stands_behind_a_line() -> None:
    assert PlainLines().format(record("interactive@host ready.")).endswith("ready.")


def test_a_trace_is_named_only_where_there_is_one() -> None:
    assert "opentelemetry.trace" in sys.modules
    assert "trace_id" not in json.loads(JsonLines().format(record("x")))


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("to fan.of+her@mail.example.org!", "fan.of"),
        ("Authorization: Bearer hz_0123456789abcdef", "0123456789abcdef"),
        ("key hz_abcdEFGH1234", "abcdEFGH1234"),
        ("sk_live_51HxYz0123456789", "51HxYz"),
        ("whsec_0123456789", "0123456789"),
        ("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl", "eyJzdWIi"),
        ("postgresql://huntaze:pass-word@db.internal/huntaze", "pass-word"),
        ("redis://:hush-hush@cache/0", "hush-hush"),
        ("GET /login/link/AbC-123_x 200", "AbC-123_x"),
        ("GET /calendar/9f8e7d.ics", "9f8e7d"),
        ("https://s3/x?X-Amz-Signature=0a1b2c3d&X-Amz-Credential=AKIA/2026", "0a1b2c3d"),
        ("/accounts/google/callback/?code=4/0Adeu5B&state=Xyz", "0Adeu5B"),
        ("Cookie: sessionid=abc; csrftoken=def", "sessionid=abc"),
        ("password=correct-horse next", "correct-horse"),
        ("ERROR: syntax\nLINE 1: INSERT INTO x VALUES ('Zephyrine')\n        ^", "Zephyrine"),
    ],
)
def test_what_must_not_be_told_is_taken_out(text: str, gone: str) -> None:
    assert gone not in scrubbed(text)


@pytest.mark.parametrize(
    "text",
    [
        "Variant 0199c2d4-7b1e-7c33-9f10-5d2a4e6b8c10 was stuck and is handed out again",
        "GET /app/create 200 1532 34ms",
        "openai:gpt-4o-mini: The provider answered 503 (unavailable)",
        "/login/link/sent",
        "Task content.tasks.write_variant[176e8001-ae2d-490c-b167-0c6996adb1a0] succeeded in 0.1s: None",
        "interactive@host ready.",
    ],
)
def test_what_helps_stays(text: str) -> None:
    assert scrubbed(text) == text


def test_a_text_that_does_not_end_is_cut() -> None:
    assert len(scrubbed("word " * 1_000_000)) <= LONGEST + 1
    assert scrubbed("x" * 1_000_000) == "…"


def test_a_hostile_line_costs_no_more_than_it_is_long() -> None:
    for text in ("x" * LONGEST, "a." * 3_999, "://" * 2_000, "@" * LONGEST, "token=" * 1_300, "DETAIL:" * 1_000):
        started = time.perf_counter()
        scrubbed(text)
        assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize(
    ("given", "amazons", "kept"),
    [
        (REQUEST_ID, "", REQUEST_ID),
        ("0199c2d4-7b1e-7c33-9f10-5d2a4e6b8c10", "", "0199c2d4-7b1e-7c33-9f10-5d2a4e6b8c10"),
        ("", "Self=1-a;Root=1-67891233-abcdef012345678912345678;Sampled=1", "1-67891233-abcdef012345678912345678"),
        ("fan@example.org", "Root=nothing", None),
        ("Zephyrine in Marseille", "", None),
        (REQUEST_ID + "\r\nSet-Cookie: a=b", "", None),
        (REQUEST_ID.upper(), "", None),
        ("a" * 65, "", None),
    ],
)
def test_an_id_of_the_edge_is_kept_only_if_nobody_can_have_written_words_into_it(
    given: str, amazons: str, kept: str | None
) -> None:
    found = bound.accepted(given, amazons)

    assert found == kept if kept else bound.IDS.fullmatch(found)
    assert found == given or given != kept
