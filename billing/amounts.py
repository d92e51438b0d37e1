"""Prices in the words of the reader's language."""

from __future__ import annotations

from decimal import Decimal

from django.utils import formats
from django.utils.translation import gettext as _


def price(minor_units: int, currency: str) -> str:
    """Return a price, without its cents where there are none: "€24", "24 €", "$9.50"."""
    amount = round(Decimal(minor_units) / 100, 2)
    places = 0 if minor_units % 100 == 0 else 2
    form = _("€%(amount)s") if currency == "eur" else _("$%(amount)s")
    return form % {"amount": formats.number_format(amount, decimal_pos=places, force_grouping=True)}
