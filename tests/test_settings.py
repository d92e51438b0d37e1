"""Production starts with all it needs, or says what is missing; a laptop needs nothing."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).parent.parent
SETTINGS = ROOT / "huntaze" / "settings.py"
# What the file itself asks production for, with the value that stands in elsewhere.
REQUIRED = dict(re.findall(r'required\("(\w+)", "([^"]+)"\)', SETTINGS.read_text(encoding="utf-8")))
PRODUCTION = {
    "HUNTAZE_ENV": "production",
    "HUNTAZE_SECRET_KEY": "a-key-for-this-test-only-0123456789-abcdefghijklmnop",
    "HUNTAZE_BASE_URL": "https://huntaze.example",
    "HUNTAZE_ALLOWED_HOSTS": "huntaze.example,www.huntaze.example",
    "DATABASE_URL": "postgresql://somebody@127.0.0.1/somewhere",
    "REDIS_URL": "redis://:password@127.0.0.1/0",
    "OPENAI_API_KEY": "sk-for-this-test-only",
    "AWS_STORAGE_BUCKET_NAME": "media-of-this-test",
    "AWS_REGION": "eu-west-3",
    "STRIPE_SECRET_KEY": "sk_live_ForThisTestOnly0123456789",
    "STRIPE_WEBHOOK_SECRET": "whsec_for_this_test_only",
    "HUNTAZE_EMAIL_URL": "smtp+tls://user:password@mail.example:587",
}
OURS = re.compile(
    r"HUNTAZE_|DATABASE_URL|REDIS_URL|OPENAI_|AZURE_|AWS_|STRIPE_|SENTRY_|OTEL_|GOOGLE_|GITHUB_CLIENT_|DJANGO_"
)


def environment(**changed: str) -> dict[str, str]:
    """Return the process's environment with nothing of ours in it but `changed`."""
    return {name: value for name, value in os.environ.items() if not OURS.match(name)} | changed


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Read the settings in an environment, as Django does when it starts."""
    # A developer's own .env must not decide a test.
    monkeypatch.setattr(environ.Env, "read_env", lambda *args, **kwargs: None)

    def read(**changed: str) -> dict[str, Any]:
        for name in [name for name in os.environ if OURS.match(name)]:
            monkeypatch.delenv(name)
        for name, value in changed.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(SETTINGS))

    return read


def test_production_starts_with_its_variables(start: Any) -> None:
    settings = start(**PRODUCTION)

    assert settings["PRODUCTION"] is True
    assert settings["DEBUG"] is False
    assert settings["ALLOWED_HOSTS"] == ["huntaze.example", "www.huntaze.example"]
    assert settings["AI_ECONOMY_MODELS"] == ["openai:gpt-4o-mini"]
    assert settings["AI_PREMIUM_MODELS"] == ["openai:gpt-4o"]


def test_this_file_knows_every_required_variable() -> None:
    assert REQUIRED.keys() == PRODUCTION.keys() - {"HUNTAZE_ENV", "OPENAI_API_KEY"}


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("value", [None, ""], ids=["unset", "empty"])
def test_production_names_the_variable_that_is_missing(name: str, value: str | None, start: Any) -> None:
    lacking = {other: text for other, text in PRODUCTION.items() if other != name}

    with pytest.raises(ImproperlyConfigured, match=rf"^{name} is missing: .*\.env\.example"):
        start(**lacking, **({} if value is None else {name: value}))


@pytest.mark.parametrize("name", REQUIRED)
def test_production_refuses_a_development_value(name: str, start: Any) -> None:
    with pytest.raises(ImproperlyConfigured, match=rf"^{name} still has its development value"):
        start(**{**PRODUCTION, name: REQUIRED[name]})


def test_production_wants_a_model_and_never_takes_the_demonstration_for_one(start: Any) -> None:
    without = {name: value for name, value in PRODUCTION.items() if name != "OPENAI_API_KEY"}

    with pytest.raises(ImproperlyConfigured, match=r"AZURE_OPENAI_ENDPOINT.*OPENAI_API_KEY.*OPENAI_BASE_URL"):
        start(**without)


def test_what_is_not_said_is_production(start: Any) -> None:
    unsaid = {name: value for name, value in PRODUCTION.items() if name != "HUNTAZE_ENV"}

    assert start(**unsaid)["PRODUCTION"] is True


def test_a_mail_server_is_told_by_its_address(start: Any) -> None:
    settings = start(**{**PRODUCTION, "HUNTAZE_EMAIL_URL": "smtp+tls://huntaze:p%40ss@mail.example:587"})

    assert settings["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    told = {name: settings[f"EMAIL_{name}"] for name in ("HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_TLS")}
    assert told == {
        "HOST": "mail.example", "PORT": 587, "HOST_USER": "huntaze", "HOST_PASSWORD": "p@ss", "USE_TLS": True
    }  # fmt: skip


@pytest.mark.parametrize("name", ["staging", "Production", "prod", ""])
def test_an_unknown_environment_is_refused(name: str, start: Any) -> None:
    with pytest.raises(ImproperlyConfigured, match="set it to production, development or test"):
        start(**{**PRODUCTION, "HUNTAZE_ENV": name})


@pytest.mark.parametrize("name", ["development", "test"])
def test_a_laptop_needs_no_variable_at_all(name: str, start: Any) -> None:
    settings = start(HUNTAZE_ENV=name)

    assert settings["PRODUCTION"] is False
    assert settings["DEBUG"] is (name == "development")
    assert settings["AI_ECONOMY_MODELS"] == ["local:smollm2-135m"]


def test_azure_comes_before_openai(start: Any) -> None:
    settings = start(
        **PRODUCTION, AZURE_OPENAI_ENDPOINT="https://huntaze.openai.azure.example", AZURE_OPENAI_API_KEY="key"
    )

    assert settings["AI_ECONOMY_MODELS"] == ["azure:gpt-4o-mini", "openai:gpt-4o-mini"]


def test_production_is_strict_about_transport(start: Any) -> None:
    settings = start(**PRODUCTION)

    assert settings["SECURE_SSL_REDIRECT"] is True
    assert settings["SECURE_HSTS_SECONDS"] >= 31_536_000
    for cookie in ("SESSION", "CSRF", "LANGUAGE"):
        assert settings[f"{cookie}_COOKIE_SECURE"] is True


@pytest.mark.parametrize("name", ["development", "production"])
def test_the_content_security_policy_has_no_hole_anywhere(name: str, start: Any) -> None:
    changed = {
        "STRIPE_SECRET_KEY": "sk_test_ForThisTestOnly0123456789",
        "AWS_ENDPOINT_URL": "https://objects.example:9000/",
    }
    read = start(**{**PRODUCTION, "HUNTAZE_ENV": name, **changed})
    policy = read["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]

    assert policy["default-src"] == ["'none'"]
    allowed = {source for sources in policy.values() for source in sources}
    pages = {"https://checkout.stripe.com", "https://billing.stripe.com"}
    assert allowed == {"'none'", "'self'", "data:", "https://objects.example:9000", *pages}
    assert {name for name, sources in policy.items() if pages & set(sources)} == {"form-action"}
    assert [name for name, sources in policy.items() if "data:" in sources] == ["img-src"]


def store_in(policy: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: [one for one in sources if one.startswith("http")] for name, sources in policy.items()}


def test_media_is_read_from_the_bucket_and_sent_there_alone(start: Any) -> None:
    policy = start(**PRODUCTION)["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]

    bucket = ["https://media-of-this-test.s3.eu-west-3.amazonaws.com"]
    named = {name: sources for name, sources in store_in(policy).items() if sources and name != "form-action"}
    assert named == {"img-src": bucket, "media-src": bucket, "connect-src": bucket}


def test_media_behind_a_cdn_is_read_from_there_and_sent_to_the_bucket(start: Any) -> None:
    cdn = {"AWS_CLOUDFRONT_DOMAIN": "d1.example", "AWS_CLOUDFRONT_KEY_ID": "K1", "AWS_CLOUDFRONT_KEY": "line\\nline"}
    settings = start(**PRODUCTION, **cdn)

    policy = store_in(settings["CONTENT_SECURITY_POLICY"]["DIRECTIVES"])
    assert policy["img-src"] == policy["media-src"] == ["https://d1.example"]
    assert policy["connect-src"] == ["https://media-of-this-test.s3.eu-west-3.amazonaws.com"]
    assert settings["AWS_CLOUDFRONT_KEY"] == "line\nline"


def test_a_cdn_without_a_key_is_not_used(start: Any) -> None:
    settings = start(**PRODUCTION, AWS_CLOUDFRONT_DOMAIN="d1.example")

    assert settings["BEHIND_CDN"] is False
    assert settings["MEDIA_ORIGIN"] == "https://media-of-this-test.s3.eu-west-3.amazonaws.com"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("STRIPE_SECRET_KEY", "pk_live_0123456789012345678901234", "no secret key"),
        ("STRIPE_WEBHOOK_SECRET", "sk_live_0123456789012345678901234", "no secret of a webhook"),
        ("STRIPE_WEBHOOK_SECRET_OLD", "another-one", "no secret of a webhook"),
        ("STRIPE_API_HOST", "http://127.0.0.1:12111", "leave it out in production"),
    ],
)
def test_payments_are_configured_right_or_not_at_all(start: Any, name: str, value: str, told: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=told) as raised:
        start(**{**PRODUCTION, name: value})
    assert value not in str(raised.value)


def test_live_money_does_not_move_on_a_laptop(start: Any) -> None:
    with pytest.raises(ImproperlyConfigured, match="STRIPE_SECRET_KEY is a live one"):
        start(HUNTAZE_ENV="development", STRIPE_SECRET_KEY=PRODUCTION["STRIPE_SECRET_KEY"])


def test_while_a_webhook_secret_is_replaced_both_are_known(start: Any) -> None:
    settings = start(**PRODUCTION, STRIPE_WEBHOOK_SECRET_OLD="whsec_before")

    assert settings["STRIPE_WEBHOOK_SECRETS"] == ("whsec_for_this_test_only", "whsec_before")
    assert (settings["STRIPE_LIVE_MODE"], settings["STRIPE_TEST_SECRET_KEY"]) == (True, "")
    assert "STRIPE_API_HOST" not in settings


def test_a_unix_socket_is_written_percent_encoded(start: Any) -> None:
    database = start(HUNTAZE_ENV="test", DATABASE_URL="postgresql://me@%2Frun%2Fpostgresql/here")["DATABASES"][
        "default"
    ]

    assert (database["HOST"], database["USER"], database["NAME"]) == ("/run/postgresql", "me", "here")


def test_the_process_itself_refuses() -> None:
    """The same through the door that operators use: a non-zero exit, and the name on the last line."""
    lacking = {name: value for name, value in PRODUCTION.items() if name != "REDIS_URL"}
    process = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        # Empty rather than unset: a developer's own .env cannot fill it in.
        env=environment(**lacking, REDIS_URL=""),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert process.returncode != 0
    assert "REDIS_URL is missing" in process.stderr.strip().splitlines()[-1]
    assert "sk-for-this-test-only" not in process.stderr


def test_the_session_of_production_cannot_be_planted_and_passes_the_cdn(start: Any) -> None:
    settings = start(**PRODUCTION)

    names = (settings["SESSION_COOKIE_NAME"], settings["CSRF_COOKIE_NAME"])
    assert names == ("__Host-sessionid", "__Host-csrftoken")
    # What a browser asks of the prefix: Secure, the whole site, no domain.
    assert settings["SESSION_COOKIE_SECURE"] is settings["CSRF_COOKIE_SECURE"] is True
    assert not settings.keys() & {"SESSION_COOKIE_DOMAIN", "SESSION_COOKIE_PATH", "CSRF_COOKIE_DOMAIN"}
    edge = (ROOT / "infra" / "stacks" / "edge.yaml").read_text(encoding="utf-8")
    (passed,) = re.findall(r"CookieBehavior: whitelist\s+Cookies: \[([^]]+)\]", edge)
    assert {*names, "language"} <= set(passed.split(", "))
    # Varnish passes by what has one of these.
    rules = (ROOT / "huntaze" / "edge" / "varnish.vcl").read_text(encoding="utf-8")
    (alternatives,) = re.findall(r'http\.Cookie ~ "([^"]+)"', rules)
    for name in (names[0], "sessionid", "__Host-hz_access"):
        assert re.search(alternatives, f"language=fr; {name}=abc"), name
    assert not re.search(alternatives, "language=fr; theme=dark")
