"""The library's lists: filters, search, pages; folders, and what is done with many files at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from content import media
from content.media import arranging, folders, library, privacy
from content.media.library import Wanted
from content.models import Asset, Content, Folder, Tag
from tests.content.media import rows
from tests.strict_templates import refuse_unknown_variables

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def strict_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)


@pytest.fixture
def folder(alice: User) -> Folder:
    return folders.make(alice, "Summer", None, now=timezone.now())


def names(user: User, **wanted: Any) -> list[str]:
    return [asset.name for asset in library.page(user, Wanted(**wanted)).assets]


class TestPages:
    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_none_yet(self, alice_client: Client, language: str) -> None:
        User.objects.update(locale=language)

        page = alice_client.get("/app/media").text
        assert ("Déposez" if language == "fr" else "Drop images and videos here") in page

    @pytest.mark.parametrize("count", [1, 30])
    def test_the_number_of_queries_does_not_grow(self, alice_client: Client, alice: User, count: int) -> None:
        for number in range(count):
            arranging.tag(alice, [rows.asset(alice, f"File {number}")], "beach")
        alice_client.get("/app/media")

        with CaptureQueriesContext(connection) as queries:
            page = alice_client.get("/app/media").text
        assert page.count('class="tile-name"') == count
        # Session, user, privacy, files, their tags, folders, tags, storage, uploads under way, unread, quota.
        assert len(queries) <= 12, [query["sql"] for query in queries]

    def test_nothing_is_lost_between_pages(self, alice: User) -> None:
        made = [rows.asset(alice, f"{number}").pk for number in range(7)]

        seen: list[UUID | str] = []
        before = None
        while True:
            page = library.page(alice, Wanted(), before=before, size=3)
            seen += [asset.pk for asset in page.assets]
            before = page.before
            if before is None:
                break
        assert seen == made[::-1]

    def test_what_follows_comes_without_the_page_around_it(self, alice_client: Client, alice: User) -> None:
        for number in range(library.PAGE + 2):
            rows.asset(alice, f"File {number}")
        page = alice_client.get("/app/media").text
        assert page.count('class="tile-name"') == library.PAGE
        address = page.partition('hx-get="')[2].partition('"')[0].replace("&amp;", "&")

        more = alice_client.get(address, headers={"HX-Request": "true"}).text
        assert more.count('class="tile-name"') == 2
        assert "<html" not in more

    def test_only_the_owners_files_are_shown(self, alice_client: Client, alice: User, bob: User) -> None:
        mine, theirs = rows.asset(alice, "Mine"), rows.asset(bob, "Theirs")

        for address in ("/app/media", "/app/media/picker", f"/app/media/tiles?ids={mine.pk},{theirs.pk}"):
            page = alice_client.get(address).text
            assert "Mine" in page
            assert "Theirs" not in page

    def test_filters_of_somebody_else_or_of_nothing_filter_nothing(
        self, alice_client: Client, alice: User, bob: User
    ) -> None:
        rows.asset(alice, "Mine")
        other = folders.make(bob, "Secret", None, now=timezone.now())

        page = alice_client.get(f"/app/media?folder={other.pk}&tag=none&kind=pdf&before=x").text
        assert "Mine" in page
        assert "Secret" not in page


class TestFilters:
    def test_what_was_not_accepted_is_not_offered_to_a_post(self, alice_client: Client, alice: User) -> None:
        rows.asset(alice, "Good")
        rows.asset(alice, "Broken", state="rejected", error_code="damaged")

        assert "Broken" in alice_client.get("/app/media").text
        page = alice_client.get("/app/media/picker").text
        assert "Good" in page
        assert "Broken" not in page

    def test_by_kind_folder_tag_and_use(self, alice: User, folder: Folder) -> None:
        photo = rows.asset(alice, "Photo", folder=folder)
        rows.asset(alice, "Clip", kind="video")
        arranging.tag(alice, [photo], "beach")
        now = timezone.now()
        content = Content.objects.create(user=alice, body="x", created_at=now, updated_at=now)
        media.attach(content, [photo.pk])

        assert names(alice, kind="video") == ["Clip"]
        assert names(alice, folder=folder) == ["Photo"]
        assert names(alice, tag=Tag.objects.get()) == ["Photo"]
        assert names(alice, unused=True) == ["Clip"]

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("sunset", ["Sunset on the roof"]),
            ("suns", ["Sunset on the roof"]),
            ("roofs", ["Sunset on the roof"]),
            ("plage", ["IMG_1234"]),
            ("1234", ["IMG_1234"]),
            ("lunettes plages", ["IMG_1234"]),
            ("holi", ["IMG_1234"]),
            ("nothing", []),
            ("' | ! & :*", ["Sunset on the roof", "IMG_1234"]),
        ],
    )
    def test_search_finds_names_descriptions_and_tags_in_both_languages(
        self, text: str, found: list[str], alice: User
    ) -> None:
        image = rows.asset(alice, "IMG_1234", alt_text="Une femme à lunettes sur la plage")
        rows.asset(alice, "Sunset on the roof")
        arranging.tag(alice, [image], "Holidays")

        assert names(alice, text=text) == found

    def test_the_bin_is_apart(self, alice: User) -> None:
        rows.asset(alice, "Kept")
        rows.asset(alice, "Gone", deleted_at=timezone.now())

        assert names(alice) == ["Kept"]
        assert names(alice, binned=True) == ["Gone"]


class TestActs:
    def post(self, client: Client, act: str, *assets: Asset, **fields: str) -> str:
        data = {"act": act, "ids": [str(asset.pk) for asset in assets], **fields}
        return client.post("/app/media/bulk", data, follow=True).text

    def undo(self, client: Client, page: str) -> None:
        address = "/app/media/undo/" + page.partition("/app/media/undo/")[2].partition('"')[0]
        client.post(address)

    def test_files_move_and_come_back(self, alice_client: Client, alice: User, folder: Folder) -> None:
        one, two = rows.asset(alice), rows.asset(alice, folder=folder)

        other = folders.make(alice, "Winter", None, now=timezone.now())
        page = self.post(alice_client, "move", one, two, folder=str(other.pk))
        assert set(Asset.objects.values_list("folder", flat=True)) == {other.pk}
        self.undo(alice_client, page)
        one.refresh_from_db()
        two.refresh_from_db()
        assert (one.folder_id, two.folder_id) == (None, folder.pk)

    def test_files_are_tagged_and_a_tag_that_was_there_stays(self, alice_client: Client, alice: User) -> None:
        one, two = rows.asset(alice), rows.asset(alice)
        arranging.tag(alice, [one], "Beach")

        page = self.post(alice_client, "tag", one, two, tag=" #beach ")
        assert Tag.objects.get().name == "Beach"
        assert Asset.objects.filter(tags__name="Beach").count() == 2
        self.undo(alice_client, page)
        assert list(one.tags.values_list("name", flat=True)) == ["Beach"]
        assert not two.tags.exists()

    def test_files_go_to_the_bin_and_come_back(self, alice_client: Client, alice: User) -> None:
        asset = rows.asset(alice)

        page = self.post(alice_client, "delete", asset)
        assert not Asset.objects.for_user(alice).exists()
        self.undo(alice_client, page)
        assert Asset.objects.for_user(alice).exists()

    def test_an_act_is_taken_back_once(self, alice_client: Client, alice: User) -> None:
        asset = rows.asset(alice)
        page = self.post(alice_client, "delete", asset)
        self.undo(alice_client, page)
        self.post(alice_client, "delete", asset)

        self.undo(alice_client, page)
        assert not Asset.objects.for_user(alice).exists()

    def test_what_came_out_of_the_bin_goes_back_into_it_since_when_it_lay_there(
        self, alice_client: Client, alice: User
    ) -> None:
        since = timezone.now() - timedelta(days=20)
        binned, kept = rows.asset(alice, deleted_at=since), rows.asset(alice)

        page = self.post(alice_client, "restore", binned, kept)
        assert Asset.objects.for_user(alice).count() == 2
        self.undo(alice_client, page)
        assert list(Asset.objects.in_bin(alice).values_list("pk", "deleted_at")) == [(binned.pk, since)]

    @pytest.mark.parametrize("act", ["blur", "unblur"])
    def test_a_blur_is_taken_back_where_it_changed_something(self, alice_client: Client, alice: User, act: str) -> None:
        clear, blurred = rows.asset(alice), rows.asset(alice, blurred=True)

        page = self.post(alice_client, act, clear, blurred)
        assert set(Asset.objects.values_list("blurred", flat=True)) == {act == "blur"}
        self.undo(alice_client, page)
        assert [Asset.objects.get(pk=asset.pk).blurred for asset in (clear, blurred)] == [False, True]

    def test_what_is_deleted_for_good_says_so_before_and_offers_no_way_back(
        self, alice_client: Client, alice: User
    ) -> None:
        asset = rows.asset(alice, deleted_at=timezone.now())
        assert "What you delete for good cannot be brought back." in alice_client.get("/app/media?bin=1").text

        page = self.post(alice_client, "purge", asset)
        assert "1 file deleted for good" in page
        assert "/app/media/undo/" not in page

    def test_files_of_somebody_else_are_left_alone(self, bob_client: Client, alice: User) -> None:
        asset = rows.asset(alice)

        for act in ("delete", "purge", "blur", "move"):
            self.post(bob_client, act, asset)
        self.post(bob_client, "tag", asset, tag="x")
        asset.refresh_from_db()
        assert (asset.deleted_at, asset.blurred, asset.tags.count()) == (None, False, 0)

    def test_only_what_is_in_the_bin_can_be_deleted_for_good(self, alice_client: Client, alice: User) -> None:
        kept, gone = rows.asset(alice), rows.asset(alice, deleted_at=timezone.now())

        self.post(alice_client, "purge", kept, gone)
        assert list(Asset.objects.values_list("pk", flat=True)) == [kept.pk]

    def test_the_bin_is_emptied(self, alice_client: Client, alice: User, bob: User) -> None:
        rows.asset(alice, deleted_at=timezone.now())
        theirs = rows.asset(bob, deleted_at=timezone.now())

        alice_client.post("/app/media/bin/empty")
        assert list(Asset.objects.values_list("pk", flat=True)) == [theirs.pk]


class TestFolders:
    def test_a_folder_goes_and_what_lay_in_it_stays(self, alice_client: Client, alice: User, folder: Folder) -> None:
        inner = folders.make(alice, "July", folder, now=timezone.now())
        asset = rows.asset(alice, folder=folder)

        page = alice_client.post(f"/app/media/folders/{folder.pk}/delete", follow=True).text
        inner.refresh_from_db()
        asset.refresh_from_db()
        assert (inner.parent_id, asset.folder_id) == (None, None)
        address = "/app/media/undo/" + page.partition("/app/media/undo/")[2].partition('"')[0]
        alice_client.post(address)
        inner.refresh_from_db()
        asset.refresh_from_db()
        assert (inner.parent_id, asset.folder_id) == (folder.pk, folder.pk)

    def test_names_are_unique_beside_each_other(self, alice: User, folder: Folder) -> None:
        now = timezone.now()
        with pytest.raises(folders.NameTaken):
            folders.make(alice, "SUMMER", None, now=now)
        folders.make(alice, "Summer", folder, now=now)

    def test_a_folder_lies_in_none_of_its_own_and_not_too_deep(self, alice: User, folder: Folder) -> None:
        now = timezone.now()
        parent = folder
        for number in range(folders.DEEPEST - 1):
            parent = folders.make(alice, f"{number}", parent, now=now)
        with pytest.raises(folders.TooDeep):
            folders.make(alice, "deeper", parent, now=now)
        with pytest.raises(folders.TooDeep):
            folders.change(folder, "Summer", parent)
        assert [branch.depth for branch in folders.tree(alice)] == [0, 1, 2, 3, 4]

    def test_a_folder_of_somebody_else_is_no_place(self, bob_client: Client, bob: User, folder: Folder) -> None:
        asset = rows.asset(bob)

        bob_client.post("/app/media/bulk", {"act": "move", "ids": [str(asset.pk)], "folder": str(folder.pk)})
        asset.refresh_from_db()
        assert asset.folder_id is None


class TestPrivacy:
    def test_the_blur_is_for_all_or_for_one(self, alice_client: Client, alice: User) -> None:
        rows.asset(alice, "One")
        rows.asset(alice, "Two", blurred=True)

        assert alice_client.get("/app/media").text.count("tile-veiled") == 1
        alice_client.post("/app/media/blur", {"on": "yes"})
        assert privacy.is_on(alice)
        assert alice_client.get("/app/media").text.count("tile-veiled") == 2
        alice_client.post("/app/media/blur", {"on": ""})
        assert not privacy.is_on(alice)

    def test_the_blur_of_all_is_taken_back(self, alice_client: Client, alice: User) -> None:
        page = alice_client.post("/app/media/blur", {"on": "yes"}, follow=True).text
        address = "/app/media/undo/" + page.partition("/app/media/undo/")[2].partition('"')[0]

        alice_client.post(address)
        assert not privacy.is_on(alice)
