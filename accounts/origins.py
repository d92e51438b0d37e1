"""Where a request comes from, as far as it can be known: address, country, program."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.throttling import BaseThrottle
from ua_parser import parse

LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Origin:
    """`country` is a code of two letters, or "" where no CDN of ours says it."""

    address: str | None
    user_agent: str
    country: str


def of(request: HttpRequest | None) -> Origin:
    """Return where the request comes from; nothing at all without one."""
    if request is None:
        return Origin(None, "", "")
    program = request.headers.get("User-Agent", "").replace("\x00", "")[:LONGEST]
    return Origin(address(request), program, country(request))


def address(request: HttpRequest) -> str | None:
    """Return the client's address, by as many proxies as the API's settings trust; None where it is no address."""
    # get_ident asks for request.META alone.
    found = BaseThrottle().get_ident(request) or ""  # type: ignore[arg-type]
    try:
        parsed = ip_address(found.strip())
    except ValueError:
        return None
    mapped = getattr(parsed, "ipv4_mapped", None)
    return str(mapped or parsed)


def country(request: HttpRequest) -> str:
    """Return what the CDN says of the country. No header is believed but the one that the settings name."""
    said = request.headers.get(settings.COUNTRY_HEADER, "") if settings.COUNTRY_HEADER else ""
    return said if len(said) == 2 and said.isascii() and said.isalpha() and said.isupper() else ""


@lru_cache(maxsize=1_024)
def device(user_agent: str) -> tuple[str, str]:
    """Return the program and the system that a User-Agent claims, each "" when nobody knows it."""
    found = parse(user_agent)
    return (found.user_agent.family if found.user_agent else "", found.os.family if found.os else "")


def label(user_agent: str) -> str:
    """Return words for a device: "Firefox on Windows"."""
    program, system = device(user_agent)
    if program and system:
        return _("%(program)s on %(system)s") % {"program": program, "system": system}
    return program or system or _("Unknown device")
