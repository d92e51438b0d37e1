"""Passes a private Unix socket on under another name: `python -m tools.image.relay REAL NEW`, until SIGTERM.

devstack's PostgreSQL takes nobody but the user that started it, and the image runs as another one.
"""

from __future__ import annotations

import socket
import socketserver
import sys
import threading
from pathlib import Path


def main(real: str, new: str) -> None:
    """Serve until the process is ended."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.socket(socket.AF_UNIX) as server:
                server.connect(real)
                threading.Thread(target=shovel, args=(server, self.request), daemon=True).start()
                shovel(self.request, server)

    with socketserver.ThreadingUnixStreamServer(new, Handler) as relay:
        relay.daemon_threads = True
        Path(new).chmod(0o666)
        relay.serve_forever()


def shovel(source: socket.socket, target: socket.socket) -> None:
    """Pass everything on until one side ends, and tell the other side that it did."""
    try:
        while data := source.recv(1 << 16):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        # One of them is gone, and with it whatever was on its way.
        return


if __name__ == "__main__":
    main(*sys.argv[1:])
