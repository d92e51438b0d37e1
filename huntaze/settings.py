"""All configuration, read once from the environment.

`.env.example` lists every variable with its meaning. In production (`HUNTAZE_ENV` unset or `production`) nothing
has a development default: a missing variable stops the start with its name.
"""

from __future__ import annotations

from pathlib import Path

import django_stubs_ext
import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from redis.backoff import NoBackoff
from redis.retry import Retry

from huntaze import (
    api_settings,
    backup_settings,
    content_policy,
    database_settings,
    edge_settings,
    identity_providers,
    jwt_settings,
    payments,
    queue_settings,
    sign_in_settings,
    watching_settings,
)
from huntaze.logs import configuration

# ModelAdmin[User] and its like are names for the type checker; Django itself cannot take them apart.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
if env.str("HUNTAZE_ENV", "") != "test":
    # Tests must not meet the keys of real services that a developer keeps there.
    environ.Env.read_env(BASE_DIR / ".env")

ENVIRONMENT = env.str("HUNTAZE_ENV", "production")
if ENVIRONMENT not in {"production", "development", "test"}:
    raise ImproperlyConfigured(f"HUNTAZE_ENV is {ENVIRONMENT!r}: set it to production, development or test")
PRODUCTION = ENVIRONMENT == "production"
DEBUG = ENVIRONMENT == "development"


def required(name: str, development: str) -> str:
    """Return the variable, or the development value outside production.

    Raises ImproperlyConfigured, naming the variable, when production lacks it or runs with the development value.
    """
    value = env.str(name, "")
    if value and not (PRODUCTION and value == development):
        return str(value)
    if PRODUCTION:
        state = "still has its development value" if value else "is missing"
        raise ImproperlyConfigured(f"{name} {state}: set it in the environment (.env.example explains it)")
    return development


SECRET_KEY = required("HUNTAZE_SECRET_KEY", "development-only-key-not-for-any-server-0123456789abcdef")
SECRET_KEY_FALLBACKS = env.list("HUNTAZE_SECRET_KEY_FALLBACKS", default=[])
BASE_URL = required("HUNTAZE_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = [host.strip() for host in required("HUNTAZE_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",")]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
# How many load balancers and CDNs of ours a request passes, each of which adds an address to X-Forwarded-For.
TRUSTED_PROXIES = env.int("HUNTAZE_TRUSTED_PROXIES", 1 if PRODUCTION else 0)

INSTALLED_APPS = [
    "huntaze",
    "huntaze.backups",
    "fans",
    "content",
    "ai_routing",
    "djstripe",
    "billing",
    "analytics",
    "accounts",
    "django_cotton",
    "django_htmx",
    "lucide",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.github",
    "allauth.socialaccount.providers.google",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pgtrigger",
    "csp",
    "accounts.admin_config.AuditedAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    # Outermost: what it says stands on every answer, also on those of the next ones.
    "huntaze.answer_headers.AnswerHeadersMiddleware",
    # A load balancer asks over plain HTTP and by address, which the next one would redirect.
    "huntaze.health.HealthMiddleware",
    # Then its id, which all that follows logs and traces.
    "huntaze.observability.requests.RequestMiddleware",
    "huntaze.edge.keeping.KeepingMiddleware",
    "django.middleware.security.SecurityMiddleware",
    # Before sessions: it looks at no cookie and no row.
    "analytics.collector.page.CollectorMiddleware",
    "huntaze.compression.CompressionMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.sessions.browser.SessionRowMiddleware",
    "accounts.middleware.LocaleMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "huntaze.urls"
WSGI_APPLICATION = "huntaze.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "django.templatetags.i18n"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "huntaze.context.frame",
            ],
        },
    }
]
if DEBUG:
    # Edits show without a restart: the cached loader never looks at a file twice.
    TEMPLATES[0]["OPTIONS"]["loaders"] = TEMPLATES[0]["OPTIONS"]["loaders"][0][1]  # type: ignore[index]
COTTON_DIR = "components"

# --- Data ---------------------------------------------------------------------------------------------------------

