"""How the web process runs: `gunicorn -c huntaze/gunicorn.py huntaze.wsgi`.

Synchronous code under gevent: an open event stream costs a greenlet, and pages stay fast beside hundreds of them.
"""

from __future__ import annotations

import gc
import os
import re
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


class DiscreetLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return {**found, "U": SECRET_PATHS.sub(r"\1…", found["U"] or "")}

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        # A line has the visitor's address, which is kept nowhere else, and would come with every view of every page.
        if req.path != UNTOLD:
            super().access(resp, req, environ, request_time)


logger_class = DiscreetLogger


def post_worker_init(_worker: object) -> None:
    """Keep the garbage collector away from what is there for good: it would look through all of it again and again.

    What is left behind in a request is nearly always freed without it, so it need not come by with every few requests.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
