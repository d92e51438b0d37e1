"""Brand voices: how a creator writes, as they say it, as their texts show it, and as models hear it."""

from content.voices.keeping import (
    MOST_PASTED,
    NameTaken,
    PlanLimit,
    Wording,
    change,
    create,
    delete,
    make_default,
    restore,
    revert,
    set_learning,
)
from content.voices.learning import accepted, forget, put_back, resume, suspend, take_back, withdraw
from content.voices.speaking import as_prompt, at, default, find, never_say, of

__all__ = [
    "MOST_PASTED",
    "NameTaken",
    "PlanLimit",
    "Wording",
    "accepted",
    "as_prompt",
    "at",
    "change",
    "create",
    "default",
    "delete",
    "find",
    "forget",
    "make_default",
    "never_say",
    "of",
    "put_back",
    "restore",
    "resume",
    "revert",
    "set_learning",
    "suspend",
    "take_back",
    "withdraw",
]
