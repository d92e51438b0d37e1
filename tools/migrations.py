"""Judge the SQL of migrations: what would lock a table for long, or take something from the release before.

`check` looks at those that `migrations_known.txt` does not list; `know` adds all that are there to it, at a release or
where it was looked at and is right. Run through devstack, for Django asks PostgreSQL.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
KNOWN: Final = ROOT / "tools" / "migrations_known.txt"
SQUAWK: Final = Path(sys.executable).with_name("squawk")
POSTGRESQL: Final = "18"
LEFT_OUT: Final = (
    # Django's types; CONTRIBUTING.md says when which.
    *("prefer-text-field", "prefer-bigint-over-int", "prefer-bigint-over-smallint", "prefer-identity"),
    # A migration is one transaction, and Django remembers it.
    "prefer-robust-stmts",
    # Every connection has them (huntaze.database_settings).
    *("require-statement-timeout", "require-lock-timeout", "require-timeout-settings"),
)
"""Rules that say nothing of ours, each with its reason."""


def present() -> list[str]:
    """Return every migration of ours, as `app.name`."""
    files = [path for path in ROOT.glob("*/migrations/[0-9]*.py") if (path.parent.parent / "apps.py").exists()]
    return sorted(f"{path.parent.parent.name}.{path.stem}" for path in files)


def known() -> set[str]:
    """Return those that are not judged. A line is `app.name`, and may say why behind it."""
    lines = KNOWN.read_text(encoding="utf-8").splitlines()
    return {line.split()[0] for line in lines if line and not line.startswith("#")}


def sql(migration: str) -> str:
    command = [sys.executable, "manage.py", "sqlmigrate", *migration.split(".", 1)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def faults(statements: str) -> list[str]:
    """Return what is wrong with SQL, a line for each fault: the rule, what it says, and what helps."""
    words = [str(SQUAWK), "--pg-version", POSTGRESQL, "--reporter", "json", "--exclude", ",".join(LEFT_OUT)]
    done = subprocess.run(
        [*words, "--stdin-filepath", "migration.sql"], input=statements, capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(f"squawk: {done.stderr}")
    found: list[dict[str, Any]] = json.loads(done.stdout or "[]")
    return [f"{one['rule_name']}: {one['message']} {one.get('help') or ''}".strip() for one in found]


def check() -> int:
    wrong = 0
    for migration in [name for name in present() if name not in known()]:
        for fault in faults(sql(migration)):
            wrong += 1
            sys.stderr.write(f"{migration}: {fault}\n")
    if wrong:
        sys.stderr.write(
            "Mend it (CONTRIBUTING.md, Migrations), or list it with its reason in tools/migrations_known.txt.\n"
        )
    return 1 if wrong else 0


def know() -> int:
    with KNOWN.open("a", encoding="utf-8") as file:
        file.writelines(f"{name}\n" for name in present() if name not in known())
    return 0


if __name__ == "__main__":
    sys.exit({"check": check, "know": know}[sys.argv[1]]())
