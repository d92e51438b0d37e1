"""Environment variables: the `.env` file, what a throw-away state must not inherit, and the defaults of a laptop."""

import re
from collections.abc import Mapping
from pathlib import Path

from devstack.refusal import Refusal

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")
_OF_REAL_SERVICES = (
    "DATABASE_URL",
    "REDIS_URL",
    "OPENAI_",
    "AZURE_",
    "STRIPE_",
    "AWS_",
    "SENTRY_",
    "GOOGLE_CLIENT_",
    "GITHUB_CLIENT_",
    "OTEL_",
    "HUNTAZE_",
)
_OF_DEVSTACK = ("HUNTAZE_DEVSTACK_", "HUNTAZE_LOCAL_MODEL")


class BadEnvironmentFile(Refusal):
    """A line of `.env` is no KEY=VALUE."""


def read_file(path: Path) -> dict[str, str]:
    """Read KEY=VALUE lines, with `#` comments and optional quotes. A file that is not there gives nothing.

    Raises BadEnvironmentFile, naming the line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    values = {}
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            # The line itself is not shown: it may hold a secret.
            raise BadEnvironmentFile(f"{path}, line {number}: write KEY=VALUE, or # before a remark.")
        values[match[1]] = _plain(match[2])
    return values


def for_run(env_file: Path, inherited: Mapping[str, str]) -> dict[str, str]:
    """What `make run` starts from: the shell's variables win over those of `.env`."""
    return {"HUNTAZE_ENV": "development"} | read_file(env_file) | dict(inherited)


def for_throwaway(inherited: Mapping[str, str]) -> dict[str, str]:
    """What tests start from: nothing that could lead them to a real service, and no `.env`."""
    kept = {
        key: value
        for key, value in inherited.items()
        if not key.startswith(_OF_REAL_SERVICES) or key.startswith(_OF_DEVSTACK)
    }
    kept.pop("HUNTAZE_LOCAL_MODEL_URL", None)
    return kept | {"HUNTAZE_ENV": "test"}


def _plain(value: str) -> str:
    for quote in ('"', "'"):
        if len(value) >= 2 and value[0] == quote and value.find(quote, 1) > 0:
            return value[1 : value.find(quote, 1)]
    return value.split(" #")[0].rstrip()
