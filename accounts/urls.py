"""The way in and out, and the creator's settings. Included at the root."""

from __future__ import annotations

from django.urls import include, path

from accounts import agree_page, notification_pages, views
from accounts.entrance import urls as entrance
from accounts.settings_pages import (
    activity,
    keys,
    notifications,
    plan,
    preferences,
    privacy,
    profile,
    public_page,
    sessions,
)

pages = [
    # The first section stands at the address of all of them.
    path("app/settings", profile.profile, name="settings"),
    path("app/settings/profile", profile.profile, name="profile"),
    path("app/settings/page", public_page.public_page, name="page"),
    path("app/settings/handle", public_page.handle_check, name="handle-check"),
    path("app/settings/preferences", preferences.preferences, name="preferences"),
    path("app/settings/notifications", notifications.notification_settings, name="notification-settings"),
    path("app/settings/plan", plan.plan, name="plan"),
    path("app/settings/keys", keys.keys, name="keys"),
    path("app/settings/keys/<int:key_id>/revoke", keys.key_revoke, name="key-revoke"),
    path("app/settings/sessions", sessions.sessions, name="sessions"),
    path("app/settings/sessions/end", sessions.sessions_end, name="sessions-end"),
    path("app/settings/sessions/<uuid:session_id>/end", sessions.session_end, name="session-end"),
    path("app/settings/privacy", privacy.privacy, name="privacy"),
    path("app/settings/privacy/consents", privacy.consent, name="privacy-consent"),
    path("app/settings/privacy/exports", privacy.export, name="privacy-export"),
    path("app/settings/privacy/exports/<uuid:export_id>", privacy.download, name="privacy-download"),
    path("app/settings/privacy/erase", privacy.erase, name="privacy-erase"),
    path("app/settings/privacy/keep", privacy.keep, name="privacy-keep"),
    path("app/agree", agree_page.agree, name="agree"),
    path("app/settings/activity", activity.activity, name="activity"),
    path("app/notifications", notification_pages.index, name="notifications"),
    path("app/notifications/panel", notification_pages.panel, name="notification-panel"),
    path("app/notifications/read", notification_pages.read_all, name="notification-read-all"),
    path("app/notifications/<uuid:notification_id>/read", notification_pages.read, name="notification-read"),
    path("app/shortcuts", views.shortcuts, name="shortcuts"),
    path("theme", views.theme, name="theme"),
    path("language", views.language, name="language"),
]

urlpatterns = [
    *entrance.urlpatterns,
    path("", include(([*pages, *entrance.pages], "accounts"))),
]
