"""What is held about people: declared by every app at start-up, exported, erased, and kept no longer than it is declared.

    privacy.register(
        privacy.Record(
            Note,
            person="user",
            purpose=_("What you write down"),
            basis=privacy.Basis.CONTRACT,
            kept=privacy.WITH_ACCOUNT,
            personal=["text", "created_at"],
            free=["id"],
        )
    )

docs/privacy.md says more. A test walks every model of every installed app, and fails for one that is not declared.
"""

from accounts.privacy.registry import (
    WITH_ACCOUNT,
    WITH_ITS_CONTENT,
    Anonymised,
    Attached,
    Basis,
    Deleted,
    Kept,
    Mention,
    Record,
    Turn,
    free,
    register,
    withheld,
)

__all__ = [
    "WITH_ACCOUNT",
    "WITH_ITS_CONTENT",
    "Anonymised",
    "Attached",
    "Basis",
    "Deleted",
    "Kept",
    "Mention",
    "Record",
    "Turn",
    "free",
    "register",
    "withheld",
]
