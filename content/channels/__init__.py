"""Channels: where a post can go, what each takes, and what a content says there."""

from content.channels.faults import Fault, faults
from content.channels.specs import SPECS, Counting, LabelRule, Spec
from content.channels.texts import Text, forget_loaded, of, origin_of, set, text  # noqa: A004 - read as channels.set(…)

__all__ = [
    "SPECS",
    "Counting",
    "Fault",
    "LabelRule",
    "Spec",
    "Text",
    "faults",
    "forget_loaded",
    "of",
    "origin_of",
    "set",
    "text",
]