DATABASES = {"default": database_settings.read(env, required("DATABASE_URL", "postgresql:///huntaze"))}
# The same server, as somebody who may make roles and extensions: for `manage.py prepare_database` alone.
DATABASE_ADMIN_URL = env.str("HUNTAZE_DATABASE_ADMIN_URL", "")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = required("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "huntaze.limits_cache.LimitsCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "huntaze",
        "OPTIONS": {
            "SOCKET_TIMEOUT": 3,
            "SOCKET_CONNECT_TIMEOUT": 3,
            # A page that waits between tries waits for seconds, several times over.
            "CONNECTION_POOL_KWARGS": {"retry": Retry(NoBackoff(), 1)},
            # What is away is not there: no page fails for it.
            "IGNORE_EXCEPTIONS": True,
        },
    }
}
# How many visits to public pages wait in Valkey at most, some 300 bytes each, while PostgreSQL is away.
VISITS_KEPT = env.int("HUNTAZE_VISITS_KEPT", 500_000)
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# --- People -------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.entrance.backend.PasswordBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = sign_in_settings.PASSWORD_VALIDATORS
# Sign the tokens of API clients: name and key; the first signs, all verify. None: they are derived from the secret key.
JWT_KEYS = jwt_settings.named(env.list("HUNTAZE_JWT_KEYS", default=[]))
# The header in which a CDN of ours says from which country a request comes; without one, sessions have no country.
COUNTRY_HEADER = env.str("HUNTAZE_COUNTRY_HEADER", "")
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/app/"
LOGOUT_REDIRECT_URL = "/"
# An account is named by its confirmed address (a constraint of the table); of Stripe's host, `payments` judges.
SILENCED_SYSTEM_CHECKS = ["auth.W004", "djstripe.W002"]
SOCIALACCOUNT_PROVIDERS = identity_providers.configured(env)
# What allauth reads: ACCOUNT_…, MFA_… and the like.
globals().update(sign_in_settings.allauth(proxies=TRUSTED_PROXIES))
# Whether operators need an authenticator app or a passkey to open the administration.
OPERATORS_NEED_SECOND_STEP = env.bool("HUNTAZE_OPERATORS_NEED_SECOND_STEP", PRODUCTION)

