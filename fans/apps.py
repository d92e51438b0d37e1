from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FansConfig(AppConfig):
    name = "fans"
    verbose_name = _("fans")

    def ready(self) -> None:
        # They read the models, which are not loaded when this module is.
        from fans import naming, privacy  # noqa: PLC0415

        naming.register()
        privacy.declare()
