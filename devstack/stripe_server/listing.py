"""Lists, the newest first, a page at a time; and search."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from devstack.stripe_server.faults import missing, refused
from devstack.stripe_server.parameters import Parameters
from devstack.stripe_server.world import Object, World

_PAGE: Final = 10
_OURS: Final = {"limit", "starting_after", "ending_before", "expand", "created", "query", "page"}
_COMPARED: Final = {"gt": int.__gt__, "gte": int.__ge__, "lt": int.__lt__, "lte": int.__le__}
_TERM: Final = re.compile(
    r"""(?P<not>-)?(?P<field>[a-z_.]+)(?:\[(?P<q>['"])(?P<key>.+?)(?P=q)\])?\s*"""
    r"""(?P<op>:|~|>=|<=|>|<|=)\s*(?P<value>"[^"]*"|'[^']*'|[^\s]+)"""
)


def page(found: Iterable[Object], parameters: Parameters, url: str) -> Object:
    """Return one page of what was found, which is given the oldest first. Raises Fault."""
    ordered = [one for one in found if _is_within(one, parameters)][::-1]
    return cut(ordered, parameters, url)


def cut(ordered: list[Object], parameters: Parameters, url: str) -> Object:
    """Return the page of an ordered list that the cursors ask for. Raises Fault."""
    limit = parameters.get("limit", _PAGE)
    if not 1 <= limit <= 100:
        raise refused("This value must be between 1 and 100 (it was given as limit).", "limit")
    if after := parameters.get("starting_after"):
        ordered = ordered[_position(ordered, after, "starting_after") + 1 :]
    elif before := parameters.get("ending_before"):
        ahead = ordered[: _position(ordered, before, "ending_before")]
        shown = ahead[-limit:]
        return {"object": "list", "data": shown, "has_more": len(ahead) > len(shown), "url": url}
    return {"object": "list", "data": ordered[:limit], "has_more": len(ordered) > limit, "url": url}


def lister(kind: str, url: str, **special: Callable[[Object, Any], bool]) -> Callable[..., Object]:
    """Return the operation that lists a kind; parameters filter by the field of their name, or as `special` says."""

    def operation(world: World, parameters: Parameters, **ids: str) -> Object:
        wanted = {name: value for name, value in parameters.items() if name not in _OURS}
        found = [
            one
            for one in world.all(kind, **ids)
            if not one.get("deleted")
            and all(
                special[name](one, value) if name in special else one.get(name) == value
                for name, value in wanted.items()
            )
        ]
        return page(found, parameters, url)

    return operation


def getter(kind: str) -> Callable[..., Object]:
    """Return the operation that retrieves one object of a kind."""

    def operation(world: World, parameters: Parameters, id: str) -> Object:
        return world.get(kind, id)

    return operation


def searcher(kind: str, url: str) -> Callable[..., Object]:
    """Return the operation that searches a kind in Stripe's query language: terms joined by AND, or by OR."""

    def operation(world: World, parameters: Parameters) -> Object:
        matches = _query(parameters["query"])
        found = [one for one in world.all(kind) if matches(one)][::-1]
        limit, start = parameters.get("limit", _PAGE), int(parameters.get("page") or 0)
        more = len(found) > start + limit
        return {
            "object": "search_result",
            "data": found[start : start + limit],
            "has_more": more,
            "next_page": str(start + limit) if more else None,
            "url": url,
        }

    return operation


def _position(ordered: list[Object], id: str, param: str) -> int:
    for number, one in enumerate(ordered):
        if one["id"] == id:
            return number
    raise missing("object", id, param)


def _is_within(one: Object, parameters: Parameters) -> bool:
    created = parameters.get("created")
    if isinstance(created, dict):
        return all(_COMPARED[name](one["created"], limit) for name, limit in created.items())
    return created is None or one["created"] == created


def _query(text: str) -> Callable[[Object], bool]:
    joined = all if " OR " not in text else any
    terms = [term.strip() for term in re.split(r"\s+AND\s+|\s+OR\s+", text)]
    matched = [_TERM.fullmatch(term) for term in terms]
    if not all(matched):
        raise refused("We were unable to parse your search query.", "query")
    return lambda one: joined(_holds(one, match) for match in matched if match is not None)


def _holds(one: Object, match: re.Match[str]) -> bool:
    value: Any = one
    for part in match["field"].split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if match["key"]:
        value = value.get(match["key"]) if isinstance(value, dict) else None
    wanted, op = match["value"].strip("\"'"), match["op"]
    if op == "~":
        holds = wanted.lower() in str(value or "").lower()
    elif op in {":", "="}:
        held = str(value).lower() if isinstance(value, bool) else "null" if value is None else str(value)
        holds = held == wanted
    else:
        names = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
        holds = isinstance(value, int) and bool(_COMPARED[names[op]](value, int(wanted)))
    return holds != bool(match["not"])
