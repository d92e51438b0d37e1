"""What agents may look up: read-only tools on a creator's own rows, registered at start-up by the apps that own them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise

from accounts.models import User
from ai_routing.prompts import Material

Reader = Callable[[User, dict[str, Any], datetime], list[Material]]


class UnknownTool(Exception):
    """No app has registered a tool of this name."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A question that can be asked of a creator's own data.

    `read` takes the creator, the arguments and the time, and returns a bounded number of pieces, each with the
    reference of the row it comes from, such as "post:0199…". `about` are words, in English and French, of questions
    that it helps to answer.
    """

    name: str
    title: str | Promise
    read: Reader
    about: tuple[str, ...] = ()


TOOLS: Final[dict[str, Tool]] = {}


def register(tool: Tool) -> None:
    """Offer a tool to the agents; called from an app's `ready`, where it may be called again."""
    TOOLS[tool.name] = tool


def named(name: str) -> Tool:
    """Return a tool. Raises UnknownTool."""
    try:
        return TOOLS[name]
    except KeyError:
        raise UnknownTool(f"No tool is named {name!r}; there are {', '.join(sorted(TOOLS))}") from None
