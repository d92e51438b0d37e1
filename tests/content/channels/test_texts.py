from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import User
from content import channels
from content.channels import texts
from content.models import Channel, ChannelText, Content, Origin


def content(user: User, **fields: object) -> Content:
    now = timezone.now()
    return Content.objects.create(
        **{"user": user, "title": "Tonight", "body": "Nine o’clock.", "created_at": now, "updated_at": now, **fields}
    )


def test_every_channel_has_a_spec() -> None:
    assert set(channels.SPECS) == set(Channel.values)
    assert [channel for channel, spec in channels.SPECS.items() if spec.is_own] == ["huntaze"]


def test_a_text_that_names_a_platform_only_is_for_that_one(alice: User) -> None:
    assert channels.of(content(alice, platform="fansly")) == ["fansly"]
    assert channels.of(content(alice, platform="generic")) == []


def test_channels_can_be_chosen_and_keep_what_they_say(alice: User) -> None:
    post = content(alice)
    channels.set(post, ["x", "huntaze"])
    assert channels.of(post) == ["huntaze", "x"]
    assert post.platform == "x"
    ChannelText.objects.filter(channel="x").update(customized=True, body="Only here.")
    channels.set(post, ["x", "reddit"])
    assert channels.of(post) == ["x", "reddit"]
    assert channels.text(post, "x").body == "Only here."
    assert channels.text(post, "reddit") == channels.Text("Tonight", "Nine o’clock.")


def test_choosing_none_leaves_none(alice: User) -> None:
    post = content(alice, platform="x")
    channels.set(post, ["x"])
    channels.set(post, [])
    assert channels.of(post) == []
    assert Content.objects.get().platform == "generic"


def test_only_channels_with_titles_get_one(alice: User) -> None:
    post = content(alice)
    assert channels.text(post, "instagram").title == ""
    assert channels.text(post, "reddit").title == "Tonight"


@pytest.mark.parametrize("origin", [Origin.AI_GENERATED, Origin.AI_ASSISTED])
def test_an_ai_written_text_says_so(alice: User, origin: Origin) -> None:
    post = content(alice, origin=origin)
    assert channels.text(post, "onlyfans").body == "Nine o’clock.\n\n#ai"
    assert channels.text(post, "reddit").body == "Nine o’clock.\n\nWritten with AI"


def test_the_label_speaks_the_language_of_the_text(alice: User) -> None:
    post = content(alice, origin=Origin.AI_GENERATED, language="fr")
    assert channels.text(post, "email").label == "Écrit avec l’IA"


def test_the_label_joins_the_hashtags(alice: User) -> None:
    post = content(alice, origin=Origin.AI_GENERATED, body="Tonight.\n\n#rain #set")
    assert channels.text(post, "x").body == "Tonight.\n\n#rain #set #ai"


@pytest.mark.parametrize("body", ["Tonight #AI", "Ce soir #ia", "Tonight.\n\nwritten with ai"])
def test_a_text_that_says_it_already_is_not_labelled_twice(alice: User, body: str) -> None:
    assert channels.text(content(alice, origin=Origin.AI_GENERATED, body=body), "x").body == body


def test_a_human_text_and_an_empty_one_carry_no_label(alice: User) -> None:
    assert channels.text(content(alice), "onlyfans").label == ""
    assert channels.text(content(alice, origin=Origin.AI_GENERATED, body=""), "onlyfans").body == ""


def test_the_label_can_be_turned_off_only_where_the_policy_lets_it(alice: User) -> None:
    post = content(alice, origin=Origin.AI_GENERATED)
    channels.set(post, ["x", "onlyfans"])
    ChannelText.objects.update(labelled=False)
    assert channels.text(post, "x").label == ""
    assert channels.text(post, "onlyfans").label == "#ai"


def test_labelling_twice_changes_nothing(alice: User) -> None:
    for label in ["#ai", *texts.SENTENCES.values()]:
        once = texts.labelled("Tonight. #rain", label)
        assert texts.tells(once)
