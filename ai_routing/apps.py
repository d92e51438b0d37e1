from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AiRoutingConfig(AppConfig):
    name = "ai_routing"
    verbose_name = _("AI routing")
