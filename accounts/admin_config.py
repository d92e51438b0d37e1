from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class AuditedAdminConfig(AdminConfig):
    """Django's admin, with our site in place of its own."""

    default_site = "accounts.entrance.admin_door.OperatorsSite"
