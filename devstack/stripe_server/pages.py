"""The pages that people see: Checkout, the portal, an invoice, and the bank's question who they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from typing import Final

from devstack.stripe_server import cards, checkout, html, intents, intervals, invoicing, methods, pdf, portal
from devstack.stripe_server.faults import Fault, refused
from devstack.stripe_server.world import Object, World


@dataclass(frozen=True, slots=True)
class Page:
    """What a browser gets: a document, or where to go."""

    body: bytes = b""
    location: str = ""
    type: str = "text/html; charset=utf-8"
    status: int = HTTPStatus.OK


Form = dict[str, str]


def serve(world: World, path: str, form: Form | None) -> Page:
    """Answer a browser; `form` is what it sent, or None when it only looks. Raises Fault when there is no such page."""
    parts = [part for part in path.split("/") if part]
    page = PAGES.get("/".join(parts[:-1])) if len(parts) > 1 else None
    if page is None and parts[:1] == ["invoice"] and parts[2:] == ["pdf"]:
        found = world.get("invoice", parts[1])
        return Page(pdf.invoice(found), type="application/pdf")
    if page is None:
        raise Fault("There is no such page.", status=HTTPStatus.NOT_FOUND)
    return page(world, parts[-1], form)


# --- Checkout ---


def checkout_page(world: World, id: str, form: Form | None) -> Page:
    session = world.get("checkout.session", id)
    if session["status"] == "complete":
        return Page(location=checkout.returned(session))
    if session["status"] != "open":
        return Page(html.document("This page has expired", "<p>Go back and begin again.</p>"), status=HTTPStatus.GONE)
    error = ""
    if form is not None:
        try:
            if form.get("action") == "code":
                checkout.use_code(world, session, form.get("code", ""))
            elif (
                checkout.complete(world, session, card=_card(session, form), email=form.get("email", "")) == "complete"
            ):
                return Page(location=checkout.returned(world.get("checkout.session", id)))
            else:
                return Page(location=f"/challenge/{id}")
        except Fault as fault:
            error, session = fault.message, world.get("checkout.session", id)
    return Page(html.document("Subscribe" if session["mode"] == "subscription" else "Pay", _checkout(session), error))


def _checkout(session: Object) -> str:
    currency = session["currency"] or "eur"
    rows = [(f"{one['quantity']} × {one['description']}", _each(one)) for one in session["_line_items"]["data"]]
    if session["_discount"]:
        rows.append(("Discount", f"-{pdf.money(session['total_details']['amount_discount'], currency)}"))
    trial = session["_given"]["subscription_data"].get("trial_period_days")
    if trial:
        rows.append((f"{trial} days free", ""))
    if session["amount_total"] is not None:
        rows.append(("To pay today", pdf.money(session["amount_total"], currency)))
    code = (
        '<form method="post"><input type="hidden" name="action" value="code">'
        '<label for="code">Promotion code</label><div class="row"><div style="flex:1"><input id="code" name="code"></div>'
        '<button class="plain">Apply</button></div></form>'
        if session["allow_promotion_codes"] and not session["_discount"]
        else ""
    )
    email = (
        ""
        if session["customer"]
        else '<label for="email">Email</label><input id="email" name="email" type="email" required'
        f' value="{escape(session["customer_email"] or "")}">'
    )
    words = {"subscription": "Start trial" if trial else "Subscribe", "payment": "Pay", "setup": "Save card"}
    cancel = f'<p><a href="{escape(session["cancel_url"])}">Back</a></p>' if session["cancel_url"] else ""
    fields = html.card_fields() if checkout.needs_card(session) else '<p class="quiet">No card is needed today.</p>'
    return (
        f'{html.table(rows)}{code}<form class="pay" method="post">{email}{fields}'
        f"<button>{words[session['mode']]}</button></form>{cancel}"
    )


def _each(item: Object) -> str:
    price = item["price"]
    amount = pdf.money(price["unit_amount"], price["currency"])
    return f"{amount} / {price['recurring']['interval']}" if price["recurring"] else amount


def _card(session: Object, form: Form) -> str | None:
    return _numbered(form) if checkout.needs_card(session) else None


def _numbered(form: Form) -> str:
    name = cards.numbered(form.get("number", ""))
    if name is None:
        raise refused("Your card number is incorrect. This simulator takes Stripe's test cards.")
    return name


# --- The bank's question ---


def challenge_page(world: World, id: str, form: Form | None) -> Page:
    if form is not None:
        passed = form.get("answer") == "pass"
        if id.startswith("cs_"):
            return _after_checkout_challenge(world, id, passed=passed)
        intent = intents.answer_challenge(world, id, passed=passed)
        action = intent.get("_return_url") or intent.get("_page") or "/"
        return Page(location=action)
    body = (
        "<p>Your bank asks whether it is you who pays.</p>"
        '<form method="post" class="row"><button name="answer" value="pass">Complete</button>'
        '<button class="plain" name="answer" value="fail">Fail</button></form>'
    )
    return Page(html.document("3-D Secure", body))


def _after_checkout_challenge(world: World, id: str, *, passed: bool) -> Page:
    session = world.get("checkout.session", id)
    asked = session.get("_challenge")
    if not asked:
        return Page(location=f"/c/pay/{id}")
    error = "We are unable to authenticate your payment method. Please choose a different payment method and try again."
    if passed:
        try:
            checkout.complete(world, session, card=asked["card"], email=asked["email"], proved=True)
            return Page(location=checkout.returned(world.get("checkout.session", id)))
        except Fault as fault:
            error, session = fault.message, world.get("checkout.session", id)
    session["_challenge"] = None
    return Page(html.document("Subscribe", _checkout(session), error).replace(
        b'method="post"', f'method="post" action="/c/pay/{id}"'.encode()
    ))  # fmt: skip


# --- An invoice ---


def invoice_page(world: World, id: str, form: Form | None) -> Page:
    found = world.get("invoice", id)
    error = ""
    if form is not None and found["status"] == "open":
        try:
            method = methods.make(world, _numbered(form))
            methods.keep(world, method, found["customer"])
            intent = invoicing.pay(world, found, method["id"], off_session=False)
            if intent and intent["status"] == "requires_action":
                intent["_page"] = f"/invoice/{id}"
                return Page(location=f"/challenge/{intent['id']}")
            if intent and intent["status"] != "succeeded":
                error = intent["last_payment_error"]["message"]
        except Fault as fault:
            error = fault.message
    rows = [(one["description"] or "", pdf.money(one["amount"], found["currency"])) for one in found["lines"]["data"]]
    rows.append(("Due", pdf.money(found["amount_remaining"], found["currency"])))
    pay = f'<form class="pay" method="post">{html.card_fields()}<button>Pay</button></form>'
    body = html.table(rows) + f'<p><a href="/invoice/{id}/pdf">PDF</a></p>'
    body += pay if found["status"] == "open" else f"<p>This invoice is {escape(found['status'])}.</p>"
    return Page(html.document(f"Invoice {found['number'] or ''}", body, error))


# --- The portal ---


def portal_page(world: World, secret: str, form: Form | None) -> Page:
    session = portal.opened(world, secret)
    error = ""
    if form is not None:
        try:
            if form.get("action") == "card":
                form = form | {"card": _numbered(form)}
            portal.do(world, session, form.get("action", ""), form)
            return Page(location=portal.goes_on_to(session) or f"/p/session/{secret}")
        except Fault as fault:
            error = fault.message
    return Page(html.document("Your subscription", _portal(world, session), error))


def _portal(world: World, session: Object) -> str:
    features = portal.features_of(world, session)
    # A session for one thing shows nothing else.
    only_card = bool(session["flow"]) and session["flow"]["type"] == "payment_method_update"
    parts = (
        [] if only_card else [_subscription(world, one, features) for one in portal.subscriptions_of(world, session)]
    )
    if not parts and not only_card:
        parts.append("<p>You have no subscription.</p>")
    if features["payment_method_update"]["enabled"]:
        id = methods.default_of(world, session["customer"])
        card = world.objects["payment_method"].get(id or "")
        shown = f"<p>{escape(card['card']['brand'])} ···· {card['card']['last4']}</p>" if card else ""
        parts.append(
            f'<h2>Payment method</h2>{shown}<form class="pay" method="post"><input type="hidden" name="action"'
            f' value="card">{html.card_fields()}<button class="plain">Save card</button></form>'
        )
    if features["invoice_history"]["enabled"] and not only_card:
        found = [one for one in world.all("invoice", customer=session["customer"]) if one["status"] != "draft"][::-1]
        rows = "".join(
            f'<tr><td><a href="/invoice/{one["id"]}">{intervals.day(one["created"])}</a> {escape(one["status"])}</td>'
            f"<td>{pdf.money(one['total'], one['currency'])}</td></tr>"
            for one in found
        )
        parts.append(f"<h2>Invoices</h2><table>{rows}</table>")
    if session["return_url"]:
        parts.append(f'<p><a href="{escape(session["return_url"])}">Back</a></p>')
    return "".join(parts)


def _subscription(world: World, one: Object, features: Object) -> str:
    item = one["items"]["data"][0]
    name = world.get("product", item["price"]["product"])["name"]
    end = intervals.day(item["current_period_end"])
    until = f"ends on {end}" if one["cancel_at_period_end"] else f"renews on {end}"
    price = pdf.money(item["price"]["unit_amount"], one["currency"])
    text = f"<p><strong>{escape(name)}</strong>, {price} / {item['price']['recurring']['interval']}<br>"
    text += f'<span class="quiet">{escape(one["status"])}, {until}</span></p>'
    hidden = f'<input type="hidden" name="subscription" value="{one["id"]}">'
    if features["subscription_update"]["enabled"]:
        choices = "".join(
            f'<option value="{id}">{escape(_choice(world, id))}</option>'
            for id in portal.prices_of(features)
            if id != item["price"]["id"] and id in world.objects["price"]
        )
        text += (
            f'<form method="post">{hidden}<label for="price">Change plan</label><div class="row"><div style="flex:1">'
            f'<select id="price" name="price">{choices}</select></div>'
            '<button class="plain" name="action" value="change">Change</button></div></form>'
        )
    if one["cancel_at_period_end"]:
        return text + f'<form method="post"><p>{hidden}<button name="action" value="resume">Keep it</button></p></form>'
    if features["subscription_cancel"]["enabled"]:
        text += f'<form method="post"><p>{hidden}<button class="plain" name="action" value="cancel">Cancel</button></p></form>'
    return text


def _choice(world: World, id: str) -> str:
    price = world.get("price", id)
    name = world.get("product", price["product"])["name"]
    return f"{name}, {pdf.money(price['unit_amount'], price['currency'])} / {price['recurring']['interval']}"


PAGES: Final[dict[str, Callable[[World, str, Form | None], Page]]] = {
    "c/pay": checkout_page,
    "challenge": challenge_page,
    "invoice": invoice_page,
    "p/session": portal_page,
}
