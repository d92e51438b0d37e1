"""What every refusal of a backup or a restore is."""

from __future__ import annotations


class Fault(Exception):
    """It could not be done. The text says why, and what to do; it names no secret and no person."""
