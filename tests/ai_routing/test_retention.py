"""Prompts are kept apart from the ledger: encrypted, for a while, and gone when asked for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from accounts.models import User
from ai_routing import ledger, retention
from ai_routing.jobs import Job
from ai_routing.models import LedgerEntry, PromptRecord
from ai_routing.prompts import Prompt, verbatim
from ai_routing.providers.contract import Message
from tests.ai_routing import door, sample

pytestmark = pytest.mark.django_db

SECRET = "the gate code is 4711"


def keep(user: User, reference: UUID, prompt: Prompt, *, now: datetime = door.NOW) -> None:
    ledger.insert(retention.made(user.pk, reference, prompt, now=now))


def test_a_completion_leaves_its_words_but_not_the_prefix(alice: User, provider: object) -> None:
    reference = uuid4()
    door.through(sample.job(alice, sample.tail(brief=SECRET)), reference=reference)

    record = PromptRecord.objects.get(reference=reference)

    [message] = retention.reveal(record)
    assert SECRET in message.content
    assert record.user == alice


def test_nobody_reads_them_in_the_database_or_in_the_ledger(alice: User, provider: object) -> None:
    door.through(sample.job(alice, sample.tail(brief=SECRET)))

    record = PromptRecord.objects.get()
    assert SECRET.encode() not in bytes(record.ciphertext)
    told = [str(value) for row in LedgerEntry.objects.values() for value in row.values()]
    assert not any(SECRET in value for value in told)


def test_a_client_s_own_messages_are_kept_whole(alice: User) -> None:
    messages = [Message("system", "Be brief."), Message("user", SECRET)]
    keep(alice, uuid4(), verbatim(messages, max_output_tokens=10, temperature=0))

    assert retention.reveal(PromptRecord.objects.get()) == messages


def test_a_new_key_still_reads_what_the_old_one_wrote(alice: User, settings: Any) -> None:
    keep(alice, uuid4(), sample.prompt(), now=door.NOW)
    record = PromptRecord.objects.get()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-of-fifty-characters-or-more-0123456789"
    assert retention.reveal(record)

    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(retention.Unreadable, match="FALLBACKS"):
        retention.reveal(record)


def test_the_key_is_none_that_signs_sessions(settings: Any) -> None:
    assert settings.SECRET_KEY.encode() not in retention.derived(settings.SECRET_KEY)


def test_they_are_deleted_when_their_time_is_over(alice: User, settings: Any) -> None:
    settings.AI_PROMPT_RETENTION_DAYS = 7
    keep(alice, uuid4(), sample.prompt(), now=door.NOW)
    keep(alice, uuid4(), sample.prompt(), now=door.NOW + timedelta(days=1))

    assert retention.purge(now=door.NOW + timedelta(days=6)) == 0
    assert retention.purge(now=door.NOW + timedelta(days=7)) == 1
    assert PromptRecord.objects.count() == 1


def test_a_purge_takes_no_more_than_it_is_told(alice: User) -> None:
    for _ in range(3):
        keep(alice, uuid4(), sample.prompt(), now=door.NOW)

    assert retention.purge(now=door.NOW + timedelta(days=90), at_most=2) == 2


def test_no_days_keep_none(job: Job, settings: Any) -> None:
    settings.AI_PROMPT_RETENTION_DAYS = 0
    door.through(job)

    assert not PromptRecord.objects.exists()


def test_what_is_deleted_takes_its_words_along(alice: User) -> None:
    gone, stays = uuid4(), uuid4()
    for reference in (gone, stays):
        keep(alice, reference, sample.prompt(), now=door.NOW)

    assert retention.forget([gone]) == 1
    assert list(PromptRecord.objects.values_list("reference", flat=True)) == [stays]
