"""The laptop's mailbox: a real SMTP server whose page shows what came."""

from __future__ import annotations

import signal
import smtplib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Running:
    smtp: int
    page: int
    folder: Path

    def read(self, path: str, host: str = "127.0.0.1") -> str:
        request = urllib.request.Request(f"http://127.0.0.1:{self.page}{path}", headers={"Host": host})
        with urllib.request.urlopen(request, timeout=5) as answer:
            return str(answer.read().decode())


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    server = Running(free_port(), free_port(), tmp_path)
    ports = ["--smtp-port", str(server.smtp), "--page-port", str(server.page)]
    process = subprocess.Popen(
        [sys.executable, "-m", "devstack.mail_server", "--folder", str(tmp_path), "--host", "127.0.0.1", *ports],
        cwd=CHECKOUT,
    )
    for _n in range(100):
        try:
            server.read("/")
            break
        except OSError:
            time.sleep(0.1)
    yield server
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


def send(server: Running, subject: str) -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "no-reply@huntaze.example", "alice@example.org"
    message.set_content("Déjà vu\nhttp://127.0.0.1:8000/login/link/abc\n")
    message.add_alternative("<html><head></head><body><a href='/x'>Déjà vu</a></body></html>", subtype="html")
    with smtplib.SMTP("127.0.0.1", server.smtp, timeout=5) as connection:
        connection.send_message(message)


def test_what_is_sent_can_be_read(running: Running) -> None:
    assert "No mail yet." in running.read("/")
    send(running, "First <b>")
    send(running, "Second")
    page = running.read("/")
    assert page.index("Second") < page.index("First &lt;b&gt;")
    name = sorted(path.stem for path in running.folder.glob("*.eml"))[0]
    shown = running.read(f"/{name}")
    assert "Déjà vu" in shown
    assert '<a href="http://127.0.0.1:8000/login/link/abc">' in shown
    assert '<base target="_blank">' in running.read(f"/{name}/html")


@pytest.mark.parametrize("path", ["/12", "/..%2F..%2Fetc", "/none/html"])
def test_what_is_not_there_is_not_found(running: Running, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        running.read(path)


def test_a_site_that_gives_it_a_name_of_its_own_reads_nothing(running: Running) -> None:
    with pytest.raises(urllib.error.HTTPError, match="421"):
        running.read("/", host="elsewhere.example")
