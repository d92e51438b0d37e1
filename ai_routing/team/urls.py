"""The pages of the AI team. Included at the root."""

from __future__ import annotations

from django.urls import include, path

from ai_routing.team import views

pages = [
    path("team", views.run_list, name="run-list"),
    path("team/new/<slug:workflow>", views.run_create, name="run-create"),
    path("team/runs/<uuid:run_id>", views.run_detail, name="run-detail"),
    path("team/runs/<uuid:run_id>/events", views.run_events, name="run-events"),
    path("team/runs/<uuid:run_id>/cancel", views.run_cancel, name="run-cancel"),
    path("team/runs/<uuid:run_id>/decide", views.run_decide, name="run-decide"),
]

urlpatterns = [path("app/", include((pages, "team")))]
