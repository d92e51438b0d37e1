"""Runs a command in a root file system made of folders: a mount namespace and a chroot, without any engine.

As root, the command runs under the user that was asked for. As anybody else, a user namespace shows it that user.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_CLONE_NEWNS = 0x00020000
_CLONE_NEWUSER = 0x10000000
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REMOUNT = 1, 2, 4, 8, 32
_MS_BIND, _MS_REC, _MS_PRIVATE, _MS_RELATIME = 4096, 16384, 1 << 18, 1 << 21
# A mount may not lose these when it becomes read-only. statvfs tells them by the same numbers, but for the last.
_KEPT = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
_ST_RELATIME = 4096
# What every program needs of the machine, and what a build step may need of it besides.
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc", "/proc", "/dev")


# With this code ends a child that got no room, after it has said why; EX_OSERR of sysexits.h.
NO_ROOM = 71


class NoRoom(Exception):
    """The system does not let this process make a root file system of its own. The text says what it said."""


@dataclass(frozen=True)
class Place:
    """A folder, file or socket of the machine, and where the command finds it."""

    source: str
    target: str
    writable: bool = False


@dataclass(frozen=True)
class Room:
    """A root file system: `places` and a /tmp, which is empty unless one of them is there. The rest is read-only."""

    root: Path
    places: Sequence[Place]
    user: int = 0
    folder: str = "/"
    environment: Mapping[str, str] = field(default_factory=dict)


def system_places() -> list[Place]:
    """Return what every room needs: the machine's programs, and the Python that runs this."""
    return [Place(path, path) for path in (*SYSTEM, sys.base_prefix) if Path(path).exists()]


def entering(room: Room) -> Callable[[], None]:
    """Return what a child calls before it becomes the command: `subprocess.Popen(preexec_fn=…)`.

    Where the system refuses, the child says so and ends with NO_ROOM.
    """
    # Looked up here: after the fork there is no importing any more.
    libc = ctypes.CDLL(None, use_errno=True)
    uid, gid = os.geteuid(), os.getegid()

    def must(result: int, what: str) -> None:
        if result != 0:
            raise NoRoom(f"{what}: {os.strerror(ctypes.get_errno())}")

    def mount(source: str, target: str, kind: str | None, flags: int, data: str = "") -> None:
        encoded = kind.encode() if kind else None
        must(libc.mount(source.encode(), target.encode(), encoded, flags, data.encode()), f"mount {target}")

    def bind(place: Place) -> None:
        target = room.root / place.target.lstrip("/")
        if Path(place.source).is_dir():
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch()
        mount(place.source, str(target), None, _MS_BIND | _MS_REC)
        if not place.writable:
            had = os.statvfs(target).f_flag
            kept = (had & _KEPT) | (_MS_RELATIME if had & _ST_RELATIME else 0)
            mount(place.source, str(target), None, _MS_REMOUNT | _MS_BIND | _MS_RDONLY | kept)

    def enter() -> None:
        must(libc.unshare(_CLONE_NEWNS if uid == 0 else _CLONE_NEWNS | _CLONE_NEWUSER), "unshare")
        if uid != 0:
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{room.user} {uid} 1")
            Path("/proc/self/gid_map").write_text(f"{room.user} {gid} 1")
        mount("none", "/", None, _MS_REC | _MS_PRIVATE)
        mount("tmpfs", str(room.root), "tmpfs", 0, "mode=755")
        for place in sorted(room.places, key=lambda place: place.target.count("/")):
            bind(place)
        if not (room.root / "tmp").exists():
            (room.root / "tmp").mkdir()
            mount("tmpfs", str(room.root / "tmp"), "tmpfs", _MS_NOSUID | _MS_NODEV, "mode=1777")
        mount("tmpfs", str(room.root), None, _MS_REMOUNT | _MS_RDONLY, "mode=755")
        os.chroot(room.root)
        os.chdir(room.folder)
        if uid == 0 and room.user != 0:
            os.setgroups([])
            os.setgid(room.user)
            os.setuid(room.user)

    return lambda: _or_end(enter)


def _or_end(enter: Callable[[], None]) -> None:
    try:
        enter()
    except (NoRoom, OSError) as error:
        # subprocess would hide what was refused.
        os.write(2, f"No root file system of its own: {error}\n".encode())
        os._exit(NO_ROOM)
