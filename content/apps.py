from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContentConfig(AppConfig):
    name = "content"
    verbose_name = _("content")

    def ready(self) -> None:
        # They read the models, which are not loaded when this module is.
        from content import effects, finding, naming, privacy, tools  # noqa: PLC0415
        from content.moderation import telling  # noqa: PLC0415
        from content.publishing import notices  # noqa: PLC0415
        from content.voices import for_team  # noqa: PLC0415

        tools.register()
        effects.register()
        for_team.register()
        finding.register()
        naming.register()
        telling.declare()
        notices.declare()
        privacy.declare()
