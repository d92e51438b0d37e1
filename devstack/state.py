"""The folder that holds everything a running devstack keeps: data, logs, process records, chosen ports."""

import fcntl
import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from devstack.refusal import Refusal

# The kernel takes 108 bytes for the whole path of a socket on Linux and 104 on macOS; PostgreSQL adds ".s.PGSQL.5432".
_LONGEST_SOCKET_FOLDER = 80
_LEAST_FREE_MEGABYTES = 300


class AlreadyHeld(Refusal):
    """Another process holds this state."""


class DiskFull(Refusal):
    """There is too little room for databases and logs."""


class NotOurs(Refusal):
    """A folder of the state belongs to somebody else."""


@dataclass(frozen=True)
class State:
    """One set of running parts. In a `throwaway` one data may be lost, so it trades safety for speed."""

    root: Path
    throwaway: bool = False

    @property
    def sockets(self) -> Path:
        """The folder for Unix sockets: a short path, open to nobody else."""
        folder = self.root / "run"
        if len(os.fsencode(folder)) <= _LONGEST_SOCKET_FOLDER:
            return folder
        mark = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
        return Path("/tmp") / f"huntaze-{os.geteuid()}-{mark}"  # noqa: S108 -- prepare() refuses one that others made

    def log(self, name: str) -> Path:
        """Where the output of a part goes."""
        return self.root / "log" / f"{name}.log"

    def prepare(self) -> None:
        """Make the folders. Raises NotOurs and DiskFull."""
        try:
            for folder in (self.root, self.root / "log", self.root / "run", self.sockets):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                _refuse_strangers(folder)
            with tempfile.TemporaryFile(dir=self.root):
                pass
        except PermissionError as error:
            raise NotOurs(
                f"{self.root} is not yours to write: run this as its owner, or take it: sudo chown -R $USER {self.root}"
            ) from error
        self.refuse_full_disk()

    def tidy(self) -> None:
        """Remove what prepare() may have made outside of the root."""
        if self.sockets.parent != self.root:
            with suppress(OSError):
                self.sockets.rmdir()

    def refuse_full_disk(self) -> None:
        """Raise DiskFull when databases and logs would soon not fit."""
        free = shutil.disk_usage(self.root).free // 1_000_000
        if free < _LEAST_FREE_MEGABYTES:
            raise DiskFull(
                f"The disk that holds {self.root} is full ({free} MB free):"
                f" make room for {_LEAST_FREE_MEGABYTES} MB, then run this again."
            )

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the state for this process until the block ends. The system lets go of it when the process dies.

        Raises AlreadyHeld.
        """
        with (self.root / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise AlreadyHeld(f"Another devstack process works in {self.root}: wait for it, or end it.") from error
            yield

    def is_held(self) -> bool:
        """Say whether a process keeps this state now."""
        try:
            with self.held():
                return False
        except AlreadyHeld:
            return True
        except FileNotFoundError:
            return False

    def remembered(self, key: str, make: Callable[[], str], fits: Callable[[str], bool] = bool) -> str:
        """Return the value kept under a key since an earlier start; make and keep one when there is none that fits."""
        path = self.root / "remembered.json"
        values = read_strings(path)
        value = values.get(key)
        if value is None or not fits(value):
            value = make()
            write_private(path, json.dumps(values | {key: value}, indent=1))
        return value


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step, readable by its owner only."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as new:
            new.write(text)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def read_strings(path: Path) -> dict[str, str]:
    """Return an object of strings from a JSON file; an empty one when the file is absent or damaged."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return {str(key): str(value) for key, value in values.items()} if isinstance(values, dict) else {}


def _refuse_strangers(folder: Path) -> None:
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        raise NotOurs(f"{folder} belongs to another user: run this as its owner, or remove it.")
