"""What happens to accounts."""

from __future__ import annotations

from typing import Final

from analytics.event_types.declaration import Data, EventType, Older
from analytics.event_types.kinds import ID, listing, text

ROLES: Final = ("creator", "fan", "operator")
LOCALE: Final = text(most=16)
LISTENER: Final = "analytics.account_events"


def _without_method(data: Data) -> Data:
    return {**data, "method": "unknown"}


TYPES: Final = (
    EventType(
        "account.signed_up",
        "An account was made. Version 1 did not say how.",
        by="analytics.signups",
        fields={"role": text(*ROLES), "locale": LOCALE, "method": text("form", "link", "google", "github", "unknown")},
        older=(Older({"role": text(*ROLES), "locale": LOCALE}, _without_method),),
    ),
    EventType(
        "account.logged_in",
        "Somebody came in: on a page, or by an API client (`api`).",
        by=LISTENER,
        fields={"method": text("password", "link", "google", "github", "passkey", "sign_up", "api", "other")},
    ),
    EventType("account.confirmed", "An address of the account was shown to be theirs.", by=LISTENER, fields={}),
    EventType("account.leaving", "The erasure of the account was asked for.", by=LISTENER, fields={}),
    EventType("account.stayed", "A wish to be erased was taken back in time.", by=LISTENER, fields={}),
    EventType("api_key.created", "A key for the API was made.", by=LISTENER, fields={"key": ID, "scopes": listing()}),
    EventType("api_key.revoked", "A key for the API was ended by its owner.", by=LISTENER, fields={"key": ID}),
)
