"""Every address. Each app brings its own; DESIGN §3 lists the contract."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from huntaze.swagger import SwaggerPage

urlpatterns = [
    path("", include("accounts.urls")),
    path("", include("content.urls")),
    path("admin/", admin.site.urls),
    path("api/content/", include("content.api_urls")),
    path("api/usage/", include("billing.api_urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/docs/", SwaggerPage.as_view(), name="api-docs"),
]
