"""An event as a row of a list: what happened, what it came to, and the way on to what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import currencies
from accounts.models import User
from analytics import events, naming
from analytics.models import Event
from analytics.naming import Name
from analytics.pages import words
from analytics.pages.breakdowns import SOURCES, platform

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

EVENTS: Final[dict[str, _StrPromise]] = {
    "page.viewed": gettext_lazy("Page viewed"),
    "link.clicked": gettext_lazy("Link clicked"),
    "fan.followed": gettext_lazy("New follower"),
    "fan.unfollowed": gettext_lazy("Stopped following"),
    "fan.lapsed": gettext_lazy("Paid subscription ended"),
    "earning.recorded": gettext_lazy("Earning"),
    "earning.refunded": gettext_lazy("Refund"),
    "earning.removed": gettext_lazy("Earning taken back"),
    "message.received": gettext_lazy("Message from a fan"),
    "message.sent": gettext_lazy("Message to a fan"),
    "publication.published": gettext_lazy("Post published"),
    "publication.unmarked": gettext_lazy("Marked as not published"),
    "ai.completion": gettext_lazy("A model was asked"),
    "ai.repriced": gettext_lazy("Price corrected"),
    "draft.used": gettext_lazy("Draft used"),
    "draft.edited": gettext_lazy("Draft edited"),
    "proposal.decided": gettext_lazy("Proposal decided"),
    "invoice.paid": gettext_lazy("Invoice paid"),
}
# What a row says of itself besides, in this order; a field that is not there is not said.
TOLD: Final = (
    "source",
    "platform",
    "channel",
    "how",
    "origin",
    "page",
    "referrer_host",
    "host",
    "device",
    "model",
    "outcome",
)
BACKWARDS: Final = frozenset({"earning.refunded", "earning.removed"})


@dataclass(frozen=True, slots=True)
class Row:
    """What happened, as a list shows it. `amount` is written with its currency; "" where none is told."""

    at: datetime
    label: str
    details: str
    amount: str
    post: Name | None
    fan: Name | None
    fields: dict[str, Any]


def rows(user: User, found: Sequence[Event]) -> list[Row]:
    """Return the rows of a page of events. What they are about is looked up once for all of them."""
    told = [(event, events.data_of(event)) for event in found]
    contents = naming.names("content", user, (str(data.get("content_id") or "") for _event, data in told))
    fans = naming.names("fan", user, (str(data.get("fan_id") or "") for _event, data in told))
    return [
        row(event, data, contents.get(data.get("content_id") or ""), fans.get(data.get("fan_id") or ""))
        for event, data in told
    ]


def content_name(user: User, content_id: str) -> Name | None:
    return naming.names("content", user, [content_id]).get(content_id)


def row(event: Event, data: dict[str, Any], post: Name | None, fan: Name | None) -> Row:
    return Row(
        event.created_at,
        str(EVENTS.get(event.event, event.event)),
        " · ".join(said(field, str(data[field])) for field in TOLD if data.get(field)),
        amount(event.event, data),
        post or invoice(data),
        fan,
        data,
    )


def said(field: str, value: str) -> str:
    """Return the value of a field in words, where it has some."""
    match field:
        case "source":
            return str(SOURCES.get(value, value))
        case "platform" | "channel":
            return platform(value)
        case _other:
            return value.replace("_", " ")


def amount(name: str, data: dict[str, Any]) -> str:
    """Return what an event came to: the net amount of an earning, the cost of a call."""
    if isinstance(minor := data.get("net_minor", data.get("amount_minor")), int) and data.get("currency"):
        return currencies.written(-minor if name in BACKWARDS else minor, data["currency"])
    if "cost_micro_usd" in data:
        try:
            return words.dollars(Decimal(data["cost_micro_usd"]))
        except (InvalidOperation, TypeError):
            # The price of the call is not known.
            return _("n/a")
    return ""


def invoice(data: dict[str, Any]) -> Name | None:
    """Return the way to the invoices, for an event that is about one."""
    if "invoice" not in data:
        return None
    try:
        return Name(_("Invoices"), reverse("billing:invoices"))
    except NoReverseMatch:
        return None
