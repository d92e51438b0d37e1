"""What must stand on every answer, whoever gave it."""

from __future__ import annotations

from typing import Any, Final

ALWAYS: Final = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# Of these only a few powers are ours; a page has none of the others.
POWERS: Final = {"clipboard-write", "publickey-credentials-create", "publickey-credentials-get"}


def over_https(settings: Any) -> None:
    """Be what production is: everything over HTTPS, and never again without."""
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True


def assert_complete(response: Any, what: str, *, secure: bool = True) -> None:
    """Raise AssertionError for an answer that lacks a header, or has one that is too lax."""
    expected = dict(ALWAYS)
    if not secure:
        # Over plain HTTP a browser ignores it, and the standard forbids to send it.
        del expected["Strict-Transport-Security"]
    assert {name: response.headers.get(name) for name in expected} == expected, what
    assert_strict(response.headers["Content-Security-Policy"], what)
    powers = dict(one.split("=") for one in response.headers["Permissions-Policy"].split(", "))
    assert {name for name, who in powers.items() if who != "()"} == POWERS, what
    assert {powers[name] for name in POWERS} == {"(self)"}, what
    assert powers.keys() >= {"camera", "geolocation", "microphone", "payment", "usb"}, what
    assert "Access-Control-Allow-Origin" not in response.headers, what
    assert_typed(response, what)


def assert_typed(response: Any, what: str) -> None:
    """Raise AssertionError for a body without a type, or for a text without its charset."""
    if response.streaming or not response.content:
        return
    kind = response.headers["Content-Type"]
    if kind.startswith("text/") or "xml" in kind:
        assert "charset=" in kind, f"{what}: {kind}"


def assert_strict(policy: str, what: str) -> None:
    parts = [part.split() for part in policy.split(";") if part.strip()]
    directives = {name: words for name, *words in parts}
    assert len(directives) == len(parts), what
    for name in ("default-src", "base-uri", "frame-ancestors"):
        assert directives[name] == ["'none'"], what
    for name in ("script-src", "style-src"):
        assert directives.get(name, ["'none'"]) in (["'self'"], ["'none'"]), what
    # Neither is taken from default-src: what is not said here may be anything.
    assert "form-action" in directives, what
    assert "unsafe" not in policy, what
    assert "*" not in policy, what
