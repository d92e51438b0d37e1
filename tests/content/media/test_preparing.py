"""What becomes of an upload: judged by its bytes, stripped of what it tells, in all its shapes."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from PIL import Image, ImageCms

from accounts.models import User
from analytics.models import Event
from content.media import faults, holding, preparing, storage, sweep
from content.models import Asset, Rendition
from tests.content.media import files
from tests.content.media.uploading import announced, prepared, send, stored, uploaded

pytestmark = pytest.mark.django_db

SHAPES = {"thumb", "preview", "1x1", "4x5", "9x16", "16x9"}


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def colour(image: Image.Image, at: tuple[int, int]) -> tuple[int, ...]:
    found = image.getpixel(at)
    assert isinstance(found, tuple)
    return found


def test_a_photo_becomes_ready_with_its_shapes_and_leaves_nothing_behind(alice: User) -> None:
    asset = prepared(alice, "beach.jpg", files.photo((1600, 1200)), media_type="image/jpeg")

    assert (asset.state, asset.kind, asset.media_type) == ("ready", "image", "image/jpeg")
    assert (asset.width, asset.height, asset.claim, asset.lease_expires_at) == (1600, 1200, 1, None)
    objects = stored(asset)
    assert objects.keys() == {"original.jpg", *(f"{n}.webp" for n in ("thumb", "preview"))} | {
        f"{n}.jpg" for n in ("1x1", "4x5", "9x16", "16x9")
    }
    assert asset.size == len(objects["original.jpg"])
    sizes = {row.name: (row.width, row.height) for row in Rendition.objects.filter(asset=asset)}
    assert sizes.keys() == SHAPES
    assert sizes["thumb"] == (480, 360)
    assert sizes["preview"] == (1280, 960)
    assert sizes["1x1"] == (1080, 1080)
    for name, (width, height) in sizes.items():
        data = next(data for key, data in objects.items() if key.startswith(f"{name}."))
        assert opened(data).size == (width, height)
    assert sorted(Event.objects.values_list("event", flat=True)) == ["media.ready", "media.uploaded"]


def test_nothing_that_is_stored_of_a_photo_tells_where_or_by_whom_it_was_taken(alice: User) -> None:
    photo = files.photo()
    assert files.SECRET in photo
    assert Image.open(io.BytesIO(photo)).getexif().get_ifd(0x8825)

    objects = stored(prepared(alice, "home.jpg", photo))

    assert len(objects) == 7
    for name, data in objects.items():
        image = opened(data)
        assert files.SECRET not in data, name
        assert b"Telephone" not in data, name
        assert not image.getexif(), name
        assert image.info.keys() & {"exif", "xmp", "comment", "icc_profile", "photoshop"} == set(), name


def test_a_photo_is_stored_as_it_was_held(alice: User) -> None:
    asset = prepared(alice, "held.jpg", files.photo((400, 300), orientation=6))

    assert (asset.width, asset.height) == (300, 400)
    image = opened(stored(asset)["original.jpg"])
    # Turned by a quarter to the right: what was below on the left, blue, is above on the left.
    red, green, blue = colour(image, (20, 20))
    assert (red < 60, green < 60, blue > 200) == (True, True, True)


def test_colours_of_another_profile_are_those_of_every_screen(alice: User) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    asset = prepared(alice, "srgb.png", files.encoded(files.pixels(), "PNG", icc_profile=lab))

    image = opened(stored(asset)["original.png"])
    assert "icc_profile" not in image.info
    assert image.convert("RGB").getpixel((2, 2)) == (255, 0, 0)


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "1", "I;16", "CMYK"])
def test_a_picture_of_any_kind_of_colour_is_taken(mode: str, alice: User) -> None:
    if mode == "I;16":
        image = Image.new("I;16", (64, 48), 40_000)
    else:
        image = files.pixels((64, 48)).convert("L" if mode == "LA" else "RGB").convert(mode)
    asset = prepared(alice, "any", files.encoded(image, "TIFF" if mode == "" else "JPEG" if mode == "CMYK" else "PNG"),
                     media_type="image/png")  # fmt: skip

    assert (asset.state, asset.error_code) == ("ready", "")
    assert opened(stored(asset)["thumb.webp"]).size == (64, 48)


def test_transparency_is_kept_in_the_file_and_white_in_what_channels_get(alice: User) -> None:
    asset = prepared(alice, "clear.png", files.encoded(Image.new("RGBA", (300, 300), (0, 0, 0, 0)), "PNG"))

    objects = stored(asset)
    assert opened(objects["original.png"]).getpixel((5, 5)) == (0, 0, 0, 0)
    assert min(colour(opened(objects["1x1.jpg"]), (5, 5))) > 250


@pytest.mark.parametrize(("form", "suffix"), [("GIF", "gif"), ("WEBP", "webp")])
def test_an_animation_stays_one(form: str, suffix: str, alice: User) -> None:
    asset = prepared(alice, f"moves.{suffix}", files.animation(form))

    image = Image.open(io.BytesIO(stored(asset)[f"original.{suffix}"]))
    assert getattr(image, "n_frames", 1) == 3
    assert colour(opened(stored(asset)["thumb.webp"]).convert("RGB"), (5, 5))[0] > 240


@pytest.mark.parametrize(
    ("name", "file", "media_type", "code"),
    [
        ("page.png", b"<!doctype html><script>alert(1)</script>" * 10, "image/png", "unknown_type"),
        ("run.jpg", b"MZ\x90\x00" * 100, "image/jpeg", "unknown_type"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", "unknown_type"),
        ("IMG_1.HEIC", b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(200), "image/heic", "heic"),
        ("cut.jpg", files.photo((800, 600))[:9_000], "image/jpeg", "damaged"),
        ("cut.png", files.png()[:-400], "image/png", "damaged"),
        ("bomb.png", files.bomb(), "image/png", "too_many_pixels"),
        ("mask.jpg", b"\xff\xd8\xff" + b"<?php system('id') ?>" * 20, "image/jpeg", "damaged"),
        ("list.mp4", b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\nfile:///etc/passwd\n", "video/mp4", "unknown_type"),
        ("cut.mp4", b"\x00\x00\x00\x20ftypisom" + bytes(2_000), "video/mp4", "damaged"),
        ("cut.webm", b"\x1a\x45\xdf\xa3" + bytes(2_000), "video/webm", "damaged"),
    ],
)
def test_what_is_none_or_damaged_is_refused_with_a_reason_and_gone(
    name: str, file: bytes, media_type: str, code: str, alice: User
) -> None:
    asset = prepared(alice, name, file, media_type=media_type)

    assert (asset.state, asset.error_code) == ("rejected", code)
    assert code in faults.FAULTS
    assert stored(asset) == {}
    assert Event.objects.filter(event="media.rejected", data__code=code).count() == 1


def test_a_file_is_what_its_bytes_are_whatever_its_name(alice: User) -> None:
    asset = prepared(alice, "lies.jpg", files.png(), media_type="video/mp4")

    assert (asset.kind, asset.media_type) == ("image", "image/png")


def test_a_video_gets_a_picture_and_a_length_and_loses_its_place(alice: User, tmp_path: Path) -> None:
    clip = files.video(tmp_path, seconds=1.5)
    assert files.PLACE.encode() in clip
    assert files.SECRET in clip

    asset = prepared(alice, "clip.mov", clip, media_type="video/quicktime")

    assert (asset.state, asset.error_code, asset.kind, asset.media_type) == ("ready", "", "video", "video/mp4")
    assert (asset.width, asset.height) == (320, 240)
    assert 1_400 <= (asset.duration_ms or 0) <= 1_700
    objects = stored(asset)
    assert objects.keys() == {"original.mp4", "thumb.webp", "preview.webp"} | {
        f"{name}.jpg" for name in ("1x1", "4x5", "9x16", "16x9")
    }
    for name, data in objects.items():
        assert files.SECRET not in data, name
        assert files.PLACE.encode() not in data, name
    assert opened(objects["thumb.webp"]).size == (320, 240)


def test_a_video_that_not_every_browser_plays_gets_a_version_that_does(alice: User, tmp_path: Path) -> None:
    clip = files.video(tmp_path, "old.mov", "-c:v", "mpeg4", "-c:a", "aac")

    asset = prepared(alice, "old.mov", clip)

    objects = stored(asset)
    assert {"original.mp4", "play.mp4"} <= objects.keys()
    assert b"avc1" in objects["play.mp4"]
    assert files.SECRET not in objects["play.mp4"]


def test_webm_stays_webm(alice: User, tmp_path: Path) -> None:
    clip = files.video(tmp_path, "clip.webm", "-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus")

    asset = prepared(alice, "clip.webm", clip)

    assert (asset.state, asset.media_type) == ("ready", "video/webm")
    assert files.SECRET not in stored(asset)["original.webm"]


def test_sound_alone_is_no_video(alice: User, tmp_path: Path) -> None:
    clip = files.video(tmp_path, "clip.mp4", "-map", "1:a", "-c:a", "aac")

    assert prepared(alice, "song.mp4", clip).error_code == "damaged"


def test_a_part_that_vanished_is_told(alice: User) -> None:
    asset = uploaded(alice, "gone.png", files.png())
    storage.delete_below(f"staging/{alice.pk}/{asset.pk}/")

    preparing.prepare(asset.pk)

    asset.refresh_from_db()
    assert (asset.state, asset.error_code) == ("rejected", "wrong_size")


def test_two_workers_do_not_prepare_one_file(alice: User) -> None:
    asset = uploaded(alice, "one.png", files.png())

    held = holding.claim(asset.pk, now=timezone.now())
    assert held is not None
    preparing.prepare(asset.pk)
    asset.refresh_from_db()
    assert (asset.state, asset.claim) == ("processing", 1)


def test_a_worker_that_was_overtaken_changes_nothing_and_takes_its_objects_with_it(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = uploaded(alice, "slow.png", files.png())
    store = preparing.store

    def overtaken(held: Asset, *words: object, **named: object) -> None:
        store(held, *words, **named)  # type: ignore[arg-type]
        monkeypatch.setattr(preparing, "store", store)
        Asset.objects.filter(pk=asset.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))
        preparing.prepare(asset.pk)

    monkeypatch.setattr(preparing, "store", overtaken)
    preparing.prepare(asset.pk)

    asset.refresh_from_db()
    assert (asset.state, asset.claim) == ("ready", 2)
    assert asset.key.endswith("/2/original.png")
    assert len(stored(asset)) == 7
    assert Rendition.objects.filter(asset=asset).count() == 6


def test_the_sweep_hands_out_what_a_dead_worker_held_and_gives_up_after_three(alice: User) -> None:
    asset = uploaded(alice, "killer.png", files.png())
    now = timezone.now()
    for claim in (1, 2, 3):
        assert holding.claim(asset.pk, now=now) is not None
        assert sweep.stuck(now=now) == []
        now += holding.LEASE + timedelta(seconds=1)
        assert sweep.stuck(now=now) == ([asset.pk] if claim < 3 else [])

    asset.refresh_from_db()
    assert (asset.state, asset.error_code) == ("rejected", "not_prepared")


def test_the_sweep_hands_out_what_nobody_took_but_not_at_every_turn(alice: User) -> None:
    asset = uploaded(alice, "lost.png", files.png())
    later = asset.updated_at + holding.PATIENCE

    assert sweep.stuck(now=later - timedelta(seconds=1)) == []
    assert sweep.stuck(now=later) == [asset.pk]
    assert sweep.stuck(now=later + timedelta(seconds=1)) == []


def test_after_30_days_in_the_bin_a_file_is_gone_with_its_objects(alice: User) -> None:
    asset = prepared(alice, "old.png", files.png())
    now = timezone.now()
    Asset.objects.filter(pk=asset.pk).update(deleted_at=now)

    assert sweep.empty_bins(now=now + sweep.BIN_KEEPS - timedelta(seconds=1)) == 0
    assert sweep.empty_bins(now=now + sweep.BIN_KEEPS) == 1

    assert not Asset.objects.filter(pk=asset.pk).exists()
    assert stored(asset) == {}


def test_a_worker_that_dies_between_storing_and_keeping_leaves_nothing_in_the_end(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = announced(alice, "dies.png", files.png())
    send(asset, files.png())
    asset = uploaded(alice, "dies.png", files.png())
    with monkeypatch.context() as patch:
        patch.setattr(preparing, "keep", _dies)
        with pytest.raises(SystemExit):
            preparing.prepare(asset.pk)
    assert any(name.startswith("thumb") for name in stored(asset))

    Asset.objects.filter(pk=asset.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    preparing.prepare(asset.pk)

    asset.refresh_from_db()
    assert asset.state == "ready"
    assert len(stored(asset)) == 7


def _dies(*_words: object, **_named: object) -> None:
    raise SystemExit
