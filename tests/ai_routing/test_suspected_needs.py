"""What an estimate merely suspects must not turn a request away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from accounts.models import User
from ai_routing import analysis, completion
from ai_routing.jobs import Job
from ai_routing.routing import InvalidRequest, Need, NoDeployment
from tests.ai_routing import sample

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("provider", "short_pauses")]

ASKS_FOR_JSON = "List three ideas for posts. Answer as valid JSON with the keys title and text."
WIDE = {"context_tokens": 1_000_000, "vision": True, "json_schema": False}
SMALL = {"context_tokens": 1_500, "vision": True, "json_schema": True}


@pytest.fixture
def job(alice: User) -> Job:
    found = analysis.analyse(ASKS_FOR_JSON)
    assert Need.JSON in found.needs
    return sample.job(alice, sample.tail(brief=ASKS_FOR_JSON))


def capabilities(economy: dict[str, Any], premium: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {f"{provider}:gpt-4o-mini": economy for provider in ("azure", "openai")} | {
        f"{provider}:gpt-4o": premium for provider in ("azure", "openai")
    }


def test_a_need_that_nobody_meets_is_forgotten_when_it_was_only_suspected(job: Job, settings: Any) -> None:
    settings.AI_CAPABILITY_OVERRIDES = capabilities(WIDE, WIDE)

    assert completion.route(job).tier == "economy"
    stated = replace(job, stated=replace(job.stated, needs=frozenset({Need.JSON})))
    with pytest.raises(NoDeployment):
        completion.route(stated)


def test_one_that_only_those_meet_for_whom_it_is_too_long_is_forgotten_too(job: Job, settings: Any) -> None:
    settings.AI_CAPABILITY_OVERRIDES = capabilities(WIDE, SMALL | {"context_tokens": 100})

    assert completion.route(job).tier == "economy"


def test_what_is_too_long_for_all_is_refused_all_the_same(job: Job, settings: Any) -> None:
    settings.AI_CAPABILITY_OVERRIDES = capabilities(*[SMALL | {"context_tokens": 100}] * 2)

    with pytest.raises(InvalidRequest, match="shorten it"):
        completion.route(job)
