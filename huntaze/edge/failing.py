"""What may go wrong with a cache in front of us."""

from __future__ import annotations


class NotForgotten(Exception):
    """A cache did not do what it was told, or could not be reached; the pages are told to it again later."""
