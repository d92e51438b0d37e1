"""The address to which public pages tell of visits. Included at the root."""

from __future__ import annotations

from django.urls import path

from analytics.collector import page

# `CollectorMiddleware` answers it before; here it has its name.
urlpatterns = [path(page.ADDRESS.removeprefix("/"), page.collect, name="collect")]