DEFAULT_FROM_EMAIL = env.str("HUNTAZE_FROM_EMAIL", "Huntaze <no-reply@localhost>")
mail_server = env.email_url_config(required("HUNTAZE_EMAIL_URL", "consolemail://"))
EMAIL_BACKEND = env.str("HUNTAZE_EMAIL_BACKEND", mail_server["EMAIL_BACKEND"])
EMAIL_HOST = mail_server["EMAIL_HOST"] or "localhost"
EMAIL_PORT = mail_server["EMAIL_PORT"] or 25
EMAIL_HOST_USER = mail_server["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = mail_server["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = mail_server.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = mail_server.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10

# Who runs this Huntaze, for the imprint, the terms and the privacy page; lines of the address apart by ";".
LEGAL_NAME = env.str("HUNTAZE_LEGAL_NAME", "")
LEGAL_ADDRESS = env.str("HUNTAZE_LEGAL_ADDRESS", "")
LEGAL_EMAIL = env.str("HUNTAZE_LEGAL_EMAIL", "")
LEGAL_REGISTER = env.str("HUNTAZE_LEGAL_REGISTER", "")
LEGAL_PUBLISHER = env.str("HUNTAZE_LEGAL_PUBLISHER", "")
LEGAL_HOST = env.str("HUNTAZE_LEGAL_HOST", "")

# --- Languages ----------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "huntaze" / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "UTC"

# --- Static files -------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {"location": "files", "file_overwrite": False}},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# Pages and files have one origin.
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not PRODUCTION

EDGE = edge_settings.read(env)

# Every component in all its states, at /app/_components.
COMPONENT_GALLERY = DEBUG

# --- Media: private objects in S3. django-storages reads the names with AWS_ itself. --------------------------------

AWS_STORAGE_BUCKET_NAME = required("AWS_STORAGE_BUCKET_NAME", "huntaze-on-a-laptop")
AWS_S3_REGION_NAME = required("AWS_REGION", "laptop")
AWS_S3_ENDPOINT_URL = env.str("AWS_ENDPOINT_URL", "" if PRODUCTION else "http://127.0.0.1:9000").rstrip("/") or None
AWS_S3_ADDRESSING_STYLE = "path" if AWS_S3_ENDPOINT_URL else "virtual"
AWS_S3_ACCESS_KEY_ID, AWS_S3_SECRET_ACCESS_KEY = env.str("AWS_ACCESS_KEY_ID", ""), env.str("AWS_SECRET_ACCESS_KEY", "")
AWS_CLOUDFRONT_DOMAIN = env.str("AWS_CLOUDFRONT_DOMAIN", "")
AWS_CLOUDFRONT_KEY_ID = env.str("AWS_CLOUDFRONT_KEY_ID", "")
AWS_CLOUDFRONT_KEY = env.str("AWS_CLOUDFRONT_KEY", "").replace("\\n", "\n")
AMAZON = f"https://{AWS_STORAGE_BUCKET_NAME}.s3.{AWS_S3_REGION_NAME}.amazonaws.com"
STORE_ORIGIN = "/".join((AWS_S3_ENDPOINT_URL or AMAZON).split("/")[:3])
BEHIND_CDN = all((AWS_CLOUDFRONT_DOMAIN, AWS_CLOUDFRONT_KEY_ID, AWS_CLOUDFRONT_KEY))
MEDIA_ORIGIN = f"https://{AWS_CLOUDFRONT_DOMAIN}" if BEHIND_CDN else STORE_ORIGIN

# Backups go to a bucket of their own, under keys of their own.
BACKUPS = backup_settings.read(env, media_bucket=AWS_STORAGE_BUCKET_NAME)
BACKUP_BUCKET = BACKUPS.bucket
BACKUP_KEYS = BACKUPS.keys
BACKUP_HOURS = BACKUPS.hours
BACKUPS_KEPT = BACKUPS.kept
DRILL_DAYS = BACKUPS.drill_days
POSTGRESQL_PROGRAMS = BACKUPS.programs

# --- Security -----------------------------------------------------------------------------------------------------

STRIPE_KEY = required("STRIPE_SECRET_KEY", "sk_test_developmentOnlyForNoServer")
STRIPE_SECRET = required("STRIPE_WEBHOOK_SECRET", "whsec_development_only")
PAYMENT_PROVIDER = "billing.stripe_provider.StripeProvider"
PAYMENTS = payments.read(env, STRIPE_KEY, STRIPE_SECRET, PRODUCTION)
globals().update(payments.names(PAYMENTS))
LED_TO = [*identity_providers.origins(SOCIALACCOUNT_PROVIDERS), *PAYMENTS.pages]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": content_policy.directives(shown_from=MEDIA_ORIGIN, sent_to=STORE_ORIGIN, led_to=LED_TO)
}
SESSION_COOKIE_HTTPONLY = True
if PRODUCTION:
    # No other host, and nothing that is not HTTPS, can set cookies of these names: none can be planted from a subdomain.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    # The load balancer ends TLS and overwrites this header, so a client cannot forge it.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

# --- API ----------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = api_settings.rest_framework(proxies=TRUSTED_PROXIES)
SPECTACULAR_SETTINGS = api_settings.SPECTACULAR

# --- Background work ----------------------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_DEFAULT_QUEUE = "rollups"
globals().update(queue_settings.CELERY)

# --- Models -------------------------------------------------------------------------------------------------------

AZURE_OPENAI_ENDPOINT = env.str("AZURE_OPENAI_ENDPOINT", "")
AZURE_OPENAI_API_KEY = env.str("AZURE_OPENAI_API_KEY", "")
AZURE_OPENAI_API_VERSION = env.str("AZURE_OPENAI_API_VERSION", "2024-10-21")
OPENAI_API_KEY = env.str("OPENAI_API_KEY", "")
OPENAI_BASE_URL = env.str("OPENAI_BASE_URL", "")
LOCAL_MODEL_URL = env.str("HUNTAZE_LOCAL_MODEL_URL", "" if PRODUCTION else "http://127.0.0.1:8081/v1")
LOCAL_MODEL_NAME = env.str("HUNTAZE_LOCAL_MODEL_NAME", "smollm2-135m")


