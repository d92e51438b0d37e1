"""Hold what a client sent against what the operation takes, and give each value its type."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from devstack.stripe_server import schema
from devstack.stripe_server.faults import Fault, refused

Parameters = dict[str, Any]


def check(operation: dict[str, Any], method: str, form: dict[str, Any]) -> Parameters:
    """Return the parameters with their types. Raises Fault for what Stripe would refuse: what is unknown, lacking, wrong."""
    if method == "POST":
        described = operation["body"]
    else:
        query = operation["query"]
        described = {
            "properties": {name: one["schema"] for name, one in query.items()}
            | operation["body"].get("properties", {}),
            "required": [name for name, one in query.items() if one["required"]],
        }
    return _object(described, form, "")


def _object(described: dict[str, Any], given: dict[str, Any], path: str) -> Parameters:
    known = described.get("properties", {})
    more = described.get("additionalProperties")
    values = {}
    for name, value in given.items():
        where = f"{path}[{name}]" if path else name
        if name in known:
            values[name] = _value(known[name], value, where)
        elif isinstance(more, dict) and more:
            values[name] = _value(more, value, where)
        else:
            raise Fault(f"Received unknown parameter: {where}", code="parameter_unknown", param=where)
    for name in described.get("required", ()):
        if name not in values:
            where = f"{path}[{name}]" if path else name
            raise Fault(f"Missing required param: {where}.", code="parameter_missing", param=where)
    return values


def _value(described: dict[str, Any], given: Any, where: str) -> Any:
    described = schema.resolve(described)
    if "anyOf" in described:
        return _any_of(described["anyOf"], given, where)
    kind = described.get("type", "object" if "properties" in described else "string")
    if kind == "object":
        if not isinstance(given, dict):
            raise refused(f"Invalid object: {where}", where)
        return _object(described, given, where)
    if kind == "array":
        if not isinstance(given, list):
            raise refused(f"Invalid array: {where}", where)
        return [_value(described["items"], one, f"{where}[{number}]") for number, one in enumerate(given)]
    if not isinstance(given, str):
        raise refused(f"Invalid string: {where}", where)
    return _plain(kind, described, given, where)


def _any_of(alternatives: list[dict[str, Any]], given: Any, where: str) -> Any:
    last: Fault | None = None
    for one in alternatives:
        try:
            return _value(one, given, where)
        except Fault as fault:
            # The innermost complaint says most.
            last = fault if last is None or len(fault.body["error"].get("param", "")) > len(where) else last
    if last is None:
        raise Fault("Nothing fits", kind="api_error", status=HTTPStatus.INTERNAL_SERVER_ERROR)
    raise last


def _plain(kind: str, described: dict[str, Any], given: str, where: str) -> Any:
    if kind == "integer":
        if not given.lstrip("-").isdigit():
            raise Fault(f"Invalid integer: {given}", code="parameter_invalid_integer", param=where)
        return int(given)
    if kind == "number":
        try:
            return float(given)
        except ValueError:
            raise refused(f"Invalid decimal: {given}", where) from None
    if kind == "boolean":
        if given not in {"true", "false"}:
            raise refused(f"Invalid boolean: {given}", where)
        return given == "true"
    choices = described.get("enum")
    if choices and given not in choices:
        raise refused(f"Invalid {where}: must be one of {', '.join(choices)}", where)
    return given
