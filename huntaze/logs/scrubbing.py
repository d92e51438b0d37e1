"""Takes out of a text what must not be told: addresses of people, and what opens something for whoever has it.

The last of two lines. The first is that nobody logs such a thing: a prompt looks like any other text, so no pattern
finds it.
"""

from __future__ import annotations

import re
from typing import Final

GONE: Final = "[removed]"

# Paths that are secrets: what stands behind them opens an account or a calendar.
SECRET_PATHS: Final = re.compile(r"(/login/(?:link|reset|confirm)/|/calendar/)(?!sent\b)[^\s\"'?]+")
PATTERNS: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (SECRET_PATHS, r"\1" + GONE),
    # user:password in an address.
    (re.compile(r"(\b\w{1,20}://)[^/\s:@]{0,200}:[^/\s@]{1,500}@"), r"\1" + GONE + "@"),
    (re.compile(r"(?<![\w.+-])[\w.+-]{1,100}@[\w-]{1,100}(?:\.[\w-]{1,100})+"), "[address]"),
    (re.compile(r"\b(?:hz_|sk_|rk_|pk_|sk-|whsec_|xox[abp]-|ghp_|AKIA)[\w-]{6,}"), GONE),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*"), GONE),
    (re.compile(r"(?i)\b(bearer|basic|token)\s+[\w.+/=-]{8,}"), r"\1 " + GONE),
    (re.compile(r"(?i)\b((?:set-)?cookie|authorization|stripe-signature)(['\"]?\s*[:=]\s*)[^\n]+"), r"\1\2" + GONE),
    (
        re.compile(
            r"(?i)\b((?:x-amz-)?signature|x-amz-credential|x-amz-security-token|policy|key-pair-id|password|passwd|secret"
            r"|api[_-]?key|access_token|refresh_token|token|code|state|sessionid|csrftoken)(=)[^&\s\"',;)]+"
        ),
        r"\1\2" + GONE,
    ),
    # PostgreSQL shows the row that it refused, and the statement that it did not understand.
    (re.compile(r"(?s)\bDETAIL:.*?(?=\n\S|\Z)"), "DETAIL: " + GONE),
    (re.compile(r"(?m)^(CONTEXT|LINE \d+): .*$"), r"\1: " + GONE),
)
LONGEST: Final = 8_000


def scrubbed(text: str) -> str:
    """Return the text without addresses and secrets, cut where it is longer than a line of a log should be."""
    if len(text) > LONGEST:
        # With the word that is cut, which may be half of what a pattern would have found.
        text = re.sub(r"\S*$", "", text[:LONGEST]) + "…"
    for pattern, instead in PATTERNS:
        text = pattern.sub(instead, text)
    return text
