"""Mails as files in a folder, the newest 200 of them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Final

MOST: Final = 200


class NoSuchMail(LookupError):
    """No mail has this name."""


@dataclass(frozen=True)
class Mail:
    """A mail: `name` is that of its file."""

    name: str
    message: EmailMessage

    def part(self, kind: str) -> str:
        """Return its text ("plain") or its HTML ("html"); "" when it has none."""
        found = self.message.get_body((kind,))
        return str(found.get_content()) if found else ""

    def header(self, name: str) -> str:
        return str(self.message.get(name, ""))


class Mailbox:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, content: bytes) -> None:
        path = self.folder / f"{time.time_ns()}.eml"
        path.touch(mode=0o600)
        path.write_bytes(content)
        for old in sorted(self.folder.glob("*.eml"))[:-MOST]:
            old.unlink(missing_ok=True)

    def mails(self) -> list[Mail]:
        """Return all mails, the newest first."""
        return [read(path) for path in sorted(self.folder.glob("*.eml"), reverse=True)]

    def mail(self, name: str) -> Mail:
        """Raises NoSuchMail."""
        path = self.folder / f"{name}.eml"
        if not name.isdigit() or not path.exists():
            raise NoSuchMail(name)
        return read(path)


def read(path: Path) -> Mail:
    return Mail(path.stem, message_from_bytes(path.read_bytes(), policy=policy.default))
