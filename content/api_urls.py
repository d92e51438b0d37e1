from django.urls import path

from content import api

app_name = "content-api"

urlpatterns = [
    path("generate", api.Generate.as_view(), name="generate"),
    path("generations/<uuid:generation_id>", api.OneGeneration.as_view(), name="generation"),
    path("generations/<uuid:generation_id>/stop", api.Stop.as_view(), name="generation-stop"),
    path("generations/<uuid:generation_id>/events", api.Events.as_view(), name="generation-events"),
]
