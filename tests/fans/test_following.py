"""Following: who may, what a follower reads, what is recorded, and an account made by an address alone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.models import CreatorProfile, Role, User
from analytics.models import Event
from fans import following
from fans.models import Fan, Follow
from tests.fans.test_public import publish

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)


@pytest.fixture
def fan(client: Client, charlie: User) -> Client:
    client.force_login(charlie)
    return client


def events(name: str) -> list[dict[str, Any]]:
    return list(Event.objects.filter(event=name).order_by("created_at").values_list("data", flat=True))


class TestFollow:
    def test_a_fan_follows_and_reads_what_is_for_followers(self, fan: Client, charlie: User, nadia: User) -> None:
        publish(nadia, "Only for you.", audience="followers")
        assert "Only for you." not in fan.get("/@nadia").text
        response = fan.post("/@nadia/follow")
        assert (response.status_code, response["Location"]) == (302, "/@nadia")
        page = fan.get("/@nadia")
        assert "Only for you." in page.text
        assert "no-store" in page["Cache-Control"]
        known = Fan.objects.get(user=nadia)
        assert (known.name, known.account) == ("Charlie", charlie)
        assert known.followed_at == known.last_seen_at == known.first_seen_at
        (row,) = Event.objects.filter(event="fan.followed")
        assert (row.user_id, row.data) == (nadia.pk, {"fan_id": str(known.pk), "source": "page"})

    def test_a_stranger_sees_the_same_bytes_before_and_after(
        self,
        fan: Client,
        nadia: User,
    ) -> None:
        publish(nadia, "Only for you.", audience="followers")
        before = Client().get("/@nadia")
        fan.post("/@nadia/follow")
        fan.get("/@nadia")
        after = Client().get("/@nadia")
        assert before.content == after.content
        assert not after.cookies
        assert "public" in after["Cache-Control"]

    def test_twice_is_once(self, nadia: User, charlie: User) -> None:
        first = following.follow(charlie, nadia, source="page", now=NOW)
        assert following.follow(charlie, nadia, source="page", now=NOW + timedelta(minutes=1)) == first
        assert len(events("fan.followed")) == 1

    def test_who_leaves_reads_no_more_and_comes_back_as_the_same_fan(
        self,
        fan: Client,
        nadia: User,
        charlie: User,
    ) -> None:
        publish(nadia, "Only for you.", audience="followers")
        fan.post("/@nadia/follow")
        known = Fan.objects.get(user=nadia)
        fan.post("/@nadia/unfollow")
        assert "Only for you." not in fan.get("/@nadia").text
        known.refresh_from_db()
        assert known.followed_at is None
        assert events("fan.unfollowed") == [{"fan_id": str(known.pk)}]
        fan.post("/@nadia/unfollow")
        assert len(events("fan.unfollowed")) == 1
        fan.post("/@nadia/follow")
        assert Fan.objects.get(user=nadia) == known
        assert Follow.objects.count() == 2

    def test_who_follows_one_creator_reads_nothing_of_another(
        self,
        fan: Client,
        nadia: User,
        bob: User,
        charlie: User,
    ) -> None:
        following.follow(charlie, bob, source="page", now=NOW)
        publish(nadia, "Only for you.", audience="followers")
        assert "Only for you." not in fan.get("/@nadia").text

    @pytest.mark.parametrize("who", ["nadia", "bob", "operator"])
    def test_only_fans_follow(
        self,
        client: Client,
        nadia: User,
        who: str,
        request: pytest.FixtureRequest,
    ) -> None:
        client.force_login(request.getfixturevalue(who))
        assert client.post("/@nadia/follow").status_code == 403
        assert not Follow.objects.exists()


class TestJoin:
    FORM = {"name": "Mia", "email": "mia@example.org", "adult": "on", "terms": "on"}

    def opened(self, client: Client) -> Any:
        (link,) = re.findall(r"/login/link/[\w-]+", str(mail.outbox[-1].body))
        return client.get(link, follow=True)

    def test_an_address_is_enough(
        self,
        client: Client,
        nadia: User,
        eager_workers: None,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        publish(nadia, "Only for you.", audience="followers")
        assert 'name="email"' in client.get("/@nadia/follow").text
        with django_capture_on_commit_callbacks(execute=True):
            response = client.post("/@nadia/follow", self.FORM)
        assert response.status_code == 302
        mia = User.objects.get(email="mia@example.org")
        assert (mia.role, mia.has_confirmed_address, mia.has_usable_password()) == (Role.FAN, False, False)
        assert not Follow.objects.exists()
        page = self.opened(client)
        assert page.redirect_chain[-1][0] == "/@nadia"
        assert "Only for you." in page.text
        assert Fan.objects.get(user=nadia).name == "Mia"
        assert not CreatorProfile.objects.filter(user=mia).exists()
        assert len(events("account.signed_up")) == 1

    def test_who_has_an_account_gets_a_link_to_it(
        self,
        client: Client,
        nadia: User,
        charlie: User,
        eager_workers: None,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            client.post("/@nadia/follow", {**self.FORM, "email": "Charlie@example.org"})
        publish(nadia)
        self.opened(client)
        assert following.follows(charlie, nadia)
        assert Fan.objects.get(user=nadia).name == "Charlie"

    @pytest.mark.parametrize("missing", ["name", "email", "adult", "terms"])
    def test_nothing_is_made_of_half_a_form(self, client: Client, nadia: User, missing: str) -> None:
        form = {name: value for name, value in self.FORM.items() if name != missing}
        response = client.post("/@nadia/follow", form)
        assert response.status_code == 422
        assert "no-store" in response["Cache-Control"]
        assert not User.objects.filter(email="mia@example.org").exists()
        assert not mail.outbox

    def test_a_creator_without_a_page_is_not_found(self, client: Client) -> None:
        assert client.get("/@nobody_here/follow").status_code == 404


def test_the_button_says_where_one_stands(fan: Client, nadia: User) -> None:
    publish(nadia)
    assert 'href="/@nadia/follow"' in unescape(Client().get("/@nadia").text)
    assert 'action="/@nadia/follow"' in fan.get("/@nadia").text
    fan.post("/@nadia/follow")
    page = fan.get("/@nadia").text
    assert 'action="/@nadia/unfollow"' in page
    assert "You follow" in page
