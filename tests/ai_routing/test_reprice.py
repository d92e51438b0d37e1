"""What a wrong price touched is mended by rows that say what must be added."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum
from django.utils import timezone

from accounts.models import User
from ai_routing import prices, reprice
from ai_routing.catalogue import Deployment, Provider
from ai_routing.jobs import Job
from ai_routing.models import LedgerEntry
from ai_routing.prices import Tokens
from analytics.models import Event
from tests.ai_routing import door
from tests.fakes.openai_server import Fault, OpenAIServer

pytestmark = pytest.mark.django_db

DAY = door.NOW.replace(hour=0)
LATER = door.NOW + timedelta(days=3)


@pytest.fixture
def calls(job: Job, provider: OpenAIServer) -> list[LedgerEntry]:
    """An answer, and an answer after a call that broke off."""
    door.through(job)
    provider.script(Fault.CUT_MID_STREAM)
    door.through(job)
    return door.rows()


def dearer(settings: Any) -> None:
    settings.AI_PRICE_OVERRIDES = {"gpt-4o-mini": {"input": "0.30", "cached": "0.15", "output": "1.20"}}


def total(column: str = "cost_micro_usd") -> Decimal:
    found: Decimal = LedgerEntry.objects.aggregate(sum=Sum(column))["sum"]
    return found


def test_prices_that_were_right_change_nothing(calls: list[LedgerEntry]) -> None:
    found = reprice.since(DAY, now=LATER)

    assert (found.seen, found.corrected) == (len(calls), 0)
    assert door.rows() == calls


def test_a_correction_brings_the_sum_to_what_is_true(calls: list[LedgerEntry], settings: Any) -> None:
    before = total()
    dearer(settings)

    found = reprice.since(DAY, now=LATER)

    assert found.corrected == len([row for row in calls if row.cost_micro_usd])
    assert total() == 2 * before
    assert found.cost_micro_usd == before
    for correction in LedgerEntry.objects.filter(kind="correction").select_related("corrects"):
        row = correction.corrects
        assert row is not None
        assert correction.cost_micro_usd == row.cost_micro_usd
        assert (correction.reference, correction.model, correction.user_id) == (row.reference, row.model, row.user_id)
        assert (correction.input_tokens, correction.output_tokens, correction.credits) == (0, 0, 0)
        assert correction.created_at == LATER


def test_done_twice_it_adds_nothing_more_and_done_back_it_takes_away(calls: list[LedgerEntry], settings: Any) -> None:
    before = total()
    dearer(settings)
    reprice.since(DAY, now=LATER)

    assert reprice.since(DAY, now=LATER).corrected == 0
    settings.AI_PRICE_OVERRIDES = {}
    found = reprice.since(DAY, now=LATER)

    assert found.cost_micro_usd == -before
    assert total() == before


def test_a_dry_run_tells_and_writes_nothing(calls: list[LedgerEntry], settings: Any) -> None:
    dearer(settings)

    found = reprice.since(DAY, now=LATER, dry_run=True)

    assert found.corrected
    assert door.rows() == calls


def test_what_lies_before_and_other_models_are_left_alone(calls: list[LedgerEntry], settings: Any) -> None:
    dearer(settings)

    assert reprice.since(door.NOW + timedelta(seconds=1), now=LATER).seen == 0
    assert reprice.since(DAY, model="gpt-4o", now=LATER).seen == 0


def test_a_price_that_was_not_known_is_added_whole(job: Job, settings: Any) -> None:
    settings.AI_ECONOMY_MODELS = ["openai:gpt-6-luna"]
    settings.AI_PRICE_OVERRIDES = {}
    settings.AI_ECONOMY_MODELS = ["openai:gpt-4.1-mini"]
    door.through(job)
    row = door.rows()[-1]
    LedgerEntry.objects.bulk_create([copy_without_cost(row)])

    found = reprice.since(DAY, now=LATER)

    assert found.corrected == 1
    assert found.cost_micro_usd == row.cost_micro_usd


def copy_without_cost(row: LedgerEntry) -> LedgerEntry:
    names = [field.attname for field in LedgerEntry._meta.concrete_fields if field.attname != "id"]
    fields = {name: getattr(row, name) for name in names}
    return LedgerEntry(
        **{
            **fields,
            "cost_micro_usd": None,
            "baseline_micro_usd": row.baseline_micro_usd,
        }
    )


def test_each_correction_is_an_event(calls: list[LedgerEntry], settings: Any) -> None:
    dearer(settings)
    reprice.since(DAY, now=LATER)

    told = Event.objects.filter(event="ai.repriced")
    assert sum(Decimal(event.data["cost_micro_usd"]) for event in told) == total() / 2


def test_the_command_tells_what_it_did(calls: list[LedgerEntry], settings: Any) -> None:
    dearer(settings)
    out = StringIO()

    call_command("reprice", since=f"{DAY:%Y-%m-%d}", stdout=out)

    assert f"{len(calls)} calls looked at" in out.getvalue()
    assert "corrected" in out.getvalue()


def test_the_command_says_how_a_day_is_written() -> None:
    with pytest.raises(CommandError, match="YYYY-MM-DD"):
        call_command("reprice", since="yesterday")


def test_an_answer_from_the_cache_stays_free(calls: list[LedgerEntry], alice: User, settings: Any) -> None:
    served = copy_without_cost(calls[0])
    served.cache, served.cost_micro_usd = "exact", Decimal(0)
    served.created_at = timezone.now()
    price = prices.baseline(Deployment(Provider(served.provider), served.model), on=served.created_at.date())
    assert price is not None
    used = Tokens(input=served.input_tokens, output=served.output_tokens)
    served.baseline_micro_usd, served.baseline_cached_micro_usd = price.as_baseline(used, given_again=True)
    LedgerEntry.objects.bulk_create([served])
    dearer(settings)

    reprice.since(DAY, now=LATER)

    assert not served.corrections.exists()
