"""The pages that anybody may read: their words, their headers, and what they never do."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from django.conf import settings as configuration
from django.test import Client

from accounts.models import User
from tests.strict_templates import refuse_unknown_variables

PAGES = ["/", "/pricing", "/legal/terms", "/legal/privacy", "/legal/imprint"]
PLAIN = ["/robots.txt", "/sitemap.xml"]
LANGUAGES = ["en", "fr"]


@pytest.fixture(autouse=True)
def strict_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)


@pytest.fixture
def alice_client(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


class TestWithoutASession:
    @pytest.mark.parametrize("path", [*PAGES, *PLAIN])
    def test_no_cookie_is_set_and_nothing_is_asked_of_the_database(
        self, client: Client, path: str, db: None, django_assert_num_queries: Any
    ) -> None:
        with django_assert_num_queries(0):
            response = client.get(path)
        assert response.status_code == 200
        assert not response.cookies
        assert "csrfmiddlewaretoken" not in response.text

    @pytest.mark.parametrize("path", [*PAGES, *PLAIN])
    def test_a_shared_cache_may_keep_it(self, client: Client, path: str, db: None) -> None:
        response = client.get(path)
        kept = response.headers["Cache-Control"]
        assert "public" in kept
        assert "s-maxage=300" in kept
        assert "private" not in kept
        varies = {part.strip() for part in response.headers["Vary"].split(",")}
        assert {"Accept-Language", "Cookie"} <= varies

    @pytest.mark.parametrize("path", PAGES)
    def test_what_has_not_changed_is_not_sent_again(self, client: Client, path: str, db: None) -> None:
        first = client.get(path)
        second = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (second.status_code, second.content) == (304, b"")
        other = client.get(path, headers={"If-None-Match": first.headers["ETag"], "Accept-Language": "fr"})
        assert other.status_code == 200

    @pytest.mark.parametrize("path", PAGES)
    def test_a_form_token_from_elsewhere_changes_nothing(self, client: Client, path: str, db: None) -> None:
        client.get("/login")
        response = client.get(path)
        assert not response.cookies
        assert "public" in response.headers["Cache-Control"]


class TestWithASession:
    @pytest.mark.parametrize("path", [*PAGES, *PLAIN])
    def test_no_cache_keeps_it(self, alice_client: Client, path: str) -> None:
        kept = alice_client.get(path).headers["Cache-Control"]
        assert "private" in kept
        assert "no-store" in kept
        assert "public" not in kept

    def test_a_session_that_is_over_counts_too(self, client: Client, db: None) -> None:
        client.cookies[configuration.SESSION_COOKIE_NAME] = "a-session-of-last-year"
        assert "no-store" in client.get("/").headers["Cache-Control"]

    def test_a_creator_finds_the_way_back_in(self, alice_client: Client) -> None:
        page = alice_client.get("/").text
        assert "Open Huntaze" in page
        assert "Start free" not in page


class TestLanguage:
    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("path", PAGES)
    def test_it_follows_the_browser(self, client: Client, path: str, language: str, db: None) -> None:
        response = client.get(path, headers={"Accept-Language": language})
        assert f'<html lang="{language}"' in response.text
        assert response.headers["Content-Language"] == language

    @pytest.mark.parametrize("path", PAGES)
    def test_an_address_for_each_language(self, client: Client, path: str, db: None) -> None:
        page = client.get(f"{path}?lang=fr", headers={"Accept-Language": "en"}).text
        assert '<html lang="fr"' in page
        for language in LANGUAGES:
            assert f'hreflang="{language}" href="{configuration.BASE_URL}{path}?lang={language}"' in page
        assert f'rel="canonical" href="{configuration.BASE_URL}{path}"' in page

    def test_an_unknown_language_is_passed_over(self, client: Client, db: None) -> None:
        assert '<html lang="en"' in client.get("/?lang=xx").text

    def test_the_link_remembers_the_language(self, client: Client, db: None) -> None:
        page = client.get("/pricing?lang=en").text
        link = re.search(r'href="(/language\?language=fr[^"]*)"', page)
        assert link
        response = client.get(link[1].replace("&amp;", "&"))
        assert response.headers["Location"] == "/pricing"
        assert "no-store" in response.headers["Cache-Control"]
        assert '<html lang="fr"' in client.get("/pricing").text

    def test_the_link_remembers_the_theme(self, client: Client, db: None) -> None:
        client.get("/theme?theme=dark&next=/")
        assert 'data-theme="dark"' in client.get("/").text

    @pytest.mark.parametrize(("path", "field"), [("/language?language=fr", "locale"), ("/theme?theme=dark", "theme")])
    def test_a_link_changes_no_row(self, alice_client: Client, alice: User, path: str, field: str) -> None:
        before = getattr(alice, field)
        alice_client.get(path)
        alice.refresh_from_db()
        assert getattr(alice, field) == before

    @pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
    def test_a_link_leads_nowhere_else(self, client: Client, target: str, db: None) -> None:
        assert client.get("/theme", {"theme": "dark", "next": target}).headers["Location"] == "/"


class TestWords:
    @pytest.mark.parametrize("path", PAGES)
    def test_it_tells_search_engines_and_previews_what_it_is(self, client: Client, path: str, db: None) -> None:
        page = client.get(path).text
        for name in ("og:title", "og:description", "og:url", "og:image"):
            assert re.search(rf'<meta property="{name}" content="[^"]+">', page), name
        assert re.search(r'<meta name="description" content="[^"]{20,}">', page)

    @pytest.mark.parametrize("path", PAGES)
    def test_its_foot_leads_to_the_law(self, client: Client, path: str, db: None) -> None:
        page = client.get(path).text
        for target in ("/legal/terms", "/legal/privacy", "/legal/imprint", "/pricing"):
            assert f'href="{target}"' in page

    def test_the_imprint_names_the_operator(self, client: Client, settings: Any, db: None) -> None:
        settings.LEGAL_NAME = "Nadia SARL"
        settings.LEGAL_ADDRESS = "1 rue de la Paix; 75002 Paris"
        settings.LEGAL_EMAIL = "hello@nadia.example"
        settings.LEGAL_REGISTER = "RCS Paris 123"
        settings.LEGAL_PUBLISHER = "Nadia B."
        settings.LEGAL_HOST = "Host & Co"
        page = client.get("/legal/imprint").text
        for told in (
            "Nadia SARL",
            "75002 Paris",
            "mailto:hello@nadia.example",
            "RCS Paris 123",
            "Nadia B.",
            "Host &amp; Co",
        ):
            assert told in page
        assert "has not said who they are" not in page

    @pytest.mark.parametrize("path", ["/legal/terms", "/legal/privacy", "/legal/imprint"])
    def test_without_an_operator_it_says_so(self, client: Client, settings: Any, path: str, db: None) -> None:
        settings.LEGAL_NAME = ""
        assert "has not said who they are" in client.get(path).text

    @pytest.mark.parametrize(("days", "told"), [(0, "Not kept"), (30, "30 days"), (1, "1 day")])
    def test_the_privacy_page_tells_how_long_prompts_are_kept(
        self, client: Client, settings: Any, days: int, told: str, db: None
    ) -> None:
        settings.AI_PROMPT_RETENTION_DAYS = days
        page = client.get("/legal/privacy").text
        row = page.partition("Help when something went wrong")[2].partition("</tr>")[0]
        assert told in row

    def test_the_demo_log_in_is_not_on_any_public_page(self, client: Client, db: None) -> None:
        for path in (*PAGES, "/login", "/signup"):
            assert "demo@" not in client.get(path).text


class TestCrawlers:
    def test_robots_are_kept_out_of_the_app(self, client: Client, db: None) -> None:
        response = client.get("/robots.txt")
        assert response.headers["Content-Type"].startswith("text/plain")
        lines = response.text.splitlines()
        for path in ("/app/", "/admin/", "/api/"):
            assert f"Disallow: {path}" in lines
        assert "Disallow: /" not in lines
        assert f"Sitemap: {configuration.BASE_URL}/sitemap.xml" in lines

    def test_the_sitemap_lists_pages_that_are_there(self, client: Client, db: None) -> None:
        response = client.get("/sitemap.xml")
        assert response.headers["Content-Type"].startswith("application/xml")
        space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
        found = [each.text or "" for each in ET.fromstring(response.text).iter(f"{space}loc")]
        assert [url.removeprefix(configuration.BASE_URL) for url in found] == [*PAGES[:2], "/status", *PAGES[2:]]
