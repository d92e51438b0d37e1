"""Ends what a supervisor that was killed has left running."""

from collections.abc import Callable

from devstack import console, records
from devstack.processes import Stoppable, Survivor, stop_all
from devstack.state import State


def end_survivors(state: State, is_hurried: Callable[[], bool]) -> int:
    """Stop recorded processes that still run, gently, and return how many there were.

    The caller holds the state.
    """
    found = records.survivors(state)
    if found:
        console.say(f"An earlier run was killed. Ending what it left: {', '.join(found)}.")
    stop_all(
        {name: Stoppable(Survivor(record.process), record.stop, record.needs) for name, record in found.items()},
        is_hurried,
    )
    for name in found:
        records.forget(state, name)
    return len(found)
