"""A virtual environment of its own for LiteLLM, so that what it needs stays out of ours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

VERSION: Final = "1.106.2"
FOLDER: Final = Path(__file__).resolve().parent.parent / ".devstack" / "bench" / "litellm"
MARK: Final = FOLDER / f"installed-{VERSION}"

ENVIRONMENT: Final = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_TELEMETRY": "False"}
"""What LiteLLM is to run with: it fetches nothing at start."""


def python() -> Path:
    """Return the Python of an environment that has LiteLLM with its proxy; makes it at the first call, from wheels only."""
    found = FOLDER / "bin" / "python"
    if not MARK.exists():
        uv("venv", "--clear", "--python", sys.executable, str(FOLDER))
        uv("pip", "install", "--python", str(found), "--only-binary", ":all:", f"litellm[proxy]=={VERSION}")
        MARK.touch()
    return found


def uv(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "uv", arguments[0], *arguments[1:], "--quiet"], check=True)
