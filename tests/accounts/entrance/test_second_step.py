"""A second step: switched on with an app, asked for after every first one, recovered from, switched off."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings as configuration
from django.core.cache import cache
from django.test import Client, override_settings

from accounts import sealing
from accounts.entrance import second_factors
from accounts.models import User
from tests.accounts.entrance.conftest import Mailbox, is_in, link_in
from tests.conftest import PASSWORD

SECURITY = "/app/settings/security"


def code_for(secret: str) -> str:
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    return str(totp.format_hotp_value(totp.hotp_value(secret, counter)))


def first_step(user: User) -> tuple[Client, Any]:
    client = Client()
    return client, client.post("/login", {"login": user.email, "password": PASSWORD})


@pytest.fixture
def secret(mailbox: Mailbox, alice: User) -> str:
    """Alice has an app; this is its seed."""
    client, _response = first_step(alice)
    assert client.get(f"{SECURITY}/app").headers["Location"].startswith("/login/again?next=")
    client.post(f"/login/again?next={SECURITY}/app", {"password": PASSWORD})
    page = client.get(f"{SECURITY}/app").text
    seed = re.search(r'id="totp-secret">(\w+)<', page)
    assert seed is not None
    assert client.post(f"{SECURITY}/app", {"code": "000000"}).status_code == 200
    response = client.post(f"{SECURITY}/app", {"code": code_for(seed[1])})
    assert response.headers["Location"] == f"{SECURITY}/codes"
    assert mailbox.only().subject == "Authenticator app added"
    return seed[1]


@pytest.fixture
def recovery_codes(secret: str, alice: User) -> list[str]:
    row = Authenticator.objects.get(user=alice, type=Authenticator.Type.RECOVERY_CODES)
    return list(row.wrap().get_unused_codes())


def forget_used() -> None:
    """A code works once; the next one is half a minute away."""
    cache.clear()


class TestApp:
    def test_a_password_alone_opens_nothing(self, secret: str, alice: User) -> None:
        client, response = first_step(alice)
        assert response.headers["Location"] == "/login/second-step"
        assert not is_in(client)
        assert client.post("/login/second-step", {"code": "000000"}).status_code == 200
        assert not is_in(client)
        forget_used()
        before = client.session.session_key
        client.post("/login/second-step", {"code": code_for(secret)})
        assert is_in(client)
        assert client.session.session_key != before

    def test_nor_does_a_link(self, secret: str, mailbox: Mailbox, alice: User) -> None:
        client = Client()
        client.post("/login/link", {"email": alice.email})
        assert client.get(link_in(mailbox.only())).headers["Location"] == "/login/second-step"
        assert not is_in(client)

    def test_nor_does_a_new_password(self, secret: str, mailbox: Mailbox, alice: User) -> None:
        client = Client()
        client.post("/login/reset", {"email": alice.email})
        form = client.get(link_in(mailbox.only())).headers["Location"]
        new = "umbrellas on the quay"
        response = client.post(form, {"password1": new, "password2": new})
        assert response.headers["Location"] == "/login/second-step"
        assert not is_in(client)

    def test_nor_does_the_door_of_the_administration(self, secret: str, alice: User) -> None:
        User.objects.update(is_staff=True, is_superuser=True)
        client = Client()
        client.post("/admin/login/", {"username": alice.email, "password": PASSWORD})
        assert client.get("/admin/").status_code == 302
        assert not is_in(client)

    def test_codes_cannot_be_tried_for_ever(self, secret: str, alice: User) -> None:
        client, _response = first_step(alice)
        for _n in range(10):
            client.post("/login/second-step", {"code": "000000"})
        page = client.post("/login/second-step", {"code": code_for(secret)}).text
        assert "Too many tries" in page
        assert not is_in(client)

    def test_its_seed_is_sealed(self, secret: str, alice: User) -> None:
        kept = Authenticator.objects.get(type=Authenticator.Type.TOTP).data["secret"]
        assert secret not in kept
        assert sealing.open_seal(kept, purpose=second_factors.PURPOSE) == secret
        with pytest.raises(sealing.Unreadable):
            sealing.open_seal(kept, purpose="something else")
        with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[configuration.SECRET_KEY]):
            assert sealing.open_seal(kept, purpose=second_factors.PURPOSE) == secret

    def test_taking_it_off_needs_it_and_not_the_password(
        self, recovery_codes: list[str], mailbox: Mailbox, alice: User
    ) -> None:
        client, _response = first_step(alice)
        client.post("/login/second-step", {"code": recovery_codes[0]})
        where = f"?next={SECURITY}/app/remove"
        assert client.get(f"{SECURITY}/app/remove").headers["Location"].startswith("/login/again/code?next=")
        assert (
            client.post(f"/login/again{where}", {"password": PASSWORD})
            .headers["Location"]
            .startswith("/login/again/code")
        )
        client.post(f"/login/again/code{where}", {"code": recovery_codes[1]})
        client.post(f"{SECURITY}/app/remove")
        assert not Authenticator.objects.exists()
        assert mailbox.only().subject == "Authenticator app removed"


class TestRecoveryCodes:
    def test_each_works_once(self, recovery_codes: list[str], alice: User) -> None:
        for expected in (True, False):
            client, _response = first_step(alice)
            client.post("/login/second-step", {"code": recovery_codes[0]})
            assert is_in(client) is expected

    def test_new_ones_end_the_old(self, recovery_codes: list[str], mailbox: Mailbox, alice: User) -> None:
        client, _response = first_step(alice)
        client.post("/login/second-step", {"code": recovery_codes[0]})
        client.post(f"/login/again/code?next={SECURITY}", {"code": recovery_codes[1]})
        client.post(f"{SECURITY}/codes/new")
        page = client.get(f"{SECURITY}/codes").text
        assert recovery_codes[2] not in page
        download = client.get(f"{SECURITY}/codes/download")
        assert "attachment" in download.headers["Content-Disposition"]
        assert "no-store" in download.headers["Cache-Control"]
        other, _response = first_step(alice)
        other.post("/login/second-step", {"code": recovery_codes[2]})
        assert not is_in(other)


def test_who_has_not_confirmed_their_address_cannot_lock_its_owner_out(mailbox: Mailbox, db: None) -> None:
    form = {"name": "N", "email": "nadia@example.org", "password1": "a rainy day in lyon", "adult": "on", "terms": "on"}
    client = Client()
    client.post("/signup", form)
    client.post("/login/again", {"password": form["password1"]})
    for path in ("app", "passkeys/new"):
        assert client.get(f"{SECURITY}/{path}").headers["Location"] == f"{SECURITY}/second-step"


class TestOperators:
    @pytest.mark.parametrize("needed", [False, True])
    def test_a_second_step_can_be_asked_of_them(self, operator: User, settings: Any, needed: bool) -> None:
        settings.OPERATORS_NEED_SECOND_STEP = needed
        client, _response = first_step(operator)
        response = client.get("/admin/", follow=True)
        if needed:
            assert response.redirect_chain[-1][0] == SECURITY
            assert "Add one first" in response.text
        else:
            assert response.status_code == 200
            assert not response.redirect_chain

    def test_with_one_they_are_in(self, operator: User, settings: Any) -> None:
        settings.OPERATORS_NEED_SECOND_STEP = True
        sealed = sealing.seal("JBSWY3DPEHPK3PXP", purpose=second_factors.PURPOSE)
        Authenticator.objects.create(user=operator, type=Authenticator.Type.TOTP, data={"secret": sealed})
        client = Client()
        client.force_login(operator)
        assert client.get("/admin/").status_code == 200

    @pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example"])
    def test_their_door_leads_nowhere_else(self, operator: User, target: str) -> None:
        client = Client()
        assert client.get("/admin/login/", {"next": target}).headers["Location"] == "/login?next=%2Fadmin%2F"
        client.force_login(operator)
        assert client.get("/admin/login/", {"next": target}).headers["Location"] == "/admin/"
