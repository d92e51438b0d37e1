"""Figures, and the rows behind them."""

from django.urls import path

from analytics.pages import overview, people, rows

app_name = "analytics"

urlpatterns = [
    path("app/analytics", overview.overview, name="overview"),
    path("app/analytics/rows/<str:metric>", rows.rows, name="rows"),
    path("app/analytics/people/<slug:group>", people.people, name="people"),
    path("app/analytics/export/<slug:table>.csv", overview.export, name="export"),
]
