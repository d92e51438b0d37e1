"""One person, one account, however they type their address."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction
from django.test import RequestFactory

from accounts.models import Role, Tier, User
from tests.conftest import PASSWORD, person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("typed", ["alice@example.org", "Alice@Example.Org", "ALICE@EXAMPLE.ORG"])
def test_an_address_is_taken_in_whatever_case(typed: str, alice: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        person(typed)

    assert User.objects.get() == alice


def test_an_address_names_the_account_that_confirmed_it(alice: User) -> None:
    claims = [person(alice.email, email_verified_at=None) for _n in range(2)]

    assert User.objects.by_address("Alice@example.org") == alice
    assert User.objects.get_by_natural_key(alice.email) == alice
    alice.delete()
    assert User.objects.by_address("alice@example.org") == claims[-1]
    assert User.objects.by_address("nobody@example.org") is None


def test_addresses_are_stored_in_lower_case() -> None:
    assert person("Alice@Example.ORG").email == "alice@example.org"


def test_the_database_itself_refuses_another_case(bob: User) -> None:
    with pytest.raises(IntegrityError, match="user_email_lower_case"), transaction.atomic():
        User(email="Alice@example.org").save()
    with pytest.raises(IntegrityError, match="user_email_lower_case"), transaction.atomic():
        User.objects.filter(pk=bob.pk).update(email="Bob@example.org")


@pytest.mark.parametrize("typed", ["alice@example.org", "ALICE@Example.org"])
def test_people_log_in_however_they_type_their_address(typed: str, alice: User) -> None:
    request = RequestFactory().post("/login")

    assert authenticate(request, email=typed, password=PASSWORD) == alice
    assert authenticate(request, email=typed, password="wrong") is None


@pytest.mark.parametrize("wrong", [{"tier": "gold"}, {"role": "robot"}])
def test_the_database_knows_the_plans_and_roles(wrong: dict[str, Any], bob: User) -> None:
    with pytest.raises(IntegrityError, match="_known"), transaction.atomic():
        User.objects.filter(pk=bob.pk).update(**wrong)


def test_who_signs_up_is_a_creator_on_the_free_plan_without_rights() -> None:
    user = person("new@example.org")

    assert (user.role, user.tier) == (Role.CREATOR, Tier.FREE)
    assert (user.is_staff, user.is_superuser) == (False, False)
    assert user.is_active
    assert user.check_password(PASSWORD)
    assert PASSWORD not in user.password


def test_a_superuser_is_an_operator(operator: User) -> None:
    assert operator.role == Role.OPERATOR
    assert operator.is_staff
    assert operator.is_superuser


@pytest.mark.parametrize(
    ("name", "full", "short"),
    [("", "a@b.org", "a"), ("Alice", "Alice", "Alice"), ("Alice B. C", "Alice B. C", "Alice")],
)
def test_people_are_called_by_their_name_or_else_their_address(name: str, full: str, short: str) -> None:
    user = User(email="a@b.org", name=name)

    assert (user.get_full_name(), user.get_short_name(), str(user)) == (full, short, "a@b.org")
