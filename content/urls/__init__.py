"""The pages of a creator's work, an address list for each area. Included at the root."""

from __future__ import annotations

from django.urls import include, path

from content.urls import calendar, create, posts

pages = [
    *calendar.pages,
from content.pages.home import home as home_page
from content.urls import create, home, posts

pages = [
    *home.pages,
    *create.pages,
    *posts.pages,
]

urlpatterns = [
    path("app/", RedirectView.as_view(pattern_name="content:create"), name="app-home"),
    path("", include(([path("app/", include(pages)), *calendar.public], "content"))),
    path("app/", home_page, name="app-home"),
    path("app/", include((pages, "content"))),
]
