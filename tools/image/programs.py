"""pg_dump and pg_restore of this machine's PostgreSQL, as the Dockerfile takes them from PostgreSQL's image."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

NAMES = ("pg_dump", "pg_restore")
# Those that come with every base, and have to be the base's own.
OF_THE_BASE = re.compile(r"lib(c|m|dl|rt|pthread|resolv)[.]so")


class NoPrograms(Exception):
    """This machine has none."""


def copy(target: Path) -> None:
    """Copy them into `bin`, and the libraries that they need into `lib`. Raises NoPrograms."""
    folder = os.environ.get("HUNTAZE_POSTGRESQL_PROGRAMS") or None
    for name in ("bin", "lib"):
        (target / name).mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        program = shutil.which(name, path=folder)
        if program is None:
            raise NoPrograms(f"{name} is not in {folder or 'PATH'}: say where by HUNTAZE_POSTGRESQL_PROGRAMS")
        shutil.copy2(program, target / "bin" / name)
        told = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout  # noqa: S607
        for library, path in re.findall(r"^\s*(\S+) => (/\S+)", told, re.MULTILINE):
            if not OF_THE_BASE.match(library):
                shutil.copy2(path, target / "lib" / library)
