"""What browsers ask for at the root of a site, whatever its pages say."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe


@require_safe
def favicon(_request: HttpRequest) -> HttpResponse:
    return HttpResponsePermanentRedirect(static("icons/favicon.ico"))
