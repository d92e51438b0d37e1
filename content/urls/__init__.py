"""The pages of a creator's work, an address list for each area. Included at the root."""

from __future__ import annotations

from django.urls import include, path
from django.views.generic import RedirectView

from content.urls import calendar, create, posts

pages = [
    *calendar.pages,
    *create.pages,
    *posts.pages,
]

urlpatterns = [
    path("app/", RedirectView.as_view(pattern_name="content:create"), name="app-home"),
    path("", include(([path("app/", include(pages)), *calendar.public], "content"))),
]
