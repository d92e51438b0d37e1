"""Which column of a statement holds what: guessed from their names, and chosen by the creator."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

FIELDS: Final[Mapping[str, _StrPromise]] = {
    "when": _("When"),
    "gross": _("Paid, before fees"),
    "fee": _("Fee"),
    "net": _("Net, after fees"),
    "payer": _("Who paid"),
    "source": _("For what"),
    "currency": _("Currency"),
    "reference": _("Reference"),
    "note": _("Note"),
}

# Words that platforms, banks and people call their columns by; the first column that has one is taken.
CALLED: Final = {
    "when": ("date", "created", "when", "time", "paid at", "jour"),
    "gross": ("gross", "amount", "brut", "montant", "total", "price"),
    "fee": ("fee", "commission", "frais"),
    "net": ("net", "payout", "earnings"),
    "payer": ("username", "user", "fan", "customer", "patron", "payer", "from", "client", "email", "name"),
    "source": ("type", "category", "kind", "source", "description"),
    "currency": ("currency", "devise"),
    "reference": ("transaction", "reference", "id", "invoice"),
    "note": ("note", "memo", "comment"),
}


def guessed(columns: Sequence[str]) -> dict[str, Any]:
    """Return a mapping from what columns are called; a column is taken for one thing only."""
    left = {name: set(re.findall(r"[a-zà-ÿ]+", name.lower())) for name in columns if name}
    found: dict[str, Any] = {}
    for field, words in CALLED.items():
        for word in words:
            parts = set(word.split())
            if column := next((name for name, said in left.items() if parts <= said), None):
                found[field] = column
                del left[column]
                break
    return found


def is_enough(mapping: Mapping[str, Any]) -> bool:
    """Whether rows can be read: it is known when, how much, where and in which currency."""
    has_amount = bool(mapping.get("gross") or mapping.get("net"))
    has_currency = bool(mapping.get("currency") or mapping.get("for_all_currency"))
    return bool(mapping.get("when") and has_amount and has_currency and mapping.get("for_all_platform"))
