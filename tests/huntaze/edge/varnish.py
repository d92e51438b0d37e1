"""A real Varnish with our rules, in front of a server of the tests."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest

from huntaze import edge

RULES: Final = Path(edge.__file__).parent / "varnish.vcl"
PURGE_KEY: Final = "only-for-the-tests"
STARTS_WITHIN_SECONDS: Final = 30


class Varnish:
    """Runs as long as its context. `url` is where visitors ask."""

    def __init__(self, folder: Path, origin: str) -> None:
        self.folder = folder
        host, port = urlsplit(origin).hostname, urlsplit(origin).port
        rules = RULES.read_text().replace('.port = "8000"', f'.port = "{port}"').replace("127.0.0.1", str(host))
        self.rules = folder / "rules.vcl"
        self.rules.write_text(rules)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{probe.getsockname()[1]}"

    def __enter__(self) -> Varnish:
        program = shutil.which("varnishd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
        if program is None:
            if os.environ.get("GITHUB_ACTIONS"):
                pytest.fail("varnishd is missing: .ci/run installs it")
            pytest.skip("varnishd is missing: apt-get install varnish, or brew install varnish")
        self.log = (self.folder / "varnishd.log").open("wb")
        address = self.url.removeprefix("http://")
        self.process = subprocess.Popen(
            [
                *(program, "-F", "-n", str(self.folder / "work"), "-f", str(self.rules), "-a", address),
                # No walls around its parts: it runs for a moment, for nobody, and maybe not as root.
                *("-T", "none", "-s", "malloc,32m", "-j", "none"),
                *("-p", "thread_pool_min=10", "-p", "thread_pool_max=200"),
            ],
            env={**os.environ, "HUNTAZE_EDGE_PURGE_KEY": PURGE_KEY},
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        give_up_at = time.monotonic() + STARTS_WITHIN_SECONDS
        while not self.listens():
            if self.process.poll() is not None or time.monotonic() > give_up_at:
                self.__exit__()
                raise AssertionError(f"Varnish did not start: {(self.folder / 'varnishd.log').read_text()}")
            time.sleep(0.05)
        return self

    def __exit__(self, *_reason: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)
        self.log.close()

    def listens(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as response:
                return bool(response.status == 200)
        except OSError:
            return False


def languages() -> list[str]:
    """Return which languages the rules know."""
    found: set[str] = set(re.findall(r"lang=\(([a-z|]+)\)", RULES.read_text()))
    (known,) = found
    return known.split("|")
