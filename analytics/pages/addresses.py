"""Addresses of the pages of figures: the range and the currency travel with every link."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote, urlencode

from django.urls import reverse

from analytics.ranges import Range


def overview(range_: Range, currency: str = "", **more: str) -> str:
    return with_query(reverse("analytics:overview"), range_, currency, **more)


def rows(metric: str, range_: Range, currency: str = "", dimension: str | None = None) -> str:
    """Return the page of the events behind a metric."""
    more = {} if dimension is None else {"of": dimension}
    return with_query(reverse("analytics:rows", args=[metric]), range_, currency, **more)


def people(group: str, range_: Range, currency: str = "", **more: str) -> str:
    """Return the page of the fans behind a figure."""
    return with_query(reverse("analytics:people", args=[group]), range_, currency, **more)


def cohort(first: date, months: int, range_: Range) -> str:
    """Return the page of the fans behind a cell of the triangle."""
    return people("cohort", range_, month=f"{first:%Y-%m}", later=str(months))


def export(table: str, range_: Range, currency: str = "") -> str:
    """Return the CSV file of a table."""
    return with_query(reverse("analytics:export", args=[table]), range_, currency)


def with_query(path: str, range_: Range, currency: str, **more: str) -> str:
    query = {**range_.query, **({"currency": currency} if currency else {}), **more}
    return f"{path}?{urlencode(query)}"


def quoted(value: str) -> str:
    return quote(value, safe="")
