from __future__ import annotations

from importlib import import_module

from django.apps import apps
from django.conf import settings
from django.contrib.admin.apps import SimpleAdminConfig
from django.utils.module_loading import module_has_submodule


class AuditedAdminConfig(SimpleAdminConfig):
    """Django's admin, with our site in place of its own, and without the pages of apps in ADMIN_LEAVES_OUT."""

    default = True
    default_site = "accounts.entrance.admin_door.OperatorsSite"

    def ready(self) -> None:
        super().ready()
        for app in apps.get_app_configs():
            if app.name not in getattr(settings, "ADMIN_LEAVES_OUT", ()) and module_has_submodule(app.module, "admin"):
                import_module(f"{app.name}.admin")
