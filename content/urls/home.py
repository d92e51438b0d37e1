"""Home, and the questions to who is new."""

from django.urls import path

from content.pages import home, welcome

pages = [
    path("", home.home, name="home"),
    path("home/steps/hide", home.checklist_away, name="steps-hide"),
    path("home/steps/show", home.checklist_back, name="steps-show"),
    path("welcome", welcome.welcome, name="welcome"),
]
