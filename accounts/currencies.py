"""Amounts in the words of the reader's language. An amount has a currency, and is never added to one of another."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from django.utils import formats
from django.utils.translation import gettext as _

WHOLE: Final = frozenset({"bif", "clp", "jpy", "krw", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"})
"""Currencies without a smaller unit, in which an amount is told as it is stored."""


def places(currency: str) -> int:
    """Return how many decimals an amount of a currency has."""
    return 0 if currency.lower() in WHOLE else 2


def major(minor_units: Decimal | int, currency: str) -> Decimal:
    """Return minor units as the amount that people write: 1250 of eur is 12.50."""
    decimals = places(currency)
    return round(Decimal(minor_units).scaleb(-decimals), decimals)


def written(minor_units: Decimal | int, currency: str) -> str:
    """Return an amount with its cents: "€24.00", "24,00 €"; of a currency that has no sign here, with its code."""
    code = currency.lower()
    amount = major(minor_units, code)
    form = {"eur": _("€%(amount)s"), "usd": _("$%(amount)s")}.get(code, f"%(amount)s {code.upper()}")
    decimals = places(code)
    number = formats.number_format(abs(amount), decimal_pos=decimals, force_grouping=True)
    # A real minus reads better than a hyphen.
    return ("−" if amount < 0 else "") + form % {"amount": number}
