"""Whether a draft is JSON of the schema that was asked for."""

from __future__ import annotations

import importlib
import json
from typing import Any


class NotJson(ValueError):
    """JSON has no NaN and no infinity, though Python reads them."""


def refuse(constant: str) -> None:
    raise NotJson(f"{constant} is no JSON")


def is_broken(text: str, schema: dict[str, Any]) -> bool:
    """Tell whether `text` is no JSON or breaks `schema`; True as well for a schema that nothing can be held to."""
    try:
        value = json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError):
        return True
    return not fits(value, schema)


def fits(value: Any, schema: dict[str, Any]) -> bool:
    # Imported when it is needed: it takes a tenth of a second, and few drafts are JSON.
    jsonschema = importlib.import_module("jsonschema")
    referencing = importlib.import_module("referencing")
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
        # An own registry: without it a "$ref" to an address would be fetched.
        return bool(jsonschema.Draft202012Validator(schema, registry=referencing.Registry()).is_valid(value))
    except (jsonschema.SchemaError, referencing.exceptions.Unresolvable, RecursionError):
        return False
