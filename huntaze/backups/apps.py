from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BackupsConfig(AppConfig):
    name = "huntaze.backups"
    label = "backups"
    verbose_name = _("backups")

    def ready(self) -> None:
        # They read the models; the app registry is not ready when this module is read.
        from accounts import privacy  # noqa: PLC0415
        from accounts.privacy import erasing  # noqa: PLC0415
        from huntaze.backups import checks, erased, models  # noqa: F401, PLC0415

        privacy.free(models.Run, "when backups were made, and what came of them")
        erasing.before_the_end(erased.write_down)
