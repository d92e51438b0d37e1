"""Mails that a build failed."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from delivery import posting
from delivery.build import Build

SECONDS = 15


def send(server: str, sender: str, recipients: str, build: Build, failed: str) -> None:
    """Mail to the addresses, which are comma-separated; `server` is written like HUNTAZE_EMAIL_URL.

    Raises posting.Refused.
    """
    message = EmailMessage()
    message["Subject"] = f"Build failed: {build.name} in {failed}"
    message["From"], message["To"] = sender, recipients
    # No answering machine is to answer it (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(
        f"{build.name} failed in its phase {failed}.\n\n"
        f"Commit: {build.commit}\nEnvironment: {build.environment}\nLog: {build.url or 'where it was started'}\n"
    )
    parts = urlsplit(server)
    try:
        with _connected(parts.scheme, parts.hostname or "", parts.port or 25) as session:
            if parts.username:
                session.login(unquote(parts.username), unquote(parts.password or ""))
            session.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise posting.Refused(type(error).__name__) from error


def _connected(scheme: str, host: str, port: int) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if scheme == "smtp+ssl":
        return smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=context)
    session = smtplib.SMTP(host, port, timeout=SECONDS)
    if scheme == "smtp+tls":
        try:
            session.starttls(context=context)
        except (OSError, smtplib.SMTPException):
            session.close()
            raise
    return session
