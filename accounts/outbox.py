"""A mail on its way through the queue: as one sealed text, for a link in it opens an account."""

from __future__ import annotations

import json
from typing import Final

from django.core.mail import EmailMultiAlternatives

from accounts import sealing

PURPOSE: Final = "mail on its way"


def sealed(mail: EmailMultiAlternatives) -> str:
    """Return a mail of `accounts.mails.compose`, sealed."""
    ((html, _kind),) = mail.alternatives
    return sealing.seal(json.dumps([mail.subject, mail.body, str(html), mail.to[0]]), purpose=PURPOSE)


def opened(text: str) -> EmailMultiAlternatives:
    """Return the mail. Raises sealing.Unreadable."""
    subject, body, html, to = json.loads(sealing.open_seal(text, purpose=PURPOSE))
    mail = EmailMultiAlternatives(subject=subject, body=body, to=[to])
    mail.attach_alternative(html, "text/html")
    return mail
