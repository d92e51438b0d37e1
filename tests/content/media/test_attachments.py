"""The media of a content: in order, its owner's own, and gone with the bin."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import User
from content import media
from content.media.attachments import NotYours
from content.models import Asset, Content
from tests.content.media.uploading import announced

pytestmark = pytest.mark.django_db


@pytest.fixture
def content(alice: User) -> Content:
    now = timezone.now()
    return Content.objects.create(user=alice, body="Rain", created_at=now, updated_at=now)


def test_files_keep_the_order_that_they_were_given(content: Content, alice: User) -> None:
    one, two, three = (announced(alice, f"{n}.png", b"x") for n in range(3))

    media.attach(content, [three.pk, str(one.pk), two.pk, one.pk])
    assert media.of(content) == [three, one, two]
    media.attach(content, [two.pk])
    assert media.of(content) == [two]
    media.attach(content, [])
    assert media.of(content) == []


def test_a_file_of_somebody_else_or_from_the_bin_is_refused_and_nothing_changes(
    content: Content, alice: User, bob: User
) -> None:
    mine, binned, theirs = (
        announced(alice, "a.png", b"x"),
        announced(alice, "b.png", b"x"),
        announced(bob, "c.png", b"x"),
    )
    Asset.objects.filter(pk=binned.pk).update(deleted_at=timezone.now())
    media.attach(content, [mine.pk])

    for other in (binned, theirs):
        with pytest.raises(NotYours):
            media.attach(content, [mine.pk, other.pk])
    assert media.of(content) == [mine]


def test_what_goes_to_the_bin_is_shown_no_more_and_comes_back_in_its_place(content: Content, alice: User) -> None:
    one, two = announced(alice, "a.png", b"x"), announced(alice, "b.png", b"x")
    media.attach(content, [one.pk, two.pk])

    Asset.objects.filter(pk=one.pk).update(deleted_at=timezone.now())
    assert media.of(content) == [two]
    Asset.objects.filter(pk=one.pk).update(deleted_at=None)
    assert media.of(content) == [one, two]
