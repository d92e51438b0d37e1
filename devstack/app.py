"""The application itself: preparation of the database, web server, workers, clock."""

import http.client
import signal
import sys
from dataclasses import replace

from devstack import ports
from devstack.part import Part, Site
from devstack.refusal import Refusal

SEPARATOR = ","
_PYTHON = (sys.executable, "-m")
_SERVICES = ("postgres", "valkey")
_BEFORE_APP = (*_SERVICES, "model", "s3", "mail", "stripe", "database", "messages")
_DRAIN = ((signal.SIGTERM, 10.0), (signal.SIGQUIT, 3.0))


class NoSuchPort(Refusal):
    """PORT is no port number."""


def heading(command: str) -> str:
    """Return the line that stands before the output of a management command in the log of `database`."""
    return f"== {command}"


def database(_site: Site) -> Part:
    """Bring the tables up to date, make those of the next months' events, the plans at the simulator, the demo creator."""
    # To an account that is somebody's own, plans are brought by hand.
    plans = ("sync_plans", "--simulated")
    commands = ("migrate", "--no-input", SEPARATOR, "ensure_partitions", SEPARATOR, *plans, SEPARATOR, "seed_demo")
    return Part(
        name="database",
        argv=(*_PYTHON, "devstack.management", *commands),
        needs=(*_SERVICES, "stripe"),
        is_job=True,
        # The output of the last command holds the log-in.
        tells=heading("seed_demo"),
    )


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
        # A tunnel or a proxy in front has an address of its own.
        provides={
            "HUNTAZE_BIND": bind,
            "HUNTAZE_BASE_URL": site.environment.get("HUNTAZE_BASE_URL") or f"http://{bind}",
        },
        is_ready=lambda _life: _is_live(port),
        stop=_DRAIN,
    )


def worker_interactive(_site: Site) -> Part:
    """Describe the worker that people wait for."""
    return _worker("interactive", queues="ai_interactive", concurrency=64)


def worker_publishing(_site: Site) -> Part:
    """Describe the worker that publishes: it has nothing else to do, so it is there at the minute."""
    return replace(_worker("publishing", queues="publishing", concurrency=16), is_late=True)


def worker_background(_site: Site) -> Part:
    """Describe the worker that nobody waits for."""
    return replace(_worker("background", queues="ai_bulk,payments,rollups", concurrency=8), is_late=True)


def worker_media(_site: Site) -> Part:
    """Describe the worker that prepares images and videos; each of them takes a process of its own, and a core."""
    return replace(_worker("media", queues="media", concurrency=2), is_late=True)


def worker_backups(_site: Site) -> Part:
    """Describe the worker that backs up, and restores for practice."""
    return replace(_worker("backups", queues="backups", concurrency=2), is_late=True)


def beat(site: Site) -> Part:
    """Describe the clock that sends due tasks."""
    schedule = site.state.root / "beat" / "schedule"
    schedule.parent.mkdir(mode=0o700, exist_ok=True)
    return Part(
        name="beat",
        argv=(*_PYTHON, "celery", "-A", "huntaze", "beat", "-s", str(schedule), "--pidfile="),
        needs=_BEFORE_APP,
        is_late=True,
    )


def _worker(kind: str, *, queues: str, concurrency: int) -> Part:
    name = f"worker-{kind}"
    return Part(
        name=name,
        argv=(
            *(*_PYTHON, "celery", "-A", "huntaze", "worker", "-P", "gevent", "-c", str(concurrency)),
            # Mingle asks other workers for their clocks and waits a second for answers.
            *("-Q", queues, "-n", f"{kind}@%h", "-l", "info", "--without-mingle"),
        ),
        needs=_BEFORE_APP,
        # The line ends there, or, in JSON, its message does.
        is_ready=lambda life: any(end in life.output() for end in (" ready.\n", ' ready."')),
        stop=_DRAIN,
    )


def _build_step(site: Site, target: str) -> Part:
    return Part(name=target, argv=("make", "--no-print-directory", "-C", str(site.checkout), target), is_job=True)


def _is_live(port: int) -> bool:
    connection = http.client.HTTPConnection(ports.HOST, port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
