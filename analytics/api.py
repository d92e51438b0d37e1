"""A creator's own figures for programs: the same as the pages show, as raw values."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Final, cast

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import scoped
from accounts.models import Role, Scope, User
from analytics import board, figures, ranges
from analytics.board import Board
from analytics.pages import cards
from analytics.pages.cards import Card
from analytics.tables import TABLES

MOST_DECIMALS: Final = 6
RANGE: Final = [
    OpenApiParameter("range", enum=ranges.PRESETS, description="Days up to today; 30d unless from or to is given."),
    OpenApiParameter("from", type=str, description="The first day, as 2026-11-01, on the account's calendar."),
    OpenApiParameter("to", type=str, description="The last day; today if it is left out."),
    OpenApiParameter("currency", type=str, description="Amounts are of one currency; by default the most frequent."),
]


class DaysBody(serializers.Serializer[Any]):
    start = serializers.DateField()
    end = serializers.DateField(help_text="The last day, included.")


class FigureBody(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField(help_text="In the account's language.")
    definition = serializers.CharField(help_text="What it is, in a sentence.")
    unit = serializers.ChoiceField(["currency", "count", "percent"])
    value = serializers.CharField(allow_null=True, help_text="A decimal number; null for what cannot be told.")
    before = serializers.CharField(allow_null=True, help_text="The same of the period before.")
    change = serializers.CharField(allow_null=True, help_text="In percent; in points for a share.")


class OverviewBody(serializers.Serializer[Any]):
    range = DaysBody()
    compared_with = DaysBody()
    time_zone = serializers.CharField()
    currency = serializers.CharField(allow_null=True)
    currencies = serializers.ListField(child=serializers.CharField())
    counted_until = serializers.DateTimeField(allow_null=True)
    figures = FigureBody(many=True)


class TableBody(serializers.Serializer[Any]):
    range = DaysBody()
    currency = serializers.CharField(allow_null=True)
    columns = serializers.ListField(child=serializers.CharField())
    rows = serializers.ListField(
        child=serializers.ListField(child=serializers.JSONField()),
        help_text="A list for each row, in the order of the columns. Numbers with a fraction are text.",
    )


@scoped(read=Scope.ANALYTICS_READ)
class Overview(APIView):
    """The most important figures of a range, with the period before."""

    @extend_schema(operation_id="analytics_overview", parameters=RANGE, responses=OverviewBody)
    def get(self, request: Request) -> Response:
        user, found = asked(request, now=timezone.now())
        return Response(
            {
                "range": days(found.range),
                "compared_with": days(found.range.before),
                "time_zone": user.time_zone,
                "currency": found.currency.upper() or None,
                "currencies": [code.upper() for code in found.currencies],
                "counted_until": figures.counted_until(),
                "figures": [figure(card) for card in cards.of(user, found)],
            }
        )


@scoped(read=Scope.ANALYTICS_READ)
class TableOfFigures(APIView):
    """A table of figures: a trend by day or month, or what a figure is made of."""

    @extend_schema(
        operation_id="analytics_table",
        parameters=[*RANGE, OpenApiParameter("table", location="path", enum=list(TABLES))],
        responses=TableBody,
    )
    def get(self, request: Request, table: str) -> Response:
        make = TABLES.get(table)
        if make is None:
            raise Http404
        now = timezone.now()
        user, found = asked(request, now=now)
        made = make(user, found, now)
        return Response(
            {
                "range": days(found.range),
                "currency": found.currency.upper() or None,
                "columns": made.columns,
                "rows": [[plain(cell) for cell in row] for row in made.rows],
            }
        )


def asked(request: Request, *, now: datetime) -> tuple[User, Board]:
    """Return who asks, and the figures of the range. Raises PermissionDenied, ranges.InvalidRange."""
    user = cast(User, request.user)
    if user.role != Role.CREATOR:
        raise PermissionDenied("Figures are for creators.")
    said = request.query_params.dict()
    return user, board.read(user, ranges.asked(user, said, now=now), said.get("currency", "").lower())


def days(range_: ranges.Range) -> dict[str, Any]:
    return {"start": range_.start, "end": range_.end}


def figure(card: Card) -> dict[str, Any]:
    value, before = card.told
    change = card.change.percent
    return {
        "key": card.key,
        "name": card.label,
        "definition": card.definition,
        "unit": "currency" if card.unit == "minor" else card.unit,
        "value": plain(value),
        "before": plain(before),
        "change": None if change is None else plain(round(change, 1)),
    }


def plain(value: Any) -> Any:
    """Return a decimal number as text, since JSON's numbers are floats to many readers."""
    if not isinstance(value, Decimal):
        return value
    exact = value == round(value, MOST_DECIMALS)
    return f"{value if exact else round(value, MOST_DECIMALS):f}"
