from django.urls import path

from ai_routing.assistant import api

app_name = "assistant-api"

urlpatterns = [
    path("conversations", api.Conversations.as_view(), name="conversations"),
    path("conversations/<uuid:conversation_id>", api.OneConversation.as_view(), name="conversation"),
    path("conversations/<uuid:conversation_id>/turns", api.Turns.as_view(), name="turns"),
    path("conversations/<uuid:conversation_id>/export.json", api.ExportJson.as_view(), name="export-json"),
    path("conversations/<uuid:conversation_id>/export.md", api.ExportMarkdown.as_view(), name="export-markdown"),
    path("turns/<uuid:turn_id>", api.OneTurn.as_view(), name="turn"),
    path("turns/<uuid:turn_id>/stop", api.Stop.as_view(), name="turn-stop"),
    path("turns/<uuid:turn_id>/events", api.Events.as_view(), name="turn-events"),
]
