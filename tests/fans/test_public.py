"""A creator's public page: what strangers see of it, and what nobody ever does."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.conf import settings as configuration
from django.test import Client

from accounts import handles
from accounts.models import User
from content.models import Asset, Attachment, ChannelText, Content, Publication, Rendition
from fans import published
from tests.content import states

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
State = Publication.State


def publish(user: User, body: str = "Rain on the roof.", *, at: datetime = NOW, **fields: Any) -> Publication:
    about = {name: fields.pop(name) for name in ("audience", "origin", "deleted_at", "language") if name in fields}
    content = states.post(
        user, title="Secret working title", body="What the draft says now", state="published", **about
    )
    return Publication.objects.create(
        **{
            "user": user,
            "content": content,
            "channel": "huntaze",
            "state": State.PUBLISHED,
            "due_at": at,
            "attempt_at": at,
            "published_at": at,
            "created_at": at,
            "title": "A title",
            "body": body,
            **fields,
        }
    )


class TestWhatIsShown:
    def test_a_stranger_reads_what_was_published(self, client: Client, nadia: User) -> None:
        publish(nadia, "Rain on <b>the</b> roof.\n\nTonight at nine.")
        page = client.get("/@nadia").text
        assert "<h1>Nadia</h1>" in page
        assert "Rain, tea and photographs." in page
        assert "Rain on &lt;b&gt;the&lt;/b&gt; roof." in page
        assert "<p>Tonight at nine.</p>" in page
        # What was published, and not what the draft has become.
        assert "What the draft says now" not in page

    @pytest.mark.parametrize(
        ("origin", "badge"), [("ai_generated", "Written by AI"), ("ai_assisted", "Written with AI"), ("human", "")]
    )
    def test_it_says_what_ai_wrote(self, client: Client, nadia: User, origin: str, badge: str) -> None:
        publish(nadia, origin=origin)
        page = client.get("/@nadia").text
        assert ("Written by AI" in page, "Written with AI" in page) == (
            badge == "Written by AI",
            badge == "Written with AI",
        )

    def test_a_text_for_the_page_alone_tells_who_wrote_that_one(self, client: Client, nadia: User) -> None:
        row = publish(nadia, origin="human")
        text = ChannelText.objects.create(content=row.content, channel="huntaze", customized=True, origin="ai_assisted")
        assert "Written with AI" in client.get("/@nadia").text
        text.customized = False
        text.save()
        assert "Written with AI" not in client.get("/@nadia").text

    def test_a_post_for_followers_is_there_and_says_nothing(self, client: Client, nadia: User) -> None:
        publish(nadia, "Only for followers: the roof.", audience="followers", title="A hidden title")
        response = client.get("/@nadia")
        assert "A post for followers" in response.text
        for hidden in ("the roof", "A hidden title", "Secret working title", "What the draft says now"):
            assert hidden not in response.text

    @pytest.mark.parametrize(
        "fields",
        [
            {"channel": "x"},
            {"state": State.SCHEDULED, "published_at": None},
            {"state": State.REMINDED, "published_at": None},
            {"state": State.CANCELED},
            {"state": State.FAILED, "error_code": "blocked"},
            {"deleted_at": NOW},
        ],
    )
    def test_nothing_else_is_shown(self, client: Client, nadia: User, fields: dict[str, Any]) -> None:
        publish(nadia, "Not for you.", **fields)
        page = client.get("/@nadia").text
        assert "Not for you." not in page
        assert "Nothing published yet." in page

    def test_nobody_elses_posts_are_shown(self, client: Client, nadia: User, bob: User) -> None:
        publish(bob, "Bob was here.")
        assert "Bob was here." not in client.get("/@nadia").text

    def test_the_address_of_the_creator_is_nowhere(self, client: Client, nadia: User) -> None:
        publish(nadia)
        page = client.get("/@nadia").text
        assert nadia.email not in page
        assert "alice" not in page.lower()

    @pytest.mark.parametrize(("language", "words"), [("en", "Written by AI"), ("fr", "Écrit par l’IA")])
    def test_it_speaks_the_visitors_language_and_marks_the_creators(
        self, client: Client, nadia: User, language: str, words: str
    ) -> None:
        publish(nadia, origin="ai_generated", language="de")
        page = client.get("/@nadia", headers={"Accept-Language": language}).text
        assert f'<html lang="{language}"' in page
        assert words in page
        assert '<div class="creator-text" lang="de"' in page

    @pytest.mark.parametrize(
        ("zone", "day"), [("Europe/Paris", "26 November 2026"), ("America/New_York", "25 November 2026")]
    )
    def test_the_day_is_the_creators_and_neither_hour_nor_zone_tells_where_they_are(
        self, client: Client, nadia: User, bob: User, zone: str, day: str
    ) -> None:
        User.objects.filter(pk=nadia.pk).update(time_zone=zone)
        User.objects.filter(pk=bob.pk).update(time_zone="Asia/Tokyo")
        publish(nadia, at=NOW.replace(hour=23, minute=30))
        shown = f'<time datetime="2026-11-25T23:30:00+00:00">{day}</time>'
        page = client.get("/@nadia").text
        assert shown in page
        assert zone not in page

        # Nor does the reader's own clock change it.
        client.force_login(bob)
        assert shown in client.get("/@nadia").text

    def test_previews_are_told_what_it_is(self, client: Client, nadia: User) -> None:
        page = unescape(client.get("/@nadia").text)
        assert '<meta property="og:type" content="profile">' in page
        assert '<meta property="og:title" content="Nadia (@nadia)">' in page
        assert '<meta property="og:description" content="Rain, tea and photographs.">' in page
        assert f'<meta property="og:url" content="{configuration.BASE_URL}/@nadia">' in page


class TestMedia:
    def attach(self, row: Publication, number: int = 0, **fields: Any) -> Asset:
        asset = Asset.objects.create(
            **{
                "user": row.user,
                "name": "IMG_2041 at home.jpg",
                "kind": "image",
                "state": "ready",
                "key": f"media/{row.user_id}/{number}/1/original.jpg",
                "size": 1,
                "width": 800,
                "height": 600,
                "alt_text": "Rain on a window",
                "created_at": NOW,
                "updated_at": NOW,
                **fields,
            }
        )
        Attachment.objects.create(content=row.content, asset=asset, position=number)
        return asset

    def test_pictures_are_shown_by_signed_addresses_with_their_words(self, client: Client, nadia: User) -> None:
        row = publish(nadia)
        self.attach(row)
        page = unescape(client.get("/@nadia").text)
        (source,) = re.findall(r'<img src="([^"]+)"', page)
        assert "/1/preview.webp?" in source
        assert "X-Amz-Signature=" in source
        assert 'alt="Rain on a window"' in page
        assert 'width="800" height="600"' in page
        # The name of the file is the creator's own.
        assert "IMG_2041" not in page

    def test_a_video_has_a_still_and_plays_when_asked(self, client: Client, nadia: User) -> None:
        video = self.attach(publish(nadia), kind="video", key="media/1/2/1/original.mp4")
        assert "/1/original.mp4?" in client.get("/@nadia").text
        Rendition.objects.create(
            asset=video, name="play", key="k", media_type="video/mp4", size=1, width=800, height=600
        )
        page = unescape(client.get("/@nadia").text)
        assert re.search(r'<video src="[^"]+/play\.mp4\?[^"]+"\s+poster="[^"]+/preview\.webp\?', page)
        assert 'preload="none"' in page

    @pytest.mark.parametrize("fields", [{"state": "processing"}, {"deleted_at": NOW}])
    def test_what_is_not_ready_or_was_deleted_is_left_out(
        self, client: Client, nadia: User, fields: dict[str, Any]
    ) -> None:
        self.attach(publish(nadia), **fields)
        assert "creator-media" not in client.get("/@nadia").text

    def test_media_of_a_post_for_followers_stay_hidden(self, client: Client, nadia: User) -> None:
        self.attach(publish(nadia, audience="followers"))
        page = client.get("/@nadia").text
        assert "creator-media" not in page
        assert "Rain on a window" not in page

    def test_many_files_take_no_more_queries(self, client: Client, nadia: User, django_assert_num_queries: Any) -> None:
        for number in range(12):
            row = publish(nadia, at=NOW + timedelta(minutes=number))
            self.attach(row, 0)
            self.attach(row, 1)
        with django_assert_num_queries(4):
            page = client.get("/@nadia").text
        assert page.count("<img") == 24


class TestWhoHasAPage:
    @pytest.mark.parametrize("path", ["/@nobody_here", "/@ab", "/@admin", "/@na%20dia", "/@nadia/", "/@", "/@%00abc"])
    def test_an_unknown_handle_is_not_found(self, client: Client, nadia: User, path: str) -> None:
        assert client.get(path).status_code == 404

    def test_an_empty_page_is_not_found(self, client: Client, alice: User) -> None:
        handles.take(alice, "nadia")
        assert client.get("/@nadia").status_code == 404
        publish(alice)
        assert client.get("/@nadia").status_code == 200

    def test_a_closed_account_is_not_found(self, client: Client, nadia: User) -> None:
        nadia.is_active = False
        nadia.save()
        assert client.get("/@nadia").status_code == 404

    def test_a_handle_that_was_given_up_is_not_found(self, client: Client, nadia: User) -> None:
        handles.take(nadia, "nadia_paris")
        assert client.get("/@nadia").status_code == 404
        assert client.get("/@nadia_paris").status_code == 200

    def test_any_case_leads_there(self, client: Client, nadia: User) -> None:
        assert client.get("/@NadIa").headers["Location"] == "/@nadia"

    @pytest.mark.parametrize("handle", ["nobody_here", "NadIa"])
    def test_what_may_change_at_once_is_kept_by_no_cache(self, client: Client, nadia: User, handle: str) -> None:
        assert "public" not in client.get(f"/@{handle}").headers.get("Cache-Control", "")


class TestPages:
    def test_posts_come_newest_first_and_none_is_lost_between_pages(self, client: Client, nadia: User) -> None:
        # Several at the same moment, as a worker publishes them.
        for number in range(30):
            publish(nadia, f"Post number {number}.", at=NOW + timedelta(minutes=number // 3))
        seen: list[str] = []
        path = "/@nadia"
        for _page in range(4):
            page = unescape(client.get(path).text)
            seen += [part.partition(".")[0] for part in page.split("Post number ")[1:]]
            if "?before=" not in page:
                break
            path = "/@nadia?before=" + page.partition("?before=")[2].partition('"')[0]
        assert sorted(map(int, seen)) == list(range(30))
        assert [int(each) // 3 for each in seen] == sorted((int(each) // 3 for each in seen), reverse=True)

    def test_later_pages_are_not_listed(self, client: Client, nadia: User) -> None:
        row = publish(nadia)
        page = client.get(f"/@nadia?before={row.pk}").text
        assert '<meta name="robots" content="noindex">' in page
        assert "There are no older posts." in page

    @pytest.mark.parametrize("before", ["x", "019acb2e-5f1a-7c3d-8e4f-000000000000"])
    def test_an_unknown_page_is_not_found(self, client: Client, nadia: User, before: str) -> None:
        assert client.get("/@nadia", {"before": before}).status_code == 404

    def test_another_creators_post_is_no_page_of_this_one(self, client: Client, nadia: User, bob: User) -> None:
        assert client.get("/@nadia", {"before": str(publish(bob).pk)}).status_code == 404

    def test_a_post_in_the_bin_is_no_page(self, client: Client, nadia: User) -> None:
        row = publish(nadia, deleted_at=NOW)
        assert client.get("/@nadia", {"before": str(row.pk)}).status_code == 404

    @pytest.mark.parametrize("number", [1, 30])
    def test_it_asks_three_queries_whatever_is_there(
        self, client: Client, nadia: User, number: int, django_assert_num_queries: Any
    ) -> None:
        for each in range(number):
            publish(nadia, at=NOW + timedelta(minutes=each))
        with django_assert_num_queries(3):
            client.get("/@nadia")


class TestCaches:
    def test_a_shared_cache_may_keep_what_a_stranger_sees(self, client: Client, nadia: User) -> None:
        publish(nadia)
        response = client.get("/@nadia")
        assert not response.cookies
        assert "s-maxage=300" in response.headers["Cache-Control"]
        assert "public" in response.headers["Cache-Control"]
        again = client.get("/@nadia", headers={"If-None-Match": response.headers["ETag"]})
        assert again.status_code == 304

    def test_a_new_post_is_another_page(self, client: Client, nadia: User) -> None:
        first = client.get("/@nadia")
        publish(nadia)
        assert client.get("/@nadia", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200

    @pytest.mark.parametrize("who", ["nadia", "bob", "charlie"])
    def test_who_is_logged_in_sees_the_same_and_no_cache_keeps_it(
        self, client: Client, nadia: User, who: str, request: pytest.FixtureRequest
    ) -> None:
        publish(nadia, "For followers.", audience="followers")
        client.force_login(request.getfixturevalue(who))
        response = client.get("/@nadia")
        assert "no-store" in response.headers["Cache-Control"]
        assert "For followers." not in response.text


def test_a_locked_post_holds_nothing_of_what_it_says(nadia: User) -> None:
    publish(nadia, "The text", audience="followers", title="The title")
    (post,) = published.posts(nadia, now=NOW).shown
    assert (post.locked, post.title, post.body, list(post.media)) == (True, "", "", [])


def test_a_draft_that_was_edited_since_does_not_change_the_page(client: Client, nadia: User) -> None:
    row = publish(nadia, "As it was.")
    Content.objects.filter(pk=row.content_id).update(body="As it is.")
    page = client.get("/@nadia").text
    assert "As it was." in page
    assert "As it is." not in page
