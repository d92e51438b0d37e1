"""Who people are, and the keys that let their programs in."""

from accounts.models.audit import AuditEntry
from accounts.models.keys import ApiKey
from accounts.models.notifications import Notification
from accounts.models.people import Role, Theme, Tier, User
from accounts.models.profiles import CreatorProfile

__all__ = ["ApiKey", "AuditEntry", "CreatorProfile", "Notification", "Role", "Theme", "Tier", "User"]
