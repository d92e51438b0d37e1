"""What a model says of a creator's figures."""

from django.urls import path

from content.pages import week

pages = [path("analytics/week", week.week, name="week")]
