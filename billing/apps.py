from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = _("billing")

    def ready(self) -> None:
        # They read the models, which are not loaded when this module is.
        from billing import privacy, stripe_client, stripe_privacy, stripe_webhooks  # noqa: F401, PLC0415

        privacy.declare()
        stripe_privacy.declare()
        stripe_client.configure()
