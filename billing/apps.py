from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = _("billing")

    def ready(self) -> None:
        # It reads the models, which are not loaded when this module is.
        from billing import privacy  # noqa: PLC0415

        privacy.declare()
