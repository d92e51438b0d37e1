"""The Content-Security-Policy: what a page may load, and from where. Nothing of its own is written into a page."""

from __future__ import annotations

from collections.abc import Sequence

from csp.constants import NONE, SELF


def directives(*, shown_from: str, sent_to: str, led_to: Sequence[str]) -> dict[str, list[str]]:
    """Return the policy of every page: `shown_from` is where media is read, `sent_to` where it is uploaded.

    `led_to` are the origins to which a form of ours redirects: to log in with an account from there.
    """
    return {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", shown_from],
        "media-src": [SELF, shown_from],
        "font-src": [SELF],
        "connect-src": [SELF, sent_to],
        "form-action": [SELF, *led_to],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
