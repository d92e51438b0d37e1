"""What a program says of itself: whether it is a robot, and on what kind of device it runs."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from crawleruseragents import is_crawler

LONGEST: Final = 300
TABLET: Final = re.compile(r"iPad|Tablet|Kindle|Silk/|PlayBook|Android(?!.*Mobile)")
PHONE: Final = re.compile(r"Mobi|iPhone|iPod|Windows Phone")
DESKTOP: Final = re.compile(r"Windows NT|Macintosh|X11|CrOS")


@lru_cache(maxsize=4_096)
def is_robot(program: str) -> bool:
    """Tell whether a User-Agent is one of a crawler, a preview, a monitor or a script, or none at all.

    The list is that of github.com/monperrus/crawler-user-agents, inside its wheel.
    """
    return not program or is_crawler(program)


@lru_cache(maxsize=4_096)
def device(program: str) -> str:
    """Return the kind of device: phone, tablet, desktop or other."""
    if TABLET.search(program):
        return "tablet"
    if PHONE.search(program):
        return "phone"
    return "desktop" if DESKTOP.search(program) else "other"
