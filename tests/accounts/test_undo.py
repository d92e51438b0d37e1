from __future__ import annotations

from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.test import RequestFactory

from accounts import undo


def test_an_offer_carries_the_words_and_the_way_back() -> None:
    request = RequestFactory().get("/")
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]

    undo.offer(request, "Post deleted", url="/app/posts/1/restore?to=list")

    (message,) = get_messages(request)
    assert message.message == "Post deleted"
    assert undo.address(message.extra_tags) == "/app/posts/1/restore?to=list"


def test_another_message_offers_nothing() -> None:
    assert undo.address(None) == undo.address("") == undo.address("plain") == ""
