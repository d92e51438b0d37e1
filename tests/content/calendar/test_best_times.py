"""The queue page says when there is too little to tell a best time from."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User

pytestmark = pytest.mark.django_db


def test_best_times_are_not_told_from_too_little(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert "0 of 10 posts" in client.get(reverse("content:queue")).text
