"""The secrets that a build was given: read from its variables, or from the file that `delivery.secrets` fetched.

The file is for this user alone, is in no artifact, and goes when the build cleans up.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from delivery.build import FOLDER

FILE = "secrets.json"
# All that a notice may need; nothing else is fetched or kept.
NAMES = (
    "SLACK_WEBHOOK_URL",
    "PAGERDUTY_ROUTING_KEY",
    "PAGERDUTY_EVENTS_URL",
    "NOTICE_MAIL_SERVER",
    "NOTICE_MAIL_FROM",
    "NOTICE_MAIL_TO",
)


def opened(environment: Mapping[str, str] = os.environ, folder: Path = FOLDER) -> dict[str, str]:
    """Return what is known, by name; a variable wins over the file."""
    try:
        kept = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        kept = {}
    found = {name: environment.get(name) or str(kept.get(name, "")) for name in NAMES}
    return {name: value for name, value in found.items() if value}


def keep(values: Mapping[str, str], folder: Path = FOLDER) -> None:
    """Write what was fetched down, for this user alone."""
    folder.mkdir(exist_ok=True)
    path = folder / FILE
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(dict(values), file)
