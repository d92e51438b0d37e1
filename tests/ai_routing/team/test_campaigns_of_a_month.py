"""A plan includes so many campaigns a month."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection

from accounts.models import Tier, User
from ai_routing.models import Run
from ai_routing.team import runs
from billing import plans
from tests.ai_routing.team import crew

NOW = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
NEXT = datetime(2027, 1, 1, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("provider")


@pytest.fixture(autouse=True)
def small_plan(alice: User) -> None:
    alice.tier = Tier.FREE
    alice.save()


def fill(user: User, *, but: int = 0) -> None:
    for _ in range(plans.get(user.tier).campaigns - but):
        crew.start(user, now=NOW)


@pytest.mark.django_db
def test_what_is_beyond_the_plan_is_refused_until_the_month_ends(alice: User) -> None:
    fill(alice)

    with pytest.raises(runs.CampaignLimit) as refused:
        crew.start(alice, now=NOW)

    assert (refused.value.limit, refused.value.resets_at) == (plans.get(alice.tier).campaigns, NEXT)
    crew.start(alice, now=NEXT)


@pytest.mark.django_db
def test_what_came_to_nothing_is_not_counted(alice: User) -> None:
    fill(alice)
    run = Run.objects.latest("created_at")
    Run.objects.filter(pk=run.pk).update(status="failed", error_code="ai_unavailable", finished_at=NOW)

    crew.start(alice, now=NOW)

    with pytest.raises(runs.CampaignLimit):
        crew.start(alice, now=NOW)


@pytest.mark.django_db
def test_a_larger_plan_has_room_at_once_and_others_are_not_concerned(alice: User, bob: User) -> None:
    fill(alice)
    crew.start(bob, now=NOW)
    alice.tier = Tier.STARTER
    alice.save()

    crew.start(alice, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_of_several_at_once_no_more_begin_than_there_is_room(alice: User) -> None:
    fill(alice, but=1)

    def begin(_number: int) -> bool:
        try:
            crew.start(alice, now=NOW)
        except runs.CampaignLimit:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        begun = list(pool.map(begin, range(4)))

    assert begun.count(True) == 1
    assert Run.objects.count() == plans.get(alice.tier).campaigns
