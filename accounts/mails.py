"""Mails in the product's clothes: one layout (`templates/mail/base`), as text and as HTML, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.utils import translation


def compose(
    template: str,
    values: Mapping[str, Any],
    *,
    subject: str,
    to: str,
    connection: BaseEmailBackend | None = None,
    headers: Mapping[str, str] | None = None,
) -> EmailMultiAlternatives:
    """Return the mail that `<template>.txt` and `<template>.html` make, in the language that is active.

    Both extend `mail/base`, which shows the subject and our address around the block `body`.
    """
    # No second header, and the no-break spaces of French stay.
    line = re.sub(r"[^\S\u00a0\u202f]+", " ", subject).strip()
    shown = {**values, "subject": line, "language": translation.get_language(), "base_url": settings.BASE_URL}
    found = EmailMultiAlternatives(
        subject=line,
        body=render_to_string(f"{template}.txt", shown).strip() + "\n",
        to=[to],
        connection=connection,
        headers=dict(headers or {}),
    )
    found.attach_alternative(render_to_string(f"{template}.html", shown), "text/html")
    return found
