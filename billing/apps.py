from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = _("billing")

    def ready(self) -> None:
        # dj-stripe's models can be imported once all apps are there.
        from billing import stripe_client, stripe_webhooks  # noqa: F401, PLC0415

        stripe_client.configure()
