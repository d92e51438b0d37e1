"""The list of posts, one post, and the meter beside them."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from billing.models import QuotaPeriod
from content import channels, planning, shelf, trash
from content.models import Content, Generation, PostTemplate, Tag
from content.publishing import worker
from tests.content.states import DONE, TEXT, post
from tests.strict_templates import refuse_unknown_variables

LANGUAGES = ["en", "fr"]


@pytest.fixture(autouse=True)
def strict_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)


class TestPosts:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_none_yet(self, alice_client: Client, language: str) -> None:
        User.objects.update(locale=language)
        page = alice_client.get("/app/posts").text
        assert ("Pas encore de posts" if language == "fr" else "No posts yet") in page
        assert 'href="/app/create"' in page

    def test_a_row_tells_what_it_is_and_what_it_cost(
        self, alice_client: Client, written: Callable[..., Generation]
    ) -> None:
        written(DONE)
        page = alice_client.get("/app/posts").text
        for words in ("Il pleut sur Lyon.", "Instagram", "AI-generated", "gpt-4o-mini · $0.00015"):
            assert words in page

    @pytest.mark.parametrize(
        "address", ["/app/posts", "/app/posts?q=pleut&state=draft&channel=instagram&origin=ai_generated"]
    )
    @pytest.mark.parametrize("rows", [1, 30])
    def test_the_number_of_queries_does_not_grow(
        self, alice_client: Client, alice: User, rows: int, address: str, written: Callable[..., Generation]
    ) -> None:
        alice_client.get("/app/posts")
        for _ in range(rows):
            written(DONE, DONE)
        tag = Tag.objects.create(user=alice, name="rain")
        for row in Content.objects.all():
            row.tags.add(tag)
        with CaptureQueriesContext(connection) as queries:
            page = alice_client.get(address).text
        assert page.count("data-pick-row") == rows
        # Session, user; posts, their channels, tags and publications, their generations, those generations' variants;
        # the counts; the tags to choose; quota, the bell.
        assert len(queries) == 12

    def test_states_are_counted_up_to_a_bound(self, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shelf, "MOST_COUNTED", 3)
        for number, state in enumerate(["draft"] * 5 + ["scheduled"] * 2):
            post(alice, number, state=state)
        post(alice, 8, state="failed", deleted_at=timezone.now())
        post(bob, 9, state="published")

        found = shelf.counts(alice)

        assert {state: found[state] for state in ("draft", "scheduled", "published", "failed")} == {
            "draft": 3, "scheduled": 2, "published": 0, "failed": 0
        }  # fmt: skip
        # More than three, however many more.
        assert found[""] >= 3
        assert shelf.counts(bob)[""] == 1

    def test_older_posts_are_a_link_away_and_none_is_lost(self, alice_client: Client, alice: User) -> None:
        for number in range(2 * shelf.PAGE + 1):
            post(alice, number)
        seen: list[str] = []
        path = "/app/posts?q=pleut"
        for _ in range(3):
            page = alice_client.get(path).text
            seen += re.findall(r">(Post \d+)</a>", page)
            more = re.search(r'hx-get="(/app/posts[^"]+)"', page)
            path = html.unescape(more[1]) if more else ""
        assert path == ""
        assert seen == [f"Post {number}" for number in reversed(range(2 * shelf.PAGE + 1))]

    def test_a_script_gets_the_rows_alone(self, alice_client: Client, alice: User) -> None:
        post(alice, 7)
        page = alice_client.get("/app/posts", headers={"HX-Request": "true"}).text
        assert "Post 7" in page
        assert "<main" not in page

    def test_a_place_that_is_none_shows_the_newest(self, alice_client: Client, alice: User) -> None:
        post(alice, 7)
        assert "Post 7" in alice_client.get("/app/posts?before=yesterday").text

    def test_only_ones_own(self, alice_client: Client, bob: User) -> None:
        post(bob, 8)
        assert "Post 8" not in alice_client.get("/app/posts").text


class TestFilters:
    @pytest.mark.parametrize(
        ("asked", "shown"),
        [
            ("q=clairières", ["Post 1"]),
            ("q=clairi", ["Post 1"]),
            ("q=raining", ["Post 2"]),
            ("q=nothing+like+this", []),
            ("state=published", ["Post 2"]),
            ("channel=x", ["Post 2"]),
            ("channel=onlyfans", ["Post 1"]),
            ("type=email", ["Post 3"]),
            ("origin=ai_assisted", ["Post 3"]),
            ("state=draft&channel=onlyfans", ["Post 1"]),
            ("state=nonsense&channel=nowhere", ["Post 3", "Post 2", "Post 1"]),
        ],
    )
    def test_each_leaves_what_it_says(self, alice_client: Client, alice: User, asked: str, shown: list[str]) -> None:
        first = post(alice, 1, body="Une clairière au matin.")
        channels.set(first, ["onlyfans"])
        post(alice, 2, body="It rained on us.", platform="x", state="published")
        post(alice, 3, type="email", origin="ai_assisted")

        page = alice_client.get(f"/app/posts?{asked}").text

        assert re.findall(r">(Post \d+)</a>", page) == shown

    def test_by_tag_and_campaign_of_ones_own_only(self, alice_client: Client, alice: User, bob: User) -> None:
        mine, other = Tag.objects.create(user=alice, name="Winter"), Tag.objects.create(user=bob, name="Winter")
        post(alice, 1).tags.add(mine)
        post(alice, 2)

        assert re.findall(r">(Post \d+)</a>", alice_client.get(f"/app/posts?tag={mine.pk}").text) == ["Post 1"]
        # It filters nothing: what is not theirs does not exist for them.
        assert "Post 2" in alice_client.get(f"/app/posts?tag={other.pk}&campaign={other.pk}").text

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_what_is_on_can_be_taken_off_one_by_one(self, alice_client: Client, alice: User, language: str) -> None:
        User.objects.update(locale=language)
        post(alice, 1)
        page = alice_client.get("/app/posts?q=zebra&channel=x").text
        assert 'href="/app/posts?channel=x"' in page
        assert 'href="/app/posts?q=zebra"' in page
        assert ("Retirer ce filtre" if language == "fr" else "Take this filter off") in page

    def test_states_are_counted(self, alice_client: Client, alice: User) -> None:
        for number in range(3):
            post(alice, number, state="published")
        page = alice_client.get("/app/posts").text
        assert re.findall(r'class="figure">(\d+\+?)</span>', page)[:5] == ["3", "0", "0", "3", "0"]


class TestBin:
    def test_deleting_offers_undo_and_undo_brings_it_back(self, alice_client: Client, alice: User) -> None:
        row = post(alice, 1)
        page = alice_client.post(f"/app/posts/{row.pk}/delete", follow=True).text
        assert "1 post is in the bin" in page
        assert "Post 1" not in page
        assert "Post 1" in alice_client.get("/app/posts?bin=1").text
        undo = re.search(r"/app/posts/undo/[\w-]+", page)
        assert undo
        assert "Post 1" in alice_client.post(undo[0], follow=True).text
        assert "cannot be taken back" in alice_client.post(undo[0], follow=True).text

    def test_taking_it_back_can_be_taken_back(self, alice_client: Client, alice: User) -> None:
        row = post(alice, 1)
        trash.put_away(alice, [row], now=timezone.now())
        assert "cannot be brought back" in alice_client.get("/app/posts?bin=1").text
        page = alice_client.post("/app/posts/bulk", {"act": "restore", "ids": [str(row.pk)]}, follow=True).text
        undo = re.search(r"/app/posts/undo/[\w-]+", page)
        assert undo
        assert Content.objects.for_user(alice).exists()
        alice_client.post(undo[0])
        assert list(Content.objects.in_bin(alice)) == [row]

    def test_nothing_of_it_goes_out_meanwhile(self, alice: User) -> None:
        row = post(alice, 1)
        [publication] = planning.schedule(row, ["x"], timezone.now(), now=timezone.now())
        trash.put_away(alice, [row], now=timezone.now())
        worker.publish(publication.pk)
        publication.refresh_from_db()
        assert publication.published_at is None
        assert publication.reminded_at is None

    def test_what_is_planned_goes_on_after_it(self, alice: User) -> None:
        row = post(alice, 1)
        planning.schedule(row, ["x"], timezone.now() + timedelta(days=1), now=timezone.now())
        trash.put_away(alice, [row], now=timezone.now())
        trash.take_back(alice, [row.pk], now=timezone.now())
        row.refresh_from_db()
        assert row.state == "scheduled"

    def test_for_good_only_from_the_bin(self, alice_client: Client, alice: User) -> None:
        kept, gone = post(alice, 1), post(alice, 2)
        trash.put_away(alice, [gone], now=timezone.now())
        alice_client.post("/app/posts/bulk", {"act": "purge", "ids": [str(kept.pk), str(gone.pk)]})
        assert list(Content.objects.values_list("pk", flat=True)) == [kept.pk]

    def test_after_thirty_days_it_is_gone(self, alice: User) -> None:
        now = timezone.now()
        old, young, kept = post(alice, 1), post(alice, 2), post(alice, 3)
        trash.put_away(alice, [old], now=now - timedelta(days=30))
        trash.put_away(alice, [young], now=now - timedelta(days=29))
        assert trash.empty_bins(now=now) == 1
        assert set(Content.objects.values_list("pk", flat=True)) == {young.pk, kept.pk}

    def test_a_deleted_posts_versions_stay(self, alice_client: Client, written: Callable[..., Generation]) -> None:
        row = written(DONE)
        content = row.content
        assert content is not None
        trash.put_away(content.user, [content], now=timezone.now())
        content.refresh_from_db()
        trash.delete_for_good([content], now=timezone.now())
        page = alice_client.get(f"/app/create/{row.pk}", follow=True).text
        assert "Use this" in page


class TestMany:
    def test_tagging_and_taking_the_tag_off_again(self, alice_client: Client, alice: User) -> None:
        ids = [str(post(alice, number).pk) for number in range(2)]
        page = alice_client.post(
            "/app/posts/bulk", {"act": "tag", "tag": " #Winter  set", "ids": ids}, follow=True
        ).text
        assert page.count(">#Winter set</span>") == 2
        page = alice_client.post(
            "/app/posts/bulk", {"act": "untag", "tag": "winter SET", "ids": ids[:1]}, follow=True
        ).text
        assert page.count(">#Winter set</span>") == 1

    def test_nobody_elses(self, alice_client: Client, bob: User) -> None:
        row = post(bob, 1)
        alice_client.post("/app/posts/bulk", {"act": "delete", "ids": [str(row.pk)]})
        row.refresh_from_db()
        assert row.deleted_at is None

    @pytest.mark.parametrize("data", [{"act": "delete"}, {"act": "nonsense"}, {"act": "tag", "tag": " "}])
    def test_what_makes_no_sense_changes_nothing(self, alice_client: Client, alice: User, data: dict[str, str]) -> None:
        row = post(alice, 1)
        ids = {} if data == {"act": "delete"} else {"ids": [str(row.pk)]}
        assert alice_client.post("/app/posts/bulk", {**data, **ids}, follow=True).status_code == 200
        row.refresh_from_db()
        assert row.deleted_at is None
        assert not Tag.objects.exists()

    def test_a_tag_that_gets_the_name_of_another_becomes_one_with_it(self, alice_client: Client, alice: User) -> None:
        one, two = Tag.objects.create(user=alice, name="Winter"), Tag.objects.create(user=alice, name="Snow")
        first, second = post(alice, 1), post(alice, 2)
        first.tags.add(one)
        second.tags.add(one, two)
        alice_client.post(f"/app/tags/{one.pk}/rename", {"name": "snow"})
        assert [tag.name for tag in Tag.objects.all()] == ["Snow"]
        assert set(two.contents.all()) == {first, second}

    def test_tags_tell_what_has_them_up_to_99_without_the_bin(
        self, alice_client: Client, alice: User, django_assert_max_num_queries: Any
    ) -> None:
        many, few = Tag.objects.create(user=alice, name="many"), Tag.objects.create(user=alice, name="few")
        rows = [post(alice, number) for number in range(100)]
        Content.tags.through.objects.bulk_create(
            Content.tags.through(content_id=row.pk, tag_id=tag.pk)
            for tag, tagged in ((many, rows), (few, rows[:2]))
            for row in tagged
        )
        Content.objects.filter(pk=rows[0].pk).update(deleted_at=timezone.now())
        with django_assert_max_num_queries(10):
            page = alice_client.get("/app/tags").text
        assert "99 posts" in page
        assert "1 post<" in page
        Content.objects.filter(pk=rows[0].pk).update(deleted_at=None)
        assert "99+ posts" in alice_client.get("/app/tags").text

    def test_a_deleted_tag_comes_back_with_all_that_had_it(self, alice_client: Client, alice: User) -> None:
        tag = Tag.objects.create(user=alice, name="Winter")
        row = post(alice, 1)
        row.tags.add(tag)
        page = alice_client.post(f"/app/tags/{tag.pk}/delete", follow=True).text
        undo = re.search(r"/app/posts/undo/[\w-]+", page)
        assert undo
        alice_client.post(undo[0])
        assert [tag.name for tag in row.tags.all()] == ["Winter"]


class TestTemplates:
    def test_from_a_post_to_a_new_text(self, alice_client: Client, alice: User) -> None:
        row = post(alice, 1)
        channels.set(row, ["fansly"])
        page = alice_client.get(f"/app/templates/new?post={row.pk}").text
        assert "Il pleut sur Lyon." in page
        alice_client.post("/app/templates/new", {"name": "Rain", "body": TEXT, "channels": ["fansly"]})
        template = PostTemplate.objects.get()
        assert "Il pleut sur Lyon." in alice_client.get(f"/app/create?template={template.pk}").text
        assert "Rain" in alice_client.get("/app/templates").text

    def test_two_of_one_name_are_refused(self, alice_client: Client, alice: User) -> None:
        for status in (302, 422):
            response = alice_client.post("/app/templates/new", {"name": "Rain", "body": TEXT})
            assert response.status_code == status

    def test_a_deleted_one_comes_back(self, alice_client: Client, alice: User) -> None:
        alice_client.post("/app/templates/new", {"name": "Rain", "body": TEXT})
        page = alice_client.post(f"/app/templates/{PostTemplate.objects.get().pk}/delete", follow=True).text
        undo = re.search(r"/app/posts/undo/[\w-]+", page)
        assert undo
        assert not PostTemplate.objects.exists()
        alice_client.post(undo[0])
        assert PostTemplate.objects.get().name == "Rain"


class TestExport:
    def rows(self, client: Client, address: str) -> list[dict[str, str]]:
        text = b"".join(client.get(address).streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        return list(csv.DictReader(io.StringIO(text)))

    def test_what_the_list_shows_and_nothing_else(self, alice_client: Client, alice: User, bob: User) -> None:
        post(alice, 1, body="Zebra")
        post(alice, 2)
        post(bob, 3)
        assert [row["title"] for row in self.rows(alice_client, "/app/posts/export.csv")] == ["Post 2", "Post 1"]
        assert [row["text"] for row in self.rows(alice_client, "/app/posts/export.csv?q=zebra")] == ["Zebra"]

    @pytest.mark.parametrize("text", ["=1+1", "+33", "-1", "@SUM(A1)", "\t=1"])
    def test_a_spreadsheet_computes_nothing(self, alice_client: Client, alice: User, text: str) -> None:
        post(alice, 1, body=text)
        assert self.rows(alice_client, "/app/posts/export.csv")[0]["text"] == f"'{text}"

    def test_json_holds_channel_texts_tags_and_publications(self, alice_client: Client, alice: User) -> None:
        row = post(alice, 1)
        channels.set(row, ["x", "fansly"])
        row.channels.filter(channel="x").update(customized=True, body="Shorter")
        row.tags.add(Tag.objects.create(user=alice, name="Winter"))
        planning.schedule(row, ["x"], timezone.now() + timedelta(days=1), now=timezone.now())
        answer = alice_client.get("/app/posts/export.json")
        [told] = json.loads(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
        assert told["channels"] == ["x", "fansly"]
        assert told["channel_texts"] == [{"channel": "x", "title": "", "text": "Shorter", "origin": "human"}]
        assert told["tags"] == ["Winter"]
        assert [one["channel"] for one in told["publications"]] == ["x"]

    def test_many_come_in_batches(self, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shelf, "BATCH", 2)
        for number in range(5):
            post(alice, number)
        assert len(list(shelf.all_of(alice, shelf.Wanted()))) == 5

    def test_there_are_two_formats(self, alice_client: Client) -> None:
        assert alice_client.get("/app/posts/export.xml").status_code == 404


def test_what_a_post_says_on_one_channel_alone_is_found(alice: User, bob: User) -> None:
    found = post(alice, 1)
    for row in (found, post(alice, 2), post(bob, 3)):
        channels.set(row, ["x"])
    found.channels.update(customized=True, body="Zèbres dans la brume")
    assert list(shelf.matching(alice, shelf.Wanted(text="zèbre"))) == [found]
    assert not shelf.matching(bob, shelf.Wanted(text="zèbre")).exists()
    # What waits while the channel says what all say is said nowhere.
    found.channels.update(customized=False)
    assert not shelf.matching(alice, shelf.Wanted(text="zèbre")).exists()


def test_search_and_filters_ask_an_index(alice: User) -> None:
    post(alice, 1)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    for wanted in (
        shelf.Wanted(text="pleut"),
        shelf.Wanted(state="draft"),
        shelf.Wanted(type="post"),
        shelf.Wanted(origin="human"),
        shelf.Wanted(),
    ):
        plan = shelf.matching(alice, wanted).order_by("-pk")[:30].explain()
        assert "Seq Scan" not in plan
        assert "content_" in plan


class TestQuotaMeter:
    @pytest.mark.parametrize(("used", "level"), [(10, "normal"), (6_500, "high"), (8_000, "full")])
    def test_it_tells_what_is_taken(self, alice_client: Client, used: int, level: str) -> None:
        alice_client.get("/app/posts")
        QuotaPeriod.objects.update(used=used)
        page = alice_client.get("/app/posts").text
        assert f"<b>{used:,}</b> of 8,000 credits" in page
        assert f"meter-{level}" in page
