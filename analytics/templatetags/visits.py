"""The names by which a public page tells what was seen on it."""

from __future__ import annotations

from django import template

from analytics.collector import signing

register = template.Library()


@register.filter
def page_name(handle: str) -> str:
    return signing.page(handle)


@register.filter
def post_name(content_id: object, handle: str) -> str:
    return signing.post(handle, content_id)
