"""A set of parts from its start to its end."""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace

from devstack import identity, parts, records, recovery
from devstack.interrupts import Interrupts
from devstack.part import Site
from devstack.supervisor import Supervisor


@contextmanager
def running(site: Site, wanted: Collection[str] | None, interrupts: Interrupts) -> Iterator[Supervisor]:
    """Start the wanted parts, hand over their supervisor, and end them with the block, whatever happens in it.

    The caller holds the state. When an interrupt came, not everything has been started. Raises Refusal.
    """
    recovery.end_survivors(site.state, lambda: interrupts.is_hurried)
    chosen = parts.build(site, wanted)
    if wanted is not None:
        # What was asked for by name is waited for.
        chosen = [replace(part, is_late=False) for part in chosen]
    supervisor = Supervisor(site, chosen)
    try:
        myself = identity.of(os.getpid())
        if myself is not None:
            records.announce(site.state, myself, supervisor.provided)
        supervisor.start(lambda: not interrupts.is_requested)
        yield supervisor
    finally:
        supervisor.stop(lambda: interrupts.is_hurried)
        records.withdraw(site.state)
        site.state.tidy()
