from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnalyticsConfig(AppConfig):
    name = "analytics"
    verbose_name = _("analytics")

    def ready(self) -> None:
        # It reads the models, which are not loaded when this module is.
        from analytics import account_events, privacy  # noqa: PLC0415

        privacy.declare()
        account_events.connect()
