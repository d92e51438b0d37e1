"""A creator's fans: the list with its segments and filters, and one fan with all that is kept of them."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from fans import books, keeping, notes
from fans.models import Fan, FanNote

pytestmark = pytest.mark.django_db


@pytest.fixture
def creator(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def add(user: User, name: str, **told: Any) -> Fan:
    return keeping.add(user, keeping.Told(name, **told), now=timezone.now())


def pay(fan: Fan, *, days: int, gross: int = 1_000, **fields: Any) -> Any:
    line = books.Line(
        "tip",
        "fansly",
        "usd",
        gross,
        200,
        timezone.now() - timedelta(days=days),
        fan_id=fan.pk,
        payer=fan.name,
        **fields,
    )
    return books.record(fan.user, line, now=timezone.now())[0]


def names(page: str) -> list[str]:
    return [unescape(name) for name in re.findall(r'<h2>\s*<a href="/app/fans/[\w-]{36}">([^<]+)</a>', page)]


class TestList:
    def test_who_was_heard_of_last_comes_first(self, creator: Client, alice: User, bob: User) -> None:
        for name, days in (("Long ago", 40), ("Lately", 2), ("Today", 0)):
            pay(add(alice, name), days=days)
        add(bob, "Somebody else's")
        assert names(creator.get("/app/fans").text) == ["Today", "Lately", "Long ago"]

    @pytest.mark.parametrize(
        ("segment", "found"),
        [
            ("new", {"Paid now"}),
            ("active", {"Paid now", "Came back"}),
            ("at-risk", {"Quiet"}),
            ("dormant", {"Gone"}),
            ("paying", {"Paid now", "Came back", "Nearly quiet"}),
            ("followers", set()),
            ("nonsense", {"Paid now", "Came back", "Nearly quiet", "Quiet", "Gone", "Only a name"}),
        ],
    )
    def test_segments_hold_whom_they_say_and_count_them(
        self, creator: Client, alice: User, segment: str, found: set[str]
    ) -> None:
        pay(add(alice, "Paid now"), days=1)
        back = add(alice, "Came back")
        pay(back, days=200)
        pay(back, days=10)
        pay(add(alice, "Nearly quiet"), days=31)
        pay(add(alice, "Quiet"), days=60)
        pay(add(alice, "Gone"), days=120)
        add(alice, "Only a name")
        page = creator.get("/app/fans", {"segment": segment}).text
        if segment == "at-risk":
            found = found | {"Nearly quiet"}
        assert set(names(page)) == found
        tab = re.search(r'aria-current="page">[^<]+<span class="figure">(\d+)</span>', page)
        assert tab
        assert int(tab[1]) == len(found)

    @pytest.mark.parametrize("asked", ["mia", "MIA", "@mia_paris", "paris", "ia_pa"])
    def test_any_part_of_a_name_finds(self, creator: Client, alice: User, asked: str) -> None:
        add(alice, "Mia", identities=[("onlyfans", "Mia_Paris")])
        add(alice, "Noah")
        assert names(creator.get("/app/fans", {"q": asked}).text) == ["Mia"]

    def test_signs_of_a_search_are_no_patterns(self, creator: Client, alice: User) -> None:
        add(alice, "Mia")
        assert names(creator.get("/app/fans", {"q": "%"}).text) == []
        assert creator.get("/app/fans", {"q": "a\x00b"}).status_code == 200

    def test_platform_and_tag_narrow(self, creator: Client, alice: User) -> None:
        fan = add(alice, "Mia", identities=[("patreon", "mia")], tags=["VIP"])
        add(alice, "Noah", identities=[("fansly", "noah")])
        assert names(creator.get("/app/fans", {"platform": "patreon"}).text) == ["Mia"]
        assert names(creator.get("/app/fans", {"tag": str(fan.tags.get().pk)}).text) == ["Mia"]

    def test_pages_go_on_where_they_ended(self, creator: Client, alice: User) -> None:
        for number in range(60):
            add(alice, f"Fan {number}")
        first = creator.get("/app/fans").text
        more = unescape(re.findall(r'hx-get="([^"]+)"', first)[0])
        second = creator.get(more, headers={"HX-Request": "true"}).text
        assert len(names(first)) == 50
        assert len({*names(first), *names(second)}) == 60

    @pytest.mark.parametrize("number", [1, 30])
    def test_it_asks_as_many_queries_whatever_is_there(
        self, creator: Client, alice: User, number: int, django_assert_max_num_queries: Any
    ) -> None:
        for each in range(number):
            pay(add(alice, f"Fan {each}", identities=[("fansly", f"f{each}")], tags=["VIP"]), days=each)
        creator.get("/app/fans")
        with django_assert_max_num_queries(11):
            creator.get("/app/fans")

    def test_the_file_has_everybody_and_no_formula(self, creator: Client, alice: User, bob: User) -> None:
        add(alice, "=1+1", identities=[("fansly", "sum")])
        add(bob, "Theirs")
        body = creator.get("/app/fans/export").getvalue().decode()
        assert "'=1+1,fansly:sum" in body
        assert "Theirs" not in body


class TestKeeping:
    FORM = {"name": "Mia", "platform_0": "onlyfans", "handle_0": "@mia", "tags": "#VIP, vip, night"}

    def test_a_fan_is_added_and_changed(self, creator: Client, alice: User) -> None:
        creator.post("/app/fans/new", {**self.FORM, "do_not": "No discounts\n\n No calls "})
        fan = Fan.objects.get()
        assert fan.do_not == ["No discounts", "No calls"]
        assert [(row.platform, row.handle) for row in fan.identities.all()] == [("onlyfans", "mia")]
        assert {tag.name for tag in fan.tags.all()} == {"VIP", "night"} or {tag.name for tag in fan.tags.all()} == {
            "vip",
            "night",
        }
        page = creator.get(f"/app/fans/{fan.pk}/edit").text
        assert 'value="mia"' in page
        creator.post(f"/app/fans/{fan.pk}/edit", {"name": "Mia B.", "platform_0": "fansly", "handle_0": "mia"})
        fan.refresh_from_db()
        assert (fan.name, fan.words) == ("Mia B.", "mia b. mia")
        assert fan.identities.get().platform == "fansly"

    def test_a_name_on_a_platform_is_one_fans(self, creator: Client, alice: User, bob: User) -> None:
        add(alice, "Mia", identities=[("onlyfans", "MIA")])
        response = creator.post("/app/fans/new", self.FORM)
        assert response.status_code == 422
        assert "Another fan of yours is mia on OnlyFans" in response.text
        assert Fan.objects.count() == 1
        add(bob, "Mia", identities=[("onlyfans", "mia")])

    def test_a_name_needs_its_platform(self, creator: Client) -> None:
        assert creator.post("/app/fans/new", {"name": "Mia", "handle_0": "mia"}).status_code == 422

    def test_deleting_is_taken_back_by_the_toast_and_out_of_the_bin(self, creator: Client, alice: User) -> None:
        fan = add(alice, "Mia")
        page = creator.post(f"/app/fans/{fan.pk}/delete", follow=True).text
        assert names(page) == []
        assert creator.get(f"/app/fans/{fan.pk}").status_code == 404
        (undo,) = set(re.findall(r"/app/fans/undo/[\w-]+", page))
        creator.post(undo)
        assert names(creator.get("/app/fans").text) == ["Mia"]
        creator.post(f"/app/fans/{fan.pk}/delete")
        assert "Mia" in creator.get("/app/fans?bin=1").text
        creator.post(f"/app/fans/{fan.pk}/restore")
        assert names(creator.get("/app/fans").text) == ["Mia"]

    def test_the_bin_is_emptied_after_thirty_days(self, alice: User) -> None:
        now = timezone.now()
        fan = add(alice, "Mia")
        row = pay(fan, days=3)
        keeping.put_away(alice, [fan.pk], now=now - timedelta(days=29))
        assert keeping.empty_bins(now - keeping.KEEPS, 100) == 0
        Fan.objects.update(deleted_at=now - timedelta(days=31))
        assert keeping.empty_bins(now - keeping.KEEPS, 100) == 1
        row.refresh_from_db()
        assert row.fan is None


class TestNotes:
    def test_a_note_is_kept_deleted_and_taken_back(self, creator: Client, alice: User) -> None:
        fan = add(alice, "Mia")
        creator.post(f"/app/fans/{fan.pk}/notes", {"text": "Likes rain"})
        assert "Likes rain" in creator.get(f"/app/fans/{fan.pk}").text
        page = creator.post(f"/app/fans/notes/{FanNote.objects.get().pk}/delete", follow=True).text
        assert "Likes rain" not in page
        creator.post(set(re.findall(r"/app/fans/undo/[\w-]+", page)).pop())
        assert FanNote.objects.get().text == "Likes rain"

    @pytest.mark.parametrize(("answer", "state"), [("yes", "kept"), ("no", "refused")])
    def test_what_ai_proposes_waits_for_an_answer(self, creator: Client, alice: User, answer: str, state: str) -> None:
        fan = add(alice, "Mia")
        note = notes.propose(fan, "Born in May", now=timezone.now())
        assert "Waits for your yes" in creator.get(f"/app/fans/{fan.pk}").text
        creator.post(f"/app/fans/notes/{note.pk}/decide", {"answer": answer})
        note.refresh_from_db()
        assert note.state == state
        assert ("Born in May" in creator.get(f"/app/fans/{fan.pk}").text) is (state == "kept")
        with pytest.raises(notes.Decided):
            notes.decide(note, keep=True, now=timezone.now())


def test_one_fan_shows_what_they_paid(creator: Client, alice: User) -> None:
    fan = add(alice, "Mia", do_not=["No discounts"])
    row = pay(fan, days=3, gross=2_200)
    pay(fan, days=40)
    books.refund(row, gross_minor=1_100, occurred_at=timezone.now(), now=timezone.now())
    page = creator.get(f"/app/fans/{fan.pk}").text
    assert "No discounts" in page
    # 20.00 + 8.00 − 10.00
    assert "$18.00" in page


class TestEarnings:
    FORM = {
        "source": "tip",
        "platform": "fansly",
        "payer": "@Mia",
        "currency": "usd",
        "gross": "12.50",
        "fee": "2.50",
        "occurred_at": "2026-03-02T09:30",
    }

    def test_a_payment_is_written_down_once_with_who_paid(self, creator: Client, alice: User) -> None:
        for _twice in range(2):
            creator.post("/app/fans/earnings/new", self.FORM)
        row = alice.earnings.get()
        assert (row.gross_minor, row.fee_minor, row.net_minor) == (1_250, 250, 1_000)
        assert row.fan
        assert row.fan.name == "Mia"
        page = creator.get("/app/fans/earnings").text
        assert "$10.00" in page

    @pytest.mark.parametrize(
        "wrong",
        [{"gross": "0"}, {"fee": "13"}, {"occurred_at": "2099-01-01T00:00"}, {"currency": "jpy"}, {"gross": "1.005"}],
    )
    def test_what_cannot_be_is_refused(self, creator: Client, wrong: dict[str, str]) -> None:
        assert creator.post("/app/fans/earnings/new", {**self.FORM, **wrong}).status_code == 422

    def test_it_is_refunded_and_taken_back(self, creator: Client, alice: User) -> None:
        creator.post("/app/fans/earnings/new", self.FORM)
        row = alice.earnings.get()
        refund = f"/app/fans/earnings/{row.pk}/refund"
        assert creator.post(refund, {"gross": "13", "occurred_at": "2026-03-03T09:30"}).status_code == 422
        creator.post(refund, {"gross": "5", "occurred_at": "2026-03-03T09:30"})
        assert "Refunded" in creator.get("/app/fans/earnings").text
        creator.post(f"/app/fans/earnings/{row.pk}/remove")
        page = creator.get("/app/fans/earnings").text
        assert page.count("Counts no more") == 2
        assert row.fan
        assert books.spent_by([row.fan.pk])[row.fan.pk] == [books.Spent("usd", 0, 0)]

    @pytest.mark.parametrize("number", [1, 30])
    def test_it_asks_as_many_queries_whatever_is_there(
        self, creator: Client, alice: User, number: int, django_assert_max_num_queries: Any
    ) -> None:
        for each in range(number):
            pay(add(alice, f"Fan {each}"), days=each)
        creator.get("/app/fans/earnings")
        with django_assert_max_num_queries(7):
            creator.get("/app/fans/earnings")
