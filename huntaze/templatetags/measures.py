"""Money, times and counts in the words of the reader's language."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django import template
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts import currencies
from accounts.dates import written
from billing import amounts

register = template.Library()

LONG_WAIT_MS: Final = 10_000


@register.filter
def money(amount: Decimal | None) -> str:
    """Return US dollars: to the cent, or with two significant digits below ten cents; "n/a" for None."""
    if amount is None:
        return _("n/a")
    places = 2 if amount == 0 else max(2, 1 - amount.adjusted())
    return minus(amount) + _("$%(amount)s") % {"amount": number(abs(amount), places)}


@register.filter
def price(minor_units: int, currency: str) -> str:
    """Return a price, without its cents where there are none: "€24", "24 €", "$9.50"."""
    return amounts.price(minor_units, currency)


@register.filter
def in_currency(minor_units: Decimal | int | None, currency: str) -> str:
    """Return minor units with their cents, or "n/a": "€24.00", "24,00 €"; of a currency that no plan has, with its code."""
    return _("n/a") if minor_units is None else currencies.written(minor_units, currency)


@register.filter
def share(percent: Decimal | None) -> str:
    """Return a share in percent with one decimal, or "n/a"."""
    return _("n/a") if percent is None else _("%(percent)s%%") % {"percent": number(percent, 1)}


@register.filter
def number_or_none(value: int | None) -> str:
    """Return a whole number, or "n/a"."""
    return _("n/a") if value is None else count(value)


@register.filter
def gigabytes(size: int) -> str:
    """Return a size that is told in whole gigabytes."""
    return _("%(size)s GB") % {"size": count(size // 1024**3)}


@register.filter
def seconds(milliseconds: int) -> str:
    """Return a duration given in milliseconds as seconds, with one decimal where it tells something."""
    places = 0 if milliseconds >= LONG_WAIT_MS else 1
    return _("%(seconds)s s") % {"seconds": number(Decimal(milliseconds) / 1_000, places)}


@register.filter
def count(number: int) -> str:
    """Return a whole number with its thousands apart."""
    return formats.number_format(number, force_grouping=True)


@register.filter
def signed(points: float) -> str:
    """Return points with one decimal and their sign."""
    return f"{minus(points) or '+'}{number(Decimal(str(abs(points))), 1)}"


@register.filter
def when(moment: datetime) -> str:
    """Return the time today, the day this year, else the whole date, in the reader's time zone."""
    local = timezone.localtime(moment)
    today = timezone.localdate()
    if local.date() == today:
        return formats.date_format(local, _("H:i"))
    if local.year == today.year:
        return written(local, _("j M"))
    return written(local, _("j M Y"))


@register.filter
def day(moment: datetime) -> str:
    """Return a day without its year, in the reader's time zone."""
    return written(timezone.localtime(moment), _("j F"))


@register.filter
def date_words(local: date) -> str:
    """Return a day that is already one of the reader's own, without its year."""
    return written(local, _("j F"))


@register.filter
def whole_day(moment: datetime) -> str:
    """Return a day with its year, in the reader's time zone."""
    return written(timezone.localtime(moment), _("j F Y"))


@register.filter
def moment(moment: datetime) -> str:
    """Return the whole date and time, in the reader's time zone."""
    return written(timezone.localtime(moment), _("j F Y, H:i"))


@register.filter
def weekday(moment: datetime) -> str:
    """Return the weekday and the day without its year, in the reader's time zone."""
    return written(timezone.localtime(moment), _("D j M"))


@register.filter
def weekday_time(moment: datetime) -> str:
    """Return the weekday, the day without its year, and the time, in the reader's time zone."""
    return written(timezone.localtime(moment), _("D j M, H:i"))


@register.filter
def long_day(moment: datetime) -> str:
    """Return the whole date with its weekday, in the reader's time zone, to stand as a heading."""
    return capfirst(written(timezone.localtime(moment), _("l j F Y")))


def minus(value: Decimal | float) -> str:
    """Return a real minus for what is below zero, which reads better than a hyphen; it stands before a currency."""
    return "−" if value < 0 else ""


def number(value: Decimal, places: int) -> str:
    # Django's own formatting cuts digits off where it should round.
    return formats.number_format(round(value, places), decimal_pos=places, force_grouping=True)


@register.filter
def fingerprint(digest: bytes) -> str:
    """Return the beginning of a hash, enough to tell it from others."""
    return bytes(digest).hex()[:12]
