"""What the components in templates/components compute."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide

from accounts import undo

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=1024)
def icon(name: str, classes: str = "icon") -> SafeString:
    """Return an icon of Lucide as SVG. `<c-icon>` is this; where a page has hundreds, the tag itself costs less."""
    # Their tag draws it anew each time.
    drawn = lucide(name, size=None, aria_hidden="true", focusable="false", **{"class": classes})
    return mark_safe(re.sub(r"\s*\n\s*", "", drawn))  # noqa: S308  # theirs; ElementTree has escaped the attributes


@register.filter
def words(text: str) -> list[str]:
    return text.split()


@register.filter
def times(number: int | str) -> range:
    """Return something to loop over that many times."""
    return range(int(number))


@register.filter
def initials(name: str) -> str:
    """Return the first letters of the first and the last word, one letter for a single word."""
    parts = [part for part in name.replace("@", " ").split() if part[0].isalnum()]
    letters = [parts[0][0], parts[-1][0]] if len(parts) > 1 else [part[0] for part in parts[:1]]
    return "".join(letters).upper() or "?"


@register.simple_tag
def percent(value: Any, most: Any) -> int:
    """Return a share in whole percent, between 0 and 100."""
    total = float(most)
    return max(0, min(100, round(100 * float(value) / total))) if total else 0


@register.simple_tag
def undo_address(message: Message) -> str:
    return undo.address(message.extra_tags)
