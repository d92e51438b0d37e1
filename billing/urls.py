"""Payments: what Stripe tells, and what clients ask for. Included at the root."""

from __future__ import annotations

from django.urls import include, path

from billing import api, pages, stripe_webhooks

addresses = [
    path("app/billing", pages.billing, name="billing"),
    path("app/billing/subscribe", pages.subscribe, name="subscribe"),
    path("app/billing/portal", pages.portal, name="portal"),
    path("app/billing/back", pages.back, name="back"),
]

urlpatterns = [
    path("", include((addresses, "billing"))),
    path("api/stripe/create-checkout", api.CreateCheckout.as_view(), name="create-checkout"),
    path("api/stripe/portal", api.Portal.as_view(), name="stripe-portal"),
    path("api/webhooks/stripe", stripe_webhooks.StripeWebhook.as_view(), name="stripe-webhook"),
]
