from __future__ import annotations

from typing import Any, cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import scoped
from accounts.models import Role, Scope, Tier, User
from accounts.read_only import kept_open
from billing import checkout, quota
from billing.plans import Currency, Interval
from billing.provider import Order


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


class CheckoutRequest(serializers.Serializer[Any]):
    plan = serializers.ChoiceField([tier.value for tier in Tier if tier != Tier.FREE])
    interval = serializers.ChoiceField([one.value for one in Interval], default=Interval.MONTH.value)
    currency = serializers.ChoiceField([one.value for one in Currency], default=Currency.EUR.value)

    def order(self) -> Order:
        wanted = self.validated_data
        return Order(Tier(wanted["plan"]), Interval(wanted["interval"]), Currency(wanted["currency"]))


class PageBody(serializers.Serializer[Any]):
    url = serializers.URLField(help_text="Where to send the browser: a page of the payment provider's.")


@scoped(write=Scope.ACCOUNT)
@kept_open
class CreateCheckout(APIView):
    """Begin to buy a plan. Nothing is bought until its page says so."""

    @extend_schema(operation_id="create_checkout", request=CheckoutRequest, responses=PageBody)
    def post(self, request: Request) -> Response:
        asked = CheckoutRequest(data=request.data)
        user = creator(request)
        asked.is_valid(raise_exception=True)
        return Response({"url": checkout.start(user, asked.order(), now=timezone.now())})


@scoped(write=Scope.ACCOUNT)
@kept_open
class Portal(APIView):
    """A page to change or cancel the plan, replace the card, and see the invoices."""

    @extend_schema(operation_id="billing_portal", request=None, responses=PageBody)
    def post(self, request: Request) -> Response:
        return Response({"url": checkout.portal(creator(request))})


def creator(request: Request) -> User:
    """Return who asks. Raises PermissionDenied for anybody who has no plan to pay for."""
    user = cast(User, request.user)
    if user.role != Role.CREATOR:
        raise PermissionDenied("Plans are for creators.")
    return user
