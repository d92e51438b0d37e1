"""Keys open the door while they are valid, and their secrets are stored nowhere."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import api_keys
from accounts.models import ApiKey, User

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_a_key_lets_its_owner_in(alice: User) -> None:
    key, secret = api_keys.create(alice, name="laptop", now=NOW)

    found = api_keys.authenticate(secret, now=NOW)

    assert found == key
    assert found.user == alice
    assert secret.startswith("hz_")
    assert len(secret) == len("hz_") + 43  # 256 bits in base64
    assert secret.startswith(key.prefix)
    assert len(key.prefix) == len("hz_") + 8


def test_no_two_keys_are_alike(alice: User) -> None:
    assert len({api_keys.create(alice, name="many", now=NOW)[1] for _ in range(20)}) == 20


def test_the_secret_is_nowhere_in_the_database(alice: User) -> None:
    key, secret = api_keys.create(alice, name="laptop", now=NOW)
    api_keys.authenticate(secret, now=NOW)

    assert bytes(ApiKey.objects.get().digest) == hashlib.sha256(secret.encode()).digest()
    hidden = secret.removeprefix(key.prefix)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            # A row as text shows bytes in hexadecimal.
            cursor.execute(
                f'SELECT count(*) FROM "{table}" AS row WHERE row::text LIKE %s OR row::text LIKE %s',
                [f"%{hidden}%", f"%{hidden.encode().hex()}%"],
            )
            assert cursor.fetchone() == (0,), table
        cursor.execute("SELECT count(*) FROM accounts_apikey AS row WHERE row::text LIKE %s", [f"%{key.prefix}%"])
        assert cursor.fetchone() == (1,), "the search finds what is there"


def forget(key: ApiKey, secret: str) -> str:
    key.delete()
    return secret


def revoke(key: ApiKey, secret: str) -> str:
    assert api_keys.revoke(key.user, key.pk, now=NOW)
    return secret


def expire(key: ApiKey, secret: str) -> str:
    key.expires_at = NOW
    key.save()
    return secret


def deactivate_the_owner(key: ApiKey, secret: str) -> str:
    User.objects.filter(pk=key.user_id).update(is_active=False)
    return secret


def cut(key: ApiKey, secret: str) -> str:
    return secret[:-1]


def change_the_case(key: ApiKey, secret: str) -> str:
    return secret.swapcase()


def send_the_shown_part(key: ApiKey, secret: str) -> str:
    return key.prefix


def send_nothing(key: ApiKey, secret: str) -> str:
    return ""


@pytest.mark.parametrize(
    "spoil",
    [
        forget,
        revoke,
        expire,
        deactivate_the_owner,
        cut,
        change_the_case,
        send_the_shown_part,
        send_nothing,
    ],
)
def test_a_key_that_is_not_valid_is_refused_in_the_same_words(spoil: Callable[[ApiKey, str], str], alice: User) -> None:
    key, secret = api_keys.create(alice, name="laptop", now=NOW - MINUTE, expires_at=NOW + MINUTE)
    sent = spoil(key, secret)

    with pytest.raises(api_keys.InvalidApiKey, match=r"^This API key is not valid\. Create one under Settings"):
        api_keys.authenticate(sent, now=NOW)

    assert not ApiKey.objects.exclude(last_used_at=None).exists()


def test_a_key_is_valid_until_the_moment_it_expires(alice: User) -> None:
    _, secret = api_keys.create(alice, name="short", now=NOW, expires_at=NOW + MINUTE)

    api_keys.authenticate(secret, now=NOW + MINUTE - timedelta(microseconds=1))
    with pytest.raises(api_keys.InvalidApiKey):
        api_keys.authenticate(secret, now=NOW + MINUTE)


def test_use_is_noted_at_most_once_a_minute(alice: User) -> None:
    key, secret = api_keys.create(alice, name="busy", now=NOW)

    def use(now: datetime) -> tuple[int, datetime | None]:
        with CaptureQueriesContext(connection) as asked:
            api_keys.authenticate(secret, now=now)
        key.refresh_from_db()
        return len(asked), key.last_used_at

    assert use(NOW) == (2, NOW)
    assert use(NOW + MINUTE) == (1, NOW)
    later = NOW + MINUTE + timedelta(seconds=1)
    assert use(later) == (2, later)


def test_a_key_is_revoked_once_and_by_its_owner_only(alice: User, bob: User) -> None:
    key, secret = api_keys.create(alice, name="laptop", now=NOW)

    assert api_keys.revoke(bob, key.pk, now=NOW) is False
    assert api_keys.authenticate(secret, now=NOW).user == alice
    assert api_keys.revoke(alice, key.pk, now=NOW) is True
    assert api_keys.revoke(alice, key.pk, now=NOW + MINUTE) is False
    key.refresh_from_db()
    assert key.revoked_at == NOW


def test_the_command_prints_a_key_that_works(alice: User) -> None:
    printed = StringIO()

    call_command("create_api_key", "Alice@Example.org", name="command", stdout=printed)

    assert api_keys.authenticate(printed.getvalue().strip(), now=datetime.now(UTC)).user == alice


def test_the_command_names_the_address_that_it_does_not_know() -> None:
    with pytest.raises(CommandError, match=r"nobody@example\.org"):
        call_command("create_api_key", "nobody@example.org")
