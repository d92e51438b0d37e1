from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AiRoutingConfig(AppConfig):
    name = "ai_routing"
    verbose_name = _("AI routing")

    def ready(self) -> None:
        # They register the system checks and read the models; the app registry is not ready when this module is read.
        from accounts import audit  # noqa: PLC0415
        from ai_routing import checks, privacy  # noqa: F401, PLC0415

        audit.declare("breaker_ordered", label=_("Breaker set by an operator"))
        privacy.declare()
