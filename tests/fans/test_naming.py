"""Figures call fans by the names that their creator has for them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from analytics import naming
from fans.models import Fan
from tests.analytics import hand

pytestmark = pytest.mark.django_db


def fan(user: User, name: str) -> Fan:
    now = timezone.now()
    return Fan.objects.create(pk=hand.FAN["A"], user=user, name=name, created_at=now, updated_at=now)


def test_a_fan_is_called_by_name(client: Client, alice: User) -> None:
    fan(alice, "Zoé")
    hand.earned(alice, timezone.now(), "A", 800)
    client.force_login(alice)

    assert "Zoé" in client.get("/app/analytics/rows/earning.net").text
    assert "Zoé" in client.get("/app/analytics/people/paying").text


def test_nobody_sees_the_names_of_others(alice: User, bob: User) -> None:
    fan(alice, "Zoé")

    assert naming.names("fan", bob, [hand.FAN["A"]]) == {}


def test_what_is_no_number_has_no_name(alice: User) -> None:
    assert naming.names("fan", alice, ["none"]) == {}
