"""The product as gunicorn serves it, and one view more that does nothing: what a page costs is measured against it."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huntaze.settings")

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

settings.ROOT_URLCONF = __name__
django.setup()


def empty(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"")


# Before the application is made, which looks at them.
urlpatterns = [path("_empty", empty), path("", include("huntaze.urls"))]
application = get_wsgi_application()
