"""What the server has stored of the one text in a test, and waiting for it."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep

from content.models import Content


def until(holds: Callable[[], bool]) -> None:
    """Wait for what the server stores."""
    give_up_at = monotonic() + 30
    while not holds():
        assert monotonic() < give_up_at
        sleep(0.1)


def stored() -> Content:
    return Content.objects.get()
