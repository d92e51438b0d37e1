"""How people get in (django-allauth). docs/sign-in.md says what each way looks like, decision 22 why."""

from __future__ import annotations

from typing import Any, Final

PASSWORD_VALIDATORS: Final[list[dict[str, Any]]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.passwords.OurWordsValidator"},
]


def allauth(*, proxies: int) -> dict[str, Any]:
    """Return allauth's settings for a server behind this many load balancers of ours; see `api_settings`."""
    return {
        "ACCOUNT_ADAPTER": "analytics.signups.RecordingAccountAdapter",
        "ACCOUNT_LOGIN_METHODS": {"email"},
        "ACCOUNT_SIGNUP_FIELDS": ["email*", "password1*"],
        "ACCOUNT_SIGNUP_FORM_CLASS": "accounts.forms.SignupForm",
        "ACCOUNT_FORMS": {
            "login": "accounts.entrance.password_pages.LogInForm",
            "reauthenticate": "accounts.entrance.password_pages.AgainForm",
            "change_password": "accounts.entrance.password_pages.ChangeForm",
            "set_password": "accounts.entrance.password_pages.SetForm",
            "reset_password_from_key": "accounts.entrance.password_pages.ResetForm",
            "add_email": "accounts.entrance.address_form.AddressForm",
            "reset_password": "accounts.entrance.password_pages.ResetRequestForm",
        },
        "ACCOUNT_USER_MODEL_USERNAME_FIELD": None,
        "ACCOUNT_EMAIL_VERIFICATION": "optional",
        "ACCOUNT_EMAIL_NOTIFICATIONS": True,
        "ACCOUNT_CHANGE_EMAIL": True,
        "ACCOUNT_LOGIN_ON_PASSWORD_RESET": True,
        "ACCOUNT_REAUTHENTICATION_REQUIRED": True,
        # Also at sign-up, which lets everybody in.
        "ACCOUNT_PREVENT_ENUMERATION": "strict",
        "ACCOUNT_RATE_LIMITS": {
            "login": "60/m/ip",
            "login_failed": "10/5m/key,30/5m/ip",
            "signup": "30/m/ip",
            "reset_password": "20/m/ip,5/5m/key",
            "request_login_code": "20/m/ip,5/5m/key",
        },
        "ALLAUTH_TRUSTED_PROXY_COUNT": proxies,
        "SOCIALACCOUNT_ADAPTER": "accounts.entrance.other_accounts.OtherAccountAdapter",
        "MFA_ADAPTER": "accounts.entrance.second_factors.SecondFactorAdapter",
        "MFA_SUPPORTED_TYPES": ["totp", "recovery_codes", "webauthn"],
        "MFA_PASSKEY_LOGIN_ENABLED": True,
        # One step of 30 s to either side, for clocks that are off.
        "MFA_TOTP_TOLERANCE": 1,
    }
