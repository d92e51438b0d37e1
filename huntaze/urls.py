"""Every address. Each app brings its own; DESIGN §3 lists the contract."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from huntaze import palette, root_files
from huntaze.component_gallery import gallery
from huntaze.observability import status_page
from huntaze.swagger import SwaggerPage

handler400 = "huntaze.error_pages.bad_request"
handler403 = "huntaze.error_pages.permission_denied"
handler404 = "huntaze.error_pages.page_not_found"
handler500 = "huntaze.error_pages.server_error"

urlpatterns = [
    path("", include("huntaze.front.urls")),
    path("", include("accounts.urls")),
    path("", include("content.urls")),
    path("", include("fans.urls")),
    path("", include("analytics.urls")),
    path("", include("analytics.collector_urls")),
    path("", include("billing.urls")),
    path("", include("ai_routing.assistant.urls")),
    path("status", status_page.page, name="status"),
    path("app/find", palette.find, name="palette"),
    path("app/_components", gallery, name="component-gallery"),
    path("favicon.ico", root_files.favicon, name="favicon"),
    path("admin/", admin.site.urls),
    path("api/auth/", include("accounts.api.auth_urls")),
    path("api/account/", include("accounts.api.account_urls")),
    path("api/content/", include("content.api_urls")),
    path("api/voices/", include("content.voices_api_urls")),
    path("api/ai/v1/", include("ai_routing.api_urls")),
    path("api/analytics/", include("analytics.api_urls")),
    path("api/usage/", include("billing.api_urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/docs/", SwaggerPage.as_view(), name="api-docs"),
]
