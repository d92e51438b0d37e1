"""Who people are, and the keys and links that let them in."""

from accounts.models.audit import AuditEntry
from accounts.models.keys import ApiKey, Scope
from accounts.models.notifications import Notification
from accounts.models.people import Role, Theme, Tier, User
from accounts.models.profiles import CreatorProfile
from accounts.models.sessions import Session
from accounts.models.sign_in_links import SignInLink

__all__ = [
    "ApiKey",
    "AuditEntry",
    "CreatorProfile",
    "Notification",
    "Role",
    "Scope",
    "Session",
    "SignInLink",
    "Theme",
    "Tier",
    "User",
]
