"""Loopback ports."""

import errno
import socket

from devstack.refusal import Refusal
from devstack.state import State

HOST = "127.0.0.1"


class PortTaken(Refusal):
    """Another program listens where ours should."""


def remembered(state: State, part: str) -> int:
    """Return the part's port of the last start, or another free one when that is taken now."""
    return int(state.remembered(f"{part}_port", lambda: str(_any_free()), lambda port: is_free(int(port))))


def is_free(port: int) -> bool:
    """Say whether a server could listen on this port now."""
    try:
        _try(port)
    except OSError:
        return False
    return True


def refuse_taken(port: int) -> None:
    """Raise PortTaken, saying what to do, when a server cannot listen on this port."""
    try:
        _try(port)
    except OSError as error:
        why = "not yours to open" if error.errno == errno.EACCES else "taken by another program"
        raise PortTaken(
            f"Port {port} is {why}: stop that program, or choose another port: make run PORT=8010"
        ) from error


def _try(port: int) -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen()


def _any_free() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port
