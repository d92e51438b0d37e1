"""A browser's session is good for as long as its row lives, whichever way it was begun."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account import signals
from django.contrib import auth
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Session, User
from accounts.sessions import browser, rows
from tests.accounts.sessions.conftest import sign_in
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

PAGE = "/app/settings/sessions"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)


def log_in(user: User, program: str = FIREFOX) -> Client:
    client = Client(headers={"User-Agent": program})
    client.post("/login", {"login": user.email, "password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return client.get(PAGE).status_code == 200


def test_a_log_in_begins_a_row(alice: User, settings: Any) -> None:
    settings.COUNTRY_HEADER = "CloudFront-Viewer-Country"

    client = Client(headers={"User-Agent": FIREFOX, "CloudFront-Viewer-Country": "FR"})
    client.post("/login", {"login": alice.email, "password": PASSWORD}, REMOTE_ADDR="203.0.113.9")

    session = Session.objects.get()
    assert (session.user, session.kind, session.ended_at) == (alice, "browser", None)
    assert (session.address, session.country, session.user_agent) == ("203.0.113.9", "FR", FIREFOX)
    assert session.expires_at == session.created_at + timedelta(days=14)


def test_a_country_is_believed_of_no_header_that_the_settings_do_not_name(alice: User) -> None:
    client = Client(headers={"CloudFront-Viewer-Country": "FR"})
    client.post("/login", {"login": alice.email, "password": PASSWORD})

    assert Session.objects.get().country == ""


def test_a_session_that_ended_is_out_with_the_next_request(alice: User) -> None:
    client = log_in(alice)
    assert is_in(client)

    rows.end(Session.objects.get(), Session.Ending.REVOKED, now=timezone.now())

    assert not is_in(client)
    assert client.get("/api/usage/").status_code == 401
    # Nothing of it is left in the browser's hands.
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("change", [{"user": "bob"}, {"kind": "api"}, {"expires_at": "past"}])
def test_a_row_that_is_not_the_browsers_own_opens_nothing(change: dict[str, str], alice: User, bob: User) -> None:
    client = log_in(alice)
    values = {"bob": bob, "past": timezone.now() - timedelta(seconds=1)}

    Session.objects.update(**{name: values.get(value, value) for name, value in change.items()})

    assert not is_in(client)


def test_a_session_of_before_there_were_rows_is_over(alice: User) -> None:
    client = log_in(alice)
    session = client.session
    del session["sid"]
    session.save()

    assert not is_in(client)


def test_a_row_that_somebody_names_is_not_theirs(alice: User, bob: User) -> None:
    """Whoever could write into their own session would still need the row of the same person."""
    mine, other = log_in(alice), log_in(bob)
    session = mine.session
    session["sid"] = other.session["sid"]
    session.save()

    assert not is_in(mine)
    assert is_in(other)


def test_logging_out_ends_the_row(alice: User) -> None:
    client = log_in(alice)

    client.post("/logout")

    assert Session.objects.get().ending == Session.Ending.SIGNED_OUT


def test_who_logs_in_as_somebody_else_leaves_no_session_behind(alice: User, bob: User, rf: Any) -> None:
    request = rf.post("/")
    request.session = log_in(alice).session
    browser.SessionRowMiddleware(lambda _request: HttpResponse())(request)
    assert request.user == alice

    auth.login(request, bob)

    assert [(row.user, row.ending) for row in Session.objects.order_by("id")] == [(alice, "replaced"), (bob, "")]


def test_the_admins_log_in_begins_a_row_too(operator: User) -> None:
    client = Client()
    client.post("/admin/login/?next=/admin/", {"username": operator.email, "password": PASSWORD}, follow=True)

    if not Session.objects.exists():
        # The admin leaves it to the log-in page of everybody.
        client.post("/login?next=/admin/", {"login": operator.email, "password": PASSWORD})

    session = Session.objects.get(ended_at=None)
    assert session.user == operator
    assert client.get("/admin/").status_code == 200
    rows.end(session, Session.Ending.OPERATOR, now=timezone.now())
    assert client.get("/admin/").status_code == 302


def test_a_closed_account_is_out_at_once(alice: User) -> None:
    client = log_in(alice)

    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert not is_in(client)


# --- Fixation -----------------------------------------------------------------------------------------------------


def test_a_session_key_that_was_planted_is_not_signed_in(alice: User) -> None:
    attacker = Client()
    session = attacker.session
    session["planted"] = True
    session.save()
    planted = session.session_key or ""
    victim = Client()
    victim.cookies["sessionid"] = planted

    victim.post("/login", {"login": alice.email, "password": PASSWORD})

    assert is_in(victim)
    assert victim.cookies["sessionid"].value != planted
    attacker.cookies["sessionid"] = planted
    assert not is_in(attacker)


def test_a_session_key_that_is_made_up_is_not_taken(alice: User) -> None:
    client = Client()
    client.cookies["sessionid"] = "a" * 32

    client.post("/login", {"login": alice.email, "password": PASSWORD})

    assert client.cookies["sessionid"].value != "a" * 32
    assert is_in(client)


# --- Seen ---------------------------------------------------------------------------------------------------------


def test_it_is_noted_as_seen_once_in_a_while(alice: User) -> None:
    client = log_in(alice)
    start = Session.objects.get().last_seen_at

    with time_machine.travel(start + rows.SEEN_EVERY - timedelta(seconds=5)):
        client.get(PAGE)
    assert Session.objects.get().last_seen_at == start
    later = start + rows.SEEN_EVERY + timedelta(seconds=5)
    with time_machine.travel(later, tick=False):
        client.get(PAGE, REMOTE_ADDR="203.0.113.77")
    session = Session.objects.get()
    assert (session.last_seen_at, session.address) == (later, "203.0.113.77")
    assert session.expires_at == later + rows.IDLE[Session.Kind.BROWSER]


def test_nothing_lives_longer_than_three_months(alice: User) -> None:
    client = log_in(alice)
    Session.objects.update(
        created_at=timezone.now() - rows.OLDEST + timedelta(days=1), last_seen_at="2026-01-01T00:00Z"
    )

    client.get(PAGE)

    session = Session.objects.get()
    assert session.expires_at == session.created_at + rows.OLDEST


def test_the_session_and_its_person_cost_one_statement(alice: User) -> None:
    client = log_in(alice)
    client.get("/app/notifications/panel")

    with CaptureQueriesContext(connection) as asked:
        client.get("/app/notifications/panel")

    statements = [query["sql"] for query in asked]
    assert len([sql for sql in statements if "FROM sessions JOIN users" in sql]) == 1
    assert [sql for sql in statements if 'FROM "sessions"' in sql or "UPDATE" in sql] == []


# --- Passwords ----------------------------------------------------------------------------------------------------


def test_a_new_password_ends_all_other_sessions(alice: User, rf: Any) -> None:
    here, there = log_in(alice), log_in(alice, SAFARI)
    program, _answer = sign_in(alice)
    session = here.session
    request = rf.post("/")
    request.user, request.session = alice, session
    alice.set_password("another long sentence")
    alice.save()
    session["_auth_user_hash"] = alice.get_session_auth_hash()
    session.save()

    signals.password_changed.send(sender=User, request=request, user=alice)

    assert is_in(here)
    assert not is_in(there)
    assert program.get("/api/auth/me").status_code == 401
    assert sorted(Session.objects.values_list("ending", flat=True)) == ["", "password", "password"]


def test_on_the_page_of_the_settings_too(alice: User) -> None:
    here, there = log_in(alice), log_in(alice, SAFARI)
    program, _answer = sign_in(alice)
    new = "another long sentence"

    answer = here.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )

    assert answer.status_code == 302
    alice.refresh_from_db()
    assert alice.check_password(new)
    assert (is_in(here), is_in(there)) == (True, False)
    assert program.get("/api/auth/me").status_code == 401


def test_a_password_that_was_reset_ends_them_all(alice: User, rf: Any) -> None:
    here = log_in(alice)
    request = rf.post("/")
    request.user, request.session = None, {}

    signals.password_reset.send(sender=User, request=request, user=alice)

    assert not is_in(here)


def test_a_password_that_an_operator_sets_ends_them_all(alice: User, operator: User) -> None:
    here, admin = log_in(alice), Client()
    program, _answer = sign_in(alice)
    admin.force_login(operator)
    password = {"password1": "a rather long sentence", "password2": "a rather long sentence"}

    admin.post(reverse("admin:auth_user_password_change", args=[alice.pk]), {**password, "usable_password": "true"})

    assert not is_in(here)
    assert program.get("/api/auth/me").status_code == 401
    assert set(Session.objects.filter(user=alice).values_list("ending", flat=True)) == {"password"}
    assert is_in(admin)
    entry = AuditEntry.objects.get(user=alice, kind="password_changed")
    assert entry.actor == operator


def test_an_operator_ends_sessions_in_the_list(alice: User, operator: User) -> None:
    here, admin = log_in(alice), Client()
    admin.force_login(operator)
    session = Session.objects.get(user=alice)

    admin.post("/admin/accounts/session/", {"action": "end", "_selected_action": [session.pk]})

    assert not is_in(here)
    session.refresh_from_db()
    assert session.ending == Session.Ending.OPERATOR


# --- Rest ---------------------------------------------------------------------------------------------------------


def test_what_is_long_over_is_deleted(alice: User) -> None:
    now = timezone.now()
    old = rows.start(alice, Session.Kind.BROWSER, request=None, now=now - timedelta(days=120))
    recent = rows.start(alice, Session.Kind.BROWSER, request=None, now=now - timedelta(days=100))
    ended = rows.start(alice, Session.Kind.API, request=None, now=now - timedelta(days=95))
    Session.objects.filter(pk=ended.pk).update(ended_at=now - timedelta(days=91), ending="revoked")
    before = now - timedelta(days=90)
    assert old.expires_at < before

    assert rows.purge(before, 100) == 2

    assert list(Session.objects.all()) == [recent]
