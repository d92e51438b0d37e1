"""The addresses of the pages that anybody may read. Included at the root."""

from __future__ import annotations

from django.urls import path

from huntaze.front import crawlers, pages, pricing

urlpatterns = [
    path("", pages.home, name="home"),
    path("pricing", pricing.pricing, name="pricing"),
    path("legal/terms", pages.terms, name="legal-terms"),
    path("legal/privacy", pages.privacy, name="legal-privacy"),
    path("legal/imprint", pages.imprint, name="legal-imprint"),
    path("robots.txt", crawlers.robots, name="robots"),
    path("sitemap.xml", crawlers.sitemap, name="sitemap"),
]
