"""Uploads: what may be sent, in which parts, and how much room it takes meanwhile."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Tier, User
from billing import plans
from content import media
from content.media import places, receiving, room, storage
from content.media.receiving import Announced
from content.models import Asset
from tests.content.media import files
from tests.content.media.uploading import announced, post, send, stored, uploaded

pytestmark = pytest.mark.django_db

MIB = 1 << 20


def test_a_file_is_sent_in_parts_of_8_mib_and_the_last_has_the_rest(alice: User) -> None:
    asset = receiving.begin(alice, Announced("a.mp4", 20 * MIB + 1, "video/mp4"), None, now=timezone.now())

    assert asset.parts == 3
    assert [receiving.part_size(asset, number) for number in (1, 2, 3)] == [8 * MIB, 8 * MIB, 4 * MIB + 1]
    assert [form["offset"] for form in receiving.forms(asset, [])] == [0, 8 * MIB, 16 * MIB]


def test_an_upload_goes_on_where_it_was_broken_off(alice: User) -> None:
    file = bytes(8 * MIB) + b"the end"
    asset = announced(alice, "a.mp4", file)
    first, last = receiving.forms(asset, receiving.parts_there(asset))
    assert post(last, file[8 * MIB :]) == 204

    assert receiving.parts_there(asset) == [2]
    with pytest.raises(receiving.PartsMissing) as missing:
        receiving.close(asset, now=timezone.now())
    assert missing.value.numbers == [1]
    (again,) = receiving.forms(asset, receiving.parts_there(asset))
    assert again["number"] == first["number"] == 1
    assert post(again, file[: 8 * MIB]) == 204
    assert receiving.close(asset, now=timezone.now()).state == Asset.State.PROCESSING
    assert receiving.close(asset, now=timezone.now()).state == Asset.State.PROCESSING


def test_a_part_of_another_length_is_refused_by_the_store(alice: User) -> None:
    asset = announced(alice, "a.png", b"x" * 100)
    (form,) = receiving.forms(asset, [])

    assert post(form, b"x" * 99) == 400
    assert post(form, b"x" * 101) == 400
    assert receiving.parts_there(asset) == []


def test_a_form_stores_nothing_elsewhere(alice: User) -> None:
    asset = announced(alice, "a.png", b"x" * 100)
    (form,) = receiving.forms(asset, [])
    form["fields"]["key"] = f"media/{alice.pk}/other"

    assert post(form, b"x" * 100) == 403


@pytest.mark.parametrize(
    ("name", "size", "media_type", "code"),
    [
        ("a.png", 0, "image/png", "empty"),
        ("a.png", -1, "image/png", "empty"),
        ("a.png", 50_000_001, "image/png", "too_large"),
        ("a.mp4", (2 << 30) + 1, "video/mp4", "too_large"),
        ("a.pdf", 100, "application/pdf", "unknown_type"),
        ("a", 100, "", "unknown_type"),
    ],
)
def test_what_can_never_be_accepted_takes_no_upload(
    name: str, size: int, media_type: str, code: str, alice: User
) -> None:
    with pytest.raises(receiving.NotAccepted) as refused:
        receiving.begin(alice, Announced(name, size, media_type), None, now=timezone.now())
    assert refused.value.code == code
    assert not Asset.objects.exists()


def test_a_type_that_the_browser_does_not_know_is_told_by_the_name(alice: User) -> None:
    assert announced(alice, "CLIP.MOV", b"x").kind == "video"
    assert announced(alice, "photo.HEIC", b"x").kind == "image"


def test_what_is_announced_counts_at_once_and_what_is_given_up_no_more(bob: User) -> None:
    limit = plans.get(Tier.FREE).storage_bytes
    asset = receiving.begin(bob, Announced("a.mp4", limit - 10, "video/mp4"), None, now=timezone.now())

    assert media.storage_used(bob) == limit - 10
    with pytest.raises(room.StorageFull) as full:
        receiving.begin(bob, Announced("b.png", 11, "image/png"), None, now=timezone.now())
    assert full.value.room.left == 10
    receiving.give_up(asset)
    assert media.storage_used(bob) == 0


def test_the_bin_counts_until_it_is_emptied(bob: User) -> None:
    asset = announced(bob, "a.png", b"x" * 100)
    Asset.objects.filter(pk=asset.pk).update(deleted_at=timezone.now())

    assert media.storage_used(bob) == 100


@pytest.mark.django_db(transaction=True)
def test_uploads_that_begin_at_once_do_not_pass_the_limit_together(bob: User) -> None:
    limit = plans.get(Tier.FREE).storage_bytes
    size = limit // 4
    outcomes: list[str] = []
    start = threading.Barrier(10)

    def begin(number: int) -> None:
        start.wait()
        try:
            receiving.begin(bob, Announced(f"{number}.mp4", size, "video/mp4"), None, now=timezone.now())
            outcomes.append("taken")
        except room.StorageFull:
            outcomes.append("full")
        finally:
            connection.close()

    threads = [threading.Thread(target=begin, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["full"] * 6 + ["taken"] * 4
    assert media.storage_used(bob) <= limit


def test_an_upload_that_nobody_goes_on_with_is_gone_after_a_day_with_its_parts(alice: User) -> None:
    file = bytes(8 * MIB) + b"the end"
    asset = announced(alice, "a.mp4", file)
    post(receiving.forms(asset, [])[1], file[8 * MIB :])
    now = timezone.now()

    assert receiving.expired(now=now + receiving.EXPIRES - timedelta(minutes=1)) == []
    assert receiving.expired(now=now + receiving.EXPIRES) == [asset.pk]
    assert not Asset.objects.exists()
    assert storage.sizes(places.staging(asset)) == {}
    assert media.storage_used(alice) == 0


def test_what_is_being_prepared_cannot_be_given_up(alice: User) -> None:
    asset = uploaded(alice, "a.png", files.png())

    with pytest.raises(receiving.NotUploading):
        receiving.give_up(asset)
    assert stored(asset).keys() == {"0001"}


def test_an_upload_that_was_given_up_cannot_be_finished(alice: User) -> None:
    asset = announced(alice, "a.png", files.png())
    send(asset, files.png())
    Asset.objects.filter(pk=asset.pk).update(state="rejected", error_code="damaged")

    with pytest.raises(receiving.NotUploading):
        receiving.close(asset, now=timezone.now())
