"""A creator's public page. Included at the root."""

from __future__ import annotations

from django.urls import include, path

from fans import pages

public = [path("@<str:handle>", pages.creator, name="creator")]

urlpatterns = [path("", include((public, "fans")))]
