"""Payments: what Stripe tells, and what clients ask for. Included at the root."""

from __future__ import annotations

from django.urls import include, path

from billing import api, stripe_webhooks
from billing.pages import buying, changing, invoices, overview

addresses = [
    path("app/billing", overview.billing, name="billing"),
    path("app/billing/coming", overview.coming, name="coming"),
    path("app/billing/choose", buying.choose, name="choose"),
    path("app/billing/subscribe", buying.subscribe, name="subscribe"),
    path("app/billing/portal", buying.portal, name="portal"),
    path("app/billing/card", buying.card, name="card"),
    path("app/billing/back", buying.back, name="back"),
    path("app/billing/left", buying.left, name="left"),
    path("app/billing/change", changing.change, name="change"),
    path("app/billing/change/<slug:tier>/<slug:interval>", changing.confirm, name="confirm"),
    path("app/billing/cancel", changing.cancel, name="cancel"),
    path("app/billing/keep", changing.keep, name="keep"),
    path("app/billing/invoices", invoices.invoices, name="invoices"),
]

urlpatterns = [
    path("", include((addresses, "billing"))),
    path("api/stripe/create-checkout", api.CreateCheckout.as_view(), name="create-checkout"),
    path("api/stripe/portal", api.Portal.as_view(), name="stripe-portal"),
    path("api/webhooks/stripe", stripe_webhooks.StripeWebhook.as_view(), name="stripe-webhook"),
]
