from django.urls import path

from ai_routing.compatible import api

app_name = "ai-api"

urlpatterns = [
    path("chat/completions", api.ChatCompletions.as_view(), name="chat-completions"),
    path("models", api.Models.as_view(), name="models"),
]
