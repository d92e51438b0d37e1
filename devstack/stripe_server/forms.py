"""What a client sends, with its nested keys: `items[0][price]=…&metadata[plan]=pro&expand[]=customer`."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import parse_qsl

from devstack.stripe_server.faults import refused

_KEY: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_INNER: Final = re.compile(r"\[([^\[\]]*)\]")


def decode(text: str) -> dict[str, Any]:
    """Return the form as nested dictionaries and lists of strings. Raises Fault."""
    tree: dict[str, Any] = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        match = _KEY.fullmatch(key)
        if match is None:
            raise refused(f"Invalid parameter name: {key}", key)
        _put(tree, [match[1], *_INNER.findall(match[2])], value, key)
    return {name: _listed(value) for name, value in tree.items()}


def _put(tree: dict[str, Any], path: list[str], value: str, key: str) -> None:
    for part in path[:-1]:
        tree = tree.setdefault(part, {})
        if not isinstance(tree, dict):
            raise refused(f"Invalid parameter: {key}", key)
    last = path[-1] if path[-1] or len(path) == 1 else str(len(tree))
    tree[last] = value


def _listed(value: Any) -> Any:
    """Turn what is numbered from 0 on into a list."""
    if not isinstance(value, dict):
        return value
    inner = {name: _listed(each) for name, each in value.items()}
    if inner and all(name.isdigit() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner
