"""How the web process runs: `gunicorn -c huntaze/gunicorn.py huntaze.wsgi`.

Synchronous code under gevent: an open event stream costs a greenlet, and pages stay fast beside hundreds of them.
Nothing of ours is imported here: gevent must patch first, which a worker does once it has begun.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import re
import time
from typing import Any

from gunicorn.glogging import Logger

bind = os.environ.get("HUNTAZE_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("HUNTAZE_WEB_WORKERS", "2"))
worker_class = "gevent"
worker_connections = 2_000
# A deploy tells open streams to end; browsers come back with Last-Event-ID.
graceful_timeout = 10
timeout = 60
keepalive = 75
accesslog = "-"
# No query strings or referrers: they may carry what people typed.
access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms'
errorlog = "-"
# What stands behind these opens something for whoever has it: accounts, a calendar.
UNTOLD = "/collect"
SECRET_PATHS = re.compile(r"^(/login/(?:link|reset|confirm)/|/calendar/)(?!sent$).+")


# As huntaze/settings.py has it.
JSON = os.environ.get("HUNTAZE_LOG_JSON", str(os.environ.get("HUNTAZE_ENV", "production") == "production"))
MACHINES = JSON.lower() in {"true", "on", "ok", "y", "yes", "1"}


class JsonLines(logging.Formatter):
    """Lines of the process that holds the workers. It hears of no request, so there are no ids."""

    def format(self, record: logging.LogRecord) -> str:
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line = {"time": f"{at}.{record.msecs:03.0f}+00:00", "level": record.levelname, "logger": record.name}
        return json.dumps({**line, "message": super().format(record)}, ensure_ascii=False)


class DiscreetLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        if MACHINES:
            self.say_in(JsonLines())

    def say_in(self, formatter: logging.Formatter) -> None:
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            handler.setFormatter(formatter)

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return {**found, "U": SECRET_PATHS.sub(r"\1…", found["U"] or "")}

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        # A line has the visitor's address, which is kept nowhere else, and would come with every view of every page.
        if req.path != UNTOLD:
            super().access(resp, req, environ, request_time)


logger_class = DiscreetLogger


def post_worker_init(worker: Any) -> None:
    """Have lines say whose request they are of, and leave alone what is there for good.

    The garbage collector would look through all of it again and again. What is left behind in a request is nearly always
    freed without it, so it need not come by with every few requests.
    """
    from huntaze.logs import lines  # noqa: PLC0415  # see above

    if MACHINES:
        worker.log.say_in(lines.JsonLines())
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def worker_exit(_server: object, _worker: object) -> None:
    """Send what this process has seen and not yet told."""
    from huntaze.observability import joining  # noqa: PLC0415  # see above

    joining.end()
