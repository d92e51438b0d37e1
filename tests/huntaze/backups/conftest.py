"""A bucket for each test, and databases that are made and dropped."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from psycopg import sql

from content.media import storage
from huntaze.backups import making
from huntaze.backups.programs import Server
from tests import database

KEY = "k" * 43


@pytest.fixture
def backup_bucket(settings: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty bucket for backups, which processes of their own find too."""
    name = f"backups-{secrets.token_hex(6)}"
    storage.client().create_bucket(Bucket=name)
    settings.BACKUP_BUCKET, settings.BACKUP_KEYS = name, [KEY]
    monkeypatch.setenv("HUNTAZE_BACKUP_BUCKET", name)
    monkeypatch.setenv("HUNTAZE_BACKUP_KEYS", KEY)
    return name


@pytest.fixture
def media_bucket(settings: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty bucket for media that keeps old versions."""
    name = f"media-{secrets.token_hex(6)}"
    storage.client().create_bucket(Bucket=name)
    storage.client().put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    settings.AWS_STORAGE_BUCKET_NAME = name
    monkeypatch.setenv("AWS_STORAGE_BUCKET_NAME", name)
    return name


@pytest.fixture
def empty_database() -> Iterator[Server]:
    """A database without a table, beside the test's own."""
    server = making.own_server().with_name(f"empty_{os.getpid()}_{secrets.token_hex(3)}")
    name = sql.Identifier(server.name)
    with database.maintenance() as administrator:
        administrator.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(name))
    yield server
    with database.maintenance() as administrator:
        administrator.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


@pytest.fixture
def url_of() -> Callable[[Server], str]:
    return lambda server: f"postgresql://{server.user}@{quote(server.host, safe='')}/{server.name}"


@pytest.fixture
def own_url(url_of: Callable[[Server], str]) -> str:
    """DATABASE_URL of this test's own database, for a process of its own."""
    assert connection.settings_dict["NAME"].startswith("test_")
    return url_of(making.own_server())
