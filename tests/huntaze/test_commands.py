"""Demo accounts for a laptop, and never for production."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Role, Tier, User
from content import voices
from content.models import Content, Publication, Slot
from huntaze.management.commands.seed_demo import EMAIL, PASSWORD

pytestmark = pytest.mark.django_db


def seed() -> str:
    told = StringIO()
    call_command("seed_demo", stdout=told)
    return told.getvalue()


def test_it_makes_a_creator_and_an_operator_and_prints_how_to_log_in(client: Client) -> None:
    told = seed()

    creator, operator = User.objects.exclude(role="fan").order_by("pk")
    assert (creator.email, creator.role, creator.tier) == (EMAIL, Role.CREATOR, Tier.PRO)
    assert (operator.role, operator.is_superuser) == (Role.OPERATOR, True)
    for user in (creator, operator):
        assert user.check_password(PASSWORD)
        assert user.email in told
    assert PASSWORD in told
    response = client.post("/login", {"login": EMAIL, "password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, "/app/")


def test_a_second_time_it_changes_nothing() -> None:
    first = seed()
    User.objects.filter(email=EMAIL).update(name="My own name")

    assert seed() == first
    assert User.objects.exclude(role="fan").count() == 2
    assert User.objects.get(email=EMAIL).name == "My own name"


def test_the_creator_has_posts_in_every_state_a_queue_and_a_voice(client: Client) -> None:
    seed()

    creator = User.objects.get(email=EMAIL)
    posts = Content.objects.for_user(creator)
    assert set(posts.values_list("state", flat=True)) == {"draft", "scheduled", "published"}
    assert posts.filter(state="draft", planned_for__isnull=False).exists()
    publications = Publication.objects.for_user(creator)
    assert publications.filter(from_queue=True, state="scheduled").count() == 3
    assert Slot.objects.for_user(creator).count() == 4
    assert client.get(f"/@{creator.profile.handle}").status_code == 200
    voice = voices.default(creator)
    assert voice is not None
    assert voices.as_prompt(voice).samples
    client.force_login(creator)
    for page in ("/app/", "/app/posts", "/app/calendar", "/app/calendar/queue", "/app/voice"):
        assert client.get(page).status_code == 200


def test_what_the_creator_has_deleted_does_not_come_back() -> None:
    seed()
    Content.objects.all().delete()

    seed()

    assert not Content.objects.exists()


def test_production_is_refused(settings: Any) -> None:
    settings.PRODUCTION = True

    with pytest.raises(CommandError, match="never created in production"):
        seed()

    assert not User.objects.exists()
