from django.urls import path

from billing import api

app_name = "billing-api"

urlpatterns = [path("", api.Usage.as_view(), name="usage")]
