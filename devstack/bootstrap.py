"""Makes `.venv` from nothing but a Python: the first step of every target that needs packages.

Uses the standard library only. Must parse on Python 3.8, so that an old Python gets one clear line.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from importlib import util
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
VENV = CHECKOUT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKED = CHECKOUT / "requirements-dev.txt"
LOCKED_UV = CHECKOUT / "devstack" / "requirements-uv.txt"

OLDEST = (3, 11)
NEWEST = (3, 14)
NEEDED_MEGABYTES = 2500


class CannotPrepare(Exception):
    """The packages cannot be installed. The text says what to do; `details` is what the failing tool printed."""

    def __init__(self, line: str, details: str = "") -> None:
        super().__init__(line)
        self.details = details


def main(words: list[str]) -> int:
    """Bring `.venv` up to date; silent when it is. Returns an exit code.

    With `--this-python` the environment must be one of the Python that runs this; else any supported one will do.
    """
    try:
        prepare(exact="--this-python" in words)
    except CannotPrepare as error:
        sys.stderr.write(f"{error}\n{error.details}")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def refuse_python(version: tuple[int, int], executable: str) -> None:
    """Raise CannotPrepare when this Python is too old or too new, naming one on the machine that will do."""
    if OLDEST <= version <= NEWEST:
        return
    names = [f"python{OLDEST[0]}.{minor}" for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    found = [name for name in names if works(name)]
    advice = f"run: make run PYTHON={found[0]}" if found else f"install one, then run: make run PYTHON={names[-1]}"
    raise CannotPrepare(
        f"Huntaze needs Python {dotted(OLDEST)} to {dotted(NEWEST)}, and {executable} is {dotted(version)}: {advice}"
    )


def dotted(version: tuple[int, ...]) -> str:
    """Write a version as people do."""
    return ".".join(map(str, version))


def works(name: str) -> bool:
    """Say whether a command of this name runs: version managers leave names behind that do not."""
    path = shutil.which(name)
    return path is not None and subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode == 0


def refuse_missing_venv() -> None:
    """Raise CannotPrepare on systems that ship Python without the part that makes virtual environments."""
    if util.find_spec("venv") is None or util.find_spec("ensurepip") is None:
        raise CannotPrepare(
            f"{sys.executable} cannot make virtual environments: install what it lacks"
            f" (Debian, Ubuntu: sudo apt install python{own_version()}-venv), then run this again."
        )


def prepare(exact: bool) -> None:
    """Install what is locked, unless that is what is there. Raises CannotPrepare."""
    if is_up_to_date(exact):
        return
    refuse_python(sys.version_info[:2], sys.executable)
    refuse_missing_venv()
    folder = CHECKOUT / ".devstack"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        with (folder / "bootstrap.lock").open("a") as lock:
            # Two terminals may get here at once; the second one then finds the work done.
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not is_up_to_date(exact):
                install()
    except OSError as error:
        raise CannotPrepare(f"Cannot write {error.filename or CHECKOUT}: {error.strerror}.") from error


def is_up_to_date(exact: bool) -> bool:
    """Compare the mark left by the last installation with what would be installed now."""
    try:
        locked, version, place = stamp_file().read_text().splitlines()
    except (OSError, ValueError):
        return False
    return (locked, place) == (digest(), str(VENV)) and PYTHON.exists() and (not exact or version == own_version())


def stamp_file() -> Path:
    """Return where the mark is: inside the environment, so that they vanish together."""
    return VENV / "huntaze-stamp"


def digest() -> str:
    """Return the fingerprint of what is to be installed."""
    return hashlib.sha256(LOCKED.read_bytes() + LOCKED_UV.read_bytes()).hexdigest()


def own_version() -> str:
    """Return the version that an environment is bound to: a new patch of Python does not ask for a new one."""
    return dotted(sys.version_info[:2])


def install() -> None:
    """Make the environment and fill it, telling how long each step took."""
    print("Preparing Python packages in .venv (once, and again after their list changes)")
    refuse_full_disk()
    if not is_usable():
        step("environment", [sys.executable, "-m", "venv", "--clear", str(VENV)])
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    step("uv", [*pip, "--require-hashes", "--only-binary", ":all:", "-r", str(LOCKED_UV)])
    uv = [str(PYTHON), "-m", "uv", "pip", "sync", "--python", str(PYTHON), "--no-build", "--require-hashes"]
    step("packages", [*uv, str(LOCKED)], as_pip_is_told(pip_configuration(), os.environ))
    # The place is part of the mark because the scripts of an environment hold its path.
    stamp_file().write_text("\n".join((digest(), own_version(), str(VENV))))


def is_usable() -> bool:
    """Say whether there is an environment of this Python, made at this place, with pip in it."""
    probe = "import sys, pip; print('%d.%d' % sys.version_info[:2])"
    try:
        shown = subprocess.run([str(PYTHON), "-c", probe], capture_output=True, text=True, check=False).stdout
        made = [line for line in (VENV / "pyvenv.cfg").read_text().splitlines() if line.startswith("command")]
    except OSError:
        return False
    return shown.strip() == own_version() and bool(made) and made[0].endswith(f" {VENV}")


def refuse_full_disk() -> None:
    """Raise CannotPrepare when the packages would not fit."""
    free = shutil.disk_usage(CHECKOUT).free // 1_000_000
    if free < NEEDED_MEGABYTES and not VENV.exists():
        raise CannotPrepare(
            f"The disk that holds {CHECKOUT} has {free} MB free: packages and their cache need {NEEDED_MEGABYTES} MB."
            " Make room, then run this again."
        )


def pip_configuration() -> str:
    """Return what pip is told by its files and variables, as `pip config list` prints it."""
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "config", "list"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def as_pip_is_told(listed: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return variables that send uv where pip goes: in some networks only a mirror, or only one's own authority, works.

    What uv has been told itself stands.
    """
    told = {}
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        name = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}.get(key.rpartition(".")[2])
        if name is not None and name not in environment:
            told[name] = value.strip("'\"")
    return told


def step(name: str, command: list[str], variables: Mapping[str, str] | None = None) -> None:
    """Run one command and print its time. Raises CannotPrepare with the end of what it printed."""
    began = time.monotonic()
    environment = dict(os.environ, PIP_ROOT_USER_ACTION="ignore", **(variables or {}))
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=environment)
        while process.poll() is None:
            if sys.stdout.isatty():
                sys.stdout.write(f"\r  {name:<20}          {time.monotonic() - began:5.0f} s")
                sys.stdout.flush()
            try:
                process.wait(timeout=1)
            except subprocess.TimeoutExpired:
                continue
        outcome = "failed" if process.returncode else "done"
        start = "\r" if sys.stdout.isatty() else ""
        print(f"{start}  {name:<20} {outcome:<8} {time.monotonic() - began:5.1f} s", flush=True)
        if process.returncode:
            output.seek(0)
            tail = "".join(f"    {line}\n" for line in output.read().splitlines()[-15:])
            raise CannotPrepare(
                f"{name} could not be installed. Is there a network, and room on the disk? It said:", tail
            )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
