from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("accounts")

    def ready(self) -> None:
        # Registers the ways in with the API's document; the app registry is not ready when this module is read.
        from accounts import hearing, schema  # noqa: F401, PLC0415
        from accounts.privacy import consents, own, rules, telling, third_parties  # noqa: PLC0415
        from accounts.sessions import browser  # noqa: PLC0415

        hearing.connect()
        browser.connect()
        consents.declare()
        own.declare()
        third_parties.declare()
        rules.declare_all()
        telling.declare()
