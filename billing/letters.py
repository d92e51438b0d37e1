"""What we write to creators about their plan and its credits: the words of each letter, which is a mail and a line in the app.

They are made when they are read, in the reader's language and time zone, from the data that was stored when it happened.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts import notifications
from accounts.dates import written
from accounts.models import Tier
from accounts.notifications import Level
from billing import amounts

Data = dict[str, Any]


class Kind(StrEnum):
    PAYMENT_FAILED = "payment-failed"
    PAYMENT_OPEN = "payment-open"
    PAYMENT_LAST = "payment-last"
    READ_ONLY = "read-only"
    PAID = "paid"
    TRIAL_ENDING = "trial-ending"
    TRIAL_ENDED = "trial-ended"
    PLAN_ENDED = "plan-ended"
    CREDITS_LOW = "credits-low"
    CREDITS_GONE = "credits-gone"


DUNNING: Final = (Kind.PAYMENT_FAILED, Kind.PAYMENT_OPEN, Kind.PAYMENT_LAST)


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as its reader sees it. The template is that of `accounts.entrance.letters`."""

    subject: str
    words: list[str]
    button: str
    small: str = ""
    is_notice: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """How letters of a kind look and read."""

    icon: str
    level: Level
    subject: Callable[[Data], str]
    words: Callable[[Data], list[str]]
    button: Callable[[], str]


def declare() -> None:
    """Say how the lines in the app look; called once, at start-up."""
    for kind, form in FORMS.items():
        notifications.declare(f"billing-{kind}", icon=form.icon, level=form.level, text=form.subject)


def read(kind: Kind, data: Data) -> Letter:
    """Return a letter in the language and the time zone that are active."""
    form = FORMS[kind]
    return Letter(
        subject=form.subject(data),
        words=form.words(data),
        button=form.button(),
        small=_("Mails about your plan and its payment are always sent."),
    )


def failed_words(data: Data) -> list[str]:
    return [
        _(
            "The payment for your %(plan)s plan did not go through. That happens: a card expires, or a bank wants to ask you."
        )
        % named(data),
        *owed(data),
        _("Nothing changes for now, and the payment is tried again in the next days. Check your card by %(day)s.")
        % named(data),
    ]


def open_words(data: Data) -> list[str]:
    return [
        _("The payment for your %(plan)s plan still does not go through.") % named(data),
        *owed(data),
        _("Use another card or pay the invoice by %(day)s, and everything stays as it is.") % named(data),
    ]


def last_words(data: Data) -> list[str]:
    return [
        _("The payment for your %(plan)s plan still does not go through.") % named(data),
        *owed(data),
        _("If it is not paid by %(day)s, your account becomes read-only.") % named(data),
        _(
            "You can then read and export everything, and what is scheduled is still published, but nothing new can be"
            " written until it is paid. Nothing is deleted."
        ),
    ]


def read_only_words(data: Data) -> list[str]:
    return [
        _("The payment for your %(plan)s plan did not come, so your account is read-only from now on.") % named(data),
        *owed(data),
        _(
            "Everything is still there, to be read and exported, and what was scheduled is published. Nothing is deleted."
        ),
        _("Pay the open invoice, and you can write again at once. Or cancel the plan, and go on with Free."),
    ]


def paid_words(data: Data) -> list[str]:
    return [_("Your payment has arrived. Your %(plan)s plan goes on, and everything works as before.") % named(data)]


def trial_ending_words(data: Data) -> list[str]:
    return [
        _("Your trial of %(plan)s ends on %(day)s. With a card on file, the plan then costs %(price)s.") % named(data),
        _("Without a card, your account goes on with Free. Nothing is charged, and nothing is deleted."),
    ]


def trial_ended_words(data: Data) -> list[str]:
    return [
        _("Your trial of %(plan)s is over, and your account goes on with Free. Nothing was charged.") % named(data),
        _("Everything you made is still there. Choose a plan whenever you want more of it."),
    ]


def ended_words(data: Data) -> list[str]:
    return [
        _("Your %(plan)s plan has ended, and your account goes on with Free.") % named(data),
        _("Everything you made is still there. You can choose a plan again at any time."),
    ]


def low_words(data: Data) -> list[str]:
    return [
        _("You have used %(used)s of %(limit)s credits this month, and %(left)s are left until %(day)s.") % named(data),
        _("A larger plan raises the limit at once."),
    ]


def gone_words(data: Data) -> list[str]:
    return [
        _("You have used all %(limit)s credits of this month. New ones come on %(day)s.") % named(data),
        _("Until then you can write, edit and publish by hand. A larger plan raises the limit at once."),
    ]


def owed(data: Data) -> list[str]:
    """Return the sentence that says how much is owed; none where it is not known."""
    if not data.get("owed"):
        return []
    return [_("Still to be paid: %(amount)s.") % {"amount": amounts.price(data["owed"], data["currency"])}]


def named(data: Data) -> dict[str, str]:
    """Return what the data says, written out."""
    shown = {}
    if "plan" in data:
        shown["plan"] = str(Tier(data["plan"]).label)
    if "day" in data:
        shown["day"] = written(timezone.localtime(datetime.fromisoformat(data["day"])), _("j F Y"))
    if "price" in data:
        price = amounts.price(data["price"], data["currency"])
        every = _("%(price)s a year") if data["interval"] == "year" else _("%(price)s a month")
        shown["price"] = every % {"price": price}
    for name in ("used", "limit", "left"):
        if name in data:
            shown[name] = formats.number_format(data[name], force_grouping=True)
    return shown


def to_billing() -> str:
    return _("Open billing")


def to_plans() -> str:
    return _("See the plans")


FORMS: Final[dict[Kind, Form]] = {
    Kind.PAYMENT_FAILED: Form(
        "credit-card",
        "warn",
        lambda data: _("The payment for your %(plan)s plan did not go through") % named(data),
        failed_words,
        to_billing,
    ),
    Kind.PAYMENT_OPEN: Form(
        "credit-card",
        "warn",
        lambda data: _("The payment for your %(plan)s plan is still open") % named(data),
        open_words,
        to_billing,
    ),
    Kind.PAYMENT_LAST: Form(
        "credit-card",
        "bad",
        lambda data: _("Your account becomes read-only on %(day)s") % named(data),
        last_words,
        to_billing,
    ),
    Kind.READ_ONLY: Form("lock", "bad", lambda _data: _("Your account is read-only"), read_only_words, to_billing),
    Kind.PAID: Form(
        "circle-check", "ok", lambda data: _("Paid: your %(plan)s plan goes on") % named(data), paid_words, to_billing
    ),
    Kind.TRIAL_ENDING: Form(
        "hourglass",
        "info",
        lambda data: _("Your trial of %(plan)s ends on %(day)s") % named(data),
        trial_ending_words,
        to_billing,
    ),
    Kind.TRIAL_ENDED: Form(
        "hourglass", "info", lambda data: _("Your trial of %(plan)s is over") % named(data), trial_ended_words, to_plans
    ),
    Kind.PLAN_ENDED: Form(
        "info", "info", lambda data: _("Your %(plan)s plan has ended") % named(data), ended_words, to_plans
    ),
    Kind.CREDITS_LOW: Form(
        "gauge",
        "warn",
        lambda data: _("%(left)s of your %(limit)s credits this month are left") % named(data),
        low_words,
        to_plans,
    ),
    Kind.CREDITS_GONE: Form(
        "gauge", "bad", lambda _data: _("Your credits for this month are used up"), gone_words, to_plans
    ),
}
