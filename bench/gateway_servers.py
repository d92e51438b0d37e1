"""What bench/gateway.py measures, as processes of their own: upstreams, Huntaze's web server, LiteLLM's proxy."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from bench import litellm_venv

HOST: Final = "127.0.0.1"
ROOT: Final = Path(__file__).resolve().parent.parent
START_SECONDS: Final = 120.0
"""LiteLLM takes ten, and far longer from a cold disk."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where chats are completed, and the process that does it."""

    port: int
    path: str
    pid: int

    def memory_mb(self) -> int | None:
        """Return what it and its workers hold in memory; None where the system does not say."""
        try:
            return sum(resident_kb(pid) for pid in self.pids()) // 1_024
        except OSError:
            return None

    def cpu_seconds(self) -> float | None:
        """Return the processor time that it and its workers have used; None where the system does not say.

        Unlike the time that passes, it hardly depends on what else the machine does.
        """
        try:
            return sum(ticks(pid) for pid in self.pids()) / os.sysconf("SC_CLK_TCK")
        except OSError:
            return None

    def pids(self) -> list[int]:
        return [self.pid, *descendants(self.pid)]


@contextmanager
def upstream(delay_ms: int) -> Iterator[Server]:
    command = [sys.executable, "-m", "bench.upstream", "--delay-ms", str(delay_ms)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        address = urlsplit(process.stdout.readline().strip())
        assert address.port is not None
        yield Server(address.port, f"{address.path}/chat/completions", process.pid)
    finally:
        end(process)


def base_url(server: Server) -> str:
    return f"http://{HOST}:{server.port}{server.path.removesuffix('/chat/completions')}"


@contextmanager
def huntaze(behind: Server, *, workers: int) -> Iterator[Server]:
    """Serve Huntaze as production does, on the databases of this process, with `behind` as its only provider."""
    port = free_port()
    variables = {
        "HUNTAZE_ENV": "production",
        "HUNTAZE_SECRET_KEY": secrets.token_urlsafe(50),
        "HUNTAZE_BASE_URL": "https://huntaze.example",
        "HUNTAZE_ALLOWED_HOSTS": HOST,
        "HUNTAZE_BIND": f"{HOST}:{port}",
        "HUNTAZE_WEB_WORKERS": str(workers),
        "HUNTAZE_ECONOMY_MODELS": "openai:gpt-4o-mini",
        "HUNTAZE_PREMIUM_MODELS": "openai:gpt-4o",
        "OPENAI_BASE_URL": base_url(behind),
        "OPENAI_API_KEY": "unused",
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "huntaze/gunicorn.py", "huntaze.wsgi"]
    with serving(command, {**os.environ, **variables}, port=port, ready="/readyz") as process:
        yield Server(port, "/api/ai/v1/chat/completions", process.pid)


@contextmanager
def litellm(behind: dict[str, Server], *, master_key: str, workers: int) -> Iterator[Server]:
    """Serve LiteLLM's proxy with neither database nor Redis, and the models named in `behind`."""
    port = free_port()
    configuration = {
        "model_list": [
            {
                "model_name": model,
                "litellm_params": {"model": "openai/gpt-4o-mini", "api_base": base_url(server), "api_key": "unused"},
            }
            for model, server in behind.items()
        ],
        "litellm_settings": {"num_retries": 0, "telemetry": False},
        "router_settings": {"num_retries": 0},
        "general_settings": {"master_key": master_key},
    }
    # It would use ours.
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    environment |= {**litellm_venv.ENVIRONMENT, "LITELLM_MODE": "PRODUCTION", "LITELLM_LOG": "ERROR"}
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        # JSON is YAML.
        json.dump(configuration, file)
        file.flush()
        program = str(litellm_venv.python().with_name("litellm"))
        options = ["--config", file.name, "--host", HOST, "--port", str(port), "--num_workers", str(workers)]
        with serving([program, *options], environment, port=port, ready="/health/liveliness") as process:
            yield Server(port, "/v1/chat/completions", process.pid)


@contextmanager
def serving(
    command: list[str], environment: dict[str, str], *, port: int, ready: str
) -> Iterator[subprocess.Popen[bytes]]:
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            wait_until_ready(process, port, ready)
            yield process
        except NotStarted as error:
            output.seek(0)
            raise SystemExit(f"{error}\n{output.read()[-3_000:].decode(errors='replace')}") from error
        finally:
            end(process)


class NotStarted(Exception):
    """A server did not answer in time."""


def wait_until_ready(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    give_up_at = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up_at and process.poll() is None:
        try:
            connection = http.client.HTTPConnection(HOST, port, timeout=2)
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise NotStarted(f"{process.args!r} did not start")


def end(process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def descendants(pid: int) -> list[int]:
    try:
        lists = [path.read_text().split() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return []
    children = [int(child) for found in lists for child in found]
    return [*children, *(grandchild for child in children for grandchild in descendants(child))]


def ticks(pid: int) -> int:
    # The name, in brackets, may hold spaces.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def resident_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0)
