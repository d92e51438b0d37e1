"""The addresses of getting in. allauth looks its own views up by these names; its others have no address here."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.github import views as github
from allauth.socialaccount.providers.google import views as google
from django.urls import path, re_path

from accounts.entrance import link_pages, password_pages, security_pages
from accounts.entrance.other_accounts import configured_only

SECURITY = "app/settings/security"

pages = [
    path("login/link", link_pages.ask, name="link-ask"),
    path("login/link/sent", link_pages.sent, name="link-sent"),
    path("login/link/<str:token>", link_pages.open_link, name="link-open"),
    path(SECURITY, security_pages.security, name="security"),
]

ways_in = [
    path("login", account.login, name="account_login"),
    path("signup", account.signup, name="account_signup"),
    path("logout", account.logout, name="account_logout"),
    path("login/closed", account.account_inactive, name="account_inactive"),
    path("login/again", account.reauthenticate, name="account_reauthenticate"),
    path("login/reset", account.password_reset, name="account_reset_password"),
    path("login/reset/sent", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^login/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[0-9A-Za-z-]+)$",
        password_pages.reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("login/confirm/<str:key>", account.confirm_email, name="account_confirm_email"),
    path("login/second-step", mfa.authenticate, name="mfa_authenticate"),
    path("login/again/code", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("login/again/passkey", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("login/passkey", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("login/google", configured_only("google", google.oauth2_login), name="google_login"),
    path("login/google/callback", configured_only("google", google.oauth2_callback), name="google_callback"),
    path("login/github", configured_only("github", github.oauth2_login), name="github_login"),
    path("login/github/callback", configured_only("github", github.oauth2_callback), name="github_callback"),
    path("login/cancelled", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("signup/other", social.signup, name="socialaccount_signup"),
]

settings_pages = [
    path(f"{SECURITY}/email", security_pages.email, name="account_email"),
    path(f"{SECURITY}/password", security_pages.password, name="account_change_password"),
    path(f"{SECURITY}/password/set", security_pages.password_set, name="account_set_password"),
    # allauth leads back to its overview by these names; ours is one page.
    path(f"{SECURITY}/second-step", security_pages.security, name="mfa_index"),
    path(f"{SECURITY}/passkeys", security_pages.security, name="mfa_list_webauthn"),
    path(f"{SECURITY}/app", security_pages.totp_add, name="mfa_activate_totp"),
    path(f"{SECURITY}/app/remove", security_pages.totp_remove, name="mfa_deactivate_totp"),
    path(f"{SECURITY}/codes", security_pages.codes, name="mfa_view_recovery_codes"),
    path(f"{SECURITY}/codes/new", security_pages.codes_new, name="mfa_generate_recovery_codes"),
    path(f"{SECURITY}/codes/download", security_pages.codes_download, name="mfa_download_recovery_codes"),
    path(f"{SECURITY}/passkeys/new", security_pages.passkey_add, name="mfa_add_webauthn"),
    path(f"{SECURITY}/passkeys/<int:pk>", security_pages.passkey_rename, name="mfa_edit_webauthn"),
    path(f"{SECURITY}/passkeys/<int:pk>/remove", security_pages.passkey_remove, name="mfa_remove_webauthn"),
    path("app/settings/connections", security_pages.connections, name="socialaccount_connections"),
]

urlpatterns = [*ways_in, *settings_pages]
