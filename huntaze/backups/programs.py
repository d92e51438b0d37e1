"""pg_dump and pg_restore: where they are, and the server that they are led to."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote

import environ
import psycopg
from django.conf import settings
from psycopg.conninfo import make_conninfo

from huntaze.backups.faults import Fault

BLOCK = 1 << 18


class NoPrograms(Fault):
    """pg_dump and pg_restore are not there, or are older than the server."""


class ProgramFailed(Fault):
    """One of them ended with an error. The text is its own, without rows."""


@dataclass(frozen=True, slots=True)
class Server:
    """A database, and who asks it. Its password goes by the environment: words of a command are seen by everybody."""

    host: str
    port: str
    user: str
    password: str
    name: str
    ssl: str = ""

    @classmethod
    def of(cls, told: dict[str, Any]) -> Server:
        """Return the server that an entry of DATABASES names."""
        options = told.get("OPTIONS", {})
        return cls(
            unquote(told["HOST"] or ""),
            str(told["PORT"] or ""),
            told["USER"] or "",
            told["PASSWORD"] or "",
            told["NAME"] or "",
            options.get("sslmode", ""),
        )

    @classmethod
    def at(cls, url: str) -> Server:
        """Return the server of a DATABASE_URL. Raises Fault."""
        try:
            return cls.of({"OPTIONS": {}, **environ.Env.db_url_config(url)})
        except (KeyError, ValueError, environ.ImproperlyConfigured) as error:
            raise Fault("The address is no postgresql://user:password@host:port/name") from error

    def with_name(self, name: str) -> Server:
        return replace(self, name=name)

    @property
    def variables(self) -> dict[str, str]:
        """Return what libpq reads."""
        told = {
            "PGHOST": self.host,
            "PGPORT": self.port,
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
            "PGDATABASE": self.name,
            "PGSSLMODE": self.ssl,
            # A transaction that waits for the bucket must not be ended for it.
            "PGOPTIONS": "-c statement_timeout=0 -c lock_timeout=60000 -c idle_in_transaction_session_timeout=0",
        }
        return {name: value for name, value in told.items() if value}

    def connect(self) -> psycopg.Connection[Any]:
        """Open a connection of its own, without the limits of the pool's. Raises Fault."""
        told = {name.removeprefix("PG").lower(): value for name, value in self.variables.items()}
        told["dbname"] = told.pop("database", "")
        try:
            return psycopg.connect(make_conninfo(connect_timeout=10, **told), autocommit=True)
        except psycopg.OperationalError as error:
            raise Fault(f"PostgreSQL does not let us in: {str(error).strip().splitlines()[0]}") from error


def major_of(connection: psycopg.Connection[Any]) -> int:
    return connection.info.server_version // 10_000


def program(name: str, server_major: int) -> str:
    """Return the path of pg_dump or pg_restore, which know servers up to their own version. Raises NoPrograms."""
    folder = settings.POSTGRESQL_PROGRAMS
    path = shutil.which(name, path=folder or None)
    if path is None:
        raise NoPrograms(f"{name} is not in {folder or 'PATH'}: say where by HUNTAZE_POSTGRESQL_PROGRAMS")
    said = subprocess.run([path, "--version"], env=_environment(path), capture_output=True, text=True, check=False)  # noqa: S603
    found = re.search(r"(\d+)(?:\.\d+|devel|beta|rc)", said.stdout)
    if found is None or int(found[1]) < server_major:
        raise NoPrograms(f"{path} is of version {found and found[1]}, older than the server's {server_major}")
    return path


def dumped(server: Server, snapshot: str, server_major: int) -> Iterator[bytes]:
    """Yield a dump in PostgreSQL's custom format, of what a snapshot sees. Raises NoPrograms, ProgramFailed."""
    words = [program("pg_dump", server_major), "--format=custom", "--no-owner", "--no-privileges", "--no-password"]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603
            [*words, f"--snapshot={snapshot}"],
            env=_environment(words[0]) | server.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        assert process.stdout is not None  # noqa: S101
        try:
            while block := process.stdout.read(BLOCK):
                yield block
            _ended(process, errors, "pg_dump")
        finally:
            _kill(process)


def restored(server: Server, blocks: Iterable[bytes], server_major: int) -> None:
    """Give a dump to pg_restore, in one transaction: all of it, or nothing. Raises NoPrograms, ProgramFailed."""
    words = [program("pg_restore", server_major), "--no-owner", "--no-privileges", "--no-comments", "--no-password"]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603
            [*words, "--exit-on-error", "--single-transaction", f"--dbname={server.name}"],
            env=_environment(words[0]) | server.variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        assert process.stdin is not None  # noqa: S101
        try:
            for block in blocks:
                process.stdin.write(block)
            process.stdin.close()
            _ended(process, errors, "pg_restore")
        except BrokenPipeError:
            # It has given up, and says why.
            _ended(process, errors, "pg_restore")
        finally:
            _kill(process)


def _environment(path: str) -> dict[str, str]:
    libraries = Path(path).resolve().parent.parent / "lib"
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return inherited | ({"LD_LIBRARY_PATH": str(libraries)} if libraries.is_dir() else {}) | {"LC_MESSAGES": "C"}


def _ended(process: subprocess.Popen[bytes], errors: IO[bytes], name: str) -> None:
    code = process.wait()
    if code == 0:
        return
    errors.seek(0)
    # Its other lines may quote rows.
    lines = [line for line in errors.read().decode(errors="replace").splitlines() if "error:" in line]
    raise ProgramFailed(f"{name} ended with {code}: {lines[0][:300] if lines else 'it was killed'}")


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except BrokenPipeError:
                continue
