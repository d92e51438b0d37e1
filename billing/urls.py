"""Payments: what Stripe tells, and what clients ask for. Included at the root."""

from __future__ import annotations

from django.urls import path

from billing import stripe_webhooks

urlpatterns = [
    path("api/webhooks/stripe", stripe_webhooks.receive, name="stripe-webhook"),
]
