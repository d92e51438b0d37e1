"""A way to run PostgreSQL when the user at hand is one that it refuses: root, or a number without a name.

First choice, on Linux: a user namespace of its own, in which the user's number is shown as that of `nobody`. To the
kernel the process stays the owner of the user's files, without root's powers. So it can use the packages and the data
folder where they are; no file changes hands, no folder is opened to others, and no user is added.

Where namespaces are shut (Docker's default, some hardened kernels), root becomes `nobody`. The data folder is then
given to `nobody`. When `nobody` cannot get to it, or to the packages, because a folder above is private (a virtual
environment below /root), both live below /var/lib/huntaze-devstack instead. Folders above are never opened.
"""

import ctypes
import os
import pwd
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from devstack.refusal import Refusal

_CLONE_NEWUSER = 0x10000000


class How(StrEnum):
    """`itself`: the user already is an ordinary one with a name."""

    ITSELF = "itself"
    NAMESPACE = "namespace"
    NOBODY = "nobody"


class NoOrdinaryUser(Refusal):
    """There is no user that PostgreSQL would run as."""


@dataclass(frozen=True)
class Account:
    """The ordinary user to turn into, or to appear as."""

    uid: int
    gid: int


def choose() -> How:
    """Find out which way works here. Raises NoOrdinaryUser."""
    for how in How:
        if works(how):
            return how
    raise NoOrdinaryUser(
        f"PostgreSQL does not run as user {os.geteuid()} (root, or without a name in /etc/passwd), and no user"
        " namespace may be opened here: run this as an ordinary user, or set DATABASE_URL."
    )


def works(how: str) -> bool:
    """Say whether one of the ways works here, by trying it in a child process."""
    if how == How.ITSELF:
        return os.geteuid() != 0 and _has_name(os.geteuid())
    if how == How.NAMESPACE:
        return _succeeds(enter_namespace)
    return os.geteuid() == 0 and _succeeds(become_nobody)


def enter(how: How) -> None:
    """Turn this process, which must have one thread only, into one that PostgreSQL runs in."""
    if how is How.NAMESPACE:
        enter_namespace()
    elif how is How.NOBODY:
        become_nobody()


def enter_namespace() -> None:
    """Open a user namespace in which this user looks like `nobody`. Raises OSError where that is not allowed."""
    uid, gid = os.geteuid(), os.getegid()
    account = nobody()
    libc = ctypes.CDLL(None, use_errno=True)
    unshare = getattr(libc, "unshare", None)
    if unshare is None:
        raise OSError("this system has no user namespaces")
    if unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{account.uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{account.gid} {gid} 1")


def become_nobody() -> None:
    """Give up root for good. Raises OSError where that is not allowed."""
    account = nobody()
    os.setgroups([])
    os.setgid(account.gid)
    os.setuid(account.uid)


def nobody() -> Account:
    """Return an ordinary user that the system's list knows: initdb looks its own name up. Raises NoOrdinaryUser."""
    users = {user.pw_name: user for user in pwd.getpwall() if user.pw_uid != 0}
    if not users:
        raise NoOrdinaryUser("PostgreSQL does not run as root and /etc/passwd has no other user: add one (`nobody`).")
    user = users.get("nobody") or next(iter(users.values()))
    return Account(user.pw_uid, user.pw_gid)


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def nobody_can(mode: int, path: Path) -> bool:
    """Say whether `nobody` has an access (os.R_OK, os.X_OK, …) to a path, folders above it included."""

    def attempt() -> None:
        become_nobody()
        if not os.access(path, mode):
            raise PermissionError(path)

    return _succeeds(attempt)


def _succeeds(attempt: Callable[[], None]) -> bool:
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            attempt()
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(pid, 0)[1] == 0
