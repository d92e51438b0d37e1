"""What Django loads for `ENGINE = "huntaze.database"`: its PostgreSQL backend, with a pool of our own kind.

Its connections cost no round trip to take and less to wait for, and those that died with an earlier PostgreSQL are left
out at once.
"""

from __future__ import annotations

import select
from time import monotonic
from typing import Any, Final, cast

import gevent
import psycopg
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from gevent import monkey
from psycopg.abc import RV, PQGen
from psycopg.waiting import Ready
from psycopg_pool import ConnectionPool

from huntaze.database import notices

TRUSTED_SECONDS: Final = 30.0
"""How long an idle connection is taken for sound: less than routers and load balancers take to forget one."""

INTERVAL: Final = 0.1
"""How often psycopg looks up while it waits."""

# A look that waits for nothing needs no turn of gevent's loop.
poll: Final[Any] = monkey.get_original("select", "poll")


class Connection(psycopg.Connection[Any]):
    """A connection that waits by gevent's loop itself, where gevent has patched the process."""

    taken_at = float("-inf")
    """When it was last taken from the pool, by time.monotonic()."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.add_notice_handler(notices.heard)

    def wait(self, gen: PQGen[RV], interval: float = INTERVAL, timeout: float | None = None) -> RV:
        if timeout is not None or not monkey.is_module_patched("select"):
            return super().wait(gen, interval, timeout)
        hub = gevent.get_hub()
        try:
            awaited = next(gen)
            while True:
                hub.wait(hub.loop.io(self.pgconn.socket, awaited))
                # It only tries: what is not there yet is awaited again.
                awaited = gen.send(Ready(awaited))
        except StopIteration as end:
            result: RV = end.value
            return result


def check(connection: Connection) -> None:
    """Raise psycopg.Error for a connection that its server has closed.

    A server that ends, however, ends its connections, and that can be seen from here. Only one that was idle for long is
    asked: what stands between may have forgotten it and told neither side.
    """
    now = monotonic()
    looker = poll()
    looker.register(connection.fileno(), select.POLLIN)
    if looker.poll(0) or now - connection.taken_at > TRUSTED_SECONDS:
        ConnectionPool.check_connection(connection)
    connection.taken_at = now


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes connections from the pool, and leaves out those that died.

    The pool's own check waits a second after the first dead one, two after the next, and so on. A pool that had grown
    would fail one request after the other by its time-out, with PostgreSQL up again long since.
    """

    @property
    def pool(self) -> ConnectionPool[Connection] | None:
        """Return the process's pool: Django's own, but for the kind of connection, and what is looked at below."""
        options = self.settings_dict["OPTIONS"].get("pool")
        if self.alias == NO_DB_ALIAS or not options:
            return None
        django = cast(Any, self)
        pools: dict[str, ConnectionPool[Connection]] = django._connection_pools
        if self.alias not in pools:
            made = ConnectionPool(
                connection_class=Connection,
                kwargs={**self.get_connection_params(), "autocommit": True},
                open=False,
                configure=django._configure_connection,
                **options,
            )
            # Of two threads that make one, the first is heard.
            pools.setdefault(self.alias, made)
        return pools[self.alias]

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a connection that answers. Raises psycopg.OperationalError, psycopg_pool.PoolTimeout among them."""
        if self.pool is None:
            return super().get_new_connection(conn_params)
        # Those that died are no more than the pool can hold; one that was made since then and dies too is a new outage.
        for _ in range(self.pool.max_size):
            connection = super().get_new_connection(conn_params)
            try:
                check(connection)
            except psycopg.OperationalError:
                # The pool makes a new one in its place.
                self.pool.putconn(connection)
            except BaseException:
                self.pool.putconn(connection)
                raise
            else:
                return connection
        return super().get_new_connection(conn_params)
