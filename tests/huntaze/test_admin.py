"""What operators see: every list opens with the same few queries, whatever it holds."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import ApiKey, AuditEntry, Role, Session, Tier, User
from ai_routing.models import Conversation, LedgerEntry, PromptRecord, Proposal, RouterEvaluation, Run, Step, Turn
from billing.models import (
    BillingLetter,
    BudgetAlert,
    BudgetPeriod,
    QuotaPeriod,
    Reservation,
    Subscription,
    WebhookEvent,
)
from content.models import Content, Generation
from huntaze.observability.models import AlarmState
from tests.huntaze import admin_rows

pytestmark = pytest.mark.django_db

MOST_QUERIES = 8


READ_ONLY = [
    Session,
    AuditEntry,
    QuotaPeriod,
    Reservation,
    BudgetPeriod,
    BudgetAlert,
    Subscription,
    BillingLetter,
    WebhookEvent,
    Content,
    Generation,
    LedgerEntry,
    PromptRecord,
    RouterEvaluation,
    Conversation,
    Turn,
    Run,
    Step,
    Proposal,
    AlarmState,
]


def address(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def admin_client(client: Client, operator: User) -> Client:
    client.force_login(operator)
    return client


def test_this_file_has_rows_for_every_list() -> None:
    assert admin_rows.MADE.keys() == admin.site._registry.keys()


@pytest.mark.parametrize("model", admin_rows.MADE, ids=lambda model: model._meta.label)
def test_a_list_of_thirty_asks_no_more_than_a_list_of_one(model: type[Model], admin_client: Client) -> None:
    url = address(model, "changelist")

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            response = admin_client.get(url)
        assert response.status_code == 200
        assert response.context["cl"].result_count == model._default_manager.count()
        return len(asked)

    admin_rows.MADE[model](0)
    queries()  # content types are asked for once a process
    one = queries()
    for number in range(1, 30):
        admin_rows.MADE[model](number)

    assert queries() == one <= MOST_QUERIES


@pytest.mark.parametrize("model", admin_rows.MADE, ids=lambda model: model._meta.label)
@pytest.mark.parametrize(
    "term", ["creator0@example.org", "0190a5d4-0000-7000-8000-000000000000", "é ' \" %_\\", "x" * 300]
)
def test_a_list_can_be_searched_for_anything(model: type[Model], term: str, admin_client: Client) -> None:
    admin_rows.MADE[model](0)

    assert admin_client.get(address(model, "changelist"), {"q": term}).status_code == 200


@pytest.mark.parametrize("model", [User, Content, Generation, LedgerEntry, QuotaPeriod], ids=lambda m: m._meta.label)
def test_an_address_finds_what_belongs_to_it(model: type[Model], admin_client: Client) -> None:
    row, _ = admin_rows.MADE[model](0), admin_rows.MADE[model](1)

    response = admin_client.get(address(model, "changelist"), {"q": "creator0@example.org"})

    assert [found.pk for found in response.context["cl"].result_list] == [row.pk]


@pytest.mark.parametrize(
    ("model", "query"),
    [
        (User, {"role__exact": Role.CREATOR}),
        (User, {"tier__exact": Tier.PRO}),
        (LedgerEntry, {"outcome__exact": "completed"}),
    ],
)
def test_a_list_can_be_filtered(model: type[Model], query: dict[str, str], admin_client: Client) -> None:
    row = admin_rows.MADE[model](0)

    response = admin_client.get(address(model, "changelist"), query)

    assert [found.pk for found in response.context["cl"].result_list] == [row.pk]


@pytest.mark.parametrize("model", admin_rows.MADE, ids=lambda model: model._meta.label)
def test_a_row_opens_with_its_history(model: type[Model], admin_client: Client) -> None:
    row = admin_rows.MADE[model](0)

    assert admin_client.get(address(model, "change", row.pk)).status_code == 200
    assert admin_client.get(address(model, "history", row.pk)).status_code == 200


@pytest.mark.parametrize("model", READ_ONLY, ids=lambda model: model._meta.label)
def test_what_others_add_up_to_cannot_be_changed_by_hand(model: type[Model], admin_client: Client) -> None:
    row = admin_rows.MADE[model](0)
    before = model._default_manager.values().get(pk=row.pk)

    assert admin_client.get(address(model, "add")).status_code == 403
    assert admin_client.post(address(model, "change", row.pk), {"status": "done", "used": "0"}).status_code == 403
    assert admin_client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert b'name="_save"' not in admin_client.get(address(model, "change", row.pk)).content
    assert model._default_manager.values().get(pk=row.pk) == before


@pytest.mark.parametrize(
    "model",
    [Generation, Conversation, Turn, Run, Step, Proposal, PromptRecord, WebhookEvent],
    ids=lambda model: model._meta.label,
)
def test_an_operator_does_not_read_what_creators_asked_for(model: type[Model], admin_client: Client) -> None:
    row = admin_rows.MADE[model](0)

    for page in (address(model, "changelist"), address(model, "change", row.pk)):
        assert admin_rows.PROMPT not in admin_client.get(page).content.decode()


def test_an_operator_revokes_a_key_and_cannot_make_one(admin_client: Client) -> None:
    key = admin_rows.api_key(0)

    assert admin_client.get(address(ApiKey, "add")).status_code == 403
    response = admin_client.post(
        address(ApiKey, "change", key.pk),
        {"revoked_at_0": "2026-11-22", "revoked_at_1": "12:00:00", "expires_at_0": "", "expires_at_1": ""},
    )

    assert response.status_code == 302, response.context["errors"]
    key.refresh_from_db()
    assert key.revoked_at == admin_rows.NOW
    assert admin_client.post(address(ApiKey, "delete", key.pk), {"post": "yes"}).status_code == 403


def test_an_operator_edits_an_account_and_not_its_plan(admin_client: Client) -> None:
    creator = admin_rows.user(0)
    fields: dict[str, Any] = {
        name: getattr(creator, name) for name in ("email", "name", "role", "locale", "time_zone", "theme")
    }

    fields |= {"locale": "fr", "tier": Tier.SCALE, "is_active": "on"}
    response = admin_client.post(address(User, "change", creator.pk), fields)

    assert response.status_code == 302, response.context["errors"]
    creator.refresh_from_db()
    assert (creator.locale, creator.tier, creator.is_staff, creator.email) == (
        "fr",
        Tier.PRO,
        False,
        "creator0@example.org",
    )


def test_an_operator_adds_an_account(admin_client: Client) -> None:
    password = "a rather long sentence"

    response = admin_client.post(
        address(User, "add"),
        {"email": "new@example.org", "password1": password, "password2": password, "usable_password": "true"},
    )

    assert response.status_code == 302, response.context["errors"]
    new = User.objects.get(email="new@example.org")
    assert new.check_password(password)
    assert (new.role, new.is_staff) == (Role.CREATOR, False)


def test_an_operator_sets_a_password(admin_client: Client) -> None:
    creator = admin_rows.user(0)
    password = "a rather long sentence"

    response = admin_client.post(
        reverse("admin:auth_user_password_change", args=[creator.pk]),
        {"password1": password, "password2": password, "usable_password": "true"},
    )

    assert response.status_code == 302
    creator.refresh_from_db()
    assert creator.check_password(password)


def test_an_account_with_a_ledger_is_not_deleted(admin_client: Client) -> None:
    owner = User.objects.get(pk=admin_rows.ledger_entry(0).user_id or 0)

    response = admin_client.post(address(User, "delete", owner.pk), {"post": "yes"})

    assert response.status_code == 403
    assert User.objects.filter(pk=owner.pk).exists()


@pytest.mark.parametrize("model", admin_rows.MADE, ids=lambda model: model._meta.label)
def test_the_pages_keep_to_the_strict_policy(model: type[Model], admin_client: Client) -> None:
    admin_rows.MADE[model](0)

    response = admin_client.get(address(model, "changelist"))

    assert "script-src 'self'" in response["Content-Security-Policy"]
    page = response.content.decode()
    assert "<script>" not in page
    assert "<style" not in page
    assert " onclick=" not in page


@pytest.mark.parametrize("term", ["alice", "Alice@Example.org", "01a204c8-6688-75d8-977f-377bf46ef8d5", "%", "'; --"])
@pytest.mark.parametrize("page", ["accounts/user", "content/content", "content/generation", "ai_routing/ledgerentry"])
def test_a_search_takes_anything(page: str, term: str, operator: User, client: Client) -> None:
    client.force_login(operator)

    assert client.get(f"/admin/{page}/", {"q": term}).status_code == 200
