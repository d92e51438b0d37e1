"""What search engines ask for first."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from accounts.public_pages import public_page

LISTED: Final = ("home", "pricing", "status", "legal-terms", "legal-privacy", "legal-imprint")
CLOSED: Final = ("/app/", "/admin/", "/api/", "/language", "/theme", "/logout")


@public_page
def robots(_request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED)]
    lines += ["", f"Sitemap: {settings.BASE_URL}{reverse('sitemap')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@public_page
def sitemap(_request: HttpRequest) -> HttpResponse:
    """List our own pages in every language. Creators' pages are not listed: whoever wants to be found tells their address."""
    languages = [code for code, _name in settings.LANGUAGES]
    urls = [settings.BASE_URL + reverse(name) for name in LISTED]
    body = format_html(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">'
        "{}</urlset>\n",
        format_html_join(
            "",
            "<url><loc>{}</loc>{}</url>",
            (
                (
                    url,
                    format_html_join(
                        "",
                        '<xhtml:link rel="alternate" hreflang="{}" href="{}?lang={}"/>',
                        ((code, url, code) for code in languages),
                    ),
                )
                for url in urls
            ),
        ),
    )
    return HttpResponse(body, content_type="application/xml; charset=utf-8")
