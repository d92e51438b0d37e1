"""The API's document is whole, and its page keeps to the Content-Security-Policy."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Scope

pytestmark = pytest.mark.django_db

METHODS = {"get", "post", "put", "patch", "delete"}
# Nobody has a way in yet.
OPEN = {"POST /api/webhooks/stripe", "POST /api/auth/login", "POST /api/auth/refresh"}
NO_KEY = {"POST /api/auth/logout"}
NOT_DOCUMENTED = {"/api/schema/", "/api/docs/"}


@pytest.fixture(scope="session")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    file = tmp_path_factory.mktemp("schema") / "openapi.json"
    call_command("spectacular", format="openapi-json", file=str(file), fail_on_warn=True, validate=True)
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]


def api_paths(resolver: URLResolver, prefix: str = "/") -> set[str]:
    found = set()
    for part in resolver.url_patterns:
        path = prefix + str(part.pattern)
        if isinstance(part, URLPattern):
            found |= {re.sub(r"<\w+:(\w+)>", r"{\1}", path)} if path.startswith("/api/") else set()
        else:
            found |= api_paths(part, path)
    return found


def test_it_is_made_without_a_warning_and_is_valid(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert document["info"]["title"] == "Huntaze API"


def test_every_address_of_the_api_is_in_it(document: dict[str, Any]) -> None:
    assert document["paths"].keys() == api_paths(get_resolver()) - NOT_DOCUMENTED


def test_every_operation_says_what_it_does_and_how_to_come_in(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        assert operation["description"], name
        if name in OPEN:
            assert "security" not in operation, name
            continue
        (key, *others) = operation["security"]
        assert others == [{"tokenCookie": []}, {"browserSession": []}], name
        # OpenAPI 3.1 names a scope there for every kind of scheme.
        assert key.keys() == {"apiKey"}
        assert (key["apiKey"] == []) == (name in NO_KEY), name
        assert set(key["apiKey"]) <= set(Scope), name
    names = [operation["operationId"] for _, operation in operations(document)]
    assert len(names) == len(set(names))


def test_it_is_served_to_everybody(client: Client, document: dict[str, Any]) -> None:
    response = client.get("/api/schema/")

    assert response.status_code == 200
    served = response.content.decode()
    assert served.startswith("openapi: 3.1.0\n")
    assert all(f"\n  {path}:\n" in served for path in document["paths"])


class Page(HTMLParser):
    """What of a page a strict policy cares for."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.inline: list[str] = []
        self.within = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.within = tag
        values = dict(attrs)
        self.inline += [f"<{tag} {name}>" for name in values if name.startswith("on")]
        if tag == "script":
            self.scripts.append(values.get("src") or "")
        if tag == "link" and values.get("rel") == "stylesheet":
            self.styles.append(values.get("href") or "")

    def handle_data(self, data: str) -> None:
        if self.within == "script" and data.strip():
            self.inline.append(data)

    def handle_endtag(self, tag: str) -> None:
        self.within = ""


def test_the_page_has_no_script_of_its_own(client: Client) -> None:
    response = client.get("/api/docs/")

    assert response.status_code == 200
    page = Page(response.content.decode())
    assert page.inline == []
    assert len(page.scripts) == 3
    assert all(source.startswith("/") for source in page.scripts + page.styles), "nothing comes from elsewhere"


def test_what_the_page_loads_is_there(client: Client) -> None:
    page = Page(client.get("/api/docs/").content.decode())

    static = [source for source in page.scripts + page.styles if source.startswith("/static/")]
    assert len(static) == 3
    for source in static:
        found = finders.find(source.removeprefix("/static/"))
        assert isinstance(found, str), source
        assert Path(found).stat().st_size > 10_000
    (script,) = [source for source in page.scripts if not source.startswith("/static/")]
    started = client.get(script)
    assert started["Content-Type"].startswith("application/javascript")
    assert b"/api/schema/" in started.content


def test_the_page_stands_under_the_strict_policy(client: Client) -> None:
    policy = client.get("/api/docs/")["Content-Security-Policy"]

    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
