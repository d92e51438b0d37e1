"""The mails about getting in: allauth names the occasion, this table has the words."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from smtplib import SMTPException
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError

from accounts import mails, outbox, tasks
from accounts.middleware import time_zone
from accounts.models import User

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail: what it says, and the button in it, whose address is the value `link` of its context or the page `page`.

    A notice tells of something that was done: when, from where, and what to do if it was somebody else.
    """

    subject: _StrPromise
    words: tuple[_StrPromise, ...]
    button: _StrPromise | str = ""
    link: str = ""
    page: str = ""
    small: _StrPromise | str = ""
    is_notice: bool = False


def notice(subject: _StrPromise, words: _StrPromise) -> Letter:
    return Letter(
        subject, (words,), button=_("Look at your security settings"), page="accounts:security", is_notice=True
    )


NOT_YOU: Final = _("If it was not you, you need not do anything: without this mail nobody gets further.")
LETTERS: Final[Mapping[str, Letter]] = {
    "account/email/email_confirmation_signup": Letter(
        _("Confirm your address"),
        (
            _("Welcome to Huntaze. Confirm that this address is yours, and your page can go public."),
            _("Until then you can write and plan as you like."),
        ),
        button=_("Confirm my address"),
        link="activate_url",
        small=_("The link works for 3 days. If you did not sign up, leave this mail alone."),
    ),
    "account/email/email_confirmation": Letter(
        _("Confirm your address"),
        (_("Confirm that this address is yours. From then on you log in with it."),),
        button=_("Confirm my address"),
        link="activate_url",
        small=_("The link works for 3 days. If you did not ask for it, leave this mail alone."),
    ),
    "account/email/account_already_exists": Letter(
        _("You already have an account"),
        (
            _("Somebody, maybe you, just gave this address for an account. You have one with it already."),
            _("Log in to it. If you no longer know the password, choose a new one on the log-in page."),
        ),
        button=_("Log in"),
        page="account_login",
        small=NOT_YOU,
    ),
    "account/email/unknown_account": Letter(
        _("There is no account with this address"),
        (
            _("Somebody, maybe you, tried to get into an account with this address. There is none."),
            _("Maybe you signed up with another address?"),
        ),
        button=_("Create an account"),
        page="account_signup",
        small=NOT_YOU,
    ),
    "account/email/password_reset_key": Letter(
        _("Choose a new password"),
        (_("You, or somebody else, asked for a new password for your account."),),
        button=_("Choose a new password"),
        link="password_reset_url",
        small=NOT_YOU,
    ),
    "accounts/email/sign_in_link": Letter(
        _("Your link to log in"),
        (_("Open it in the browser in which you asked for it. It works once, for 15 minutes."),),
        button=_("Log in"),
        link="sign_in_url",
        small=NOT_YOU,
    ),
    "account/email/password_changed": notice(
        _("Your password was changed"), _("The password of your account was changed.")
    ),
    "account/email/password_reset": notice(
        _("Your password was changed"), _("A new password was chosen for your account, by a link in a mail.")
    ),
    "account/email/password_set": notice(
        _("Your account has a password now"), _("A password was set for your account.")
    ),
    "account/email/email_changed": notice(
        _("Your address was changed"),
        _("Your account no longer belongs to this address. From now on you log in with the new one."),
    ),
    "mfa/email/totp_activated": notice(
        _("Authenticator app added"), _("Logging in to your account now takes a code of your authenticator app.")
    ),
    "mfa/email/totp_deactivated": notice(
        _("Authenticator app removed"),
        _("Logging in to your account no longer takes a code of your authenticator app."),
    ),
    "mfa/email/recovery_codes_generated": notice(
        _("New recovery codes"), _("New recovery codes were made for your account. The old ones no longer work.")
    ),
    "mfa/email/webauthn_added": notice(_("Passkey added"), _("A passkey was added to your account.")),
    "mfa/email/webauthn_removed": notice(_("Passkey removed"), _("A passkey was removed from your account.")),
    "accounts/email/second_step_reset": Letter(
        _("Your second step was reset"),
        (
            _(
                "One of our operators removed the authenticator app, the passkeys and the recovery codes of your account."
            ),
            _("You are signed out everywhere. Log in, and set up a second step again in your security settings."),
        ),
        button=_("Look at your security settings"),
        page="accounts:security",
        small=_("If you did not ask us for it, choose a new password at once, and write to us."),
    ),
    "socialaccount/email/account_connected": notice(
        _("Account connected"), _("Another account was connected to yours. Whoever has it can log in with it.")
    ),
    "socialaccount/email/account_disconnected": notice(
        _("Account disconnected"), _("Another account was disconnected from yours, and no longer opens it.")
    ),
}


def send(name: str, email: str, context: Mapping[str, Any], *, reader: User | None) -> None:
    """Hand a mail to the worker, in the reader's language; without one, in that of the request."""
    with translation.override(reader.locale if reader else translation.get_language()):
        zone = time_zone(reader) if reader else None
        with timezone.override(zone):
            hand_over(compose(LETTERS[name], email, context))


def compose(letter: Letter, email: str, context: Mapping[str, Any]) -> EmailMultiAlternatives:
    url = own(str(context[letter.link])) if letter.link else settings.BASE_URL + reverse(letter.page)
    values = {
        "letter": letter,
        "url": url,
        "when": context.get("timestamp"),
        "where": context.get("ip", ""),
        "browser": context.get("user_agent", ""),
    }
    return mails.compose("accounts/mail/letter", values, subject=str(letter.subject), to=email)


def own(url: str) -> str:
    """Return the address under our own name: allauth takes the host from the request, which a client writes."""
    parts = urlsplit(url)
    return settings.BASE_URL + parts.path + (f"?{parts.query}" if parts.query else "")


def hand_over(mail: EmailMultiAlternatives) -> None:
    """Leave a mail to the worker. Without a queue it is sent at once; if that fails too, the page is shown all the same:
    what it says must not tell whether there was anything to send."""
    try:
        tasks.deliver.delay(outbox.sealed(mail))
    except OperationalError:
        try:
            mail.send()
        except (OSError, SMTPException):
            log.exception("A mail was lost: neither the queue nor the mail server answers")
