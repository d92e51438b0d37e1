"""Stripe's own description of its API, cut down to what is served here; tools/stripe_schema.py makes the file."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).parent / "schema" / "stripe.json"

# These are there only for who asks to have them expanded.
_ON_REQUEST: Final = {
    "charge": {"refunds"},
    "checkout.session": {"line_items"},
    "coupon": {"currency_options"},
    "customer": {"sources", "subscriptions", "tax_ids"},
    "invoice": {"confirmation_secret", "payments"},
    "price": {"currency_options", "tiers"},
}


@cache
def document() -> dict[str, Any]:
    """Return the description: `version`, `operations` by address and method, and `schemas` by name."""
    described: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return described


def version() -> str:
    """Return the version of the API, which is a date and a name."""
    return str(document()["version"])


def resolve(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema that a reference stands for; any other as it is."""
    if "$ref" in schema:
        found: dict[str, Any] = document()["schemas"][schema["$ref"].rpartition("/")[2]]
        return found
    return schema


def blank(kind: str) -> dict[str, Any]:
    """Return an object of a kind with null in each field that may be null, as Stripe sends what is not set."""
    described = document()["schemas"][kind]
    left_out = _ON_REQUEST.get(kind, set())
    nothing = {name: None for name, field in described["properties"].items() if field.get("nullable")}
    return {"object": kind} | {name: None for name in nothing if name not in left_out}


def expandable(kind: str) -> set[str]:
    """Return the fields of a kind that can be expanded."""
    return set(document()["schemas"].get(kind, {}).get("x-expandableFields", ()))
