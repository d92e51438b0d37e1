"""A worker may be killed at any step: in the end each visit is stored once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings as configuration
from django.db import connection

from accounts import handles
from accounts.models import User
from analytics.collector import stream
from analytics.ingest import reading
from analytics.models import Event
from tests.analytics.visits import tell, waiting

pytestmark = pytest.mark.django_db(transaction=True)
COUNT = 12


@pytest.mark.parametrize(
    ("step", "stored"), [("read", 0), ("copying", 0), ("copied", 0), ("stored", COUNT), ("settled", COUNT)]
)
def test_a_kill_loses_and_doubles_nothing(step: str, stored: int, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    handles.take(alice, "nadia")
    assert {tell() for _ in range(COUNT)} == {204}
    ids = {one.id for one in waiting()}

    status = killed_at(step)

    # Where its connection is ended within the transaction, it dies of that.
    assert status == (1 if step == "copied" else -signal.SIGKILL)
    assert Event.objects.count() == stored
    monkeypatch.setattr(reading, "ABANDONED_MS", 0)
    reading.run()
    assert set(Event.objects.values_list("id", flat=True)) == ids
    assert Event.objects.count() == COUNT
    assert waiting() == []
    assert reading.client().xpending(stream.STREAM, reading.GROUP)["pending"] == 0


def killed_at(step: str) -> int:
    address = urlsplit(os.environ["DATABASE_URL"])
    variables: dict[str, Any] = {
        **os.environ,
        "DATABASE_URL": urlunsplit(address._replace(path=f"/{connection.settings_dict['NAME']}")),
        "REDIS_URL": configuration.REDIS_URL,
        "DJANGO_SETTINGS_MODULE": "huntaze.settings",
    }
    command = [sys.executable, "-m", "tests.analytics.ingest.killed", step]
    root = Path(__file__).parents[3]
    return subprocess.run(
        command, cwd=root, env=variables, check=False, timeout=50, stderr=subprocess.DEVNULL
    ).returncode
