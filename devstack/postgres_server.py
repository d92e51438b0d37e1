"""The process that becomes PostgreSQL: makes the database folder at the first start, then turns into the server.

Devstack runs it with the arguments of `_arguments`. Its output is the log of the part.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from devstack import unprivileged

STATUS_LINE = 7
"""Where `postmaster.pid` says how far the server is, counted from 0."""

_LEAST_SHARED_MEMORY = 256 * 1024**2
_SETTINGS = (
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "max_connections=300",
    "timezone=UTC",
    "log_timezone=UTC",
)
_THROWAWAY_SETTINGS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=4GB",
    "checkpoint_timeout=1h",
)


def main() -> int:
    """Prepare, then go on as the server. Returns, with an exit code, only when the database could not be made."""
    options = _arguments()
    how = unprivileged.How(options.how)
    failed = _prepare(options, how)
    if not failed:
        _become_server(options, how)
    return failed


def _prepare(options: argparse.Namespace, how: unprivileged.How) -> int:
    """Leave a database folder that nobody serves. Returns the exit code of a step that failed, else 0."""
    _end_survivors(options.data)
    # Without fsync a database that was not shut down may be damaged without saying so.
    is_suspect = options.throwaway and (options.data / "postmaster.pid").exists()
    if is_suspect or options.unfinished.exists():
        _empty(options.data)
    if not (options.data / "PG_VERSION").exists():
        options.unfinished.touch()
        failed = _make_database(options, how)
        if failed:
            return failed
        options.unfinished.unlink()
    take_over_locks(options.data, options.socket)
    return 0


def _become_server(options: argparse.Namespace, how: unprivileged.How) -> NoReturn:
    unprivileged.enter(how)
    os.chdir("/")
    settings = [*_SETTINGS, f"unix_socket_directories={_quoted(options.socket)}", _shared_memory()]
    if options.throwaway:
        settings += _THROWAWAY_SETTINGS
    postgres = str(options.binaries / "postgres")
    arguments = [word for setting in settings for word in ("-c", setting)]
    os.execv(postgres, [postgres, "-D", str(options.data), *arguments])  # noqa: S606 -- no shell is wanted


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--how", required=True, choices=[how.value for how in unprivileged.How])
    for name in ("--binaries", "--data", "--unfinished", "--socket"):
        parser.add_argument(name, required=True, type=Path)
    parser.add_argument("--name", required=True, help="of the database and of its owner")
    parser.add_argument("--throwaway", action="store_true")
    return parser.parse_args()


def _end_survivors(data: Path) -> None:
    """Stop the server, or its orphaned backends, that a killed devstack may have left on this folder.

    The caller holds the state, so none of them can belong to another devstack.
    """
    for which, seconds in ((signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 2)):
        pids = _servers(data)
        postmaster = _recorded_pid(data)
        for pid in [postmaster] if postmaster in pids else pids:
            with suppress(ProcessLookupError):
                os.kill(pid, which)
        deadline = time.monotonic() + seconds
        while _servers(data) and time.monotonic() < deadline:
            time.sleep(0.05)


def take_over_locks(data: Path, socket: Path) -> None:
    """Put our own number into the lock files that an ended server left.

    PostgreSQL would take any process that got the recorded number since then, as happens after a restart of a
    container, for a running server. The files stay: one leads PostgreSQL to the old shared memory, and so to a
    backend that might still be attached. They no longer say that the server is ready, which with our number would be
    said of the one that only begins to start.
    """
    if _servers(data):
        return
    for path in (data / "postmaster.pid", socket / ".s.PGSQL.5432.lock"):
        if path.exists():
            lines = [str(os.getpid()), *path.read_text().split("\n")[1:]]
            if len(lines) > STATUS_LINE:
                lines[STATUS_LINE] = "starting"
            path.write_text("\n".join(lines))


def _recorded_pid(data: Path) -> int | None:
    try:
        return int((data / "postmaster.pid").read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None


def _servers(data: Path) -> list[int]:
    """Return the numbers of the processes that serve this folder; without /proc (macOS) only the postmaster's."""
    if Path("/proc/self/cwd").exists():
        folders = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
        return [pid for pid in folders if pid != os.getpid() and _works_in(pid, data)]
    pid = _recorded_pid(data)
    shown = subprocess.run(
        ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout
    return [pid] if pid is not None and "postgres" in shown and str(data) in shown else []


def _works_in(pid: int, data: Path) -> bool:
    process = Path("/proc") / str(pid)
    try:
        is_postgres = (process / "comm").read_text().strip() == "postgres"
        return is_postgres and (process / "cwd").resolve(strict=True) == data.resolve()
    except OSError:
        return False


def _make_database(options: argparse.Namespace, how: unprivileged.How) -> int:
    """Run initdb and create the database. Returns the exit code of what failed, 0 when nothing did."""
    print("making a new database folder", flush=True)
    data = str(options.data)
    initdb = [str(options.binaries / "initdb"), "-D", data, "-U", options.name, "--auth=trust", "--encoding=UTF8"]
    # PostgreSQL's own locale provider sorts the same on every system, whatever locales that system has.
    initdb += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    if options.throwaway:
        initdb.append("--no-sync")
    single = [str(options.binaries / "postgres"), "--single", "-c", "exit_on_error=on", "-D", data, "postgres"]
    for command, words in ((initdb, ""), (single, f"CREATE DATABASE {options.name};\n")):
        done = subprocess.run(
            command,
            input=words,
            text=True,
            cwd="/",
            # Safe, since this process has one thread.
            preexec_fn=lambda: unprivileged.enter(how),
            check=False,
        )
        if done.returncode != 0:
            return 1
    return 0


def _empty(folder: Path) -> None:
    for entry in folder.iterdir() if folder.exists() else ():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _quoted(folder: Path) -> str:
    doubled = str(folder).replace('"', '""')
    return f'"{doubled}"'


def _shared_memory() -> str:
    """Choose where parallel queries share memory: containers often have too little of /dev/shm."""
    shm = Path("/dev/shm")  # noqa: S108 -- only measured
    if shm.is_dir():
        room = os.statvfs(shm)
        if not os.access(shm, os.W_OK) or room.f_bavail * room.f_frsize < _LEAST_SHARED_MEMORY:
            return "dynamic_shared_memory_type=mmap"
    return "dynamic_shared_memory_type=posix"


if __name__ == "__main__":
    sys.exit(main())
