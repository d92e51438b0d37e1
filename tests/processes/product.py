"""The whole product as processes of its own, which a test may kill."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg

from devstack import records
from huntaze.settings import env
from tests.devstack.stacks import Stack
from tests.fakes.openai_server import OpenAIServer

PARTS = "postgres,valkey,model,s3,database,web,worker-interactive,worker-background,beat"
DEMO = "demo@huntaze.example"


class Product:
    """A running Huntaze: its API, its rows, and its processes."""

    def __init__(self, folder: Path, provider: OpenAIServer | None = None, *, parts: str = PARTS) -> None:
        """Prepare a product whose models are `provider`'s, or the local one when there is none."""
        self.parts = parts
        self.stack = Stack(folder)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.variables = {"PORT": str(self.port), "HUNTAZE_ENV": "development"}
        if provider is None:
            # Beside other tests the local model is slow.
            self.variables |= {"HUNTAZE_AI_DEADLINE_SECONDS": "240", "HUNTAZE_AI_STALL_SECONDS": "60"}
        else:
            self.variables |= {
                # Beside other tests a worker may itself be silent for some seconds.
                "HUNTAZE_AI_STALL_SECONDS": "30",
                "OPENAI_BASE_URL": provider.url,
                "OPENAI_API_KEY": provider.api_key,
                "HUNTAZE_ECONOMY_MODELS": "openai:gpt-4o-mini",
                "HUNTAZE_PREMIUM_MODELS": "openai:gpt-4o",
            }
        self.key = ""
        # Micro-USD that had been spent when the budgets of a test were made.
        self.spent_before = Decimal(0)

    def up(self) -> None:
        self.supervisor = self.stack.start("run", "--parts", self.parts, **self.variables)
        self.wait_until(self.answers, seconds=360)
        if not self.key:
            self.key = self.manage("create_api_key", DEMO).strip().splitlines()[-1]

    def is_quiet(self) -> bool:
        """Whether nobody asks the provider: the demo creator's scheduled posts are judged once the product is up."""
        return bool(self.one("SELECT count(*) FROM content_judgement WHERE finished_at IS NULL") == 0)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=10) as response:
                return bool(response.status == 200)
        except OSError:
            return False

    def manage(self, *words: str) -> str:
        done = self.stack.run(
            "exec", "--parts", "postgres,valkey", "--", sys.executable, "manage.py", *words, **self.variables
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def generate(self, *, wait: int = 0, **body: Any) -> tuple[int, dict[str, Any]]:
        headers = {"Prefer": f"wait={wait}"} if wait else {"Prefer": "respond-async"}
        if key := body.pop("idempotency_key", None):
            headers["Idempotency-Key"] = key
        # Each is written anew: the tests ask for the same, and would get the first one's text again.
        asked = {"prompt": "Rainy Sunday in Lyon", "again": True, **body}
        return self.call("POST", "/api/content/generate", asked, headers)

    def call(
        self, method: str, path: str, body: dict[str, Any] | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        request = urllib.request.Request(
            self.url + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.key}",
                "Content-Type": "application/json",
                **(headers or {}),
            },
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            told = error.read().decode(errors="replace")
            try:
                return error.code, json.loads(told)
            except json.JSONDecodeError:
                # The API always speaks JSON: whatever this is, it is the finding.
                raise AssertionError(f"{method} {path}: {error.code}, {told[:2_000]}; logs:\n{self.logs()}") from error

    def python(self, *lines: str) -> str:
        """Run lines of Python in a process of its own beside the product, and return what they print."""
        return self.manage("shell", "--no-imports", "--verbosity", "0", "-c", "\n".join(lines)).strip()

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Open a connection to the database; as a context it is one transaction."""
        announced = records.announced(self.stack.state)
        assert announced is not None
        url = env.db_url_config(announced[1]["DATABASE_URL"])
        host = url["HOST"].replace("%2F", "/")
        return psycopg.connect(host=host, user=url["USER"], dbname=url["NAME"], connect_timeout=10)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.connect() as connection:
            return connection.execute(query.encode()).fetchall()

    def one(self, query: str) -> Any:
        return self.rows(query)[0][0]

    def kill(self, part: str) -> None:
        """End a part at once, as the kernel does when memory is short; the supervisor starts it again."""
        os.kill(records.survivors(self.stack.state)[part].process.pid, signal.SIGKILL)

    def wait_until(self, condition: Callable[[], bool], *, seconds: float) -> None:
        give_up_at = time.monotonic() + seconds
        while time.monotonic() < give_up_at:
            if condition():
                return
            if self.supervisor.poll() is not None:
                output, errors = self.supervisor.communicate()
                raise AssertionError(f"devstack ended: {output}{errors}")
            time.sleep(0.2)
        raise AssertionError(f"not within {seconds} s; logs:\n{self.logs()}")

    def logs(self) -> str:
        folder = self.stack.state.root / "log"
        return "\n".join(f"== {log.name}\n{log.read_text()[-3_000:]}" for log in sorted(folder.glob("*.log")))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
