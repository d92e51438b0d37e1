"""The application itself: preparation of the database, web server, workers, clock."""

import http.client
import signal
import sys
from functools import partial
from pathlib import Path

from devstack import ports
from devstack.part import Part, Site
from devstack.refusal import Refusal

_PYTHON = (sys.executable, "-m")
_SERVICES = ("postgres", "valkey")
_BEFORE_APP = (*_SERVICES, "model", "demo", "messages")
_DRAIN = ((signal.SIGTERM, 10.0), (signal.SIGQUIT, 3.0))


class NoSuchPort(Refusal):
    """PORT is no port number."""


def migrate(site: Site) -> Part:
    """Bring the tables up to date."""
    return _command(site, "migrate", "migrate", "--no-input", needs=_SERVICES)


def partitions(site: Site) -> Part:
    """Make the tables that hold the next months' events."""
    return _command(site, "partitions", "ensure_partitions", needs=("migrate",))


def demo(site: Site) -> Part:
    """Make the demo creator; its output holds the log-in."""
    return _command(site, "demo", "seed_demo", needs=("partitions",), tells=True)


def css(site: Site) -> Part:
    """Compile the style sheet."""
    return _build_step(site, "css")


def messages(site: Site) -> Part:
    """Compile the translations."""
    return _build_step(site, "messages")


def web(site: Site) -> Part:
    """Describe the web server. Raises PortTaken, NoSuchPort."""
    given = site.environment.get("PORT", "8000")
    if not given.isdigit() or not 0 < int(given) < 65536:
        raise NoSuchPort(f"PORT={given} is no port number: make run PORT=8010")
    port = int(given)
    ports.refuse_taken(port)
    bind = f"{ports.HOST}:{port}"
    return Part(
        name="web",
        argv=(*_PYTHON, "gunicorn", "-c", "huntaze/gunicorn.py", "huntaze.wsgi"),
        needs=_BEFORE_APP,
        provides={"HUNTAZE_BIND": bind, "HUNTAZE_BASE_URL": f"http://{bind}"},
        is_ready=lambda _pid: _is_live(port),
        stop=_DRAIN,
    )


def worker_interactive(site: Site) -> Part:
    """Describe the worker that people wait for."""
    return _worker(site, "interactive", queues="ai_interactive", concurrency=64)


def worker_background(site: Site) -> Part:
    """Describe the worker that nobody waits for."""
    return _worker(site, "background", queues="ai_bulk,rollups", concurrency=8)


def beat(site: Site) -> Part:
    """Describe the clock that sends due tasks."""
    schedule = site.state.root / "beat" / "schedule"
    schedule.parent.mkdir(mode=0o700, exist_ok=True)
    return Part(
        name="beat",
        argv=(*_PYTHON, "celery", "-A", "huntaze", "beat", "-s", str(schedule), "--pidfile="),
        needs=_BEFORE_APP,
    )


def _worker(site: Site, kind: str, *, queues: str, concurrency: int) -> Part:
    name = f"worker-{kind}"
    return Part(
        name=name,
        argv=(
            *(*_PYTHON, "celery", "-A", "huntaze", "worker", "-P", "gevent", "-c", str(concurrency)),
            *("-Q", queues, "-n", f"{kind}@%h", "-l", "info"),
        ),
        needs=_BEFORE_APP,
        is_ready=partial(_has_said_ready, site.state.log(name)),
        stop=_DRAIN,
    )


def _command(site: Site, name: str, *words: str, needs: tuple[str, ...], tells: bool = False) -> Part:
    manage = str(site.checkout / "manage.py")
    return Part(name=name, argv=(sys.executable, manage, *words), needs=needs, is_job=True, tells=tells)


def _build_step(site: Site, target: str) -> Part:
    return Part(name=target, argv=("make", "--no-print-directory", "-C", str(site.checkout), target), is_job=True)


def _has_said_ready(log: Path, _pid: int) -> bool:
    return b" ready.\n" in log.read_bytes()


def _is_live(port: int) -> bool:
    connection = http.client.HTTPConnection(ports.HOST, port, timeout=0.5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
