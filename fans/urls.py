"""A creator's public page, and what they see of their fans. Included at the root."""

from __future__ import annotations

from django.urls import include, path

from fans.pages import follow, public

pages = [
    path("@<str:handle>", public.creator, name="creator"),
    path("@<str:handle>/follow", follow.follow, name="follow"),
    path("@<str:handle>/unfollow", follow.unfollow, name="unfollow"),
]

urlpatterns = [path("", include((pages, "fans")))]
