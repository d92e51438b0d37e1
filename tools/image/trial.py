"""Starts roles of a built image as its own user, on a read-only tree, and looks at them as a load balancer would."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote

from tools.image.building import Built
from tools.image.room import Place, entering

HOST = "huntaze.example"
SOCKETS = "/run/postgresql"
SOCKET = ".s.PGSQL.5432"
# The region of a laptop is one that production refuses.
TAKEN = (
    *("REDIS_URL", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_STORAGE_BUCKET_NAME"),
    *("HUNTAZE_BACKUP_BUCKET", "HUNTAZE_BACKUP_KEYS"),
)
PATIENCE = 180
# gunicorn and Celery get 10 s to end what they do, and a busy machine some more.
DRAIN = 40
STYLE_SHEET = re.compile(r'href="(/static/[^"]+\.css)"')


class NotWell(Exception):
    """A role of the image does not do what it should. The text says what was seen, with the end of its output."""


class Trial:
    """Roles of one image beside the services of this machine."""

    def __init__(
        self,
        image: Built,
        out: Path,
        production_like: Path,
        services: Mapping[str, str],
        database: tuple[list[Place], str],
    ) -> None:
        """Prepare it. `services` has the REDIS_URL and AWS_ variables of what runs here, `database` is reachable()."""
        self.image = image
        self.out = out
        self.port = free_port()
        self.places, url = database
        lines = [line for line in production_like.read_text().splitlines() if line and not line.startswith("#")]
        self.environment = {
            **dict(line.split("=", 1) for line in lines),
            **{name: value for name, value in services.items() if name.startswith(TAKEN)},
            "DATABASE_URL": url,
            "HUNTAZE_BIND": f"127.0.0.1:{self.port}",
            "HUNTAZE_WEB_WORKERS": "1",
        }

    def finish(self, role: str) -> None:
        """Run a role that ends by itself. Raises NotWell."""
        process = self._started(role, [*self.image.entrypoint, *role.split()], role)
        code = process.wait(timeout=PATIENCE)
        if code != 0:
            raise self._complaint(role, f"ended with exit code {code}")

    @contextmanager
    def running(self, role: str) -> Iterator[subprocess.Popen[bytes]]:
        """Start a role, end it with the block by SIGTERM, as an orchestrator does. Raises NotWell when it does not end."""
        process = self._started(role, [*self.image.entrypoint, *role.split()], role)
        try:
            yield process
            process.send_signal(signal.SIGTERM)
            try:
                code = process.wait(timeout=DRAIN)
            except subprocess.TimeoutExpired:
                raise self._complaint(role, f"did not end within {DRAIN} s of SIGTERM") from None
            if code != 0:
                raise self._complaint(role, f"ended with exit code {code} after SIGTERM")
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()

    def wait_until_healthy(self, role: str, process: subprocess.Popen[bytes]) -> None:
        """Run the image's own health check beside the role until it is content. Raises NotWell."""
        self._wait(role, process, lambda: self._started(role, self.image.health_check, "health").wait(PATIENCE) == 0)

    def wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until the web role has all that it needs. Raises NotWell."""
        self._wait("web", process, lambda: self.get("/readyz")[0] == http.HTTPStatus.OK)

    def get(self, path: str) -> tuple[int, dict[str, str], str]:
        """Ask the web role as a load balancer that has ended TLS would; status 0 when nobody listens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path, headers={"Host": HOST, "X-Forwarded-Proto": "https"})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return 0, {}, ""
        finally:
            connection.close()

    def look_at_pages(self) -> str:
        """See that a page is there and that its style sheet may be kept for ever; return the sheet's address.

        Raises NotWell.
        """
        status, _, page = self.get("/")
        sheet = STYLE_SHEET.search(page)
        if status != http.HTTPStatus.OK or sheet is None:
            raise self._complaint("web", f"answered / with {status}, style sheet: {sheet}")
        status, headers, _ = self.get(sheet[1])
        if status != http.HTTPStatus.OK or "immutable" not in headers.get("Cache-Control", ""):
            raise self._complaint("web", f"answered {sheet[1]} with {status}, {headers}")
        return sheet[1]

    def try_to_write(self, path: str) -> str:
        """Try to write to a path as the image's user, and return what the system said. Raises NotWell when it let it."""
        if self._started("writing", ["/bin/sh", "-c", f"touch {path}"], "writing").wait(PATIENCE) == 0:
            raise NotWell(f"The image's user can write to {path}")
        return self.output("writing").strip()

    def output(self, name: str) -> str:
        """Return what a role has printed."""
        return self._log(name).read_text(errors="replace")

    def _started(self, role: str, command: list[str], log: str) -> subprocess.Popen[bytes]:
        mark = role.replace(" ", "-")
        root, temporary = self.out / f"root-{mark}", self.out / f"tmp-{mark}"
        for folder in (root, temporary):
            folder.mkdir(exist_ok=True)
        temporary.chmod(0o1777)
        # A folder in place of a tmpfs: the health check, which is a room of its own, must find what the role wrote.
        extra = [*self.places, Place(str(temporary), "/tmp", writable=True)]  # noqa: S108
        room = self.image.room(root, extra=extra, environment=self.environment)
        with self._log(log).open("wb") as output:
            return subprocess.Popen(
                command,
                env=dict(room.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Nothing but this thread runs here, so nothing can hold a lock that the child would wait for.
                preexec_fn=entering(room),  # noqa: PLW1509
            )

    def _wait(self, role: str, process: subprocess.Popen[bytes], is_so: Callable[[], bool]) -> None:
        give_up = time.monotonic() + PATIENCE
        while not is_so():
            if process.poll() is not None:
                raise self._complaint(role, f"ended with exit code {process.returncode}")
            if time.monotonic() > give_up:
                raise self._complaint(role, f"is not well after {PATIENCE} s")
            time.sleep(0.5)

    def _log(self, name: str) -> Path:
        return self.out / f"{name.replace(' ', '-')}.log"

    def _complaint(self, role: str, line: str) -> NotWell:
        return NotWell("\n".join([f"{role} {line}. The end of its output:", *self.output(role).splitlines()[-25:]]))


@contextmanager
def reachable(url: str, out: Path) -> Iterator[tuple[list[Place], str]]:
    """Give where the database is for a room, and its URL there; a Unix socket is passed on under another name."""
    found = re.search(r"@(%2[Ff][^/:]*)", url)
    if found is None:
        yield [], url
        return
    folder = out / "sockets"
    folder.mkdir()
    relay = subprocess.Popen(
        [sys.executable, "-m", "tools.image.relay", f"{unquote(found[1])}/{SOCKET}", str(folder / SOCKET)]
    )
    try:
        give_up = time.monotonic() + PATIENCE
        while not (folder / SOCKET).exists() and time.monotonic() < give_up:
            time.sleep(0.05)
        yield [Place(str(folder), SOCKETS)], url.replace(found[1], quote(SOCKETS, safe=""))
    finally:
        relay.terminate()
        relay.wait()


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
