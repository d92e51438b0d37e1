"""A voice learns from accepted texts, and from nothing else; and every lesson can be taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import CreatorProfile, User
from content import planning, posts, trash, voices
from content.models import Content, Publication, Voice, VoiceSample
from content.voices import learning
from tests.content import states
from tests.content.voices.samples import voice

pytestmark = pytest.mark.django_db

LONG = "Ce soir je vous montre l’envers du décor, sans rien cacher du tout."


@pytest.fixture
def row(alice: User) -> Voice:
    made = voice(alice)
    voices.set_learning(made, learns=True, now=timezone.now())
    made.refresh_from_db()
    return made


def post(row: Voice, **fields: Any) -> Content:
    return states.post(row.user, **{"body": LONG, "voice": row, "language": "fr", **fields})


def learned(row: Voice) -> list[str]:
    return list(
        VoiceSample.objects.filter(voice=row, source=VoiceSample.Source.LEARNED, removed_at=None)
        .order_by("id")
        .values_list("text", flat=True)
    )


def test_an_accepted_text_becomes_a_sample_and_a_version(row: Voice) -> None:
    sample = voices.accepted(post(row), now=timezone.now())

    assert sample is not None
    row.refresh_from_db()
    assert learned(row) == [LONG]
    assert row.version == 2
    assert LONG in voices.as_prompt(row).samples


def test_the_same_text_is_learned_once_and_a_changed_one_anew(row: Voice) -> None:
    content = post(row)
    for _ in range(2):
        voices.accepted(content, now=timezone.now())
    assert learned(row) == [LONG]

    content.body = LONG + " Encore."
    voices.accepted(content, now=timezone.now())
    assert learned(row) == [LONG + " Encore."]


def test_a_voice_that_does_not_learn_learns_nothing(row: Voice) -> None:
    voices.set_learning(row, learns=False, now=timezone.now())
    row.refresh_from_db()

    assert voices.accepted(post(row), now=timezone.now()) is None
    assert learned(row) == []


@pytest.mark.parametrize(
    "fields", [{"body": "Court."}, {"deleted_at": timezone.now()}, {"voice": None, "language": "de"}]
)
def test_these_teach_nothing(row: Voice, fields: dict[str, Any]) -> None:
    assert voices.accepted(post(row, **fields), now=timezone.now()) is None


def test_a_text_by_hand_teaches_the_default_voice_of_its_language(row: Voice) -> None:
    assert voices.accepted(post(row, voice=None), now=timezone.now()) is not None


def test_a_text_written_without_a_voice_teaches_none(row: Voice, written: Any) -> None:
    generation = written(states.DONE)
    content = generation.content
    content.language = "fr"
    content.save()

    assert voices.accepted(content, now=timezone.now()) is None


def test_what_was_taken_back_is_not_learned_again_and_can_be_put_back(row: Voice) -> None:
    content = post(row)
    sample = voices.accepted(content, now=timezone.now())
    assert sample is not None

    voices.take_back(sample, now=timezone.now())
    assert voices.accepted(content, now=timezone.now()) is None
    assert learned(row) == []

    voices.put_back(sample, now=timezone.now())
    assert learned(row) == [LONG]


def test_deleting_the_post_deletes_the_lesson_from_every_version(row: Voice) -> None:
    content = post(row)
    voices.accepted(content, now=timezone.now())
    row.refresh_from_db()
    learned_version = row.version

    posts.delete(content, now=timezone.now())

    row.refresh_from_db()
    assert learned(row) == []
    assert LONG not in voices.at(row, learned_version).samples
    assert LONG not in voices.as_prompt(row).samples


def test_a_post_in_the_bin_teaches_nothing_until_it_is_taken_out(row: Voice) -> None:
    content = post(row)
    now = timezone.now()
    planning.schedule(content, ["x"], now + timedelta(hours=1), now=now)

    trash.put_away(row.user, [content], now=timezone.now())
    assert learned(row) == []

    trash.take_back(row.user, [content.pk], now=timezone.now())
    assert learned(row) == [LONG]
    row.refresh_from_db()
    assert LONG in voices.as_prompt(row).samples


def test_what_was_taken_back_by_hand_stays_so_after_the_bin(row: Voice) -> None:
    content = post(row)
    sample = voices.accepted(content, now=timezone.now())
    assert sample is not None
    voices.take_back(sample, now=timezone.now() - timedelta(minutes=1))

    trash.put_away(row.user, [content], now=timezone.now())
    trash.take_back(row.user, [content.pk], now=timezone.now())

    assert learned(row) == []


def test_deleting_for_good_leaves_nothing_learned(row: Voice) -> None:
    content = post(row)
    voices.accepted(content, now=timezone.now())

    trash.put_away(row.user, [content], now=timezone.now())
    content.refresh_from_db()
    trash.delete_for_good([content], now=timezone.now())

    assert not VoiceSample.objects.filter(source=VoiceSample.Source.LEARNED).exists()


def test_a_voice_keeps_the_newest_lessons(row: Voice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "MOST_LEARNED", 2)
    for number in range(4):
        voices.accepted(post(row, body=f"{LONG} {number}"), now=timezone.now())

    assert learned(row) == [f"{LONG} 2", f"{LONG} 3"]


def test_scheduling_a_post_teaches_its_voice(row: Voice) -> None:
    CreatorProfile.objects.create(user=row.user, handle="alice")
    now = timezone.now()

    planning.schedule(post(row), ["huntaze"], now + timedelta(hours=1), now=now)

    assert learned(row) == [LONG]


def test_a_post_that_is_taken_off_the_calendar_teaches_no_more_until_it_is_back(row: Voice) -> None:
    CreatorProfile.objects.create(user=row.user, handle="alice")
    now = timezone.now()
    content = post(row)
    publications = planning.schedule(content, ["huntaze", "x"], now + timedelta(hours=1), now=now)
    row.refresh_from_db()
    version = row.version

    planning.unschedule(publications[0], now=now)
    assert learned(row) == [LONG]

    planning.unschedule(publications[1], now=now)
    assert learned(row) == []
    row.refresh_from_db()
    assert LONG not in voices.as_prompt(row).samples
    assert LONG not in voices.at(row, version).samples

    planning.restore(publications[1], now=now)
    assert learned(row) == [LONG]


def test_what_was_called_a_good_example_stays_one_without_a_place_on_the_calendar(row: Voice) -> None:
    now = timezone.now()
    before, after = post(row), post(row, body=f"{LONG} Encore.")
    voices.accepted(before, chosen=True, now=now)
    for content in (before, after):
        (publication,) = planning.schedule(content, ["x"], now + timedelta(hours=1), now=now)
        if content == after:
            voices.accepted(after, chosen=True, now=now)
        planning.unschedule(publication, now=now)

    assert LONG in voices.as_prompt(row).samples
    assert f"{LONG} Encore." in voices.as_prompt(row).samples


def test_what_was_taken_back_stays_so_when_the_post_leaves_the_calendar_and_returns(row: Voice) -> None:
    now = timezone.now()
    content = post(row)
    (publication,) = planning.schedule(content, ["x"], now + timedelta(hours=1), now=now)
    voices.take_back(VoiceSample.objects.get(voice=row, content_id=content.pk), now=now)

    planning.unschedule(publication, now=now)
    planning.restore(publication, now=now)

    assert learned(row) == []


def test_a_post_whose_minute_passed_in_the_bin_is_a_draft_and_teaches_nothing(row: Voice) -> None:
    now = timezone.now()
    content = post(row)
    (publication,) = planning.schedule(content, ["x"], now + timedelta(hours=1), now=now)
    trash.put_away(row.user, [content], now=now)
    Publication.objects.filter(pk=publication.pk).update(state="canceled")

    trash.take_back(row.user, [content.pk], now=now)

    assert learned(row) == []


def test_a_post_that_is_refused_teaches_nothing(row: Voice) -> None:
    CreatorProfile.objects.create(user=row.user, handle="alice")
    now = timezone.now()

    with pytest.raises(planning.NotReady):
        planning.schedule(post(row, body=f"{LONG} Barely legal."), ["huntaze"], now + timedelta(hours=1), now=now)

    assert learned(row) == []
