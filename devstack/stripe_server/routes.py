"""Which operation answers which request."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any, Final

from devstack.stripe_server import (
    catalogue,
    changing,
    checkout,
    customers,
    endpoints,
    intents,
    invoice_operations,
    methods,
    money_back,
    portal,
    scheduling,
    schema,
    subscribing,
)
from devstack.stripe_server.faults import Fault
from devstack.stripe_server.listing import getter, lister, searcher
from devstack.stripe_server.world import ACCOUNT, Object, World

Operation = Callable[..., Object]


def account(world: World, parameters: Any, id: str = ACCOUNT) -> Object:
    return {
        "id": ACCOUNT,
        "object": "account",
        "business_profile": None,
        "business_type": "company",
        "charges_enabled": True,
        "country": "FR",
        "created": 1_700_000_000,
        "default_currency": "eur",
        "details_submitted": True,
        "email": "billing@huntaze.example",
        "metadata": {},
        "payouts_enabled": True,
        "settings": {
            "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
            "card_payments": {"statement_descriptor_prefix": None, "statement_descriptor_prefix_kana": None,
                              "statement_descriptor_prefix_kanji": None},
            "dashboard": {"display_name": "Huntaze", "timezone": "Etc/UTC"},
            "payments": {"statement_descriptor": "HUNTAZE", "statement_descriptor_kana": None,
                         "statement_descriptor_kanji": None},
        },
        "type": "standard",
    }  # fmt: skip


def _of(name: str) -> Callable[[Object, Any], bool]:
    """Return a filter by what the parent of an invoice says."""
    return lambda one, value: ((one["parent"] or {}).get("subscription_details") or {}).get(name) == value


def _status(one: Object, value: str) -> bool:
    ended = one["status"] in {"canceled", "incomplete_expired"}
    return value == "all" or (value == "ended" and ended) or one["status"] == value


def _is_not_canceled(one: Object, value: None) -> bool:
    return bool(one["status"] != "canceled")


def subscriptions(world: World, parameters: dict[str, Any]) -> Object:
    """List subscriptions: without a status, those that are not canceled."""
    by_default = _status if "status" in parameters else _is_not_canceled
    listed = lister(
        "subscription",
        "/v1/subscriptions",
        status=by_default,
        price=lambda one, value: any(item["price"]["id"] == value for item in one["items"]["data"]),
    )
    return listed(world, {"status": None, **parameters})


def _inside(name: str) -> Callable[[Object, Any], bool]:
    return lambda one, value: all((one[name] or {}).get(key) == wanted for key, wanted in value.items())


_EVENTS: Final = lister(
    "event",
    "/v1/events",
    types=lambda one, value: one["type"] in value,
    type=lambda one, value: re.fullmatch(re.escape(value).replace(r"\*", ".*"), one["type"]) is not None,
    delivery_success=lambda one, value: (one["pending_webhooks"] == 0) == value,
)
_KEYS: Final = {"lookup_keys": lambda one, value: one["lookup_key"] in value, "recurring": _inside("recurring")}

TABLE: Final[tuple[tuple[str, str, Operation], ...]] = (
    ("GET", "/v1/account", account),
    ("GET", "/v1/accounts/{account}", account),
    ("POST", "/v1/billing_portal/configurations", portal.configure),
    ("GET", "/v1/billing_portal/configurations",
     lister("billing_portal.configuration", "/v1/billing_portal/configurations")),
    ("GET", "/v1/billing_portal/configurations/{configuration}", getter("billing_portal.configuration")),
    ("POST", "/v1/billing_portal/configurations/{configuration}", portal.reconfigure),
    ("POST", "/v1/billing_portal/sessions", portal.create),
    ("GET", "/v1/charges", lister("charge", "/v1/charges")),
    ("GET", "/v1/charges/{charge}", getter("charge")),
    ("POST", "/v1/checkout/sessions", checkout.create),
    ("GET", "/v1/checkout/sessions", lister("checkout.session", "/v1/checkout/sessions")),
    ("GET", "/v1/checkout/sessions/{session}", getter("checkout.session")),
    ("POST", "/v1/checkout/sessions/{session}/expire", checkout.expire),
    ("GET", "/v1/checkout/sessions/{session}/line_items", checkout.line_items),
    ("POST", "/v1/coupons", catalogue.create_coupon),
    ("GET", "/v1/coupons", lister("coupon", "/v1/coupons")),
    ("GET", "/v1/coupons/{coupon}", getter("coupon")),
    ("POST", "/v1/coupons/{coupon}", catalogue.update_coupon),
    ("DELETE", "/v1/coupons/{coupon}", catalogue.delete_coupon),
    ("POST", "/v1/customers", customers.create),
    ("GET", "/v1/customers", lister("customer", "/v1/customers")),
    ("GET", "/v1/customers/search", searcher("customer", "/v1/customers/search")),
    ("GET", "/v1/customers/{customer}", customers.retrieve),
    ("POST", "/v1/customers/{customer}", customers.update),
    ("DELETE", "/v1/customers/{customer}", customers.delete),
    ("GET", "/v1/customers/{customer}/payment_methods", methods.of_customer),
    ("GET", "/v1/disputes", lister("dispute", "/v1/disputes")),
    ("GET", "/v1/disputes/{dispute}", getter("dispute")),
    ("POST", "/v1/disputes/{dispute}", money_back.update_dispute),
    ("POST", "/v1/disputes/{dispute}/close", money_back.close_dispute),
    ("GET", "/v1/events", _EVENTS),
    ("GET", "/v1/events/{id}", getter("event")),
    ("POST", "/v1/invoiceitems", invoice_operations.create_item),
    ("GET", "/v1/invoiceitems",
     lister("invoiceitem", "/v1/invoiceitems", pending=lambda one, value: (one["invoice"] is None) == value)),
    ("GET", "/v1/invoiceitems/{invoiceitem}", getter("invoiceitem")),
    ("DELETE", "/v1/invoiceitems/{invoiceitem}", invoice_operations.delete_item),
    ("GET", "/v1/invoice_payments", lister("invoice_payment", "/v1/invoice_payments", payment=_inside("payment"))),
    ("GET", "/v1/invoice_payments/{invoice_payment}", getter("invoice_payment")),
    ("POST", "/v1/invoices", invoice_operations.create),
    ("GET", "/v1/invoices", lister("invoice", "/v1/invoices", subscription=_of("subscription"))),
    ("POST", "/v1/invoices/create_preview", changing.preview),
    ("GET", "/v1/invoices/search", searcher("invoice", "/v1/invoices/search")),
    ("GET", "/v1/invoices/{invoice}", getter("invoice")),
    ("POST", "/v1/invoices/{invoice}", invoice_operations.update),
    ("POST", "/v1/invoices/{invoice}/finalize", invoice_operations.finalize),
    ("GET", "/v1/invoices/{invoice}/lines", invoice_operations.lines_of),
    ("POST", "/v1/invoices/{invoice}/mark_uncollectible", invoice_operations.write_off),
    ("POST", "/v1/invoices/{invoice}/pay", invoice_operations.pay),
    ("POST", "/v1/invoices/{invoice}/void", invoice_operations.void),
    ("POST", "/v1/payment_intents", intents.create_payment),
    ("GET", "/v1/payment_intents", lister("payment_intent", "/v1/payment_intents")),
    ("GET", "/v1/payment_intents/{intent}", getter("payment_intent")),
    ("POST", "/v1/payment_intents/{intent}", intents.update_payment),
    ("POST", "/v1/payment_intents/{intent}/cancel", intents.cancel_payment),
    ("POST", "/v1/payment_intents/{intent}/confirm", intents.confirm_payment),
    ("POST", "/v1/payment_methods", methods.create),
    ("GET", "/v1/payment_methods", lister("payment_method", "/v1/payment_methods")),
    ("GET", "/v1/payment_methods/{payment_method}", getter("payment_method")),
    ("POST", "/v1/payment_methods/{payment_method}", methods.update),
    ("POST", "/v1/payment_methods/{payment_method}/attach", methods.attach),
    ("POST", "/v1/payment_methods/{payment_method}/detach", methods.detach),
    ("POST", "/v1/prices", catalogue.create_price),
    ("GET", "/v1/prices", lister("price", "/v1/prices", **_KEYS)),
    ("GET", "/v1/prices/search", searcher("price", "/v1/prices/search")),
    ("GET", "/v1/prices/{price}", getter("price")),
    ("POST", "/v1/prices/{price}", catalogue.update_price),
    ("POST", "/v1/products", catalogue.create_product),
    ("GET", "/v1/products",
     lister("product", "/v1/products", ids=lambda one, value: one["id"] in value)),
    ("GET", "/v1/products/search", searcher("product", "/v1/products/search")),
    ("GET", "/v1/products/{id}", getter("product")),
    ("POST", "/v1/products/{id}", catalogue.update_product),
    ("DELETE", "/v1/products/{id}", catalogue.delete_product),
    ("GET", "/v1/products/{product}/features", catalogue.features),
    ("POST", "/v1/promotion_codes", catalogue.create_promotion_code),
    ("GET", "/v1/promotion_codes",
     lister("promotion_code", "/v1/promotion_codes",
            coupon=lambda one, value: one["promotion"]["coupon"] == value)),
    ("GET", "/v1/promotion_codes/{promotion_code}", getter("promotion_code")),
    ("POST", "/v1/promotion_codes/{promotion_code}", catalogue.update_promotion_code),
    ("POST", "/v1/refunds", money_back.refund),
    ("GET", "/v1/refunds", lister("refund", "/v1/refunds")),
    ("GET", "/v1/refunds/{refund}", getter("refund")),
    ("POST", "/v1/refunds/{refund}", money_back.update_refund),
    ("POST", "/v1/setup_intents", intents.create_setup),
    ("GET", "/v1/setup_intents", lister("setup_intent", "/v1/setup_intents")),
    ("GET", "/v1/setup_intents/{intent}", getter("setup_intent")),
    ("POST", "/v1/setup_intents/{intent}", intents.update_setup),
    ("POST", "/v1/setup_intents/{intent}/cancel", intents.cancel_setup),
    ("POST", "/v1/setup_intents/{intent}/confirm", intents.confirm_setup),
    ("GET", "/v1/subscription_items", lister("subscription_item", "/v1/subscription_items")),
    ("GET", "/v1/subscription_items/{item}", getter("subscription_item")),
    ("POST", "/v1/subscription_schedules", scheduling.create),
    ("GET", "/v1/subscription_schedules", lister("subscription_schedule", "/v1/subscription_schedules")),
    ("GET", "/v1/subscription_schedules/{schedule}", getter("subscription_schedule")),
    ("POST", "/v1/subscription_schedules/{schedule}", scheduling.update),
    ("POST", "/v1/subscription_schedules/{schedule}/cancel", scheduling.cancel),
    ("POST", "/v1/subscription_schedules/{schedule}/release", scheduling.release),
    ("POST", "/v1/subscriptions", subscribing.create),
    ("GET", "/v1/subscriptions", subscriptions),
    ("GET", "/v1/subscriptions/search", searcher("subscription", "/v1/subscriptions/search")),
    ("GET", "/v1/subscriptions/{subscription_exposed_id}", getter("subscription")),
    ("POST", "/v1/subscriptions/{subscription_exposed_id}", changing.update),
    ("DELETE", "/v1/subscriptions/{subscription_exposed_id}", subscribing.cancel),
    ("POST", "/v1/subscriptions/{subscription}/resume", subscribing.resume),
    ("POST", "/v1/test_helpers/test_clocks", endpoints.create_clock),
    ("GET", "/v1/test_helpers/test_clocks", lister("test_helpers.test_clock", "/v1/test_helpers/test_clocks")),
    ("GET", "/v1/test_helpers/test_clocks/{test_clock}", getter("test_helpers.test_clock")),
    ("DELETE", "/v1/test_helpers/test_clocks/{test_clock}", endpoints.delete_clock),
    ("POST", "/v1/test_helpers/test_clocks/{test_clock}/advance", endpoints.advance_clock),
    ("POST", "/v1/webhook_endpoints", endpoints.create),
    ("GET", "/v1/webhook_endpoints", lister("webhook_endpoint", "/v1/webhook_endpoints")),
    ("GET", "/v1/webhook_endpoints/{webhook_endpoint}", getter("webhook_endpoint")),
    ("POST", "/v1/webhook_endpoints/{webhook_endpoint}", endpoints.update),
    ("DELETE", "/v1/webhook_endpoints/{webhook_endpoint}", endpoints.delete),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Route:
    """An operation, what the published document says of it, and the ids in its address."""

    operation: Operation
    described: dict[str, Any]
    ids: tuple[str, ...]


@cache
def _patterns() -> list[tuple[str, re.Pattern[str], str, Operation]]:
    # Addresses without an id come first: /v1/customers/search is no customer.
    ordered = sorted(TABLE, key=lambda row: row[1].count("{"))
    return [(m, re.compile(re.sub(r"\{\w+\}", r"([^/]+)", path) + r"/?"), path, op) for m, path, op in ordered]


def find(method: str, path: str) -> Route:
    """Return what answers a request. Raises Fault."""
    for known, pattern, template, operation in _patterns():
        match = pattern.fullmatch(path)
        if match and known == method:
            described = schema.document()["operations"][template][method]
            return Route(operation, described, match.groups())
    raise Fault(
        f"Unrecognized request URL ({method}: {path}). This simulator does not know it.", status=HTTPStatus.NOT_FOUND
    )
