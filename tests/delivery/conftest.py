from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import receivers
from tests.fakes.smtp_server import SmtpServer


@pytest.fixture
def slack() -> Iterator[receivers.Receiver]:
    with receivers.slack() as server:
        yield server


@pytest.fixture
def pagerduty() -> Iterator[receivers.Receiver]:
    with receivers.pagerduty() as server:
        yield server


@pytest.fixture
def mailbox() -> Iterator[SmtpServer]:
    server = SmtpServer()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder as the working folder, in which a build leaves its marks."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".build").mkdir()
    return tmp_path


@pytest.fixture
def secrets(
    slack: receivers.Receiver, pagerduty: receivers.Receiver, mailbox: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """The variables by which a build knows all receivers."""
    known = {
        "SLACK_WEBHOOK_URL": f"{slack.url}{receivers.HOOK}",
        "PAGERDUTY_ROUTING_KEY": receivers.ROUTING_KEY,
        "PAGERDUTY_EVENTS_URL": f"{pagerduty.url}/v2/enqueue",
        "NOTICE_MAIL_SERVER": f"smtp://127.0.0.1:{mailbox.port}",
        "NOTICE_MAIL_FROM": "builds@huntaze.example",
        "NOTICE_MAIL_TO": "one@huntaze.example, two@huntaze.example",
    }
    for name, value in known.items():
        monkeypatch.setenv(name, value)
    return known


@pytest.fixture
def aws_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-real-one")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
