"""Who people are, and the keys that let their programs in."""

from accounts.models.audit import AuditEntry
from accounts.models.keys import ApiKey, Scope
from accounts.models.notifications import Notification
from accounts.models.people import Role, Theme, Tier, User
from accounts.models.profiles import CreatorProfile
from accounts.models.sessions import Session

__all__ = [
    "ApiKey",
    "AuditEntry",
    "CreatorProfile",
    "Notification",
    "Role",
    "Scope",
    "Session",
    "Theme",
    "Tier",
    "User",
]
