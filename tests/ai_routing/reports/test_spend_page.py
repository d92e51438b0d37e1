"""The page “AI spend”: what it tells, for which days, and its tables as files."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.ai_routing.reports.ledger_rows import NOW, row
from tests.ai_routing.reports.operators import BREAKERS, CSV, REPORT, text_of
from tests.conftest import person
from tests.fakes.openai_server import OpenAIServer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon", "nothing_remembered")]


def test_the_page_tells_the_totals(ledger: None, admin_client: Client) -> None:
    page = text_of(admin_client.get(REPORT))

    assert "16 November 2026 – 22 November 2026 (UTC)" in page
    assert "1 of 9 calls have no known price. What they cost is in none of these sums." in page
    assert "Cost $0.0032 $0.000020 of it by 1 correction " in page
    assert "Saved, against GPT-4o 52.5 % $0.0035 of $0.0067" in page
    assert "Saved, against GPT-4o with its prompt cache 41.6 % $0.0023 of $0.0054" in page
    assert "Requests 9 9 calls, 7 answers" in page
    assert "Answers from the cache 2 22.2 % 1 exact, 1 semantic" in page
    assert "Escalations 1 11.1 % $0.000050 for drafts thrown away, $0.0030 for the stronger model" in page
    assert "Stopped by a content filter 1" in page
    assert "Calls that failed 1 11.1 %" in page


def test_the_page_tells_each_part(ledger: None, admin_client: Client) -> None:
    page = text_of(admin_client.get(REPORT))

    assert "20 Nov 2026 6 7 1 $0.0032 99.3 % " in page
    assert "openai:llama3.2 1 1 0 not known 0.0 % n/a n/a n/a n/a 1 " in page
    assert "local:smollm2-135m 1 1 0 $0.00 0.0 % n/a n/a n/a n/a 0 " in page
    assert "alice@example.org pro 3 $0.0032 99.7 % $0.0060 47.2 %" in page
    assert "azure:gpt-4o-mini Rate limited 1 100.0 %" in page
    assert "conversation.en.v1 1 1,000 600 60.0 % 100.0 % 0" in page
    assert (
        "20 Nov 2026, 09:00:00 9.0 s not known openai:llama3.2 Completed marketing_template content bob@example.org"
        in page
    )


def test_a_call_links_to_its_row(alice: User, admin_client: Client) -> None:
    entry = row(alice, money=(5, 100, 100), latency_ms=900)

    assert f'href="/admin/ai_routing/ledgerentry/{entry.pk}/change/"' in admin_client.get(REPORT).content.decode()
    assert admin_client.get(f"/admin/ai_routing/ledgerentry/{entry.pk}/change/").status_code == 200


def test_times_are_those_of_utc_as_the_days_are(alice: User, operator: User, admin_client: Client) -> None:
    User.objects.filter(pk=operator.pk).update(time_zone="Pacific/Auckland")
    row(alice, latency_ms=900)

    assert "20 Nov 2026, 09:00:00" in text_of(admin_client.get(REPORT))


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ({}, "16 November 2026 – 22 November 2026"),
        ({"period": "today"}, "22 November 2026 (UTC)"),
        ({"period": "30"}, "24 October 2026 – 22 November 2026"),
        ({"period": "custom", "first": "2026-11-20", "last": "2026-11-20"}, " 20 November 2026 (UTC)"),
        ({"period": "custom", "first": "2026-08-23", "last": "2026-11-22"}, "23 August 2026 – 22 November 2026"),
    ],
)
def test_the_days_are_chosen(query: dict[str, str], days: str, admin_client: Client) -> None:
    page = text_of(admin_client.get(REPORT, query))

    assert days in page
    assert "Nothing was spent." in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"period": "forever"}, "Select a valid choice"),
        ({"period": "custom"}, "Give the first and the last day."),
        ({"period": "custom", "first": "x", "last": "2026-11-20"}, "Enter a valid date."),
        ({"period": "custom", "first": "2026-11-21", "last": "2026-11-20"}, "The last day is before the first."),
        ({"period": "custom", "first": "2026-08-22", "last": "2026-11-22"}, "Choose at most 92 days."),
        ({"period": "custom", "first": "2026-11-20", "last": "2026-11-23"}, "The last day is still to come."),
        ({"period": "custom", "first": "0001-01-01", "last": "2026-11-22"}, "Choose at most 92 days."),
    ],
)
def test_a_choice_of_days_that_makes_no_sense_is_explained(
    query: dict[str, str], said: str, admin_client: Client
) -> None:
    page = text_of(admin_client.get(REPORT, query))

    assert said in page
    assert "16 November 2026 – 22 November 2026" in page


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_are_days_too(day: str, admin_client: Client) -> None:
    assert admin_client.get(REPORT, {"period": "custom", "first": day, "last": day}).status_code == 200


def test_the_page_asks_no_more_for_thirty_rows_than_for_one(alice: User, admin_client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert admin_client.get(REPORT, {"period": "today"}).status_code == 200
        return len(asked)

    row(alice, created_at=NOW)
    queries()  # content types are asked for once a process
    one = queries()
    for number in range(30):
        row(person(f"creator{number}@example.org"), created_at=NOW, model=f"model-{number}", money=(number, 1, 1))

    assert queries() == one <= 12


def test_a_long_table_is_folded(alice: User, admin_client: Client) -> None:
    for number in range(32):
        row(alice, prompt_version=f"writer.en.v{number}")

    page = admin_client.get(REPORT).content.decode()

    assert page.count("<details>") == 1
    assert "<summary>32 rows</summary>" in page


def test_models_that_retire_are_told_on_the_page(provider: OpenAIServer, settings: Any, admin_client: Client) -> None:
    settings.AI_PREMIUM_MODELS = ["openai:gpt-4o", "openai:of-our-own"]

    page = text_of(admin_client.get(REPORT))

    assert "openai:gpt-4o retires on 14 January 2027. The vendor&#x27;s replacement is gpt-6-luna." in page
    assert "No price is known for openai:of-our-own" in page


@pytest.mark.parametrize("url", [REPORT, BREAKERS])
def test_the_pages_keep_to_the_strict_policy(url: str, ledger: None, admin_client: Client) -> None:
    response = admin_client.get(url)

    page = response.content.decode()
    assert "style-src 'self'" in response["Content-Security-Policy"]
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*src=)", page)
    assert "ai_routing/reports.css" in page


TABLES = ["days", "models", "tasks", "plans", "purposes", "users", "errors", "prompts", "waits", "slowest", "dearest"]


def rows_of(response: Any) -> list[dict[str, str]]:
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.content.decode())))


@pytest.mark.parametrize("table", TABLES)
def test_each_table_comes_as_a_file(table: str, ledger: None, admin_client: Client) -> None:
    response = admin_client.get(CSV, {"table": table, "period": "7"})

    assert rows_of(response)
    assert f'filename="ai-spend-{table}-20261116-20261122.csv"' in response["Content-Disposition"]
    assert f"?table={table}&amp;period=7" in admin_client.get(REPORT).content.decode()


def test_a_file_has_exact_figures(ledger: None, admin_client: Client) -> None:
    models = {found["model"]: found for found in rows_of(admin_client.get(CSV, {"table": "models"}))}

    assert models["openai:gpt-4o-mini"]["cost_usd"] == "0.00018"
    assert models["openai:llama3.2"]["cost_usd"] == ""
    assert models["openai:llama3.2"]["calls_without_price"] == "1"
    assert models["local:smollm2-135m"]["saved_percent"] == ""
    (first,) = [found for found in rows_of(admin_client.get(CSV, {"table": "days"})) if found["day"] == "2026-11-20"]
    assert first["cost_usd"] == "0.00316"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_is_no_formula(start: str, admin_client: Client) -> None:
    row(person("mallory@example.org"), prompt_version=f'{start}HYPERLINK("http://x")', input_tokens=1)

    (found,) = rows_of(admin_client.get(CSV, {"table": "prompts"}))

    assert found["prompt_version"] == f'\'{start}HYPERLINK("http://x")'


@pytest.mark.parametrize("table", ["", "nothing", "days\r\nX: y"])
def test_a_table_that_is_none_is_not_found(table: str, admin_client: Client) -> None:
    assert admin_client.get(CSV, {"table": table}).status_code == 404
