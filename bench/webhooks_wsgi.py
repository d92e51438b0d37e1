"""The product as gunicorn serves it, and beside its webhook that of dj-stripe: what bench/webhooks.py measures."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huntaze.settings")

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import include, path

settings.ROOT_URLCONF = __name__
django.setup()
# Before the application is made, which looks at them.
urlpatterns = [path("_djstripe/", include("djstripe.urls", namespace="djstripe")), path("", include("huntaze.urls"))]
application = get_wsgi_application()
