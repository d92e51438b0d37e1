"""A bucket's rules on which pages of other origins may ask it."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from devstack.s3_server.faults import Fault


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may ask for what, and what their scripts may see."""

    origins: tuple[str, ...]
    methods: tuple[str, ...]
    headers: tuple[str, ...]
    exposed: tuple[str, ...]
    seconds: str


def rules(document: str) -> list[Rule]:
    """Read a CORSConfiguration. Raises Fault."""
    try:
        root = ET.fromstring(document)  # noqa: S314 - the owner's own configuration, on a laptop
    except ET.ParseError as error:
        raise Fault("MalformedXML", "The XML you provided was not well-formed.") from error

    def texts(rule: ET.Element, name: str) -> tuple[str, ...]:
        return tuple(one.text or "" for one in rule.findall(f"{{*}}{name}"))

    return [
        Rule(
            texts(rule, "AllowedOrigin"),
            texts(rule, "AllowedMethod"),
            texts(rule, "AllowedHeader"),
            texts(rule, "ExposeHeader"),
            rule.findtext("{*}MaxAgeSeconds") or "",
        )
        for rule in root.findall("{*}CORSRule")
    ]


def answer(known: list[Rule], origin: str, method: str, headers: list[str]) -> dict[str, str] | None:
    """Return the headers that let a page of `origin` do this; None when no rule does."""
    for rule in known:
        if (
            method in rule.methods
            and any(fnmatch.fnmatchcase(origin, allowed) for allowed in rule.origins)
            and all(any(fnmatch.fnmatch(name.lower(), one.lower()) for one in rule.headers) for name in headers)
        ):
            told = {
                "Access-Control-Allow-Origin": "*" if rule.origins == ("*",) else origin,
                "Access-Control-Allow-Methods": ", ".join(rule.methods),
                "Vary": "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
            }
            if headers:
                told["Access-Control-Allow-Headers"] = ", ".join(headers)
            if rule.exposed:
                told["Access-Control-Expose-Headers"] = ", ".join(rule.exposed)
            if rule.seconds:
                told["Access-Control-Max-Age"] = rule.seconds
            return told
    return None
