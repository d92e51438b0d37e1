"""The pages of the assistant. Included at the root."""

from __future__ import annotations

from django.urls import include, path

from ai_routing.assistant import views

pages = [
    path("assistant", views.index, name="index"),
    path("assistant/<uuid:conversation_id>", views.conversation, name="conversation"),
    path("assistant/<uuid:conversation_id>/again", views.again, name="again"),
    path("assistant/<uuid:conversation_id>/rename", views.rename, name="rename"),
    path("assistant/<uuid:conversation_id>/delete", views.delete, name="delete"),
    path("assistant/turns/<uuid:turn_id>/stop", views.stop, name="turn-stop"),
]

urlpatterns = [
    path("app/", include((pages, "assistant"))),
    path("api/assistant/", include("ai_routing.assistant.api_urls")),
]
