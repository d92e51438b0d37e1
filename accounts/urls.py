"""The way in and out, and the creator's settings. Included at the root."""

from __future__ import annotations

from allauth.account import views as allauth
from django.urls import include, path

from accounts import activity_pages, notification_pages, settings_pages, views

pages = [
    path("app/settings", settings_pages.settings, name="settings"),
    path("app/settings/profile", settings_pages.profile, name="profile"),
    path("app/settings/page", settings_pages.public_page, name="page"),
    path("app/settings/handle", settings_pages.handle_check, name="handle-check"),
    path("app/settings/preferences", settings_pages.preferences, name="preferences"),
    path("app/settings/keys", settings_pages.key_create, name="key-create"),
    path("app/settings/keys/<int:key_id>/revoke", settings_pages.key_revoke, name="key-revoke"),
    path("app/settings/activity", activity_pages.index, name="activity"),
    path("app/notifications", notification_pages.index, name="notifications"),
    path("app/notifications/panel", notification_pages.panel, name="notification-panel"),
    path("app/notifications/read", notification_pages.read_all, name="notification-read-all"),
    path("app/notifications/<uuid:notification_id>/read", notification_pages.read, name="notification-read"),
    path("app/shortcuts", views.shortcuts, name="shortcuts"),
    path("theme", views.theme, name="theme"),
    path("language", views.language, name="language"),
]

# allauth looks its own views up by these names. Its other views have no address here, so they cannot be reached.
urlpatterns = [
    path("login", allauth.login, name="account_login"),
    path("signup", allauth.signup, name="account_signup"),
    path("logout", allauth.logout, name="account_logout"),
    path("login/closed", allauth.account_inactive, name="account_inactive"),
    path("", include((pages, "accounts"))),
]
