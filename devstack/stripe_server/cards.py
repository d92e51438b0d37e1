"""Stripe's test cards: what each is, and what becomes of a payment with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Card:
    """A test card. `decline` is the code that a payment is declined with; `at_once` when already saving it is.

    `challenge` says when the bank asks the holder: "always", or "once" when a payment is not by a card that was set up.
    """

    number: str
    brand: str = "visa"
    decline: str = ""
    at_once: bool = False
    challenge: str = ""
    funding: str = "credit"
    country: str = "US"

    @property
    def last4(self) -> str:
        return self.number[-4:]


CARDS: Final[dict[str, Card]] = {
    "visa": Card("4242424242424242"),
    "visa_debit": Card("4000056655665556", funding="debit"),
    "mastercard": Card("5555555555554444", "mastercard"),
    "mastercard_debit": Card("5200828282828210", "mastercard", funding="debit"),
    "amex": Card("378282246310005", "amex"),
    "fr": Card("4000002500000003", country="FR"),
    "de": Card("4000002760000016", country="DE"),
    "chargeDeclined": Card("4000000000000002", decline="generic_decline", at_once=True),
    "chargeDeclinedInsufficientFunds": Card("4000000000009995", decline="insufficient_funds", at_once=True),
    "chargeDeclinedLostCard": Card("4000000000009987", decline="lost_card", at_once=True),
    "chargeDeclinedStolenCard": Card("4000000000009979", decline="stolen_card", at_once=True),
    "chargeDeclinedExpiredCard": Card("4000000000000069", decline="expired_card", at_once=True),
    "chargeDeclinedIncorrectCvc": Card("4000000000000127", decline="incorrect_cvc", at_once=True),
    "chargeDeclinedProcessingError": Card("4000000000000119", decline="processing_error", at_once=True),
    "chargeCustomerFail": Card("4000000000000341", decline="generic_decline"),
    "authenticationRequired": Card("4000002760003184", challenge="always"),
    "authenticationRequiredOnSetup": Card("4000002500003155", challenge="once"),
    "authenticationRequiredChargeDeclinedInsufficientFunds": Card(
        "4000008260003178", challenge="always", decline="insufficient_funds"
    ),
    "threeDSecure2Required": Card("4000000000003220", challenge="always"),
    "createDispute": Card("4000000000000259"),
}
"""By the names of Stripe's `pm_card_…`."""

MESSAGES: Final = {
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "lost_card": "Your card was declined.",
    "stolen_card": "Your card was declined.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
}

_OWN_CODES: Final = {"expired_card", "incorrect_cvc", "processing_error", "authentication_required"}


def code_of(decline: str) -> str:
    """Return the error code that goes with a decline code."""
    return decline if decline in _OWN_CODES else "card_declined"


def named(token: str) -> str | None:
    """Return the name of the card that a token stands for, such as `pm_card_visa` or `tok_visa`."""
    for prefix in ("pm_card_", "tok_"):
        name = token.removeprefix(prefix)
        if name != token and name in CARDS:
            return name
    return None


def numbered(number: str) -> str | None:
    """Return the name of the card with this number."""
    digits = number.replace(" ", "").replace("-", "")
    return next((name for name, card in CARDS.items() if card.number == digits), None)