def default_models(model: str) -> list[str]:
    """Return the deployments that serve `model` with the providers configured here, Azure first."""
    deployments = []
    if AZURE_OPENAI_ENDPOINT:
        deployments.append(f"azure:{model}")
    if OPENAI_API_KEY or OPENAI_BASE_URL:
        deployments.append(f"openai:{model}")
    if LOCAL_MODEL_URL and not deployments:
        deployments.append(f"local:{LOCAL_MODEL_NAME}")
    return deployments


# Deployments per tier, "provider:model", tried in this order.
AI_ECONOMY_MODELS = env.list("HUNTAZE_ECONOMY_MODELS", default=default_models("gpt-4o-mini"))
AI_PREMIUM_MODELS = env.list("HUNTAZE_PREMIUM_MODELS", default=default_models("gpt-4o"))
if not AI_ECONOMY_MODELS:
    raise ImproperlyConfigured(
        "No model is configured: set AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY, or OPENAI_API_KEY, or OPENAI_BASE_URL"
    )
# Prices that genai-prices lacks or has wrong: JSON, model name to "input", "cached" and "output", USD per million tokens.
AI_PRICE_OVERRIDES = env.json("HUNTAZE_AI_PRICES", default={})
# What a model can take, where genai-prices and the catalogue do not know it: JSON, "provider:model" to "context_tokens",
# "vision" and "json_schema".
AI_CAPABILITY_OVERRIDES = env.json("HUNTAZE_AI_CAPABILITIES", default={})
# Turns questions into vectors for the semantic cache, "provider:model"; without one, that cache is off.
AI_EMBEDDING_MODEL = env.str("HUNTAZE_EMBEDDING_MODEL", "")
# From which similarity two questions count as one: JSON, "provider:model" to "similarity" and "measured" (when, on what).
AI_SEMANTIC_THRESHOLDS = env.json("HUNTAZE_SEMANTIC_THRESHOLDS", default={})
# Words and phrases that no text may have, whoever asked for it; comma-separated. A text that has one is never shown.
AI_BANNED_WORDS = env.list("HUNTAZE_BANNED_WORDS", default=[])
# Deployments that may answer what a provider's content filter refused, "provider:model", and the categories (in the
# filter's own words) for which they may. Empty: nobody may.
AI_PERMITTED_MODELS = env.list("HUNTAZE_PERMITTED_MODELS", default=[])
AI_PERMITTED_CATEGORIES = env.list("HUNTAZE_PERMITTED_CATEGORIES", default=["sexual"])
# How many days prompts are kept, encrypted; 0 keeps none.
AI_PROMPT_RETENTION_DAYS = env.int("HUNTAZE_PROMPT_RETENTION_DAYS", 30)
# The whole completion, with retries and fallbacks, must end within this many seconds.
AI_DEADLINE_SECONDS = env.int("HUNTAZE_AI_DEADLINE_SECONDS", 90)
# Longest silence of a provider, before the first token and between two, in seconds.
AI_STALL_SECONDS = env.int("HUNTAZE_AI_STALL_SECONDS", 20)
# How long POST /api/content/generate waits before it answers 202, in seconds.
GENERATE_WAIT_SECONDS = env.int("HUNTAZE_GENERATE_WAIT_SECONDS", 25)

# --- Figures ------------------------------------------------------------------------------------------------------

# How many months events are kept, whole months at a time; names in them go earlier, by a retention period.
EVENTS_KEPT_MONTHS = env.int("HUNTAZE_EVENTS_KEPT_MONTHS", 60)
if EVENTS_KEPT_MONTHS < 27:
    raise ImproperlyConfigured("HUNTAZE_EVENTS_KEPT_MONTHS is below 27: two years could not be compared any more")

# --- Watching (docs/observability.md) -------------------------------------------------------------------------------

WATCHING = watching_settings.read(env)
LOGGING = configuration.to_console(
    env.str("HUNTAZE_LOG_LEVEL", "INFO"), machines=env.bool("HUNTAZE_LOG_JSON", PRODUCTION)
)
