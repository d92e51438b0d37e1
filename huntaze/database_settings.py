"""How PostgreSQL is reached, and what a connection to it may take."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import unquote

import environ
from psycopg_pool import ConnectionPool


def read(env: environ.Env, url: str) -> dict[str, Any]:
    """Return the settings of the one database."""
    told = cast(dict[str, Any], env.db_url_config(url))
    return {
        **told,
        # A Unix socket folder stands percent-encoded where a URL has its host.
        "HOST": unquote(told["HOST"]),
        # A connection that died with the server is found and replaced by this backend, not by the first query.
        "ENGINE": "huntaze.database",
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {
            **told.get("OPTIONS", {}),  # sslmode and the like
            # A connection per greenlet would pass PostgreSQL's limit; the pool hands a few to many.
            "pool": {
                "min_size": 1,
                "max_size": env.int("HUNTAZE_DATABASE_POOL_SIZE", 16),
                "timeout": 10,
                # The waits between its attempts double. They begin anew after this time, or PostgreSQL would be back for
                # as long as it was away before the pool tried again.
                "reconnect_timeout": 3,
                "reconnect_failed": ConnectionPool.check,
            },
            "connect_timeout": 5,
            # Of what goes through accounts.statements alone: Django's own cursors prepare nothing.
            "prepare_threshold": 5,
            # A statement that takes longer is a defect; a lock that is held longer is a deadlock in the making.
            "options": "-c statement_timeout=15000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=30000",
        },
    }
