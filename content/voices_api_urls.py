from django.urls import path

from content import api

app_name = "voices-api"

urlpatterns = [
    path("", api.Voices.as_view(), name="voices"),
    path("<uuid:voice_id>", api.OneVoice.as_view(), name="voice"),
]
