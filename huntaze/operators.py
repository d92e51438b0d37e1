"""The administration of this project: Django's, behind our own door."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class OperatorsConfig(AdminConfig):
    default_site = "accounts.entrance.admin_door.OperatorsSite"
