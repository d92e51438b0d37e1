"""Sign-ins, passwords and the acts of operators reach the audit log; the person reads it."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account import signals
from allauth.account.models import EmailAddress
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.socialaccount import signals as social
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import audit, hearing
from accounts.audited_admin import Audited
from accounts.models import AuditEntry, Role, User
from tests.conftest import PASSWORD
from tests.huntaze import admin_rows
from tests.strict_templates import refuse_unknown_variables

pytestmark = pytest.mark.django_db


def kinds(user: User | None) -> list[str]:
    return list(AuditEntry.objects.filter(user=user).order_by("id").values_list("kind", flat=True))


def test_a_sign_in_and_a_sign_out_are_written_down(client: Client, alice: User) -> None:
    client.post("/login", {"login": alice.email, "password": PASSWORD}, headers={"User-Agent": "curl/8.0"})
    client.post("/logout")

    assert kinds(alice) == ["sign_in", "sign_out"]
    assert AuditEntry.objects.filter(address="127.0.0.1", user_agent="curl/8.0", actor=None).exists()


def test_a_wrong_password_is_written_down_where_it_concerns_somebody(client: Client, alice: User) -> None:
    client.post("/login", {"login": "Alice@Example.org", "password": "wrong"})

    assert kinds(alice) == ["sign_in_failed"]
    assert "wrong" not in str(AuditEntry.objects.values().get())


def test_an_unknown_address_is_not_kept(client: Client) -> None:
    client.post("/login", {"login": "nobody@example.org", "password": "wrong"})

    assert kinds(None) == ["sign_in_failed"]
    assert "nobody" not in str(AuditEntry.objects.values().get())


def test_a_sign_up_is_written_down(client: Client) -> None:
    client.post(
        "/signup", {"name": "Dora", "email": "dora@example.org", "password1": PASSWORD, "adult": "on", "terms": "on"}
    )

    assert {"signed_up", "sign_in"} <= set(kinds(User.objects.get()))


@pytest.mark.parametrize("signal", hearing.REPORTED, ids=hearing.REPORTED.get)
def test_what_allauth_reports_is_written_down(signal: Any, alice: User, rf: Any) -> None:
    request = rf.get("/")
    request.user, request.session = alice, {}

    signal.send(sender=User, request=request, user=alice)

    assert kinds(alice) == [hearing.REPORTED[signal]]


def test_a_confirmed_address_is_written_down(alice: User, rf: Any) -> None:
    address = EmailAddress.objects.create(user=alice, email=alice.email)

    signals.email_confirmed.send(sender=EmailAddress, request=rf.get("/"), email_address=address)

    assert kinds(alice) == ["email_confirmed"]


def made(user: User, kind: str) -> Authenticator:
    data = {"webauthn": {"name": "Phone"}, "totp": {"secret": "x"}, "recovery_codes": {"seed": "x"}}[kind]
    found: Authenticator = Authenticator.objects.create(user=user, type=kind, data=data)
    return found


@pytest.mark.parametrize(
    ("signal", "factor", "kind", "data"),
    [
        (mfa.authenticator_added, "totp", "mfa_enabled", {}),
        (mfa.authenticator_added, "webauthn", "passkey_added", {"name": "Phone"}),
        (mfa.authenticator_added, "recovery_codes", "recovery_codes_made", {}),
        (mfa.authenticator_removed, "totp", "mfa_disabled", {}),
        (mfa.authenticator_removed, "webauthn", "passkey_removed", {"name": "Phone"}),
        (mfa.authenticator_reset, "recovery_codes", "recovery_codes_made", {}),
        (mfa.authenticator_used, "recovery_codes", "recovery_code_used", {}),
        (mfa.authentication_failed, "totp", "code_failed", {}),
    ],
)
def test_a_second_step_is_written_down(
    signal: Any, factor: str, kind: str, data: dict[str, str], alice: User, rf: Any
) -> None:
    signal.send(sender=Authenticator, request=rf.get("/"), user=alice, authenticator=made(alice, factor))

    entry = AuditEntry.objects.get()
    assert (entry.user, entry.kind, entry.data) == (alice, kind, data)


def test_a_code_that_was_right_is_not(alice: User, rf: Any) -> None:
    mfa.authenticator_used.send(
        sender=Authenticator, request=rf.get("/"), user=alice, authenticator=made(alice, "totp")
    )

    assert not AuditEntry.objects.exists()


def test_a_connected_account_is_written_down(alice: User, rf: Any) -> None:
    account = SocialAccount.objects.create(user=alice, provider="github", uid="7")

    social.social_account_added.send(sender=None, request=rf.get("/"), sociallogin=SocialLogin(account=account))
    social.social_account_removed.send(sender=None, request=rf.get("/"), socialaccount=account)

    assert [told.text for told in audit.newest(alice)] == ["Account disconnected: Github", "Account connected: Github"]


# --- Operators ----------------------------------------------------------------------------------------------------


@pytest.fixture
def admin_client(client: Client, operator: User) -> Client:
    client.force_login(operator)
    return client


def test_no_page_of_the_admin_is_without_the_audit() -> None:
    assert [page for page in admin.site._registry.values() if not isinstance(page, Audited)] == []


def test_an_edit_is_written_down_for_whom_it_concerns(admin_client: Client, operator: User) -> None:
    creator = admin_rows.user(0)
    fields = {name: getattr(creator, name) for name in ("email", "name", "locale", "time_zone", "theme")}

    admin_client.post(
        f"/admin/accounts/user/{creator.pk}/change/",
        {**fields, "role": Role.OPERATOR, "is_staff": "on", "is_active": "on"},
    )

    entries = {entry.kind: entry for entry in AuditEntry.objects.filter(user=creator)}
    assert entries.keys() == {"role_changed", "permissions_changed", "admin_edit"}
    assert {entry.actor for entry in entries.values()} == {operator}
    assert entries["role_changed"].data == {"role": ["creator", "operator"]}
    assert entries["permissions_changed"].data == {"is_staff": [False, True]}
    edit = entries["admin_edit"].data
    assert (edit["model"], edit["row"], edit["action"]) == ("accounts.user", str(creator.pk), "change")
    assert len(edit["fields"]) == 2
    assert creator.email not in str(edit)


def test_a_key_that_an_operator_revokes_concerns_its_owner(admin_client: Client) -> None:
    key = admin_rows.api_key(0)

    admin_client.post(
        f"/admin/accounts/apikey/{key.pk}/change/", {"revoked_at_0": "2026-11-22", "revoked_at_1": "12:00"}
    )

    assert audit.newest(key.user)[0].text == "Edited by an operator: API key"


def test_rows_that_are_deleted_together_are_each_written_down(admin_client: Client) -> None:
    rows = [admin_rows.email_address(number) for number in range(3)]

    admin_client.post(
        "/admin/account/emailaddress/",
        {"action": "delete_selected", "_selected_action": [row.pk for row in rows], "post": "yes"},
    )

    entries = AuditEntry.objects.filter(kind="admin_edit", data__action="delete")
    assert {entry.user_id for entry in entries} == {row.user_id for row in rows}


# --- The person ---------------------------------------------------------------------------------------------------


@pytest.fixture
def page(client: Client, alice: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    refuse_unknown_variables(monkeypatch)
    client.force_login(alice)
    return client


def test_the_person_reads_their_own_a_page_at_a_time(page: Client, alice: User, bob: User) -> None:
    for number in range(audit.PAGE + 5):
        audit.record(alice, "api_key_created", data={"name": f"<b>{number}"})
    audit.record(bob, "passkey_added", data={"name": "Bob's"})

    first = page.get("/app/settings/activity")
    text = first.text

    assert f"API key created: &lt;b&gt;{audit.PAGE + 4}<" in text
    assert "API key created: &lt;b&gt;0<" not in text
    assert "Bob" not in text
    assert "API key created: &lt;b&gt;0<" in page.get("/app/settings/activity", {"before": first.context["older"]}).text


def test_the_list_asks_no_more_for_thirty_than_for_one(page: Client, alice: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert page.get("/app/settings/activity").status_code == 200
        return len(asked)

    queries()
    few = queries()
    for _number in range(30):
        audit.record(alice, "sign_in")

    assert queries() == few
