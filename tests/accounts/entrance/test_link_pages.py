"""A link by mail: once, 15 minutes, in the browser that asked, or in another one that was told what asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts import sign_in_links
from accounts.models import SignInLink, User
from tests.accounts.entrance.conftest import Mailbox, is_in, link_in, without_tokens
from tests.conftest import PASSWORD, person

AGENT = "Mozilla/5.0 (test) Browser/1"


def ask(email: str, **data: str) -> tuple[Client, Any]:
    client = Client(headers={"user-agent": AGENT})
    return client, client.post("/login/link", {"email": email, **data})


def test_a_known_and_an_unknown_address_are_answered_alike(mailbox: Mailbox, alice: User) -> None:
    answers = []
    for email in ("nobody@example.org", alice.email):
        client, response = ask(email)
        answers.append(
            (response.status_code, response.headers["Location"], without_tokens(client.get("/login/link/sent").text))
        )
        assert {"sign_in_link"} <= client.cookies.keys()
        assert mailbox.only().to == [email]
    assert answers[0] == answers[1]


def test_the_browser_that_asked_is_in_at_once(mailbox: Mailbox, alice: User) -> None:
    client, _response = ask(alice.email, next="/app/posts")
    link = link_in(mailbox.only())
    # Looking at it takes nothing.
    assert client.head(link).status_code == 200
    response = client.get(link)
    assert response.headers["Location"] == "/app/posts"
    assert is_in(client)


def test_another_browser_is_told_what_asked_and_decides(mailbox: Mailbox, alice: User) -> None:
    ask(alice.email)
    link = link_in(mailbox.only())
    other = Client(headers={"user-agent": "Other/2"})
    page = other.get(link)
    assert page.status_code == 200
    assert AGENT in page.text
    assert "127.0.0.1" in page.text
    assert alice.email in page.text
    assert not is_in(other)
    other.post(link)
    assert is_in(other)


def test_it_works_once(mailbox: Mailbox, alice: User) -> None:
    client, _response = ask(alice.email)
    link = link_in(mailbox.only())
    client.get(link)
    other = Client()
    for response in (other.get(link), other.post(link)):
        assert response.status_code == 410
        assert "This link no longer works" in response.text
    assert not is_in(other)


def test_two_at_the_same_moment_are_one(mailbox: Mailbox, alice: User) -> None:
    ask(alice.email)
    token = link_in(mailbox.only()).rpartition("/")[2]
    now = timezone.now()
    first, second = sign_in_links.find(token, now=now), sign_in_links.find(token, now=now)
    sign_in_links.use(first, now=now)
    with pytest.raises(sign_in_links.LinkSpent):
        sign_in_links.use(second, now=now)


@pytest.mark.parametrize(("minutes", "status"), [(14, 302), (16, 410)])
def test_it_works_for_a_quarter_of_an_hour(mailbox: Mailbox, alice: User, minutes: int, status: int) -> None:
    ask(alice.email)
    link = link_in(mailbox.only())
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        assert Client().post(link).status_code == status


def test_only_the_newest_works(mailbox: Mailbox, alice: User) -> None:
    ask(alice.email)
    first = link_in(mailbox.only())
    ask(alice.email)
    second = link_in(mailbox.only())
    assert Client().post(first).status_code == 410
    assert Client().post(second).status_code == 302


def test_a_new_password_ends_it(mailbox: Mailbox, alice: User) -> None:
    ask(alice.email)
    link = link_in(mailbox.only())
    client = Client()
    client.force_login(alice)
    new = "umbrellas on the quay"
    client.post("/app/settings/security/password", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert Client().post(link).status_code == 410


def test_a_made_up_one_is_no_link(db: None) -> None:
    assert Client().get("/login/link/" + "x" * 43).status_code == 410


def test_the_secret_is_nowhere_in_the_database(mailbox: Mailbox, alice: User) -> None:
    client, _response = ask(alice.email)
    token = link_in(mailbox.only()).rpartition("/")[2]
    row = SignInLink.objects.get()
    kept = " ".join(str(value) for value in row.__dict__.values())
    assert token not in kept
    assert client.cookies["sign_in_link"].value.partition(":")[0] not in kept


def test_a_cookie_that_was_not_given_is_none(mailbox: Mailbox, alice: User) -> None:
    client, _response = ask(alice.email)
    forged = Client()
    forged.cookies["sign_in_link"] = client.cookies["sign_in_link"].value[:-2] + "xx"
    assert "Log in here?" in forged.get(link_in(mailbox.only())).text


def test_it_confirms_the_address_and_drops_a_password_that_nobody_vouched_for(mailbox: Mailbox, db: None) -> None:
    carol = person("carol@example.org", email_verified_at=None)
    thief = Client()
    thief.post("/login", {"login": carol.email, "password": PASSWORD})
    assert is_in(thief)
    client, _response = ask(carol.email)
    client.get(link_in(mailbox.only()))
    assert is_in(client)
    carol.refresh_from_db()
    assert carol.has_confirmed_address
    assert not carol.has_usable_password()
    assert not is_in(thief)


def test_a_closed_account_reads_why(mailbox: Mailbox, alice: User) -> None:
    client, _response = ask(alice.email)
    link = link_in(mailbox.only())
    User.objects.update(is_active=False)
    assert client.get(link).headers["Location"] == "/login/closed"
    # No mail tells that it is closed, or was there.
    ask(alice.email)
    assert mailbox.only().subject == "There is no account with this address"


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example"])
def test_it_leads_nowhere_else(mailbox: Mailbox, alice: User, target: str) -> None:
    client, _response = ask(alice.email, next=target)
    assert client.get(link_in(mailbox.only())).headers["Location"] == "/app/"


def test_mails_to_one_address_are_counted(mailbox: Mailbox, alice: User) -> None:
    assert [ask(alice.email)[1].status_code for _n in range(6)] == [302] * 5 + [429]


def test_whoever_is_in_needs_none(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/login/link").headers["Location"] == "/app/"


def test_links_are_deleted_after_a_day(mailbox: Mailbox, alice: User) -> None:
    ask(alice.email)
    now = timezone.now()
    assert sign_in_links.purge(now + timedelta(hours=23)) == 0
    assert sign_in_links.purge(now + timedelta(days=1, minutes=16)) == 1
