from __future__ import annotations

from typing import Any, cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import scoped
from accounts.models import Scope, User
from billing import quota


class UsageBody(serializers.Serializer[Any]):
    plan = serializers.CharField()
    limit = serializers.IntegerField(help_text="Credits this month.")
    used = serializers.IntegerField()
    reserved = serializers.IntegerField(help_text="Set aside for texts being written.")
    left = serializers.IntegerField()
    resets_at = serializers.DateTimeField()


@scoped(read=Scope.USAGE)
class Usage(APIView):
    """The account's credits this month."""

    @extend_schema(operation_id="usage", responses=UsageBody)
    def get(self, request: Request) -> Response:
        status = quota.status(cast(User, request.user), now=timezone.now())
        return Response(UsageBody(status).data)
