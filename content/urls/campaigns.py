"""Campaigns: the AI team's workflows from the brief to the calendar."""

from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView

from content.pages import campaigns

pages = [
    path("campaigns", campaigns.campaign_list, name="campaign-list"),
    path("campaigns/new", campaigns.campaign_choose, name="campaign-choose"),
    path("campaigns/new/<slug:workflow>", campaigns.campaign_new, name="campaign-new"),
    path("campaigns/<uuid:run_id>", campaigns.campaign, name="campaign"),
    path("campaigns/<uuid:run_id>/events", campaigns.campaign_events, name="campaign-events"),
    path("campaigns/<uuid:run_id>/cancel", campaigns.campaign_cancel, name="campaign-cancel"),
    path("campaigns/<uuid:run_id>/decide", campaigns.campaign_decide, name="campaign-decide"),
    # Where they stood before: bookmarks and old notifications still lead there.
    path("team", RedirectView.as_view(pattern_name="content:campaign-list")),
    path("team/new/<slug:workflow>", RedirectView.as_view(pattern_name="content:campaign-new")),
    path("team/runs/<uuid:run_id>", RedirectView.as_view(pattern_name="content:campaign")),
]
