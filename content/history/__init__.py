"""Drafts and what they said before: saved without overwriting, kept as versions, with a log of their origin."""

from content.history.diffs import Piece, diff
from content.history.drafts import Draft, OwnText
from content.history.drafts import of as draft_of
from content.history.origins import Made
from content.history.provenance import record
from content.history.saving import (
    Conflict,
    NeedsText,
    begin,
    insert,
    replace_passage,
    restore,
    save,
    set_aside,
)

__all__ = [
    "Conflict",
    "Draft",
    "Made",
    "NeedsText",
    "OwnText",
    "Piece",
    "begin",
    "diff",
    "draft_of",
    "insert",
    "record",
    "replace_passage",
    "restore",
    "save",
    "set_aside",
]
