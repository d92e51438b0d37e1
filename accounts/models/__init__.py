"""Who people are, and the keys and links that let them in."""

from accounts.models.audit import AuditEntry
from accounts.models.keys import ApiKey, Scope
from accounts.models.notifications import Notification
from accounts.models.pages import PageChange
from accounts.models.people import Role, Theme, Tier, User
from accounts.models.privacy import Consent, DataExport, Erasure, RetentionPeriod
from accounts.models.profiles import CreatorProfile
from accounts.models.sessions import Session
from accounts.models.sign_in_links import SignInLink

__all__ = [
    "ApiKey",
    "AuditEntry",
    "Consent",
    "CreatorProfile",
    "DataExport",
    "Erasure",
    "Notification",
    "PageChange",
    "RetentionPeriod",
    "Role",
    "Scope",
    "Session",
    "SignInLink",
    "Theme",
    "Tier",
    "User",
]
