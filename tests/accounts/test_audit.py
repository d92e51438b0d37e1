"""What is written down of an account, that it stays as it was, and what of it can be taken out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory
from django.utils import translation

from accounts import audit
from accounts.models import AuditEntry, User

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"


@pytest.fixture
def entry(alice: User, rf: RequestFactory) -> AuditEntry:
    request = rf.get("/", REMOTE_ADDR="203.0.113.9", headers={"User-Agent": FIREFOX})
    return audit.record(alice, "api_key_created", request=request, data={"name": "laptop"}, now=NOW)


def test_it_says_who_did_what_from_where(entry: AuditEntry, alice: User) -> None:
    (told,) = audit.newest(alice)

    assert (told.text, told.device, told.address) == ("API key created: laptop", "Firefox on Windows", "203.0.113.9")
    assert (told.created_at, told.by_us) == (NOW, False)


def test_it_reads_in_the_language_of_its_reader(entry: AuditEntry, alice: User) -> None:
    with translation.override("fr"):
        (told,) = audit.newest(alice)

    assert told.text == "Clé d’API créée\u202f: laptop"
    assert told.device == "Firefox sous Windows"


def test_a_kind_that_nobody_declared_is_refused(alice: User) -> None:
    with pytest.raises(audit.UndeclaredKind):
        audit.record(alice, "danced")
    assert not AuditEntry.objects.exists()


def test_a_kind_of_another_release_can_still_be_read(alice: User) -> None:
    AuditEntry.objects.create(user=alice, kind="danced", created_at=NOW)

    assert audit.newest(alice)[0].text == "Something else"


def test_an_operators_address_is_not_told(alice: User, operator: User, rf: RequestFactory) -> None:
    audit.record(alice, "role_changed", actor=operator, request=rf.get("/", headers={"User-Agent": FIREFOX}), now=NOW)

    (told,) = audit.newest(alice)

    assert (told.by_us, told.device, told.address) == (True, "", "")


def test_it_goes_with_the_transaction_of_its_caller(alice: User) -> None:
    def fail() -> None:
        with transaction.atomic():
            audit.record(alice, "sign_in", now=NOW)
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011  # our own
        fail()

    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "address"),
    [
        ("203.0.113.9", None, 0, "203.0.113.9"),
        # Without a proxy of ours, the header is the client's own word.
        ("203.0.113.9", "198.51.100.1", 0, "203.0.113.9"),
        ("10.0.0.1", "6.6.6.6, 203.0.113.9", 1, "203.0.113.9"),
        ("10.0.0.1", "::ffff:203.0.113.9", 1, "203.0.113.9"),
        ("10.0.0.1", "2001:db8::1", 1, "2001:db8::1"),
        ("10.0.0.1", "not an address'; --", 1, None),
        ("", None, 0, None),
    ],
)
def test_the_address_is_what_the_trusted_proxies_say(
    remote: str,
    forwarded: str | None,
    proxies: int,
    address: str | None,
    alice: User,
    rf: RequestFactory,
    settings: Any,
) -> None:
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": proxies}
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}

    audit.record(alice, "sign_in", request=rf.get("/", REMOTE_ADDR=remote, headers=headers), now=NOW)

    assert AuditEntry.objects.get().address == address


@pytest.mark.parametrize(
    "act",
    [
        lambda: AuditEntry.objects.update(kind="sign_out"),
        lambda: AuditEntry.objects.update(address=None),
        lambda: AuditEntry.objects.all().delete(),
        lambda: AuditEntry.objects.raw("DELETE FROM accounts_auditentry RETURNING id")[0],
    ],
)
def test_the_database_refuses_to_change_it(act: Any, entry: AuditEntry) -> None:
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        act()
    entry.refresh_from_db()
    assert entry.kind == "api_key_created"


@pytest.mark.parametrize("change", ["kind = 'sign_out'", "user_id = 7", "address = '::1'", 'data = \'{"name": "b"}\''])
def test_even_the_one_door_lets_nothing_be_rewritten(change: str, entry: AuditEntry) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('huntaze.anonymising_audit', 'yes', true)")
        with pytest.raises(DatabaseError, match="Cannot update or delete"):
            cursor.execute(f"UPDATE accounts_auditentry SET {change}")


def test_an_erasure_takes_out_what_names_the_person_and_nothing_of_others(
    entry: AuditEntry, alice: User, bob: User, rf: RequestFactory
) -> None:
    other = audit.record(bob, "sign_in", request=rf.get("/", headers={"User-Agent": FIREFOX}), now=NOW)

    assert audit.anonymise(alice) == 1

    entry.refresh_from_db()
    assert (entry.address, entry.user_agent, entry.data) == (None, "", {})
    assert (entry.user_id, entry.kind, entry.created_at) == (alice.pk, "api_key_created", NOW)
    other.refresh_from_db()
    assert other.user_agent == FIREFOX
    # The door is shut again, in the same transaction.
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        AuditEntry.objects.update(data={})


def test_old_addresses_are_forgotten_and_the_words_stay(entry: AuditEntry, alice: User) -> None:
    assert audit.forget_origins(NOW) == 0
    assert audit.forget_origins(NOW + timedelta(seconds=1)) == 1
    assert audit.forget_origins(NOW + timedelta(seconds=1)) == 0

    (told,) = audit.newest(alice)
    assert (told.text, told.device, told.address) == ("API key created: laptop", "", "")


def test_it_outlives_the_account(bob: User) -> None:
    number = bob.pk
    audit.record(bob, "sign_in", now=NOW)

    bob.delete()

    assert AuditEntry.objects.get().user_id == number
