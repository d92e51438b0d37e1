"""The pages of texts. Included at the root."""

from __future__ import annotations

from django.urls import include, path
from django.views.generic import RedirectView

from content import views

pages = [
    path("create", views.create, name="create"),
    path("create/<uuid:generation_id>", views.generation, name="generation"),
    path("create/<uuid:generation_id>/stop", views.generation_stop, name="generation-stop"),
    path("variants/<uuid:variant_id>/use", views.variant_use, name="variant-use"),
    path("posts", views.post_list, name="post-list"),
    path("posts/<uuid:content_id>", views.post_detail, name="post-detail"),
    path("posts/<uuid:content_id>/delete", views.post_delete, name="post-delete"),
]

urlpatterns = [
    path("app/", RedirectView.as_view(pattern_name="content:create"), name="app-home"),
    path("app/", include((pages, "content"))),
]
