"""The media of a draft."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from content import history, media
from content.history import Draft, OwnText
from content.models import Asset, Content
from content.pages.composer.attaching import arranged
from tests.strict_templates import refuse_unknown_variables

SCRIPT = {"X-Composer": "yes"}


@pytest.fixture(autouse=True)
def strict_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)


def picture(user: User, name: str) -> Asset:
    now = timezone.now()
    return Asset.objects.create(
        user=user, name=name, kind="image", state="ready", size=1, created_at=now, updated_at=now
    )


@pytest.fixture
def draft(alice: User) -> Content:
    return history.begin(alice, Draft(body="Rain.", own={"instagram": OwnText()}), key="", now=timezone.now())


@pytest.mark.parametrize(
    ("what", "named", "order"),
    [
        ("add", ["c"], ["a", "b", "c"]),
        ("add", ["a"], ["a", "b"]),
        ("remove", ["a"], ["b"]),
        ("earlier", ["b"], ["b", "a"]),
        ("earlier", ["a"], ["a", "b"]),
        ("later", ["a"], ["b", "a"]),
        ("later", ["nobody"], ["a", "b"]),
        ("dance", ["a"], ["a", "b"]),
    ],
)
def test_the_order_follows_what_was_asked(what: str, named: list[str], order: list[str]) -> None:
    assert arranged(["a", "b"], what, named) == order


def test_a_file_is_offered_put_in_and_taken_out(alice_client: Client, alice: User, draft: Content) -> None:
    asset = picture(alice, "Window")
    url = f"/app/create/{draft.pk}/media"
    assert "Window" in alice_client.get(url).text
    answer = alice_client.post(url, {"do": "add", "asset": str(asset.pk)}, headers=SCRIPT).json()
    assert "Window" in answer["html"]
    assert [fault["message"] for fault in answer["channels"]["instagram"]["faults"]] == [
        "A picture has no alternative text"
    ]
    assert "Window" not in alice_client.get(url, headers=SCRIPT).text
    alice_client.post(url, {"do": "remove", "asset": str(asset.pk)})
    assert media.of(draft) == []


def test_nobody_elses_file_goes_in(alice_client: Client, bob: User, draft: Content) -> None:
    asset = picture(bob, "Bob’s")
    url = f"/app/create/{draft.pk}/media"
    assert "Bob" not in alice_client.get(url).text
    page = alice_client.post(url, {"do": "add", "asset": str(asset.pk)}, follow=True).text
    assert "not in your library" in page
    assert media.of(draft) == []


def test_the_words_of_a_picture_are_kept_with_it(alice_client: Client, alice: User, draft: Content) -> None:
    asset = picture(alice, "Window")
    media.attach(draft, [asset.pk])
    answer = alice_client.post(
        f"/app/create/{draft.pk}/media/words",
        {"asset": str(asset.pk), "alt_text": " A window\nin the rain "},
        headers=SCRIPT,
    ).json()
    asset.refresh_from_db()
    assert asset.alt_text == "A window in the rain"
    assert answer["channels"]["instagram"]["faults"] == []
