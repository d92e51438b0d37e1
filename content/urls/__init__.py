"""The pages of a creator's work, an address list for each area. Included at the root."""

from __future__ import annotations

from django.urls import include, path
from django.views.generic import RedirectView

from content.urls import create, media, posts

pages = [
    *create.pages,
    *posts.pages,
    *media.pages,
]

urlpatterns = [
    path("app/", RedirectView.as_view(pattern_name="content:create"), name="app-home"),
    path("app/", include((pages, "content"))),
]
