"""What the simulator's pages are made of: plain forms that work without a script."""

from __future__ import annotations

from html import escape
from typing import Final

from devstack.stripe_server import cards

STYLE: Final = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; background: Canvas; color: CanvasText; }
main { max-width: 30rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.5rem; line-height: 1.2; margin: 0 0 1rem; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
.test { background: #ffe8b3; color: #4a3200; padding: .5rem 1.25rem; font-size: .875rem; text-align: center; }
label { display: block; margin: .75rem 0 .25rem; font-weight: 600; }
input, select { font: inherit; width: 100%; box-sizing: border-box; padding: .6rem .7rem; }
input, select, button { border: 1px solid #8886; border-radius: .5rem; }
button { font: inherit; font-weight: 600; padding: .65rem 1rem; background: #4f46c8; color: #fff; cursor: pointer; }
button.plain { background: none; color: inherit; }
form.pay button { width: 100%; margin-top: 1.25rem; }
table { width: 100%; border-collapse: collapse; } td { padding: .4rem 0; border-bottom: 1px solid #8883; }
td:last-child { text-align: right; }
.error { background: #b3261e; color: #fff; padding: .6rem .8rem; border-radius: .5rem; margin: 0 0 1rem; }
.row { display: flex; gap: .75rem; flex-wrap: wrap; align-items: center; } .row > label { flex: 1; }
small, .quiet { color: GrayText; } a { color: inherit; }
"""

SUGGESTED: Final = (
    ("visa", "pays"),
    ("chargeDeclined", "declined"),
    ("chargeDeclinedInsufficientFunds", "insufficient funds"),
    ("chargeDeclinedExpiredCard", "expired"),
    ("threeDSecure2Required", "3-D Secure"),
    ("authenticationRequiredOnSetup", "3-D Secure once"),
    ("chargeCustomerFail", "can be saved, fails later"),
)


def document(title: str, body: str, error: str = "") -> bytes:
    """Return a page; `body` is markup, the rest is text."""
    told = f'<p class="error" role="alert">{escape(error)}</p>' if error else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>"
        '<p class="test" style="margin:0">Stripe simulator: no money moves here.</p>'
        f"<main><h1>{escape(title)}</h1>{told}{body}</main></body></html>"
    ).encode()


def card_fields() -> str:
    """Return the fields for a card, with the test cards to choose from."""
    options = "".join(f'<option value="{cards.CARDS[name].number}">{escape(text)}</option>' for name, text in SUGGESTED)
    return (
        '<label for="number">Card number</label>'
        '<input id="number" name="number" inputmode="numeric" autocomplete="cc-number" list="cards" required'
        ' value="4242 4242 4242 4242">'
        f'<datalist id="cards">{options}</datalist>'
        '<div class="row"><div><label for="expiry">Expiry</label><input id="expiry" name="expiry" value="12 / 34"></div>'
        '<div><label for="cvc">CVC</label><input id="cvc" name="cvc" inputmode="numeric" value="123"></div></div>'
    )


def table(rows: list[tuple[str, str]]) -> str:
    """Return rows of a text and what it comes to."""
    return (
        f"<table>{''.join(f'<tr><td>{escape(left)}</td><td>{escape(right)}</td></tr>' for left, right in rows)}</table>"
    )
