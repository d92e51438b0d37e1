"""What a creator sees of moderation, and the operators' queue."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from accounts.models import User
from content import moderation, voices
from content.models import Content, Review
from tests.content import states
from tests.content.voices.samples import voice
from tests.strict_templates import refuse_unknown_variables

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def strict_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)


@pytest.fixture
def bad(alice: User) -> Content:
    return states.post(alice, body="Barely legal: my tax return", title="")


@pytest.fixture
def operator_client(operator: User) -> Client:
    client = Client()
    client.force_login(operator)
    return client


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_block_says_which_words_why_and_how_to_mend(alice_client: Client, bad: Content, language: str) -> None:
    User.objects.update(locale=language)

    page = alice_client.get(f"/app/review/{bad.pk}").text

    assert "Barely legal</mark>" in page
    assert ("Minors in a sexual context" if language == "en" else "Des mineurs dans un contexte sexuel") in page
    assert ("Found by a rule." if language == "en" else "Trouvé par une règle.") in page


def test_a_warning_is_acknowledged(alice_client: Client, alice: User) -> None:
    content = states.post(alice, body="Tip me on PayPal tonight", title="")

    assert "I have read this, go on" in alice_client.get(f"/app/review/{content.pk}").text
    page = alice_client.post(f"/app/review/{content.pk}/acknowledge", follow=True).text

    assert "You have read these warnings." in page
    assert moderation.may_publish(content).allowed


def test_a_clear_text_says_so(alice_client: Client, alice: User) -> None:
    content = states.post(alice, body="Rain on the roof", title="")

    assert "Nothing stands in the way of publishing." in alice_client.get(f"/app/review/{content.pk}").text


def test_an_appeal_goes_to_the_operators_and_comes_back(
    alice_client: Client, operator_client: Client, operator: User, bad: Content
) -> None:
    page = alice_client.post(f"/app/review/{bad.pk}/appeal", {"words": "It is about <taxes>."}, follow=True).text
    assert "It is about &lt;taxes&gt;." in page
    review = Review.objects.get()

    queue = operator_client.get("/admin/content/review/").text
    assert "alice@example.org" in queue
    assert "tax return" not in queue
    assert "tax return" not in operator_client.get(f"/admin/content/review/{review.pk}/change/").text

    address = f"/admin/content/review/{review.pk}/decide/"
    assert operator_client.get(address).status_code == 405
    assert "tax return" in operator_client.post(address).text
    assert operator_client.post(address, {"decision": "", "note": ""}).status_code == 200
    response = operator_client.post(address, {"decision": "overturned", "note": "A joke about taxes."})
    assert response["Location"] == "/admin/content/review/"

    review.refresh_from_db()
    assert (review.decision, review.decided_by) == ("overturned", operator)
    assert list(LogEntry.objects.order_by("pk").values_list("change_message", flat=True)) == [
        "Read the text of an appeal",
        "Decided an appeal: overturned",
    ]
    assert "A joke about taxes." in alice_client.get(f"/app/review/{bad.pk}").text
    assert "alice@example.org" not in operator_client.get("/admin/content/review/").text
    assert "alice@example.org" in operator_client.get("/admin/content/review/?appeal=decided").text


def test_a_text_that_nobody_objected_to_is_not_shown(operator_client: Client, bad: Content) -> None:
    review = moderation.judge(bad, now=timezone.now())

    assert operator_client.post(f"/admin/content/review/{review.pk}/decide/").status_code == 404
    assert "tax return" not in operator_client.get(f"/admin/content/review/{review.pk}/change/").text


def test_staff_who_are_no_superusers_do_not_read_it(alice_client: Client, bad: Content, bob: User) -> None:
    review = moderation.appeal(moderation.judge(bad, now=timezone.now()), "Why?", now=timezone.now())
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    client = Client()
    client.force_login(User.objects.get(pk=bob.pk))

    assert client.post(f"/admin/content/review/{review.pk}/decide/").status_code == 403


def test_objecting_twice_changes_nothing(alice_client: Client, bad: Content) -> None:
    for words in ("First", "Second"):
        alice_client.post(f"/app/review/{bad.pk}/appeal", {"words": words})

    assert Review.objects.get().appeal == "First"


def test_a_text_that_sounds_right_can_be_called_a_good_example(alice_client: Client, alice: User) -> None:
    row = voice(alice)
    content = states.post(alice, title="", voice=row, body="Ce soir je vous montre tout, promis juré craché.")
    assert "A good example" not in alice_client.get(f"/app/review/{content.pk}").text
    voices.set_learning(row, learns=True, now=timezone.now())

    assert "A good example" in alice_client.get(f"/app/review/{content.pk}").text
    alice_client.post(f"/app/voice/learn/{content.pk}")

    assert row.samples.filter(content_id=content.pk).exists()
