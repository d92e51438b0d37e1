"""Cut Stripe's published OpenAPI document down to what the simulator serves, into devstack/stripe_server/schema.

    python tools/stripe_schema.py openapi.spec3.json

The document is Stripe's (MIT licence), at the version that the pinned client speaks. What is kept is kept as it stands
there: the operations of `OPERATIONS` with their parameters and answers, and the schemas of what they answer with. What
goes is prose, the schemas of objects that are not served (as expansions; their ids stay), and kinds of payment that
Huntaze does not take.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

OUT: Final = Path(__file__).resolve().parent.parent / "devstack" / "stripe_server" / "schema" / "stripe.json"

CRUD: Final = ("GET", "POST")
OPERATIONS: Final[dict[str, tuple[str, ...]]] = {
    "/v1/account": ("GET",),
    "/v1/accounts/{account}": ("GET",),
    "/v1/billing_portal/configurations": CRUD,
    "/v1/billing_portal/configurations/{configuration}": CRUD,
    "/v1/billing_portal/sessions": ("POST",),
    "/v1/charges": ("GET",),
    "/v1/charges/{charge}": ("GET",),
    "/v1/checkout/sessions": CRUD,
    "/v1/checkout/sessions/{session}": ("GET",),
    "/v1/checkout/sessions/{session}/expire": ("POST",),
    "/v1/checkout/sessions/{session}/line_items": ("GET",),
    "/v1/coupons": CRUD,
    "/v1/coupons/{coupon}": (*CRUD, "DELETE"),
    "/v1/customers": CRUD,
    "/v1/customers/search": ("GET",),
    "/v1/customers/{customer}": (*CRUD, "DELETE"),
    "/v1/customers/{customer}/payment_methods": ("GET",),
    "/v1/disputes": ("GET",),
    "/v1/disputes/{dispute}": CRUD,
    "/v1/disputes/{dispute}/close": ("POST",),
    "/v1/events": ("GET",),
    "/v1/events/{id}": ("GET",),
    "/v1/invoiceitems": CRUD,
    "/v1/invoiceitems/{invoiceitem}": ("GET", "DELETE"),
    "/v1/invoice_payments": ("GET",),
    "/v1/invoice_payments/{invoice_payment}": ("GET",),
    "/v1/invoices": CRUD,
    "/v1/invoices/create_preview": ("POST",),
    "/v1/invoices/search": ("GET",),
    "/v1/invoices/{invoice}": CRUD,
    "/v1/invoices/{invoice}/finalize": ("POST",),
    "/v1/invoices/{invoice}/lines": ("GET",),
    "/v1/invoices/{invoice}/mark_uncollectible": ("POST",),
    "/v1/invoices/{invoice}/pay": ("POST",),
    "/v1/invoices/{invoice}/void": ("POST",),
    "/v1/payment_intents": CRUD,
    "/v1/payment_intents/{intent}": CRUD,
    "/v1/payment_intents/{intent}/cancel": ("POST",),
    "/v1/payment_intents/{intent}/confirm": ("POST",),
    "/v1/payment_methods": CRUD,
    "/v1/payment_methods/{payment_method}": CRUD,
    "/v1/payment_methods/{payment_method}/attach": ("POST",),
    "/v1/payment_methods/{payment_method}/detach": ("POST",),
    "/v1/prices": CRUD,
    "/v1/prices/search": ("GET",),
    "/v1/prices/{price}": CRUD,
    "/v1/products": CRUD,
    "/v1/products/search": ("GET",),
    "/v1/products/{id}": (*CRUD, "DELETE"),
    "/v1/products/{product}/features": ("GET",),
    "/v1/promotion_codes": CRUD,
    "/v1/promotion_codes/{promotion_code}": CRUD,
    "/v1/refunds": CRUD,
    "/v1/refunds/{refund}": CRUD,
    "/v1/setup_intents": CRUD,
    "/v1/setup_intents/{intent}": CRUD,
    "/v1/setup_intents/{intent}/cancel": ("POST",),
    "/v1/setup_intents/{intent}/confirm": ("POST",),
    "/v1/subscription_items": ("GET",),
    "/v1/subscription_items/{item}": ("GET",),
    "/v1/subscription_schedules": CRUD,
    "/v1/subscription_schedules/{schedule}": CRUD,
    "/v1/subscription_schedules/{schedule}/cancel": ("POST",),
    "/v1/subscription_schedules/{schedule}/release": ("POST",),
    "/v1/subscriptions": CRUD,
    "/v1/subscriptions/search": ("GET",),
    "/v1/subscriptions/{subscription_exposed_id}": (*CRUD, "DELETE"),
    "/v1/subscriptions/{subscription}/resume": ("POST",),
    "/v1/test_helpers/test_clocks": CRUD,
    "/v1/test_helpers/test_clocks/{test_clock}": ("GET", "DELETE"),
    "/v1/test_helpers/test_clocks/{test_clock}/advance": ("POST",),
    "/v1/webhook_endpoints": CRUD,
    "/v1/webhook_endpoints/{webhook_endpoint}": (*CRUD, "DELETE"),
}
SERVED: Final = frozenset({
    "account", "billing_portal.configuration", "billing_portal.session", "charge", "checkout.session", "coupon",
    "customer", "deleted_customer", "deleted_product", "discount", "dispute", "event", "invoice", "invoice_payment",
    "invoiceitem", "item", "line_item", "payment_intent", "payment_method", "price", "product", "promotion_code",
    "refund", "setup_intent", "subscription", "subscription_item", "subscription_schedule", "test_helpers.test_clock",
    "webhook_endpoint",
})  # fmt: skip
"""Objects that an id may be expanded to."""

KEPT: Final = frozenset({
    "$ref", "additionalProperties", "anyOf", "enum", "format", "items", "nullable", "properties", "required", "type",
    "x-expandableFields",
})  # fmt: skip
PAID_BY: Final = frozenset({"card", "link"})
"""The kinds of payment that are kept."""


class Cutter:
    """Goes through a document, keeps what is asked for and notes what that refers to."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.schemas: dict[str, Any] = {}
        kinds = document["components"]["schemas"]["payment_method"]["properties"]["type"]["enum"]
        self.left_out = frozenset(kinds) - PAID_BY

    def schema(self, found: dict[str, Any]) -> dict[str, Any]:
        """Return a schema without what nobody needs, and see to what it refers to."""
        kept = {name: value for name, value in found.items() if name in KEPT}
        if "$ref" in kept:
            self.need(kept["$ref"].rpartition("/")[2])
        if isinstance(kept.get("properties"), dict):
            kept["properties"] = {
                name: self.schema(value) for name, value in kept["properties"].items() if name not in self.left_out
            }
        for name in ("items", "additionalProperties"):
            if isinstance(kept.get(name), dict):
                kept[name] = self.schema(kept[name])
        if "anyOf" in kept:
            kept["anyOf"] = [self.schema(one) for one in self.alternatives(kept["anyOf"])]
        return kept

    def alternatives(self, found: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Yield the alternatives; of an id that can be expanded, the object only where it is served."""
        can_be_id = any(one.get("type") == "string" for one in found)
        for one in found:
            name = one.get("$ref", "").rpartition("/")[2]
            if not (can_be_id and name and name not in SERVED):
                yield one

    def need(self, name: str) -> None:
        if name not in self.schemas:
            self.schemas[name] = {}
            self.schemas[name].update(self.schema(self.document["components"]["schemas"][name]))

    def operation(self, found: dict[str, Any]) -> dict[str, Any]:
        """Return what an operation takes, and what it answers with."""
        query = {
            parameter["name"]: {"required": parameter["required"], "schema": self.schema(parameter["schema"])}
            for parameter in found.get("parameters", ())
            if parameter["in"] == "query"
        }
        body = found["requestBody"]["content"].get("application/x-www-form-urlencoded", {}).get("schema", {})
        answer = found["responses"]["200"]["content"]["application/json"]["schema"]
        return {"query": query, "body": self.schema(body), "answer": self.schema(answer)}


def lines(found: dict[str, Any]) -> str:
    """Return the members of an object, each on a line of its own, so that a new version can be read as a difference."""
    return ",\n".join(
        f"{json.dumps(name)}: {json.dumps(found[name], sort_keys=True, separators=(',', ':'))}"
        for name in sorted(found)
    )


def main(words: list[str]) -> int:
    """Write the part. The one word is the path of Stripe's document."""
    document = json.loads(Path(words[0]).read_text(encoding="utf-8"))
    cutter = Cutter(document)
    for name in sorted(SERVED):
        cutter.need(name)
    operations = {
        path: {method: cutter.operation(document["paths"][path][method.lower()]) for method in methods}
        for path, methods in OPERATIONS.items()
    }
    head = {
        "source": "openapi.spec3.json of github.com/stripe/openapi, cut down by tools/stripe_schema.py",
        "licence": "MIT, Copyright (c) 2011- Stripe, Inc.; see LICENSE in this folder",
        "version": document["info"]["version"],
    }
    parts = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
    parts.append(f'"operations": {{\n{lines(operations)}\n}}')
    parts.append(f'"schemas": {{\n{lines(cutter.schemas)}\n}}')
    text = "{\n" + ",\n".join(parts) + "\n}"
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(text + "\n", encoding="utf-8")
    print(f"{OUT.name}: {len(operations)} addresses, {len(cutter.schemas)} schemas, {OUT.stat().st_size // 1000} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
