"""Judges the templates: `python -m infra.policies` runs cfn-lint, then checkov in an environment of its own.

checkov pins versions of boto3 and others that are years older than ours, so it cannot be installed beside them. A rule
that does not fit is skipped at the resource, with the reason, in the template.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from infra import stacks

ROOT: Final = stacks.HERE.parent
TEMPLATES: Final = stacks.HERE / "stacks"
LOCK: Final = stacks.HERE / "requirements-checkov.txt"
FOLDER: Final = ROOT / ".devstack" / "checkov"


def checkov() -> Path:
    """Return the Python of an environment that has checkov as it is locked; makes it at the first call."""
    found = FOLDER / "bin" / "python"
    mark = FOLDER / f"installed-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]}"
    if not mark.exists():
        uv("venv", "--clear", "--python", sys.executable, str(FOLDER))
        uv(
            "pip",
            "install",
            "--python",
            str(found),
            "--require-hashes",
            "--only-binary",
            ":all:",
            "--no-deps",
            "-r",
            str(LOCK),
        )
        mark.touch()
    return found


def uv(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "uv", *arguments, "--quiet"], check=True)


def main() -> int:
    """Return an exit code: 0 when both are content."""
    lint = [str(Path(sys.executable).parent / "cfn-lint"), "--regions", "eu-west-3", stacks.EDGE, "--"]
    linted = subprocess.run([*lint, *map(str, sorted(TEMPLATES.glob("*.yaml")))], check=False).returncode
    judge = [str(checkov()), "-m", "checkov.main", "--directory", str(TEMPLATES), "--framework", "cloudformation"]
    # It would fetch what it knows of each rule from its maker.
    alone = os.environ | {"BC_SKIP_MAPPING": "TRUE", "CKV_IGNORE_HIDDEN_DIRECTORIES": "false"}
    judged = subprocess.run([*judge, "--compact", "--quiet", "--skip-download"], env=alone, check=False).returncode
    return linted or judged


if __name__ == "__main__":
    sys.exit(main())
