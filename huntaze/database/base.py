"""What Django loads for `ENGINE = "huntaze.database"`."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes connections from the pool, and leaves out those that died with an earlier PostgreSQL.

    The pool's own check waits a second after the first dead one, two after the next, and so on. A pool that had grown
    would fail one request after the other by its time-out, with PostgreSQL up again long since.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a connection that answers. Raises psycopg.OperationalError, psycopg_pool.PoolTimeout among them."""
        if self.pool is None:
            return super().get_new_connection(conn_params)
        # Those that died are no more than the pool can hold; one that was made since then and dies too is a new outage.
        for _ in range(self.pool.max_size):
            connection = super().get_new_connection(conn_params)
            try:
                ConnectionPool.check_connection(connection)
            except psycopg.OperationalError:
                # The pool makes a new one in its place.
                self.pool.putconn(connection)
            except BaseException:
                self.pool.putconn(connection)
                raise
            else:
                return connection
        return super().get_new_connection(conn_params)
