"""What bench/pages_wsgi.py serves, with no limit on an address: all of the benchmark's visitors have the same one."""

from __future__ import annotations

from bench.pages_wsgi import application

# They read the settings.
from analytics.collector import stream  # isort: skip

stream.MOST_OF_ADDRESS = stream.MOST_OF_PAGE = 10**9  # type: ignore[misc]

__all__ = ["application"]
