from django.urls import path

from analytics import api

app_name = "analytics-api"

urlpatterns = [
    path("overview", api.Overview.as_view(), name="overview"),
    path("tables/<slug:table>", api.TableOfFigures.as_view(), name="table"),
]
