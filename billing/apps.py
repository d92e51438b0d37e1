from typing import Final

from django.apps import AppConfig
from django.core.checks.registry import registry
from django.utils.translation import gettext_lazy as _

# Checks of dj-stripe's that look into its table of endpoints, also where there is no database to look into.
READING: Final = {"check_webhook_validation", "check_webhook_endpoint_has_secret"}


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = _("billing")

    def ready(self) -> None:
        # They read the models, which are not loaded when this module is.
        from billing import comps, letters, privacy, provider  # noqa: PLC0415

        registry.registered_checks = {
            one for one in registry.registered_checks if getattr(one, "__name__", "") not in READING
        }
        privacy.declare()
        letters.declare()
        comps.declare()
        provider.current().begin()
