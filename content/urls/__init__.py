"""The pages of a creator's work, an address list for each area. Included at the root."""

from __future__ import annotations

from django.urls import include, path

from content.pages.home import home as home_page
from content.urls import calendar, campaigns, create, figures, home, media, posts, voices

pages = [
    *home.pages,
    *calendar.pages,
    *campaigns.pages,
    *create.pages,
    *posts.pages,
    *media.pages,
    *voices.pages,
    *figures.pages,
]

urlpatterns = [
    path("app/", home_page, name="app-home"),
    path("", include(([path("app/", include(pages)), *calendar.public], "content"))),
]
