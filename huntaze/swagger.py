"""The page of the API's document."""

from __future__ import annotations

from drf_spectacular.views import SpectacularSwaggerSplitView


class SwaggerPage(SpectacularSwaggerSplitView):
    """Swagger UI with its script in a file of its own, as the Content-Security-Policy wants it."""

    url_name = "api-schema"
    authentication_classes = ()
    permission_classes = ()
    http_method_names = ("get", "head")
