"""Stripe's published description of its answers, as a schema that allows nothing beside it."""

from __future__ import annotations

from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from devstack.stripe_server import routes, schema


def check(method: str, path: str, answer: dict[str, Any]) -> None:
    """Fail unless the answer is what the document says of this request."""
    described = routes.find(method, path).described["answer"]
    _judge(strict(described), answer, f"{method} {path}")


def check_object(found: dict[str, Any]) -> None:
    """Fail unless an object is what the document says of its kind."""
    name = f"deleted_{found['object']}" if found.get("deleted") else found["object"]
    _judge({"$ref": f"#/components/schemas/{name}"}, found, f"{name} {found.get('id')}")


def strict(found: Any) -> Any:
    """Return a JSON Schema: what may be null says so in that language, and unknown fields are faults."""
    if not isinstance(found, dict):
        return [strict(one) for one in found] if isinstance(found, list) else found
    made = {
        name: {key: strict(one) for key, one in value.items()} if name == "properties" else strict(value)
        for name, value in found.items()
        if name not in {"nullable", "x-expandableFields"}
    }
    if made.get("properties") and "additionalProperties" not in made:
        made["additionalProperties"] = False
    return {"anyOf": [made, {"type": "null"}]} if found.get("nullable") else made


def _judge(wanted: dict[str, Any], found: dict[str, Any], what: str) -> None:
    root = {"components": {"schemas": schemas()}, **wanted}
    faults = sorted(Draft202012Validator(root).iter_errors(found), key=lambda error: list(map(str, error.path)))
    told = [f"{'.'.join(map(str, _deepest(one).absolute_path))}: {_deepest(one).message[:300]}" for one in faults]
    assert told == [], f"{what} is not what Stripe's document says"


def _deepest(error: Any) -> Any:
    while error.context:
        error = max(error.context, key=lambda one: len(one.absolute_path))
    return error


@cache
def schemas() -> dict[str, Any]:
    return {name: strict(one) for name, one in schema.document()["schemas"].items()}
